/**
 * Random kernels on the bare machine and under every monitor: same end, same output, same memory.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { compareWithNative, type GuestEnd, nativeEnd } from "../../src/experiments/equivalence.ts";
import {
  assembleRandomKernel,
  planRandomKernel,
  RANDOM_KERNEL_BYTES,
  RANDOM_KERNEL_STACKS,
  type RandomKernelPlan,
  USER_SENSITIVE_FAMILIES,
} from "../../src/guests/random/mod.ts";
import type { Program } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import {
  type KernelRing,
  Monitor,
  type TechniqueName,
  type VirtualMachineOptions,
} from "../../src/vmm/mod.ts";

/** A way to run a guest that must not be told from the bare machine. */
export interface MonitorKind {
  readonly name: string;
  readonly technique: TechniqueName;
  /** The processor is virtualizable. */
  readonly virtualizable: boolean;
  readonly kernelRing: KernelRing;
}

/** Every monitor that can run an unmodified kernel. */
export const MONITORS: readonly MonitorKind[] = [
  { name: "trap-and-emulate, ring 1", technique: "trap-and-emulate", virtualizable: true, kernelRing: 1 },
  { name: "trap-and-emulate, ring 3", technique: "trap-and-emulate", virtualizable: true, kernelRing: 3 },
  { name: "binary translation", technique: "binary-translation", virtualizable: false, kernelRing: 1 },
];

/** Random kernels that the conformance command compares. */
export const KERNELS = 2000;
/** Steps of one kernel, by which a kernel takes some ten thousand instructions. */
const STEPS = 40;
const HOST_MEMORY = "12M";
/** Binary translators to take turns: as it is, tiny and eager, unchained, with long units and late stores. */
const TRANSLATORS: readonly VirtualMachineOptions[] = [
  {},
  { translation: { cacheBytes: 8192, unitInstructions: 3, traceHits: 1, traceQueue: 1, rdtsc: "callout" } },
  { translation: { chaining: false, inlineCaches: false, rdtsc: "trap", adaptive: false }, shadowFrames: 16 },
  { translation: { unitInstructions: 64, inlineCaches: "returns too", traceHits: 2, traceQueue: 64 } },
];
const STACKS = { from: RANDOM_KERNEL_STACKS[0], to: RANDOM_KERNEL_STACKS[1] };
/** A monitor is rebuilt after so many guests, so that a leak shows but does not add up. */
const GUESTS_PER_MONITOR = 50;

/** What was found under one monitor. */
export interface MonitorTally {
  readonly monitor: string;
  readonly passed: number;
  /** A line for each kernel that differs. */
  readonly failed: readonly string[];
  /** Sum over the kernels of the share of instructions executed directly. */
  readonly direct: number;
}

/** A kernel and what it does on the bare machine. */
function subject(plan: RandomKernelPlan, machine: Machine): { program: Program; native: GuestEnd } {
  const program = assembleRandomKernel(plan);
  return { program, native: nativeEnd(program, { machine, maxInstructions: 1_000_000 }) };
}

/** Compares the kernels of the seeds `first`, `first + step`, ... below `end`. */
export function compareKernels(first: number, end: number, step: number): MonitorTally[] {
  const tallies = MONITORS.map(({ name }) => ({
    monitor: name,
    passed: 0,
    failed: [] as string[],
    direct: 0,
  }));
  const memory = RANDOM_KERNEL_BYTES;
  const machine = new Machine({ memory, history: false });
  let monitors: Monitor[] = [];
  for (let seed = first, n = 0; seed < end; seed += step, n++) {
    const plan = planRandomKernel(seed, { steps: STEPS });
    const ignore = plan.period > 0 ? [STACKS] : [];
    const whole = subject(plan, machine);
    // User code that runs directly on plain IA-32 sees what it sees.
    const quiet = plan.steps.filter(({ family }) => !USER_SENSITIVE_FAMILIES.includes(family));
    const plain = quiet.length === plan.steps.length ? whole : subject({ ...plan, steps: quiet }, machine);
    if (n % GUESTS_PER_MONITOR === 0) {
      monitors = MONITORS.map(({ technique, virtualizable }) =>
        new Monitor({ memory: HOST_MEMORY, technique, virtualizable })
      );
    }
    MONITORS.forEach(({ technique, virtualizable, kernelRing, name }, at) => {
      const tally = tallies[at]!;
      const { program, native } = virtualizable ? whole : plain;
      if (native.status === "limit") {
        tally.failed.push(`kernel ${seed} does not end on the bare machine`);
        return;
      }
      try {
        const virtualMachine = { kernelRing, ...TRANSLATORS[seed % TRANSLATORS.length] };
        const monitor = monitors[at]!;
        const result = compareWithNative(program, {
          memory,
          technique,
          native,
          virtualMachine,
          monitor,
          ignore,
        });
        tally.direct += result.shareExecutedDirectly;
        if (result.equal) tally.passed++;
        else {
          const [difference] = result.differences;
          const { what, native: ours, monitor: theirs } = difference!;
          tally.failed.push(`kernel ${seed} under ${name}: ${what} is ${theirs}, natively ${ours}`);
        }
      } catch (error) {
        tally.failed.push(`kernel ${seed} under ${name}: ${error}`);
      }
    });
  }
  return tallies;
}

/** The same on every core: kernels 1 to `count`. */
export async function checkEquivalence(count = KERNELS): Promise<MonitorTally[]> {
  const workers = Math.max(1, Math.min(4, availableParallelism()));
  const file = fileURLToPath(import.meta.url);
  const parts = await Promise.all(
    Array.from({ length: workers }, (_, n) =>
      new Promise<MonitorTally[]>((resolve, reject) => {
        const worker = new Worker(file, { workerData: { equivalence: [1 + n, count + 1, workers] } });
        worker.once("message", (tallies: MonitorTally[]) => {
          resolve(tallies);
          void worker.terminate();
        });
        worker.once("error", reject);
      })),
  );
  return MONITORS.map(({ name }, at) => ({
    monitor: name,
    passed: parts.reduce((sum, part) => sum + part[at]!.passed, 0),
    failed: parts.flatMap((part) => part[at]!.failed),
    direct: parts.reduce((sum, part) => sum + part[at]!.direct, 0),
  }));
}

const task = (workerData as { equivalence?: [number, number, number] } | null)?.equivalence;
if (!isMainThread && task !== undefined) parentPort!.postMessage(compareKernels(...task));
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tallies = await checkEquivalence(Number(process.argv[2] ?? KERNELS));
  for (const { monitor, passed, failed, direct } of tallies) {
    const share = (100 * direct / Math.max(1, passed + failed.length)).toFixed(1);
    console.log(`${monitor}: ${passed} passed, ${failed.length} failed, ${share} % of instructions direct`);
    for (const line of failed.slice(0, 20)) console.log(`  ${line}`);
  }
  if (tallies.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
}
