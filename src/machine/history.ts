/**
 * Snapshots along a machine's way, so that it can go back by starting at the last one and executing again.
 *
 * @module
 */

import type { Snapshot } from "./snapshot.ts";

interface Entry {
  readonly snapshot: Snapshot;
  /** Something from outside happened here: what lies behind cannot be reached by execution from before. */
  readonly pinned: boolean;
}

const MOST_ENTRIES = 16;
const MOST_BYTES = 256 * 1024 ** 2;
const FIRST_INTERVAL = 10_000_000;

/** Keeps a bounded number of snapshots; the longer the way, the further apart. */
export class History {
  #entries: Entry[] = [];
  #interval: number;
  readonly #firstInterval: number;

  /** @param memoryBytes of the machine: copying a larger one takes longer, so it is done less often. */
  constructor(memoryBytes: number) {
    this.#firstInterval = this.#interval = Math.max(FIRST_INTERVAL, memoryBytes);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = [];
    this.#interval = this.#firstInterval;
  }

  /** The latest snapshot. */
  get last(): Snapshot | undefined {
    return this.#entries.at(-1)?.snapshot;
  }

  /** Instructions at the earliest snapshot: how far back one can go. */
  get start(): number {
    return this.#entries[0]?.snapshot.instructions ?? Infinity;
  }

  /** Whether it is time for another snapshot. */
  due(instructions: number): boolean {
    return this.last === undefined || instructions - this.last.instructions >= this.#interval;
  }

  /** Adds a snapshot later than all others. */
  add(snapshot: Snapshot, pinned: boolean): void {
    // The machine may have been changed several times at the same point; only the last counts.
    if (this.last?.cycles === snapshot.cycles) {
      const { pinned: before } = this.#entries.pop()!;
      pinned ||= before;
    }
    this.#entries.push({ snapshot, pinned });
    const bytes = () => this.#entries.reduce((sum, { snapshot }) => sum + snapshot.memory.ownBytes, 0);
    if (this.#entries.length <= MOST_ENTRIES && bytes() <= MOST_BYTES) return;
    const thinned = this.#entries.filter(({ pinned }, n) =>
      pinned || n % 2 === 0 || n === this.#entries.length - 1
    );
    if (thinned.length < this.#entries.length) {
      this.#entries = thinned;
      this.#interval *= 2;
    }
    while (this.#entries.length > 1 && (this.#entries.length > 4 * MOST_ENTRIES || bytes() > MOST_BYTES)) {
      this.#entries.shift();
    }
  }

  /** The latest snapshot with at most so many instructions. */
  before(instructions: number): Snapshot | undefined {
    return this.#entries.findLast(({ snapshot }) => snapshot.instructions <= instructions)?.snapshot;
  }

  /** The latest snapshot at or before a cycle. */
  beforeCycle(cycle: number): Snapshot | undefined {
    return this.#entries.findLast(({ snapshot }) => snapshot.cycles <= cycle)?.snapshot;
  }

  /** Forgets what lies after a cycle: the machine has gone back and may take another way. */
  truncate(cycle: number): void {
    this.#entries = this.#entries.filter(({ snapshot }) => snapshot.cycles <= cycle);
  }
}
