/**
 * The file that holds recorded cases: lines of JSON, compressed with Brotli. The first line is a {@linkcode Header}, every
 * other a {@linkcode RecordedCase}.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

/** What the recording says about itself. */
export interface Header {
  /** The processor: its name, and what CPUID says of family, model and stepping. */
  readonly processor: string;
  /** Number of cases. */
  readonly cases: number;
}

/** An instruction, what it found, and what it did. Numbers are unsigned. */
export interface RecordedCase {
  /** The instruction in hexadecimal. */
  readonly bytes: string;
  /** EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI before. */
  readonly registers: readonly number[];
  readonly flags: number;
  /** What the data pages were filled from: see {@linkcode fillPages}. */
  readonly seed: number;
  /** Bytes (hexadecimal) set afterwards, by offset in the data pages. */
  readonly memory: Readonly<Record<number, string>>;
  readonly after: {
    /** 3 (the INT3 behind the instruction) when it completed, else the exception. */
    readonly vector: number;
    readonly error: number;
    /** Of a page fault; else 0. */
    readonly cr2: number;
    /** From the start of the code page. */
    readonly eip: number;
    /** Those that changed, by number. */
    readonly registers: Readonly<Record<number, number>>;
    readonly flags: number;
    /** Bytes (hexadecimal) that changed, by offset. */
    readonly memory: Readonly<Record<number, string>>;
  };
}

/** Fills the data pages as the recorder does: xorshift32, one word after the other, least significant byte first. */
export function fillPages(pages: DataView, seed: number): void {
  let x = seed | 0;
  for (let at = 0; at < pages.byteLength; at += 4) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    pages.setInt32(at, x, true);
  }
}

/** Reads a recording. */
export function readRecording(path: string): { header: Header; cases: RecordedCase[] } {
  const [header, ...cases] = brotliDecompressSync(readFileSync(path)).toString().trimEnd().split("\n");
  return {
    header: JSON.parse(header!) as Header,
    cases: cases.map((line) => JSON.parse(line) as RecordedCase),
  };
}

/** Writes a recording. */
export function writeRecording(path: string, processor: string, cases: readonly RecordedCase[]): void {
  const header: Header = { processor, cases: cases.length };
  const text = [header, ...cases].map((line) => JSON.stringify(line)).join("\n") + "\n";
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync(path, brotliCompressSync(text, { params }));
}
