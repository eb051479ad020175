/**
 * Shifts and rotates: SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD.
 *
 * Counts are cut to five bits (80286 and later). A count of 0 changes neither operand nor flags, yet memory must be
 * writable. The manual defines OF for a count of 1 only, and AF never. Intel's processors clear AF, and leave in OF what the
 * first of the one-bit steps leaves there, whatever the count. (Recent ones leave OF alone when
 * ROL and ROR rotate a register by an immediate other than 1: here these are no exception.)
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { carry } from "../flags.ts";
import { load, loadForUpdate, store } from "../operands.ts";
import { ARITHMETIC_FLAGS, CF, OF } from "../state.ts";
import { changeFlags, resultFlags, signExtend } from "./arithmetic_flags.ts";

/** Operand 0 (unsigned when it has 1 or 2 bytes) shifted by 1 to 31: the low bytes of the return value count. */
type Shift = (value: number, count: number, size: number, carryIn: number) => number;

/** What a {@linkcode Shift} leaves in CF. */
let carryOut = 0;

/** Bit `n` of a value. */
const bit = (value: number, n: number): number => (value >>> n) & 1;

const shiftLeft: Shift = (value, count, size) => {
  const bits = 8 * size;
  carryOut = count <= bits ? bit(value, bits - count) : 0;
  return value << count;
};

const shiftRight: Shift = (value, count) => {
  carryOut = bit(value, count - 1);
  return value >>> count;
};

const shiftRightSigned: Shift = (value, count, size) => {
  const extended = signExtend(value, size);
  carryOut = (extended >> (count - 1)) & 1;
  return extended >> count;
};

const rotateLeft: Shift = (value, count, size) => {
  const bits = 8 * size, by = count & (bits - 1);
  const result = by === 0 ? value : (value << by) | (value >>> (bits - by));
  carryOut = result & 1;
  return result;
};

const rotateRight: Shift = (value, count, size) => {
  const bits = 8 * size, by = count & (bits - 1);
  const result = by === 0 ? value : (value >>> by) | (value << (bits - by));
  carryOut = bit(result, bits - 1);
  return result;
};

/** A rotation of 9, 17 or 33 bits: operand and CF. */
const rotateCarryLeft: Shift = (value, count, size, carryIn) => {
  const bits = 8 * size, by = count % (bits + 1);
  carryOut = bit(value, bits - by);
  return (value << by) | (carryIn << (by - 1)) | (by === 1 ? 0 : value >>> (bits + 1 - by));
};

const rotateCarryRight: Shift = (value, count, size, carryIn) => {
  const bits = 8 * size, by = count % (bits + 1);
  carryOut = bit(value, by - 1);
  return (value >>> by) | (carryIn << (bits - by)) | (by === 1 ? 0 : value << (bits + 1 - by));
};

/**
 * OF after the first of the one-bit steps: 1 when it changes the sign.
 *
 * @param next for steps to the right, the bit that comes in: CF, the lowest bit of the operand or of the other operand
 */
type Overflow = (value: number, size: number, next: number) => number;

const leftward: Overflow = (value, size) => bit(value, 8 * size - 1) !== bit(value, 8 * size - 2) ? OF : 0;
const rightward: Overflow = (value, size, next) => bit(value, 8 * size - 1) !== next ? OF : 0;

/** Shifts set SF, ZF and PF by the result, and clear AF. */
function shiftBy(shift: Shift, overflow: Overflow): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const count = load(cpu, instruction, 1) & 31;
    if (count === 0) return;
    const result = shift(value, count, size, 0);
    store(cpu, instruction, 0, result);
    changeFlags(
      cpu.s,
      ARITHMETIC_FLAGS,
      resultFlags(result, size) | carryOut * CF | overflow(value, size, 0),
    );
  };
}

/** Rotates change CF and OF only. */
function rotateBy(shift: Shift, overflow: Overflow): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const count = load(cpu, instruction, 1) & 31;
    if (count === 0) return;
    const result = shift(value, count, size, 0);
    store(cpu, instruction, 0, result);
    changeFlags(cpu.s, CF | OF, carryOut * CF | overflow(value, size, value & 1));
  };
}

/** Rotates through CF; by a multiple of their 9 or 17 bits they change nothing. */
function rotateCarryBy(shift: Shift, overflow: Overflow): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const count = load(cpu, instruction, 1) & 31;
    if (size === 4 ? count === 0 : count % (8 * size + 1) === 0) return;
    const carryIn = carry(cpu.s);
    const result = shift(value, count, size, carryIn);
    store(cpu, instruction, 0, result);
    changeFlags(cpu.s, CF | OF, carryOut * CF | overflow(value, size, carryIn));
  };
}

const shl = shiftBy(shiftLeft, leftward);
const shr = shiftBy(shiftRight, rightward);
const sar = shiftBy(shiftRightSigned, () => 0);
const rol = rotateBy(rotateLeft, leftward);
const ror = rotateBy(rotateRight, rightward);
const rcl = rotateCarryBy(rotateCarryLeft, leftward);
const rcr = rotateCarryBy(rotateCarryRight, rightward);

/** A double shift by 1 to 31. */
type DoubleShift = (value: number, filler: number, count: number, size: number) => number;

const doubleLeft: DoubleShift = (value, filler, count, size) => {
  if (size === 4) {
    carryOut = bit(value, 32 - count);
    return (value << count) | (filler >>> (32 - count));
  }
  // A 16-bit operand with a count above 16 is undefined; Intel's processors rotate destination:source.
  const pair = (value << 16) | filler;
  carryOut = bit(pair, 32 - count);
  return ((pair << count) | (pair >>> (32 - count))) >>> 16;
};

const doubleRight: DoubleShift = (value, filler, count, size) => {
  const pair = size === 4 ? value : (filler << 16) | value;
  carryOut = bit(pair, count - 1);
  return (pair >>> count) | ((size === 4 ? filler : pair) << (32 - count));
};

/** Shifts operand 0, and operand 1 follows it in. */
function shiftDoubleBy(shift: DoubleShift, overflow: Overflow): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const filler = load(cpu, instruction, 1);
    const count = load(cpu, instruction, 2) & 31;
    if (count === 0) return;
    const result = shift(value, filler, count, size);
    store(cpu, instruction, 0, result);
    changeFlags(
      cpu.s,
      ARITHMETIC_FLAGS,
      resultFlags(result, size) | carryOut * CF | overflow(value, size, filler & 1),
    );
  };
}

const shld = shiftDoubleBy(doubleLeft, leftward);
const shrd = shiftDoubleBy(doubleRight, rightward);

/** What the shifts and rotates do. */
export const shift = { shl, shr, sar, rol, ror, rcl, rcr, shld, shrd } satisfies Record<string, Handler>;
