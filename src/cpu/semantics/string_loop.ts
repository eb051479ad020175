/**
 * The repeat prefixes: how a string instruction becomes a loop that can be interrupted after every element
 * (SDM volume 2, REP).
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu } from "../cpu.ts";
import { readRegister, writeRegister } from "../operands.ts";
import {
  BUDGET,
  BUDGET_START,
  DEBUG_PENDING,
  DF,
  ECX,
  EDI,
  EFLAGS,
  EIP,
  LEAVE,
  NEXT_EIP,
  RETIRED,
  TF,
} from "../state.ts";

/** DR6.BS: single step. */
const SINGLE_STEP = 0x4000;

/** What a string instruction does with one element, index registers included. It faults before it changes anything. */
export type Element = (cpu: Cpu, instruction: Instruction) => void;

/**
 * Does several elements at once where that is quick and indistinguishable, no more than the budget allows.
 *
 * @param count how many elements are left, unsigned
 * @returns how many were done; 0 to have one done the long way
 */
export type Block = (cpu: Cpu, instruction: Instruction, count: number) => number;

/** What {@linkcode repeatString} may be told besides the element. */
export interface RepeatOptions {
  readonly block?: Block;
  /** CMPS and SCAS: whether the loop goes on after the element just done, by ZF and the prefix. */
  readonly goOn?: (cpu: Cpu, instruction: Instruction) => boolean;
  /**
   * Cycles of `count` elements from offset `from` (EDI before them) on; the price of the instruction's class for each when
   * left out. It has to come to the same however the loop is cut into pieces.
   */
  readonly price?: (cpu: Cpu, instruction: Instruction, from: number, count: number) => number;
}

/** Size of an element in bytes. */
export function elementSize(instruction: Instruction): 1 | 2 | 4 {
  return instruction.form.width || instruction.operandSize;
}

/** ESI or EDI, or their low halves with 16-bit addresses. */
export function readIndex(cpu: Cpu, instruction: Instruction, register: number): number {
  return instruction.addressSize === 4 ? cpu.s[register]! : cpu.s[register]! & 0xffff;
}

/** Moves ESI or EDI on by one element: up, or down while DF is set. */
export function advanceIndex(cpu: Cpu, instruction: Instruction, register: number): void {
  const size = elementSize(instruction);
  const step = (cpu.s[EFLAGS]! & DF) !== 0 ? -size : size;
  writeRegister(cpu, register, instruction.addressSize, cpu.s[register]! + step);
}

/**
 * Executes a string instruction: one element without a prefix, else CX or ECX (by address size) of them. When the slice is
 * used up or something waits, it stops between two elements with EIP still at the instruction, which then is not retired and
 * has not paid for its start, so that an execution in several pieces counts and costs as much as one in one.
 */
export function repeatString(
  cpu: Cpu,
  instruction: Instruction,
  element: Element,
  { block, goOn, price }: RepeatOptions = {},
): void {
  if (instruction.repeat === 0) return element(cpu, instruction);
  const s = cpu.s;
  const perElement = cpu.costs.instruction[instruction.form.costClass];
  const start = cpu.costs.event["string-start"];
  cpu.charge(start - perElement); // the class's price, which entering the block has charged, is for one element
  for (;;) {
    const left = readRegister(cpu, ECX, instruction.addressSize) >>> 0;
    if (left === 0) return;
    const from = readIndex(cpu, instruction, EDI);
    let done = block === undefined || (s[EFLAGS]! & TF) !== 0 ? 0 : block(cpu, instruction, left);
    if (done === 0) {
      element(cpu, instruction);
      done = 1;
    }
    writeRegister(cpu, ECX, instruction.addressSize, left - done);
    cpu.charge(price === undefined ? done * perElement : price(cpu, instruction, from, done));
    if (left === done || (goOn !== undefined && !goOn(cpu, instruction))) return;
    if (s[BUDGET]! <= 0 || s[LEAVE] !== 0 || (s[EFLAGS]! & TF) !== 0) break;
  }
  s[NEXT_EIP] = s[EIP]!;
  s[RETIRED] = s[RETIRED]! - 1;
  // Not charge(-start), which would give the slice new budget to start with, for ever.
  s[BUDGET_START] = s[BUDGET_START]! - start;
  if ((s[EFLAGS]! & TF) !== 0) s[DEBUG_PENDING] = s[DEBUG_PENDING]! | SINGLE_STEP; // a trap after every element
}
