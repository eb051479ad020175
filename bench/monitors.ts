/**
 * Host time of one guest kernel natively and under each monitor: the same work, side by side.
 *
 * @module
 */

import { guests, Machine, Monitor, type TechniqueName, TECHNIQUES } from "../mod.ts";
import { ChecksumError, median } from "./measure.ts";
import { threadSeconds } from "./processor_time.ts";

/** A workload of the teaching kernel, and how many times as long a monitor may take for it. */
export interface MonitorWorkload {
  readonly name: string;
  readonly what: string;
  readonly size: guests.WorkloadSize;
  readonly most: number;
}

/** Work that hardly needs the kernel, and work that needs it all the time. */
export const MONITOR_WORKLOADS: readonly MonitorWorkload[] = [
  {
    name: "compute",
    what: "programs that compute in ring 3",
    size: { compute: 150, syscalls: 0, switches: 0, pageTable: 0, io: 0 },
    most: 2,
  },
  {
    name: "mixed",
    what: "the kernel's own mix: computing, system calls, process switches, page-table work and I/O",
    size: scaled(guests.DEFAULT_WORKLOAD, 20),
    most: 4,
  },
];

/** One line of the table. */
export interface MonitorTime {
  readonly workload: string;
  readonly most: number;
  /** Guest instructions of the native run. */
  readonly instructions: number;
  /** Median host seconds by technique, `native` among them. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Host seconds divided by the native ones. */
  readonly ratios: Readonly<Record<string, number>>;
}

function scaled(size: guests.WorkloadSize, times: number): guests.WorkloadSize {
  const parts = Object.entries(size).map(([kind, count]) => [kind, Math.ceil(count * times)]);
  return Object.fromEntries(parts) as unknown as guests.WorkloadSize;
}

interface Sample {
  readonly seconds: number;
  readonly console: string;
  readonly instructions: number;
}

function kernel(size: guests.WorkloadSize, paravirtual: boolean): guests.TeachingKernel {
  const quiet = { badProcesses: false, sleepTicks: 0, systemCalls: "int80" } as const;
  return guests.teachingKernel({ workload: size, ...quiet, paravirtual });
}

function runNative(guest: guests.TeachingKernel): Sample {
  const machine = new Machine({ memory: guest.memory, history: false }).load(guest);
  const start = threadSeconds();
  const { console, instructions } = machine.runSync();
  return { seconds: threadSeconds() - start, console, instructions };
}

function runUnder(guest: guests.TeachingKernel, technique: TechniqueName): Sample {
  const virtualizable = technique === "trap-and-emulate";
  const monitor = new Monitor({ memory: "32M", technique, virtualizable });
  const vm = monitor.createVirtualMachine({ memory: guest.memory }).load(guest);
  const start = threadSeconds();
  const { instructions } = monitor.runSync();
  return { seconds: threadSeconds() - start, console: vm.console, instructions };
}

/**
 * Runs a workload `repeats` times in every way, in turn.
 *
 * @param share of the workload to do
 * @throws {ChecksumError} when two ways print different things
 */
export function timeMonitors(workload: MonitorWorkload, share: number, repeats: number): MonitorTime {
  const size = scaled(workload.size, share);
  const plain = kernel(size, false), paravirtual = kernel(size, true);
  const ways = new Map<string, () => Sample>([["native", () => runNative(plain)]]);
  for (const technique of TECHNIQUES) {
    ways.set(technique, () => runUnder(technique === "paravirtual" ? paravirtual : plain, technique));
  }
  const samples = new Map<string, Sample[]>([...ways.keys()].map((name) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, run] of ways) samples.get(name)!.push(run());
  }
  const outputs = Object.fromEntries([...samples].map(([name, [first]]) => [name, first!.console]));
  if (new Set(Object.values(outputs)).size !== 1) throw new ChecksumError(workload.name, outputs);
  const seconds = Object.fromEntries(
    [...samples].map(([name, list]) => [name, median(list.map((sample) => sample.seconds))]),
  );
  return {
    workload: workload.name,
    most: workload.most,
    instructions: samples.get("native")![0]!.instructions,
    seconds,
    ratios: Object.fromEntries(
      Object.entries(seconds).map(([name, time]) => [name, time / seconds["native"]!]),
    ),
  };
}
