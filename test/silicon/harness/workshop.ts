/**
 * What the lists of cases are made with: a workshop with deterministic chance, and encodings of operands.
 */

import { DATA } from "../../../src/experiments/silicon/workbench.ts";

export {
  CODE,
  DATA,
  DATA_BYTES,
  READ_ONLY,
  START,
  UNMAPPED,
} from "../../../src/experiments/silicon/workbench.ts";

/** One instruction with everything that it depends on. */
export interface Case {
  readonly bytes: readonly number[];
  /** EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI. */
  readonly registers: readonly number[];
  /** EFLAGS; the recorder and the replay keep IF and bit 1 set and take only bits that a user program can set. */
  readonly flags: number;
  /** What the data pages are filled from. */
  readonly seed: number;
  /** Bytes set in the data pages afterwards, by offset. */
  readonly memory: Readonly<Record<number, readonly number[]>>;
}

export const EAX = 0, ECX = 1, EDX = 2, EBX = 3, ESP = 4, EBP = 5, ESI = 6, EDI = 7;
export const CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, DF = 0x400, OF = 0x800, AC = 0x40000;
const FLAGS = [CF, PF, AF, ZF, SF, OF];

/** Operands at and around the places where something happens. */
const INTERESTING: Readonly<Record<number, readonly number[]>> = {
  1: [0, 1, 2, 9, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0xaa, 0xfe, 0xff],
  2: [0, 1, 2, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xaaaa, 0xff00, 0xfffe, 0xffff],
  4: [
    0,
    1,
    2,
    0xffff,
    0x10000,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xaaaaaaaa,
    0xffff0000,
    0xfffffffe,
    0xffffffff,
  ],
};

export type Size = 1 | 2 | 4;
export const SIZES: readonly Size[] = [1, 2, 4];
export const WIDE: readonly Size[] = [2, 4];

/** Least significant byte first. */
export function little(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, n) => Math.floor((value >>> 0) / 2 ** (8 * n)) & 0xff);
}

/** Collects cases. */
export class Workshop {
  readonly cases: Case[] = [];
  #state = 0x2545f491;

  random(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % below;
  }

  word(): number {
    return (this.random(0x10000) << 16 | this.random(0x10000)) >>> 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)]!;
  }

  value(size: Size): number {
    return this.random(4) === 0 ? this.word() >>> (32 - 8 * size) : this.pick(INTERESTING[size]!);
  }

  /** A register other than ESP (for bytes: any) and EBX, which points to memory. */
  register(size: Size): number {
    return size === 1 ? this.pick([0, 1, 2, 4, 5, 6]) : this.pick([EAX, ECX, EDX, EBP, ESI, EDI]);
  }

  flags(): number {
    return FLAGS.reduce((flags, flag) => this.random(2) === 0 ? flags | flag : flags, 0);
  }

  /** Adds a case whose registers are filled by `edit`; EBX and ESP point into the data pages. */
  add(bytes: readonly number[], edit: (draft: Draft) => void = () => {}): void {
    const draft = new Draft(this, [...bytes]);
    edit(draft);
    const { registers, flags, memory } = draft;
    this.cases.push({
      bytes: draft.bytes,
      registers: registers.map((r) => r >>> 0),
      flags,
      seed: draft.seed,
      memory,
    });
  }

  repeat(times: number, make: () => void): void {
    for (let n = 0; n < times; n++) make();
  }
}

/** A case in the making. */
export class Draft {
  readonly bytes: number[];
  readonly registers: number[];
  readonly memory: Record<number, number[]> = {};
  flags: number;
  seed: number;
  readonly #shop: Workshop;

  constructor(shop: Workshop, bytes: number[]) {
    this.#shop = shop;
    this.bytes = bytes;
    this.registers = Array.from({ length: 8 }, () => shop.value(4));
    this.registers[EBX] = DATA + 0x100 + shop.random(32);
    this.registers[ESP] = DATA + 0x800;
    this.flags = shop.flags();
    this.seed = 1 + shop.random(15);
  }

  /** Sets a register of `size` bytes, as machine code numbers it. */
  set(register: number, size: Size, value: number): void {
    const r = this.registers;
    if (size === 4) r[register] = value;
    else if (size === 2) r[register] = (r[register]! & 0xffff0000) | (value & 0xffff);
    else if (register < 4) r[register] = (r[register]! & 0xffffff00) | (value & 0xff);
    else r[register - 4] = (r[register - 4]! & 0xffff00ff) | ((value & 0xff) << 8);
  }

  /** Puts a value where EBX points. */
  poke(size: Size, value: number, at = this.registers[EBX]! - DATA): void {
    this.memory[at] = little(value, size);
  }
}

export const prefix = (size: Size): number[] => size === 2 ? [0x66] : [];
export const direct = (reg: number, rm: number): number => 0xc0 | reg << 3 | rm;
/** ModR/M of [EBX]. */
export const indirect = (reg: number): number => reg << 3 | EBX;
/** The byte form's opcode is even, the others' is one more. */
export const sized = (opcode: number, size: Size): number => size === 1 ? opcode : opcode + 1;

/** `opcode rm, reg` and `opcode+2 reg, rm` with registers and memory. */
export function twoOperands(shop: Workshop, opcode: readonly number[], times: number, sizes = SIZES): void {
  const code = opcode.slice(0, -1), last = opcode.at(-1)!;
  for (const size of sizes) {
    shop.repeat(times, () => {
      const a = shop.register(size), b = shop.register(size);
      shop.add([...prefix(size), ...code, sized(last, size), direct(b, a)], (draft) => {
        draft.set(a, size, shop.value(size));
        draft.set(b, size, shop.value(size));
      });
      shop.add([...prefix(size), ...code, sized(last, size), indirect(b)], (draft) => {
        draft.set(b, size, shop.value(size));
        draft.poke(size, shop.value(size));
      });
    });
  }
}

/** `opcode /digit rm [, immediate]`. */
export function oneOperand(
  shop: Workshop,
  opcode: number,
  digit: number,
  times: number,
  more: (draft: Draft, size: Size) => void = () => {},
  sizes = SIZES,
): void {
  for (const size of sizes) {
    shop.repeat(times, () => {
      const register = shop.register(size);
      shop.add([...prefix(size), sized(opcode, size), direct(digit, register)], (draft) => {
        draft.set(register, size, shop.value(size));
        more(draft, size);
      });
      shop.add([...prefix(size), sized(opcode, size), indirect(digit)], (draft) => {
        draft.poke(size, shop.value(size));
        more(draft, size);
      });
    });
  }
}
