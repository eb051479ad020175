import { Problem } from "./assembler_error.ts";
import type { SourceLine } from "./macro.ts";
import { type Token, tokenizeLine } from "./tokenize.ts";

/** What can follow %if and %elif: an expression, or a word that names another test. */
export const CONDITIONS = ["", "def", "macro", "idn", "idni", "num", "id", "str", "empty"];

/** Splits source text into tokenized lines, joining those that end in a backslash. */
export function readLines(lines: readonly string[]): SourceLine[] {
  const result: SourceLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const number = i + 1;
    const tokens: Token[] = [];
    let problem: Problem | undefined;
    for (;;) {
      const text = lines[i]!;
      const continued = /\\[ \t\r]*$/.test(text) && i + 1 < lines.length;
      try {
        tokens.push(...tokenizeLine(continued ? text.replace(/\\[ \t\r]*$/, "") : text, i + 1));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem ??= error;
      }
      if (!continued) break;
      i++;
    }
    if (problem || tokens.length > 0) result.push({ number, tokens, ...(problem ? { problem } : {}) });
  }
  return result;
}

/** Name of the directive a line holds, in lower case and without the percent sign, or undefined. */
export function directiveOf(line: SourceLine): string | undefined {
  const first = line.tokens[0];
  return first?.kind === "pp" && /^%[A-Za-z]/.test(first.text)
    ? first.text.slice(1).toLowerCase()
    : undefined;
}

/** True for %if and its kin, %else and %endif. */
export function isConditional(word: string): boolean {
  if (word === "else" || word === "endif") return true;
  const kind = /^(?:el)?if(.*)$/.exec(word)?.[1];
  return kind !== undefined &&
    (CONDITIONS.includes(kind) || (kind[0] === "n" && CONDITIONS.includes(kind.slice(1))));
}

/** Index of the line that closes the %macro or %rep at `start`. */
export function findEnd(lines: readonly SourceLine[], start: number): number {
  const at = lines[start]!.tokens[0]!;
  const isRep = directiveOf(lines[start]!) === "rep";
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const word = directiveOf(lines[i]!);
    if (isRep ? word === "rep" : word === "macro" || word === "imacro") depth++;
    else if (isRep ? word === "endrep" : word === "endmacro" || word === "endm") depth--;
    if (depth === 0) return i;
  }
  throw new Problem(`'${at.text}' has no ${isRep ? "%endrep" : "%endmacro"}`, at);
}

/** Where to go on after a broken %macro or %rep: behind its end, or at the end of the source. */
export function skipTo(lines: readonly SourceLine[], start: number): number {
  try {
    return findEnd(lines, start);
  } catch {
    return lines.length;
  }
}
