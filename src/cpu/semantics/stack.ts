/**
 * The stack: PUSH, POP, PUSHA, POPA, ENTER, LEAVE. Every fault leaves ESP as it was.
 *
 * @module
 */

import { SS } from "../../isa/mod.ts";
import type { Handler } from "../cpu.ts";
import {
  load,
  peek,
  pop as popValue,
  probeMemory,
  push as pushValue,
  readMemory,
  setStackPointer,
  stackMask,
  store,
  writeMemory,
  writeRegister,
} from "../operands.ts";
import { EAX, EBP, EDI, ESP } from "../state.ts";

/** PUSH ESP pushes the value before the push (80286 and later). */
const push: Handler = (cpu, instruction) => {
  pushValue(cpu, load(cpu, instruction, 0), instruction.operandSize);
};

/**
 * ESP has moved before the address of a memory destination is worked out (SDM volume 2, POP), and before a destination ESP
 * gets the value.
 */
const pop: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const before = s[ESP]!;
  const value = popValue(cpu, instruction.operandSize);
  try {
    store(cpu, instruction, 0, value);
  } catch (fault) {
    s[ESP] = before;
    throw fault;
  }
};

/** EAX, ECX, EDX, EBX, ESP as it was, EBP, ESI, EDI. */
const pusha: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operandSize;
  const mask = stackMask(cpu);
  const top = s[ESP]!;
  for (let register = EAX; register <= EDI; register++) {
    writeMemory(cpu, SS, (top - size * (register + 1)) & mask, size, s[register]!);
  }
  setStackPointer(cpu, top - 8 * size);
};

const popped = new Int32Array(8);

/** The reverse; the value for ESP is skipped. All is read before any register changes. */
const popa: Handler = (cpu, instruction) => {
  const size = instruction.operandSize;
  for (let register = EDI; register >= EAX; register--) {
    popped[register] = peek(cpu, (EDI - register) * size, size);
  }
  for (let register = EAX; register <= EDI; register++) {
    if (register !== ESP) writeRegister(cpu, register, size, popped[register]!);
  }
  setStackPointer(cpu, cpu.s[ESP]! + 8 * size);
};

/** Makes a stack frame, with the frame pointers of `level` (modulo 32) enclosing procedures (SDM volume 2, ENTER). */
const enter: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operandSize;
  const mask = stackMask(cpu);
  const bytes = load(cpu, instruction, 0);
  const level = load(cpu, instruction, 1) & 31;
  let top = (s[ESP]! - size) & mask;
  writeMemory(cpu, SS, top, size, s[EBP]!);
  const frame = top;
  for (let n = 1; n < level; n++) {
    const pointer = readMemory(cpu, SS, (s[EBP]! - n * size) & mask, size);
    top = (top - size) & mask;
    writeMemory(cpu, SS, top, size, pointer);
  }
  if (level > 0) {
    top = (top - size) & mask;
    writeMemory(cpu, SS, top, size, frame);
  }
  top = (top - bytes) & mask;
  probeMemory(cpu, SS, top, size); // a page fault on the new top comes now, not at the next push
  writeRegister(cpu, EBP, size, frame);
  setStackPointer(cpu, top);
};

/** ESP = EBP, and pops EBP. */
const leave: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operandSize;
  const frame = s[EBP]! & stackMask(cpu);
  const value = readMemory(cpu, SS, frame, size);
  setStackPointer(cpu, frame + size);
  writeRegister(cpu, EBP, size, value);
};

/** What the stack operations do. */
export const stack = { push, pop, pusha, popa, enter, leave } satisfies Record<string, Handler>;
