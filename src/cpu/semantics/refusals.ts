/**
 * Instructions whose first question is whether the program may execute them at all. The engine asks it before it calls their
 * routine: a refusal is what a monitor lives on, and throwing a {@linkcode Fault} takes the host as long as hundreds of instructions.
 * The routines ask again, for callers that do not.
 *
 * @module
 */

import type { Instruction, Operation } from "../../isa/mod.ts";
import type { Cpu } from "../cpu.ts";
import { load } from "../operands.ts";
import { ioPrivilegeLevel, realMode } from "../privilege.ts";
import { CPL, CR4, CR4_TSD } from "../state.ts";
import { portRefused } from "../tss.ts";

/** Whether an instruction raises #GP(0) before it does anything else. */
export type Refusal = (cpu: Cpu, instruction: Instruction) => boolean;

const outsideRing0: Refusal = (cpu) => cpu.s[CPL] !== 0;

const beyondIopl: Refusal = (cpu) => !realMode(cpu) && cpu.s[CPL]! > ioPrivilegeLevel(cpu);

const port = (operand: 0 | 1): Refusal => (cpu, instruction) => {
  const { size } = instruction.operands[1 - operand]!;
  return portRefused(cpu, load(cpu, instruction, operand) & 0xffff, size);
};

/** The question, by operation. Instructions that can fail in another way first (#UD, say) are not here. */
export const REFUSALS: Partial<Record<Operation, Refusal>> = {
  hlt: outsideRing0,
  clts: outsideRing0,
  invd: outsideRing0,
  invlpg: outsideRing0,
  lgdt: outsideRing0,
  lidt: outsideRing0,
  lmsw: outsideRing0,
  "mov-from-control": outsideRing0,
  "mov-to-control": outsideRing0,
  rdmsr: outsideRing0,
  wbinvd: outsideRing0,
  wrmsr: outsideRing0,
  rdtsc: (cpu) => (cpu.s[CR4]! & CR4_TSD) !== 0 && cpu.s[CPL] !== 0,
  cli: beyondIopl,
  sti: beyondIopl,
  in: port(1),
  out: port(0),
};
