/**
 * The translation cache: units in the monitor area, the links between them, and the table in which translated code looks up
 * where it goes on.
 *
 * @module
 */

import { AREA_CACHE, AREA_DATA, AREA_LOOKUP, VECTOR_CALLOUT } from "../area.ts";
import type { CodePage } from "./code_pages.ts";
import { EXIT_BYTES } from "./emitter.ts";
import { NO_SELECTOR } from "./sequences.ts";
import type { Translation } from "./translate.ts";
import type { Entry, Exit, Mark, Site, Unit } from "./unit.ts";
import { AREA_COUNTERS, COUNTERS, LOOKUP_ENTRIES } from "./window.ts";

/** The monitor area as the cache sees it. Offsets are from its first byte. */
export interface CacheMemory {
  read32(offset: number): number;
  write32(offset: number, value: number): void;
  /** Writes bytes that may be code: the processor is told. */
  writeBytes(offset: number, bytes: ArrayLike<number>): void;
}

/** How a {@linkcode TranslationCache} is made. */
export interface CacheOptions {
  /** Size in bytes. */
  readonly bytes: number;
  /** Linear address of the monitor area. */
  readonly base: number;
  readonly chaining: boolean;
  readonly countExecutions: boolean;
}

/** What has happened in a cache since it was made. */
export interface CacheCounts {
  /** Units made, and instructions in them. */
  units: number;
  instructions: number;
  /** Exits and inline caches patched into jumps. */
  chains: number;
  /** Links taken back because what they led to was gone. */
  unchained: number;
  /** Units dropped because guest code changed. */
  invalidated: number;
  /** Times that the cache was full and emptied. */
  flushes: number;
}

/** An inline cache is given another target so often; after that its target is looked up. */
const FICKLE = 8;

/** All translations of one virtual machine. */
export class TranslationCache {
  readonly counts: CacheCounts = {
    units: 0,
    instructions: 0,
    chains: 0,
    unchained: 0,
    invalidated: 0,
    flushes: 0,
  };
  readonly #memory: CacheMemory;
  readonly #options: CacheOptions;
  /** All units whose code is in the cache, in the order of their addresses. */
  readonly #units: Unit[] = [];
  /** Where each guest EIP can be entered. */
  readonly #entries = new Map<number, Entry>();
  #used = 0;
  #counters = 0;

  /** @param memory must be mapped where the cache and the look-up table lie */
  constructor(memory: CacheMemory, options: CacheOptions) {
    this.#memory = memory;
    this.#options = options;
    this.#clearLookUp();
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** Units in the order of their addresses, dead ones included. */
  get units(): readonly Unit[] {
    return this.#units;
  }

  /** Where a guest EIP can be entered, if it is translated. */
  find(eip: number): Entry | undefined {
    return this.#entries.get(eip);
  }

  /** Linear address of an entry. */
  linear(entry: Entry): number {
    return (this.#options.base + AREA_CACHE + entry.unit.start + entry.at) | 0;
  }

  /** The unit, dead or alive, whose code a linear address lies in. */
  locate(linear: number): { readonly unit: Unit; readonly at: number } | null {
    const offset = (linear - this.#options.base - AREA_CACHE) >>> 0;
    if (offset >= this.#used) return null;
    let low = 0, high = this.#units.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#units[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    const unit = this.#units[low];
    if (unit === undefined || offset - unit.start >= unit.code.length) return null;
    return { unit, at: offset - unit.start };
  }

  /** Slot of the next unit's execution counter in the window, or -1. */
  nextCounter(): number {
    if (!this.#options.countExecutions || this.#counters >= COUNTERS) return -1;
    return AREA_COUNTERS - AREA_DATA + 4 * this.#counters;
  }

  /** How often a unit was executed; undefined when it has no counter. */
  executions(unit: Unit): number | undefined {
    return unit.counter < 0 ? undefined : this.#memory.read32(AREA_COUNTERS + 4 * unit.counter) >>> 0;
  }

  /** Whether a translation finds room. */
  fits(translation: Translation): boolean {
    return this.#used + translation.code.length <= this.#options.bytes;
  }

  /** Puts a translation into the cache, which must have room, and links it with what is there. */
  install(translation: Translation, pages: readonly CodePage[]): Unit {
    const { eip, length, code, marks, instructions } = translation;
    const sites = new Map<number, Site>();
    const exits: Exit[] = [];
    const counted = this.nextCounter() >= 0;
    const unit: Unit = {
      id: this.counts.units++,
      eip,
      length,
      instructions,
      code,
      start: this.#used,
      marks,
      sites,
      exits,
      incoming: new Set(),
      pages,
      live: true,
      active: false,
      entered: 0,
      counter: counted ? this.#counters : -1,
    };
    for (const exit of translation.exits) exits.push({ ...exit, unit, linked: null, changes: 0 });
    for (const { at, kind, instruction, exit, prediction = -1 } of translation.callouts) {
      if (kind === "interpret") sites.set(at, { kind, instruction });
      else if (kind === "segment") sites.set(at, { kind, instruction, prediction });
      else if (kind === "exit") sites.set(at, { kind, exit: exits[exit]! });
      else sites.set(at, { kind, instruction, exit: exits[exit] ?? null });
    }
    this.counts.instructions += instructions.length;
    this.#memory.writeBytes(AREA_CACHE + unit.start, code);
    if (counted) {
      this.#memory.write32(AREA_COUNTERS + 4 * this.#counters, 0);
      this.#counters++;
    }
    this.#used += code.length;
    this.#units.push(unit);
    this.activate(unit);
    if (this.#options.chaining) {
      for (const exit of exits) {
        const entry = exit.prediction >= 0 ? undefined : this.#entries.get(exit.target);
        if (entry !== undefined) this.#link(exit, entry);
      }
    }
    return unit;
  }

  /** Lets a unit be found. */
  activate(unit: Unit): void {
    if (unit.active || !unit.live) return;
    unit.active = true;
    for (const { eip, start } of unit.instructions) {
      const known = this.#entries.get(eip);
      // The beginning of a unit is the better place: what follows was translated with it.
      if (known === undefined || (start === 0 && known.at !== 0)) {
        this.#entries.set(eip, { unit, at: start, eip });
      }
    }
  }

  /** From now on nobody comes to a unit any more: neither the monitor nor translated code. */
  deactivate(unit: Unit): void {
    if (!unit.active) return;
    unit.active = false;
    for (const { eip, start } of unit.instructions) {
      if (this.#entries.get(eip)?.unit === unit) this.#entries.delete(eip);
      const slot = AREA_LOOKUP + 8 * lookUpEntry(eip);
      if (this.#memory.read32(slot + 4) === this.linear({ unit, at: start, eip })) this.#clearEntry(eip);
    }
    for (const exit of [...unit.incoming]) this.#unlink(exit);
  }

  /** Drops a unit for good: the guest code that it was made of is no longer there. */
  drop(unit: Unit): void {
    this.deactivate(unit);
    unit.live = false;
    this.counts.invalidated++;
  }

  /** Patches an exit into a jump. @returns whether it was */
  chain(exit: Exit, entry: Entry): boolean {
    if (!this.#options.chaining || !exit.unit.live || exit.linked !== null || !entry.unit.active) {
      return false;
    }
    if (exit.prediction >= 0) return false;
    this.#link(exit, entry);
    return true;
  }

  /** Gives an inline cache a target to predict. @returns whether it took it */
  predict(exit: Exit, entry: Entry): boolean {
    if (!this.#options.chaining || !exit.unit.live || !entry.unit.active || exit.changes >= FICKLE) {
      return false;
    }
    this.#unlink(exit);
    exit.changes++;
    exit.target = entry.eip;
    this.#patchWord(exit.unit, exit.prediction, -entry.eip | 0);
    this.#link(exit, entry);
    return true;
  }

  /** Lets a load of a segment register take a selector without the monitor; `null` for none. */
  allowSelector(unit: Unit, prediction: number, selector: number | null): void {
    if (unit.live) this.#patchWord(unit, prediction, selector === null ? NO_SELECTOR : -selector);
  }

  /** Enters a target into the look-up table, for translated code to find. */
  remember(entry: Entry): void {
    const slot = AREA_LOOKUP + 8 * lookUpEntry(entry.eip);
    this.#memory.write32(slot, -entry.eip | 0);
    this.#memory.write32(slot + 4, this.linear(entry));
  }

  /** Forgets everything. Nobody may be inside: the monitor goes on by the guest's EIP. */
  flush(): void {
    if (this.#units.length > 0) this.counts.flushes++;
    for (const unit of this.#units) unit.live = unit.active = false;
    this.#units.length = 0;
    this.#entries.clear();
    this.#used = 0;
    this.#counters = 0;
    this.#clearLookUp();
  }

  #link(exit: Exit, entry: Entry): void {
    const { unit, at } = exit;
    exit.linked = entry;
    entry.unit.incoming.add(exit);
    this.counts.chains++;
    const target = entry.unit.start + entry.at - unit.start;
    this.#patch(unit, at, [0xe9, ...wordBytes(target - (at + EXIT_BYTES))]);
    if (exit.condition >= 0) this.#patchWord(unit, exit.condition, target - (exit.condition + 4));
  }

  #unlink(exit: Exit): void {
    const { unit, at, linked } = exit;
    if (linked === null) return;
    linked.unit.incoming.delete(exit);
    exit.linked = null;
    this.counts.unchained++;
    this.#patch(unit, at, [0xcd, VECTOR_CALLOUT, 0x90, 0x90, 0x90]);
    if (exit.condition >= 0) this.#patchWord(unit, exit.condition, at - (exit.condition + 4));
  }

  #patchWord(unit: Unit, at: number, value: number): void {
    this.#patch(unit, at, wordBytes(value));
  }

  #patch(unit: Unit, at: number, bytes: number[]): void {
    this.#memory.writeBytes(AREA_CACHE + unit.start + at, bytes);
  }

  #clearLookUp(): void {
    for (let n = 0; n < LOOKUP_ENTRIES; n++) this.#clearEntry(n);
  }

  /** An empty entry holds an EIP that belongs into another one. */
  #clearEntry(eip: number): void {
    const slot = AREA_LOOKUP + 8 * lookUpEntry(eip);
    this.#memory.write32(slot, -(lookUpEntry(eip) + 1) | 0);
    this.#memory.write32(slot + 4, 0);
  }
}

/** Number of a guest EIP's entry in the look-up table. */
export function lookUpEntry(eip: number): number {
  return eip & (LOOKUP_ENTRIES - 1);
}

/** The mark that holds at an offset of a unit's code. */
export function markAt(unit: Unit, at: number): Mark {
  const { marks } = unit;
  let low = 0, high = marks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (marks[middle]!.at <= at) low = middle;
    else high = middle - 1;
  }
  return marks[low]!;
}

function wordBytes(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}
