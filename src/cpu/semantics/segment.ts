/**
 * Segment registers: MOV to and from them, PUSH and POP, LDS, LES, LFS, LGS, LSS.
 *
 * @module
 */

import { SS } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { loadSegmentRegister } from "../descriptors.ts";
import { load, peek, push as pushValue, setStackPointer, store } from "../operands.ts";
import { ESP, SELECTOR, SHADOW } from "../state.ts";
import { readFarPointer } from "./far_pointer.ts";

const moveFrom: Handler = (cpu, instruction) => {
  // A 32-bit register gets the selector zero-extended, memory always 16 bits.
  store(cpu, instruction, 0, cpu.s[SELECTOR + instruction.operands[1]!.index]!);
};

const moveTo: Handler = (cpu, instruction) => {
  const register = instruction.operands[0]!.index;
  loadSegmentRegister(cpu, register, load(cpu, instruction, 1) & 0xffff);
  if (register === SS) holdEvents(cpu);
};

/** The instruction after a load of SS usually loads ESP: nothing may come between (SDM volume 3A, 6.8.3). */
function holdEvents(cpu: Cpu): void {
  cpu.s[SHADOW] = 2;
  cpu.leave();
}

/** With a 32-bit operand size the selector is zero-extended. */
const push: Handler = (cpu, instruction) => {
  pushValue(cpu, cpu.s[SELECTOR + instruction.operands[0]!.index]!, instruction.operandSize);
};

const pop: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operandSize;
  const register = instruction.operands[0]!.index;
  const selector = peek(cpu, 0, size) & 0xffff;
  const top = s[ESP]!;
  setStackPointer(cpu, top + size); // while SS still says how wide it is
  try {
    loadSegmentRegister(cpu, register, selector);
  } catch (fault) {
    s[ESP] = top;
    throw fault;
  }
  if (register === SS) holdEvents(cpu);
};

const loadFarPointer: Handler = (cpu, instruction) => {
  const { selector, offset } = readFarPointer(cpu, instruction, 1);
  loadSegmentRegister(cpu, instruction.operands[2]!.index, selector);
  store(cpu, instruction, 0, offset);
};

/** Routines of the family "segment", and the segment registers' part of the family "stack". */
export const segment = {
  "mov-from-segment": moveFrom,
  "mov-to-segment": moveTo,
  "load-far-pointer": loadFarPointer,
  "push-segment": push,
  "pop-segment": pop,
} satisfies Record<string, Handler>;
