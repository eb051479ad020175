/**
 * The store of shadow page tables: page frames of the machine's memory that the processor walks, and beside them what the
 * monitor has to find again: which table stands for what, and who points where.
 *
 * A table has a *slot*, a small number; entry `index` of it has the *id* `slot << 10 | index`. Every entry in use is a member
 * of a list: of those that map the same guest frame, or of those that point to the same table.
 *
 * @module
 */

import { PTE_ACCESSED, PTE_PRESENT, PTE_WRITE } from "../../cpu/mod.ts";

/** What a shadow table stands for. */
export type ShadowKind = 0 | 1 | 2 | 3;
/** A guest page directory. */
export const DIRECTORY = 0;
/** A guest page table. */
export const TABLE = 1;
/** 4 MiB of guest-physical memory: a large page, or memory while the guest's paging is off. */
export const EXTENT = 2;
/** A root without a guest directory: paging is off, or the directory does not lie in RAM. */
export const BARE_ROOT = 3;

/** Entries of a table. */
const ENTRIES = 1024;
/** The monitor's own entry of a root: the top 4 MiB. */
export const MONITOR_ENTRY = 1023;
const NONE = -1;

/** Gives out and takes back the frames that hold shadow tables. */
export interface ShadowFrames {
  /** How many could still be allocated. */
  readonly free: number;
  /** A zeroed host frame number. */
  allocate(): number;
  release(frame: number): void;
  /** Byte offset of a frame in the machine's memory. */
  hostOffset(frame: number): number;
}

/**
 * Identifies a table.
 *
 * @param kind a {@linkcode ShadowKind}
 * @param number guest frame of the directory or table; number of the extent; 0 or 1 for a bare root
 * @param mode how rights are translated (a RightsMode); 0 where it makes no difference
 * @param large whether directory entries may be large pages
 */
export function shadowKey(kind: number, number: number, mode: number, large: boolean): number {
  return number << 5 | (large ? 16 : 0) | mode << 2 | kind;
}

/** A limited number of shadow tables. */
export class ShadowTables {
  /** How many there may be. */
  readonly limit: number;
  /** Writes to the guest's table since a shadow entry was last made, by slot; the pager's. */
  readonly writes: Int32Array;
  /** Those among them that do not look like page-table entries. */
  readonly oddWrites: Int32Array;
  /** How many roots there are. */
  roots = 0;

  readonly #s: Int32Array;
  readonly #frames: ShadowFrames;
  readonly #pages: number;
  /** By slot: frame, index of its first word, key (-1: unused). */
  readonly #frame: Int32Array;
  readonly #base: Int32Array;
  readonly #key: Int32Array;
  readonly #slots: Map<number, number> = new Map();
  /** Slots with a frame but without a table. */
  readonly #spare: number[] = [];
  #allocated = 0;
  /** By guest frame: the first of the slots that stand for it; by slot: the next of them. */
  readonly #first: Int32Array;
  readonly #sibling: Int32Array;
  /** Order of use, by slot. The two ends are at index `limit`. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  /** First id of the list by target: guest frames, then slots. */
  readonly #head: Int32Array;
  /** By id: the next one of its list; the one before it, or ~target for the first; the guest's entry it was made from. */
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  #seen: Int32Array = new Int32Array(0);

  /**
   * @param s the machine's memory as words
   * @param pages guest frames 0..pages-1 can be mapped
   * @param reserve so many frames are allocated at once, and so never missed later
   */
  constructor(s: Int32Array, frames: ShadowFrames, pages: number, limit: number, reserve: number) {
    this.#s = s;
    this.#frames = frames;
    this.#pages = pages;
    this.limit = limit;
    this.writes = new Int32Array(limit);
    this.oddWrites = new Int32Array(limit);
    this.#frame = new Int32Array(limit);
    this.#base = new Int32Array(limit);
    this.#key = new Int32Array(limit).fill(NONE);
    this.#first = new Int32Array(pages).fill(NONE);
    this.#sibling = new Int32Array(limit).fill(NONE);
    this.#older = new Int32Array(limit + 1).fill(limit);
    this.#newer = new Int32Array(limit + 1).fill(limit);
    this.#head = new Int32Array(pages + limit).fill(NONE);
    this.#grow(reserve);
    try {
      while (this.#allocated < reserve) this.#spare.push(this.#allocate());
    } catch (error) {
      this.release();
      throw error;
    }
  }

  #allocate(): number {
    const frame = this.#frames.allocate();
    const slot = this.#allocated++;
    if (slot * ENTRIES >= this.#next.length) this.#grow(Math.min(2 * slot, this.limit));
    this.#frame[slot] = frame;
    this.#base[slot] = this.#frames.hostOffset(frame) >>> 2;
    return slot;
  }

  /** Makes room for the books about so many tables. */
  #grow(slots: number): void {
    const larger = (old: Int32Array): Int32Array => {
      const array = new Int32Array(slots * ENTRIES);
      array.set(old);
      return array;
    };
    this.#next = larger(this.#next);
    this.#previous = larger(this.#previous);
    this.#seen = larger(this.#seen);
  }

  /** Gives all frames back. The object is of no use afterwards. */
  release(): void {
    for (let slot = 0; slot < this.#allocated; slot++) this.#frames.release(this.#frame[slot]!);
    this.#allocated = 0;
  }

  // --- Tables ----------------------------------------------------------------------------------------------------------

  /** Tables in use. */
  get size(): number {
    return this.#slots.size;
  }

  /** Whether a table must be destroyed before another one can be made. */
  get full(): boolean {
    return this.#spare.length === 0 && (this.#allocated === this.limit || this.#frames.free === 0);
  }

  /** Slot of a table, or -1. */
  find(key: number): number {
    return this.#slots.get(key) ?? NONE;
  }

  /** A new, empty table, the most recently used one. There must be room. */
  make(key: number): number {
    const slot = this.#spare.pop() ?? this.#allocate();
    this.#key[slot] = key;
    this.#slots.set(key, slot);
    this.writes[slot] = this.oddWrites[slot] = 0;
    const gfn = this.gfn(slot);
    if (gfn >= 0) {
      this.#sibling[slot] = this.#first[gfn]!;
      this.#first[gfn] = slot;
    }
    if (this.isRoot(slot)) this.roots++;
    this.#insertNewest(slot);
    return slot;
  }

  /** Empties a table and everything that points to it. @returns how many entries that were */
  destroy(slot: number): number {
    let dropped = 0;
    const parents = this.#pages + slot;
    for (let id = this.#head[parents]!; id >= 0; id = this.#head[parents]!) {
      this.clear(id);
      dropped++;
    }
    const root = this.isRoot(slot);
    const base = this.#base[slot]!;
    for (let index = root ? MONITOR_ENTRY - 1 : ENTRIES - 1; index >= 0; index--) {
      if (this.#s[base + index] === 0) continue;
      this.clear(slot << 10 | index);
      dropped++;
    }
    this.#s[base + MONITOR_ENTRY] = 0;
    const gfn = this.gfn(slot);
    if (gfn >= 0) this.#forgetSibling(gfn, slot);
    if (root) this.roots--;
    this.#slots.delete(this.#key[slot]!);
    this.#key[slot] = NONE;
    this.#unlinkAge(slot);
    this.#spare.push(slot);
    return dropped;
  }

  #forgetSibling(gfn: number, slot: number): void {
    let at = this.#first[gfn]!;
    if (at === slot) {
      this.#first[gfn] = this.#sibling[slot]!;
      return;
    }
    while (this.#sibling[at] !== slot) at = this.#sibling[at]!;
    this.#sibling[at] = this.#sibling[slot]!;
  }

  /** Physical address of a table. */
  address(slot: number): number {
    return this.#frame[slot]! << 12;
  }

  /** What a table stands for: a {@linkcode ShadowKind}. */
  kind(slot: number): number {
    return this.#key[slot]! & 3;
  }

  /** Whether it is a directory for the processor. */
  isRoot(slot: number): boolean {
    const kind = this.kind(slot);
    return kind === DIRECTORY || kind === BARE_ROOT;
  }

  /** Guest frame of the directory or page table that a table stands for, or -1. */
  gfn(slot: number): number {
    const kind = this.kind(slot);
    return kind === DIRECTORY || kind === TABLE ? this.#key[slot]! >>> 5 : NONE;
  }

  /** The first of the tables that stand for a guest frame, or -1. */
  firstOf(gfn: number): number {
    return this.#first[gfn] ?? NONE;
  }

  /** The next table that stands for the same guest frame, or -1. */
  sibling(slot: number): number {
    return this.#sibling[slot]!;
  }

  // --- Entries ---------------------------------------------------------------------------------------------------------

  /** An entry as the processor sees it. */
  entry(id: number): number {
    return this.#s[this.#base[id >>> 10]! + (id & 0x3ff)]!;
  }

  /** The guest's entry that an entry was made from, as it was then. */
  seen(id: number): number {
    return this.#seen[id]!;
  }

  /** Notes that an entry would still be made the same way from another guest entry. */
  see(id: number, guest: number): void {
    this.#seen[id] = guest;
  }

  /** Points an entry to guest frame `gfn`. */
  setPage(id: number, value: number, gfn: number, guest: number): void {
    this.#set(id, value, gfn, guest);
  }

  /** Points an entry to a table. */
  setTable(id: number, value: number, table: number, guest: number): void {
    this.#set(id, value, this.#pages + table, guest);
  }

  #set(id: number, value: number, target: number, guest: number): void {
    if ((this.entry(id) & PTE_PRESENT) !== 0) this.#unlink(id);
    this.#s[this.#base[id >>> 10]! + (id & 0x3ff)] = value;
    this.#seen[id] = guest;
    const head = this.#head[target]!;
    this.#next[id] = head;
    this.#previous[id] = ~target;
    if (head >= 0) this.#previous[head] = id;
    this.#head[target] = id;
  }

  /** Sets the entry of a root that belongs to the monitor and to no list. */
  setMonitorEntry(root: number, value: number): void {
    this.#s[this.#base[root]! + MONITOR_ENTRY] = value;
  }

  /** Empties an entry that is in use. */
  clear(id: number): void {
    this.#unlink(id);
    this.#s[this.#base[id >>> 10]! + (id & 0x3ff)] = 0;
  }

  #unlink(id: number): void {
    const next = this.#next[id]!;
    const previous = this.#previous[id]!;
    if (previous >= 0) this.#next[previous] = next;
    else this.#head[~previous] = next;
    if (next >= 0) this.#previous[next] = previous;
  }

  /** First entry that maps a guest frame, or -1. */
  firstMapping(gfn: number): number {
    return this.#head[gfn] ?? NONE;
  }

  /** First entry that points to a table, or -1. */
  firstParent(slot: number): number {
    return this.#head[this.#pages + slot]!;
  }

  /** The next entry with the same target, or -1. */
  nextOfTarget(id: number): number {
    return this.#next[id]!;
  }

  /** Takes write permission from all entries that map a guest frame. @returns how many had it */
  writeProtect(gfn: number): number {
    let changed = 0;
    for (let id = this.firstMapping(gfn); id >= 0; id = this.#next[id]!) {
      const word = this.#base[id >>> 10]! + (id & 0x3ff);
      const entry = this.#s[word]!;
      if ((entry & PTE_WRITE) === 0) continue;
      this.#s[word] = entry & ~PTE_WRITE;
      changed++;
    }
    return changed;
  }

  // --- Age -------------------------------------------------------------------------------------------------------------

  /** The least recently used table; -1 when there is none. */
  oldest(): number {
    const slot = this.#newer[this.limit]!;
    return slot === this.limit ? NONE : slot;
  }

  /** The next more recently used table, or -1. */
  newer(slot: number): number {
    const next = this.#newer[slot]!;
    return next === this.limit ? NONE : next;
  }

  /** A table is used now. */
  touch(slot: number): void {
    this.#unlinkAge(slot);
    this.#insertNewest(slot);
  }

  /** Whether the processor has walked through a table since the last time this was asked (it sets the accessed bits). */
  takeReferenced(slot: number): boolean {
    let referenced = false;
    for (let id = this.firstParent(slot); id >= 0; id = this.#next[id]!) {
      const word = this.#base[id >>> 10]! + (id & 0x3ff);
      const entry = this.#s[word]!;
      if ((entry & PTE_ACCESSED) === 0) continue;
      referenced = true;
      this.#s[word] = entry & ~PTE_ACCESSED;
    }
    return referenced;
  }

  #insertNewest(slot: number): void {
    const end = this.limit;
    const newest = this.#older[end]!;
    this.#newer[newest] = slot;
    this.#older[slot] = newest;
    this.#newer[slot] = end;
    this.#older[end] = slot;
  }

  #unlinkAge(slot: number): void {
    const older = this.#older[slot]!, newer = this.#newer[slot]!;
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }
}
