/**
 * Questions about descriptors that any ring may ask: LAR, LSL, VERR, VERW; and ARPL.
 *
 * @module
 */

import type { Cpu, Handler } from "../cpu.ts";
import {
  CALL_GATE_16,
  CALL_GATE_32,
  type Descriptor,
  isNull,
  LDT,
  readDescriptor,
  rpl,
  TASK_GATE,
  TSS_16,
  TSS_16_BUSY,
  TSS_32,
  TSS_32_BUSY,
} from "../descriptors.ts";
import { Fault, UD } from "../fault.ts";
import { load, loadForUpdate, store } from "../operands.ts";
import { setFlags, usesDescriptors } from "../privilege.ts";
import { CPL, ZF } from "../state.ts";

/** System descriptors that have a limit: LSL knows only these (SDM volume 2, LSL, table 3-56). */
const WITH_LIMIT: ReadonlySet<number> = new Set([TSS_16, LDT, TSS_16_BUSY, TSS_32, TSS_32_BUSY]);
/** Those LAR knows (SDM volume 2, LAR, table 3-53): interrupt and trap gates are not among them. */
const WITH_RIGHTS: ReadonlySet<number> = new Set([...WITH_LIMIT, CALL_GATE_16, CALL_GATE_32, TASK_GATE]);

/** The descriptor, if the selector is not null, inside its table, and the program may see it; else null. */
function visible(cpu: Cpu, selector: number): Descriptor | null {
  if (isNull(selector)) return null;
  const descriptor = readDescriptor(cpu, selector);
  if (descriptor === null) return null;
  if (descriptor.code && descriptor.conforming) return descriptor;
  return descriptor.dpl >= cpu.s[CPL]! && descriptor.dpl >= rpl(selector) ? descriptor : null;
}

function requireDescriptors(cpu: Cpu): void {
  if (!usesDescriptors(cpu)) throw new Fault(UD);
}

function setZero(cpu: Cpu, value: boolean): void {
  setFlags(cpu, value ? ZF : 0, ZF);
}

function query(types: ReadonlySet<number>, answer: (descriptor: Descriptor) => number): Handler {
  return (cpu, instruction) => {
    requireDescriptors(cpu);
    const descriptor = visible(cpu, load(cpu, instruction, 1) & 0xffff);
    const known = descriptor !== null && (descriptor.segment || types.has(descriptor.type));
    if (known) store(cpu, instruction, 0, answer(descriptor));
    setZero(cpu, known);
  };
}

function verify(allowed: (descriptor: Descriptor) => boolean): Handler {
  return (cpu, instruction) => {
    requireDescriptors(cpu);
    const descriptor = visible(cpu, load(cpu, instruction, 0) & 0xffff);
    setZero(cpu, descriptor !== null && allowed(descriptor));
  };
}

const arpl: Handler = (cpu, instruction) => {
  requireDescriptors(cpu);
  const selector = loadForUpdate(cpu, instruction, 0);
  const least = rpl(load(cpu, instruction, 1));
  const raised = rpl(selector) < least;
  if (raised) store(cpu, instruction, 0, (selector & ~3) | least);
  setZero(cpu, raised);
};

/** Routines of the family "descriptor". */
export const descriptor = {
  lar: query(WITH_RIGHTS, (descriptor) => descriptor.rights),
  lsl: query(WITH_LIMIT, (descriptor) => descriptor.limit),
  verr: verify((descriptor) => descriptor.readable),
  verw: verify((descriptor) => descriptor.writableData),
  arpl,
} satisfies Record<string, Handler>;
