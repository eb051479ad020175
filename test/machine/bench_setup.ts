/** A bus and a clock without a processor: what device tests stand on. */

import { Bus } from "../../src/machine/bus.ts";
import { Clock } from "../../src/machine/clock.ts";
import { PhysicalMemory } from "../../src/machine/physical_memory.ts";

export interface Bench {
  readonly memory: PhysicalMemory;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Lets cycles pass, firing timers at the cycle they are set to. */
  pass(cycles: number): void;
  out(port: number, value: number): void;
  in(port: number): number;
}

export function bench(hertz = 1_193_182 * 100, ram = 1 << 20): Bench {
  let now = 0;
  const memory = new PhysicalMemory({ ram, stateBytes: 0 });
  const bus = new Bus(memory);
  const clock = new Clock(hertz, () => now);
  return {
    memory,
    bus,
    clock,
    pass(cycles) {
      const end = now + cycles;
      while (clock.next() <= end) {
        now = Math.max(now, clock.next());
        clock.dispatch();
      }
      now = end;
    },
    out: (port, value) => bus.portWrite(port, 1, value),
    in: (port) => bus.portRead(port, 1),
  };
}
