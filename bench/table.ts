/**
 * The benchmark's figures as text.
 *
 * @module
 */

import type { LoopTime } from "./loops.ts";
import type { MonitorTime } from "./monitors.ts";
import type { Measurement } from "./measure.ts";

/** Pads columns: the first to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return lines.join("\n");
}

/** Kernels down, engines across; the first engine is the one compared with the others. */
export function kernelTable(measurements: readonly Measurement[], engines: readonly string[]): string {
  const [own, ...peers] = engines as [string, ...string[]];
  const head = [
    "kernel",
    "instructions",
    ...engines.map((name) => `${name} MIPS`),
    ...peers.map((name) => `of ${name}`),
    "all print",
  ];
  const rows = measurements.map(({ kernel, instructions, mips, output }) => [
    kernel,
    `${(instructions / 1e6).toFixed(1)} M`,
    ...engines.map((name) => mips[name]!.toFixed(mips[name]! < 20 ? 1 : 0)),
    ...peers.map((name) => (mips[own]! / mips[name]!).toFixed(2)),
    output,
  ]);
  return `${columns([head, ...rows])}

Instructions as ${own} counts them (REP counts once), medians of interleaved runs, start-up subtracted;
seconds are processor time of the thread or process that executes the guest.`;
}

/** Workloads down, techniques across: host time as a multiple of the native run's. */
export function monitorTable(times: readonly MonitorTime[]): string {
  const techniques = Object.keys(times[0]!.ratios).filter((name) => name !== "native");
  const head = ["workload", "instructions", "native", ...techniques, "aim"];
  const rows = times.map(({ workload, instructions, seconds, ratios, most }) => [
    workload,
    `${(instructions / 1e6).toFixed(1)} M`,
    `${seconds["native"]!.toFixed(2)} s`,
    ...techniques.map((name) => `${ratios[name]!.toFixed(2)} times`),
    `at most ${most}`,
  ]);
  return `${columns([head, ...rows])}

The teaching kernel; host time, medians of interleaved runs, as multiples of the native run.`;
}

/** Nanoseconds per instruction of the engine's loops. */
export function loopTable(loops: readonly LoopTime[]): string {
  const rows = loops.map((
    { name, nanoseconds },
  ) => [name, nanoseconds.toFixed(2), (1000 / nanoseconds).toFixed(0)]);
  return columns([["loop of", "ns per instruction", "MIPS"], ...rows]);
}

/** How far the fast loop is from V8's limit. */
export function bytecodeLine(name: string, bytes: number, limit: number): string {
  const left = limit - bytes;
  return left > 0
    ? `${name}: ${bytes} bytes of bytecode, ${left} below V8's limit for optimization (${limit}).`
    : `${name}: ${bytes} bytes of bytecode, ${-left} ABOVE V8's limit (${limit}): V8 does not optimize it.`;
}
