/**
 * Machine code as text, in NASM's syntax. iced-x86 writes the text; what is an instruction, and what is known about
 * it, comes from the decoder here.
 *
 * @module
 */

import {
  Code,
  Decoder,
  DecoderOptions,
  Formatter,
  FormatterSyntax,
  Instruction as IcedInstruction,
} from "iced-x86";
import { decode } from "./decode.ts";
import { isPrivileged } from "./forms.ts";
import type { Instruction, Operand } from "./instruction.ts";

/** How to read the bytes of a listing. */
export interface ListingOptions {
  /** Address of the first byte, for the address column and branch targets (with 16 bits: the IP); by default 0. */
  readonly address?: number;
  /** Default operand and address size; by default 32. */
  readonly bits?: 16 | 32;
  /** Names of addresses, written as labels and in place of branch targets and absolute memory operands. */
  readonly symbols?: Readonly<Record<string, number>>;
}

/** One line of a listing. */
export interface ListingRow {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** The instruction in NASM's syntax; `db 0x0f` for a byte that begins none. */
  readonly text: string;
  /** The decoded instruction; absent on `db` lines. */
  readonly instruction?: Instruction;
  /** Name of this address among the symbols. */
  readonly label?: string;
  /** Traps outside ring 0 (or with CPL > IOPL) for want of privilege. */
  readonly privileged: boolean;
  /** Why the instruction is sensitive; absent when it is not. */
  readonly sensitive?: string;
}

/** The processor that the listing is for: as old as the decoder's, with newer hints (ENDBR32, PREFETCHW) by name. */
const OPTIONS = DecoderOptions.NoWbnoinvd | DecoderOptions.NoMPFX_0FBC | DecoderOptions.NoMPFX_0FBD;

/**
 * Lists machine code. Every byte appears in exactly one row: a byte that begins no instruction, or one that is cut off
 * by the end, has a `db` row of its own, and the next row begins with the next byte.
 *
 * @param bytes machine code
 *
 * @example
 * ```ts
 * import { listing } from "ringlab";
 *
 * const rows = listing(Uint8Array.of(0x9d, 0xfa, 0xeb, 0xfc), { address: 0x7c00, symbols: { again: 0x7c00 } });
 * const text = rows.map((row) => row.text).join("; ");
 * if (text !== "popf; cli; jmp short again") throw new Error(text);
 * if (rows[0]!.privileged || rows[0]!.sensitive === undefined) throw new Error("POPF is sensitive, not privileged");
 * ```
 */
export function listing(bytes: Uint8Array, options: ListingOptions = {}): ListingRow[] {
  const { address = 0, bits = 32 } = options;
  const names = new Map(Object.entries(options.symbols ?? {}).map(([name, at]) => [at >>> 0, name]));
  const rows: ListingRow[] = [];
  const formatter = makeFormatter();
  const decoder = new Decoder(bits, bytes, OPTIONS);
  const iced = new IcedInstruction();
  try {
    for (let offset = 0; offset < bytes.length;) {
      const at = (address + offset) >>> 0;
      const label = names.get(at);
      const instruction = decode(bytes, offset, bits);
      let text = "";
      if (instruction !== null && instruction.form.opcode !== "") {
        decoder.position = offset;
        decoder.ip = BigInt(at);
        decoder.decodeOut(iced);
        if (iced.code !== Code.INVALID && iced.length === instruction.length) text = formatter.format(iced);
      }
      if (instruction === null || text === "") {
        rows.push(dataRow(bytes, offset, at, label));
        offset++;
        continue;
      }
      const next = offset + instruction.length;
      if (names.size > 0) text = withSymbols(text, instruction, (address + next) >>> 0, names);
      rows.push({
        address: at,
        bytes: bytes.slice(offset, next),
        text,
        instruction,
        ...(label === undefined ? {} : { label }),
        privileged: isPrivileged(instruction.form),
        ...sensitivity(instruction),
      });
      offset = next;
    }
  } finally {
    iced.free();
    decoder.free();
    formatter.free();
  }
  return rows;
}

/**
 * The first instruction of `bytes` in NASM's syntax.
 *
 * @example
 * ```ts
 * import { formatInstruction } from "ringlab";
 *
 * const text = formatInstruction(Uint8Array.of(0x8b, 0x45, 0x08));
 * if (text !== "mov eax, [ebp+8]") throw new Error(text);
 * ```
 */
export function formatInstruction(bytes: Uint8Array, options: ListingOptions = {}): string {
  return listing(bytes.subarray(0, 15), options)[0]?.text ?? "";
}

function makeFormatter(): Formatter {
  const formatter = new Formatter(FormatterSyntax.Nasm);
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.branchLeadingZeros = false;
  formatter.spaceAfterOperandSeparator = true;
  return formatter;
}

function dataRow(bytes: Uint8Array, offset: number, address: number, label: string | undefined): ListingRow {
  return {
    address,
    bytes: bytes.slice(offset, offset + 1),
    text: `db ${hexNumber(bytes[offset]!)}`,
    ...(label === undefined ? {} : { label }),
    privileged: false,
  };
}

function sensitivity(instruction: Instruction): { sensitive?: string } {
  const { sensitive } = instruction.form;
  return sensitive.length === 0 ? {} : { sensitive: sensitive.map((reason) => reason.why).join(" ") };
}

/** Writes names in place of the numbers of branch targets, far offsets and absolute memory operands. */
function withSymbols(
  text: string,
  instruction: Instruction,
  next: number,
  names: Map<number, string>,
): string {
  for (const operand of instruction.operands) {
    const address = addressOf(operand, instruction, next);
    const name = address === undefined ? undefined : names.get(address);
    if (name === undefined) continue;
    // The number ends the operand: nothing, a bracket or a comma follows.
    text = text.replace(new RegExp(`(?<![0-9a-z])${hexNumber(address!)}(?![0-9a-z])`), () => name);
  }
  return text;
}

function addressOf(operand: Operand, instruction: Instruction, next: number): number | undefined {
  switch (operand.kind) {
    case "relative":
      return operand.size === 2 ? (next + operand.value) & 0xffff : (next + operand.value) >>> 0;
    case "far":
      return operand.value >>> 0;
    case "memory": {
      if (operand.base >= 0 || operand.index >= 0) return undefined;
      return instruction.addressSize === 2 ? operand.displacement & 0xffff : operand.displacement >>> 0;
    }
    default:
      return undefined;
  }
}

/** A number as the formatter writes it: decimal up to 9. */
function hexNumber(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`;
}
