/**
 * MUL, IMUL, DIV and IDIV, exact to 64 bits with 32-bit integers and doubles only.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { DE, Fault } from "../fault.ts";
import { load, readRegister, store, writeRegister } from "../operands.ts";
import { ARITHMETIC_FLAGS, CF, EAX, EDX, OF, ZF } from "../state.ts";
import { changeFlags, resultFlags, signExtend, zeroExtend } from "./arithmetic_flags.ts";

const AH = 4;

/** The upper 32 bits of the product of two unsigned numbers. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  // Each sum stays below 2^32.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) | 0;
}

/** The upper 32 bits of the product of two signed numbers. */
export function multiplyHighSigned(a: number, b: number): number {
  return (multiplyHigh(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/**
 * The quotient of the 64-bit number high:low and `divisor`, all unsigned, where high < divisor so that it has 32 bits.
 * School division with digits of 16 bits: every dividend stays below 2^48, where doubles are exact and a rounded
 * quotient cannot reach the next integer.
 */
export function divide64(high: number, low: number, divisor: number): number {
  if (high === 0) return Math.floor((low >>> 0) / divisor);
  const first = high * 0x10000 + (low >>> 16);
  const digit = Math.floor(first / divisor);
  const second = (first - digit * divisor) * 0x10000 + (low & 0xffff);
  return digit * 0x10000 + Math.floor(second / divisor);
}

/**
 * CF and OF tell whether the upper half of the product matters. The others are undefined; Intel's processors give SF and
 * PF of the lower half, and clear ZF and AF.
 */
function setProductFlags(cpu: Cpu, low: number, size: number, overflow: boolean): void {
  changeFlags(cpu.s, ARITHMETIC_FLAGS, (resultFlags(low, size) & ~ZF) | (overflow ? CF | OF : 0));
}

/** AX = AL * operand, DX:AX = AX * operand, or EDX:EAX = EAX * operand. */
const mul: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operands[0]!.size;
  const factor = load(cpu, instruction, 0);
  if (size === 4) {
    const high = multiplyHigh(s[EAX]!, factor);
    s[EAX] = Math.imul(s[EAX]!, factor);
    s[EDX] = high;
    setProductFlags(cpu, s[EAX]!, 4, high !== 0);
    return;
  }
  const product = Math.imul(readRegister(cpu, EAX, size), factor);
  const high = product >>> (8 * size);
  writeRegister(cpu, EAX, 2, product);
  if (size === 2) writeRegister(cpu, EDX, 2, high);
  setProductFlags(cpu, product, size, high !== 0);
};

const imul: Handler = (cpu, instruction) => {
  const count = instruction.operands.length;
  if (count === 1) multiplyAccumulator(cpu, instruction);
  else if (count === 2) multiplyInto(cpu, instruction, load(cpu, instruction, 0), load(cpu, instruction, 1));
  else multiplyInto(cpu, instruction, load(cpu, instruction, 1), load(cpu, instruction, 2));
};

function multiplyAccumulator(cpu: Cpu, instruction: Instruction): void {
  const s = cpu.s;
  const size = instruction.operands[0]!.size;
  const factor = signExtend(load(cpu, instruction, 0), size);
  if (size === 4) {
    const high = multiplyHighSigned(s[EAX]!, factor);
    s[EAX] = Math.imul(s[EAX]!, factor);
    s[EDX] = high;
    setProductFlags(cpu, s[EAX]!, 4, high !== s[EAX]! >> 31);
    return;
  }
  const product = Math.imul(signExtend(s[EAX]!, size), factor);
  writeRegister(cpu, EAX, 2, product);
  if (size === 2) writeRegister(cpu, EDX, 2, product >>> 16);
  setProductFlags(cpu, product, size, product !== signExtend(product, size));
}

/** The forms with two and three operands keep only the lower half. */
function multiplyInto(cpu: Cpu, instruction: Instruction, first: number, second: number): void {
  const size = instruction.operands[0]!.size;
  const a = signExtend(first, size), b = signExtend(second, size);
  const product = Math.imul(a, b);
  const fits = size === 4
    ? multiplyHighSigned(a, b) === product >> 31
    : product === signExtend(product, size);
  store(cpu, instruction, 0, product);
  setProductFlags(cpu, product, size, !fits);
}

/** Divides AX, DX:AX or EDX:EAX; #DE for a divisor of 0 and for a quotient that does not fit. */
const div: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operands[0]!.size;
  const divisor = zeroExtend(load(cpu, instruction, 0), size);
  if (size === 4) {
    const high = s[EDX]! >>> 0, low = s[EAX]!;
    if (high >= divisor) throw new Fault(DE); // a divisor of 0 included
    const quotient = divide64(high, low, divisor);
    s[EAX] = quotient;
    s[EDX] = low - Math.imul(quotient, divisor); // below 2^32, so the low words suffice
    return;
  }
  const dividend = size === 1 ? s[EAX]! & 0xffff : ((s[EDX]! << 16) | (s[EAX]! & 0xffff)) >>> 0;
  const quotient = Math.floor(dividend / divisor);
  if (divisor === 0 || quotient > zeroExtend(-1, size)) throw new Fault(DE);
  setQuotient(cpu, size, quotient, dividend - quotient * divisor);
};

/** Truncates toward zero; the remainder has the dividend's sign. */
const idiv: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operands[0]!.size;
  const divisor = signExtend(load(cpu, instruction, 0), size);
  if (size === 4) {
    divideSigned64(s, divisor);
    return;
  }
  const dividend = size === 1 ? signExtend(s[EAX]!, 2) : (s[EDX]! << 16) | (s[EAX]! & 0xffff);
  const quotient = Math.trunc(dividend / divisor);
  if (divisor === 0 || quotient !== signExtend(quotient, size)) throw new Fault(DE);
  setQuotient(cpu, size, quotient, dividend - quotient * divisor);
};

function divideSigned64(s: Int32Array, divisor: number): void {
  let high = s[EDX]!, low = s[EAX]!;
  const negative = high < 0;
  if (negative) {
    low = -low | 0;
    high = (~high + (low === 0 ? 1 : 0)) | 0;
  }
  const magnitude = Math.abs(divisor);
  if (high >>> 0 >= magnitude) throw new Fault(DE);
  const quotient = divide64(high >>> 0, low, magnitude);
  const differ = negative !== (divisor < 0);
  if (quotient > (differ ? 0x80000000 : 0x7fffffff)) throw new Fault(DE);
  const remainder = low - Math.imul(quotient, magnitude);
  s[EAX] = differ ? -quotient : quotient;
  s[EDX] = negative ? -remainder : remainder;
}

function setQuotient(cpu: Cpu, size: number, quotient: number, remainder: number): void {
  writeRegister(cpu, EAX, size, quotient);
  writeRegister(cpu, size === 1 ? AH : EDX, size, remainder);
}

/** What the multiplications and divisions do. */
export const multiply = { mul, imul, div, idiv } satisfies Record<string, Handler>;
