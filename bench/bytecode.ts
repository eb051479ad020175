/**
 * The size of the engine's fast loop in V8's bytecode. V8 never optimizes a function above its limit.
 *
 * @module
 */

import process from "node:process";
import { EngineError, runProgram, scriptArguments } from "./engines/engine.ts";

/** V8's --max-optimized-bytecode-size. */
export const BYTECODE_LIMIT = 61_440;

/** The function looked at. */
export const FAST_LOOP = "executeFast";

/** Bytes of bytecode of the fast loop, as V8 prints them in a process of its own. */
export async function fastLoopBytecode(): Promise<number> {
  const script = new URL("construct.ts", import.meta.url);
  const flags = ["--print-bytecode", `--print-bytecode-filter=${FAST_LOOP}`];
  const { stdout, code } = await runProgram("V8", process.execPath, scriptArguments(script, flags));
  const length = stdout.match(/Bytecode length: (\d+)/);
  if (length === null) {
    throw new EngineError("V8", `no bytecode of ${FAST_LOOP} was printed (status ${code})`);
  }
  return Number(length[1]);
}
