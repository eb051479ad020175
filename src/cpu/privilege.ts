/**
 * Who may do what: modes of operation, rings, and changes of EFLAGS that have consequences.
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { Fault, GP } from "./fault.ts";
import { materializeFlags } from "./flags.ts";
import {
  AC,
  CPL,
  CR0,
  CR0_PE,
  EFLAGS,
  FLAG_OP,
  IF,
  INTR,
  IOPL,
  NMI_BLOCKED,
  NMI_PENDING,
  RF,
  TF,
  VM,
} from "./state.ts";

/** The flags that exist on this processor; bit 1 always reads as one, all others as zero (SDM volume 1, 3.4.3). */
export const FLAGS_DEFINED = 0x3f7fd5;

/** CR0.PE is clear. */
export function realMode(cpu: Cpu): boolean {
  return (cpu.s[CR0]! & CR0_PE) === 0;
}

/** Virtual-8086 mode. EFLAGS.VM can only be set in protected mode. */
export function virtual8086(cpu: Cpu): boolean {
  return (cpu.s[EFLAGS]! & VM) !== 0;
}

/** Segment registers hold selectors of descriptors: protected mode proper. */
export function usesDescriptors(cpu: Cpu): boolean {
  return (cpu.s[CR0]! & CR0_PE) !== 0 && (cpu.s[EFLAGS]! & VM) === 0;
}

/** IOPL, 0..3. */
export function ioPrivilegeLevel(cpu: Cpu): number {
  return (cpu.s[EFLAGS]! & IOPL) >> 12;
}

/** @throws {Fault} #GP(0) outside ring 0 (virtual-8086 mode included) */
export function requireRing0(cpu: Cpu): void {
  if (cpu.s[CPL] !== 0) throw new Fault(GP, 0);
}

/**
 * Replaces the bits of EFLAGS that `mask` selects and sees to it that the engine notices what the change makes due: single
 * steps, interrupts that are now let in, alignment checks. VM and CPL are the caller's business.
 */
export function setFlags(cpu: Cpu, value: number, mask: number): void {
  const s = cpu.s;
  const old = materializeFlags(s);
  const flags = (old & ~mask) | (value & mask & FLAGS_DEFINED) | 2;
  s[EFLAGS] = flags;
  s[FLAG_OP] = 0;
  const changed = old ^ flags;
  if ((changed & AC) !== 0) cpu.updateAlignmentCheck();
  if ((flags & (TF | RF)) !== 0 || (changed & TF) !== 0) cpu.leave();
  else if ((changed & flags & IF) !== 0 && s[INTR] !== 0) cpu.leave();
  else if (s[NMI_PENDING] !== 0 && s[NMI_BLOCKED] === 0) cpu.leave();
}
