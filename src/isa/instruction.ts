/**
 * What one decoded IA-32 instruction is, as data. The decoder makes these, everything else reads them:
 * the processor executes them, the listing prints them, the notebooks classify them.
 *
 * @module
 */

import type { Form } from "./form.ts";

/** Register numbers as the machine code spells them (ModR/M `reg` and `r/m` fields). */
export const REGISTER_NAMES = {
  8: ["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"],
  16: ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"],
  32: ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"],
} as const;

/** Segment registers in machine-code order; {@linkcode Operand.segment} and `Instruction.segment` index this. */
export const SEGMENT_NAMES = ["es", "cs", "ss", "ds", "fs", "gs"] as const;

/** Numbers of the segment registers. */
export const ES = 0, CS = 1, SS = 2, DS = 3, FS = 4, GS = 5;

/** What an operand is. */
export type OperandKind =
  | "register" // general register: `index` 0..7, `size` 1, 2 or 4 bytes
  | "segment" // segment register: `index` 0..5
  | "control" // CR0..CR7: `index`
  | "debug" // DR0..DR7: `index`
  | "test" // TR0..TR7 (80386/80486 test registers; not on later processors): `index`
  | "memory" // segment:[base + index * 2^scale + displacement], `size` bytes (0: address only, as in LEA)
  | "immediate" // `value`, sign- or zero-extended to 32 bits as the instruction uses it
  | "relative" // branch displacement in `value`; the target is (next EIP + value) cut to the operand size
  | "far" // ptr16:16 or ptr16:32: `selector` and `value` (the offset)
  | "x87" // ST(index)
  | "other"; // MMX, XMM and the like: only their length matters here

/**
 * One operand. All operands have the same fields, so that the processor's property accesses stay monomorphic;
 * the fields a kind does not use are -1 (registers) or 0 (numbers).
 */
export interface Operand {
  readonly kind: OperandKind;
  /** Size in bytes: 1, 2, 4; 6 for m16:32 and pseudo-descriptors, 8 for m64 and BOUND r32; 0 where memory is only addressed. */
  readonly size: number;
  /** Register number for register kinds; index register of a memory operand (-1: none). */
  readonly index: number;
  /** Memory: base register number (-1: none). With 16-bit addresses BX, BP, SI and DI keep their numbers 3, 5, 6, 7. */
  readonly base: number;
  /** Memory: log2 of the factor on the index register, 0..3. */
  readonly scale: number;
  /** Memory: signed 32-bit displacement (sign-extended from 8 or 16 bits). */
  readonly displacement: number;
  /** Memory: effective segment register (default or override), 0..5; -1 otherwise. */
  readonly segment: number;
  /** Immediate, relative displacement or far offset, as a signed 32-bit integer. */
  readonly value: number;
  /** Far pointer: the selector, 0..65535. */
  readonly selector: number;
}

/** One decoded instruction. */
export interface Instruction {
  /** The entry of the opcode map, with everything that is true of every instance (facts, operation, cost class). */
  readonly form: Form;
  /** Bytes, 1..15. */
  readonly length: number;
  /** Effective operand size in bytes: 2 or 4 (byte instructions have operands of size 1, and this as the prefixes say). */
  readonly operandSize: 2 | 4;
  /** Effective address size in bytes: 2 or 4. */
  readonly addressSize: 2 | 4;
  /** LOCK prefix present (the decoder has already rejected it where it is not allowed). */
  readonly lock: boolean;
  /** Repeat prefix in force: 0, 0xF2 (REPNE) or 0xF3 (REP/REPE). The last one written counts. */
  readonly repeat: 0 | 0xf2 | 0xf3;
  /** Segment override in force (0..5) or -1. String instructions read it for their source; -1 means DS there. */
  readonly segment: number;
  /** Explicit operands, destination first, in Intel order. String instructions list none. */
  readonly operands: readonly Operand[];
  /**
   * More than 15 bytes: the form is `(too long)` with the operation `ud`, and the processor raises #GP(0) where it
   * raises #UD for other invalid encodings (Intel SDM volume 3, section 6.15, #GP).
   */
  readonly tooLong: boolean;
}
