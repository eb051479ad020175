/**
 * PUSHF and POPF: EFLAGS as a whole. Outside ring 0 POPF leaves IOPL, and above IOPL also IF, as they were, without a trap:
 * the textbook case of a sensitive instruction that is not privileged.
 *
 * @module
 */

import type { Cpu, Handler } from "../cpu.ts";
import { Fault, GP } from "../fault.ts";
import { pop, push } from "../operands.ts";
import { ioPrivilegeLevel, realMode, setFlags, virtual8086 } from "../privilege.ts";
import { AC, ARITHMETIC_FLAGS, CPL, DF, ID, IF, IOPL, NT, RF, TF, VM } from "../state.ts";

function require8086Iopl(cpu: Cpu): void {
  if (virtual8086(cpu) && ioPrivilegeLevel(cpu) < 3) throw new Fault(GP, 0);
}

const pushf: Handler = (cpu, instruction) => {
  require8086Iopl(cpu);
  push(cpu, cpu.flags & ~(VM | RF), instruction.operandSize);
};

const popf: Handler = (cpu, instruction) => {
  require8086Iopl(cpu);
  let mask = ARITHMETIC_FLAGS | TF | DF | NT;
  const cpl = cpu.s[CPL]!;
  if (realMode(cpu) || cpl === 0) mask |= IF | IOPL;
  else if (cpl <= ioPrivilegeLevel(cpu)) mask |= IF;
  if (instruction.operandSize === 4) mask |= AC | ID;
  setFlags(cpu, pop(cpu, instruction.operandSize), mask);
};

/** Routines of the family "flag-image". */
export const flagImage = { pushf, popf } satisfies Record<string, Handler>;
