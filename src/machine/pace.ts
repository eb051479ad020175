/**
 * How long to let the machine run before the host gets its turn.
 *
 * @module
 */

/** The host gets its turn this often. */
const YIELD_MS = 50;
/** What a slice should take, so that aborting is prompt and asking costs little. */
const SHORT_MS = 6, LONG_MS = 20;
const LEAST_CYCLES = 20_000, MOST_CYCLES = 2 ** 30;

/** Measures slices of one run against the host's clock and adapts their length. */
export class Pace {
  /** Length of the next slice in guest cycles. */
  cycles = 1_000_000;
  readonly #start = performance.now();
  readonly #end: number;
  #sliceStart = this.#start;
  #resumed = this.#start;

  /** @param seconds after which {@linkcode Pace.isOver}. */
  constructor(seconds: number) {
    this.#end = this.#start + seconds * 1000;
  }

  /** Host seconds since the start. */
  seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Whether the time is up; also marks the start of a slice. */
  isOver(): boolean {
    this.#sliceStart = performance.now();
    return this.#sliceStart >= this.#end;
  }

  /** A slice has ended. */
  measured(): void {
    const took = performance.now() - this.#sliceStart;
    if (took < SHORT_MS) this.cycles = Math.min(MOST_CYCLES, this.cycles * 2);
    else if (took > LONG_MS) this.cycles = Math.max(LEAST_CYCLES, Math.floor(this.cycles / 2));
  }

  /** Whether the host should have its turn now. */
  mustYield(): boolean {
    return performance.now() - this.#resumed >= YIELD_MS;
  }

  /** The host has had its turn. */
  resumed(): void {
    this.#resumed = performance.now();
  }
}
