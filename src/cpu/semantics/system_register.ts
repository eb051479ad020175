/**
 * Control, debug and model-specific registers, and the counters: MOV CRn, MOV DRn, RDMSR, WRMSR, RDTSC, RDPMC.
 *
 * @module
 */

import { writeCr0, writeCr3, writeCr4 } from "../control_registers.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { debugRegister, requireDebugAccess, writeDebugRegister } from "../debug.ts";
import { Fault, GP } from "../fault.ts";
import { readMsr, timeStamp, type Wide, writeMsr } from "../msr.ts";
import { load, store } from "../operands.ts";
import { requireRing0 } from "../privilege.ts";
import { CPL, CR0, CR2, CR3, CR4, CR4_PCE, CR4_TSD, EAX, ECX, EDX } from "../state.ts";

/** State word of CRn. */
const CONTROL: Readonly<Record<number, number>> = { 0: CR0, 2: CR2, 3: CR3, 4: CR4 };

const moveFromControl: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  store(cpu, instruction, 0, cpu.s[CONTROL[instruction.operands[1]!.index]!]!);
};

const moveToControl: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  const value = load(cpu, instruction, 1);
  switch (instruction.operands[0]!.index) {
    case 0:
      writeCr0(cpu, value);
      break;
    case 2:
      cpu.s[CR2] = value;
      break;
    case 3:
      writeCr3(cpu, value);
      break;
    default:
      writeCr4(cpu, value);
  }
};

const moveFromDebug: Handler = (cpu, instruction) => {
  const register = debugRegister(cpu, instruction.operands[1]!.index);
  requireRing0(cpu);
  requireDebugAccess(cpu);
  store(cpu, instruction, 0, cpu.s[register]!);
};

const moveToDebug: Handler = (cpu, instruction) => {
  const register = debugRegister(cpu, instruction.operands[0]!.index);
  requireRing0(cpu);
  requireDebugAccess(cpu);
  writeDebugRegister(cpu, register, load(cpu, instruction, 1));
};

function returnWide(cpu: Cpu, value: Wide): void {
  cpu.s[EAX] = value.low;
  cpu.s[EDX] = value.high;
}

const rdmsr: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  const value = readMsr(cpu, cpu.s[ECX]!);
  if (value !== undefined) returnWide(cpu, value);
  else if (!cpu.extension?.execute(cpu, instruction)) throw new Fault(GP, 0);
};

const wrmsr: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  const s = cpu.s;
  if (writeMsr(cpu, s[ECX]!, s[EAX]!, s[EDX]!)) return;
  if (!cpu.extension?.execute(cpu, instruction)) throw new Fault(GP, 0);
};

const rdtsc: Handler = (cpu) => {
  if ((cpu.s[CR4]! & CR4_TSD) !== 0 && cpu.s[CPL] !== 0) throw new Fault(GP, 0);
  returnWide(cpu, timeStamp(cpu));
};

/** Two counters, as on the P6 family, that nothing can start: they read as zero. */
const rdpmc: Handler = (cpu) => {
  const s = cpu.s;
  if ((s[CR4]! & CR4_PCE) === 0 && s[CPL] !== 0) throw new Fault(GP, 0);
  if (s[ECX]! >>> 0 > 1) throw new Fault(GP, 0);
  returnWide(cpu, { low: 0, high: 0 });
};

/** Routines of the family "system-register". */
export const systemRegister = {
  "mov-from-control": moveFromControl,
  "mov-to-control": moveToControl,
  "mov-from-debug": moveFromDebug,
  "mov-to-debug": moveToDebug,
  rdmsr,
  wrmsr,
  rdtsc,
  rdpmc,
} satisfies Record<string, Handler>;
