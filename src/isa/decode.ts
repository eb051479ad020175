/**
 * From bytes to instructions: prefixes, opcode, ModR/M and SIB, displacement, immediates (Intel SDM volume 2,
 * chapter 2). What the bytes mean is in the maps of `map/`; this file only walks them.
 *
 * @module
 */

import { CS, DS, ES, FS, GS, type Instruction, type Operand, SS } from "./instruction.ts";
import {
  ONE_BYTE,
  type OpcodeEntry,
  SLOT_66,
  SLOT_F2,
  SLOT_F3,
  SLOT_NONE,
  THREE_BYTE_38,
  THREE_BYTE_3A,
  TWO_BYTE,
} from "./map/compile.ts";
import { BAD_FORM, type Leaf, TOO_LONG_FORM } from "./map/leaf.ts";
import { makeOperand, METHOD, type OperandSpec, REGISTER_OPERANDS } from "./map/notation.ts";

/** The longest instruction that a processor accepts, in bytes (Intel SDM volume 2, section 2.3.11). */
export const MAX_INSTRUCTION_LENGTH = 15;

const PREFIX_NONE = 0,
  PREFIX_SEGMENT = 1,
  PREFIX_OPERAND = 2,
  PREFIX_ADDRESS = 3,
  PREFIX_LOCK = 4,
  PREFIX_REPEAT = 5;

const PREFIX_KIND = new Uint8Array(256);
const PREFIX_SEGMENT_OF = new Int8Array(256).fill(-1);
for (
  const [byte, segment] of [[0x26, ES], [0x2e, CS], [0x36, SS], [0x3e, DS], [0x64, FS], [0x65, GS]] as const
) {
  PREFIX_KIND[byte] = PREFIX_SEGMENT;
  PREFIX_SEGMENT_OF[byte] = segment;
}
PREFIX_KIND[0x66] = PREFIX_OPERAND;
PREFIX_KIND[0x67] = PREFIX_ADDRESS;
PREFIX_KIND[0xf0] = PREFIX_LOCK;
PREFIX_KIND[0xf2] = PREFIX_REPEAT;
PREFIX_KIND[0xf3] = PREFIX_REPEAT;

/** 16-bit addressing (Intel SDM volume 2, table 2-1): base and index register by ModR/M `r/m`. */
const BASE_16 = [3, 3, 5, 5, 6, 7, 5, 3] as const;
const INDEX_16 = [6, 7, 6, 7, -1, -1, -1, -1] as const;

const CONTROL_OPERANDS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => makeOperand("control", 4, index));
const DEBUG_OPERANDS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => makeOperand("debug", 4, index));
const SEGMENT_OPERANDS = [0, 1, 2, 3, 4, 5].map((index) => makeOperand("segment", 2, index));
const X87_OPERANDS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => makeOperand("x87", 10, index));
const VECTOR_OPERANDS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => makeOperand("other", 0, index));
const NO_OPERANDS: readonly Operand[] = [];

/** CR0, CR2, CR3 and CR4 exist (Intel SDM volume 2, MOV to and from control registers: others are #UD). */
const CONTROL_REGISTERS = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4;

// The instruction that is being decoded. Decoding never calls itself, so one set of variables serves all calls.
let code: Uint8Array = new Uint8Array(0);
let cursor = 0;
let modrm = 0;
let opcode = 0;
let operandSize: 2 | 4 = 4;
let addressSize: 2 | 4 = 4;
let override = -1;
let base = -1;
let index = -1;
let scale = 0;
let displacement = 0;
let segment = -1;
let valid = true;

/**
 * Decodes one instruction.
 *
 * @param bytes memory that holds the instruction
 * @param offset where in `bytes` it begins
 * @param bits default operand and address size: 16 (real mode, virtual-8086 mode, code segment with D = 0) or 32
 * @param limit end of the bytes that may be read; the end of `bytes` without it
 * @returns the instruction; for bytes that are none, an instruction whose operation is `ud` (mnemonic `(bad)`, or
 *   `(too long)` with `tooLong` set when more than 15 bytes would be needed); `null` when the instruction does not
 *   end before `limit`
 *
 * @example
 * ```ts
 * import { decode } from "ringlab";
 *
 * const instruction = decode(Uint8Array.of(0x01, 0x48, 0x08), 0, 32)!; // add [eax+8],ecx
 * if (instruction.form.mnemonic !== "add" || instruction.length !== 3) throw new Error("not decoded");
 * if (instruction.operands[0]!.displacement !== 8) throw new Error("wrong displacement");
 * ```
 */
export function decode(
  bytes: Uint8Array,
  offset: number,
  bits: 16 | 32,
  limit = bytes.length,
): Instruction | null {
  const longest = offset + MAX_INSTRUCTION_LENGTH;
  const available = limit < bytes.length ? limit : bytes.length;
  const end = available < longest ? available : longest;
  code = bytes;
  cursor = offset;
  const size = bits === 16 ? 2 : 4;
  operandSize = size;
  addressSize = size;
  override = -1;
  valid = true;
  let lock = false;
  let operandPrefix = false;
  let repeat: 0 | 0xf2 | 0xf3 = 0;

  let byte = 0;
  for (;;) {
    if (cursor >= end) return runOut(end === longest, offset, lock, repeat);
    byte = bytes[cursor++]!;
    const kind = PREFIX_KIND[byte]!;
    if (kind === PREFIX_NONE) break;
    if (kind === PREFIX_SEGMENT) override = PREFIX_SEGMENT_OF[byte]!;
    else if (kind === PREFIX_OPERAND) operandPrefix = true;
    else if (kind === PREFIX_ADDRESS) addressSize = size === 2 ? 4 : 2;
    else if (kind === PREFIX_LOCK) lock = true;
    else repeat = byte as 0xf2 | 0xf3;
  }
  if (operandPrefix) operandSize = size === 2 ? 4 : 2;

  let entry: OpcodeEntry | null;
  if (byte === 0x0f) {
    byte = next();
    if (byte === 0x38) entry = THREE_BYTE_38[byte = next()]!;
    else if (byte === 0x3a) entry = THREE_BYTE_3A[byte = next()]!;
    else entry = TWO_BYTE[byte]!;
  } else entry = ONE_BYTE[byte]!;
  opcode = byte;

  let leaf: Leaf | null = null;
  if (entry !== null) {
    const slot =
      entry[repeat === 0xf3 ? SLOT_F3 : repeat === 0xf2 ? SLOT_F2 : operandPrefix ? SLOT_66 : SLOT_NONE];
    leaf = slot.leaf;
    if (slot.byModrm !== null) leaf = slot.byModrm[modrm = next()]!;
    else if (leaf !== null && leaf.modrm) modrm = next();
  }
  let operands = NO_OPERANDS;
  if (leaf !== null) {
    if (leaf.modrm && modrm < 0xc0 && !leaf.anyMod) readAddress();
    const specs = leaf.operands;
    if (specs.length === 1) operands = [readOperand(specs[0]!)];
    else if (specs.length === 2) operands = [readOperand(specs[0]!), readOperand(specs[1]!)];
    else if (specs.length === 3) {
      operands = [readOperand(specs[0]!), readOperand(specs[1]!), readOperand(specs[2]!)];
    }
  }
  if (cursor > end) return runOut(end === longest, offset, lock, repeat);
  const lockAllowed = leaf !== null && leaf.form.lockable && operands[0]!.kind === "memory";
  const good = leaf !== null && valid && (!lock || lockAllowed);
  return {
    form: good ? leaf!.form : BAD_FORM,
    length: cursor - offset,
    operandSize,
    addressSize,
    lock,
    repeat,
    segment: override,
    operands: good ? operands : NO_OPERANDS,
    tooLong: false,
  };
}

function runOut(
  tooLong: boolean,
  offset: number,
  lock: boolean,
  repeat: 0 | 0xf2 | 0xf3,
): Instruction | null {
  if (!tooLong) return null;
  cursor = offset + MAX_INSTRUCTION_LENGTH;
  return {
    form: TOO_LONG_FORM,
    length: MAX_INSTRUCTION_LENGTH,
    operandSize,
    addressSize,
    lock,
    repeat,
    segment: override,
    operands: NO_OPERANDS,
    tooLong: true,
  };
}

// Readers go past the end of what may be read: `decode` compares the cursor with the end once, when all is read.

function next(): number {
  return cursor < code.length ? code[cursor++]! : (cursor++, 0);
}

function nextSigned(): number {
  return next() << 24 >> 24;
}

function nextWord(): number {
  const low = next();
  return low | next() << 8;
}

function nextDoubleword(): number {
  const low = nextWord();
  return low | nextWord() << 16;
}

/** ModR/M with mod 0..2, SIB and displacement (Intel SDM volume 2, section 2.1.5). */
function readAddress(): void {
  const mod = modrm >> 6, rm = modrm & 7;
  scale = 0;
  if (addressSize === 2) {
    if (mod === 0 && rm === 6) {
      base = -1;
      index = -1;
      displacement = nextWord() << 16 >> 16;
    } else {
      base = BASE_16[rm]!;
      index = INDEX_16[rm]!;
      displacement = mod === 0 ? 0 : mod === 1 ? nextSigned() : nextWord() << 16 >> 16;
    }
    segment = override >= 0 ? override : base === 5 ? SS : DS;
    return;
  }
  base = rm;
  index = -1;
  if (rm === 4) {
    const sib = next();
    base = sib & 7;
    const field = sib >> 3 & 7;
    if (field !== 4) {
      index = field;
      scale = sib >> 6;
    }
  }
  if (mod === 0) {
    if (base === 5) {
      base = -1;
      displacement = nextDoubleword();
    } else displacement = 0;
  } else displacement = mod === 1 ? nextSigned() : nextDoubleword();
  segment = override >= 0 ? override : base === 4 || base === 5 ? SS : DS;
}

function memory(size: number): Operand {
  return { kind: "memory", size, index, base, scale, displacement, segment, value: 0, selector: 0 };
}

function register(size: number, number: number): Operand {
  return REGISTER_OPERANDS[size as 1 | 2 | 4][number]!;
}

function number(kind: "immediate" | "relative", size: number, value: number): Operand {
  return { kind, size, index: -1, base: -1, scale: 0, displacement: 0, segment: -1, value, selector: 0 };
}

function readOperand(spec: OperandSpec): Operand {
  const wide = operandSize === 4;
  switch (spec.method) {
    case METHOD.FIXED:
      return spec.fixed!;
    case METHOD.ACCUMULATOR:
      return register(operandSize, 0);
    case METHOD.REGISTER_OR_MEMORY:
      return modrm >= 0xc0
        ? register(wide ? spec.registerSize32 : spec.registerSize16, modrm & 7)
        : memory(wide ? spec.memorySize32 : spec.memorySize16);
    case METHOD.MEMORY:
      return memory(wide ? spec.memorySize32 : spec.memorySize16);
    case METHOD.REGISTER:
      return register(wide ? spec.registerSize32 : spec.registerSize16, modrm & 7);
    case METHOD.REG_FIELD:
      return register(wide ? spec.registerSize32 : spec.registerSize16, modrm >> 3 & 7);
    case METHOD.OPCODE_FIELD:
      return register(wide ? spec.registerSize32 : spec.registerSize16, opcode & 7);
    case METHOD.SEGMENT_FIELD: {
      const which = modrm >> 3 & 7;
      if (which > 5 || (spec.forbidden >> which & 1) !== 0) valid = false;
      return SEGMENT_OPERANDS[which > 5 ? 0 : which]!;
    }
    case METHOD.CONTROL_FIELD: {
      const which = modrm >> 3 & 7;
      if ((CONTROL_REGISTERS >> which & 1) === 0) valid = false;
      return CONTROL_OPERANDS[which]!;
    }
    case METHOD.DEBUG_FIELD:
      return DEBUG_OPERANDS[modrm >> 3 & 7]!;
    case METHOD.IMMEDIATE_BYTE:
      return number("immediate", 1, next());
    case METHOD.IMMEDIATE_SIGNED_BYTE:
      return number("immediate", operandSize, nextSigned());
    case METHOD.IMMEDIATE_WORD:
      return number("immediate", 2, nextWord());
    case METHOD.IMMEDIATE:
      return number("immediate", operandSize, wide ? nextDoubleword() : nextWord());
    case METHOD.RELATIVE_BYTE:
      return number("relative", operandSize, nextSigned());
    case METHOD.RELATIVE:
      return number("relative", operandSize, wide ? nextDoubleword() : nextWord() << 16 >> 16);
    case METHOD.FAR_POINTER: {
      const value = wide ? nextDoubleword() : nextWord();
      const selector = nextWord();
      return {
        kind: "far",
        size: operandSize + 2,
        index: -1,
        base: -1,
        scale: 0,
        displacement: 0,
        segment: -1,
        value,
        selector,
      };
    }
    case METHOD.OFFSET:
      base = -1;
      index = -1;
      scale = 0;
      displacement = addressSize === 4 ? nextDoubleword() : nextWord() << 16 >> 16;
      segment = override >= 0 ? override : DS;
      return memory(wide ? spec.memorySize32 : spec.memorySize16);
    case METHOD.X87_REGISTER:
      return X87_OPERANDS[modrm & 7]!;
    case METHOD.VECTOR_FIELD:
      return VECTOR_OPERANDS[modrm >> 3 & 7]!;
    case METHOD.VECTOR_OR_MEMORY:
      return modrm >= 0xc0
        ? VECTOR_OPERANDS[modrm & 7]!
        : memory(wide ? spec.memorySize32 : spec.memorySize16);
    default:
      return VECTOR_OPERANDS[modrm & 7]!;
  }
}
