/**
 * The 8254 programmable interval timer: the chip with its ports, as in a PC.
 *
 * Source: Intel, "82C54 CHMOS Programmable Interval Timer", order number 231244-006; the PC's wiring from the IBM PC AT
 * Technical Reference (counter 0 to IRQ 0, counter 1 to refresh, counter 2 to the loudspeaker, gate 2 and its output in
 * port 61h).
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import { type Clock, Oscillator, type Timer } from "../clock.ts";
import type { Device, Line } from "./device.ts";
import { Counter8254, type Counter8254State } from "./i8254_counter.ts";

/** Frequency of the PC's timer clock. */
export const PIT_HERTZ = 1_193_182;

/** Where the chip sits. */
export interface I8254Configuration {
  /** Name in snapshots and messages. */
  readonly name: string;
  /** First of four ports: three counters and the control word. */
  readonly ports: number;
  /** The PC's system control port B. */
  readonly controlB: number;
  /** Frequency at CLK. */
  readonly hertz: number;
}

/** The timer of a PC. */
export const PC_8254: I8254Configuration = { name: "8254", ports: 0x40, controlB: 0x61, hertz: PIT_HERTZ };

/** Refresh requests come every 18 ticks; port 61h bit 4 changes with each. */
const REFRESH_TICKS = 18;
const READ_BACK = 3;

interface I8254State {
  counters: Counter8254State[];
  controlB: number;
}

/** Three counters; counter 0's output is given to `output`. */
export class I8254 implements Device {
  readonly name: string;
  readonly #clock: Clock;
  readonly #oscillator: Oscillator;
  readonly #counters = [new Counter8254(), new Counter8254(), new Counter8254()] as const;
  readonly #output: Line;
  readonly #timer: Timer;
  /** Bits 0 and 1 of port 61h: gate of counter 2, loudspeaker. */
  #controlB = 0;

  /**
   * Attaches the chip and port 61h.
   *
   * @param output OUT of counter 0: IRQ 0.
   */
  constructor(bus: Bus, clock: Clock, output: Line, configuration: I8254Configuration = PC_8254) {
    const { name, ports, controlB, hertz } = configuration;
    this.name = name;
    this.#clock = clock;
    this.#oscillator = new Oscillator(hertz, clock.hertz);
    this.#output = output;
    this.#timer = clock.timer(`${name} counter 0`, () => this.#sync());
    bus.attachPorts({
      owner: name,
      first: ports,
      last: ports + 2,
      read: (port) => this.#access(() => this.#counters[port - ports]!.read()),
      write: (port, value) => this.#access(() => this.#counters[port - ports]!.write(value)),
    });
    bus.attachPorts({
      owner: name,
      first: ports + 3,
      last: ports + 3,
      write: (_, value) => this.#access(() => this.#control(value)),
    });
    bus.attachPorts({
      owner: name,
      first: controlB,
      last: controlB,
      read: () => this.#access(() => this.#readControlB()),
      write: (_, value) =>
        this.#access(() => {
          this.#controlB = value & 3;
          this.#counters[2].setGate((value & 1) !== 0);
        }),
    });
    this.reset();
  }

  reset(): void {
    this.#controlB = 0;
    const tick = this.#oscillator.ticksAt(this.#clock.now());
    for (const counter of this.#counters) counter.reset(tick);
    this.#counters[2].setGate(false);
    this.#sync();
  }

  save(): unknown {
    return { counters: this.#counters.map((counter) => counter.save()), controlB: this.#controlB };
  }

  /** The timer itself is restored with the clock. */
  restore(state: unknown): void {
    const { counters, controlB } = state as I8254State;
    this.#counters.forEach((counter, index) => counter.restore(counters[index]!));
    this.#controlB = controlB;
  }

  /** Brings the counters up to now, does something to them, and sees to what follows from it. */
  #access<T>(action: () => T): T {
    this.#sync();
    const result = action();
    this.#sync();
    return result;
  }

  #sync(): void {
    const tick = this.#oscillator.ticksAt(this.#clock.now());
    for (const counter of this.#counters) counter.advanceTo(tick);
    this.#output(this.#counters[0].out);
    const change = this.#counters[0].nextChange();
    if (change === Infinity) this.#timer.cancel();
    else this.#timer.set(this.#oscillator.cycleOf(change));
  }

  /** Control word ("Control Word Format") or read-back command ("Read-Back Command"). */
  #control(value: number): void {
    const select = value >> 6;
    if (select !== READ_BACK) {
      const counter = this.#counters[select as 0 | 1 | 2];
      if ((value & 0x30) === 0) counter.latchCount();
      else counter.program(value);
      return;
    }
    this.#counters.forEach((counter, index) => {
      if ((value & 2 << index) === 0) return;
      if ((value & 0x20) === 0) counter.latchCount();
      if ((value & 0x10) === 0) counter.latchStatus();
    });
  }

  #readControlB(): number {
    const refresh = Math.floor(this.#oscillator.ticksAt(this.#clock.now()) / REFRESH_TICKS) & 1;
    return this.#controlB | refresh << 4 | (this.#counters[2].out ? 0x20 : 0);
  }
}
