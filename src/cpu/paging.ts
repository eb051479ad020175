/**
 * Paging and the translation look-aside buffer (SDM volume 3A, chapter 4, 32-bit paging).
 *
 * @module
 */

import { eventNumber } from "../cycles/mod.ts";
import type { Cpu } from "./cpu.ts";
import { Fault, PF_VECTOR } from "./fault.ts";
import { physicalRead32, physicalWrite32 } from "./physical.ts";
import {
  A20_MASK,
  ALIGNMENT_CHECK,
  CR0,
  CR0_PG,
  CR0_WP,
  CR2,
  CR3,
  CR4,
  CR4_PGE,
  CR4_PSE,
  EPOCH,
  LEAVE,
  TLB_ADDEND,
  TLB_ALLOW_READ,
  TLB_ALLOW_USER_READ,
  TLB_ALLOW_USER_WRITE,
  TLB_ALLOW_WRITE,
  TLB_ENTRIES,
  TLB_GLOBAL,
  TLB_INDEX,
  TLB_PHYSICAL,
  TLB_READ,
  TLB_RIGHTS,
  TLB_TAG,
  TLB_USER,
  TLB_WRITE,
} from "./state.ts";

const EVENT_TLB_MISS = eventNumber("tlb-miss");
const EVENT_PAGE_WALK = eventNumber("page-walk");
const EVENT_TLB_FLUSH = eventNumber("tlb-flush");

/** Bits of a page-directory or page-table entry. */
export const PTE_PRESENT = 1, PTE_WRITE = 2, PTE_USER = 4, PTE_ACCESSED = 0x20, PTE_DIRTY = 0x40;
/** PS in a directory entry (4 MiB page). */
export const PDE_LARGE = 0x80;
/** G: survives a MOV to CR3 while CR4.PGE is set. */
export const PTE_GLOBAL = 0x100;

/** Bits of a page fault's error code (SDM 4.7). */
export const PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_RESERVED = 8;

const PAGE_MASK = ~0xfff;
const LARGE_MASK = ~0x3fffff;
/** Bits 13..21 of a 4 MiB entry: reserved, since neither PSE-36 nor PAT is offered (bit 12 included). */
const LARGE_RESERVED = 0x3ff000;

/**
 * Translates a linear address for an access and fills the TLB.
 *
 * @param write the access writes
 * @param user the access is made with user privilege (CPL 3, and not a system access such as a descriptor fetch)
 * @returns the guest-physical address as a signed 32-bit integer
 * @throws {Fault} #PF, with CR2 set
 */
export function translate(cpu: Cpu, linear: number, write: boolean, user: boolean): number {
  const s = cpu.s;
  const index = (linear >>> 12) & TLB_INDEX;
  const needed = write
    ? (user ? TLB_ALLOW_USER_WRITE : TLB_ALLOW_WRITE)
    : (user ? TLB_ALLOW_USER_READ : TLB_ALLOW_READ);
  if (s[TLB_TAG + index] === (linear & PAGE_MASK) && (s[TLB_RIGHTS + index]! & needed) !== 0) {
    return s[TLB_PHYSICAL + index]! | (linear & 0xfff);
  }
  const s0 = s[CR0]!;
  if ((s0 & CR0_PG) === 0) {
    const physical = linear & s[A20_MASK]!;
    fill(
      cpu,
      linear,
      physical,
      TLB_ALLOW_READ | TLB_ALLOW_WRITE | TLB_ALLOW_USER_READ | TLB_ALLOW_USER_WRITE,
    );
    return physical;
  }
  return walk(cpu, linear, write, user);
}

/** Reads the two levels of tables, checks rights, sets accessed and dirty bits, fills the TLB. */
function walk(cpu: Cpu, linear: number, write: boolean, user: boolean): number {
  const s = cpu.s;
  cpu.ledger.count(EVENT_TLB_MISS);
  const directoryAddress = ((s[CR3]! & PAGE_MASK) | ((linear >>> 20) & 0xffc)) & s[A20_MASK]!;
  const directoryEntry = physicalRead32(cpu, directoryAddress);
  let levels = 1;
  let code = (write ? PF_WRITE : 0) | (user ? PF_USER : 0);
  if ((directoryEntry & PTE_PRESENT) === 0) return pageFault(cpu, linear, code, levels);
  const large = (directoryEntry & PDE_LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0;
  let tableAddress = 0;
  let entry = directoryEntry;
  let rights = directoryEntry;
  if (large) {
    if ((entry & LARGE_RESERVED) !== 0) {
      return pageFault(cpu, linear, code | PF_PRESENT | PF_RESERVED, levels);
    }
  } else {
    levels = 2;
    tableAddress = ((directoryEntry & PAGE_MASK) | ((linear >>> 10) & 0xffc)) & s[A20_MASK]!;
    entry = physicalRead32(cpu, tableAddress);
    if ((entry & PTE_PRESENT) === 0) return pageFault(cpu, linear, code, levels);
    rights &= entry;
  }
  code |= PF_PRESENT;
  const userPage = (rights & PTE_USER) !== 0;
  const writePage = (rights & PTE_WRITE) !== 0;
  const supervisorMayWrite = writePage || (s[CR0]! & CR0_WP) === 0;
  if (user ? !userPage || (write && !writePage) : write && !supervisorMayWrite) {
    return pageFault(cpu, linear, code, levels);
  }
  if (!large && (directoryEntry & PTE_ACCESSED) === 0) {
    physicalWrite32(cpu, directoryAddress, directoryEntry | PTE_ACCESSED);
  }
  const marked = entry | PTE_ACCESSED | (write ? PTE_DIRTY : 0);
  if (marked !== entry) physicalWrite32(cpu, large ? directoryAddress : tableAddress, marked);

  const dirty = (marked & PTE_DIRTY) !== 0;
  let allow = TLB_ALLOW_READ;
  if (dirty && supervisorMayWrite) allow |= TLB_ALLOW_WRITE;
  if (userPage) {
    allow |= TLB_ALLOW_USER_READ;
    if (dirty && writePage) allow |= TLB_ALLOW_USER_WRITE;
  }
  if ((entry & PTE_GLOBAL) !== 0 && (s[CR4]! & CR4_PGE) !== 0) allow |= TLB_GLOBAL;
  const physical = large
    ? (entry & LARGE_MASK) | (linear & ~LARGE_MASK)
    : (entry & PAGE_MASK) | (linear & 0xfff);
  cpu.chargePageWalk(levels);
  cpu.ledger.count(EVENT_PAGE_WALK, levels);
  const masked = physical & s[A20_MASK]!;
  fill(cpu, linear, masked, allow);
  return masked;
}

function pageFault(cpu: Cpu, linear: number, code: number, levels: number): never {
  cpu.chargePageWalk(levels);
  cpu.s[CR2] = linear;
  throw new Fault(PF_VECTOR, code);
}

/** Enters a translation, and derives the fast tags from what is behind the page. */
function fill(cpu: Cpu, linear: number, physical: number, allow: number): void {
  const s = cpu.s;
  const page = linear & PAGE_MASK;
  const index = (linear >>> 12) & TLB_INDEX;
  const evicted = s[TLB_TAG + index]!;
  // Linked code is reached without a look at the TLB, so a link must not outlive the translation it was made with: when
  // walks are paid for depends on the TLB alone, not on what happens to be decoded.
  const replaces = evicted !== page && s[TLB_RIGHTS + index] !== 0 && (s[CR0]! & CR0_PG) !== 0;
  if (replaces && cpu.code.holdsCode((evicted + s[TLB_ADDEND + index]!) | 0)) cpu.newEpoch();
  s[TLB_TAG + index] = page;
  s[TLB_PHYSICAL + index] = physical & PAGE_MASK;
  s[TLB_RIGHTS + index] = allow;
  refreshFastTags(cpu, index);
}

/** Recomputes the fast tags of one entry. */
function refreshFastTags(cpu: Cpu, index: number): void {
  const s = cpu.s;
  const page = s[TLB_TAG + index]!;
  const allow = s[TLB_RIGHTS + index]!;
  const frame = cpu.bus.frame(s[TLB_PHYSICAL + index]! >>> 12);
  // Watched pages always take the slow path, which knows the debug registers.
  const fast = frame >= 0 && !cpu.watches(page);
  const writable = fast && cpu.bus.writable(s[TLB_PHYSICAL + index]! >>> 12) && !cpu.code.holdsCode(frame);
  const user = fast && s[ALIGNMENT_CHECK] === 0;
  s[TLB_ADDEND + index] = frame - page; // wraps round, and back when a linear address is added
  s[TLB_READ + index] = fast && (allow & TLB_ALLOW_READ) !== 0 ? page : -1;
  s[TLB_WRITE + index] = writable && (allow & TLB_ALLOW_WRITE) !== 0 ? page : -1;
  s[TLB_READ + TLB_USER + index] = user && (allow & TLB_ALLOW_USER_READ) !== 0 ? page : -1;
  s[TLB_WRITE + TLB_USER + index] = user && writable && (allow & TLB_ALLOW_USER_WRITE) !== 0 ? page : -1;
}

/** Drops every translation, or all but the global ones. */
export function flushTlb(cpu: Cpu, keepGlobal = false): void {
  const s = cpu.s;
  cpu.ledger.count(EVENT_TLB_FLUSH);
  if (keepGlobal && (s[CR4]! & CR4_PGE) !== 0) {
    for (let index = 0; index < TLB_ENTRIES; index++) {
      if ((s[TLB_RIGHTS + index]! & TLB_GLOBAL) === 0) dropEntry(s, index);
    }
  } else {
    s.fill(-1, TLB_TAG, TLB_TAG + TLB_ENTRIES);
    s.fill(0, TLB_RIGHTS, TLB_RIGHTS + TLB_ENTRIES);
    s.fill(-1, TLB_READ, TLB_READ + 4 * TLB_ENTRIES);
  }
  s[EPOCH] = (s[EPOCH]! + 1) | 0;
  s[LEAVE] = 1;
}

function dropEntry(s: Int32Array, index: number): void {
  s[TLB_TAG + index] = -1;
  s[TLB_RIGHTS + index] = 0;
  for (let way = 0; way < 4; way++) s[TLB_READ + way * TLB_ENTRIES + index] = -1;
}

/** INVLPG: drops the translations of one page (of a whole 4 MiB page, if that is what it was), global or not. */
export function invalidatePage(cpu: Cpu, linear: number): void {
  const s = cpu.s;
  dropEntry(s, (linear >>> 12) & TLB_INDEX);
  // A 4 MiB page may have left one entry per 4 KiB piece. The tables say whether it may be one; so does any entry left.
  for (let index = 0; index < TLB_ENTRIES; index++) {
    if (((s[TLB_TAG + index]! ^ linear) & LARGE_MASK) === 0 && s[TLB_TAG + index] !== -1) dropEntry(s, index);
  }
  s[EPOCH] = (s[EPOCH]! + 1) | 0;
  s[LEAVE] = 1;
}

/**
 * Recomputes the fast tags after something they depend on has changed other than the tables: a page of memory has become
 * code, a watchpoint was set, alignment checks were switched.
 *
 * @param frame only entries whose page lies at this host byte offset; all entries when left out
 */
export function refreshTlb(cpu: Cpu, frame = -1): void {
  const s = cpu.s;
  for (let index = 0; index < TLB_ENTRIES; index++) {
    const page = s[TLB_TAG + index]!;
    if ((s[TLB_RIGHTS + index]!) !== 0 && (frame < 0 || ((s[TLB_ADDEND + index]! + page) | 0) === frame)) {
      refreshFastTags(cpu, index);
    }
  }
}

/**
 * Looks at what the tables say about a linear address, without any side effect: no accessed bits, no TLB, no cycles.
 *
 * @returns the guest-physical address (unsigned), or -1 when nothing is mapped
 */
export function probe(cpu: Cpu, linear: number): number {
  const s = cpu.s;
  const mask = s[A20_MASK]!;
  if ((s[CR0]! & CR0_PG) === 0) return (linear & mask) >>> 0;
  const directoryEntry = physicalRead32(cpu, ((s[CR3]! & PAGE_MASK) | ((linear >>> 20) & 0xffc)) & mask);
  if ((directoryEntry & PTE_PRESENT) === 0) return -1;
  if ((directoryEntry & PDE_LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) {
    return (((directoryEntry & LARGE_MASK) | (linear & ~LARGE_MASK)) & mask) >>> 0;
  }
  const entry = physicalRead32(cpu, ((directoryEntry & PAGE_MASK) | ((linear >>> 10) & 0xffc)) & mask);
  if ((entry & PTE_PRESENT) === 0) return -1;
  return (((entry & PAGE_MASK) | (linear & 0xfff)) & mask) >>> 0;
}
