/**
 * What can be chosen about a binary translator.
 *
 * @module
 */

import { MonitorError } from "../errors.ts";
import { MAX_LATCHES } from "./window.ts";

/** Choices for one virtual machine's translator. */
export interface TranslationOptions {
  /** Most guest instructions in a unit, 1..64. Adams and Agesen's translator takes 12. */
  readonly unitInstructions: number;
  /** Size of the translation cache in bytes: 4 KiB to 2 MiB. It is emptied when it is full. */
  readonly cacheBytes: number;
  /** Let translated code jump straight to translated code once both exist. */
  readonly chaining: boolean;
  /**
   * Remember the last target of each indirect JMP and CALL beside it. RET comes back to many callers, so it always looks its
   * target up, unless this is `"returns too"`.
   */
  readonly inlineCaches: boolean | "returns too";
  /** How RDTSC is done: inside the translation cache, by a callout to the monitor, or by letting it trap. */
  readonly rdtsc: "cache" | "callout" | "trap";
  /** Ports whose 8-bit value only the guest's own OUT changes: IN is done in the cache. By default 80h. */
  readonly staticPorts: readonly number[];
  /** Translate instructions again that keep writing to traced pages, so that they no longer trap. */
  readonly adaptive: boolean;
  /** Trace hits of an instruction after which that is done. */
  readonly traceHits: number;
  /** How many stores such instructions may leave for the monitor to hear of later, 1..64. */
  readonly traceQueue: number;
  /** Emit a counter into every unit, for exact counts of executions. */
  readonly countExecutions: boolean;
}

/** What a translator does when nothing else is said. */
export const DEFAULT_TRANSLATION: TranslationOptions = {
  unitInstructions: 12,
  cacheBytes: 512 * 1024,
  chaining: true,
  inlineCaches: true,
  rdtsc: "cache",
  staticPorts: [0x80],
  adaptive: true,
  traceHits: 8,
  traceQueue: 8,
  countExecutions: false,
};

/** The least translation cache: the largest unit fits. */
const LEAST_CACHE = 4 * 1024;
const MOST_CACHE = 2 * 1024 * 1024;
const PAGE = 4096;

/**
 * Completes and checks options.
 *
 * @throws {MonitorError} that says which one is out of its range
 */
export function translationOptions(options: Partial<TranslationOptions> = {}): TranslationOptions {
  const all = { ...DEFAULT_TRANSLATION, ...options };
  const within = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new MonitorError(`${name} is ${value}: it must be a whole number from ${least} to ${most}`);
  };
  within("unitInstructions", all.unitInstructions, 1, 64);
  within("cacheBytes", all.cacheBytes, LEAST_CACHE, MOST_CACHE);
  within("traceHits", all.traceHits, 1, 1_000_000);
  within("traceQueue", all.traceQueue, 1, 64);
  if (all.cacheBytes % PAGE !== 0) {
    throw new MonitorError(`cacheBytes is ${all.cacheBytes}: it must be a multiple of ${PAGE}`);
  }
  if (all.staticPorts.length > MAX_LATCHES) {
    throw new MonitorError(`${all.staticPorts.length} static ports: there is room for ${MAX_LATCHES}`);
  }
  for (const port of all.staticPorts) within("a static port", port, 0, 0xffff);
  return all;
}
