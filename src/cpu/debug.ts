/**
 * Debug registers: which pages are watched, and what an access to them leaves behind (SDM volume 3B, 17.2).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { DB, Fault, UD } from "./fault.ts";
import { CR4, CR4_DE, DEBUG_PENDING, DR, EFLAGS, RF } from "./state.ts";

/** R/Wn fields of DR7. */
const ON_EXECUTE = 0, ON_WRITE = 1, ON_PORT = 2, ON_ACCESS = 3;

/** DR7.GD: every access to a debug register traps. DR6.BD: it was such an access. */
const GENERAL_DETECT = 0x2000, DEBUG_DETECTED = 0x2000;

/** Bits of DR6 and DR7 that can be written, and those that always read as one. */
const DR6_WRITABLE = 0xe00f, DR6_ONES = 0xffff0ff0 | 0;
const DR7_WRITABLE = 0xffff23ff | 0, DR7_ONES = 0x400;

/** Whether breakpoint `n` (0..3) is enabled in DR7, locally or globally. */
function enabled(dr7: number, n: number): boolean {
  return (dr7 & (3 << (2 * n))) !== 0;
}

/** Kind of breakpoint `n`: its R/W field. */
function kind(dr7: number, n: number): number {
  return (dr7 >>> (16 + 4 * n)) & 3;
}

/** Length of breakpoint `n` in bytes: 1, 2 or 4 (the encoding 10B is undefined on these processors; taken as 4). */
function length(dr7: number, n: number): number {
  const code = (dr7 >>> (18 + 4 * n)) & 3;
  return code === 2 ? 4 : code + 1;
}

/** Whether any data breakpoint lies in the linear page that begins at `page`. */
export function watches(cpu: Cpu, page: number): boolean {
  const s = cpu.s;
  const dr7 = s[DR + 7]!;
  if ((dr7 & 0xff) === 0) return false;
  for (let n = 0; n < 4; n++) {
    const type = kind(dr7, n);
    if (!enabled(dr7, n) || (type !== ON_WRITE && type !== ON_ACCESS)) continue;
    if ((s[DR + n]! & ~0xfff) === page) return true;
  }
  return false;
}

/** Whether any instruction breakpoint is enabled: the processor then looks before every instruction. */
export function hasInstructionBreakpoints(cpu: Cpu): boolean {
  const dr7 = cpu.s[DR + 7]!;
  if ((dr7 & 0xff) === 0) return false;
  for (let n = 0; n < 4; n++) if (enabled(dr7, n) && kind(dr7, n) === ON_EXECUTE) return true;
  return false;
}

/** DR6 bits B0..B3 of the enabled instruction breakpoints at a linear address. */
export function instructionBreakpoints(cpu: Cpu, linear: number): number {
  const s = cpu.s;
  const dr7 = s[DR + 7]!;
  let hits = 0;
  for (let n = 0; n < 4; n++) {
    if (enabled(dr7, n) && kind(dr7, n) === ON_EXECUTE && s[DR + n] === (linear | 0)) hits |= 1 << n;
  }
  return hits;
}

/** Notes a data access: matching breakpoints are delivered as a trap after the instruction. */
export function noteDataAccess(cpu: Cpu, linear: number, size: number, write: boolean): void {
  const s = cpu.s;
  const dr7 = s[DR + 7]!;
  if ((dr7 & 0xff) === 0) return;
  const first = linear >>> 0;
  for (let n = 0; n < 4; n++) {
    const type = kind(dr7, n);
    if (!enabled(dr7, n) || !(type === ON_ACCESS || (type === ON_WRITE && write))) continue;
    const bytes = length(dr7, n);
    const start = (s[DR + n]! & ~(bytes - 1)) >>> 0;
    if (first < start + bytes && start < first + size) {
      s[DEBUG_PENDING] = s[DEBUG_PENDING]! | (1 << n);
      cpu.leave();
    }
  }
}

/** Notes an access to ports [port, port + size): I/O breakpoints, which CR4.DE allows. Delivered after the instruction. */
export function notePortAccess(cpu: Cpu, port: number, size: number): void {
  const s = cpu.s;
  const dr7 = s[DR + 7]!;
  if ((dr7 & 0xff) === 0 || (s[CR4]! & CR4_DE) === 0) return;
  for (let n = 0; n < 4; n++) {
    if (!enabled(dr7, n) || kind(dr7, n) !== ON_PORT) continue;
    const bytes = length(dr7, n);
    const start = (s[DR + n]! & ~(bytes - 1)) >>> 0;
    if (port < start + bytes && start < port + size) {
      s[DEBUG_PENDING] = s[DEBUG_PENDING]! | (1 << n);
      cpu.leave();
    }
  }
}

/**
 * The state word of DRn. DR4 and DR5 are aliases of DR6 and DR7 (SDM volume 3B, 17.2.2).
 *
 * @throws {Fault} #UD for DR4 and DR5 when CR4.DE is set
 */
export function debugRegister(cpu: Cpu, n: number): number {
  if (n !== 4 && n !== 5) return DR + n;
  if ((cpu.s[CR4]! & CR4_DE) !== 0) throw new Fault(UD);
  return DR + n + 2;
}

/** @throws {Fault} #DB while DR7.GD guards the debug registers (SDM volume 3B, 17.2.4) */
export function requireDebugAccess(cpu: Cpu): void {
  const s = cpu.s;
  if ((s[DR + 7]! & GENERAL_DETECT) === 0) return;
  s[DR + 6] = s[DR + 6]! | DEBUG_DETECTED;
  s[EFLAGS] = s[EFLAGS]! | RF; // for the saved image: this #DB is a fault
  throw new Fault(DB);
}

/** Writes a debug register, given as a state word; fixed bits stay as they are. */
export function writeDebugRegister(cpu: Cpu, register: number, value: number): void {
  if (register === DR + 6) value = (value & DR6_WRITABLE) | DR6_ONES;
  else if (register === DR + 7) value = (value & DR7_WRITABLE) | DR7_ONES;
  cpu.s[register] = value;
  if (register !== DR + 6) cpu.updateBreakpoints();
}
