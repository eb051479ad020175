/**
 * What far RET and IRET have in common: checking the code segment they return to, and leaving for an outer ring.
 *
 * @module
 */

import { eventNumber } from "../../cycles/mod.ts";
import { CS, DS, ES, FS, GS, SS } from "../../isa/mod.ts";
import type { Cpu } from "../cpu.ts";
import {
  checkStackDescriptor,
  type Descriptor,
  dropInnerSegment,
  isNull,
  markAccessed,
  requireDescriptor,
  rpl,
  setFromDescriptor,
} from "../descriptors.ts";
import { Fault, GP, NP } from "../fault.ts";
import { peek, setStackPointer } from "../operands.ts";
import { CPL, NEXT_EIP } from "../state.ts";

const EVENT_PRIVILEGE_CHANGE = eventNumber("privilege-change");

/** Counts and charges a change of ring by a far transfer. */
export function notePrivilegeChange(cpu: Cpu): void {
  cpu.charge(cpu.costs.event["privilege-change"]);
  cpu.ledger.count(EVENT_PRIVILEGE_CHANGE);
}

/** The code segment that a return address names. @throws {Fault} #GP, #NP, #PF */
export function checkReturnSegment(cpu: Cpu, selector: number): Descriptor {
  if (isNull(selector)) throw new Fault(GP, 0);
  const descriptor = requireDescriptor(cpu, selector, GP);
  const ring = rpl(selector);
  const fits = descriptor.conforming ? descriptor.dpl <= ring : descriptor.dpl === ring;
  if (ring < cpu.s[CPL]! || !descriptor.code || !fits) throw new Fault(GP, selector & 0xfffc);
  if (!descriptor.present) throw new Fault(NP, selector & 0xfffc);
  return descriptor;
}

/** The stack of the ring returned to. */
export interface OuterStack {
  readonly selector: number;
  readonly descriptor: Descriptor;
  readonly pointer: number;
}

/**
 * Reads the outer ring's ESP and SS at `at` bytes above the top of the present stack.
 *
 * @throws {Fault} #GP, #SS, #PF
 */
export function popOuterStack(cpu: Cpu, at: number, size: 2 | 4, cpl: number): OuterStack {
  const pointer = peek(cpu, at, size);
  const selector = peek(cpu, at + size, size) & 0xffff;
  return { pointer, selector, descriptor: checkStackDescriptor(cpu, selector, cpl, GP) };
}

/**
 * Returns to an outer ring; segments it may not use become null.
 *
 * @param release bytes of parameters to drop from the outer stack
 */
export function returnOutward(
  cpu: Cpu,
  selector: number,
  code: Descriptor,
  eip: number,
  stack: OuterStack,
  release: number,
): void {
  const s = cpu.s;
  markAccessed(cpu, code);
  markAccessed(cpu, stack.descriptor);
  const cpl = rpl(selector);
  s[CPL] = cpl;
  setFromDescriptor(cpu, CS, selector, code);
  setFromDescriptor(cpu, SS, stack.selector, stack.descriptor);
  setStackPointer(cpu, stack.pointer + release);
  s[NEXT_EIP] = eip;
  for (const register of [ES, FS, GS, DS]) dropInnerSegment(cpu, register, cpl);
  notePrivilegeChange(cpu);
  cpu.updateMode();
}
