/**
 * Lazy flags. An arithmetic instruction stores what it did (FLAG_OP, FLAG_A, FLAG_RESULT); whoever reads a flag works it
 * out. FLAG_OP is `kind << 2 | size code` with size code 1, 2, 3 for 8, 16, 32 bits; 0 means EFLAGS itself is true.
 *
 * FLAG_A holds the first operand for additions and subtractions, sign-extended or not alike, since all uses mask or shift to
 * the operand size first. FLAG_RESULT holds the result, of which only the low `size` bits count.
 *
 * @module
 */

import { AF, ARITHMETIC_FLAGS, CF, EFLAGS, FLAG_A, FLAG_OP, FLAG_RESULT, OF, PF, SF, ZF } from "./state.ts";

/** Kinds of lazy flag computation. The second operand follows from FLAG_A and FLAG_RESULT. */
export const FLAGS_ADD = 1 << 2; // A + b = result
export const FLAGS_SUB = 2 << 2; // A - b = result; also CMP and NEG (A = 0)
export const FLAGS_LOGIC = 3 << 2; // CF = OF = AF = 0
export const FLAGS_INC = 4 << 2; // CF kept in EFLAGS, result = A + 1
export const FLAGS_DEC = 5 << 2; // CF kept in EFLAGS, result = A - 1
export const FLAGS_ADC = 6 << 2; // A + b + 1 = result (ADC with carry in; without, it is FLAGS_ADD)
export const FLAGS_SBB = 7 << 2; // A - b - 1 = result
/** CF, OF and AF as EFLAGS has them; ZF, SF and PF follow from the result: shifts and multiplications. */
export const FLAGS_RESULT = 8 << 2;

/** Size codes: shift counts that bring the operand's top bit to bit 31 are 24, 16, 0. */
export const SIZE_8 = 1, SIZE_16 = 2, SIZE_32 = 3;

/** The parity flag for the low byte of `value`: PF (4) for an even number of ones, else 0. */
export function parity(value: number): number {
  const folded = (value ^ (value >>> 4)) & 15;
  return (0x9669 >>> folded) & 1 ? PF : 0;
}

const SHIFT = [0, 24, 16, 0];

/** CF as 0 or 1. */
export function carry(s: Int32Array): number {
  const op = s[FLAG_OP]!;
  if (op === 0) return s[EFLAGS]! & CF;
  const shift = SHIFT[op & 3]!;
  const a = (s[FLAG_A]! << shift) >>> 0;
  const result = (s[FLAG_RESULT]! << shift) >>> 0;
  switch (op & ~3) {
    case FLAGS_ADD:
      return result < a ? 1 : 0;
    case FLAGS_SUB: // b = a - result > a exactly when the result is above a
      return result > a ? 1 : 0;
    case FLAGS_ADC:
      return result <= a ? 1 : 0;
    case FLAGS_SBB:
      return result >= a ? 1 : 0;
    case FLAGS_LOGIC:
      return 0;
    default:
      return s[EFLAGS]! & CF;
  }
}

/** ZF as a truth value. */
export function zero(s: Int32Array): boolean {
  const op = s[FLAG_OP]!;
  return op === 0 ? (s[EFLAGS]! & ZF) !== 0 : s[FLAG_RESULT]! << SHIFT[op & 3]! === 0;
}

/** SF as a truth value. */
export function sign(s: Int32Array): boolean {
  const op = s[FLAG_OP]!;
  return op === 0 ? (s[EFLAGS]! & SF) !== 0 : s[FLAG_RESULT]! << SHIFT[op & 3]! < 0;
}

/** OF as a truth value. */
export function overflow(s: Int32Array): boolean {
  const op = s[FLAG_OP]!;
  if (op === 0) return (s[EFLAGS]! & OF) !== 0;
  const shift = SHIFT[op & 3]!;
  const a = s[FLAG_A]! << shift;
  const result = s[FLAG_RESULT]! << shift;
  switch (op & ~3) {
    case FLAGS_ADD: { // signs of both operands differ from the result's
      const b = (result - a) | 0;
      return ((a ^ result) & (b ^ result)) < 0;
    }
    case FLAGS_ADC: {
      const b = (result - a - (1 << shift)) | 0;
      return ((a ^ result) & (b ^ result)) < 0;
    }
    case FLAGS_SUB: {
      const b = (a - result) | 0;
      return ((a ^ b) & (a ^ result)) < 0;
    }
    case FLAGS_SBB: {
      const b = (a - result - (1 << shift)) | 0;
      return ((a ^ b) & (a ^ result)) < 0;
    }
    case FLAGS_INC:
      return result === (0x80000000 | 0);
    case FLAGS_DEC:
      return a === (0x80000000 | 0);
    case FLAGS_RESULT:
      return (s[EFLAGS]! & OF) !== 0;
    default:
      return false;
  }
}

/** AF as AF (0x10) or 0. */
function adjust(s: Int32Array): number {
  const op = s[FLAG_OP]!;
  if (op === 0) return s[EFLAGS]! & AF;
  const a = s[FLAG_A]!;
  const result = s[FLAG_RESULT]!;
  switch (op & ~3) {
    case FLAGS_ADD:
      return (a ^ (result - a) ^ result) & AF;
    case FLAGS_SUB:
      return (a ^ (a - result) ^ result) & AF;
    case FLAGS_ADC:
      return (a ^ (result - a - 1) ^ result) & AF;
    case FLAGS_SBB:
      return (a ^ (a - result - 1) ^ result) & AF;
    case FLAGS_INC:
    case FLAGS_DEC:
      return (a ^ 1 ^ result) & AF;
    case FLAGS_RESULT:
      return s[EFLAGS]! & AF;
    default:
      return 0;
  }
}

/** PF as a truth value. */
export function parityFlag(s: Int32Array): boolean {
  return s[FLAG_OP] === 0 ? (s[EFLAGS]! & PF) !== 0 : parity(s[FLAG_RESULT]!) !== 0;
}

/** Makes EFLAGS true in every bit and returns it. */
export function materializeFlags(s: Int32Array): number {
  if (s[FLAG_OP] === 0) return s[EFLAGS]!;
  const flags = (s[EFLAGS]! & ~ARITHMETIC_FLAGS) | carry(s) | (parityFlag(s) ? PF : 0) | adjust(s) |
    (zero(s) ? ZF : 0) | (sign(s) ? SF : 0) | (overflow(s) ? OF : 0);
  s[EFLAGS] = flags;
  s[FLAG_OP] = 0;
  return flags;
}

/** Condition `code` (the low four bits of Jcc, SETcc, CMOVcc; SDM volume 1, appendix B). */
export function condition(s: Int32Array, code: number): boolean {
  switch (code) {
    case 0:
      return overflow(s);
    case 1:
      return !overflow(s);
    case 2:
      return carry(s) !== 0;
    case 3:
      return carry(s) === 0;
    case 4:
      return zero(s);
    case 5:
      return !zero(s);
    case 6:
      return carry(s) !== 0 || zero(s);
    case 7:
      return carry(s) === 0 && !zero(s);
    case 8:
      return sign(s);
    case 9:
      return !sign(s);
    case 10:
      return parityFlag(s);
    case 11:
      return !parityFlag(s);
    case 12:
      return sign(s) !== overflow(s);
    case 13:
      return sign(s) === overflow(s);
    case 14:
      return zero(s) || sign(s) !== overflow(s);
    default:
      return !zero(s) && sign(s) === overflow(s);
  }
}
