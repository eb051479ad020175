/**
 * Pages of guest code that translations were made of: under which linear address, from which frame, and whether both still
 * belong together.
 *
 * @module
 */

import type { TranslationCache } from "./cache.ts";
import type { Unit } from "./unit.ts";

/** A page of translated guest code. */
export interface CodePage {
  /** Linear page number. */
  readonly page: number;
  /** Guest frame number. */
  readonly gfn: number;
  readonly units: Set<Unit>;
  /** The linear page is mapped to the frame, as far as anyone knows. */
  mapped: boolean;
}

/** Tells where linear pages are mapped, without side effects. */
export type MappedFrame = (page: number) => number;

/** Who is to be told when a frame begins and ceases to hold translated code. */
export interface FrameWatcher {
  watch(gfn: number): void;
  unwatch(gfn: number): void;
}

/** How often the code at one address is translated again because it has changed, before its page counts as restless. */
const RESTLESS = 8;
/** Instructions that are interpreted on a restless page before it gets another chance. */
const PATIENCE = 2000;

/** All pages of guest code of one virtual machine. */
export class CodePages {
  readonly #cache: TranslationCache;
  readonly #watcher: FrameWatcher;
  /** The page in use at each linear page number. */
  readonly #mapped = new Map<number, CodePage>();
  /** All pages by frame. */
  readonly #byFrame = new Map<number, CodePage[]>();
  /** By frame: how often the unit at an EIP was dropped because its code was written. */
  readonly #changes = new Map<number, Map<number, number>>();
  /** Restless frames, and how many instructions there were refused. */
  readonly #restless = new Map<number, number>();

  constructor(cache: TranslationCache, watcher: FrameWatcher) {
    this.#cache = cache;
    this.#watcher = watcher;
  }

  /** How many linear pages are in use. */
  get size(): number {
    return this.#mapped.size;
  }

  /** The frames that hold translated code. */
  frames(): number[] {
    return [...this.#byFrame.keys()];
  }

  /**
   * Whether code on a frame changes so often that it is not worth translating: let it be interpreted.
   */
  isRestless(gfn: number): boolean {
    return this.#restless.has(gfn);
  }

  /** Whether an instruction on a frame is to be interpreted because the code there changes all the time. */
  refuse(gfn: number): boolean {
    const refused = this.#restless.get(gfn);
    if (refused === undefined) return false;
    this.#restless.set(gfn, refused + 1);
    if (refused < PATIENCE) return true;
    this.#restless.delete(gfn);
    this.#changes.delete(gfn);
    return false;
  }

  /** The page of code at a linear page that is mapped to a frame now: found or made, and its units awake. */
  use(page: number, gfn: number): CodePage {
    const present = this.#mapped.get(page);
    if (present !== undefined) {
      if (present.gfn === gfn) return present;
      this.#sleep(present);
    }
    const onFrame = this.#byFrame.get(gfn) ?? [];
    let found = onFrame.find((other) => other.page === page);
    if (found === undefined) {
      found = { page, gfn, units: new Set(), mapped: false };
      if (onFrame.length === 0) this.#watcher.watch(gfn);
      this.#byFrame.set(gfn, [...onFrame, found]);
    }
    found.mapped = true;
    this.#mapped.set(page, found);
    for (const unit of found.units) if (unit.pages.every(({ mapped }) => mapped)) this.#cache.activate(unit);
    return found;
  }

  /** Notes that a unit was made of these pages. */
  enter(unit: Unit): void {
    for (const page of unit.pages) page.units.add(unit);
  }

  /**
   * After a change of mappings: pages that are no longer mapped to their frame fall asleep, with their units.
   *
   * @returns how many pages were looked at
   */
  revalidate(mappedFrame: MappedFrame): number {
    const pages = [...this.#mapped.values()];
    for (const page of pages) if (mappedFrame(page.page) !== page.gfn) this.#sleep(page);
    return pages.length;
  }

  #sleep(page: CodePage): void {
    page.mapped = false;
    this.#mapped.delete(page.page);
    for (const unit of page.units) this.#cache.deactivate(unit);
  }

  /**
   * Guest code may have been written: units that were made of these bytes are dropped.
   *
   * @param offset in the frame
   * @returns how many there were
   */
  wrote(gfn: number, offset: number, bytes: number, codeBase: number): number {
    let dropped = 0;
    for (const page of this.#byFrame.get(gfn) ?? []) {
      for (const unit of [...page.units]) {
        // Where the written bytes are in the unit, seen from its first one.
        const first = ((page.page << 12) + offset - codeBase - unit.eip) | 0;
        if (first >= unit.length || first + bytes <= 0) continue;
        this.#cache.drop(unit);
        for (const other of unit.pages) other.units.delete(unit);
        this.#note(gfn, unit.eip);
        dropped++;
      }
    }
    return dropped;
  }

  #note(gfn: number, eip: number): void {
    let changes = this.#changes.get(gfn);
    if (changes === undefined) this.#changes.set(gfn, changes = new Map());
    const times = (changes.get(eip) ?? 0) + 1;
    changes.set(eip, times);
    if (times >= RESTLESS && !this.#restless.has(gfn)) this.#restless.set(gfn, 0);
  }

  /** Forgets everything on a frame that is no longer worth translating, and lets it be written freely. */
  abandon(gfn: number): void {
    for (const page of this.#byFrame.get(gfn) ?? []) {
      for (const unit of page.units) {
        this.#cache.drop(unit);
        for (const other of unit.pages) if (other !== page) other.units.delete(unit);
      }
      page.units.clear();
      if (this.#mapped.get(page.page) === page) this.#mapped.delete(page.page);
    }
    if (this.#byFrame.delete(gfn)) this.#watcher.unwatch(gfn);
  }

  /** Forgets everything: the cache was emptied. */
  clear(): void {
    for (const gfn of this.#byFrame.keys()) this.#watcher.unwatch(gfn);
    this.#mapped.clear();
    this.#byFrame.clear();
    this.#changes.clear();
    this.#restless.clear();
  }
}
