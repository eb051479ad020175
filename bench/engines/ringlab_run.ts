// Runs one ROM image on this project's machine and prints the sample.
import { readFileSync } from "node:fs";
import process from "node:process";
import { Machine } from "../../src/machine/mod.ts";
import { threadSeconds } from "../processor_time.ts";

const machine = new Machine({ memory: "64M", history: false });
machine.load({ kind: "rom", bytes: new Uint8Array(readFileSync(process.argv[2]!)) });
const start = threadSeconds();
const run = machine.runSync();
const seconds = threadSeconds() - start;
if (run.status !== "exited" || run.exitCode !== 1) {
  console.error(`the guest did not exit as it should: ${run.status}, exit code ${run.exitCode}`);
  process.exitCode = 1;
}
console.log(JSON.stringify({ seconds, output: run.console.trimEnd(), instructions: run.instructions }));
