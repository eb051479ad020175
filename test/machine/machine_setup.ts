/** The doors that tests of the whole machine go through. */

export * from "../../src/machine/mod.ts";
export { present } from "../../src/cycles/mod.ts";
