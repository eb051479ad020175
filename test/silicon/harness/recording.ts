/** Writes the file that holds recorded cases; src/experiments/silicon/recording.ts reads it. */

import { writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import type { RecordedCase, RecordingHeader } from "../../../src/experiments/mod.ts";

/** Writes a recording. */
export function writeRecording(file: string | URL, processor: string, cases: readonly RecordedCase[]): void {
  const header: RecordingHeader = { processor, cases: cases.length };
  const text = [header, ...cases].map((line) => JSON.stringify(line)).join("\n") + "\n";
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync(file, brotliCompressSync(text, { params }));
}
