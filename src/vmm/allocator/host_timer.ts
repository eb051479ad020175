/**
 * The physical machine's timer and interrupt controllers in the monitor's hands: a real 8254 that really interrupts.
 *
 * @module
 */

import { WORLD_MONITOR } from "../../cycles/mod.ts";
import { type Machine, Oscillator, PIT_HERTZ } from "../../machine/mod.ts";

/** Vectors that the physical interrupt controllers are given. */
export const HOST_VECTORS = 0xe0;

const PIC1 = 0x20, PIC2 = 0xa0, TIMER = 0x40, TIMER_MODE = 0x43;
/** Initialization words of the two 8259As: cascade, vectors, wiring, 8086 mode with automatic end of interrupt. */
const ICW1 = 0x11, ICW4 = 0x03;
/** Channel 0, both bytes of the count, mode 0: interrupt on terminal count. */
const ONE_SHOT = 0x30;
const MOST_TICKS = 0xffff;

/** Has the physical machine interrupt at a given cycle. */
export class HostTimer {
  readonly #machine: Machine;
  readonly #oscillator: Oscillator;
  /** The cycle asked for, or the one at which it will fire if that is earlier; `Infinity` while it is not set. */
  #deadline = Infinity;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#oscillator = new Oscillator(PIT_HERTZ, machine.profile.hertz);
  }

  /** Programs the interrupt controllers; only the timer's input is let through. */
  start(): void {
    for (
      const [port, vectors, wiring, mask] of [[PIC1, HOST_VECTORS, 4, 0xfe], [
        PIC2,
        HOST_VECTORS + 8,
        2,
        0xff,
      ]] as const
    ) {
      this.#out(port, ICW1);
      this.#out(port + 1, vectors);
      this.#out(port + 1, wiring);
      this.#out(port + 1, ICW4);
      this.#out(port + 1, mask);
    }
    this.#out(TIMER_MODE, ONE_SHOT);
  }

  /** The interrupt has come. */
  fired(): void {
    this.#deadline = Infinity;
  }

  /** Sees to it that an interrupt comes at a cycle, or before: an earlier one that is set already stays. */
  set(cycle: number): void {
    if (cycle >= this.#deadline) return;
    const tick = this.#oscillator.ticksAt(this.#machine.board.cpu.now());
    // Mode 0 counts one tick more than it is given.
    const wanted = this.#oscillator.ticksAt(Math.min(cycle, Number.MAX_SAFE_INTEGER / 2)) + 1 - tick;
    const ticks = Math.max(1, Math.min(MOST_TICKS, wanted));
    this.#deadline = Math.min(cycle, this.#oscillator.cycleOf(tick + ticks + 1));
    this.#out(TIMER, ticks & 0xff);
    this.#out(TIMER, ticks >>> 8);
  }

  /** OUT by the monitor. */
  #out(port: number, value: number): void {
    const { cpu, bus } = this.#machine.board;
    const { costs } = cpu;
    cpu.chargeTo(WORLD_MONITOR, costs.instruction["input-output"] + costs.event["port-access"]);
    bus.portWrite(port, 1, value);
  }
}
