/**
 * Single bits: BT, BTS, BTR, BTC, BSF, BSR.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { effectiveAddress, load, probeMemory, readMemory, readRegister } from "../operands.ts";
import { store, writeMemory, writeRegister } from "../operands.ts";
import { parity } from "../flags.ts";
import { ARITHMETIC_FLAGS, CF, ZF } from "../state.ts";
import { changeFlags, signExtend } from "./arithmetic_flags.ts";

/** The operand after the test of the bit in `mask`. */
type Change = (value: number, mask: number) => number;

/**
 * Copies a bit to CF (the other flags, undefined by the manual, keep their values) and changes it.
 *
 * @param change null for BT, which does not write
 */
function testBit(cpu: Cpu, instruction: Instruction, change: Change | null): void {
  const target = instruction.operands[0]!;
  const size = target.size as 2 | 4;
  const width = 8 * size;
  const selector = instruction.operands[1]!;
  const number = signExtend(load(cpu, instruction, 1), size);
  const mask = 1 << (number & (width - 1));
  let value: number;
  if (target.kind === "register") {
    value = readRegister(cpu, target.index, size);
    if (change !== null) writeRegister(cpu, target.index, size, change(value, mask));
  } else {
    let offset = effectiveAddress(cpu, instruction, target);
    if (selector.kind === "register") {
      // A bit number in a register reaches beyond the operand, in both directions (SDM volume 2, BT).
      offset += (number >> (size === 4 ? 5 : 4)) * size;
      offset = instruction.addressSize === 4 ? offset | 0 : offset & 0xffff;
    }
    if (change !== null) probeMemory(cpu, target.segment, offset, size);
    value = readMemory(cpu, target.segment, offset, size);
    if (change !== null) writeMemory(cpu, target.segment, offset, size, change(value, mask));
  }
  changeFlags(cpu.s, CF, (value & mask) !== 0 ? CF : 0);
}

const setBit: Change = (value, mask) => value | mask;
const resetBit: Change = (value, mask) => value & ~mask;
const complementBit: Change = (value, mask) => value ^ mask;

const bt: Handler = (cpu, instruction) => testBit(cpu, instruction, null);
const bts: Handler = (cpu, instruction) => testBit(cpu, instruction, setBit);
const btr: Handler = (cpu, instruction) => testBit(cpu, instruction, resetBit);
const btc: Handler = (cpu, instruction) => testBit(cpu, instruction, complementBit);

/**
 * Leaves the number of a bit, or for a source of 0 the destination as it was. ZF tells which; of the other flags, which
 * the manual leaves undefined, PF is that of the number (0 without one) and the rest is clear.
 */
function scan(cpu: Cpu, instruction: Instruction, value: number, found: number): void {
  if (value !== 0) store(cpu, instruction, 0, found);
  changeFlags(cpu.s, ARITHMETIC_FLAGS, value === 0 ? ZF | parity(0) : parity(found));
}

/** The lowest bit that is set. */
const bsf: Handler = (cpu, instruction) => {
  const value = load(cpu, instruction, 1);
  scan(cpu, instruction, value, 31 - Math.clz32(value & -value));
};

/** The highest bit that is set. */
const bsr: Handler = (cpu, instruction) => {
  const value = load(cpu, instruction, 1);
  scan(cpu, instruction, value, 31 - Math.clz32(value));
};

/** What the bit operations do. */
export const bit = { bt, bts, btr, btc, bsf, bsr } satisfies Record<string, Handler>;
