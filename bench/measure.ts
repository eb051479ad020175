/**
 * Measures kernels on engines: interleaved runs, start-up subtracted, outputs compared.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, Sample } from "./engines/engine.ts";
import { type Kernel, kernelImage } from "./kernels.ts";

/** One line of the table. */
export interface Measurement {
  readonly kernel: string;
  readonly what: string;
  readonly rounds: number;
  /** Guest instructions of the long run less those of the short one, as the counting engine has them. */
  readonly instructions: number;
  /** What all engines printed. */
  readonly output: string;
  /** Million instructions per second by engine. */
  readonly mips: Readonly<Record<string, number>>;
  /** Median seconds by engine, start-up subtracted. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Two engines that do not agree about what the guest computes. */
export class ChecksumError extends Error {
  override readonly name = "ChecksumError";
  readonly kernel: string;
  /** Output by engine. */
  readonly outputs: Readonly<Record<string, string>>;

  constructor(kernel: string, outputs: Readonly<Record<string, string>>) {
    const list = Object.entries(outputs).map(([engine, output]) => `${engine} "${output}"`).join(", ");
    super(`${kernel}: the engines do not agree: ${list}`);
    this.kernel = kernel;
    this.outputs = outputs;
  }
}

/** Rounds of the run that stands for start-up. */
const SHORT = 1;

/**
 * Runs a kernel `repeats` times on every engine, in turn.
 *
 * @throws {ChecksumError} when their outputs differ
 * @throws {EngineError} when one of them fails
 */
export async function measure(
  kernel: Kernel,
  engines: readonly Engine[],
  rounds: number,
  repeats: number,
): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  try {
    const long = join(folder, "long.rom");
    const short = join(folder, "short.rom");
    writeFileSync(long, kernelImage(kernel, rounds));
    writeFileSync(short, kernelImage(kernel, SHORT));
    const samples = new Map<Engine, number[]>(engines.map((engine) => [engine, []]));
    const outputs: Record<string, string> = {};
    let instructions = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const engine of engines) {
        const start = await engine.run(short);
        const whole = await engine.run(long);
        samples.get(engine)!.push(whole.seconds - start.seconds);
        outputs[engine.name] = `${start.output} ${whole.output}`;
        instructions = counted(whole, start) ?? instructions;
      }
    }
    if (new Set(Object.values(outputs)).size !== 1) throw new ChecksumError(kernel.name, outputs);
    const seconds = Object.fromEntries([...samples].map(([engine, list]) => [engine.name, median(list)]));
    return {
      kernel: kernel.name,
      what: kernel.what,
      rounds,
      instructions,
      output: Object.values(outputs)[0]!.split(" ").at(-1)!,
      mips: Object.fromEntries(
        Object.entries(seconds).map(([name, time]) => [name, time > 0 ? instructions / time / 1e6 : NaN]),
      ),
      seconds,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counted(whole: Sample, start: Sample): number | undefined {
  return whole.instructions === undefined ? undefined : whole.instructions - start.instructions!;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
