/**
 * One guest, run to its end natively or in a virtual machine, by the same call: what comparisons of techniques are made of.
 *
 * @module
 */

import type { CostProfile, CycleReport } from "../cycles/mod.ts";
import { type Loadable, Machine, parseSize } from "../machine/mod.ts";
import { Monitor, type TechniqueName, TECHNIQUES, type VirtualMachineOptions } from "../vmm/mod.ts";

/** How a guest can be run: on the machine itself, or by a technique of the monitor. */
export const GUEST_TECHNIQUES = ["native", ...TECHNIQUES] as const;
/** Name of a way to run a guest. */
export type GuestTechnique = "native" | TechniqueName;

/** Options of {@linkcode runGuest}. */
export interface RunGuestOptions {
  /** Default `native`. */
  readonly technique?: GuestTechnique;
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** The guest's RAM. Default `8M`. */
  readonly memory?: string | number;
  /** Makes the processor virtualizable. Default: only for trap-and-emulate, which goes wrong without it. */
  readonly virtualizable?: boolean;
  /** Instructions of the physical processor after which the run is given up. Default 100 million. */
  readonly maxInstructions?: number;
  /** Further options of the virtual machine. */
  readonly virtualMachine?: Omit<VirtualMachineOptions, "memory" | "technique">;
}

/** How a guest's run ended. */
export interface GuestRun {
  readonly technique: GuestTechnique;
  /** `exited`, `halted`, `shutdown`, `killed` or `limit`. */
  readonly status: string;
  readonly exitCode?: number;
  readonly console: string;
  /** Where the physical machine's cycles went. */
  readonly cycles: CycleReport;
  /** Instructions that the physical processor executed. */
  readonly instructions: number;
}

/** RAM of the physical machine beyond that of its guest: for the monitor's area, shadow page tables, a virtual processor. */
const MONITOR_MEMORY = 8 << 20;

/**
 * Loads a guest, runs it to its end, and says what it cost.
 *
 * @throws {RangeError} for a technique that does not exist; {@linkcode ImageError}, {@linkcode MachineError} or
 * {@linkcode ProfileError} as the machine does
 *
 * @example
 * ```ts
 * import { guests, runGuest } from "ringlab";
 *
 * const guest = guests.nanobenchmark("cli", { iterations: 100 });
 * const native = runGuest(guest);
 * const trapped = runGuest(guest, { technique: "trap-and-emulate" });
 * if (native.exitCode !== 1 || trapped.exitCode !== 1) throw new Error("wrong");
 * if (trapped.cycles.total < 10 * native.cycles.total) throw new Error("virtualization for nothing?");
 * ```
 */
export function runGuest(guest: Loadable, options: RunGuestOptions = {}): GuestRun {
  const { technique = "native", profile = "pentium4-672", memory = "8M", maxInstructions = 100_000_000 } =
    options;
  const { virtualizable = technique === "trap-and-emulate" } = options;
  if (!(GUEST_TECHNIQUES as readonly string[]).includes(technique)) {
    throw new RangeError(
      `there is no technique ${JSON.stringify(technique)}: choose from ${GUEST_TECHNIQUES.join(", ")}`,
    );
  }
  if (technique === "native") {
    const machine = new Machine({ memory, profile, virtualizable, history: false });
    const { status, exitCode, console, cycles, instructions } = machine.load(guest).runSync({
      maxInstructions,
    });
    return {
      technique,
      status,
      ...(exitCode === undefined ? {} : { exitCode }),
      console,
      cycles,
      instructions,
    };
  }
  const monitor = new Monitor({
    memory: parseSize(memory) + MONITOR_MEMORY,
    profile,
    virtualizable,
    technique,
  });
  const vm = monitor.createVirtualMachine({ ...options.virtualMachine, memory, technique }).load(guest);
  const run = monitor.runSync({ maxInstructions });
  const { exitCode } = vm;
  return {
    technique,
    status: run.status === "finished" ? vm.status : run.status,
    ...(exitCode === undefined ? {} : { exitCode }),
    console: vm.console,
    cycles: run.cycles,
    instructions: run.instructions,
  };
}
