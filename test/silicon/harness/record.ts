/**
 * Records all cases on this computer's processor: builds the recorder, feeds it, and writes the recording.
 *
 * Needs Linux on an x86 processor and gcc that builds 32-bit programs (Debian: gcc-multilib).
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCases } from "./cases.ts";
import { type RecordedCase, SILICON_RECORDING } from "../../../src/experiments/mod.ts";
import { writeRecording } from "./recording.ts";
import type { Case } from "./workshop.ts";

const HARNESS = fileURLToPath(new URL("./record.c", import.meta.url));

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A case as the recorder reads it. */
function toLine({ bytes, registers, flags, seed, memory }: Case): string {
  const numbers = [...registers, flags, seed].map((n) => (n >>> 0).toString(16));
  const pokes = Object.entries(memory).map(([at, data]) => `${Number(at).toString(16)}:${hex(data)}`);
  return [hex(bytes), ...numbers, ...pokes].join(" ");
}

/** A case with what the recorder answered. */
function fromLine(before: Case, line: string): RecordedCase {
  const [vector, error, cr2, eip, ...rest] = line.split(" ");
  const number = (text: string | undefined): number => parseInt(text!, 16);
  const registers: Record<number, number> = {};
  for (let n = 0; n < 8; n++) {
    const value = number(rest[n]);
    if (value !== before.registers[n]) registers[n] = value;
  }
  const memory = Object.fromEntries(
    rest.slice(9).map((part) => {
      const [at, bytes] = part.split(":");
      return [number(at), bytes!];
    }),
  );
  return {
    bytes: hex(before.bytes),
    registers: before.registers,
    flags: before.flags,
    seed: before.seed,
    memory: Object.fromEntries(Object.entries(before.memory).map(([at, bytes]) => [at, hex(bytes)])),
    after: {
      vector: number(vector),
      error: number(error),
      cr2: number(cr2),
      eip: number(eip),
      registers,
      flags: number(rest[8]),
      memory,
    },
  };
}

function processorName(): string {
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(text)?.[1] ?? "unknown";
  return `${field("model name")}, family ${field("cpu family")}, model ${field("model")}, stepping ${
    field("stepping")
  }`;
}

const folder = mkdtempSync(join(tmpdir(), "silicon-"));
try {
  const recorder = join(folder, "record");
  execFileSync("gcc", ["-m32", "-O1", "-Wall", "-Wextra", "-Werror", "-o", recorder, HARNESS], {
    stdio: "inherit",
  });
  const cases = makeCases();
  const input = cases.map(toLine).join("\n") + "\n";
  const output = execFileSync(recorder, { input, maxBuffer: 1 << 28 }).toString().trimEnd().split("\n");
  if (output.length !== cases.length) {
    throw new Error(`${cases.length} cases, but ${output.length} outcomes; the next one ended the recorder`);
  }
  writeRecording(SILICON_RECORDING, processorName(), cases.map((before, n) => fromLine(before, output[n]!)));
  console.log(`${cases.length} cases recorded on ${processorName()}`);
} finally {
  rmSync(folder, { recursive: true });
}
