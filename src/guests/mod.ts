/**
 * Programs that run on the machine, natively and under every monitor, with what one must know to run and compare them.
 *
 * @module
 */

export * from "./kernel/mod.ts";
export * from "./nanobench/mod.ts";
export * from "./random/mod.ts";
export * from "./hostile/mod.ts";
