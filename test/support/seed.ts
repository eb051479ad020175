/**
 * Property tests draw the same values in every run, so that a run can be repeated. `FAST_CHECK_SEED=<number>` draws others;
 * a failure names its seed.
 */
import process from "node:process";
import fc from "fast-check";

const seed = Number(process.env["FAST_CHECK_SEED"] ?? 1974);
if (!Number.isInteger(seed)) throw new Error("FAST_CHECK_SEED is to be an integer");
fc.configureGlobal({ seed });
