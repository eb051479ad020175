/**
 * The account book of one machine: cycles by virtual machine and world, and counts of events.
 *
 * @module
 */

import { EVENT_COUNT, eventName } from "./event.ts";
import { CycleReport } from "./report.ts";
import { WORLDS } from "./world.ts";

/** Virtual machines that a ledger tells apart: numbers 0..15, 0 being the machine itself or its only guest. */
export const LEDGER_MACHINES = 16;

const TOTAL = 0;
const CURRENT = 1;
const BUCKETS = 2;
const EVENTS = BUCKETS + LEDGER_MACHINES * WORLDS.length;
const WORDS = EVENTS + EVENT_COUNT;

/**
 * Counts cycles and events. All counters are float64 words in a buffer that the caller provides (a machine's state
 * block), so copying the buffer saves them. Counts are integers and exact up to 2^53.
 *
 * The total is kept beside the buckets, not computed from them, so that "the buckets sum to the total" is a check.
 *
 * @example
 * ```ts
 * import { Ledger, WORLD_GUEST_USER, WORLD_MONITOR } from "ringlab";
 *
 * const ledger = new Ledger(new ArrayBuffer(Ledger.BYTES), 0);
 * ledger.add(WORLD_GUEST_USER, 90);
 * ledger.add(WORLD_MONITOR, 10);
 * const report = ledger.report();
 * if (report.total !== 100 || report.worlds["monitor"] !== 10) throw new Error("wrong");
 * ```
 */
export class Ledger {
  /** Bytes that a ledger occupies in its buffer. */
  static readonly BYTES: number = WORDS * 8;

  readonly #words: Float64Array;

  /** Told of every charge, in order: see {@linkcode WorldRecorder}. Null when nobody listens. */
  observer: ((world: number, cycles: number) => void) | null = null;

  /**
   * Opens the account book that lies in a buffer.
   *
   * @param buffer holds the counters; what is there already is kept (a restored snapshot).
   * @param byteOffset where they begin; a multiple of 8.
   */
  constructor(buffer: ArrayBufferLike, byteOffset: number) {
    this.#words = new Float64Array(buffer, byteOffset, WORDS);
  }

  /** Charges `cycles` to a world (an index into {@linkcode WORLDS}) of the current virtual machine. */
  add(world: number, cycles: number): void {
    const words = this.#words;
    const bucket = BUCKETS + (words[CURRENT]! * 8 | world);
    words[bucket] = words[bucket]! + cycles;
    words[TOTAL] = words[TOTAL]! + cycles;
    if (this.observer !== null) this.observer(world, cycles);
  }

  /** All cycles charged so far. */
  get total(): number {
    return this.#words[TOTAL]!;
  }

  /** The virtual machine that is charged from now on, 0..15. */
  get vm(): number {
    return this.#words[CURRENT]!;
  }

  set vm(vm: number) {
    if (!Number.isInteger(vm) || vm < 0 || vm >= LEDGER_MACHINES) {
      throw new RangeError(
        `virtual machine ${vm} is not in the ledger: numbers are 0 to ${LEDGER_MACHINES - 1}`,
      );
    }
    this.#words[CURRENT] = vm;
  }

  /** Cycles charged to one world of one virtual machine. */
  bucket(vm: number, world: number): number {
    return this.#words[BUCKETS + vm * WORLDS.length + world] ?? 0;
  }

  /** Counts an event (a number made with {@linkcode EVENT_TRAP} and the like) `n` times. */
  count(event: number, n = 1): void {
    this.#words[EVENTS + event] = this.#words[EVENTS + event]! + n;
  }

  /** How often an event was counted. */
  counted(event: number): number {
    return this.#words[EVENTS + event] ?? 0;
  }

  /** The account as plain data. With `since`, an earlier report of the same ledger, only what came after it. */
  report(since?: CycleReport): CycleReport {
    const machines = [];
    for (let vm = 0; vm < LEDGER_MACHINES; vm++) {
      const worlds = WORLDS.map((_, world) => this.bucket(vm, world));
      if (worlds.some((cycles) => cycles !== 0)) machines.push({ vm, worlds });
    }
    const events = [];
    for (let event = 0; event < EVENT_COUNT; event++) {
      const count = this.counted(event);
      if (count !== 0) events.push({ event, name: eventName(event), count });
    }
    const now = new CycleReport({ total: this.total, machines, events });
    return since ? now.since(since) : now;
  }

  /** Sets every counter to zero and the current virtual machine to 0. */
  reset(): void {
    this.#words.fill(0);
  }
}
