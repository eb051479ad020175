/**
 * What a guest kernel's instruction becomes in the translation cache.
 *
 * @module
 */

import { CS, DS, ES, FS, GS, type Instruction, type Operation } from "../../isa/mod.ts";
import type { TranslationOptions } from "./options.ts";
import type { TranslationKind } from "./unit.ts";

/** How an instruction is translated. */
export type Plan =
  | "ident"
  | "jcc"
  | "count" // JCXZ and the LOOPs
  | "jmp"
  | "call"
  | "jmp-indirect"
  | "call-indirect"
  | "ret"
  | "cli"
  | "sti"
  | "pushf"
  | "popf"
  | "rdtsc"
  | "in"
  | "push-selector"
  | "mov-selector"
  | "load-segment"
  | "callout"
  | "callout-end"; // a callout after which execution goes on elsewhere

/** What a listing calls a plan. */
export const KIND_OF_PLAN: Readonly<Record<Plan, TranslationKind>> = {
  ident: "ident",
  jcc: "continuation",
  count: "continuation",
  jmp: "continuation",
  call: "continuation",
  "jmp-indirect": "look-up",
  "call-indirect": "look-up",
  ret: "look-up",
  cli: "emulated",
  sti: "emulated",
  pushf: "emulated",
  popf: "emulated",
  rdtsc: "emulated",
  in: "emulated",
  "push-selector": "emulated",
  "mov-selector": "emulated",
  "load-segment": "emulated",
  callout: "callout",
  "callout-end": "callout",
};

/** Operations that go on elsewhere than behind themselves. */
const TRANSFERS = new Set<Operation>([
  "jmp-far",
  "call-far",
  "ret-far",
  "iret",
  "sysenter",
  "sysexit",
  "int",
  "int3",
  "int1",
  "ud",
  "rsm",
  "jmp",
  "call",
  "ret",
  "jcc",
  "jcxz",
  "loop",
  "loope",
  "loopne",
]);

/** Operations that reach memory without naming it as an operand. */
const IMPLICIT_MEMORY = new Set<Operation>(["movs", "cmps", "stos", "lods", "scas", "xlat"]);

/** Innocuous by the book, but nothing that translated code may do itself. */
const NOT_COPIED = new Set<Operation>([
  "cpuid", // tells what the virtual processor is
  "int3",
  "int1",
  "into",
  "ud",
  "rsm",
]);

/**
 * Decides how to translate an instruction of 32-bit code at virtual CPL 0.
 *
 * @param next EIP behind it
 * @param limit of the guest's code segment, unsigned: a branch beyond it is left to the monitor, which raises the #GP
 */
export function planFor(
  instruction: Instruction,
  next: number,
  limit: number,
  options: TranslationOptions,
): Plan {
  const { form, operands, operandSize, segment } = instruction;
  const { operation } = form;
  const out: Plan = TRANSFERS.has(operation) ? "callout-end" : "callout";
  const memory = IMPLICIT_MEMORY.has(operation) || operands.some(({ kind }) => kind === "memory");
  // GS is the monitor's window and CS the translation cache's segment: what goes through the guest's is not copied.
  if (memory && (segment === CS || segment === GS)) return out;
  switch (operation) {
    case "jcc":
    case "jcxz":
    case "loop":
    case "loope":
    case "loopne":
      if (operandSize !== 4 || beyond(instruction, next, limit)) return out;
      return operation === "jcc" ? "jcc" : "count";
    case "jmp":
    case "call":
      if (operandSize !== 4) return out;
      if (operands[0]!.kind === "relative") return beyond(instruction, next, limit) ? out : operation;
      return operation === "jmp" ? "jmp-indirect" : "call-indirect";
    case "ret":
      return operandSize === 4 ? "ret" : out;
    case "cli":
    case "sti":
      return operation;
    case "pushf":
    case "popf":
      return operandSize === 4 ? operation : out;
    case "rdtsc":
      return options.rdtsc === "cache" ? "rdtsc" : options.rdtsc === "trap" ? "ident" : out;
    case "in":
      return staticPort(instruction, options) >= -1 ? "in" : out;
    case "push-segment":
      if (isReal(operands[0]!.index)) return "ident";
      return operandSize === 4 ? "push-selector" : out;
    case "mov-from-segment":
      return isReal(operands[1]!.index) ? "ident" : "mov-selector";
    case "pop-segment":
      return operandSize === 4 && isReal(operands[0]!.index) ? "load-segment" : out;
    case "mov-to-segment":
      return operands[1]!.kind === "register" && isReal(operands[0]!.index) ? "load-segment" : out;
  }
  const innocuous = form.privilege === "none" && form.sensitive.length === 0;
  return innocuous && !NOT_COPIED.has(operation) ? "ident" : out;
}

/** Whether a segment register holds the guest's own selector while translated code runs: ES, DS and FS do. */
function isReal(segment: number): boolean {
  return segment === ES || segment === DS || segment === FS;
}

/** Whether a direct branch leads beyond the code segment's limit. */
function beyond(instruction: Instruction, next: number, limit: number): boolean {
  return branchTarget(instruction, next) >>> 0 > limit;
}

/** Where a direct branch leads. */
export function branchTarget(instruction: Instruction, next: number): number {
  return (next + instruction.operands[0]!.value) | 0;
}

/**
 * Which static port an IN reads: its number among the options, -1 when the port is in DX and decided at run time, -2 when it
 * is none.
 */
export function staticPort(instruction: Instruction, options: TranslationOptions): number {
  const [accumulator, port] = instruction.operands;
  if (accumulator!.size !== 1 || options.staticPorts.length === 0) return -2;
  if (port!.kind === "register") return -1;
  const number = options.staticPorts.indexOf(port!.value & 0xff);
  return number < 0 ? -2 : number;
}
