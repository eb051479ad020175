/** A place in assembly source text. */
export interface Span {
  /** 1-based line. */
  readonly line: number;
  /** 1-based column, in UTF-16 code units; tabs count as one. */
  readonly column: number;
  /** Length in UTF-16 code units, 0 at the end of a line. */
  readonly length: number;
}

/** One mistake the assembler found. */
export interface AsmDiagnostic extends Span {
  /** What is wrong and, where it can be known, what would be right. */
  readonly message: string;
  /** The offending text. */
  readonly text: string;
  /** The whole source line. */
  readonly sourceLine: string;
  /** Where an expansion came from, for example `in macro 'outb', used on line 12`. */
  readonly note?: string;
}

/**
 * The source could not be assembled. Carries every diagnostic found (up to the `maxErrors` option); the
 * fields of the first are repeated on the error itself.
 *
 * @example
 * ```ts
 * import { asm, AssemblerError } from "ringlab";
 *
 * try {
 *   asm("bits 32\n  mvo eax, 5");
 *   throw new Error("expected an AssemblerError");
 * } catch (error) {
 *   if (!(error instanceof AssemblerError)) throw error;
 *   if (error.line !== 2 || error.text !== "mvo") throw error;
 * }
 * ```
 */
export class AssemblerError extends Error {
  /** All diagnostics, in source order. */
  readonly diagnostics: readonly AsmDiagnostic[];
  /** 1-based line of the first diagnostic. */
  readonly line: number;
  /** 1-based column of the first diagnostic. */
  readonly column: number;
  /** Offending text of the first diagnostic. */
  readonly text: string;
  /** Source line of the first diagnostic. */
  readonly sourceLine: string;

  constructor(diagnostics: readonly AsmDiagnostic[]) {
    super(render(diagnostics));
    this.name = "AssemblerError";
    const first = diagnostics[0];
    this.diagnostics = diagnostics;
    this.line = first?.line ?? 0;
    this.column = first?.column ?? 0;
    this.text = first?.text ?? "";
    this.sourceLine = first?.sourceLine ?? "";
  }
}

/**
 * Thrown inside the assembler and turned into an {@link AsmDiagnostic} by whoever knows the source. Not an Error,
 * because a pass may throw thousands and nobody looks at their stacks.
 */
export class Problem {
  readonly message: string;
  readonly span: Span | undefined;

  constructor(message: string, span?: Span) {
    this.message = message;
    this.span = span;
  }
}

/** How many repeats of known mistakes count as much as one new one. */
const REPEATS = 50;

/** Gathers diagnostics of one source, without repeats, up to a limit. */
export class Diagnostics {
  readonly list: AsmDiagnostic[] = [];
  readonly lines: readonly string[];
  readonly limit: number;
  #seen = new Set<string>();
  #total = 0;

  constructor(lines: readonly string[], limit: number) {
    this.lines = lines;
    this.limit = limit;
  }

  /** True once there is no point in going on: at the limit, or when the same mistakes keep coming back. */
  get full(): boolean {
    return this.list.length >= this.limit || this.#total >= this.limit * REPEATS;
  }

  /** Records a problem at its own place, or at `fallback` if it names none. */
  add(problem: Problem, fallback: Span, note?: string): void {
    this.#total++;
    // A cursor over no tokens at all cannot tell where it is.
    const { line, column, length } = problem.span && problem.span.line > 0 ? problem.span : fallback;
    const key = `${line}:${column}:${problem.message}`;
    if (this.list.length >= this.limit || this.#seen.has(key)) return;
    this.#seen.add(key);
    const sourceLine = this.lines[line - 1] ?? "";
    const text = sourceLine.slice(column - 1, column - 1 + length);
    this.list.push({
      message: problem.message,
      line,
      column,
      length,
      text,
      sourceLine,
      ...(note ? { note } : {}),
    });
  }

  /** The error to throw: diagnostics sorted by place. */
  toError(): AssemblerError {
    return new AssemblerError([...this.list].sort((a, b) => a.line - b.line || a.column - b.column));
  }
}

function render(diagnostics: readonly AsmDiagnostic[]): string {
  const blocks = diagnostics.map((d) => {
    const number = String(d.line);
    const lead = d.sourceLine.slice(0, d.column - 1).replace(/[^\t]/g, " ");
    const marks = "^" + "~".repeat(Math.max(0, Math.min(d.length, d.sourceLine.length - d.column + 1) - 1));
    const note = d.note ? ` (${d.note})` : "";
    return `line ${d.line}, column ${d.column}: ${d.message}${note}\n` +
      `  ${number} | ${d.sourceLine}\n  ${" ".repeat(number.length)} | ${lead}${marks}`;
  });
  const count = diagnostics.length;
  return count === 1 ? blocks[0]! : `${count} errors in the assembly source\n${blocks.join("\n")}`;
}
