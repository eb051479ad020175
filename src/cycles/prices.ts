/**
 * Shorthand for writing profiles: many figures that share one source.
 *
 * @module
 */

import type { Cost } from "./profile.ts";

/** Gives every figure of `figures` (cycles) the same source. */
export function from<K extends string>(
  source: string,
  figures: Readonly<Record<K, number>>,
): Record<K, Cost> {
  const costs = {} as Record<K, Cost>;
  for (const name of Object.keys(figures) as K[]) costs[name] = { cycles: figures[name], source };
  return costs;
}

/** The source text of a figure that nobody has published. */
export function modelParameter(what: string): string {
  return `model parameter: ${what}`;
}

/** InstLatx64, the measurement files of instruction latencies and throughputs by processor. */
export const INSTLATX64 = "InstLatx64 (instruction latency and throughput dumps)";

/** The yardstick paper. */
export const ADAMS_AGESEN =
  "Adams and Agesen, A Comparison of Software and Hardware Techniques for x86 Virtualization, ASPLOS 2006";
