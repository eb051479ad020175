import { Problem, type Span } from "./assembler_error.ts";
import type { Expression } from "./expression.ts";
import { cover, Cursor, isConstant } from "./expression.ts";
import { mnemonics } from "./forms.ts";
import { type Operand, OPERAND_WORDS, parseOperands } from "./operand.ts";
import { REGISTERS, SEGMENT_PREFIX } from "./registers.ts";
import type { Body, DataItem, Statement } from "./body.ts";
import type { Growth } from "./select.ts";
import { didYouMean, suggest } from "./suggest.ts";
import type { Token } from "./tokenize.ts";

/** Bytes per item. */
const DATA: ReadonlyMap<string, number> = new Map([["db", 1], ["dw", 2], ["dd", 4], ["dq", 8], ["dt", 10]]);
const RESERVE: ReadonlyMap<string, number> = new Map([
  ["resb", 1],
  ["resw", 2],
  ["resd", 4],
  ["resq", 8],
  ["rest", 10],
]);
const PREFIX_BYTES: ReadonlyMap<string, number> = new Map([
  ["lock", 0xf0],
  ["rep", 0xf3],
  ["repe", 0xf3],
  ["repz", 0xf3],
  ["repne", 0xf2],
  ["repnz", 0xf2],
]);
const SIZE_PREFIXES: ReadonlyMap<string, { readonly operand: number; readonly address: number }> = new Map([
  ["o16", { operand: 16, address: 0 }],
  ["o32", { operand: 32, address: 0 }],
  ["a16", { operand: 0, address: 16 }],
  ["a32", { operand: 0, address: 32 }],
]);
const DIRECTIVES: ReadonlySet<string> = new Set(
  ("align alignb org bits use16 use32 section segment absolute struc endstruc istruc at iend global extern common " +
    "cpu default equ times incbin static required").split(" "),
);

/** True if the word starts a statement rather than naming a label. */
export function isKeyword(word: string): boolean {
  return startsStatement(word) || OPERAND_WORDS.has(word);
}

function startsStatement(word: string): boolean {
  return DATA.has(word) || RESERVE.has(word) || PREFIX_BYTES.has(word) || SIZE_PREFIXES.has(word) ||
    DIRECTIVES.has(word) || mnemonics().has(word);
}

function* allKeywords(): Iterable<string> {
  yield* mnemonics().keys();
  yield* DATA.keys();
  yield* RESERVE.keys();
  yield* PREFIX_BYTES.keys();
  yield* DIRECTIVES;
}

/** What parsing needs from outside the line. */
export interface ParseContext {
  /** The last label that was not local; `.loop` belongs to it. */
  labelBase: string;
  /** Interpolated byte arrays. */
  readonly blobs: readonly Uint8Array[];
}

/** Full name of a label as written: `.loop` gets the label it belongs to in front. */
function fullName(name: string, context: ParseContext): string {
  return name.startsWith(".") && !name.startsWith("..") ? context.labelBase + name : name;
}

/** Parses one line of tokens, after the preprocessor. `label` is reported even if the rest does not parse. */
export function parseStatement(
  tokens: readonly Token[],
  context: ParseContext,
  line: number,
  note: string | undefined,
): { statement: Statement; problem?: Problem } {
  const cursor = new Cursor(withoutBrackets(tokens), (name) => fullName(name, context));
  let label: Statement["label"];
  let times: Expression | undefined;
  let body: Body | undefined;
  let problem: Problem | undefined;
  try {
    label = parseLabel(cursor, context);
    if (cursor.acceptWord("times")) times = cursor.expression();
    body = cursor.done ? undefined : parseBody(cursor, context);
    if (times && !body) throw new Problem("'times' needs something to repeat", cursor.span);
    if (body?.kind === "equ" && !label) {
      throw new Problem("'equ' needs a name in front: name equ value", tokens[0]);
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problem = error;
    body = undefined;
  }
  const statement: Statement = { at: tokens[0]!, line, note, label, times, body };
  return problem ? { statement, problem } : { statement };
}

/** `[bits 32]` is the same as `bits 32`. */
function withoutBrackets(tokens: readonly Token[]): readonly Token[] {
  const last = tokens[tokens.length - 1];
  const bracketed = tokens[0]?.kind === "op" && tokens[0].text === "[" && last?.kind === "op" &&
    last.text === "]";
  return bracketed && tokens[1]?.kind === "id" ? tokens.slice(1, -1) : tokens;
}

function parseLabel(cursor: Cursor, context: ParseContext): Statement["label"] {
  const token = cursor.current;
  if (token?.kind !== "id") return undefined;
  const word = token.text.toLowerCase();
  const next = cursor.tokens[cursor.position + 1];
  const colon = next?.kind === "op" && next.text === ":";
  if (!colon) {
    if (!token.escaped && (isKeyword(word) || REGISTERS.has(word))) return undefined;
    if (next && (next.kind !== "id" || next.escaped || !startsStatement(next.text.toLowerCase()))) {
      throw new Problem(`unknown instruction '${token.text}'${didYouMean(word, allKeywords())}`, token);
    }
    const near = next ? undefined : suggest(word, mnemonics().keys());
    if (near && !word.startsWith(".") && !token.escaped) {
      throw new Problem(
        `unknown instruction '${token.text}'; did you mean '${near}'? (a label needs a colon)`,
        token,
      );
    }
  } else if (!token.escaped && REGISTERS.has(word)) {
    throw new Problem(`'${token.text}' is a register and cannot be a label`, token);
  }
  cursor.position += colon ? 2 : 1;
  const name = fullName(token.text, context);
  const isEqu = cursor.peekWord() === "equ";
  if (!token.text.startsWith(".") && !isEqu) context.labelBase = token.text;
  return { name, at: token };
}

function parseBody(cursor: Cursor, context: ParseContext): Body {
  const at = cursor.span;
  const word = cursor.peekWord();
  if (word === undefined) {
    throw new Problem(`expected an instruction${cursor.done ? "" : `, found '${cursor.current!.text}'`}`, at);
  }
  const dataSize = DATA.get(word);
  if (dataSize !== undefined) {
    cursor.next();
    return parseData(cursor, dataSize, context, at);
  }
  const reserveSize = RESERVE.get(word);
  if (reserveSize !== undefined) {
    cursor.next();
    const count = cursor.expression();
    cursor.expectEnd();
    return { kind: "reserve", size: reserveSize, count };
  }
  if (DIRECTIVES.has(word)) {
    cursor.next();
    const body = parseDirective(word, cursor, context, at);
    cursor.expectEnd();
    return body;
  }
  return parseInstruction(cursor, at);
}

function parseInstruction(cursor: Cursor, start: Span): Body {
  const prefixes: number[] = [];
  let operandSize = 0;
  let addressSize = 0;
  for (;;) {
    const word = cursor.peekWord();
    if (word === undefined) break;
    const byte = PREFIX_BYTES.get(word);
    const sizes = SIZE_PREFIXES.get(word);
    const segment = SEGMENT_PREFIX.get(word);
    if (byte !== undefined) prefixes.unshift(byte);
    else if (sizes) {
      operandSize ||= sizes.operand;
      addressSize ||= sizes.address;
    } else if (segment !== undefined) prefixes.push(segment);
    else break;
    cursor.position++;
  }
  const growth: Growth = { near: false, wideImmediate: false, wideDisplacement: false };
  if (cursor.done) {
    const none = { kind: "instruction", mnemonic: "", entry: undefined, operands: [] } as const;
    return { ...none, prefixes, operandSize, addressSize, at: start, growth, moves: false };
  }
  const token = cursor.next();
  const mnemonic = token.escaped ? "" : token.text.toLowerCase();
  const entry = mnemonics().get(mnemonic);
  if (!entry) {
    const what = token.kind === "id"
      ? `unknown instruction '${token.text}'`
      : `expected an instruction, found '${token.text}'`;
    throw new Problem(what + (token.kind === "id" ? didYouMean(token.text, allKeywords()) : ""), token);
  }
  let operands = parseOperands(cursor);
  const counter = operands[1];
  if (/^(?:loop|jcxz|jecxz)/.test(mnemonic) && counter?.kind === "register") {
    if (counter.register.name === "cx") addressSize = 16;
    else if (counter.register.name === "ecx") addressSize = 32;
    else throw new Problem(`'${mnemonic}' counts in cx or ecx`, counter.at);
    operands = operands.slice(0, 1);
  }
  return {
    kind: "instruction",
    mnemonic,
    entry,
    prefixes,
    operandSize: operandSize || entry.operandSize,
    addressSize,
    operands,
    at: cover(start, token),
    growth,
    moves: operands.some(dependsOnPlace) || entry.forms.some((form) => form.encoded[0]?.kind === "branch"),
  };
}

function dependsOnPlace(operand: Operand): boolean {
  switch (operand.kind) {
    case "register":
      return false;
    case "far":
      return true;
    default:
      return !isConstant(operand.expression);
  }
}

function parseData(cursor: Cursor, size: number, context: ParseContext, at: Span): Body {
  const items: DataItem[] = [];
  if (cursor.done) throw new Problem("data without values", cursor.span);
  do {
    items.push(parseItem(cursor, size, context));
  } while (cursor.accept(",") && !cursor.done);
  if (!cursor.done) throw new Problem(`expected a comma, found '${cursor.current!.text}'`, cursor.span);
  return { kind: "data", size, items, at };
}

function parseItem(cursor: Cursor, size: number, context: ParseContext): DataItem {
  const token = cursor.current;
  const next = cursor.tokens[cursor.position + 1];
  const alone = !next || (next.kind === "op" && next.text === ",");
  if (token?.kind === "blob") {
    cursor.next();
    const blob = context.blobs[Number(token.value)];
    if (!blob) throw new Problem("these bytes were not interpolated", token);
    if (size !== 1) throw new Problem("interpolated bytes follow db", token);
    return { kind: "bytes", bytes: blob };
  }
  if (token?.kind === "str" && alone) {
    cursor.next();
    const padded = new Uint8Array(Math.ceil(token.bytes!.length / size) * size);
    padded.set(token.bytes!);
    return { kind: "bytes", bytes: padded };
  }
  if (token?.kind === "op" && token.text === "?" && alone) {
    cursor.next();
    return { kind: "reserve" };
  }
  const negative = token?.kind === "op" && token.text === "-" && next?.kind === "float";
  if (token?.kind === "float" || negative) {
    if (negative) cursor.next();
    const float = cursor.next();
    return { kind: "float", text: (negative ? "-" : "") + float.text, at: float };
  }
  return { kind: "value", expression: cursor.expression() };
}

function parseDirective(word: string, cursor: Cursor, context: ParseContext, at: Span): Body {
  const name = (what: string): string => {
    const token = cursor.current;
    if (token?.kind !== "id") throw new Problem(`'${word}' needs ${what}`, cursor.span);
    cursor.next();
    return token.text;
  };
  switch (word) {
    case "equ":
      return { kind: "equ", value: cursor.expression() };
    case "align":
    case "alignb": {
      const to = cursor.expression();
      let fill: Body | undefined;
      if (cursor.accept(",")) fill = parseFill(cursor, context);
      return { kind: "align", to, fill, reserve: word === "alignb", at };
    }
    case "org":
      return { kind: "org", origin: cursor.expression(), at };
    case "bits": {
      const size = cursor.expression();
      const bits = size.kind === "number" ? Number(size.value) : 0;
      if (bits !== 16 && bits !== 32) {
        throw new Problem("code is 'bits 16' or 'bits 32'; there is no 64-bit mode here", size.at);
      }
      return { kind: "bits", bits };
    }
    case "use16":
      return { kind: "bits", bits: 16 };
    case "use32":
      return { kind: "bits", bits: 32 };
    case "section":
    case "segment":
      return parseSection(name("a name, for example .text"), cursor, at);
    case "absolute":
      return { kind: "absolute", address: cursor.expression(), at };
    case "struc": {
      const struc = name("a name");
      context.labelBase = struc;
      const offset = cursor.accept(",") ? cursor.expression() : undefined;
      return { kind: "struc", name: struc, offset, at };
    }
    case "endstruc":
      return { kind: "endstruc", at };
    case "istruc": {
      const struc = name("the name of a structure");
      context.labelBase = struc;
      return { kind: "istruc", name: struc, at };
    }
    case "at": {
      const offset = cursor.expression();
      const body = cursor.accept(",") && !cursor.done ? parseBody(cursor, context) : undefined;
      return { kind: "at", offset, body };
    }
    case "iend":
      return { kind: "iend", at };
    case "extern":
    case "common":
      throw new Problem(`'${word}' needs a linker; a flat program defines all its symbols itself`, at);
    case "incbin":
      throw new Problem("'incbin' reads no files here; interpolate the bytes: db ${bytes}", at);
    default: // global, static, required, cpu, default: they change no byte of a flat program
      cursor.position = cursor.tokens.length;
      return { kind: "data", size: 1, items: [], at };
  }
}

/** `align 16, db 0`, and as a shorthand `align 16, 0`. */
function parseFill(cursor: Cursor, context: ParseContext): Body {
  const token = cursor.current;
  if (token?.kind === "num") {
    return { kind: "data", size: 1, items: [{ kind: "value", expression: cursor.expression() }], at: token };
  }
  return parseBody(cursor, context);
}

function parseSection(name: string, cursor: Cursor, at: Span): Body {
  let align: Expression | undefined;
  let noBits = name === ".bss";
  while (!cursor.done) {
    const token = cursor.next();
    const word = token.kind === "id" ? token.text.toLowerCase() : "";
    if (word === "align") {
      cursor.expect("=", "after 'align'");
      align = cursor.expression();
    } else if (word === "nobits") noBits = true;
    else if (word === "progbits") noBits = false;
    else if (!/^(?:code|data|bss|text|exec|noexec|write|nowrite|alloc)$/.test(word)) {
      throw new Problem(
        `unknown section attribute '${token.text}'; known are align=, progbits and nobits`,
        token,
      );
    }
  }
  return { kind: "section", name, align, noBits, at };
}
