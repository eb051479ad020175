/**
 * CLI and STI (SDM volume 2; IOPL: volume 1, 18.5.1). Neither CR4.VME nor CR4.PVI exists on this processor.
 *
 * @module
 */

import type { Cpu, Handler } from "../cpu.ts";
import { Fault, GP } from "../fault.ts";
import { ioPrivilegeLevel, realMode } from "../privilege.ts";
import { CPL, EFLAGS, IF, SHADOW } from "../state.ts";

/** In virtual-8086 mode the CPL is 3, so that IOPL has to be 3 there as well. */
function requireIopl(cpu: Cpu): void {
  if (!realMode(cpu) && cpu.s[CPL]! > ioPrivilegeLevel(cpu)) throw new Fault(GP, 0);
}

const cli: Handler = (cpu) => {
  requireIopl(cpu);
  cpu.s[EFLAGS] = cpu.s[EFLAGS]! & ~IF;
};

const sti: Handler = (cpu) => {
  requireIopl(cpu);
  const s = cpu.s;
  if ((s[EFLAGS]! & IF) !== 0) return;
  s[EFLAGS] = s[EFLAGS]! | IF;
  s[SHADOW] = 1; // interrupts wait for one more instruction, so that STI; RET and STI; HLT are safe
  cpu.leave();
};

/** Routines of the family "interrupt-flag". */
export const interruptFlag = { cli, sti } satisfies Record<string, Handler>;
