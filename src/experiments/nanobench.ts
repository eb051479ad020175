/**
 * The bill: the nanobenchmarks of Adams and Agesen measured on this machine, beside what they published.
 *
 * @module
 */

import { type CostProfile, Presentable, profileByName, type World } from "../cycles/mod.ts";
import { NANOBENCHMARK_ROWS, type NanobenchmarkName, NANOBENCHMARKS } from "../guests/mod.ts";
import { OperationMeter } from "./nanobench_measure.ts";
import { parametersOf, type ProfileEntry, raised } from "./nanobench_parameters.ts";
import { PUBLISHED, PUBLISHED_PROFILE } from "./nanobench_published.ts";
import type { GuestTechnique } from "./run_guest.ts";

/** What is measured, and how. */
export interface NanobenchOptions {
  /** One way to run the guests, or several. Default: native and binary translation. */
  readonly technique?: GuestTechnique | readonly GuestTechnique[];
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** Operations, in their order. Default: the six of the published table. */
  readonly rows?: readonly NanobenchmarkName[];
  /** Iterations that count. Default 1152. */
  readonly iterations?: number;
  /** Find out by experiment which entries of the profile each figure rests on; takes about a hundred times as long. */
  readonly parameters?: boolean;
  /** Told how many figures are there, after each. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Ends the measurement. */
  readonly signal?: AbortSignal;
}

/** One operation under one technique. */
export interface NanobenchRow {
  readonly name: NanobenchmarkName;
  /** What is measured, in words. */
  readonly title: string;
  readonly technique: GuestTechnique;
  /** Cycles of one operation. */
  readonly cycles: number;
  /** What was published; null where nothing was, for this technique or processor. */
  readonly published: number | null;
  /** (measured - published) / published; null without a published figure. */
  readonly error: number | null;
  /** Entries of the profile that the figure rests on; empty when nobody asked. */
  readonly parameters: readonly ProfileEntry[];
  /** Cycles by world. */
  readonly byWorld: Readonly<Partial<Record<World, number>>>;
}

/** Iterations for finding parameters: fewer, since the figures are exact anyway. */
const SEARCH_ITERATIONS = 144;

/** The measured table. */
export class Nanobench extends Presentable {
  /** Name of the profile. */
  readonly profile: string;
  readonly rows: readonly NanobenchRow[];

  constructor(profile: string, rows: readonly NanobenchRow[]) {
    super();
    this.profile = profile;
    this.rows = rows;
  }

  /** One row. @throws {RangeError} when it was not measured */
  row(name: NanobenchmarkName, technique: GuestTechnique = "native"): NanobenchRow {
    const found = this.rows.find((row) => row.name === name && row.technique === technique);
    if (found === undefined) throw new RangeError(`${name} under ${technique} was not measured`);
    return found;
  }

  /** How many times longer an operation takes than natively. @throws {RangeError} when one of the two was not measured */
  slowdown(name: NanobenchmarkName, technique: GuestTechnique): number {
    return this.row(name, technique).cycles / this.row(name).cycles;
  }

  /** Plain data: the profile's name, and the rows without their worlds. */
  toJSON(): Record<string, unknown> {
    const rows = this.rows.map(({ name, technique, cycles, published, error, parameters }) => ({
      name,
      technique,
      cycles,
      published,
      error,
      parameters,
    }));
    return { profile: this.profile, rows };
  }

  /** A table for a terminal. */
  override toString(): string {
    const number = (value: number): string => value >= 100 ? value.toFixed(0) : String(+value.toFixed(1));
    const lines = [
      ["operation", "technique", "cycles", "published", "error"],
      ...this.rows.map(({ name, technique, cycles, published, error }) => [
        name,
        technique,
        number(cycles),
        published === null ? "" : number(published),
        error === null ? "" : `${error < 0 ? "" : "+"}${(100 * error).toFixed(1)} %`,
      ]),
    ];
    const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
    return lines.map((line) =>
      line.map((cell, n) => n < 2 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)).join("  ").trimEnd()
    ).join("\n");
  }
}

/**
 * Measures what privileged operations cost under each technique, all worlds of the virtual machine included.
 *
 * @throws {RangeError} for a technique or row that does not exist, {@linkcode ProfileError} for such a profile,
 * {@linkcode NanobenchError} when a guest does not come to its end, and the signal's reason when it aborts.
 *
 * @example
 * ```ts
 * import { nanobench } from "ringlab";
 *
 * const bench = await nanobench({ technique: "native", rows: ["syscall", "in"] });
 * if (bench.row("syscall").cycles !== 242 || bench.row("in").cycles !== 3209) throw new Error(String(bench));
 * ```
 */
export async function nanobench(options: NanobenchOptions = {}): Promise<Nanobench> {
  const { technique = ["native", "binary-translation"], rows = NANOBENCHMARK_ROWS, iterations, signal } =
    options;
  const { profile: named = "pentium4-672", parameters = false, onProgress } = options;
  const profile = typeof named === "string" ? profileByName(named) : named;
  const techniques = typeof technique === "string" ? [technique] : technique;
  for (const name of rows) {
    if (NANOBENCHMARKS[name] === undefined) {
      throw new RangeError(
        `there is no operation ${JSON.stringify(name)}: choose from ${
          Object.keys(NANOBENCHMARKS).join(", ")
        }`,
      );
    }
  }
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
  };
  const found: NanobenchRow[] = [];
  const total = rows.length * techniques.length;
  for (const how of techniques) {
    const meter = new OperationMeter({
      technique: how,
      profile,
      ...(iterations === undefined ? {} : { iterations }),
    });
    // Operations share the meters, which measure the empty loops once.
    const meters = new Map<string, OperationMeter>();
    const meterFor = (entries: readonly ProfileEntry[]): OperationMeter => {
      const key = entries.join();
      let turned = meters.get(key);
      if (turned === undefined) {
        turned = new OperationMeter({
          technique: how,
          profile: raised(profile, entries),
          iterations: SEARCH_ITERATIONS,
        });
        meters.set(key, turned);
      }
      return turned;
    };
    for (const name of rows) {
      await turn();
      const { cycles, byWorld } = meter.cost(name);
      const published = profile.name === PUBLISHED_PROFILE ? PUBLISHED[name]?.[how]?.cycles ?? null : null;
      const measure = async (entries: readonly ProfileEntry[]): Promise<number> => {
        await turn();
        return meterFor(entries).cost(name).cycles;
      };
      found.push({
        name,
        title: (how === "paravirtual" ? NANOBENCHMARKS[name].paravirtual : undefined)?.title ??
          NANOBENCHMARKS[name].title,
        technique: how,
        cycles,
        published,
        error: published === null ? null : (cycles - published) / published,
        parameters: parameters ? await parametersOf(measure) : [],
        byWorld,
      });
      onProgress?.({ done: found.length, total });
    }
  }
  return new Nanobench(profile.name, found);
}
