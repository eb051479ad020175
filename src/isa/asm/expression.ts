import { Problem, type Span } from "./assembler_error.ts";
import { type RegisterInfo, REGISTERS } from "./registers.ts";
import type { Token } from "./tokenize.ts";

/** An expression as parsed; evaluated anew in every pass, because labels move. */
export type Expression =
  | { readonly kind: "number"; readonly value: bigint; readonly at: Span }
  | { readonly kind: "symbol"; readonly name: string; readonly at: Span }
  | { readonly kind: "here"; readonly at: Span }
  | { readonly kind: "sectionStart"; readonly at: Span }
  | { readonly kind: "register"; readonly register: RegisterInfo; readonly at: Span }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression; readonly at: Span }
  | {
    readonly kind: "binary";
    readonly operator: string;
    readonly left: Expression;
    readonly right: Expression;
    readonly at: Span;
  }
  | {
    readonly kind: "choice";
    readonly condition: Expression;
    readonly yes: Expression;
    readonly no: Expression;
    readonly at: Span;
  };

/** Binary operators from loosest to tightest. NASM manual, section 3.5. */
const LEVELS: readonly ReadonlySet<string>[] = [
  new Set(["||"]),
  new Set(["^^"]),
  new Set(["&&"]),
  new Set(["=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>"]),
  new Set(["|"]),
  new Set(["^"]),
  new Set(["&"]),
  new Set(["<<", ">>", "<<<", ">>>"]),
  new Set(["+", "-"]),
  new Set(["*", "/", "//", "%", "%%"]),
];

const UNARY = new Set(["-", "+", "~", "!"]);
const MAX_DEPTH = 100;
const MAX_TERMS = 1000;

/** Walks the tokens of one statement. */
export class Cursor {
  readonly tokens: readonly Token[];
  position = 0;
  #resolve: (name: string) => string;
  #terms = 0;

  /** `resolve` turns a local label such as `.loop` into its full name. */
  constructor(tokens: readonly Token[], resolve: (name: string) => string = (name) => name) {
    this.tokens = tokens;
    this.#resolve = resolve;
  }

  get current(): Token | undefined {
    return this.tokens[this.position];
  }

  get done(): boolean {
    return this.position >= this.tokens.length;
  }

  /** Where a complaint about the current token goes; at the end of the statement, just behind it. */
  get span(): Span {
    const token = this.current;
    if (token) return token;
    const last = this.tokens[this.tokens.length - 1];
    return last
      ? { line: last.line, column: last.column + last.length, length: 0 }
      : { line: 0, column: 1, length: 0 };
  }

  next(): Token {
    const token = this.current;
    if (!token) throw new Problem("the line ends too early", this.span);
    this.position++;
    return token;
  }

  isOperator(text: string): boolean {
    const token = this.current;
    return token?.kind === "op" && token.text === text;
  }

  /** Steps over the operator if it comes next. */
  accept(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.position++;
    return true;
  }

  expect(text: string, what: string): void {
    if (!this.accept(text)) {
      throw new Problem(
        `expected '${text}' ${what}${this.done ? "" : `, found '${this.current!.text}'`}`,
        this.span,
      );
    }
  }

  expectEnd(): void {
    if (!this.done) {
      throw new Problem(`unexpected '${this.current!.text}' after the end of the statement`, this.span);
    }
  }

  /** The lower-case text of an unescaped name, or undefined. */
  peekWord(): string | undefined {
    const token = this.current;
    return token?.kind === "id" && !token.escaped ? token.text.toLowerCase() : undefined;
  }

  /** Steps over the keyword if it comes next. */
  acceptWord(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.position++;
    return true;
  }

  /** Parses one expression; throws a {@link Problem} where none stands. */
  expression(depth = 0): Expression {
    if (depth === 0) this.#terms = 0;
    const condition = this.#binary(0, depth);
    if (!this.isOperator("?")) return condition;
    const at = this.next();
    const yes = this.expression(depth + 1);
    this.expect(":", "in a ?: choice");
    return { kind: "choice", condition, yes, no: this.expression(depth + 1), at };
  }

  #binary(level: number, depth: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.#unary(depth);
    let left = this.#binary(level + 1, depth);
    for (;;) {
      const token = this.current;
      if (token?.kind !== "op" || !operators.has(token.text)) return left;
      this.position++;
      if (++this.#terms > MAX_TERMS) throw new Problem(`an expression has at most ${MAX_TERMS} terms`, token);
      const right = this.#binary(level + 1, depth);
      left = { kind: "binary", operator: token.text, left, right, at: cover(left.at, right.at) };
    }
  }

  #unary(depth: number): Expression {
    if (depth > MAX_DEPTH) throw new Problem("the expression is nested too deeply", this.span);
    const token = this.current;
    if (!token) throw new Problem("an operand or a value is missing", this.span);
    if (token.kind === "op" && UNARY.has(token.text)) {
      this.position++;
      const operand = this.#unary(depth + 1);
      return { kind: "unary", operator: token.text, operand, at: cover(token, operand.at) };
    }
    return this.#primary(depth);
  }

  #primary(depth: number): Expression {
    const token = this.next();
    switch (token.kind) {
      case "num":
        return { kind: "number", value: token.value!, at: token };
      case "str":
        return { kind: "number", value: characterConstant(token), at: token };
      case "id": {
        const register = token.escaped ? undefined : REGISTERS.get(token.text.toLowerCase());
        if (register) return { kind: "register", register, at: token };
        return { kind: "symbol", name: this.#resolve(token.text), at: token };
      }
      case "op":
        if (token.text === "(") {
          const inner = this.expression(depth + 1);
          this.expect(")", "to close the parenthesis");
          return inner;
        }
        if (token.text === "$") return { kind: "here", at: token };
        if (token.text === "$$") return { kind: "sectionStart", at: token };
        break;
      case "float":
        throw new Problem("a floating-point constant stands alone, in dd, dq or dt", token);
      case "pp":
        throw new Problem(`'${token.text}' has no meaning outside a macro`, token);
      case "blob":
        throw new Problem("interpolated bytes stand alone, after db", token);
    }
    throw new Problem(`expected a value, found '${token.text}'`, token);
  }
}

/** True if the expression mentions neither a symbol nor a place, so that its value never changes. */
export function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case "number":
    case "register":
      return true;
    case "unary":
      return isConstant(expression.operand);
    case "binary":
      return isConstant(expression.left) && isConstant(expression.right);
    default:
      return false;
  }
}

/** The value of a character constant: its bytes in memory order, read little-endian. NASM manual, section 3.4.3. */
function characterConstant(token: Token): bigint {
  const bytes = token.bytes!;
  if (bytes.length > 8) throw new Problem("a character constant in an expression has at most 8 bytes", token);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!);
  return value;
}

/** The span from the start of one to the end of another; the first alone if they are on different lines. */
export function cover(from: Span, to: Span): Span {
  if (from.line !== to.line || to.column < from.column) return from;
  return { line: from.line, column: from.column, length: to.column + to.length - from.column };
}
