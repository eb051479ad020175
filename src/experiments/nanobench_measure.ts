/**
 * What one operation costs: runs a nanobenchmark twice with different numbers of iterations, and the empty loop too.
 *
 * @module
 */

import { type CostProfile, type World, WORLDS } from "../cycles/mod.ts";
import { nanobenchmark, NANOBENCHMARK_DONE, type NanobenchmarkName, NANOBENCHMARKS } from "../guests/mod.ts";
import type { Program } from "../isa/mod.ts";
import { type GuestTechnique, runGuest, type RunGuestOptions } from "./run_guest.ts";

/** How an operation is measured. */
export interface MeasureOptions extends Pick<RunGuestOptions, "virtualizable" | "virtualMachine"> {
  /** Default `native`. */
  readonly technique?: GuestTechnique;
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** Iterations that count, 1 or more. Default 1152. */
  readonly iterations?: number;
}

/** Cycles of one operation. */
export interface OperationCost {
  readonly cycles: number;
  /** The same by world; worlds without a share are left out. */
  readonly byWorld: Readonly<Partial<Record<World, number>>>;
}

/** A nanobenchmark that did not run to its end. */
export class NanobenchError extends Error {
  override readonly name = "NanobenchError";
  readonly benchmark: NanobenchmarkName;
  readonly technique: GuestTechnique;
  /** How its run ended. */
  readonly status: string;

  constructor(benchmark: NanobenchmarkName, technique: GuestTechnique, status: string) {
    super(`${benchmark} under ${technique} did not come to its end: ${status}`);
    this.benchmark = benchmark;
    this.technique = technique;
    this.status = status;
  }
}

/**
 * Iterations that do not count: code gets translated, shadow pages filled, translations adapted. A translator that waits for
 * some dozens of traps is done by then.
 */
const WARM_UP = 288;

/** Assembled programs, by name and iterations. */
const programs = new Map<string, Program>();

function programOf(name: NanobenchmarkName, iterations: number, paravirtual: boolean): Program {
  const key = `${name} ${iterations} ${paravirtual}`;
  let program = programs.get(key);
  if (program === undefined) programs.set(key, program = nanobenchmark(name, { iterations, paravirtual }));
  return program;
}

/** Cycles of one iteration of a loop, by world. */
function iteration(name: NanobenchmarkName, options: MeasureOptions): Float64Array {
  const { technique = "native", iterations = 1152, ...rest } = options;
  const run = (count: number) => {
    const { status, exitCode, cycles } = runGuest(programOf(name, count, technique === "paravirtual"), {
      ...rest,
      technique,
      memory: "2M",
    });
    if (status === "exited" && exitCode === NANOBENCHMARK_DONE) return cycles.worlds;
    throw new NanobenchError(name, technique, exitCode === undefined ? status : `exit code ${exitCode}`);
  };
  const before = run(WARM_UP), after = run(WARM_UP + iterations);
  return Float64Array.from(WORLDS, (world) => (after[world] - before[world]) / iterations);
}

/** Measures operations, and each empty loop once. */
export class OperationMeter {
  readonly #options: MeasureOptions;
  readonly #loops = new Map<NanobenchmarkName, Float64Array>();

  constructor(options: MeasureOptions) {
    this.#options = options;
  }

  #loop(name: NanobenchmarkName): Float64Array {
    let loop = this.#loops.get(name);
    if (loop === undefined) this.#loops.set(name, loop = iteration(name, this.#options));
    return loop;
  }

  /**
   * What one operation costs beyond the loop round it. For an empty loop: what an iteration costs.
   *
   * @throws {NanobenchError} when the guest does not come to its end
   */
  cost(name: NanobenchmarkName): OperationCost {
    const { baseline, operations } = NANOBENCHMARKS[name];
    const loop = this.#loop(name);
    const empty = baseline === name ? new Float64Array(WORLDS.length) : this.#loop(baseline);
    const shares = WORLDS.map((world, n) => [world, (loop[n]! - empty[n]!) / operations] as const);
    return {
      cycles: shares.reduce((sum, [, cycles]) => sum + cycles, 0),
      byWorld: Object.fromEntries(shares.filter(([, cycles]) => cycles !== 0)),
    };
  }
}
