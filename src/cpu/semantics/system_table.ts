/**
 * Descriptor-table registers, task register and machine status word: LGDT, LIDT, SGDT, SIDT, LLDT, SLDT, LTR, STR, LMSW, SMSW,
 * CLTS. The stores are sensitive and, unless CR4.UMIP is set, unprivileged.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import { writeCr0 } from "../control_registers.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { isNull, readDescriptor, setFromDescriptor } from "../descriptors.ts";
import { Fault, GP, NP, UD } from "../fault.ts";
import { writeLinear } from "../memory.ts";
import { effectiveAddress, load, probeMemory, readMemory, store, writeMemory } from "../operands.ts";
import { requireRing0, usesDescriptors } from "../privilege.ts";
import {
  CPL,
  CR0,
  CR0_PE,
  CR0_TS,
  CR4,
  CR4_UMIP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  LDTR,
  RIGHTS,
  SELECTOR,
  TR,
} from "../state.ts";
import { isAvailableTss, loadLdt } from "../tasks.ts";

/** Offset of the base in a pseudo-descriptor, whose address wraps at 64 KiB with 16-bit addressing. */
function baseAddress(instruction: Instruction, address: number): number {
  return instruction.addressSize === 4 ? (address + 2) | 0 : (address + 2) & 0xffff;
}

/** With a 16-bit operand size the base has 24 bits, as on the 80286. */
function loadTable(baseWord: number, limitWord: number): Handler {
  return (cpu, instruction) => {
    requireRing0(cpu);
    const operand = instruction.operands[0]!;
    const address = effectiveAddress(cpu, instruction, operand);
    const limit = readMemory(cpu, operand.segment, address, 2);
    const base = readMemory(cpu, operand.segment, baseAddress(instruction, address), 4);
    cpu.s[baseWord] = instruction.operandSize === 4 ? base : base & 0xffffff;
    cpu.s[limitWord] = limit;
  };
}

/** All processors since the 80386 store the whole base, whatever the operand size. */
function storeTable(baseWord: number, limitWord: number): Handler {
  return (cpu, instruction) => {
    requireUmip(cpu);
    const operand = instruction.operands[0]!;
    const address = effectiveAddress(cpu, instruction, operand);
    const behind = baseAddress(instruction, address);
    probeMemory(cpu, operand.segment, address, 2);
    probeMemory(cpu, operand.segment, behind, 4);
    writeMemory(cpu, operand.segment, address, 2, cpu.s[limitWord]!);
    writeMemory(cpu, operand.segment, behind, 4, cpu.s[baseWord]!);
  };
}

/** User-mode instruction prevention (SDM volume 3A, 2.5, CR4.UMIP). */
function requireUmip(cpu: Cpu): void {
  if ((cpu.s[CR4]! & CR4_UMIP) !== 0 && cpu.s[CPL] !== 0) throw new Fault(GP, 0);
}

function requireDescriptors(cpu: Cpu): void {
  if (!usesDescriptors(cpu)) throw new Fault(UD);
}

const lldt: Handler = (cpu, instruction) => {
  requireDescriptors(cpu);
  requireRing0(cpu);
  loadLdt(cpu, load(cpu, instruction, 0) & 0xffff, GP);
};

const ltr: Handler = (cpu, instruction) => {
  requireDescriptors(cpu);
  requireRing0(cpu);
  const selector = load(cpu, instruction, 0) & 0xffff;
  const error = selector & 0xfffc;
  const descriptor = (selector & 4) !== 0 || isNull(selector) ? null : readDescriptor(cpu, selector);
  if (descriptor === null || !isAvailableTss(descriptor)) throw new Fault(GP, error);
  if (!descriptor.present) throw new Fault(NP, error);
  writeLinear(cpu, (descriptor.address + 5) | 0, 1, ((descriptor.high >>> 8) & 0xff) | 2, false);
  setFromDescriptor(cpu, TR, selector, descriptor);
  cpu.s[RIGHTS + TR] = descriptor.rights | 0x200; // busy
};

function storeSelector(register: number): Handler {
  return (cpu, instruction) => {
    requireDescriptors(cpu);
    requireUmip(cpu);
    store(cpu, instruction, 0, cpu.s[SELECTOR + register]!);
  };
}

const lmsw: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  const old = cpu.s[CR0]!;
  const value = load(cpu, instruction, 0) & 15;
  writeCr0(cpu, (old & ~14) | value | (old & CR0_PE)); // LMSW sets PE, but never clears it
};

const smsw: Handler = (cpu, instruction) => {
  requireUmip(cpu);
  store(cpu, instruction, 0, cpu.s[CR0]!); // a 32-bit register gets all of CR0
};

const clts: Handler = (cpu) => {
  requireRing0(cpu);
  cpu.s[CR0] = cpu.s[CR0]! & ~CR0_TS;
};

/** Routines of the family "system-table". */
export const systemTable = {
  lgdt: loadTable(GDTR_BASE, GDTR_LIMIT),
  lidt: loadTable(IDTR_BASE, IDTR_LIMIT),
  sgdt: storeTable(GDTR_BASE, GDTR_LIMIT),
  sidt: storeTable(IDTR_BASE, IDTR_LIMIT),
  lldt,
  sldt: storeSelector(LDTR),
  ltr,
  str: storeSelector(TR),
  lmsw,
  smsw,
  clts,
} satisfies Record<string, Handler>;
