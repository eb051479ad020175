/**
 * What the benchmark asks of an engine: to run an image to its end, in a process of its own.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** One run of one image. */
export interface Sample {
  /** Processor time of the thread or process that executes the guest; start-up may be in it. */
  readonly seconds: number;
  /** The line the guest printed, without the line's end. */
  readonly output: string;
  /** Guest instructions, from the engine that counts them. */
  readonly instructions?: number;
}

/** Something that runs guests. */
export interface Engine {
  readonly name: string;
  /** Why it cannot be used here, or undefined when it can. */
  missing(): string | undefined;
  /** @throws {EngineError} when the guest does not come to its end. */
  run(imageFile: string): Promise<Sample>;
}

/** An engine that failed. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly engine: string;

  constructor(engine: string, message: string) {
    super(`${engine}: ${message}`);
    this.engine = engine;
  }
}

const PATIENCE_MS = 180_000;

/** Runs a program to its end. @returns what it wrote and how it ended */
export function runProgram(
  engine: string,
  program: string,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text);
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.on("error", (error) => reject(new EngineError(engine, error.message)));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal !== null) {
        reject(new EngineError(engine, `no end after ${PATIENCE_MS / 1000} s; so far it said: ${stdout}`));
      } else resolve({ stdout, stderr, code });
    });
  });
}

/** Arguments that make the present runtime (Deno, or Node with tsx) run a TypeScript file. */
export function scriptArguments(script: URL, v8Flags: readonly string[] = []): string[] {
  const file = fileURLToPath(script);
  if ("Deno" in globalThis) {
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const flags = v8Flags.length === 0 ? [] : [`--v8-flags=${v8Flags.join(",")}`];
    return ["run", "-A", "--no-prompt", "--config", config, ...flags, file];
  }
  return [...v8Flags, "--import", "tsx", file];
}

/** Runs one of our own scripts on an image; its last line is the sample. */
export async function runScript(engine: string, script: URL, imageFile: string): Promise<Sample> {
  const { stdout, stderr, code } = await runProgram(engine, process.execPath, [
    ...scriptArguments(script),
    imageFile,
  ]);
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (code !== 0 || !line.startsWith("{")) {
    throw new EngineError(engine, `it ended with status ${code}: ${stderr.trim() || stdout.trim()}`);
  }
  return JSON.parse(line) as Sample;
}
