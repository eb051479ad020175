/**
 * Operands of an instruction, read and written the general way: any kind, any size, all checks. Values of 1 and 2 bytes are
 * unsigned, values of 4 bytes are signed 32-bit integers.
 *
 * @module
 */

import type { Instruction, Operand } from "../isa/mod.ts";
import type { Cpu } from "./cpu.ts";
import { probeWrite, readLinear, writeLinear } from "./memory.ts";
import { checkSegment } from "./segmentation.ts";
import { BASE, ESP, READ_SPAN, RIGHTS, RIGHTS_BIG, SELECTOR, WRITE_SPAN } from "./state.ts";

const SS = 2;

/** Reads a general register. 8-bit registers 4..7 are AH, CH, DH, BH. */
export function readRegister(cpu: Cpu, index: number, size: number): number {
  const value = cpu.s[size === 1 ? index & 3 : index]!;
  if (size === 4) return value;
  if (size === 2) return value & 0xffff;
  return index < 4 ? value & 0xff : (value >>> 8) & 0xff;
}

/** Writes a general register, leaving its other bytes alone. */
export function writeRegister(cpu: Cpu, index: number, size: number, value: number): void {
  const s = cpu.s;
  if (size === 4) s[index] = value;
  else if (size === 2) s[index] = (s[index]! & ~0xffff) | (value & 0xffff);
  else if (index < 4) s[index] = (s[index]! & ~0xff) | (value & 0xff);
  else s[index & 3] = (s[index & 3]! & ~0xff00) | ((value & 0xff) << 8);
}

/** Offset of a memory operand in its segment, cut to the address size. */
export function effectiveAddress(cpu: Cpu, instruction: Instruction, operand: Operand): number {
  const s = cpu.s;
  let address = operand.displacement;
  if (operand.base >= 0) address += s[operand.base]!;
  if (operand.index >= 0) address += s[operand.index]! << operand.scale;
  return instruction.addressSize === 4 ? address | 0 : address & 0xffff;
}

/** Reads `size` bytes at segment:offset as the running program. @throws {Fault} #GP, #SS, #PF, #AC */
export function readMemory(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4): number {
  const s = cpu.s;
  if (offset >>> 0 >= s[READ_SPAN + segment]! >>> 0) checkSegment(cpu, segment, offset, size, false);
  return readLinear(cpu, (s[BASE + segment]! + offset) | 0, size, cpu.user);
}

/** Writes `size` bytes at segment:offset as the running program. @throws {Fault} #GP, #SS, #PF, #AC */
export function writeMemory(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4, value: number): void {
  const s = cpu.s;
  if (offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0) checkSegment(cpu, segment, offset, size, true);
  writeLinear(cpu, (s[BASE + segment]! + offset) | 0, size, value, cpu.user);
}

/** Checks that `size` bytes at segment:offset can be written, so that a later write cannot fault. @throws {Fault} */
export function probeMemory(cpu: Cpu, segment: number, offset: number, size: number): void {
  const s = cpu.s;
  if (offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0 || size > 4) {
    checkSegment(cpu, segment, offset, size, true);
  }
  probeWrite(cpu, (s[BASE + segment]! + offset) | 0, size, cpu.user);
}

/** Reads operand `n`: register, segment register, immediate or memory. @throws {Fault} */
export function load(cpu: Cpu, instruction: Instruction, n: number): number {
  const operand = instruction.operands[n]!;
  switch (operand.kind) {
    case "register":
      return readRegister(cpu, operand.index, operand.size);
    case "memory":
      return readMemory(
        cpu,
        operand.segment,
        effectiveAddress(cpu, instruction, operand),
        operand.size as 1 | 2 | 4,
      );
    case "segment":
      return cpu.s[SELECTOR + operand.index]!;
    default:
      return operand.value;
  }
}

/** Reads operand `n` that the instruction will write as well: a memory operand is checked for writing first. @throws {Fault} */
export function loadForUpdate(cpu: Cpu, instruction: Instruction, n: number): number {
  const operand = instruction.operands[n]!;
  if (operand.kind === "memory") {
    probeMemory(cpu, operand.segment, effectiveAddress(cpu, instruction, operand), operand.size);
  }
  return load(cpu, instruction, n);
}

/** Writes operand `n`: register or memory. @throws {Fault} */
export function store(cpu: Cpu, instruction: Instruction, n: number, value: number): void {
  const operand = instruction.operands[n]!;
  if (operand.kind === "memory") {
    const address = effectiveAddress(cpu, instruction, operand);
    writeMemory(cpu, operand.segment, address, operand.size as 1 | 2 | 4, value);
  } else writeRegister(cpu, operand.index, operand.size, value);
}

/** All ones over the part of ESP that addresses the stack: 0xFFFF with a 16-bit SS, -1 with a 32-bit one. */
export function stackMask(cpu: Cpu): number {
  return (cpu.s[RIGHTS + SS]! & RIGHTS_BIG) !== 0 ? -1 : 0xffff;
}

/** Moves ESP (or SP) to `value`, leaving the upper half alone on a 16-bit stack. */
export function setStackPointer(cpu: Cpu, value: number): void {
  const mask = stackMask(cpu);
  cpu.s[ESP] = (cpu.s[ESP]! & ~mask) | (value & mask);
}

/** Pushes 2 or 4 bytes. ESP moves only when the write has succeeded. @throws {Fault} #SS, #PF, #AC */
export function push(cpu: Cpu, value: number, size: 2 | 4): void {
  const top = (cpu.s[ESP]! - size) & stackMask(cpu);
  writeMemory(cpu, SS, top, size, value);
  setStackPointer(cpu, top);
}

/** Pops 2 or 4 bytes. ESP moves only when the read has succeeded. @throws {Fault} #SS, #PF, #AC */
export function pop(cpu: Cpu, size: 2 | 4): number {
  const top = cpu.s[ESP]! & stackMask(cpu);
  const value = readMemory(cpu, SS, top, size);
  setStackPointer(cpu, top + size);
  return value;
}

/** Reads the stack at `offset` bytes above its top without moving ESP. @throws {Fault} */
export function peek(cpu: Cpu, offset: number, size: 2 | 4): number {
  return readMemory(cpu, SS, (cpu.s[ESP]! + offset) & stackMask(cpu), size);
}
