/**
 * Addition, subtraction and comparison: ADD, ADC, SUB, SBB, CMP, INC, DEC, NEG, XADD, CMPXCHG, CMPXCHG8B.
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { carry, FLAGS_ADC, FLAGS_ADD, FLAGS_DEC, FLAGS_INC, FLAGS_SBB, FLAGS_SUB } from "../flags.ts";
import {
  effectiveAddress,
  load,
  loadForUpdate,
  probeMemory,
  readMemory,
  readRegister,
  store,
  writeMemory,
  writeRegister,
} from "../operands.ts";
import { EAX, EBX, ECX, EDX, ZF } from "../state.ts";
import { changeFlags, keepCarry, noteFlags } from "./arithmetic_flags.ts";

const add: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const result = (a + load(cpu, instruction, 1)) | 0;
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_ADD, instruction.operands[0]!.size, a, result);
};

const adc: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const carryIn = carry(cpu.s);
  const result = (a + load(cpu, instruction, 1) + carryIn) | 0;
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, carryIn ? FLAGS_ADC : FLAGS_ADD, instruction.operands[0]!.size, a, result);
};

const sub: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const result = (a - load(cpu, instruction, 1)) | 0;
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_SUB, instruction.operands[0]!.size, a, result);
};

const sbb: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const carryIn = carry(cpu.s);
  const result = (a - load(cpu, instruction, 1) - carryIn) | 0;
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, carryIn ? FLAGS_SBB : FLAGS_SUB, instruction.operands[0]!.size, a, result);
};

const cmp: Handler = (cpu, instruction) => {
  const a = load(cpu, instruction, 0);
  const result = (a - load(cpu, instruction, 1)) | 0;
  noteFlags(cpu.s, FLAGS_SUB, instruction.operands[0]!.size, a, result);
};

/** INC and DEC leave CF alone. */
const inc: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const result = (a + 1) | 0;
  store(cpu, instruction, 0, result);
  keepCarry(cpu.s);
  noteFlags(cpu.s, FLAGS_INC, instruction.operands[0]!.size, a, result);
};

const dec: Handler = (cpu, instruction) => {
  const a = loadForUpdate(cpu, instruction, 0);
  const result = (a - 1) | 0;
  store(cpu, instruction, 0, result);
  keepCarry(cpu.s);
  noteFlags(cpu.s, FLAGS_DEC, instruction.operands[0]!.size, a, result);
};

/** 0 - operand. */
const neg: Handler = (cpu, instruction) => {
  const result = -loadForUpdate(cpu, instruction, 0) | 0;
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_SUB, instruction.operands[0]!.size, 0, result);
};

/** The destination gets the sum, the source the destination's old value. */
const xadd: Handler = (cpu, instruction) => {
  const destination = instruction.operands[0]!;
  const a = loadForUpdate(cpu, instruction, 0);
  const result = (a + load(cpu, instruction, 1)) | 0;
  if (destination.kind === "memory") {
    store(cpu, instruction, 0, result); // before the source, which may be part of the address
    store(cpu, instruction, 1, a);
  } else {
    store(cpu, instruction, 1, a);
    store(cpu, instruction, 0, result); // last: XADD of a register with itself doubles it
  }
  noteFlags(cpu.s, FLAGS_ADD, destination.size, a, result);
};

/**
 * Compares the accumulator with the destination; if they are equal the source goes to the destination, else the
 * destination to the accumulator. Memory is written in both cases, so that a page must be writable in both.
 */
const cmpxchg: Handler = (cpu, instruction) => {
  const { kind, size } = instruction.operands[0]!;
  const destination = loadForUpdate(cpu, instruction, 0);
  const accumulator = readRegister(cpu, EAX, size);
  if (accumulator === destination) {
    store(cpu, instruction, 0, load(cpu, instruction, 1));
  } else {
    if (kind === "memory") store(cpu, instruction, 0, destination);
    writeRegister(cpu, EAX, size, destination);
  }
  noteFlags(cpu.s, FLAGS_SUB, size, accumulator, (accumulator - destination) | 0);
};

/** CMPXCHG of EDX:EAX and ECX:EBX with eight bytes of memory. Of the flags only ZF changes. */
const cmpxchg8b: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const operand = instruction.operands[0]!;
  const address = effectiveAddress(cpu, instruction, operand);
  probeMemory(cpu, operand.segment, address, 8);
  const low = readMemory(cpu, operand.segment, address, 4);
  const high = readMemory(cpu, operand.segment, (address + 4) | 0, 4);
  const equal = low === s[EAX] && high === s[EDX];
  writeMemory(cpu, operand.segment, address, 4, equal ? s[EBX]! : low);
  writeMemory(cpu, operand.segment, (address + 4) | 0, 4, equal ? s[ECX]! : high);
  if (!equal) {
    s[EAX] = low;
    s[EDX] = high;
  }
  changeFlags(s, ZF, equal ? ZF : 0);
};

/** What the arithmetic operations do. */
export const arithmetic = {
  add,
  adc,
  sub,
  sbb,
  cmp,
  inc,
  dec,
  neg,
  xadd,
  cmpxchg,
  cmpxchg8b,
} satisfies Record<string, Handler>;
