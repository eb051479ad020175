/**
 * What a decoded instruction costs under a profile.
 *
 * @module
 */

import type { IntegerCosts } from "../../cycles/mod.ts";
import type { Instruction } from "../../isa/mod.ts";

/** Operations that write their memory destination without reading it. */
const WRITE_ONLY = new Set(["mov", "set", "pop", "mov-from-segment", "sldt", "str", "smsw", "sgdt", "sidt"]);
/** Operations that only read their first operand. */
const READ_ONLY = new Set([
  "cmp",
  "test",
  "push",
  "jmp",
  "call",
  "mul",
  "imul",
  "div",
  "idiv",
  "bt",
  "verr",
  "verw",
  "lldt",
  "ltr",
  "lmsw",
  "lgdt",
  "lidt",
  "jmp-far",
  "call-far",
]);

/**
 * Cycles of one execution: the price of its class, of the memory operand it names, and of a bus lock. Always at least 1.
 * What depends on the data (repetitions, faults, walks, devices) is charged when it happens.
 */
export function instructionCycles(costs: IntegerCosts, instruction: Instruction): number {
  const { form, operands } = instruction;
  let cycles = costs.instruction[form.costClass];
  let memory = false;
  for (let n = 0; n < operands.length; n++) {
    const operand = operands[n]!;
    if (operand.kind !== "memory" || operand.size === 0) continue;
    memory = true;
    const written = n === 0 && !READ_ONLY.has(form.operation);
    const read = n > 0 || !WRITE_ONLY.has(form.operation);
    if (read) cycles += costs.operand.load;
    if (written) cycles += costs.operand.store;
  }
  if (memory && (instruction.lock || form.operation === "xchg")) cycles += costs.operand.locked;
  return cycles;
}
