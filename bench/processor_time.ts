/**
 * Processor time of the calling thread, which other work on the host disturbs less than the time on the wall.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";

/** Seconds that the main thread has been running. On hosts that do not tell, seconds on the wall. */
export function threadSeconds(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
    const seconds = Number(nanoseconds) / 1e9;
    if (seconds > 0) return seconds;
  } catch {
    // not Linux
  }
  return performance.now() / 1000;
}
