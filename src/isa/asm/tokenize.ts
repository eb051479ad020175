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

/** Splits one source line into tokens; comments are dropped. Throws a {@link Problem} on text that is none. */
export function tokenizeLine(text: string, line: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space) {
      at += space.length;
      spaced = true;
      continue;
    }
    const first = text[at]!;
    if (first === ";") break;
    const place = { line, column: at + 1 };
    const push = (kind: TokenKind, raw: string, extra: Partial<Token> = {}) => {
      tokens.push({ kind, text: raw, ...place, length: raw.length, spaced, ...extra });
      at += raw.length;
    };
    let raw: string | undefined;
    if ((raw = match(DIGITS))) {
      const float = raw[0] === "$" ? undefined : match(FLOAT);
      const isFloat = float !== undefined && float.length >= raw.length && /[.eE]/.test(float) &&
        !/^0[xh]/i.test(raw);
      if (isFloat) push("float", float);
      else push("num", raw, { value: parseInteger(raw, { ...place, length: raw.length }) });
    } else if ((raw = match(WORD))) {
      push(raw === "?" ? "op" : "id", raw);
    } else if (first === "'" || first === '"' || first === "`") {
      raw = match(STRING);
      if (!raw) {
        throw new Problem(`the string is not closed with ${first}`, { ...place, length: text.length - at });
      }
      push("str", raw, { bytes: parseString(raw, { ...place, length: raw.length }) });
    } else if (first === "%" && (raw = match(PREPROCESSOR))) {
      push("pp", raw);
    } else if (first === "$" && /[A-Za-z_.?@]/.test(text[at + 1] ?? "")) {
      at++;
      raw = match(WORD)!;
      tokens.push({ kind: "id", text: raw, ...place, length: raw.length + 1, spaced, escaped: true });
      at += raw.length;
    } else if ((raw = match(OPERATOR))) {
      push("op", raw);
    } else if ((raw = match(BLOB))) {
      push("blob", raw, { value: BigInt(/#(\d+)/.exec(raw)![1]!) });
    } else {
      throw new Problem(`'${first}' has no meaning here`, { ...place, length: 1 });
    }
    spaced = false;
  }
  return tokens;
}
