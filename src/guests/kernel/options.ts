/**
 * What may be chosen about the teaching kernel.
 *
 * @module
 */

import type { WorkloadSize } from "./workload.ts";

/** Options of {@linkcode teachingKernel}; everything has a default. */
export interface TeachingKernelOptions {
  /** Size of the workload by kind; 0 leaves a kind out. Default {@linkcode DEFAULT_WORKLOAD}. */
  readonly workload?: Partial<WorkloadSize>;
  /**
   * Which processes run at the same time: all that do not print (true), or only those of one kind (false). Default true.
   */
  readonly concurrent?: boolean;
  /** Whether eight processes that misbehave are run and killed at the end. Default true. */
  readonly badProcesses?: boolean;
  /** Ticks that init sleeps at the end, with the processor halted; 0 to 1000. Default 1. */
  readonly sleepTicks?: number;
  /** Timer interrupts per second, 19 to 20000. Default 1000. */
  readonly tickHz?: number;
  /** SYSENTER where CPUID offers it, or INT 80h. Default `"sysenter"`, and always INT 80h in the paravirtual build. */
  readonly systemCalls?: "int80" | "sysenter";
  /** Whether one 4 MiB page maps the kernel, with CR4.PSE. Default false: 4 KiB pages. */
  readonly largePages?: boolean;
  /** Whether the kernel asks the processor about itself at start, and prints the answers. Default false. */
  readonly diagnostics?: boolean;
  /** The build that asks a monitor by hypercall instead of using sensitive instructions. Default false. */
  readonly paravirtual?: boolean;
}

/** A workload that a native machine finishes in a fraction of a second. */
export const DEFAULT_WORKLOAD: WorkloadSize = Object.freeze({
  compute: 8,
  syscalls: 200,
  switches: 100,
  pageTable: 50,
  io: 8,
});

/** An option that cannot be. */
export class GuestOptionError extends Error {
  /** The class's name. */
  override readonly name = "GuestOptionError";
  /** Which option. */
  readonly option: string;
  /** What it was. */
  readonly value: unknown;

  /** Makes the error; `right` says what would be. */
  constructor(option: string, value: unknown, right: string) {
    super(`option ${option} is ${JSON.stringify(value)}: it must be ${right}`);
    this.option = option;
    this.value = value;
  }
}

/** Options with every default put in. */
export type KernelSettings = Required<Omit<TeachingKernelOptions, "workload">> & {
  readonly workload: WorkloadSize;
};

/** Checks the options and puts the defaults in. @throws {GuestOptionError} */
export function kernelSettings(options: TeachingKernelOptions): KernelSettings {
  const paravirtual = flag(options, "paravirtual", false);
  const { systemCalls = paravirtual ? "int80" : "sysenter", workload = {} } = options;
  if (systemCalls !== "int80" && systemCalls !== "sysenter") {
    throw new GuestOptionError("systemCalls", systemCalls, `"int80" or "sysenter"`);
  }
  if (paravirtual && systemCalls === "sysenter") {
    throw new GuestOptionError("systemCalls", systemCalls, `"int80" in the paravirtual build`);
  }
  const known = Object.keys(DEFAULT_WORKLOAD);
  for (const [kind, value] of Object.entries(workload)) {
    if (!known.includes(kind)) {
      throw new GuestOptionError(`workload.${kind}`, value, `one of ${known.join(", ")}`);
    }
  }
  const sizes = known.map((kind) => {
    const value = workload[kind as keyof WorkloadSize] ?? DEFAULT_WORKLOAD[kind as keyof WorkloadSize];
    return [kind, whole(`workload.${kind}`, value, 0, 0x7fffffff)];
  });
  return {
    workload: Object.fromEntries(sizes) as unknown as WorkloadSize,
    concurrent: flag(options, "concurrent", true),
    badProcesses: flag(options, "badProcesses", true),
    sleepTicks: whole("sleepTicks", options.sleepTicks ?? 1, 0, 1000),
    tickHz: whole("tickHz", options.tickHz ?? 1000, 19, 20_000),
    systemCalls,
    largePages: flag(options, "largePages", false),
    diagnostics: flag(options, "diagnostics", false),
    paravirtual,
  };
}

function flag(options: TeachingKernelOptions, name: keyof TeachingKernelOptions, fallback: boolean): boolean {
  const value = options[name] ?? fallback;
  if (typeof value !== "boolean") throw new GuestOptionError(name, value, "true or false");
  return value;
}

function whole(option: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new GuestOptionError(option, value, `a whole number from ${least} to ${most}`);
}
