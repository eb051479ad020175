import { Problem } from "./assembler_error.ts";
import type { Expression } from "./expression.ts";
import type { RegisterInfo } from "./registers.ts";

/** What a label is relative to: a section, whose place is only known once all sizes are. */
export interface Base {
  readonly name: string;
  /** Address of the section's first byte, as far as it is known in this pass. */
  address: bigint;
}

/** A base or a register with its coefficient. */
export interface Term {
  readonly of: Base | RegisterInfo;
  readonly coefficient: bigint;
}

/**
 * The value of an expression: a 64-bit integer plus a linear combination of section bases and registers, in the
 * order of first mention. An expression without terms is what NASM calls a simple or critical value.
 */
export interface Value {
  readonly scalar: bigint;
  readonly terms: readonly Term[];
  /** True while a forward reference has no value yet (first pass only). */
  readonly unknown: boolean;
}

/** What evaluation needs to know about the place. */
export interface Scope {
  /** Value of a symbol; throws a {@link Problem} if there is none. */
  lookup(name: string, at: Expression["at"]): Value;
  here(): Value;
  sectionStart(): Value;
  /**
   * Set by evaluation: the first register mentioned, and whether it was multiplied. NASM makes that one the base,
   * or the index if multiplied.
   */
  firstRegister?: RegisterInfo | undefined;
  firstIsIndex?: boolean;
  /** Set by evaluation: some register was added to itself. */
  summed?: boolean;
}

const NO_TERMS: readonly Term[] = [];

/** A value that is a plain number. */
export function number(scalar: bigint): Value {
  return { scalar: BigInt.asIntN(64, scalar), terms: NO_TERMS, unknown: false };
}

/** The value that stands for "not known yet". */
export const UNKNOWN: Value = { scalar: 0n, terms: NO_TERMS, unknown: true };

/** A value `offset` bytes into a section. */
export function relative(base: Base, offset: bigint): Value {
  return { scalar: offset, terms: [{ of: base, coefficient: 1n }], unknown: false };
}

/** True if the term is a register. */
export function isRegister(of: Base | RegisterInfo): of is RegisterInfo {
  return "id" in of;
}

/** The value with section bases put in. Throws a {@link Problem} if a register remains. */
export function absolute(value: Value, at: Expression["at"]): bigint {
  let sum = value.scalar;
  for (const { of, coefficient } of value.terms) {
    if (isRegister(of)) throw new Problem(`register '${of.name}' cannot be part of a constant`, at);
    sum += of.address * coefficient;
  }
  return value.terms.length === 0 ? sum : BigInt.asIntN(64, sum);
}

/** Evaluates an expression in 64-bit arithmetic, with NASM's signed and unsigned operators. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "number":
      return { scalar: BigInt.asIntN(64, expression.value), terms: NO_TERMS, unknown: false };
    case "symbol":
      return scope.lookup(expression.name, expression.at);
    case "here":
      return scope.here();
    case "sectionStart":
      return scope.sectionStart();
    case "register":
      scope.firstRegister ??= expression.register;
      return { scalar: 0n, terms: [{ of: expression.register, coefficient: 1n }], unknown: false };
    case "unary":
      return unary(expression, evaluate(expression.operand, scope));
    case "binary":
      return binary(expression, evaluate(expression.left, scope), evaluate(expression.right, scope), scope);
    case "choice": {
      const condition = evaluate(expression.condition, scope);
      if (condition.unknown) return UNKNOWN;
      return evaluate(truth(condition, expression.at) ? expression.yes : expression.no, scope);
    }
  }
}

function unary(expression: Expression & { kind: "unary" }, value: Value): Value {
  if (value.unknown) return UNKNOWN;
  switch (expression.operator) {
    case "+":
      return value;
    case "-":
      return scale(value, -1n);
    case "~":
      return number(~absolute(value, expression.at));
    default:
      return number(absolute(value, expression.at) === 0n ? 1n : 0n);
  }
}

function binary(expression: Expression & { kind: "binary" }, left: Value, right: Value, scope: Scope): Value {
  const { operator, at } = expression;
  if (left.unknown || right.unknown) return UNKNOWN;
  if (operator === "+") return add(left, right, 1n, scope);
  if (operator === "-") return add(left, right, -1n, scope);
  if (operator === "*") {
    const [vector, factor] = left.terms.length > 0 && right.terms.length === 0
      ? [left, right]
      : [right, left];
    if (vector.terms.length > 0 && factor.terms.length === 0) {
      if (vector.terms.some((term) => term.of === scope.firstRegister)) scope.firstIsIndex = true;
      return scale(vector, factor.scalar);
    }
  }
  const fold = OPERATORS[operator]!;
  const result = fold(absolute(left, expression.left.at), absolute(right, expression.right.at));
  if (result === undefined) throw new Problem("division by zero", at);
  return number(result);
}

const truth = (value: Value, at: Expression["at"]) => absolute(value, at) !== 0n;
const flag = (condition: boolean) => condition ? 1n : 0n;
const unsigned = (n: bigint) => BigInt.asUintN(64, n);

const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  "*": (a, b) => a * b,
  "/": (a, b) => b === 0n ? undefined : unsigned(a) / unsigned(b),
  "//": (a, b) => b === 0n ? undefined : a / b,
  "%": (a, b) => b === 0n ? undefined : unsigned(a) % unsigned(b),
  "%%": (a, b) => b === 0n ? undefined : a % b,
  "<<": (a, b) => a << (b & 63n),
  "<<<": (a, b) => a << (b & 63n),
  ">>": (a, b) => unsigned(a) >> (b & 63n),
  ">>>": (a, b) => a >> (b & 63n),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "=": (a, b) => flag(a === b),
  "==": (a, b) => flag(a === b),
  "!=": (a, b) => flag(a !== b),
  "<>": (a, b) => flag(a !== b),
  "<": (a, b) => flag(a < b),
  "<=": (a, b) => flag(a <= b),
  ">": (a, b) => flag(a > b),
  ">=": (a, b) => flag(a >= b),
  "<=>": (a, b) => a < b ? -1n : a > b ? 1n : 0n,
  "&&": (a, b) => flag(a !== 0n && b !== 0n),
  "||": (a, b) => flag(a !== 0n || b !== 0n),
  "^^": (a, b) => flag((a !== 0n) !== (b !== 0n)),
};

function scale(value: Value, factor: bigint): Value {
  const terms = factor === 0n
    ? NO_TERMS
    : value.terms.map(({ of, coefficient }) => ({ of, coefficient: coefficient * factor }));
  return { scalar: BigInt.asIntN(64, value.scalar * factor), terms, unknown: false };
}

function add(left: Value, right: Value, sign: bigint, scope: Scope): Value {
  const scalar = BigInt.asIntN(64, left.scalar + sign * right.scalar);
  if (right.terms.length === 0) return { scalar, terms: left.terms, unknown: false };
  const terms = [...left.terms];
  for (const { of, coefficient } of right.terms) {
    const at = terms.findIndex((term) => term.of === of);
    if (at < 0) {
      terms.push({ of, coefficient: sign * coefficient });
      continue;
    }
    const sum = terms[at]!.coefficient + sign * coefficient;
    if (isRegister(of) && of === scope.firstRegister) scope.summed = true;
    if (sum === 0n) terms.splice(at, 1);
    else terms[at] = { of, coefficient: sum };
  }
  return { scalar, terms, unknown: false };
}
