/**
 * Who had the processor when: the ledger's charges in the order in which they were made.
 *
 * @module
 */

import type { Ledger } from "./ledger.ts";
import { type World, WORLDS } from "./world.ts";

/** A stretch of time that one world of one virtual machine paid for. */
export interface WorldSpan {
  readonly vm: number;
  readonly world: World;
  /** Cycles since the recorder began. */
  readonly start: number;
  readonly cycles: number;
}

interface OpenSpan {
  vm: number;
  world: World;
  start: number;
  cycles: number;
}

/**
 * Records the worlds of a run. Neighbouring charges of one world are one span, so a program that stays where it is takes one
 * entry however long it runs.
 *
 * @example
 * ```ts
 * import { asm, Machine, WorldRecorder } from "ringlab";
 *
 * const machine = new Machine({ memory: "1M" });
 * machine.load(asm("bits 32\n nop\n hlt"));
 * const recorder = new WorldRecorder(machine.board.ledger);
 * const run = await machine.run();
 * recorder.stop();
 * const sum = recorder.spans.reduce((cycles, span) => cycles + span.cycles, 0);
 * if (sum !== run.cycles.total) throw new Error("cycles were lost");
 * ```
 */
export class WorldRecorder {
  readonly #ledger: Ledger;
  readonly #most: number;
  readonly #spans: OpenSpan[] = [];
  #now = 0;

  /**
   * Begins to record.
   *
   * @param most spans that are kept; when there are more, the oldest go. Default 100,000.
   * @throws {RangeError} when another recorder listens to the ledger.
   */
  constructor(ledger: Ledger, most = 100_000) {
    if (ledger.observer !== null) {
      throw new RangeError("this ledger is being recorded already: stop the other recorder first");
    }
    this.#ledger = ledger;
    this.#most = most;
    ledger.observer = (world, cycles) => this.#charge(world, cycles);
  }

  /** Ends recording. */
  stop(): void {
    this.#ledger.observer = null;
  }

  /** What was recorded, in order. */
  get spans(): readonly WorldSpan[] {
    return this.#spans;
  }

  #charge(world: number, cycles: number): void {
    const name = WORLDS[world]!;
    const { vm } = this.#ledger;
    const last = this.#spans.at(-1);
    if (last !== undefined && last.world === name && last.vm === vm) last.cycles += cycles;
    else if (cycles < 0) this.#giveBack(name, vm, cycles);
    else this.#spans.push({ vm, world: name, start: this.#now, cycles });
    this.#now += cycles;
    if (this.#spans.length > this.#most) this.#spans.splice(0, this.#spans.length - this.#most);
  }

  /** A block that was left early gives back what it had paid for its rest: its own span was shorter, and all later ones began earlier. */
  #giveBack(world: World, vm: number, cycles: number): void {
    for (let n = this.#spans.length - 1; n >= 0; n--) {
      const span = this.#spans[n]!;
      if (span.world === world && span.vm === vm) {
        span.cycles += cycles;
        return;
      }
      span.start += cycles;
    }
  }
}
