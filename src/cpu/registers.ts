/**
 * The registers as plain data, for everything that shows or compares them.
 *
 * @module
 */

import { SEGMENT_NAMES } from "../isa/mod.ts";
import type { Cpu } from "./cpu.ts";
import {
  BASE,
  CPL,
  CR0,
  CR0_PE,
  CR2,
  CR3,
  CR4,
  EIP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  LDTR,
  LIMIT,
  RIGHTS,
  SELECTOR,
  TR,
  VM,
} from "./state.ts";

/** A segment register with its hidden part. */
export interface SegmentSnapshot {
  readonly selector: number;
  readonly base: number;
  /** In bytes. */
  readonly limit: number;
  /** Access rights as LAR shows them; 0 for a null selector. */
  readonly attributes: number;
}

/** Everything a program could find out about its registers, and the two counters. All numbers unsigned. */
export interface RegistersSnapshot {
  readonly mode: "real" | "protected" | "virtual-8086";
  readonly cpl: number;
  readonly eip: number;
  readonly eflags: number;
  readonly gpr: Readonly<Record<"eax" | "ebx" | "ecx" | "edx" | "esi" | "edi" | "ebp" | "esp", number>>;
  readonly segments: Readonly<Record<"es" | "cs" | "ss" | "ds" | "fs" | "gs", SegmentSnapshot>>;
  readonly control: Readonly<Record<"cr0" | "cr2" | "cr3" | "cr4", number>>;
  readonly gdtr: { readonly base: number; readonly limit: number };
  readonly idtr: { readonly base: number; readonly limit: number };
  readonly ldtr: SegmentSnapshot;
  readonly tr: SegmentSnapshot;
  readonly cycles: number;
  readonly instructions: number;
}

function segment(cpu: Cpu, register: number): SegmentSnapshot {
  const s = cpu.s;
  return {
    selector: s[SELECTOR + register]!,
    base: s[BASE + register]! >>> 0,
    limit: s[LIMIT + register]! >>> 0,
    attributes: s[RIGHTS + register]! >>> 0,
  };
}

/** Which of the three modes of operation the processor is in. */
export function operatingMode(cpu: Cpu): RegistersSnapshot["mode"] {
  if ((cpu.s[CR0]! & CR0_PE) === 0) return "real";
  return (cpu.flags & VM) !== 0 ? "virtual-8086" : "protected";
}

/** Reads all registers. */
export function readRegisters(cpu: Cpu): RegistersSnapshot {
  const s = cpu.s;
  const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = Array.from(
    { length: 8 },
    (_, n) => s[n]! >>> 0,
  ) as [number, number, number, number, number, number, number, number];
  const segments = Object.fromEntries(SEGMENT_NAMES.map((name, n) => [name, segment(cpu, n)]));
  return {
    mode: operatingMode(cpu),
    cpl: s[CPL]!,
    eip: s[EIP]! >>> 0,
    eflags: cpu.flags >>> 0,
    gpr: { eax, ebx, ecx, edx, esi, edi, ebp, esp },
    segments: segments as Record<"es" | "cs" | "ss" | "ds" | "fs" | "gs", SegmentSnapshot>,
    control: { cr0: s[CR0]! >>> 0, cr2: s[CR2]! >>> 0, cr3: s[CR3]! >>> 0, cr4: s[CR4]! >>> 0 },
    gdtr: { base: s[GDTR_BASE]! >>> 0, limit: s[GDTR_LIMIT]! },
    idtr: { base: s[IDTR_BASE]! >>> 0, limit: s[IDTR_LIMIT]! },
    ldtr: segment(cpu, LDTR),
    tr: segment(cpu, TR),
    cycles: cpu.now(),
    instructions: cpu.instructions(),
  };
}
