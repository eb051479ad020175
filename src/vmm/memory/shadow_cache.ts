/**
 * The life of shadow page tables: made when an access needs them, given up when others need the room or the guest seems to use
 * its table for something else, and kept true meanwhile by traces.
 *
 * @module
 */

import { flushTlb, PTE_ACCESSED, PTE_DIRTY, PTE_PRESENT } from "../../cpu/mod.ts";
import { eventNumber } from "../../cycles/mod.ts";
import type { ShadowCounts, ShadowHost } from "./shadow_host.ts";
import { ShadowTables } from "./shadow_tables.ts";
import type { TraceClient } from "./traces.ts";

/**
 * One instruction needs a root and at most 6 tables: its bytes, two memory operands, each across a boundary of 4 MiB. With
 * fewer frames than 7, faults could go round for ever.
 */
export const SHADOW_FRAMES_LEAST = 8;

/** Writes, none followed by a use, after which a guest table that nothing points to is taken for ordinary memory. */
const WRITES_UNREACHABLE = 4;
/** The same for a table that only address spaces other than the present one use. */
const WRITES_ELSEWHERE = 16;
/** Writes that do not look like entries, after which a table in use is taken for ordinary memory. */
const WRITES_ODD = 8;

/** Accessed and dirty from the start, so that the processor need not walk again to set them. */
const PAGE_ENTRY = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY;

const EVENT_FILL = eventNumber("shadow-fill");
const EVENT_INVALIDATION = eventNumber("shadow-invalidation");

/** A limited number of shadow tables, the least recently used of which make room for new ones. */
export class ShadowCache {
  readonly tables: ShadowTables;
  /** Slot of the root in use, which is never evicted for another table; -1 before the first one. */
  root = -1;

  readonly #host: ShadowHost;
  readonly #memory: ShadowHost["memory"];
  readonly #client: TraceClient;
  readonly counts: ShadowCounts;
  /** The processor's TLB may have translations that no shadow entry has. */
  #stale = true;

  /**
   * Allocates the least number of frames at once.
   *
   * @param client is to hear of writes to guest tables that have a shadow
   * @param counts where things are counted
   * @throws {MonitorError} when the machine has not even these frames
   */
  constructor(host: ShadowHost, frames: number, client: TraceClient, counts: ShadowCounts) {
    this.#host = host;
    this.#memory = host.memory;
    this.#client = client;
    this.counts = counts;
    const owner = { vm: host.vm, use: "shadow" } as const;
    this.tables = new ShadowTables(
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
  }

  /** Makes a table, at the cost of another one if need be, and traces the guest's. */
  make(key: number): number {
    const { tables } = this;
    while (tables.full) this.#evict();
    const slot = tables.make(key);
    const gfn = tables.gfn(slot);
    if (gfn >= 0) this.#memory.traces.add(gfn, this.#client);
    return slot;
  }

  link(id: number, table: number, rights: number, guest: number): void {
    this.tables.setTable(id, this.tables.address(table) | PTE_PRESENT | rights, table, guest);
    this.counts.links++;
    this.#made(id);
    this.#used(table);
  }

  fill(id: number, frame: number, gfn: number, rights: number, guest: number): void {
    this.tables.setPage(id, frame << 12 | PAGE_ENTRY | rights, gfn, guest);
    this.counts.fills++;
    this.#made(id);
  }

  #made(id: number): void {
    this.#host.cpu.ledger.count(EVENT_FILL);
    this.#host.charge("shadow-fill");
    this.#used(id >>> 10);
  }

  #used(slot: number): void {
    this.tables.writes[slot] = this.tables.oddWrites[slot] = 0;
    this.tables.touch(slot);
  }

  drop(id: number): void {
    this.tables.clear(id);
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
  destroy(slot: number): void {
    const { tables } = this;
    const gfn = tables.gfn(slot);
    this.#dropped(tables.destroy(slot));
    if (gfn >= 0 && tables.firstOf(gfn) < 0) this.#memory.traces.remove(gfn, this.#client);
  }

  /**
   * Gives up a table that has not been used for long, never the present root. Tables that the processor has walked through lately get
   * a second chance; those that are made or filled last are looked at last, so that an instruction gets all it needs together.
   */
  #evict(): void {
    const { tables } = this;
    let chances = tables.size;
    let slot = tables.oldest();
    while (slot === this.root || (chances-- > 0 && tables.takeReferenced(slot))) {
      const next = tables.newer(slot);
      tables.touch(slot);
      slot = next >= 0 ? next : tables.oldest();
    }
    this.counts.evictions++;
    this.destroy(slot);
  }

  evictRoot(): void {
    const { tables } = this;
    let slot = tables.oldest();
    while (!tables.isRoot(slot)) slot = tables.newer(slot);
    if (slot === this.root) this.root = -1;
    this.counts.evictions++;
    this.destroy(slot);
  }

  /** A frame is traced from now on: nothing may write to it unnoticed. */
  protect(gfn: number): void {
    const changed = this.tables.writeProtect(gfn);
    if (changed > 0) this.counts.protections++;
    this.#dropped(changed);
    if (this.#stale) this.flushPhysical();
  }

  flushPhysical(): void {
    flushTlb(this.#host.cpu);
    this.#stale = false;
  }

  /** Whether a word could be an entry of a page table. */
  plausible(entry: number): boolean {
    return (entry & PTE_PRESENT) === 0 || this.#memory.frame(entry >>> 12) >= 0;
  }

  /** Whether a guest table that keeps being written is likely to be ordinary memory by now. */
  seemsAbandoned(slot: number): boolean {
    const { tables } = this;
    const writes = tables.writes[slot]!;
    if (writes < WRITES_UNREACHABLE) return false;
    const directory = this.root < 0 ? -1 : tables.gfn(this.root);
    if (tables.isRoot(slot)) return tables.gfn(slot) !== directory && writes >= WRITES_ELSEWHERE;
    let parent = tables.firstParent(slot);
    if (parent < 0) return true;
    for (; parent >= 0; parent = tables.nextOfTarget(parent)) {
      if (tables.gfn(parent >>> 10) === directory) return tables.oddWrites[slot]! >= WRITES_ODD;
    }
    return writes >= WRITES_ELSEWHERE;
  }
}
