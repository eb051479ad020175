/**
 * Power-up (SDM volume 3A, 9.1, table 9-1).
 *
 * @module
 */

import { CS, DS, ES, FS, GS, SS } from "../isa/mod.ts";
import { WORLD_GUEST_KERNEL } from "../cycles/mod.ts";
import type { Cpu } from "./cpu.ts";
import { REAL_MODE_RIGHTS, setSegment } from "./segmentation.ts";
import {
  A20_MASK,
  APIC_BASE,
  CR0,
  CR0_CD,
  CR0_ET,
  CR0_NW,
  CURRENT,
  DR,
  EDX,
  EFLAGS,
  EIP,
  GDTR_LIMIT,
  IDTR_LIMIT,
  LDTR,
  TR,
  WORLD,
} from "./state.ts";

/** Words of the state block before the ledger that reset clears, other than the counters of time at 128..133. */
const LAST_WORD = 128;

/** Puts the state block into the state after power-up or RESET. */
export function resetState(cpu: Cpu): void {
  const s = cpu.s;
  s.fill(0, 0, LAST_WORD);
  s[EFLAGS] = 2;
  s[EIP] = 0xfff0;
  s[EDX] = cpu.model.signature;
  s[CR0] = CR0_CD | CR0_NW | CR0_ET;
  s[GDTR_LIMIT] = 0xffff;
  s[IDTR_LIMIT] = 0xffff;
  s[DR + 6] = 0xffff0ff0 | 0;
  s[DR + 7] = 0x400;
  s[APIC_BASE] = 0xfee00100 | 0; // BSP flag; the APIC itself is not modelled and its enable bit is off
  s[A20_MASK] = -1;
  s[CURRENT] = -1;
  s[WORLD] = WORLD_GUEST_KERNEL;
  for (const register of [ES, SS, DS, FS, GS]) setSegment(cpu, register, 0, 0, 0xffff, REAL_MODE_RIGHTS);
  setSegment(cpu, CS, 0xf000, 0xffff0000 | 0, 0xffff, REAL_MODE_RIGHTS);
  setSegment(cpu, LDTR, 0, 0, 0xffff, 0x8200);
  setSegment(cpu, TR, 0, 0, 0xffff, 0x8b00);
}
