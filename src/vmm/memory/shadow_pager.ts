/**
 * Memory virtualization in software: shadow page tables.
 *
 * The guest's page tables say guest-physical addresses; the processor needs host-physical ones. So it walks tables of the
 * monitor, the shadows, which are made from the guest's on demand, entry by entry, at page faults that the guest never hears of
 * (*hidden* faults, as against the *true* ones that its own tables call for). A guest table that has a shadow is traced: it is
 * mapped read-only, each write to it reaches the monitor, and what was derived from the entry is dropped. So a shadow is never
 * behind the guest's tables, and only the processor's TLB is: legally so, until the guest invalidates it.
 *
 * @module
 */

import {
  A20_MASK,
  CPL,
  type Cpu,
  CR0,
  CR0_PG,
  CR0_WP,
  CR2,
  CR3,
  CR4,
  CR4_PSE,
  flushTlb,
  invalidatePage,
  PDE_LARGE,
  PF_PRESENT,
  PF_RESERVED,
  PF_USER,
  PF_WRITE,
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
} from "../../cpu/mod.ts";
import { type CostEvent, eventNumber } from "../../cycles/mod.ts";
import type { FrameAllocator } from "../allocator/frames.ts";
import { MonitorError } from "../errors.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { ALL_USER, ALL_USER_WRITABLE, MIRROR, shadowRights, suffices, TOGGLE } from "./shadow_rights.ts";
import {
  BARE_ROOT,
  DIRECTORY,
  EXTENT,
  MONITOR_ENTRY,
  shadowKey,
  ShadowTables,
  TABLE,
} from "./shadow_tables.ts";
import type { TraceClient } from "./traces.ts";

/** What a shadow pager sees of its virtual machine. */
export interface ShadowHost {
  /** The physical processor. */
  readonly cpu: Cpu;
  /** The virtual processor: its control registers and privilege level are the guest's. */
  readonly vcpu: Cpu;
  /** The guest's memory. */
  readonly memory: Pick<GuestMemory, "pages" | "frame" | "hostFrame" | "read32" | "poke32" | "traces">;
  readonly frames: Pick<FrameAllocator, "allocate" | "release" | "hostOffset" | "free">;
  /** Number of the virtual machine, as the frame allocator knows it. */
  readonly vm: number;
  /** Host-physical address of the page table for the top 4 MiB. */
  readonly monitorTable: number;
  /** Charges the monitor of this virtual machine. */
  charge(event: CostEvent, times?: number): void;
}

/** How a {@linkcode ShadowPager} works. */
export interface ShadowOptions {
  /** How many page frames the shadow tables may take, at least {@linkcode SHADOW_FRAMES_LEAST}. */
  readonly frames: number;
  /** The guest's kernel runs at CPL 3 like its user code, so that the two need tables of their own. */
  readonly ring3Kernel: boolean;
  /** How many roots (address spaces, in effect) are kept at most. Default 16. */
  readonly roots?: number;
}

/**
 * What became of a page fault:
 *
 * - `filled`: a hidden fault; the shadow has the entry now, the instruction is to be tried again.
 * - `guest`: a true fault, to be injected with {@linkcode ShadowPager.guestErrorCode}.
 * - `trace`: a write to a traced page: the instruction is to be interpreted.
 * - `device`: there is no RAM behind the address, or the address is in the monitor's area: the instruction is to be interpreted.
 */
export type PageFaultKind = "filled" | "guest" | "trace" | "device";

/** What a {@linkcode ShadowPager} has counted since it was made. */
export interface ShadowCounts {
  /** Page faults by what became of them. */
  hiddenFaults: number;
  trueFaults: number;
  traceHits: number;
  deviceFaults: number;
  /** Shadow table entries made, and directory entries. */
  fills: number;
  links: number;
  /** Shadow entries dropped, or robbed of their write permission. */
  invalidations: number;
  /** Writes to traced guest tables heard of, by whatever way they came. */
  tracedWrites: number;
  /** Roots found in the cache when the guest's address space changed, and not found. */
  rootHits: number;
  rootMisses: number;
  /** Shadow tables given up for want of frames. */
  evictions: number;
  /** Shadow tables given up since their guest table seemed to be one no more. */
  abandoned: number;
  /** Frames that lost write permission because they became traced. */
  protections: number;
}

/**
 * One instruction needs a root and at most 6 tables: its bytes, two memory operands, each across a boundary of 4 MiB. With
 * fewer frames than 7, faults could go round for ever.
 */
export const SHADOW_FRAMES_LEAST = 8;

const ROOTS = 16;
/** Writes, none followed by a use, after which a guest table that nothing points to is taken for ordinary memory. */
const WRITES_UNREACHABLE = 4;
/** The same for a table that only address spaces other than the present one use. */
const WRITES_ELSEWHERE = 16;
/** Writes that do not look like entries, after which a table in use is taken for ordinary memory. */
const WRITES_ODD = 8;

const PAGE_MASK = ~0xfff;
/** Bits 13..21 and 12 of a 4 MiB entry are reserved. */
const LARGE_RESERVED = 0x3ff000;
/** What a shadow entry depends on, in a guest's table and directory. */
const TABLE_RELEVANT = PAGE_MASK | PTE_PRESENT | PTE_WRITE | PTE_USER;
const DIRECTORY_RELEVANT = TABLE_RELEVANT | PDE_LARGE;
const MARKS = PTE_ACCESSED | PTE_DIRTY;
/** Accessed and dirty from the start, so that the processor need not walk again to set them. */
const PAGE_ENTRY = PTE_PRESENT | MARKS;

const EVENT_FILL = eventNumber("shadow-fill");
const EVENT_INVALIDATION = eventNumber("shadow-invalidation");
const EVENT_TRACE = eventNumber("trace-hit");

/** Keeps the shadow page tables of one virtual machine. */
export class ShadowPager implements TraceClient {
  readonly name = "shadow page tables";
  /** What happened so far. */
  readonly counts: ShadowCounts = {
    hiddenFaults: 0,
    trueFaults: 0,
    traceHits: 0,
    deviceFaults: 0,
    fills: 0,
    links: 0,
    invalidations: 0,
    tracedWrites: 0,
    rootHits: 0,
    rootMisses: 0,
    evictions: 0,
    abandoned: 0,
    protections: 0,
  };
  /** After {@linkcode fault} returned "guest": the error code that the guest is to see. CR2 of the virtual processor is set. */
  guestErrorCode = 0;

  readonly #host: ShadowHost;
  readonly #memory: ShadowHost["memory"];
  readonly #tables: ShadowTables;
  readonly #ring3Kernel: boolean;
  readonly #rootLimit: number;
  /** The root of the guest's present address space and its key; key -1: to be looked up again. */
  #root = -1;
  #key = -1;
  #a20: number;
  /** The processor's TLB may have translations that no shadow entry has. */
  #stale = true;

  /**
   * Takes its smallest number of frames at once, and becomes the one that hears of `memory.traces` changing.
   *
   * @throws {MonitorError} for fewer frames than {@linkcode SHADOW_FRAMES_LEAST}, or when the machine has not so many
   */
  constructor(host: ShadowHost, options: ShadowOptions) {
    const { frames, ring3Kernel, roots = ROOTS } = options;
    if (!Number.isInteger(frames) || frames < SHADOW_FRAMES_LEAST) {
      throw new MonitorError(
        `${frames} frames are too few for shadow page tables: ${SHADOW_FRAMES_LEAST} are the least`,
      );
    }
    if (!Number.isInteger(roots) || roots < 1) {
      throw new MonitorError(`a cache of ${roots} shadow roots is none: 1 is the least`);
    }
    this.#host = host;
    this.#memory = host.memory;
    this.#ring3Kernel = ring3Kernel;
    this.#rootLimit = roots;
    this.#a20 = host.vcpu.s[A20_MASK]!;
    const owner = { vm: host.vm, use: "shadow" } as const;
    this.#tables = new ShadowTables(
      host.cpu.s,
      {
        get free() {
          return host.frames.free;
        },
        allocate: () => host.frames.allocate(owner),
        release: (frame) => host.frames.release(frame),
        hostOffset: (frame) => host.frames.hostOffset(frame),
      },
      host.memory.pages,
      frames,
      SHADOW_FRAMES_LEAST,
    );
    host.memory.traces.onChange = (gfn, traced) => {
      if (traced) this.#protect(gfn);
    };
  }

  /** Page frames in use as shadow tables. */
  get size(): number {
    return this.#tables.size;
  }

  /**
   * Whether the guest's kernel and user code need different roots, so that {@linkcode root} changes with the virtual CPL.
   */
  get split(): boolean {
    return this.#ring3Kernel;
  }

  /**
   * Host-physical address of the page directory that fits the virtual processor's present CR0, CR3, CR4 and CPL. When it is
   * not the physical processor's CR3 it has to be loaded (which empties the TLB).
   */
  root(): number {
    return this.#tables.address(this.#activate());
  }

  /**
   * Explains a page fault of guest code, and mends the shadow if that is all there is to it.
   *
   * @param linear CR2
   * @param errorCode as the physical processor gave it
   */
  fault(linear: number, errorCode: number): PageFaultKind {
    const counts = this.counts;
    const kind = this.#explain(linear | 0, errorCode);
    switch (kind) {
      case "filled":
        counts.hiddenFaults++;
        break;
      case "guest":
        counts.trueFaults++;
        break;
      case "trace":
        counts.traceHits++;
        this.#host.cpu.ledger.count(EVENT_TRACE);
        break;
      default:
        counts.deviceFaults++;
    }
    return kind;
  }

  /** The guest has executed INVLPG. Shadows are up to date anyway; the TLBs are not. */
  invalidatePage(linear: number): void {
    invalidatePage(this.#host.vcpu, linear | 0);
    invalidatePage(this.#host.cpu, linear | 0);
  }

  /** The guest has written CR3, or bits of CR0 or CR4 that change translation: to be called when the new value is in place. */
  flush(): void {
    this.#key = -1;
    flushTlb(this.#host.vcpu);
    this.#flushPhysical();
  }

  /**
   * Drops all shadow tables: after memory was written behind the monitor's back (a snapshot restored). Before the guest goes on,
   * {@linkcode root} is to be asked and CR3 loaded.
   */
  reset(): void {
    const tables = this.#tables;
    for (let slot = tables.oldest(); slot >= 0; slot = tables.oldest()) this.#destroy(slot);
    this.#root = -1;
    this.#a20 = this.#host.vcpu.s[A20_MASK]!;
    this.flush();
  }

  /**
   * Nothing maps a guest frame from now on: its host frame is about to be taken away, or another to be put in its place. Before
   * the guest goes on, {@linkcode root} is to be asked and CR3 loaded.
   */
  forget(gfn: number): void {
    const tables = this.#tables;
    for (let slot = tables.firstOf(gfn); slot >= 0; slot = tables.firstOf(gfn)) {
      if (slot === this.#root) this.#root = this.#key = -1;
      this.#destroy(slot);
    }
    for (let id = tables.firstMapping(gfn); id >= 0; id = tables.firstMapping(gfn)) this.#drop(id);
    flushTlb(this.#host.vcpu);
    this.#flushPhysical();
  }

  /** Gives all frames back; the virtual machine is gone. */
  release(): void {
    this.reset();
    this.#memory.traces.onChange = () => {};
    this.#tables.release();
  }

  /** The guest wrote to one of its tables that has a shadow. */
  wrote(gpa: number, bytes: number): void {
    this.counts.tracedWrites++;
    const tables = this.#tables;
    const gfn = gpa >>> 12;
    const first = (gpa & 0xfff) >>> 2;
    const last = ((gpa & 0xfff) + bytes - 1) >>> 2;
    const odd = (gpa & 3) !== 0 || bytes !== 4 || !this.#plausible(this.#memory.read32(gpa));
    for (let slot = tables.firstOf(gfn), next = -1; slot >= 0; slot = next) {
      next = tables.sibling(slot);
      const root = tables.isRoot(slot);
      const relevant = root ? DIRECTORY_RELEVANT : TABLE_RELEVANT;
      for (let index = first; index <= last; index++) {
        if (root && index === MONITOR_ENTRY) continue;
        const id = slot << 10 | index;
        if (tables.entry(id) === 0) continue;
        const before = tables.seen(id);
        const now = this.#memory.read32(gfn << 12 | index << 2);
        const lost = ((before ^ now) & relevant) | (before & ~now & MARKS);
        if (lost !== 0) this.#drop(id);
        else tables.see(id, now);
      }
      tables.writes[slot]!++;
      if (odd) tables.oddWrites[slot]!++;
      if (this.#seemsAbandoned(slot)) {
        this.counts.abandoned++;
        this.#destroy(slot);
      }
    }
  }

  // --- Translation -----------------------------------------------------------------------------------------------------

  /** The walk of paging.ts through the guest's tables, and then the shadow's counterpart of filling the TLB. */
  #explain(linear: number, errorCode: number): PageFaultKind {
    if (linear >>> 22 === MONITOR_ENTRY) return "device";
    const s = this.#host.vcpu.s;
    const write = (errorCode & PF_WRITE) !== 0;
    const a20 = s[A20_MASK]!;
    if ((s[CR0]! & CR0_PG) === 0) return this.#explainUnpaged(linear, write, a20);

    const user = this.#ring3Kernel ? s[CPL] === 3 : (errorCode & PF_USER) !== 0;
    let code = (write ? PF_WRITE : 0) | (user ? PF_USER : 0);
    const directoryAddress = ((s[CR3]! & PAGE_MASK) | ((linear >>> 20) & 0xffc)) & a20;
    const directoryEntry = this.#readEntry(directoryAddress);
    if ((directoryEntry & PTE_PRESENT) === 0) return this.#true(linear, code);
    const large = (directoryEntry & PDE_LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0;
    let tableAddress = directoryAddress;
    let entry = directoryEntry;
    if (large) {
      if ((entry & LARGE_RESERVED) !== 0) return this.#true(linear, code | PF_PRESENT | PF_RESERVED);
    } else {
      tableAddress = ((directoryEntry & PAGE_MASK) | ((linear >>> 10) & 0xffc)) & a20;
      entry = this.#readEntry(tableAddress);
      if ((entry & PTE_PRESENT) === 0) return this.#true(linear, code);
    }
    code |= PF_PRESENT;
    const rights = directoryEntry & entry;
    const writePage = (rights & PTE_WRITE) !== 0;
    const wp = (s[CR0]! & CR0_WP) !== 0;
    if (user ? (rights & PTE_USER) === 0 || (write && !writePage) : write && wp && !writePage) {
      return this.#true(linear, code);
    }

    // The access is allowed. Without RAM behind the page or its tables there is nothing that could be shadowed or traced.
    const memory = this.#memory;
    const index = (linear >>> 12) & 0x3ff;
    const gfn = ((large ? (entry >>> 22) << 10 | index : entry >>> 12) & (a20 >>> 12)) >>> 0;
    const frame = memory.hostFrame(gfn);
    if (frame < 0 || memory.frame(directoryAddress >>> 12) < 0 || memory.frame(tableAddress >>> 12) < 0) {
      return "device";
    }
    if (write && memory.traces.traced(gfn)) return "trace";
    const mode = this.#mode(user, wp);
    const root = this.#activate();
    const table = large
      ? this.#table(EXTENT, entry >>> 22, 0)
      : this.#table(TABLE, tableAddress >>> 12, mode);
    const traced = memory.traces.traced(gfn);
    if (write && traced) return "trace"; // it is one of the tables that have just got a shadow

    let directoryMarked = directoryEntry;
    if (!large && (directoryEntry & PTE_ACCESSED) === 0) {
      directoryMarked = directoryEntry | PTE_ACCESSED;
      memory.poke32(directoryAddress, directoryMarked);
    }
    const marked = entry | PTE_ACCESSED | (write ? PTE_DIRTY : 0);
    if (marked !== entry) memory.poke32(tableAddress, marked);
    if (large) directoryMarked = marked;

    const kernelWrite = write && !user;
    const directoryId = root << 10 | linear >>> 22;
    if (!suffices(this.#tables.entry(directoryId), write, user)) {
      const writable = !large || (marked & PTE_DIRTY) !== 0;
      const forKernel = kernelWrite && (directoryEntry & PTE_WRITE) === 0;
      this.#link(
        directoryId,
        table,
        shadowRights(mode, directoryEntry, writable, forKernel),
        directoryMarked,
      );
    }
    const id = table << 10 | index;
    if (!suffices(this.#tables.entry(id), write, user)) {
      if (large) {
        this.#fill(id, frame, gfn, PTE_USER | (traced ? 0 : PTE_WRITE), 0);
      } else {
        const writable = (marked & PTE_DIRTY) !== 0 && !traced;
        const forKernel = kernelWrite && (entry & PTE_WRITE) === 0;
        this.#fill(id, frame, gfn, shadowRights(mode, entry, writable, forKernel), marked);
      }
    }
    return "filled";
  }

  /** While the guest's paging is off, linear addresses are guest-physical ones. */
  #explainUnpaged(linear: number, write: boolean, a20: number): PageFaultKind {
    const gfn = (linear & a20) >>> 12;
    const frame = this.#memory.hostFrame(gfn);
    if (frame < 0) return "device";
    const traced = this.#memory.traces.traced(gfn);
    if (write && traced) return "trace";
    const root = this.#activate();
    const table = this.#table(EXTENT, linear >>> 22, 0);
    const directoryId = root << 10 | linear >>> 22;
    if ((this.#tables.entry(directoryId) & PTE_PRESENT) === 0) {
      this.#link(directoryId, table, PTE_USER | PTE_WRITE, 0);
    }
    const id = table << 10 | (linear >>> 12) & 0x3ff;
    if (!suffices(this.#tables.entry(id), write, true)) {
      this.#fill(id, frame, gfn, PTE_USER | (traced ? 0 : PTE_WRITE), 0);
    }
    return "filled";
  }

  #true(linear: number, code: number): PageFaultKind {
    this.guestErrorCode = code;
    this.#host.vcpu.s[CR2] = linear;
    return "guest";
  }

  /** Reads an entry of a guest table; where that is not RAM, as the virtual bus answers. */
  #readEntry(gpa: number): number {
    this.#host.charge("monitor-memory-access");
    if (this.#memory.frame(gpa >>> 12) >= 0) return this.#memory.read32(gpa);
    return this.#host.vcpu.bus.physicalRead(gpa >>> 0, 4) | 0;
  }

  #mode(user: boolean, wp: boolean): number {
    if (!this.#ring3Kernel) return wp ? MIRROR : TOGGLE;
    if (user) return MIRROR;
    return wp ? ALL_USER : ALL_USER_WRITABLE;
  }

  // --- Tables ----------------------------------------------------------------------------------------------------------

  /** The root for the present state of the virtual processor, which is the most recently used one then. */
  #activate(): number {
    const s = this.#host.vcpu.s;
    const a20 = s[A20_MASK]!;
    if (a20 !== this.#a20) this.reset();
    const cr0 = s[CR0]!;
    let key: number;
    if ((cr0 & CR0_PG) === 0) {
      key = shadowKey(BARE_ROOT, 0, 0, false);
    } else {
      const directory = (s[CR3]! & a20) >>> 12;
      const mode = this.#mode(s[CPL] === 3, (cr0 & CR0_WP) !== 0);
      key = this.#memory.frame(directory) < 0
        ? shadowKey(BARE_ROOT, 1, 0, false)
        : shadowKey(DIRECTORY, directory, mode, (s[CR4]! & CR4_PSE) !== 0);
    }
    if (key === this.#key) return this.#root;
    const tables = this.#tables;
    let root = tables.find(key);
    if (root >= 0) {
      this.counts.rootHits++;
      tables.writes[root] = tables.oddWrites[root] = 0;
      tables.touch(root);
    } else {
      this.counts.rootMisses++;
      if (tables.roots >= this.#rootLimit) this.#evictRoot();
      root = this.#make(key);
      tables.setMonitorEntry(root, this.#host.monitorTable | PTE_PRESENT | PTE_WRITE);
      // It may lie in the frame of another root that CR3 points to, which then would not be loaded again.
      this.#flushPhysical();
    }
    this.#key = key;
    this.#root = root;
    return root;
  }

  /** Finds or makes the shadow of a guest page table or extent. */
  #table(kind: number, number: number, mode: number): number {
    const key = shadowKey(kind, number, mode, false);
    const slot = this.#tables.find(key);
    return slot >= 0 ? slot : this.#make(key);
  }

  /** Makes a table, at the cost of another one if need be, and traces the guest's. */
  #make(key: number): number {
    const tables = this.#tables;
    while (tables.full) this.#evict();
    const slot = tables.make(key);
    const gfn = tables.gfn(slot);
    if (gfn >= 0) this.#memory.traces.add(gfn, this);
    return slot;
  }

  #link(id: number, table: number, rights: number, guest: number): void {
    this.#tables.setTable(id, this.#tables.address(table) | PTE_PRESENT | rights, table, guest);
    this.counts.links++;
    this.#made(id);
    this.#used(table);
  }

  #fill(id: number, frame: number, gfn: number, rights: number, guest: number): void {
    this.#tables.setPage(id, frame << 12 | PAGE_ENTRY | rights, gfn, guest);
    this.counts.fills++;
    this.#made(id);
  }

  #made(id: number): void {
    this.#host.cpu.ledger.count(EVENT_FILL);
    this.#host.charge("shadow-fill");
    this.#used(id >>> 10);
  }

  #used(slot: number): void {
    this.#tables.writes[slot] = this.#tables.oddWrites[slot] = 0;
    this.#tables.touch(slot);
  }

  #drop(id: number): void {
    this.#tables.clear(id);
    this.#dropped(1);
  }

  #dropped(entries: number): void {
    if (entries === 0) return;
    this.#stale = true;
    this.counts.invalidations += entries;
    this.#host.cpu.ledger.count(EVENT_INVALIDATION, entries);
    this.#host.charge("shadow-invalidate", entries);
  }

  /** Gives a table up; when it was the last one of a guest table, that need not be traced any more. */
  #destroy(slot: number): void {
    const tables = this.#tables;
    const gfn = tables.gfn(slot);
    this.#dropped(tables.destroy(slot));
    if (gfn >= 0 && tables.firstOf(gfn) < 0) this.#memory.traces.remove(gfn, this);
  }

  /**
   * Gives up a table that has not been used for long, never the present root. Tables that the processor has walked through lately get
   * a second chance; those that are made or filled last are looked at last, so that an instruction gets all it needs together.
   */
  #evict(): void {
    const tables = this.#tables;
    let chances = tables.size;
    let slot = tables.oldest();
    while (slot === this.#root || (chances-- > 0 && tables.takeReferenced(slot))) {
      const next = tables.newer(slot);
      tables.touch(slot);
      slot = next >= 0 ? next : tables.oldest();
    }
    this.counts.evictions++;
    this.#destroy(slot);
  }

  #evictRoot(): void {
    const tables = this.#tables;
    let slot = tables.oldest();
    while (!tables.isRoot(slot)) slot = tables.newer(slot);
    if (slot === this.#root) this.#root = -1;
    this.counts.evictions++;
    this.#destroy(slot);
  }

  // --- Traces ----------------------------------------------------------------------------------------------------------

  /** A frame is traced from now on: nothing may write to it unnoticed. */
  #protect(gfn: number): void {
    const changed = this.#tables.writeProtect(gfn);
    if (changed > 0) this.counts.protections++;
    this.#dropped(changed);
    if (this.#stale) this.#flushPhysical();
  }

  #flushPhysical(): void {
    flushTlb(this.#host.cpu);
    this.#stale = false;
  }

  /** Whether a word could be an entry of a page table. */
  #plausible(entry: number): boolean {
    return (entry & PTE_PRESENT) === 0 || this.#memory.frame(entry >>> 12) >= 0;
  }

  /** Whether a guest table that keeps being written is likely to be ordinary memory by now. */
  #seemsAbandoned(slot: number): boolean {
    const tables = this.#tables;
    const writes = tables.writes[slot]!;
    if (writes < WRITES_UNREACHABLE) return false;
    const directory = this.#root < 0 ? -1 : tables.gfn(this.#root);
    if (tables.isRoot(slot)) return tables.gfn(slot) !== directory && writes >= WRITES_ELSEWHERE;
    let parent = tables.firstParent(slot);
    if (parent < 0) return true;
    for (; parent >= 0; parent = tables.nextOfTarget(parent)) {
      if (tables.gfn(parent >>> 10) === directory) return tables.oddWrites[slot]! >= WRITES_ODD;
    }
    return writes >= WRITES_ELSEWHERE;
  }
}
