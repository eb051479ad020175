import { Problem, type Span } from "./assembler_error.ts";
import { type Token, tokenizeLine } from "./tokenize.ts";

/** A `%define`. */
export interface SingleLineMacro {
  /** Undefined if the macro takes no argument list. */
  readonly parameters: readonly string[] | undefined;
  readonly body: readonly Token[];
}

/** A line as the preprocessor sees it: its tokens, or why it has none. */
export interface SourceLine {
  readonly number: number;
  readonly tokens: readonly Token[];
  readonly problem?: Problem;
}

/** A `%macro`. */
export interface MultiLineMacro {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** The last argument takes the rest of the line, commas included. */
  readonly greedy: boolean;
  readonly defaults: readonly (readonly Token[])[];
  readonly body: readonly SourceLine[];
}

/** One use of a multi-line macro. */
export interface Expansion {
  readonly macro: MultiLineMacro;
  readonly arguments: readonly (readonly Token[])[];
  /** Distinguishes the `%%` labels of this use. */
  readonly unique: number;
  rotation: number;
}

const MAX_TOKENS = 20_000;
const MAX_JOINS = 20;

/** Expands `%define`s in a line. A macro is not expanded inside its own expansion. */
export function expandSingleLine(
  tokens: readonly Token[],
  find: (name: string) => SingleLineMacro | undefined,
): Token[] {
  const expand = (list: readonly Token[], hidden: readonly string[]): Token[] => {
    const result: Token[] = [];
    for (let i = 0; i < list.length; i++) {
      const token = list[i]!;
      const macro = token.kind === "id" && !token.escaped && !hidden.includes(token.text)
        ? find(token.text)
        : undefined;
      const takes = macro?.parameters;
      const next = list[i + 1];
      if (!macro || (takes && !(next?.kind === "op" && next.text === "("))) {
        result.push(token);
      } else {
        let body = macro.body;
        if (takes) {
          const { args, end } = splitParentheses(list, i + 1);
          if (
            args.length !== takes.length && !(takes.length === 0 && args.every((arg) => arg.length === 0))
          ) {
            throw new Problem(
              `macro '${token.text}' takes ${takes.length} arguments, not ${args.length}`,
              token,
            );
          }
          const expanded = args.map((arg) => expand(arg, hidden));
          body = macro.body.flatMap((part) => {
            const index = part.kind === "id" ? takes.indexOf(part.text) : -1;
            return index < 0
              ? [part]
              : expanded[index]!.map((t, n) => n === 0 ? { ...t, spaced: part.spaced ?? false } : t);
          });
          i = end;
        }
        const placed = body.map((part) => macro.body.includes(part) ? moveTo(part, token) : part);
        result.push(...expand(placed, [...hidden, token.text]));
      }
      if (result.length > MAX_TOKENS) {
        throw new Problem(`'${token.text}' expands to more than ${MAX_TOKENS} tokens`, token);
      }
    }
    return result;
  };
  let result = expand(tokens, []);
  // What %+ joins may name a macro in its turn.
  for (let i = 0; i < MAX_JOINS && result.some(isJoin); i++) result = expand(paste(result), []);
  return result;
}

function moveTo(token: Token, place: Span): Token {
  return { ...token, line: place.line, column: place.column, length: place.length };
}

function splitParentheses(tokens: readonly Token[], open: number): { args: Token[][]; end: number } {
  const args: Token[][] = [[]];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === "op") {
      if (token.text === "(" && depth++ === 0) continue;
      if (token.text === ")" && --depth === 0) return { args, end: i };
      if (token.text === "," && depth === 1) {
        args.push([]);
        continue;
      }
    }
    args[args.length - 1]!.push(token);
  }
  throw new Problem("expected ')' to close the macro's arguments", tokens[open]);
}

/** Splits the rest of a line into macro arguments; braces protect commas. */
export function splitArguments(tokens: readonly Token[], most: number, greedy: boolean): Token[][] {
  if (tokens.length === 0) return [];
  const args: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    const current = args[args.length - 1]!;
    if (token.kind === "op" && token.text === "{" && depth++ === 0) continue;
    if (token.kind === "op" && token.text === "}" && --depth === 0) continue;
    const more = !(greedy && args.length >= most);
    if (token.kind === "op" && token.text === "," && depth === 0 && more) args.push([]);
    else current.push(token);
  }
  if (depth !== 0) throw new Problem("braces do not match in the macro's arguments", tokens[0]);
  return args;
}

const INVERSE: ReadonlyMap<string, string> = new Map(
  "o no b nb c nc z nz e ne a na ae nae be nbe s ns p np pe po l nl g ng le nle ge nge".split(" ")
    .map((
      code,
    ) => [
      code,
      code === "pe" ? "po" : code === "po" ? "pe" : code.startsWith("n") ? code.slice(1) : "n" + code,
    ]),
);

/** Puts the arguments of an expansion into a line of the macro's body. */
export function substitute(tokens: readonly Token[], expansion: Expansion | undefined): Token[] {
  if (!tokens.some((token) => token.kind === "pp")) return [...tokens];
  const out: Token[] = [];
  for (const token of tokens) {
    const replacement = token.kind === "pp" ? replace(token, expansion) : undefined;
    if (!replacement) out.push(token);
    else {out.push(
        ...replacement.map((part, i) => ({
          ...part,
          spaced: i === 0 ? token.spaced ?? false : part.spaced ?? false,
          pasted: true,
        })),
      );}
  }
  if (out.length > MAX_TOKENS) {
    throw new Problem(`the line grows to more than ${MAX_TOKENS} tokens`, tokens[0]);
  }
  return join(out);
}

function replace(token: Token, expansion: Expansion | undefined): readonly Token[] | undefined {
  const name = token.text.startsWith("%{") ? token.text.slice(2, -1) : token.text.slice(1);
  if (name === "+") return undefined;
  if (!expansion) {
    if (/^[%+-]?\d+$|^%/.test(name)) {
      const hint = /^\d+$/.test(name) ? "; the operator % needs a space behind it" : "";
      throw new Problem(`'${token.text}' has no meaning outside a macro${hint}`, token);
    }
    return undefined;
  }
  if (name.startsWith("%")) {
    return [{ ...token, kind: "id", text: `..@${expansion.unique}.${name.slice(1)}` }];
  }
  if (name === "0") {
    const count = expansion.arguments.length;
    return [{ ...token, kind: "num", text: String(count), value: BigInt(count) }];
  }
  const parameter = /^([+-]?)(\d+)$/.exec(name);
  if (!parameter) return undefined;
  const number = Number(parameter[2]);
  const count = expansion.arguments.length;
  if (number > count) return [];
  const argument = expansion.arguments[(number - 1 + expansion.rotation) % count]!;
  if (!parameter[1]) return argument;
  const code = argument.length === 1 ? argument[0]!.text.toLowerCase() : "";
  const inverse = INVERSE.get(code);
  if (inverse === undefined) {
    throw new Problem(`argument ${number} of the macro is no condition code`, argument[0] ?? token);
  }
  return [{ ...argument[0]!, text: parameter[1] === "-" ? inverse : code }];
}

type Pasteable = Token & { readonly pasted?: boolean };

const isJoin = (token: Token) => token.kind === "pp" && token.text === "%+";

/** Joins what stands on both sides of `%+`. */
function paste(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  let join = false;
  for (const token of tokens) {
    const last = out[out.length - 1];
    if (isJoin(token)) join = true;
    else if (join && last && isWord(last) && isWord(token)) {
      out[out.length - 1] = glue(last, token);
      join = false;
    } else {
      out.push(token);
      join = false;
    }
  }
  return out;
}

/** Joins names and numbers that an argument brought together without a space: `isr_%1`. */
function join(tokens: readonly Pasteable[]): Token[] {
  const out: Pasteable[] = [];
  for (const token of tokens) {
    const last = out[out.length - 1];
    if (last && isWord(last) && isWord(token) && !token.spaced && (token.pasted || last.pasted)) {
      out[out.length - 1] = { ...glue(last, token), pasted: true };
    } else out.push(token);
  }
  return out.map(({ pasted: _, ...token }) => token);
}

const isWord = (token: Token) => token.kind === "id" || token.kind === "num";

function glue(left: Token, right: Token): Token {
  const text = left.text + right.text;
  const tokens = tokenizeLine(text, left.line);
  if (tokens.length !== 1) throw new Problem(`'${left.text}' and '${right.text}' do not make one word`, left);
  const { line, column, length, spaced } = left;
  return { ...tokens[0]!, line, column, length, spaced: spaced ?? false };
}
