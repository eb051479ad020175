/**
 * Access to memory by linear address: the TLB's fast path, and the slow path behind it (page walks, page crossings, devices,
 * code pages, watchpoints, alignment checks).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { noteDataAccess } from "./debug.ts";
import { AC_VECTOR, Fault } from "./fault.ts";
import { translate } from "./paging.ts";
import { physicalRead, physicalWrite } from "./physical.ts";
import { ALIGNMENT_CHECK, TLB_ADDEND, TLB_INDEX, TLB_READ, TLB_USER, TLB_WRITE } from "./state.ts";

const PAGE_MASK = ~0xfff;

/**
 * Reads 1, 2 or 4 bytes at a linear address.
 *
 * @param user the access has user privilege: pass `cpu.user` for what a program does, false for descriptor tables and TSS
 * @returns unsigned for 1 and 2 bytes, signed for 4
 * @throws {Fault} #PF, #AC
 */
export function readLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4, user: boolean): number {
  const s = cpu.s;
  const index = (linear >>> 12) & TLB_INDEX;
  if (s[TLB_READ + (user ? TLB_USER : 0) + index] === ((linear + size - 1) & PAGE_MASK)) {
    const host = (linear + s[TLB_ADDEND + index]!) | 0;
    if (size === 4) return cpu.view.getInt32(host, true);
    return size === 2 ? cpu.view.getUint16(host, true) : cpu.u8[host]!;
  }
  return readSlow(cpu, linear | 0, size, user);
}

/** Writes 1, 2 or 4 bytes at a linear address. Nothing is written when it throws. @throws {Fault} #PF, #AC */
export function writeLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4, value: number, user: boolean): void {
  const s = cpu.s;
  const index = (linear >>> 12) & TLB_INDEX;
  if (s[TLB_WRITE + (user ? TLB_USER : 0) + index] === ((linear + size - 1) & PAGE_MASK)) {
    const host = (linear + s[TLB_ADDEND + index]!) | 0;
    if (size === 4) cpu.view.setInt32(host, value, true);
    else if (size === 2) cpu.view.setInt16(host, value, true);
    else cpu.u8[host] = value;
    return;
  }
  writeSlow(cpu, linear | 0, size, value, user);
}

/** The slow path of a read. */
export function readSlow(cpu: Cpu, linear: number, size: 1 | 2 | 4, user: boolean): number {
  checkAlignment(cpu, linear, size, user);
  noteDataAccess(cpu, linear, size, false);
  const room = 0x1000 - (linear & 0xfff);
  if (room >= size) return physicalRead(cpu, translate(cpu, linear, false, user), size);
  const first = translate(cpu, linear, false, user);
  const second = translate(cpu, (linear + room) | 0, false, user);
  let value = 0;
  for (let i = 0; i < size; i++) {
    const address = i < room ? first + i : second + i - room;
    value |= physicalRead(cpu, address, 1) << (8 * i);
  }
  return value;
}

/** The slow path of a write. */
export function writeSlow(cpu: Cpu, linear: number, size: 1 | 2 | 4, value: number, user: boolean): void {
  checkAlignment(cpu, linear, size, user);
  const room = 0x1000 - (linear & 0xfff);
  if (room >= size) {
    const physical = translate(cpu, linear, true, user);
    noteDataAccess(cpu, linear, size, true);
    physicalWrite(cpu, physical, size, value);
    return;
  }
  const first = translate(cpu, linear, true, user);
  const second = translate(cpu, (linear + room) | 0, true, user);
  noteDataAccess(cpu, linear, size, true);
  for (let i = 0; i < size; i++) {
    physicalWrite(cpu, i < room ? first + i : second + i - room, 1, (value >>> (8 * i)) & 0xff);
  }
}

/**
 * Makes sure that a later write of `size` bytes cannot fault: for instructions that read, change and write, and for those
 * that must not have written their first half when the second one faults.
 *
 * @throws {Fault} #PF, #AC
 */
export function probeWrite(cpu: Cpu, linear: number, size: number, user: boolean): void {
  const s = cpu.s;
  const index = (linear >>> 12) & TLB_INDEX;
  if (s[TLB_WRITE + (user ? TLB_USER : 0) + index] === ((linear + size - 1) & PAGE_MASK)) return;
  if (size <= 4) checkAlignment(cpu, linear, size, user);
  translate(cpu, linear, true, user);
  if ((linear & 0xfff) + size > 0x1000) translate(cpu, ((linear | 0xfff) + 1) | 0, true, user);
}

/** Reads `length` bytes with supervisor privilege: descriptor-table and TSS helpers, listings. */
export function readLinearBytes(cpu: Cpu, linear: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = readLinear(cpu, (linear + i) | 0, 1, false);
  return bytes;
}

/** #AC(0) for a misaligned user access while CR0.AM and EFLAGS.AC are set (SDM volume 3A, 6.15, interrupt 17). */
function checkAlignment(cpu: Cpu, linear: number, size: number, user: boolean): void {
  if (user && cpu.s[ALIGNMENT_CHECK] !== 0 && (linear & (size - 1)) !== 0) throw new Fault(AC_VECTOR, 0);
}
