/** Runs of the teaching kernel on the machine itself. */

import {
  type TeachingKernel,
  teachingKernel,
  type TeachingKernelOptions,
} from "../../src/guests/kernel/mod.ts";
import { Machine, type MachineOptions, type RunResult } from "../../src/machine/mod.ts";

/** A finished run, and how to look into it. */
export interface KernelRun {
  readonly kernel: TeachingKernel;
  readonly machine: Machine;
  readonly run: RunResult;
  /** A word of the kernel's data. */
  word(symbol: string, index?: number): number;
  /** How often an event was counted. */
  count(event: string): number;
  /** All RAM, with zeros where contents may depend on time. */
  steadyMemory(): Uint8Array;
}

const assembled = new Map<string, TeachingKernel>();

/** The kernel with these options, assembled once. */
function kernelWith(options: TeachingKernelOptions): TeachingKernel {
  const key = JSON.stringify(options);
  const kernel = assembled.get(key) ?? teachingKernel(options);
  assembled.set(key, kernel);
  return kernel;
}

/** Loads the kernel into a machine of its own and runs it to its end, or through 100 million instructions. */
export function runKernel(
  options: TeachingKernelOptions = {},
  machineOptions: MachineOptions = {},
): KernelRun {
  const kernel = kernelWith(options);
  const machine = new Machine({ memory: kernel.memory, history: false, ...machineOptions });
  machine.load(kernel);
  return lookAt(kernel, machine, machine.runSync({ maxInstructions: 1e8 }));
}

/** The same view of a run that somebody else made. */
export function lookAt(kernel: TeachingKernel, machine: Machine, run: RunResult): KernelRun {
  return {
    kernel,
    machine,
    run,
    word(symbol, index = 0) {
      const bytes = machine.read(kernel.address(symbol) + index * 4, 4);
      return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    },
    count: (event) => run.cycles.events.find(({ name }) => name === event)?.count ?? 0,
    steadyMemory() {
      const memory = machine.read(0, machine.board.memory.ramBytes);
      for (const { address, bytes } of kernel.volatileRanges) memory.fill(0, address, address + bytes);
      return memory;
    },
  };
}
