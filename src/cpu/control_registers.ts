/**
 * Control registers: what may be written to them, and what follows (SDM volume 3A, 2.5).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { FEATURE_DE, FEATURE_PGE, FEATURE_PSE, FEATURE_TSC, FEATURE_VMX } from "./cpuid.ts";
import { Fault, GP } from "./fault.ts";
import {
  CR0,
  CR0_AM,
  CR0_CD,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR3,
  CR4,
  CR4_DE,
  CR4_PCE,
  CR4_PGE,
  CR4_PSE,
  CR4_TSD,
  CR4_UMIP,
  CR4_VMXE,
} from "./state.ts";

const CR0_DEFINED = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;

/**
 * Writes CR0. Reserved bits are ignored, ET always reads as one.
 *
 * @throws {Fault} #GP(0) for paging without protection, and for NW without CD
 */
export function writeCr0(cpu: Cpu, value: number): void {
  const s = cpu.s;
  const next = (value & CR0_DEFINED) | CR0_ET;
  if ((next & CR0_PG) !== 0 && (next & CR0_PE) === 0) throw new Fault(GP, 0);
  if ((next & CR0_NW) !== 0 && (next & CR0_CD) === 0) throw new Fault(GP, 0);
  const changed = s[CR0]! ^ next;
  s[CR0] = next;
  if ((changed & (CR0_PG | CR0_PE | CR0_WP)) !== 0) flush(cpu, false);
  if ((changed & (CR0_PG | CR0_PE | CR0_WP | CR0_AM)) !== 0) cpu.updateMode();
}

/** Writes CR3, which drops all translations that are not global. */
export function writeCr3(cpu: Cpu, value: number): void {
  cpu.s[CR3] = value;
  flush(cpu, true);
}

/** Bits of CR4 that the processor's model has. */
export function cr4Defined(cpu: Cpu): number {
  const { features, featuresEcx, umip } = cpu.model;
  return CR4_PCE | (features & FEATURE_TSC ? CR4_TSD : 0) | (features & FEATURE_DE ? CR4_DE : 0) |
    (features & FEATURE_PSE ? CR4_PSE : 0) | (features & FEATURE_PGE ? CR4_PGE : 0) |
    (umip ? CR4_UMIP : 0) | (featuresEcx & FEATURE_VMX ? CR4_VMXE : 0);
}

/** Writes CR4. @throws {Fault} #GP(0) for a bit that this processor does not have */
export function writeCr4(cpu: Cpu, value: number): void {
  const s = cpu.s;
  if ((value & ~cr4Defined(cpu)) !== 0) throw new Fault(GP, 0);
  const changed = s[CR4]! ^ value;
  s[CR4] = value;
  if ((changed & (CR4_PSE | CR4_PGE)) !== 0) flush(cpu, false);
  if ((changed & CR4_DE) !== 0) cpu.updateBreakpoints();
}

function flush(cpu: Cpu, keepGlobal: boolean): void {
  cpu.charge(cpu.costs.event["tlb-flush"]);
  cpu.flushTlb(keepGlobal);
}
