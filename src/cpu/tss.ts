/**
 * The task state segment as the processor uses it outside task switches: stacks of the inner rings and the I/O permission
 * bitmap (SDM volume 3A, 7.2.1, and volume 1, 18.5.2).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { checkStackDescriptor, type Descriptor, TSS_32, TSS_32_BUSY } from "./descriptors.ts";
import { Fault, GP, TS } from "./fault.ts";
import { readLinear } from "./memory.ts";
import { ioPrivilegeLevel, realMode, virtual8086 } from "./privilege.ts";
import { BASE, CPL, LIMIT, RIGHTS, SELECTOR, TR } from "./state.ts";

/** Offsets in a 32-bit TSS. */
export const TSS_BACKLINK = 0, TSS_T_FLAG = 0x64, TSS_IO_MAP = 0x66;
/** The least limits: a 32-bit TSS has 104 bytes, a 16-bit one 44. */
export const TSS_32_LIMIT = 0x67, TSS_16_LIMIT = 0x2b;

/** Type of the TSS in the task register, 0 when there is none. */
export function taskType(cpu: Cpu): number {
  return (cpu.s[RIGHTS + TR]! >>> 8) & 15;
}

/** Whether TR holds a 32-bit TSS. */
export function hasTss32(cpu: Cpu): boolean {
  const type = taskType(cpu);
  return type === TSS_32 || type === TSS_32_BUSY;
}

/** The stack of an inner ring. */
export interface InnerStack {
  readonly selector: number;
  readonly descriptor: Descriptor;
  /** ESP. */
  readonly pointer: number;
}

/**
 * Reads ring `cpl`'s stack from the TSS and checks its segment.
 *
 * @throws {Fault} #TS(TR) when the TSS is too short, #TS(SS) and #SS(SS) when the segment is no stack for that ring, #PF
 */
export function innerStack(cpu: Cpu, cpl: number): InnerStack {
  const s = cpu.s;
  const wide = hasTss32(cpu);
  const offset = wide ? 4 + cpl * 8 : 2 + cpl * 4;
  if (offset + (wide ? 5 : 3) > s[LIMIT + TR]! >>> 0) throw new Fault(TS, s[SELECTOR + TR]! & 0xfffc);
  const address = (s[BASE + TR]! + offset) | 0;
  const pointer = readLinear(cpu, address, wide ? 4 : 2, false);
  const selector = readLinear(cpu, (address + (wide ? 4 : 2)) | 0, 2, false);
  return { selector, pointer, descriptor: checkStackDescriptor(cpu, selector, cpl, TS) };
}

/**
 * Checks that the running program may use ports [port, port + size): by IOPL, or by the bitmap.
 *
 * @throws {Fault} #GP(0), #PF
 */
export function checkPortAccess(cpu: Cpu, port: number, size: number): void {
  if (portRefused(cpu, port, size)) throw new Fault(GP, 0);
}

/** The same question without the exception. @throws {Fault} #PF */
export function portRefused(cpu: Cpu, port: number, size: number): boolean {
  if (realMode(cpu)) return false;
  const s = cpu.s;
  if (!virtual8086(cpu) && s[CPL]! <= ioPrivilegeLevel(cpu)) return false;
  const limit = s[LIMIT + TR]! >>> 0;
  if (!hasTss32(cpu) || limit < TSS_32_LIMIT) return true;
  const map = readLinear(cpu, (s[BASE + TR]! + TSS_IO_MAP) | 0, 2, false);
  // Two bytes are read, whatever the size: the map ends with a byte of ones within the limit.
  const offset = map + (port >>> 3);
  if (offset + 1 > limit) return true;
  const bits = readLinear(cpu, (s[BASE + TR]! + offset) | 0, 2, false) >>> (port & 7);
  return (bits & ((1 << size) - 1)) !== 0;
}
