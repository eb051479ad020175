/**
 * The benchmark: `npm run bench -- [--quick] [--kernel NAME] [--engine] [--monitors] [--json]`.
 *
 * @module
 */

import process from "node:process";
import { Command } from "commander";
import { BYTECODE_LIMIT, FAST_LOOP, fastLoopBytecode } from "./bytecode.ts";
import { type Engine, EngineError } from "./engines/engine.ts";
import { qemu } from "./engines/qemu.ts";
import { ringlab } from "./engines/ringlab.ts";
import { v86 } from "./engines/v86.ts";
import { type Kernel, KERNELS } from "./kernels.ts";
import { timeLoops } from "./loops.ts";
import { ChecksumError, measure, type Measurement } from "./measure.ts";
import { MONITOR_WORKLOADS, type MonitorTime, timeMonitors } from "./monitors.ts";
import { bytecodeLine, kernelTable, loopTable, monitorTable } from "./table.ts";

interface Options {
  readonly quick?: boolean;
  readonly kernel?: string[];
  readonly engine?: boolean;
  readonly monitors?: boolean;
  readonly json?: boolean;
}

/** Engines of the table: ours, then its peers. */
const ENGINES: readonly Engine[] = [ringlab, v86, qemu];

const program = new Command("bench")
  .description("Guest kernels on Ringlab, v86 and QEMU's TCG, and the engine's micro-operations one by one.")
  .option("--quick", "a fifth of the work, once")
  .option("--kernel <name...>", `only these: ${KERNELS.map(({ name }) => name).join(", ")}`)
  .option("--engine", "only the engine's micro-operations")
  .option("--monitors", "only the teaching kernel under the monitors")
  .option("--json", "one JSON object on the last line of stdout, everything else on stderr")
  .parse();
const options = program.opts<Options>();

/** What people read: stdout, or stderr with --json. */
function say(text: string): void {
  (options.json ? process.stderr : process.stdout).write(`${text}\n`);
}

function chosenKernels(): readonly Kernel[] {
  if ((options.engine || options.monitors) && options.kernel === undefined) return [];
  if (options.kernel === undefined) return KERNELS;
  const names = KERNELS.map(({ name }) => name);
  const wrong = options.kernel.find((name) => !names.includes(name));
  if (wrong !== undefined) program.error(`there is no kernel "${wrong}"; there are ${names.join(", ")}`);
  return KERNELS.filter(({ name }) => options.kernel!.includes(name));
}

/** Runs the kernels. @returns the table's lines, or undefined when an engine failed or disagreed */
async function runKernels(kernels: readonly Kernel[], missing: Record<string, string>) {
  const engines = ENGINES.filter((engine) => {
    const reason = engine.missing();
    if (reason !== undefined) missing[engine.name] = reason;
    return reason === undefined;
  });
  for (const [name, reason] of Object.entries(missing)) say(`Without ${name}: ${reason}.`);
  const measurements: Measurement[] = [];
  for (const kernel of kernels) {
    say(`${kernel.name}: ${kernel.what} ...`);
    const rounds = options.quick ? Math.ceil(kernel.rounds / 5) : kernel.rounds;
    measurements.push(await measure(kernel, engines, rounds, options.quick ? 1 : 3));
  }
  say(`\n${kernelTable(measurements, engines.map(({ name }) => name))}\n`);
  return measurements;
}

/** Runs the teaching kernel natively and under every monitor. */
function runMonitors(): readonly MonitorTime[] {
  const times = MONITOR_WORKLOADS.map((workload) => {
    say(`${workload.name}: ${workload.what}, natively and under every monitor ...`);
    return timeMonitors(workload, options.quick ? 1 / 5 : 1, options.quick ? 1 : 3);
  });
  say(`\n${monitorTable(times)}\n`);
  return times;
}

async function main(): Promise<void> {
  const missing: Record<string, string> = {};
  const kernels = chosenKernels();
  const measurements = kernels.length > 0 ? await runKernels(kernels, missing) : [];
  const report: Record<string, unknown> = { missing, kernels: measurements };
  if (options.monitors || (options.kernel === undefined && !options.engine)) {
    report["monitors"] = runMonitors();
  }
  if (options.kernel === undefined && !options.monitors) {
    const loops = options.quick ? timeLoops(2_000_000, 2) : timeLoops(10_000_000, 5);
    const bytecode = await fastLoopBytecode();
    say(`${loopTable(loops)}\n\n${bytecodeLine(FAST_LOOP, bytecode, BYTECODE_LIMIT)}`);
    report["loops"] = loops;
    report["bytecode"] = { function: FAST_LOOP, bytes: bytecode, limit: BYTECODE_LIMIT };
    if (bytecode >= BYTECODE_LIMIT) process.exitCode = 1;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EngineError) && !(error instanceof ChecksumError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
}
