/**
 * What a run may be told.
 *
 * @module
 */

import type { Goal } from "./board.ts";
import { MachineError } from "./errors.ts";

/** Limits of a run, all counted from its start; none by default. */
export interface SyncRunOptions {
  /** Instructions; met exactly. */
  readonly maxInstructions?: number;
  /** Cycles; the instruction that reaches it is finished. */
  readonly maxCycles?: number;
  /** Seconds of host time. The only limit that may end the same run at different places. */
  readonly maxSeconds?: number;
  /** Stop before the instruction at this linear address or symbol, as at a breakpoint. */
  readonly until?: number | string;
}

/** Limits and controls of an asynchronous run. */
export interface RunOptions extends SyncRunOptions {
  /** Ends the run with status `aborted`. */
  readonly signal?: AbortSignal;
  /** Called about every 50 ms of host time. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** How far a run has come. */
export interface RunProgress {
  /** Instructions retired so far in this run. */
  readonly instructions: number;
  /** Cycles so far in this run. */
  readonly cycles: number;
  /** Seconds the host has taken. */
  readonly hostSeconds: number;
  /** Million instructions per host second so far. */
  readonly mips: number;
}

/** Turns limits counted from now into absolute ones. @throws {MachineError} for limits that are no numbers, or negative. */
export function absoluteGoal(options: SyncRunOptions, instructions: number, cycles: number): Goal {
  const { maxInstructions = Infinity, maxCycles = Infinity, maxSeconds = Infinity } = options;
  for (const [name, value] of Object.entries({ maxInstructions, maxCycles, maxSeconds })) {
    if (typeof value !== "number" || !(value >= 0)) {
      throw new MachineError(`${name} is ${JSON.stringify(value)}: it must be a number, 0 or more`);
    }
  }
  return { instructions: instructions + maxInstructions, cycles: cycles + maxCycles };
}
