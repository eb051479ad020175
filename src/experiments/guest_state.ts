/**
 * What the program sees of a state: general registers, flags that are its own, and the memory of its window.
 *
 * @module
 */

import {
  AC,
  AF,
  CF,
  DF,
  EAX,
  EBP,
  EBX,
  ECX,
  EDI,
  EDX,
  ESI,
  ESP,
  ID,
  NT,
  OF,
  PF,
  SF,
  TF,
  ZF,
} from "../cpu/mod.ts";
import { PLACES, WINDOW_BYTES } from "./layout.ts";

/** Flags that belong to the program. IF, IOPL and VM are the monitor's; RF is the processor's own. */
export const PROGRAM_FLAGS = CF | PF | AF | ZF | SF | TF | DF | OF | NT | AC | ID;

/** Names of the general registers. */
export type GeneralRegister = "eax" | "ecx" | "edx" | "ebx" | "esp" | "ebp" | "esi" | "edi";

const NUMBERS: Readonly<Record<GeneralRegister, number>> = {
  eax: EAX,
  ecx: ECX,
  edx: EDX,
  ebx: EBX,
  esp: ESP,
  ebp: EBP,
  esi: ESI,
  edi: EDI,
};

/** Everything a program could have put there itself. */
export interface GuestState {
  /** General registers by their number in machine code. */
  readonly registers: Int32Array;
  /** The flags of {@linkcode PROGRAM_FLAGS} that are set. */
  readonly flags: number;
  /** The window, {@linkcode WINDOW_BYTES} bytes, without the instruction itself. */
  readonly window: Uint8Array;
}

/** How to make a {@linkcode GuestState}: what is not given has a harmless value. */
export interface GuestStateOptions {
  /** Default: ESP and EBP at the stack, ESI and EDI in the data, all others 0. */
  readonly registers?: Partial<Readonly<Record<GeneralRegister, number>>>;
  /** Default: none. Flags that are not the program's are ignored. */
  readonly flags?: number;
  /** Doublewords from ESP upwards. */
  readonly stack?: readonly number[];
  /** Bytes by offset in the window. */
  readonly memory?: Readonly<Record<number, ArrayLike<number>>>;
}

/** Raised for a register or memory that the bench does not have. */
export class BenchError extends Error {
  override name = "BenchError";
}

/**
 * Makes the program's part of a state.
 *
 * @throws {BenchError} for a register that does not exist, or memory outside the window
 */
export function guestState(options: GuestStateOptions = {}): GuestState {
  const registers = new Int32Array(8);
  registers[ESP] = PLACES.stack;
  registers[EBP] = PLACES.stack + 0x40;
  registers[ESI] = PLACES.data + 0x100;
  registers[EDI] = PLACES.data + 0x200;
  for (const [name, value] of Object.entries(options.registers ?? {})) {
    const number = NUMBERS[name as GeneralRegister];
    if (number === undefined) {
      throw new BenchError(`"${name}" is no general register; they are ${Object.keys(NUMBERS).join(", ")}`);
    }
    registers[number] = value | 0;
  }
  const window = new Uint8Array(WINDOW_BYTES);
  const put = (offset: number, bytes: ArrayLike<number>): void => {
    if (!(offset >= 0 && offset + bytes.length <= WINDOW_BYTES)) {
      throw new BenchError(
        `${bytes.length} bytes at ${offset.toString(16)}h do not fit the window of 0 to ${
          (WINDOW_BYTES - 1).toString(16)
        }h`,
      );
    }
    window.set(bytes, offset);
  };
  for (const [offset, bytes] of Object.entries(options.memory ?? {})) put(Number(offset), bytes);
  const stack = options.stack ?? [];
  if (stack.length > 0) {
    const bytes = new Uint8Array(stack.length * 4);
    const view = new DataView(bytes.buffer);
    stack.forEach((value, n) => view.setInt32(n * 4, value | 0, true));
    put(registers[ESP]! >>> 0, bytes);
  }
  return { registers, flags: (options.flags ?? 0) & PROGRAM_FLAGS, window };
}
