import { Diagnostics, Problem } from "./assembler_error.ts";
import type { Statement } from "./body.ts";
import { absolute } from "./evaluate.ts";
import { Layout } from "./layout.ts";
import { Preprocessor } from "./preprocess.ts";
import { type ListingLine, Program } from "./program.ts";
import { imageSections, type Section } from "./section.ts";
import { readLines } from "./source_line.ts";
import { isKeyword, type ParseContext, parseStatement } from "./statement.ts";
import { blobText } from "./tokenize.ts";

/** Settings of {@link asm}. */
export interface AsmOptions {
  /** Code size until a `bits` directive says otherwise: 16 (as NASM's flat binaries) or 32. Default 16. */
  readonly bits?: 16 | 32;
  /** Address of the first byte until an `org` directive says otherwise. Default 0. */
  readonly origin?: number;
  /** Largest image in bytes. Default 64 MiB. */
  readonly maxBytes?: number;
  /** How many lines the source may expand to through macros and repetitions. Default 200000. */
  readonly maxLines?: number;
  /** How many errors to collect before giving up. Default 20. */
  readonly maxErrors?: number;
}

/**
 * What can be interpolated into an asm template: integers, floating-point constants for dd, dq and dt, pieces of
 * source text, and after `db` bytes or other programs (their bytes).
 */
export type AsmValue = number | bigint | string | Uint8Array | Program;

/** A layout counts as unsettled after so many passes, or earlier if they have gone over so many lines together. */
const MAX_PASSES = 500;
const SURE_PASSES = 30;
const MAX_WORK = 1_000_000;
const BYTES_PER_WORK = 64;

/**
 * Assembles NASM source (Intel syntax) for the 80386 to the Pentium Pro, with x87 and VMX, into a flat image.
 *
 * As a template tag, values can be interpolated; as a function it takes the source text and options. Understood are
 * labels and local labels, `db dw dd dq dt`, `resb` and its kin, `times`, `align`, `org`, `bits`, `equ`, `section`,
 * `absolute`, `struc`, NASM's expressions, and its preprocessor: `%define`, `%assign`, `%macro`, `%rep`, `%if` and theirs.
 * Instructions are encoded as NASM would: the shortest form, jumps as short as the layout allows. Going beyond NASM,
 * expressions such as `label & 0xffff` and `label >> 16` are allowed, because a flat image has no relocations.
 *
 * Throws an {@link AssemblerError} that lists what is wrong in the source.
 *
 * @example
 * ```ts
 * import { asm } from "ringlab";
 *
 * const count = 5;
 * const program = asm`
 *   bits 32
 *       mov ecx, ${count}
 * .again:
 *       add eax, ecx
 *       loop .again
 *       hlt
 * `;
 * if (program.hex() !== "b9 05 00 00 00 01 c8 e2 fc f4") throw new Error(program.hex());
 * ```
 */
export function asm(source: string, options?: AsmOptions): Program;
/** Assembles a template with interpolated values. */
export function asm(template: TemplateStringsArray, ...values: readonly AsmValue[]): Program;
export function asm(source: string | TemplateStringsArray, ...rest: readonly unknown[]): Program {
  if (typeof source === "string") return assemble(source, [], (rest[0] ?? {}) as AsmOptions);
  const blobs: Uint8Array[] = [];
  let text = source.raw[0]!.replace(/\\([`$])/g, "$1");
  const broken: { offset: number; message: string }[] = [];
  rest.forEach((value, i) => {
    const part = interpolate(value as AsmValue, blobs);
    if (part.problem) broken.push({ offset: text.length, message: part.problem });
    text += part.text + source.raw[i + 1]!.replace(/\\([`$])/g, "$1");
  });
  if (broken.length > 0) {
    const diagnostics = new Diagnostics(text.split("\n"), broken.length);
    for (const { offset, message } of broken) {
      const before = text.slice(0, offset).split("\n");
      const span = { line: before.length, column: before[before.length - 1]!.length + 1, length: 1 };
      diagnostics.add(new Problem(message, span), span);
    }
    throw diagnostics.toError();
  }
  return assemble(text, blobs, {});
}

function interpolate(value: AsmValue, blobs: Uint8Array[]): { text: string; problem?: string } {
  if (typeof value === "string") return { text: value };
  if (typeof value === "bigint") return { text: String(value) };
  if (typeof value === "number") {
    if (Number.isInteger(value)) return { text: String(BigInt(value)) };
    if (!Number.isFinite(value)) {
      return { text: "?", problem: `the interpolated value ${value} is not a number` };
    }
    return { text: String(value).replace(/^(-?\d+)e/, "$1.0e") };
  }
  const bytes = value instanceof Program ? value.bytes : value;
  if (!(bytes instanceof Uint8Array)) {
    const what = bytes === null ? "null" : Array.isArray(bytes) ? "an array" : typeof bytes;
    const right = "a number, a bigint, source text, a Uint8Array or a Program";
    return { text: "?", problem: `cannot interpolate ${what}; it must be ${right}` };
  }
  blobs.push(bytes);
  return { text: blobText(blobs.length - 1, bytes.length) };
}

function assemble(source: string, blobs: readonly Uint8Array[], options: AsmOptions): Program {
  const { bits = 16, origin = 0, maxBytes = 64 << 20, maxLines = 200_000, maxErrors = 20 } = options;
  checkOptions(bits, { origin, maxBytes, maxLines, maxErrors });
  const sourceLines = source.split("\n");
  const lines = readLines(sourceLines);
  const layout = new Layout({ bits, origin, maxBytes });
  let statements: Statement[] = [];
  let fixed = new Diagnostics(sourceLines, maxErrors);
  let settled = false;
  let found = fixed;
  let work = 0;
  for (let pass = 1; !settled; pass++) {
    layout.begin(pass);
    found = new Diagnostics(sourceLines, maxErrors);
    const lay = (statement: Statement) => {
      try {
        layout.run(statement);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        found.add(error, statement.at, statement.note);
      }
    };
    if (pass === 1 || layout.consulted) {
      statements = [];
      fixed = new Diagnostics(sourceLines, maxErrors);
      const context: ParseContext = { labelBase: "", blobs };
      const preprocessor = new Preprocessor({
        emit(tokens, line, note) {
          const { statement, problem } = parseStatement(tokens, context, line, note);
          if (problem) fixed.add(problem, statement.at, note);
          statements.push(statement);
          lay(statement);
          return !fixed.full && (pass === 1 || !found.full);
        },
        evaluate: (expression) => layout.critical(expression),
        report(problem, at, note) {
          fixed.add(problem, at, note);
          return !fixed.full;
        },
        isKeyword,
      }, maxLines);
      const { steps, complete } = preprocessor.run(lines);
      work += steps;
      if (!complete) {
        // What the first pass finds while laying out may only be due to values it does not know yet.
        if (pass === 1) found = fixed;
        break;
      }
    } else {
      for (const statement of statements) {
        lay(statement);
        if (found.full) break;
      }
    }
    work += statements.length + layout.size / BYTES_PER_WORK;
    settled = layout.end();
    if (fixed.full || (pass > 1 && found.full) || (pass >= SURE_PASSES && found.list.length > 0)) break;
    if (!settled && (pass >= MAX_PASSES || (pass >= SURE_PASSES && work > MAX_WORK))) {
      const { name, at } = layout.symbols.lastChanged ?? { name: "?", at: { line: 1, column: 1, length: 0 } };
      const message = `the layout does not settle: the place of '${name}' depends on itself`;
      fixed.add(new Problem(message, at), at);
      break;
    }
  }
  for (const { message, note, ...span } of found === fixed ? [] : found.list) {
    fixed.add(new Problem(message, span), span, note);
  }
  if (fixed.list.length > 0) throw fixed.toError();
  return buildProgram(layout, source);
}

function checkOptions(bits: number, numbers: Readonly<Record<string, number>>): void {
  if (bits !== 16 && bits !== 32) throw new RangeError(`option bits is 16 or 32, not ${bits}`);
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < (name === "origin" ? 0 : 1) || value > 0xffffffff) {
      throw new RangeError(
        `option ${name} is a whole number from ${name === "origin" ? 0 : 1} to 0xffffffff, not ${value}`,
      );
    }
  }
}

function buildProgram(layout: Layout, source: string): Program {
  const origin = Number(layout.origin);
  const address = (section: Section) => Number(section.base.address);
  const inImage = imageSections(layout.sections);
  const filled = inImage.filter((section) => section.size > 0);
  const end = filled.reduce((most, section) => Math.max(most, address(section) + section.size), origin);
  const bytes = new Uint8Array(end - origin);
  for (const section of filled) bytes.set(section.bytes, address(section) - origin);
  const listing = layout.listing.map(({ section, address: position, ...entry }): ListingLine => {
    const start = address(section) + position;
    return { ...entry, address: start, offset: start - origin };
  });
  const symbols = new Map<string, number>();
  const labels = new Map<string, number>();
  for (const [name, value, constant] of layout.symbols.entries()) {
    const number = Number(absolute(value, { line: 0, column: 0, length: 0 }));
    symbols.set(name, number);
    if (!constant) labels.set(name, number);
  }
  const sections = layout.sections
    .filter((section) => section.size > 0)
    .map((section) => ({
      name: section.name,
      address: address(section),
      length: section.size,
      inImage: !section.noBits,
    }))
    .sort((a, b) => a.address - b.address);
  const bits = layout.firstBits ?? layout.options.bits;
  return new Program({ bytes, origin, bits, symbols, labels, listing, sections, source });
}
