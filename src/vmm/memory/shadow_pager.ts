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
  PF_USER,
  PF_WRITE,
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
} from "../../cpu/mod.ts";
import { eventNumber } from "../../cycles/mod.ts";
import { MonitorError } from "../errors.ts";
import { SHADOW_FRAMES_LEAST, ShadowCache } from "./shadow_cache.ts";
import { GuestWalk } from "./shadow_guest_walk.ts";
import {
  noShadowCounts,
  type PageFaultKind,
  type ShadowCounts,
  type ShadowHost,
  type ShadowOptions,
} from "./shadow_host.ts";
import { ALL_USER, ALL_USER_WRITABLE, MIRROR, shadowRights, suffices, TOGGLE } from "./shadow_rights.ts";
import {
  BARE_ROOT,
  DIRECTORY,
  EXTENT,
  MONITOR_ENTRY,
  shadowKey,
  type ShadowTables,
  TABLE,
} from "./shadow_tables.ts";
import type { TraceClient } from "./traces.ts";

export { SHADOW_FRAMES_LEAST } from "./shadow_cache.ts";
export type { PageFaultKind, ShadowCounts, ShadowHost, ShadowOptions } from "./shadow_host.ts";

const ROOTS = 16;
const PAGE_MASK = ~0xfff;
/** What a shadow entry depends on, in a guest's table and directory. */
const TABLE_RELEVANT = PAGE_MASK | PTE_PRESENT | PTE_WRITE | PTE_USER;
const DIRECTORY_RELEVANT = TABLE_RELEVANT | PDE_LARGE;
const MARKS = PTE_ACCESSED | PTE_DIRTY;
const EVENT_TRACE = eventNumber("trace-hit");

/** Keeps the shadow page tables of one virtual machine. */
export class ShadowPager implements TraceClient {
  readonly name = "shadow page tables";
  /** What happened so far. */
  readonly counts: ShadowCounts = noShadowCounts();
  /** After {@linkcode fault} returned "guest": the error code that the guest is to see. CR2 of the virtual processor is set. */
  guestErrorCode = 0;

  readonly #host: ShadowHost;
  readonly #memory: ShadowHost["memory"];
  readonly #walk: GuestWalk;
  readonly #cache: ShadowCache;
  readonly #tables: ShadowTables;
  readonly #ring3Kernel: boolean;
  readonly #rootLimit: number;
  /** Key of the present root; -1: to be looked up again. */
  #key = -1;
  #a20: number;

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
    this.#walk = new GuestWalk(host);
    this.#ring3Kernel = ring3Kernel;
    this.#rootLimit = roots;
    this.#a20 = host.vcpu.s[A20_MASK]!;
    this.#cache = new ShadowCache(host, frames, this, this.counts);
    this.#tables = this.#cache.tables;
    host.memory.traces.onChange = (gfn, traced) => {
      if (traced) this.#cache.protect(gfn);
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
    this.#cache.flushPhysical();
  }

  /**
   * Drops all shadow tables: after memory was written behind the monitor's back (a snapshot restored). Before the guest goes on,
   * {@linkcode root} is to be asked and CR3 loaded.
   */
  reset(): void {
    const tables = this.#tables;
    for (let slot = tables.oldest(); slot >= 0; slot = tables.oldest()) this.#cache.destroy(slot);
    this.#cache.root = -1;
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
      if (slot === this.#cache.root) this.#cache.root = this.#key = -1;
      this.#cache.destroy(slot);
    }
    for (let id = tables.firstMapping(gfn); id >= 0; id = tables.firstMapping(gfn)) this.#cache.drop(id);
    flushTlb(this.#host.vcpu);
    this.#cache.flushPhysical();
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
    const odd = (gpa & 3) !== 0 || bytes !== 4 || !this.#cache.plausible(this.#memory.read32(gpa));
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
        if (lost !== 0) this.#cache.drop(id);
        else tables.see(id, now);
      }
      tables.writes[slot]!++;
      if (odd) tables.oddWrites[slot]!++;
      if (this.#cache.seemsAbandoned(slot)) {
        this.counts.abandoned++;
        this.#cache.destroy(slot);
      }
    }
  }

  // --- Translation -----------------------------------------------------------------------------------------------------

  /** The guest's walk, and then the shadow's counterpart of filling the TLB. */
  #explain(linear: number, errorCode: number): PageFaultKind {
    if (linear >>> 22 === MONITOR_ENTRY) return "device";
    const s = this.#host.vcpu.s;
    const write = (errorCode & PF_WRITE) !== 0;
    if ((s[CR0]! & CR0_PG) === 0) return this.#explainUnpaged(linear, write, s[A20_MASK]!);

    const user = this.#ring3Kernel ? s[CPL] === 3 : (errorCode & PF_USER) !== 0;
    const walk = this.#walk;
    if (!walk.go(linear, write, user)) {
      this.guestErrorCode = walk.errorCode;
      s[CR2] = linear;
      return "guest";
    }
    // The access is allowed. Without RAM behind the page or its tables there is nothing that could be shadowed or traced.
    const memory = this.#memory;
    const { large, gfn, directoryAddress, tableAddress, directoryEntry, entry } = walk;
    const frame = memory.hostFrame(gfn);
    if (frame < 0 || memory.frame(directoryAddress >>> 12) < 0 || memory.frame(tableAddress >>> 12) < 0) {
      return "device";
    }
    if (write && memory.traces.traced(gfn)) return "trace";
    const index = (linear >>> 12) & 0x3ff;
    const mode = this.#mode(user, (s[CR0]! & CR0_WP) !== 0);
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
      this.#cache.link(
        directoryId,
        table,
        shadowRights(mode, directoryEntry, writable, forKernel),
        directoryMarked,
      );
    }
    const id = table << 10 | index;
    if (!suffices(this.#tables.entry(id), write, user)) {
      if (large) {
        this.#cache.fill(id, frame, gfn, PTE_USER | (traced ? 0 : PTE_WRITE), 0);
      } else {
        const writable = (marked & PTE_DIRTY) !== 0 && !traced;
        const forKernel = kernelWrite && (entry & PTE_WRITE) === 0;
        this.#cache.fill(id, frame, gfn, shadowRights(mode, entry, writable, forKernel), marked);
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
      this.#cache.link(directoryId, table, PTE_USER | PTE_WRITE, 0);
    }
    const id = table << 10 | (linear >>> 12) & 0x3ff;
    if (!suffices(this.#tables.entry(id), write, true)) {
      this.#cache.fill(id, frame, gfn, PTE_USER | (traced ? 0 : PTE_WRITE), 0);
    }
    return "filled";
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
    if (key === this.#key) return this.#cache.root;
    const tables = this.#tables;
    let root = tables.find(key);
    if (root >= 0) {
      this.counts.rootHits++;
      tables.writes[root] = tables.oddWrites[root] = 0;
      tables.touch(root);
    } else {
      this.counts.rootMisses++;
      if (tables.roots >= this.#rootLimit) this.#cache.evictRoot();
      root = this.#cache.make(key);
      tables.setMonitorEntry(root, this.#host.monitorTable | PTE_PRESENT | PTE_WRITE);
      // It may lie in the frame of another root that CR3 points to, which then would not be loaded again.
      this.#cache.flushPhysical();
    }
    this.#key = key;
    this.#cache.root = root;
    return root;
  }

  /** Finds or makes the shadow of a guest page table or extent. */
  #table(kind: number, number: number, mode: number): number {
    const key = shadowKey(kind, number, mode, false);
    const slot = this.#tables.find(key);
    return slot >= 0 ? slot : this.#cache.make(key);
  }
}
