/**
 * Time in a machine: the processor's cycle count, and what is to happen at which cycle.
 *
 * @module
 */

import { MachineError, SnapshotError } from "./errors.ts";

/** One thing that a device can have happen later. A timer is either idle or set to one cycle. */
export interface Timer {
  /** Cycle at which it fires; `Infinity` when idle. */
  readonly at: number;
  /** Sets it, replacing what it was set to. A cycle that has passed fires at the next opportunity. */
  set(cycle: number): void;
  /** Makes it idle. */
  cancel(): void;
}

/** The queue as plain data: timer name and cycle. */
export type ClockState = readonly (readonly [name: string, at: number])[];

class NamedTimer implements Timer {
  readonly name: string;
  readonly fire: () => void;
  readonly #moved: (at: number) => void;
  at = Infinity;

  constructor(name: string, fire: () => void, moved: (at: number) => void) {
    this.name = name;
    this.fire = fire;
    this.#moved = moved;
  }

  set(cycle: number): void {
    this.at = cycle;
    this.#moved(cycle);
  }

  cancel(): void {
    this.set(Infinity);
  }
}

/**
 * A deterministic queue of device events. Timers have names, not closures in a heap, so the queue can be saved and
 * restored; timers due at the same cycle fire in the order in which they were made.
 */
export class Clock {
  /** Cycles per second. */
  readonly hertz: number;
  readonly #timers: NamedTimer[] = [];
  readonly #source: () => number;
  #next = Infinity;
  #onEarlier: () => void = () => {};

  /**
   * Makes a clock without timers.
   *
   * @param source tells the present cycle.
   */
  constructor(hertz: number, source: () => number) {
    this.hertz = hertz;
    this.#source = source;
  }

  /** The present cycle. */
  now(): number {
    return this.#source();
  }

  /** The cycle of the next event; `Infinity` when nothing is to happen. */
  next(): number {
    return this.#next;
  }

  /** Makes a timer. @throws {MachineError} when the name is taken. */
  timer(name: string, fire: () => void): Timer {
    if (this.#timers.some((timer) => timer.name === name)) {
      throw new MachineError(`there are two timers named ${name}`);
    }
    const timer = new NamedTimer(name, fire, (at) => {
      const before = this.#next;
      this.#next = this.#timers.reduce((least, { at }) => Math.min(least, at), Infinity);
      if (at < before) this.#onEarlier();
    });
    this.#timers.push(timer);
    return timer;
  }

  /**
   * Calls `onEarlier` whenever a timer is set to a cycle before what was {@linkcode Clock.next} until then: the processor
   * must be told not to run past it. Depends on the guest alone, so a run takes the same course however it is cut up.
   */
  onEarlier(listener: () => void): void {
    this.#onEarlier = listener;
  }

  /** Fires what is due. */
  dispatch(): void {
    for (;;) {
      if (this.#next > this.now()) return;
      const due = this.#timers.find(({ at }) => at === this.#next)!;
      due.cancel();
      due.fire();
    }
  }

  /** The queue as plain data. */
  save(): ClockState {
    return this.#timers.filter(({ at }) => at !== Infinity).map(({ name, at }) => [name, at] as const);
  }

  /**
   * Sets every timer as the queue says.
   *
   * @throws {SnapshotError} when the queue names a timer that this machine does not have.
   */
  restore(state: ClockState): void {
    for (const [name] of state) {
      if (!this.#timers.some((timer) => timer.name === name)) {
        throw new SnapshotError(`the snapshot has a timer ${JSON.stringify(name)} that this machine lacks`);
      }
    }
    for (const timer of this.#timers) timer.at = state.find(([name]) => name === timer.name)?.[1] ?? Infinity;
    this.#next = this.#timers.reduce((least, { at }) => Math.min(least, at), Infinity);
  }
}

/** Converts between cycles and the ticks of a device's own oscillator, exactly, with integers, for as long as cycles are. */
export class Oscillator {
  /** Ticks per second. */
  readonly hertz: number;
  // ticks = floor(cycles * numerator / denominator), in lowest terms.
  readonly #numerator: number;
  readonly #denominator: number;

  /**
   * Relates two frequencies.
   *
   * @param hertz the oscillator's frequency, an integer.
   * @param cyclesPerSecond the processor's, an integer; their product stays below 2^53.
   */
  constructor(hertz: number, cyclesPerSecond: number) {
    const divisor = greatestCommonDivisor(hertz, cyclesPerSecond);
    this.hertz = hertz;
    this.#numerator = hertz / divisor;
    this.#denominator = cyclesPerSecond / divisor;
    if (this.#numerator * this.#denominator > Number.MAX_SAFE_INTEGER) {
      throw new MachineError(
        `oscillator of ${hertz} Hz beside a processor of ${cyclesPerSecond} Hz: cannot be exact`,
      );
    }
  }

  /** Ticks completed at a cycle: floor(cycle * hertz / cyclesPerSecond). */
  ticksAt(cycle: number): number {
    const rest = cycle % this.#denominator;
    const whole = (cycle - rest) / this.#denominator;
    return whole * this.#numerator + Math.floor(rest * this.#numerator / this.#denominator);
  }

  /** The first cycle at which `tick` ticks are completed. */
  cycleOf(tick: number): number {
    const rest = tick % this.#numerator;
    const whole = (tick - rest) / this.#numerator;
    return whole * this.#denominator + Math.ceil(rest * this.#denominator / this.#numerator);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
