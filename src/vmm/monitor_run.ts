/**
 * How a run of the monitor ended, and what every virtual machine did in it.
 *
 * @module
 */

import { type CycleReport, Presentable } from "../cycles/mod.ts";
import type { RunResult } from "../machine/mod.ts";
import type { Monitor } from "./monitor.ts";
import type { VirtualMachineStatus } from "./virtual_machine.ts";

/** One virtual machine at the end of a run. */
export interface GuestOutcome {
  readonly name: string;
  /** Number in the ledger. */
  readonly number: number;
  readonly technique: string;
  readonly status: VirtualMachineStatus;
  readonly reason?: string;
  readonly exitCode?: number;
  /** What came out of its serial port in this run. */
  readonly console: string;
  /** Instructions that the hardware executed for it since it was loaded. */
  readonly direct: number;
  /** Instructions that the monitor interpreted for it since it was loaded. */
  readonly interpreted: number;
  /** Times the hardware trapped into the monitor while it ran, since it was loaded. */
  readonly entries: number;
}

/** The result of {@linkcode Monitor.run}. */
export class MonitorRun extends Presentable {
  /** `finished`: every virtual machine has ended or waits for ever. Otherwise a limit was met, or the run was aborted. */
  readonly status: "finished" | "limit" | "aborted" | "breakpoint";
  /** Instructions that the physical processor has executed in this run. */
  readonly instructions: number;
  /** Where the cycles went, by virtual machine and world. */
  readonly cycles: CycleReport;
  readonly machines: readonly GuestOutcome[];

  constructor(monitor: Monitor, run: RunResult, consoleStarts: readonly number[]) {
    super();
    const { status } = run;
    this.status = status === "limit" || status === "aborted" || status === "breakpoint" ? status : "finished";
    this.instructions = run.instructions;
    this.cycles = run.cycles;
    this.machines = monitor.virtualMachines.map((vm, n) => ({
      name: vm.name,
      number: vm.number,
      technique: vm.technique.name,
      status: vm.status,
      ...(vm.reason === undefined ? {} : { reason: vm.reason }),
      ...(vm.exitCode === undefined ? {} : { exitCode: vm.exitCode }),
      console: vm.console.slice(consoleStarts[n] ?? 0),
      ...vm.counts,
    }));
  }

  /** One flat object. */
  toJSON(): Record<string, unknown> {
    const { status, instructions, cycles, machines } = this;
    return { status, instructions, cycles: cycles.total, machines, ledger: cycles.toJSON() };
  }

  /** A summary for a terminal. */
  override toString(): string {
    const lines = this.machines.map(({ name, technique, status, direct, interpreted }) =>
      `${name} (${technique}): ${status}, ${direct} instructions direct, ${interpreted} interpreted`
    );
    return [`${this.status} after ${this.cycles.total} cycles`, ...lines].join("\n");
  }
}
