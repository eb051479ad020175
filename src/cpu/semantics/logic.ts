/**
 * AND, OR, XOR, TEST and NOT. CF and OF are cleared; AF, which the manual leaves undefined, is cleared too, as
 * Intel's processors do.
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { FLAGS_LOGIC } from "../flags.ts";
import { load, loadForUpdate, store } from "../operands.ts";
import { noteFlags } from "./arithmetic_flags.ts";

const and: Handler = (cpu, instruction) => {
  const result = loadForUpdate(cpu, instruction, 0) & load(cpu, instruction, 1);
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_LOGIC, instruction.operands[0]!.size, 0, result);
};

const or: Handler = (cpu, instruction) => {
  const result = loadForUpdate(cpu, instruction, 0) | load(cpu, instruction, 1);
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_LOGIC, instruction.operands[0]!.size, 0, result);
};

const xor: Handler = (cpu, instruction) => {
  const result = loadForUpdate(cpu, instruction, 0) ^ load(cpu, instruction, 1);
  store(cpu, instruction, 0, result);
  noteFlags(cpu.s, FLAGS_LOGIC, instruction.operands[0]!.size, 0, result);
};

const test: Handler = (cpu, instruction) => {
  const result = load(cpu, instruction, 0) & load(cpu, instruction, 1);
  noteFlags(cpu.s, FLAGS_LOGIC, instruction.operands[0]!.size, 0, result);
};

/** Changes no flag. */
const not: Handler = (cpu, instruction) => {
  store(cpu, instruction, 0, ~loadForUpdate(cpu, instruction, 0));
};

/** What the logical operations do. */
export const logic = { and, or, xor, test, not } satisfies Record<string, Handler>;
