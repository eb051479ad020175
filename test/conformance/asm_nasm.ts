/**
 * The assembler against Debian's nasm: the same sources, byte for byte or an equally long encoding of the same
 * instruction (which iced-x86's decoder judges).
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from "iced-x86";
import { asm, AssemblerError } from "../../src/isa/asm/mod.ts";
import { allMnemonics, linesFor } from "../isa/asm_lines.ts";
import { type AsmGolden, digest, sampleLines } from "../isa/asm_golden.ts";
import { PROGRAMS } from "../isa/asm_programs.ts";
import { randomProgram } from "../isa/asm_random.ts";

/** One source on which the two assemblers disagree. */
export interface AsmDifference {
  readonly source: string;
  /** Bytes as hexadecimal, or the error. */
  readonly ours: string;
  readonly nasm: string;
}

/** What the comparison found. */
export interface AsmConformance {
  /** Sources compared, lines and whole programs. */
  readonly checked: number;
  /** Of these, encoded differently but equally long and the same instruction. */
  readonly equivalent: number;
  /** Of these, refused by both. */
  readonly refusedByBoth: number;
  readonly differences: readonly AsmDifference[];
}

const SLOT = 32;
/** Pads the slots; the last byte of no source in the corpus. */
const FILL = 0x26;
const BATCH = 8000;
const RANDOM_PROGRAMS = 300;

/** Assembles the corpus with both and compares. Throws if nasm is not installed. */
export async function checkAsmAgainstNasm(): Promise<AsmConformance> {
  const folder = await mkdtemp(join(tmpdir(), "asm-nasm-"));
  try {
    const differences: AsmDifference[] = [];
    let checked = 0;
    let equivalent = 0;
    let refusedByBoth = 0;
    const judge = (source: string, bits: number, ours: string, nasm: string) => {
      checked++;
      if (ours.startsWith("error") && nasm.startsWith("error")) refusedByBoth++;
      else if (ours !== nasm) {
        if (sameInstruction(ours, nasm, bits)) equivalent++;
        else differences.push({ source, ours, nasm });
      }
    };
    for (const bits of [16, 32] as const) {
      const lines = allMnemonics().flatMap((mnemonic) => linesFor(mnemonic, bits));
      for (let start = 0; start < lines.length; start += BATCH) {
        const batch = lines.slice(start, start + BATCH);
        const theirs = await nasmLines(batch, bits, folder);
        batch.forEach((line, i) =>
          judge(`bits ${bits}: ${line}`, bits, assembleLine(line, bits), theirs[i]!)
        );
      }
    }
    const random = Array.from({ length: RANDOM_PROGRAMS }, (_, seed) => randomProgram(seed, 20 + seed % 300));
    for (const source of [...PROGRAMS.map(({ source }) => source), ...random]) {
      judge(source, 0, assembleProgram(source), await nasmProgram(source, folder));
    }
    return { checked, equivalent, refusedByBoth, differences };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What nasm makes of the sources the tests check without it; kept in test/isa/data/asm_golden.json. */
export async function goldenFromNasm(): Promise<AsmGolden> {
  const folder = await mkdtemp(join(tmpdir(), "asm-nasm-"));
  try {
    const programs: Record<string, string> = {};
    for (const { name, source } of PROGRAMS) programs[name] = await nasmProgram(source, folder);
    const lines: AsmGolden["lines"] = { 16: {}, 32: {} };
    for (const bits of [16, 32] as const) {
      const samples = allMnemonics().map((mnemonic) => [mnemonic, sampleLines(mnemonic, bits)] as const);
      const results = await nasmLines(samples.flatMap(([, list]) => list), bits, folder);
      let at = 0;
      for (const [mnemonic, list] of samples) {
        lines[bits][mnemonic] = digest(results.slice(at, at + list.length));
        at += list.length;
      }
    }
    return { programs, lines };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Our bytes for a one-line source, or `error: ...`. */
export function assembleLine(line: string, bits: 16 | 32): string {
  return assembleProgram(`bits ${bits}\n${line}`);
}

function assembleProgram(source: string): string {
  try {
    return hex(asm(source).bytes);
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    return `error: ${error.diagnostics[0]!.message}`;
  }
}

/** What nasm makes of each line, all in one run; lines it refuses are taken out and the rest run again. */
async function nasmLines(lines: readonly string[], bits: number, folder: string): Promise<string[]> {
  const file = join(folder, "lines.asm");
  const errors = new Map<number, string>();
  for (let round = 0; round < 20; round++) {
    const text = lines.map((line, i) => errors.has(i) ? "" : `${line}\n`);
    const numbered: number[] = [];
    let source = `bits ${bits}\n`;
    text.forEach((line, i) => {
      numbered.push(i, i);
      source += `${line || "\n"}times ${SLOT * (i + 1)}-($-$$) db ${FILL}\n`;
    });
    await writeFile(file, source);
    const { output, problems } = await runNasm(file, folder);
    if (output) return lines.map((_, i) => errors.get(i) ?? slot(output, i));
    for (const match of problems.matchAll(/:(\d+): error: (.*)/g)) {
      errors.set(numbered[Number(match[1]) - 2]!, `error: ${match[2]}`);
    }
  }
  throw new Error("nasm does not accept the batch even without the lines it complained about");
}

function slot(output: Uint8Array, index: number): string {
  let end = (index + 1) * SLOT;
  while (end > index * SLOT && (output[end - 1] === FILL || output[end - 1] === undefined)) end--;
  return hex(output.subarray(index * SLOT, end));
}

async function nasmProgram(source: string, folder: string): Promise<string> {
  const file = join(folder, "program.asm");
  await writeFile(file, source);
  const { output, problems } = await runNasm(file, folder);
  return output ? hex(output) : `error: ${problems}`;
}

function runNasm(
  file: string,
  folder: string,
): Promise<{ output: Uint8Array | undefined; problems: string }> {
  const out = join(folder, "out.bin");
  return new Promise((resolve, reject) => {
    execFile(
      "nasm",
      ["-f", "bin", "-w-all", "-o", out, file],
      { maxBuffer: 1 << 26 },
      (error, _, problems) => {
        if (error && (error as NodeJS.ErrnoException).code === "ENOENT") {
          reject(new Error("nasm is not installed (Debian package nasm)"));
        } else if (error) resolve({ output: undefined, problems });
        else readFile(out).then((output) => resolve({ output, problems }), reject);
      },
    );
  });
}

/** True if both are equally long and decode to the same text. */
function sameInstruction(ours: string, nasm: string, bits: number): boolean {
  return bits !== 0 && ours.length === nasm.length && disassemble(ours, bits) === disassemble(nasm, bits);
}

function disassemble(bytes: string, bits: number): string {
  const decoder = new Decoder(
    bits,
    Uint8Array.from(bytes.split(" "), (byte) => parseInt(byte, 16)),
    DecoderOptions.MovTr,
  );
  const formatter = new Formatter(FormatterSyntax.Nasm);
  const instruction = decoder.decode();
  const text = `${instruction.length} ${formatter.format(instruction)}`;
  instruction.free();
  formatter.free();
  decoder.free();
  return text;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
