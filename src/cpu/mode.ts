/**
 * The mode key: a number that stands for everything decoded code depends on besides its bytes.
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { BASE, CPL, LIMIT, RIGHTS, RIGHTS_BIG } from "./state.ts";

/** Default operand and address size is 32 bits (CS.D). */
export const MODE_CODE_32 = 1;
/** The stack pointer is ESP, not SP (SS.B). */
export const MODE_STACK_32 = 2;
/** User privilege: page rights of code. */
export const MODE_USER = 4;
/** An intercept port is active. */
export const MODE_INTERCEPT = 8;

const FLAG_BITS = 4;
/** Different code segments (by base and limit) that can be told apart before the code cache is emptied. */
const MAX_SEGMENTS = 4096;

/** Computes the key. The code cache numbers the code segments it has seen by base and limit. */
export function modeKey(cpu: Cpu): number {
  const s = cpu.s;
  const flags = ((s[RIGHTS + 1]! & RIGHTS_BIG) !== 0 ? MODE_CODE_32 : 0) |
    ((s[RIGHTS + 2]! & RIGHTS_BIG) !== 0 ? MODE_STACK_32 : 0) |
    (s[CPL] === 3 ? MODE_USER : 0) |
    (cpu.intercept?.active ? MODE_INTERCEPT : 0);
  return cpu.code.segmentNumber(s[BASE + 1]!, s[LIMIT + 1]!, MAX_SEGMENTS) << FLAG_BITS | flags;
}
