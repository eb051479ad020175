/**
 * Takes the flags out of micro-operations whose flags nobody will look at, because a later one in the same block sets all of
 * them and nothing in between can fault, end the block, or read them.
 *
 * @module
 */

import * as M from "./micro_operation.ts";
import { R_IMM, R_OP, RECORD } from "./record.ts";

/** What stands for a micro-operation whose flags are dead. */
const QUIET = new Map<number, number>([
  [M.ADD32_RR, M.ADD32_RR_QUIET],
  [M.ADD32_RI, M.ADD32_RI_QUIET],
  [M.OR32_RR, M.OR32_RR_QUIET],
  [M.OR32_RI, M.OR32_RI_QUIET],
  [M.AND32_RR, M.AND32_RR_QUIET],
  [M.AND32_RI, M.AND32_RI_QUIET],
  [M.SUB32_RR, M.SUB32_RR_QUIET],
  [M.XOR32_RR, M.XOR32_RR_QUIET],
  [M.XOR32_RI, M.XOR32_RI_QUIET],
  [M.SHL32_I, M.SHL32_I_QUIET],
  [M.SHR32_I, M.SHR32_I_QUIET],
  [M.SAR32_I, M.SAR32_I_QUIET],
  [M.IMUL32_RR, M.IMUL32_RR_QUIET],
  [M.IMUL32_RRI, M.IMUL32_RRI_QUIET],
  [M.INC32, M.ADD32_RI_QUIET],
  [M.DEC32, M.ADD32_RI_QUIET],
  [M.SUB32_RI, M.ADD32_RI_QUIET],
]);

/** Micro-operations on registers alone that set all six flags, or those of a branch fused with such a one. */
const SETS_ALL = new Set<number>([M.NEG32, ...QUIET.keys()]);
for (let op = M.ADD32_RR; op <= M.TEST8_RI; op++) {
  if (op < M.ADC32_RR || op > M.SBB32_RI) SETS_ALL.add(op);
}
for (let op = M.CMP32_RR_JB; op < M.MICRO_OPERATIONS; op++) SETS_ALL.add(op);
for (const op of [M.INC32, M.DEC32, M.DEC32_JNE]) SETS_ALL.delete(op);

/** Micro-operations that have nothing to do with flags and cannot fault. */
const NEUTRAL = new Set<number>([
  M.NOTHING,
  M.MOV32_RR,
  M.MOV32_RI,
  M.MOV16_RR,
  M.MOV16_RI,
  M.MOV8_RR,
  M.MOV8_RI,
  M.LEA32,
  M.NOT32,
  M.MOVZX8,
  M.MOVZX16,
  M.MOVSX8,
  M.MOVSX16,
  M.XCHG32,
  M.CDQ,
  M.CWDE,
]);

/** INC and DEC: they set all flags but CF, which they keep. */
const KEEPS_CARRY = new Set<number>([
  M.INC32,
  M.DEC32,
  M.INC16,
  M.DEC16,
  M.INC8,
  M.DEC8,
  M.DEC32_JNE,
]);

/** Which flags may be looked at by what comes behind. */
const NO_FLAG = 0, CARRY = 1, ALL_FLAGS = 2;

/** Goes through the records of a block from word `first` to the last one, at `last`, backwards. */
export function quieten(records: Int32Array, first: number, last: number): void {
  let live = ALL_FLAGS;
  for (let word = last; word >= first; word -= RECORD) {
    const op = records[word + R_OP]!;
    if (NEUTRAL.has(op)) continue;
    const keepsCarry = KEEPS_CARRY.has(op);
    const dead = live === NO_FLAG || (keepsCarry && live === CARRY);
    const quiet = dead ? QUIET.get(op) : undefined;
    if (quiet !== undefined) {
      records[word + R_OP] = quiet;
      if (op === M.INC32) records[word + R_IMM] = 1;
      else if (op === M.DEC32) records[word + R_IMM] = -1;
      else if (op === M.SUB32_RI) records[word + R_IMM] = -records[word + R_IMM]!;
    } else if (keepsCarry) live = Math.min(live, CARRY);
    else live = SETS_ALL.has(op) ? NO_FLAG : ALL_FLAGS;
  }
}
