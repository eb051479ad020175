import { Problem } from "./assembler_error.ts";
import { parseInteger, parseString } from "./literals.ts";

/**
 * - `id`: a name, keyword or register
 * - `num`: an integer, its value in `value`
 * - `float`: a floating-point constant, only meaningful in dd, dq and dt
 * - `str`: a quoted string, its bytes in `bytes`
 * - `op`: an operator or a bracket
 * - `pp`: something the preprocessor owns: `%define`, `%1`, `%%label`, `%{...}`
 * - `blob`: an interpolated byte array, its index in `value`
 */
export type TokenKind = "id" | "num" | "float" | "str" | "op" | "pp" | "blob";

/** One token of a source line. */
export interface Token {
  readonly kind: TokenKind;
  /** The text as written; for an escaped name (`$eax`) without the dollar. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly value?: bigint;
  readonly bytes?: Uint8Array;
  /** True for `$name`, which is never a register or keyword. */
  readonly escaped?: boolean;
  /** True if white space stands before the token. */
  readonly spaced?: boolean;
}

/** How an interpolated byte array number `index` is written into the source text. */
export function blobText(index: number, length: number): string {
  return `\u27e8${length} bytes #${index}\u27e9`;
}

const SPACE = /[ \t\r\f\v]+/y;
const WORD = /[A-Za-z_.?@][A-Za-z0-9_$#@~.?]*/y;
const DIGITS = /\$?[0-9][0-9A-Za-z_]*/y;
const FLOAT = /[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /'[^']*'|"[^"]*"|`(?:[^`\\]|\\.)*`/y;
const PREPROCESSOR = /%(?:\{[^}]*\}|%[A-Za-z_.][A-Za-z0-9_$#@~.?]*|[+-]?[0-9]+|[A-Za-z_][A-Za-z0-9_]*|\+)/y;
const OPERATOR = /<=>|<<<|>>>|<<|>>|<=|>=|<>|==|!=|&&|\|\||\^\^|\/\/|%%|\$\$|[-+*/%&|^~!()[\]{}:,<>=?$]/y;
const BLOB = /\u27e8\d+ bytes #(\d+)\u27e9/y;
const LETTER = /[A-Za-z_.?@]/;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Splits one source line into tokens; comments are dropped. Throws a {@link Problem} on text that is none. */
export function tokenizeLine(text: string, line: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < text.length) {
    const first = text[at]!;
    if (first === " " || first === "\t" || first === "\r" || first === "\f" || first === "\v") {
      at += match(SPACE, text, at)!.length;
      spaced = true;
      continue;
    }
    if (first === ";") break;
    const token = readToken(text, at, line, spaced);
    tokens.push(token);
    at += token.length;
    spaced = false;
  }
  return tokens;
}

function readToken(text: string, at: number, line: number, spaced: boolean): Token {
  const first = text[at]!;
  const column = at + 1;
  let raw: string | undefined;
  if (LETTER.test(first)) {
    raw = match(WORD, text, at)!;
    return { kind: raw === "?" ? "op" : "id", text: raw, line, column, length: raw.length, spaced };
  }
  if ((first >= "0" && first <= "9") || first === "$") {
    raw = match(DIGITS, text, at);
    if (raw) return readNumber(text, raw, line, column, spaced);
    if (LETTER.test(text[at + 1] ?? "")) {
      raw = match(WORD, text, at + 1)!;
      return { kind: "id", text: raw, line, column, length: raw.length + 1, spaced, escaped: true };
    }
  }
  if (first === "'" || first === '"' || first === "`") {
    raw = match(STRING, text, at);
    if (!raw) {
      throw new Problem(`the string is not closed with ${first}`, { line, column, length: text.length - at });
    }
    const length = raw.length;
    return {
      kind: "str",
      text: raw,
      line,
      column,
      length,
      spaced,
      bytes: parseString(raw, { line, column, length }),
    };
  }
  if (first === "%" && (raw = match(PREPROCESSOR, text, at))) {
    return { kind: "pp", text: raw, line, column, length: raw.length, spaced };
  }
  raw = match(OPERATOR, text, at);
  if (raw) return { kind: "op", text: raw, line, column, length: raw.length, spaced };
  raw = match(BLOB, text, at);
  if (raw) {
    return {
      kind: "blob",
      text: raw,
      line,
      column,
      length: raw.length,
      spaced,
      value: BigInt(/#(\d+)/.exec(raw)![1]!),
    };
  }
  throw new Problem(`'${first}' has no meaning here`, { line, column, length: 1 });
}

function readNumber(text: string, raw: string, line: number, column: number, spaced: boolean): Token {
  const length = raw.length;
  if (raw[0] !== "$" && !/^0[xXhH]/.test(raw)) {
    const float = match(FLOAT, text, column - 1);
    if (float && float.length >= length && /[.eE]/.test(float)) {
      return { kind: "float", text: float, line, column, length: float.length, spaced };
    }
  }
  return {
    kind: "num",
    text: raw,
    line,
    column,
    length,
    spaced,
    value: parseInteger(raw, { line, column, length }),
  };
}
