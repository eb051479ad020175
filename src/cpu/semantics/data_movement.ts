/**
 * Moves between registers and memory: MOV, MOVZX, MOVSX, LEA, XCHG, XLAT, BSWAP, CMOVcc, SETcc, NOP, PAUSE.
 *
 * @module
 */

import { DS } from "../../isa/mod.ts";
import type { Handler } from "../cpu.ts";
import { condition } from "../flags.ts";
import { effectiveAddress, load, loadForUpdate, readMemory, store, writeRegister } from "../operands.ts";
import { EAX, EBX } from "../state.ts";
import { signExtend } from "./arithmetic_flags.ts";

const mov: Handler = (cpu, instruction) => {
  store(cpu, instruction, 0, load(cpu, instruction, 1));
};

/** Sources are 8 or 16 bits and read as unsigned numbers already. */
const movzx: Handler = mov;

const movsx: Handler = (cpu, instruction) => {
  const size = instruction.operands[1]!.size;
  store(cpu, instruction, 0, signExtend(load(cpu, instruction, 1), size));
};

const lea: Handler = (cpu, instruction) => {
  // A 16-bit address in a 32-bit register is zero-extended, a 32-bit one in a 16-bit register cut.
  store(cpu, instruction, 0, effectiveAddress(cpu, instruction, instruction.operands[1]!));
};

const xchg: Handler = (cpu, instruction) => {
  const first = loadForUpdate(cpu, instruction, 0);
  const second = load(cpu, instruction, 1);
  store(cpu, instruction, 0, second); // memory before the register, which may be part of its address
  store(cpu, instruction, 1, first);
};

const xlat: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const address = s[EBX]! + (s[EAX]! & 0xff);
  const segment = instruction.segment >= 0 ? instruction.segment : DS;
  const offset = instruction.addressSize === 4 ? address | 0 : address & 0xffff;
  writeRegister(cpu, EAX, 1, readMemory(cpu, segment, offset, 1));
};

const bswap: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const { index, size } = instruction.operands[0]!;
  if (size === 2) {
    // Undefined by the manual. Intel's processors swap the zero-extended register and keep the low half: zero.
    writeRegister(cpu, index, 2, 0);
    return;
  }
  const value = s[index]!;
  s[index] = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
};

const cmov: Handler = (cpu, instruction) => {
  const value = load(cpu, instruction, 1); // the source is read, and may fault, whatever the condition
  if (condition(cpu.s, instruction.form.condition)) store(cpu, instruction, 0, value);
};

const set: Handler = (cpu, instruction) => {
  store(cpu, instruction, 0, condition(cpu.s, instruction.form.condition) ? 1 : 0);
};

/** The forms with an operand do not access it. */
const nop: Handler = () => {};

/** What the data-movement operations do. */
export const dataMovement = {
  mov,
  movzx,
  movsx,
  lea,
  xchg,
  xlat,
  bswap,
  cmov,
  set,
  nop,
  pause: nop,
} satisfies Record<string, Handler>;
