/**
 * Shifts and rotates: SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD.
 *
 * Counts are cut to five bits (80286 and later). A count of 0 changes neither operand nor flags, yet memory must be
 * writable. OF is defined for a count of 1 only and AF never; what is left in them here is what Intel's processors leave.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
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
  carryOut = by === 0 ? carryIn : bit(value, bits - by);
  if (by === 0) return value;
  return (value << by) | (carryIn << (by - 1)) | (by === 1 ? 0 : value >>> (bits + 1 - by));
};

const rotateCarryRight: Shift = (value, count, size, carryIn) => {
  const bits = 8 * size, by = count % (bits + 1);
  carryOut = by === 0 ? carryIn : bit(value, by - 1);
  if (by === 0) return value;
  return (value >>> by) | (carryIn << (bits - by)) | (by === 1 ? 0 : value << (bits + 1 - by));
};

/** OF where the operand's sign has changed in the last of the one-bit shifts to the left: CF is the old sign. */
const signLost = (result: number, size: number): number => bit(result, 8 * size - 1) !== carryOut ? OF : 0;

/** The same to the right: the bit below the sign is the old sign. */
const signChanged = (result: number, size: number): number =>
  bit(result, 8 * size - 1) !== bit(result, 8 * size - 2) ? OF : 0;

/** Shifts set SF, ZF and PF by the result, and clear AF. */
function shiftBy(shift: Shift, overflow: (result: number, size: number) => number): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const count = load(cpu, instruction, 1) & 31;
    if (count === 0) return;
    const result = shift(value, count, size, 0);
    store(cpu, instruction, 0, result);
    changeFlags(cpu.s, ARITHMETIC_FLAGS, resultFlags(result, size) | carryOut * CF | overflow(result, size));
  };
}

/** Rotates change CF and OF only. */
function rotateBy(shift: Shift, overflow: (result: number, size: number) => number): Handler {
  return (cpu, instruction) => {
    const { size } = instruction.operands[0]!;
    const value = loadForUpdate(cpu, instruction, 0);
    const count = load(cpu, instruction, 1) & 31;
    if (count === 0) return;
    const result = shift(value, count, size, carry(cpu.s));
    store(cpu, instruction, 0, result);
    changeFlags(cpu.s, CF | OF, carryOut * CF | overflow(result, size));
  };
}

const shl = shiftBy(shiftLeft, signLost);
const shr = shiftBy(shiftRight, signChanged);
const sar = shiftBy(shiftRightSigned, signChanged);
const rol = rotateBy(rotateLeft, signLost);
const ror = rotateBy(rotateRight, signChanged);
const rcl = rotateBy(rotateCarryLeft, signLost);
const rcr = rotateBy(rotateCarryRight, signChanged);

/** Shifts operand 0, and operand 1 follows it in from the right. */
const shld: Handler = (cpu, instruction) => {
  shiftDouble(cpu, instruction, (value, filler, count, size) => {
    if (size === 4) {
      carryOut = bit(value, 32 - count);
      return (value << count) | (filler >>> (32 - count));
    }
    // A 16-bit operand with a count above 16 is undefined; Intel's processors rotate destination:source.
    const pair = (value << 16) | filler;
    carryOut = bit(pair, 32 - count);
    return ((pair << count) | (pair >>> (32 - count))) >>> 16;
  }, signLost);
};

/** Shifts operand 0, and operand 1 follows it in from the left. */
const shrd: Handler = (cpu, instruction) => {
  shiftDouble(cpu, instruction, (value, filler, count, size) => {
    if (size === 4) {
      carryOut = bit(value, count - 1);
      return (value >>> count) | (filler << (32 - count));
    }
    const pair = (filler << 16) | value;
    carryOut = bit(pair, count - 1);
    return (pair >>> count) | (pair << (32 - count));
  }, signChanged);
};

function shiftDouble(
  cpu: Cpu,
  instruction: Instruction,
  shift: (value: number, filler: number, count: number, size: number) => number,
  overflow: (result: number, size: number) => number,
): void {
  const { size } = instruction.operands[0]!;
  const value = loadForUpdate(cpu, instruction, 0);
  const filler = load(cpu, instruction, 1);
  const count = load(cpu, instruction, 2) & 31;
  if (count === 0) return;
  const result = shift(value, filler, count, size);
  store(cpu, instruction, 0, result);
  changeFlags(cpu.s, ARITHMETIC_FLAGS, resultFlags(result, size) | carryOut * CF | overflow(result, size));
}

/** What the shifts and rotates do. */
export const shift = { shl, shr, sar, rol, ror, rcl, rcr, shld, shrd } satisfies Record<string, Handler>;
