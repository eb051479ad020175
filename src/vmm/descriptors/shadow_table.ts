/**
 * Shadow descriptor tables: what the processor finds when a guest loads a segment register itself.
 *
 * @module
 */

import { type Cpu, Descriptor, probe, RIGHTS_ACCESSED } from "../../cpu/mod.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { TraceClient } from "../memory/traces.ts";
import {
  deprivilegedRights,
  descriptorWords,
  isUsable,
  type KernelRing,
  truncatedLimit,
} from "./deprivileged.ts";
import type { MonitorArea } from "./monitor_area.ts";

/** Writes to a table's pages that changed nothing in the table, after which it is no longer traced. */
const PATIENCE = 64;

/** Whoever knows what the guest's own descriptor behind an entry of the shadow GDT is. */
export interface DescriptorSource {
  /** Null when the entry is not shadowed. */
  original(index: number): Descriptor | null;
}

/** What a {@linkcode ShadowTable} belongs to. */
export interface ShadowTableOptions {
  /** "GDT" or "LDT". */
  readonly name: string;
  /** Where the shadow lies in the monitor area. */
  readonly offset: number;
  /** Entries it has room for. */
  readonly entries: number;
  readonly vcpu: Cpu;
  readonly memory: GuestMemory;
  readonly area: MonitorArea;
  readonly kernelRing: KernelRing;
  /** Give the processor no descriptors at all: every load of a segment register then comes to the monitor. */
  readonly loadsTrap: boolean;
}

/**
 * The shadow of one descriptor table. Code and data segments are copied with their ring and their limit changed; gates, task
 * states and segments that cannot be cut off below the monitor area are left out, so that their use raises an exception. The
 * guest's table is write-protected meanwhile. A table that shares its pages with data that is written all the time is
 * given up: its loads then trap one by one.
 */
export class ShadowTable implements TraceClient, DescriptorSource {
  readonly name: string;
  /** Changes whenever an update has found another descriptor than before. */
  version = 0;
  readonly #options: ShadowTableOptions;
  /** The guest's descriptors as they were when they were copied. */
  readonly #originals: Int32Array;
  /** Entries whose accessed bit the processor may set behind the guest's back. */
  #unaccessed: number[] = [];
  /** The guest-physical address of each page of the table, and where the table begins. */
  #pages: number[] = [];
  #base = 0;
  #bytes = 0;
  #filled = 0;
  #stale = true;
  #loadsTrap: boolean;
  #inVain = 0;

  constructor(options: ShadowTableOptions) {
    this.#options = options;
    this.name = `shadow ${options.name}`;
    this.#originals = new Int32Array(options.entries * 2);
    this.#loadsTrap = options.loadsTrap;
  }

  /** Whether loads of segment registers trap instead of reading the shadow. */
  get loadsTrap(): boolean {
    return this.#loadsTrap;
  }

  /** The guest has written to a page of its table. */
  wrote(gpa: number, bytes: number): void {
    const touches = this.#pages.some((page, n) => {
      if (page < 0 || (page ^ gpa) >>> 12 !== 0) return false;
      const offset = n * 4096 - (this.#base & 0xfff) + (gpa & 0xfff);
      return offset + bytes > 0 && offset < this.#bytes;
    });
    if (touches) this.#stale = true;
    else if (++this.#inVain > PATIENCE) {
      this.#loadsTrap = true;
      this.#stale = true;
    }
  }

  /** The mapping of linear addresses has changed, or the register that says where the table is. */
  invalidate(): void {
    this.#stale = true;
  }

  /**
   * Brings the shadow up to date, if it has to be.
   *
   * @param base and bytes: the guest's table; no bytes for none
   * @returns the number of entries copied
   */
  update(base: number, bytes: number): number {
    if (!this.#stale && base === this.#base && bytes === this.#bytes) return 0;
    const { memory, vcpu, entries } = this.#options;
    this.#stale = false;
    const filled = this.#filled;
    for (const page of this.#pages) if (page >= 0) memory.traces.remove(page >>> 12, this);
    for (let n = 0; n < this.#filled; n++) this.#put(n, 0, 0);
    this.#base = base;
    this.#bytes = bytes;
    this.#pages = [];
    this.#unaccessed = [];
    this.#filled = 0;
    if (this.#loadsTrap || bytes === 0) {
      if (filled > 0) this.version++;
      return 0;
    }
    for (let at = -(base & 0xfff); at < bytes; at += 4096) {
      const gpa = probe(vcpu, (base + Math.max(0, at)) | 0);
      const page = gpa < 0 || !memory.writable(gpa >>> 12) ? -1 : (gpa & ~0xfff) >>> 0;
      this.#pages.push(page);
      if (page >= 0) memory.traces.add(page >>> 12, this);
    }
    this.#filled = Math.min(entries, bytes >>> 3);
    let changed = this.#filled !== filled;
    for (let n = 1; n < this.#filled; n++) changed = this.#fill(n) || changed;
    if (changed) this.version++;
    return this.#filled;
  }

  /** Stops tracing. */
  release(): void {
    for (const page of this.#pages) if (page >= 0) this.#options.memory.traces.remove(page >>> 12, this);
    this.#pages = [];
    this.#stale = true;
  }

  /** The guest's own descriptor behind an entry of the shadow; null when it is not shadowed. */
  original(index: number): Descriptor | null {
    if (index >= this.#filled) return null;
    const low = this.#originals[2 * index]!, high = this.#originals[2 * index + 1]!;
    return high === 0 ? null : new Descriptor((this.#base + index * 8) | 0, low, high);
  }

  /** Tells the guest's table of the accessed bits that the processor has set in the shadow. */
  carryAccessedBits(): void {
    if (this.#unaccessed.length === 0) return;
    const { area, offset } = this.#options;
    const rest: number[] = [];
    for (const n of this.#unaccessed) {
      if ((area.read32(offset + n * 8 + 4) & RIGHTS_ACCESSED) === 0) {
        rest.push(n);
        continue;
      }
      const high = this.#originals[2 * n + 1]! | RIGHTS_ACCESSED;
      this.#originals[2 * n + 1] = high;
      this.#setAccessed(n);
    }
    this.#unaccessed = rest;
  }

  #setAccessed(n: number): void {
    const gpa = this.#address(n * 8 + 5);
    if (gpa < 0) return;
    const { memory } = this.#options;
    const word = gpa & ~3;
    memory.poke32(word, memory.read32(word) | 1 << (8 * (gpa & 3)));
  }

  /** @returns whether it is another descriptor than before */
  #fill(n: number): boolean {
    const { kernelRing } = this.#options;
    const low = this.#word(n * 8), high = this.#word(n * 8 + 4);
    const descriptor = new Descriptor(0, low, high);
    const { base, limit, rights } = descriptor;
    const cut = isUsable(rights) ? truncatedLimit(base, limit, rights) : null;
    const before = this.#originals;
    const changed = before[2 * n] !== (cut === null ? 0 : low) ||
      before[2 * n + 1] !== (cut === null ? 0 : high);
    if (cut === null) {
      this.#originals[2 * n] = this.#originals[2 * n + 1] = 0;
      this.#put(n, 0, 0);
      return changed;
    }
    this.#originals[2 * n] = low;
    this.#originals[2 * n + 1] = high;
    const words = descriptorWords(base, cut, deprivilegedRights(rights, kernelRing));
    this.#put(n, words[0], words[1]);
    if ((rights & RIGHTS_ACCESSED) === 0) this.#unaccessed.push(n);
    return changed;
  }

  #put(n: number, low: number, high: number): void {
    const { area, offset } = this.#options;
    area.write32(offset + n * 8, low);
    area.write32(offset + n * 8 + 4, high);
  }

  /** Guest-physical address of a byte of the table, -1 where nothing is mapped. */
  #address(at: number): number {
    const position = (this.#base & 0xfff) + at;
    const page = this.#pages[position >>> 12] ?? -1;
    return page < 0 ? -1 : page + (position & 0xfff);
  }

  #word(at: number): number {
    const { memory } = this.#options;
    const gpa = this.#address(at);
    if (gpa >= 0 && (gpa & 3) === 0) return memory.read32(gpa);
    let word = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.#address(at + i);
      if (byte < 0) return 0;
      word |= ((memory.read32(byte & ~3) >>> (8 * (byte & 3))) & 0xff) << (8 * i);
    }
    return word;
  }
}
