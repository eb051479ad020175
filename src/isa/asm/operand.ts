import { Problem, type Span } from "./assembler_error.ts";
import { cover, type Cursor, type Expression } from "./expression.ts";
import { type RegisterInfo, REGISTERS } from "./registers.ts";

/** A register written as an operand. */
export interface RegisterOperand {
  readonly kind: "register";
  readonly register: RegisterInfo;
  /** Size keyword in front, in bits, or 0. */
  readonly size: number;
  /** `fadd to st1`. */
  readonly to: boolean;
  readonly at: Span;
}

/** A memory operand in square brackets. */
export interface MemoryOperand {
  readonly kind: "memory";
  readonly expression: Expression;
  readonly segment: RegisterInfo | undefined;
  /** Size keyword before the bracket, in bits, or 0. */
  readonly size: number;
  readonly jump: JumpKeyword | undefined;
  /** Size keyword inside the bracket: width of the displacement, in bits, or 0. */
  readonly displacementSize: number;
  /** `nosplit`: keep `eax*2` as an index instead of `eax+eax`. */
  readonly noSplit: boolean;
  readonly at: Span;
}

/** An immediate value or a branch target. */
export interface ImmediateOperand {
  readonly kind: "immediate";
  readonly expression: Expression;
  readonly size: number;
  readonly jump: JumpKeyword | undefined;
  /** `strict`: the size keyword is not to be optimized away. */
  readonly strict: boolean;
  readonly at: Span;
}

/** A far pointer `selector:offset`. */
export interface FarOperand {
  readonly kind: "far";
  readonly selector: Expression;
  readonly offset: Expression;
  readonly size: number;
  readonly at: Span;
}

/** What can stand between the commas of an instruction. */
export type Operand = RegisterOperand | MemoryOperand | ImmediateOperand | FarOperand;

/** How a jump was asked to reach its target. */
export type JumpKeyword = "short" | "near" | "far";

/** Size keywords, in bits. */
export const SIZES: ReadonlyMap<string, number> = new Map([
  ["byte", 8],
  ["word", 16],
  ["dword", 32],
  ["qword", 64],
  ["tword", 80],
  ["oword", 128],
]);

/** Words that qualify operands and so cannot be labels. */
export const OPERAND_WORDS: ReadonlySet<string> = new Set([
  ...SIZES.keys(),
  "short",
  "near",
  "far",
  "strict",
  "to",
  "nosplit",
  "abs",
]);

/** Parses the operands of an instruction up to the end of the line. */
export function parseOperands(cursor: Cursor): Operand[] {
  const operands: Operand[] = [];
  if (cursor.done) return operands;
  do {
    operands.push(parseOperand(cursor));
  } while (cursor.accept(","));
  if (!cursor.done) {
    throw new Problem(
      `expected a comma or the end of the line, found '${cursor.current!.text}'`,
      cursor.span,
    );
  }
  return operands;
}

function parseOperand(cursor: Cursor): Operand {
  const start = cursor.span;
  let size = 0;
  let jump: JumpKeyword | undefined;
  let strict = false;
  let to = false;
  for (;;) {
    const word = cursor.peekWord();
    if (word === undefined) break;
    const keyword = SIZES.get(word);
    if (keyword !== undefined) {
      if (size !== 0) throw new Problem("two operand sizes for one operand", cursor.span);
      size = keyword;
    } else if (word === "short" || word === "near" || word === "far") {
      if (jump) throw new Problem(`'${jump}' and '${word}' contradict each other`, cursor.span);
      jump = word;
    } else if (word === "strict") strict = true;
    else if (word === "to") to = true;
    else if (word === "ptr") {
      throw new Problem("NASM has no 'ptr': write 'dword [x]', not 'dword ptr [x]'", cursor.span);
    } else break;
    cursor.position++;
  }
  if (cursor.isOperator("[")) return parseMemory(cursor, start, size, jump);

  const expression = cursor.expression();
  if (cursor.isOperator(":")) {
    if (expression.kind === "register") {
      const inside = `[${expression.register.name}:...]`;
      throw new Problem(`a segment override goes inside the brackets: ${inside}`, expression.at);
    }
    cursor.next();
    const keyword = SIZES.get(cursor.peekWord() ?? "");
    if (keyword !== undefined) {
      size = keyword;
      cursor.next();
    }
    const offset = cursor.expression();
    return { kind: "far", selector: expression, offset, size, at: cover(start, offset.at) };
  }
  if (cursor.isOperator("[")) {
    throw new Problem("a displacement goes inside the brackets: [ebx+4], not 4[ebx]", cursor.span);
  }
  const at = cover(start, expression.at);
  if (expression.kind === "register") {
    return { kind: "register", register: expression.register, size, to, at };
  }
  return { kind: "immediate", expression, size, jump, strict, at };
}

function parseMemory(
  cursor: Cursor,
  start: Span,
  size: number,
  jump: JumpKeyword | undefined,
): MemoryOperand {
  cursor.next();
  let displacementSize = 0;
  let noSplit = false;
  let segment: RegisterInfo | undefined;
  for (;;) {
    const word = cursor.peekWord();
    if (word === undefined) break;
    const register = REGISTERS.get(word);
    const colon = cursor.tokens[cursor.position + 1];
    const keyword = SIZES.get(word);
    if (keyword !== undefined) displacementSize = keyword;
    else if (word === "nosplit") noSplit = true;
    else if (word === "rel") {
      throw new Problem("addresses relative to the instruction pointer need 64-bit mode", cursor.span);
    } else if (register?.class === "segment" && colon?.kind === "op" && colon.text === ":") {
      segment = register;
      cursor.position++;
    } else if (word !== "abs") break;
    cursor.position++;
  }
  const expression = cursor.expression();
  const close = cursor.span;
  cursor.expect("]", "to close the memory operand");
  if (displacementSize > 32) throw new Problem("a displacement is a byte, word or dword", start);
  return {
    kind: "memory",
    expression,
    segment,
    size,
    jump,
    displacementSize,
    noSplit,
    at: cover(start, close),
  };
}
