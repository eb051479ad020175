/**
 * The nanobenchmarks of Adams and Agesen (ASPLOS 2006) as guests: one privileged operation in a loop.
 *
 * @module
 */

export { NANOBENCHMARK_DONE, NANOBENCHMARK_FAILED } from "./parts.ts";
export * from "./program.ts";
export * from "./rows.ts";
