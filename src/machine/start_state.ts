/**
 * Puts the processor into the state in which an image starts.
 *
 * @module
 */

import {
  type Cpu,
  CR0,
  CR0_ET,
  CR0_PE,
  EAX,
  EBX,
  EDX,
  EIP,
  ESP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_LIMIT,
  setSegment,
} from "../cpu/mod.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/mod.ts";
import type { StartState } from "./loaders/image.ts";

const CODE_SELECTOR = 8, DATA_SELECTOR = 0x10, GDT_LIMIT = 23;
/** Access rights as LAR shows them: present, ring 0, accessed, 32-bit, 4 KiB granularity. */
const FLAT_CODE = 0xc09b00, FLAT_DATA = 0xc09300;
const REAL_CODE = 0x9300;

/** Applies a start state to a processor that has just been reset. */
export function applyStartState(cpu: Cpu, start: StartState): void {
  const s = cpu.s;
  switch (start.mode) {
    case "reset":
      return;
    case "real":
      // As firmware leaves it: caches on, nothing pending in DX.
      s[CR0] = CR0_ET;
      s[EDX] = 0;
      s[EIP] = start.ip;
      s[ESP] = start.sp;
      setSegment(cpu, CS, start.cs, start.cs << 4, 0xffff, REAL_CODE);
      break;
    case "protected":
      s[CR0] = CR0_ET | CR0_PE;
      s[EAX] = (start.eax ?? 0) | 0;
      s[EBX] = (start.ebx ?? 0) | 0;
      s[EDX] = 0;
      s[EIP] = start.eip | 0;
      s[ESP] = start.esp | 0;
      s[GDTR_BASE] = start.gdt | 0;
      s[GDTR_LIMIT] = GDT_LIMIT;
      // No interrupt table: an exception before the guest has made one is a triple fault, not a jump to nowhere.
      s[IDTR_LIMIT] = 0;
      setSegment(cpu, CS, CODE_SELECTOR, 0, -1, FLAT_CODE);
      for (const register of [ES, SS, DS, FS, GS]) setSegment(cpu, register, DATA_SELECTOR, 0, -1, FLAT_DATA);
      break;
  }
  cpu.updateMode();
}
