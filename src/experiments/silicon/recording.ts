/**
 * Recorded silicon: single 32-bit user-mode instructions with what a real processor did with them. The file holds lines of
 * JSON, compressed with Brotli. The first line is a {@linkcode RecordingHeader}, every other a {@linkcode RecordedCase}.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

/** What a recording says about itself. */
export interface RecordingHeader {
  /** The processor: its name, and what CPUID says of family, model and stepping. */
  readonly processor: string;
  /** Number of cases. */
  readonly cases: number;
}

/** What the silicon did with an instruction. Numbers are unsigned. */
export interface RecordedEffect {
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
  /** Bytes (hexadecimal) that changed, by offset in the data pages. */
  readonly memory: Readonly<Record<number, string>>;
}

/** An instruction, what it found, and what it did. Numbers are unsigned. */
export interface RecordedCase {
  /** The instruction in hexadecimal. */
  readonly bytes: string;
  /** EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI before. */
  readonly registers: readonly number[];
  /** EFLAGS before. */
  readonly flags: number;
  /** What the data pages were filled from: see {@linkcode fillPages}. */
  readonly seed: number;
  /** Bytes (hexadecimal) set afterwards, by offset in the data pages. */
  readonly memory: Readonly<Record<number, string>>;
  readonly after: RecordedEffect;
}

/** A recording in memory. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly cases: readonly RecordedCase[];
}

/** The recording that ships with Ringlab. */
export const SILICON_RECORDING: URL = new URL("./data/user32.jsonl.br", import.meta.url);

/** Reads a recording. */
export function readRecording(file: string | URL): Recording {
  const [header, ...cases] = brotliDecompressSync(readFileSync(file)).toString().trimEnd().split("\n");
  return {
    header: JSON.parse(header!) as RecordingHeader,
    cases: cases.map((line) => JSON.parse(line) as RecordedCase),
  };
}

let shipped: Recording | undefined;

/**
 * The recording that ships with Ringlab: over 13,000 instructions on the processor that its header names.
 *
 * @example
 * ```ts
 * import { recordedSilicon } from "ringlab";
 *
 * const { header, cases } = recordedSilicon();
 * if (header.cases !== cases.length) throw new Error(header.processor);
 * ```
 */
export function recordedSilicon(): Recording {
  return shipped ??= readRecording(SILICON_RECORDING);
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

/** The bytes that a recording writes in hexadecimal. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16));
}
