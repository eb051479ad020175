/**
 * Decimal arithmetic: DAA, DAS, AAA, AAS, AAM, AAD; and SALC, which no manual lists.
 *
 * @module
 */

import type { Cpu, Handler } from "../cpu.ts";
import { DE, Fault } from "../fault.ts";
import { carry, FLAGS_ADD, materializeFlags } from "../flags.ts";
import { load, readRegister, writeRegister } from "../operands.ts";
import { AF, ARITHMETIC_FLAGS, CF, EAX } from "../state.ts";
import { changeFlags, noteFlags, resultFlags } from "./arithmetic_flags.ts";

/** Packed decimal adjustment of AL after an addition (`sign` 1) or a subtraction (-1). OF is undefined: cleared. */
function adjustPacked(cpu: Cpu, sign: 1 | -1): void {
  const flags = materializeFlags(cpu.s);
  const before = readRegister(cpu, EAX, 1);
  let after = before;
  let result = 0;
  if ((before & 15) > 9 || (flags & AF) !== 0) {
    after += 6 * sign;
    result |= AF;
    // DAS keeps the borrow of this step; DAA's carry of it is set below in any case.
    if (sign < 0 && after < 0) result |= CF;
  }
  if (before > 0x99 || (flags & CF) !== 0) {
    after += 0x60 * sign;
    result |= CF;
  }
  writeRegister(cpu, EAX, 1, after);
  changeFlags(cpu.s, ARITHMETIC_FLAGS, result | resultFlags(after, 1));
}

const daa: Handler = (cpu) => adjustPacked(cpu, 1);

const das: Handler = (cpu) => adjustPacked(cpu, -1);

/** Unpacked decimal adjustment of AX. CF = AF tell whether there was one; OF, SF, ZF and PF are undefined. */
function adjustUnpacked(cpu: Cpu, sign: 1 | -1): void {
  const flags = materializeFlags(cpu.s);
  const before = readRegister(cpu, EAX, 2);
  const adjust = (before & 15) > 9 || (flags & AF) !== 0;
  const after = adjust ? before + 0x106 * sign : before;
  writeRegister(cpu, EAX, 2, after & 0xff0f);
  changeFlags(cpu.s, ARITHMETIC_FLAGS, (adjust ? AF | CF : 0) | resultFlags(after & 15, 1));
}

const aaa: Handler = (cpu) => adjustUnpacked(cpu, 1);

const aas: Handler = (cpu) => adjustUnpacked(cpu, -1);

/** AH = AL / operand, AL = the remainder. */
const aam: Handler = (cpu, instruction) => {
  const base = load(cpu, instruction, 0);
  if (base === 0) throw new Fault(DE);
  const value = readRegister(cpu, EAX, 1);
  const low = value % base;
  writeRegister(cpu, EAX, 2, (Math.floor(value / base) << 8) | low);
  changeFlags(cpu.s, ARITHMETIC_FLAGS, resultFlags(low, 1));
};

/** AL = AL + AH * operand, AH = 0. CF, AF and OF, undefined by the manual, are those of the addition. */
const aad: Handler = (cpu, instruction) => {
  const value = readRegister(cpu, EAX, 2);
  const low = value & 0xff;
  const result = (low + (value >>> 8) * load(cpu, instruction, 0)) & 0xff;
  writeRegister(cpu, EAX, 2, result);
  noteFlags(cpu.s, FLAGS_ADD, 1, low, result);
};

/** AL = FFh if CF is set, else 0. */
const salc: Handler = (cpu) => {
  writeRegister(cpu, EAX, 1, -carry(cpu.s));
};

/** What the decimal operations do. */
export const bcd = { daa, das, aaa, aas, aam, aad, salc } satisfies Record<string, Handler>;
