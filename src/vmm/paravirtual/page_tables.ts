/**
 * What a paravirtual guest may put into its page tables. The tables are the guest's own and lie in its memory; the monitor checks
 * every change before it is made.
 *
 * @module
 */

import { PDE_LARGE, PTE_PRESENT } from "../../cpu/mod.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";

const ENTRIES = 1024;
/** The directory entry of the monitor area. */
const MONITOR_ENTRY = ENTRIES - 1;
const PAGE_MASK = ~0xfff;

/** The page directories in use, and with them the tables that they point to. */
export class ParavirtualPageTables {
  readonly #memory: GuestMemory;
  readonly #directories = new Set<number>();

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** None is in use. */
  reset(): void {
    this.#directories.clear();
  }

  /** Whether a directory is in use. */
  has(directory: number): boolean {
    return this.#directories.has(directory >>> 0);
  }

  /** Takes a directory into use. @returns false when it, or a table that it points to, holds what it must not */
  use(directory: number): boolean {
    if (this.has(directory)) return true;
    for (let n = 0; n < ENTRIES; n++) {
      const entry = this.#memory.read32(directory + n * 4);
      if (n === MONITOR_ENTRY ? (entry & PTE_PRESENT) !== 0 : !this.#directoryEntryPermitted(entry)) {
        return false;
      }
    }
    this.#directories.add(directory >>> 0);
    return true;
  }

  /** The directory is ordinary memory from now on. */
  release(directory: number): void {
    this.#directories.delete(directory >>> 0);
  }

  /** Whether an entry at this address may have this value. */
  permitted(address: number, value: number): boolean {
    const page = (address & PAGE_MASK) >>> 0;
    const index = (address & 0xfff) >>> 2;
    if (!this.has(page)) return this.#entryPermitted(value);
    return index === MONITOR_ENTRY ? false : this.#directoryEntryPermitted(value);
  }

  #directoryEntryPermitted(entry: number): boolean {
    if (!this.#entryPermitted(entry)) return false;
    if ((entry & PTE_PRESENT) === 0 || (entry & PDE_LARGE) !== 0) return true;
    for (let n = 0; n < ENTRIES; n++) {
      if (!this.#entryPermitted(this.#memory.read32((entry & PAGE_MASK) + n * 4))) return false;
    }
    return true;
  }

  #entryPermitted(entry: number): boolean {
    return (entry & PTE_PRESENT) === 0 || this.#memory.writable(entry >>> 12);
  }
}
