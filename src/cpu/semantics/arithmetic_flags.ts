/**
 * How the routines of this folder leave flags behind: lazily, by noting what was computed, or bit by bit.
 *
 * @module
 */

import { carry, materializeFlags, parity } from "../flags.ts";
import { CF, EFLAGS, FLAG_A, FLAG_OP, FLAG_RESULT, SF, ZF } from "../state.ts";

/**
 * Notes an addition, subtraction or logical operation; CF, PF, AF, ZF, SF and OF follow from it when somebody asks.
 *
 * @param kind one of the FLAGS_ constants of flags.ts
 * @param size operand size in bytes
 */
export function noteFlags(s: Int32Array, kind: number, size: number, a: number, result: number): void {
  s[FLAG_OP] = kind | (size === 4 ? 3 : size); // size codes 1, 2, 3
  s[FLAG_A] = a;
  s[FLAG_RESULT] = result;
}

/** Makes CF true in EFLAGS: before an INC or DEC, whose lazy kinds keep it there. */
export function keepCarry(s: Int32Array): void {
  s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
}

/** Sets the flags in `mask` to those in `bits`; the others keep their values. */
export function changeFlags(s: Int32Array, mask: number, bits: number): void {
  s[EFLAGS] = (materializeFlags(s) & ~mask) | bits;
}

/** SF, ZF and PF of a result of `size` bytes. */
export function resultFlags(result: number, size: number): number {
  const value = signExtend(result, size);
  return parity(value) | (value === 0 ? ZF : 0) | (value < 0 ? SF : 0);
}

/** The low `size` bytes as a signed number. */
export function signExtend(value: number, size: number): number {
  return size === 4 ? value | 0 : size === 2 ? value << 16 >> 16 : value << 24 >> 24;
}

/** The low `size` bytes as an unsigned number. */
export function zeroExtend(value: number, size: number): number {
  return size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
}
