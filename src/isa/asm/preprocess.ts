import { Problem, type Span } from "./assembler_error.ts";
import { Cursor, type Expression } from "./expression.ts";
import {
  expandSingleLine,
  type Expansion,
  type MultiLineMacro,
  type SingleLineMacro,
  type SourceLine,
  splitArguments,
  substitute,
} from "./macro.ts";
import { CONDITIONS, directiveOf, findEnd, isConditional, skipTo } from "./source_line.ts";
import { didYouMean } from "./suggest.ts";
import type { Token } from "./tokenize.ts";

/** What the preprocessor needs from the assembler it feeds. */
export interface PreprocessorHost {
  /**
   * Takes one line ready to be parsed. `line` is where the listing shows it, `note` where it came from. Returns false
   * when it is time to give up.
   */
  emit(tokens: readonly Token[], line: number, note: string | undefined): boolean;
  /** Value of an expression that must be known at once. */
  evaluate(expression: Expression): bigint;
  /** Takes note of a mistake; returns false when it is time to give up. */
  report(problem: Problem, at: Span, note: string | undefined): boolean;
  /** True if the word is an instruction or directive. */
  isKeyword(word: string): boolean;
}

const MAX_DEPTH = 100;

const DIRECTIVES =
  ("define idefine xdefine ixdefine undef assign iassign strlen substr macro imacro endmacro endm unmacro " +
    "if elif else endif rep endrep exitrep rotate error fatal warning pragma line").split(" ");

interface Frame {
  readonly expansion: Expansion | undefined;
  readonly depth: number;
  /** Line of the source outside all macros. */
  readonly line: number | undefined;
  readonly note: string | undefined;
}

interface Conditional {
  active: boolean;
  taken: boolean;
  elseSeen: boolean;
  readonly at: Span;
}

/** Expands macros, conditionals and repetitions. NASM manual, chapter 4. */
export class Preprocessor {
  readonly #host: PreprocessorHost;
  readonly #maxLines: number;
  #defines = new Map<string, SingleLineMacro>();
  #macros = new Map<string, MultiLineMacro[]>();
  #unique = 0;
  #steps = 0;
  #stopped = false;
  #exitRep = false;

  constructor(host: PreprocessorHost, maxLines: number) {
    this.#host = host;
    this.#maxLines = maxLines;
  }

  /**
   * Runs over the source once. Returns how many lines it went through, repetitions and macros included, and whether it
   * came to the end.
   */
  run(lines: readonly SourceLine[]): { steps: number; complete: boolean } {
    this.#process(lines, { expansion: undefined, depth: 0, line: undefined, note: undefined });
    return { steps: this.#steps, complete: !this.#stopped };
  }

  #process(lines: readonly SourceLine[], frame: Frame): void {
    const conditionals: Conditional[] = [];
    for (let i = 0; i < lines.length && !this.#stopped && !this.#exitRep; i++) {
      const line = lines[i]!;
      const at: Span = line.tokens[0] ?? { line: line.number, column: 1, length: 0 };
      if (++this.#steps > this.#maxLines) {
        this.#host.report(
          new Problem(`the source expands to more than ${this.#maxLines} lines (option maxLines)`),
          at,
          frame.note,
        );
        this.#stopped = true;
        return;
      }
      try {
        const word = directiveOf(line);
        if (word !== undefined && isConditional(word)) {
          this.#conditional(word, line, conditionals, frame);
          continue;
        }
        if (conditionals.some(({ active }) => !active)) continue;
        if (line.problem) throw line.problem;
        if (word === "macro" || word === "imacro" || word === "rep") {
          const end = findEnd(lines, i);
          if (word === "rep") this.#repeat(line, lines.slice(i + 1, end), frame);
          else this.#defineMacro(line, word === "imacro", lines.slice(i + 1, end));
          i = end;
        } else if (word !== undefined) this.#directive(word, line, frame);
        else this.#statement(line, frame);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (!this.#host.report(error, at, frame.note)) this.#stopped = true;
        const word = directiveOf(line);
        if (word === "macro" || word === "imacro" || word === "rep") i = skipTo(lines, i);
      }
    }
    const open = conditionals[conditionals.length - 1];
    if (open && !this.#stopped && !this.#exitRep) {
      this.#host.report(new Problem("this condition has no %endif", open.at), open.at, frame.note);
    }
  }

  #conditional(word: string, line: SourceLine, stack: Conditional[], frame: Frame): void {
    const at = line.tokens[0]!;
    const top = stack[stack.length - 1];
    if (word.startsWith("if")) {
      const outer = stack.every(({ active }) => active);
      const entry: Conditional = { active: false, taken: !outer, elseSeen: false, at };
      stack.push(entry);
      if (outer) entry.active = entry.taken = this.#test(word.slice(2), line, frame);
      return;
    }
    if (!top) throw new Problem(`'%${word}' without %if`, at);
    if (word === "endif") {
      stack.pop();
      return;
    }
    if (top.elseSeen) throw new Problem(`'%${word}' after %else`, at);
    if (word === "else") {
      top.elseSeen = true;
      top.active = !top.taken;
      return;
    }
    top.active = false;
    if (!top.taken) top.active = top.taken = this.#test(word.slice(4), line, frame);
  }

  #test(kind: string, line: SourceLine, frame: Frame): boolean {
    const at = line.tokens[0]!;
    if (line.problem) throw line.problem;
    const negated = !CONDITIONS.includes(kind) && kind.startsWith("n") && CONDITIONS.includes(kind.slice(1));
    const condition = negated ? kind.slice(1) : kind;
    const raw = substitute(line.tokens.slice(1), frame.expansion);
    return this.#condition(condition, raw, at) !== negated;
  }

  #condition(kind: string, raw: readonly Token[], at: Token): boolean {
    const first = raw[0];
    switch (kind) {
      case "":
        return this.#evaluate(this.#expand(raw), at) !== 0n;
      case "def":
        if (first?.kind !== "id") throw new Problem(`'${at.text}' needs a name`, at);
        return this.#find(first.text) !== undefined;
      case "macro":
        if (first?.kind !== "id") throw new Problem(`'${at.text}' needs a name`, at);
        return this.#macros.has(first.text) || this.#macros.has(first.text.toLowerCase());
      case "empty":
        return this.#expand(raw).length === 0;
      case "idn":
      case "idni": {
        const [left, right, ...rest] = splitArguments(this.#expand(raw), Infinity, false);
        if (!left || !right || rest.length > 0) {
          throw new Problem(`'${at.text}' compares two texts separated by a comma`, at);
        }
        const text = (tokens: readonly Token[]) => {
          const joined = tokens.map((token) => token.text).join(" ");
          return kind === "idni" ? joined.toLowerCase() : joined;
        };
        return text(left) === text(right);
      }
      default: {
        const wanted = kind === "num" ? "num" : kind === "str" ? "str" : "id";
        const tokens = this.#expand(raw);
        const signed = kind === "num" && tokens[0]?.kind === "op" && /^[-+]$/.test(tokens[0].text)
          ? tokens.slice(1)
          : tokens;
        return signed.length === 1 && signed[0]!.kind === wanted;
      }
    }
  }

  #directive(word: string, line: SourceLine, frame: Frame): void {
    const at = line.tokens[0]!;
    const tokens = substitute(line.tokens.slice(1), frame.expansion);
    switch (word) {
      case "define":
      case "idefine":
      case "xdefine":
      case "ixdefine":
        this.#define(word, at, tokens);
        return;
      case "undef": {
        const name = tokens[0];
        if (name?.kind !== "id") throw new Problem("'%undef' needs a name", at);
        this.#defines.delete(name.text);
        this.#defines.delete(insensitive(name.text));
        return;
      }
      case "assign":
      case "iassign": {
        const name = tokens[0];
        if (name?.kind !== "id") throw new Problem(`'%${word}' needs a name`, at);
        this.#setNumber(name, this.#evaluate(this.#expand(tokens.slice(1)), at), word === "iassign");
        return;
      }
      case "strlen":
      case "substr":
        this.#stringFunction(word, at, tokens);
        return;
      case "unmacro": {
        const name = tokens[0];
        if (name?.kind !== "id") throw new Problem("'%unmacro' needs a name", at);
        this.#macros.delete(name.text);
        return;
      }
      case "rotate": {
        const { expansion } = frame;
        if (!expansion) throw new Problem("'%rotate' belongs into a macro", at);
        const count = expansion.arguments.length;
        const by = Number(BigInt.asIntN(32, this.#evaluate(this.#expand(tokens), at)));
        if (count > 0) expansion.rotation = (((expansion.rotation + by) % count) + count) % count;
        return;
      }
      case "exitrep":
        this.#exitRep = true;
        return;
      case "error":
      case "fatal": {
        const text = tokens.map((token) => token.kind === "str" ? token.text.slice(1, -1) : token.text).join(
          " ",
        );
        if (word === "fatal") this.#stopped = true;
        throw new Problem(text || `%${word}`, at);
      }
      case "warning":
      case "pragma":
      case "line":
        return;
      case "endmacro":
      case "endm":
      case "endrep":
        throw new Problem(`'%${word}' without ${word === "endrep" ? "%rep" : "%macro"}`, at);
      case "include":
        throw new Problem("'%include' reads no files here; interpolate the source text instead", at);
      default:
        throw new Problem(`unknown directive '${at.text}'${didYouMean(word, DIRECTIVES)}`, at);
    }
  }

  #define(word: string, at: Token, tokens: readonly Token[]): void {
    const [name, open] = tokens;
    if (name?.kind !== "id") throw new Problem(`'%${word}' needs a name`, name ?? at);
    let parameters: string[] | undefined;
    let rest = tokens.slice(1);
    if (open?.kind === "op" && open.text === "(" && !open.spaced) {
      const close = rest.findIndex((token) => token.kind === "op" && token.text === ")");
      if (close < 0) throw new Problem("expected ')' to close the parameters", open);
      parameters = splitArguments(rest.slice(1, close), Infinity, false).map((part) => {
        if (part.length !== 1 || part[0]!.kind !== "id") {
          throw new Problem("a parameter is a single name", part[0] ?? open);
        }
        return part[0]!.text;
      });
      rest = rest.slice(close + 1);
    }
    const body = word.includes("x") ? this.#expand(rest) : rest;
    const key = word.startsWith("i") ? insensitive(name.text) : name.text;
    this.#defines.set(key, { parameters, body });
  }

  #setNumber(name: Token, value: bigint, ignoreCase: boolean): void {
    const size = value < 0n ? -value : value;
    const number: Token = { ...name, kind: "num", text: String(size), value: size, spaced: true };
    const body: Token[] = value < 0n ? [{ ...name, kind: "op", text: "-", spaced: true }, number] : [number];
    this.#defines.set(ignoreCase ? insensitive(name.text) : name.text, { parameters: undefined, body });
  }

  #stringFunction(word: string, at: Token, tokens: readonly Token[]): void {
    const name = tokens[0];
    const [text, ...rest] = this.#expand(tokens.slice(1));
    if (name?.kind !== "id" || text?.kind !== "str") {
      throw new Problem(`'%${word}' needs a name and a string`, at);
    }
    if (word === "strlen") {
      this.#setNumber(name, BigInt(text.bytes!.length), false);
      return;
    }
    const skip = rest[0]?.kind === "op" && rest[0].text === "," ? 1 : 0;
    const cursor = new Cursor(rest.slice(skip));
    const from = Number(this.#host.evaluate(cursor.expression()));
    const length = cursor.accept(",") ? Number(this.#host.evaluate(cursor.expression())) : 1;
    const end = length < 0 ? text.bytes!.length + length + 1 : from - 1 + length;
    const bytes = text.bytes!.slice(Math.max(0, from - 1), Math.max(0, end));
    const quoted = `'${new TextDecoder().decode(bytes)}'`;
    this.#defines.set(name.text, {
      parameters: undefined,
      body: [{ ...name, kind: "str", text: quoted, bytes }],
    });
  }

  #defineMacro(line: SourceLine, ignoreCase: boolean, body: readonly SourceLine[]): void {
    const [at, name, ...rest] = line.tokens;
    if (name?.kind !== "id") {
      throw new Problem(`'${at!.text}' needs a name and a number of parameters`, name ?? at);
    }
    const cursor = new Cursor(rest);
    const read = (): number => {
      const token = cursor.next();
      const value = token.kind === "num" ? Number(token.value) : -1;
      if (value < 0 || value > 1000) {
        throw new Problem("the number of parameters is a number up to 1000", token);
      }
      return value;
    };
    const least = cursor.done ? 0 : read();
    let most = least;
    if (cursor.accept("-")) most = cursor.accept("*") ? Infinity : read();
    const greedy = cursor.accept("+");
    if (cursor.peekWord() === ".nolist") cursor.next();
    const defaults = splitArguments(rest.slice(cursor.position), Infinity, false);
    const key = ignoreCase ? name.text.toLowerCase() : name.text;
    const macro: MultiLineMacro = { name: key, least, most, greedy, defaults, body };
    const known = (this.#macros.get(key) ?? []).filter((other) =>
      other.least !== least || other.most !== most
    );
    this.#macros.set(key, [macro, ...known]);
  }

  #repeat(line: SourceLine, body: readonly SourceLine[], frame: Frame): void {
    const at = line.tokens[0]!;
    const tokens = this.#expand(substitute(line.tokens.slice(1), frame.expansion));
    const count = this.#evaluate(tokens, at);
    if (frame.depth >= MAX_DEPTH) throw new Problem("repetitions and macros are nested too deeply", at);
    for (let i = 0n; i < count && !this.#stopped; i++) {
      if (++this.#steps > this.#maxLines) {
        this.#stopped = true;
        throw new Problem(`the source expands to more than ${this.#maxLines} lines (option maxLines)`, at);
      }
      this.#process(body, { ...frame, depth: frame.depth + 1 });
      if (this.#exitRep) {
        this.#exitRep = false;
        return;
      }
    }
  }

  #statement(line: SourceLine, frame: Frame): void {
    const tokens = this.#expand(substitute(line.tokens, frame.expansion));
    if (tokens.length === 0) return;
    const call = this.#findCall(tokens);
    if (!call) {
      this.#emit(tokens, line, frame);
      return;
    }
    const { macros, at } = call;
    const name = tokens[at]!;
    if (at > 0) {
      this.#host.emit(
        [tokens[0]!, { ...tokens[0]!, kind: "op", text: ":" }],
        frame.line ?? line.number,
        frame.note,
      );
    }
    const rest = tokens.slice(at + 1);
    for (const macro of macros) {
      const args = splitArguments(rest, macro.most, macro.greedy);
      if (args.length < macro.least || args.length > macro.most) continue;
      this.#use(macro, args, name, frame, line.number);
      return;
    }
    if (this.#host.isKeyword(name.text.toLowerCase())) {
      this.#emit(tokens, line, frame);
      return;
    }
    const counts = macros.map(({ least, most }) =>
      least === most ? `${least}` : `${least}-${most === Infinity ? "*" : most}`
    );
    const given = splitArguments(rest, Infinity, false).length;
    throw new Problem(`macro '${name.text}' takes ${counts.join(" or ")} arguments, not ${given}`, name);
  }

  #emit(tokens: readonly Token[], line: SourceLine, frame: Frame): void {
    if (!this.#host.emit(tokens, frame.line ?? line.number, frame.note)) this.#stopped = true;
  }

  #use(macro: MultiLineMacro, args: Token[][], name: Token, frame: Frame, line: number): void {
    if (frame.depth >= MAX_DEPTH) throw new Problem(`macro '${name.text}' calls itself too deeply`, name);
    const most = macro.most === Infinity ? macro.least + macro.defaults.length : macro.most;
    for (let i = args.length; i < most; i++) args.push([...(macro.defaults[i - macro.least] ?? [])]);
    const expansion: Expansion = { macro, arguments: args, unique: ++this.#unique, rotation: 0 };
    const outside = frame.line ?? line;
    this.#process(macro.body, {
      expansion,
      depth: frame.depth + 1,
      line: outside,
      note: `in macro '${name.text}', used on line ${outside}`,
    });
  }

  #findCall(tokens: readonly Token[]): { macros: readonly MultiLineMacro[]; at: number } | undefined {
    const [first, second, third] = tokens;
    const lookup = (token: Token | undefined) =>
      token?.kind === "id" && !token.escaped
        ? this.#macros.get(token.text) ?? this.#macros.get(token.text.toLowerCase())
        : undefined;
    const colon = second?.kind === "op" && second.text === ":";
    const direct = colon ? undefined : lookup(first);
    if (direct) return { macros: direct, at: 0 };
    if (first?.kind !== "id" || (!colon && this.#host.isKeyword(first.text.toLowerCase()))) return undefined;
    const macros = lookup(colon ? third : second);
    return macros ? { macros, at: colon ? 2 : 1 } : undefined;
  }

  #find(name: string): SingleLineMacro | undefined {
    return this.#defines.get(name) ?? this.#defines.get(insensitive(name));
  }

  #expand(tokens: readonly Token[]): Token[] {
    if (this.#defines.size === 0 && !tokens.some(({ kind }) => kind === "pp")) return [...tokens];
    return expandSingleLine(tokens, (name) => this.#find(name));
  }

  #evaluate(tokens: readonly Token[], at: Span): bigint {
    if (tokens.length === 0) throw new Problem("an expression is missing", at);
    const cursor = new Cursor(tokens);
    const expression = cursor.expression();
    cursor.expectEnd();
    return this.#host.evaluate(expression);
  }
}

/** Key of a definition that ignores case; a space cannot be part of a name. */
const insensitive = (name: string) => " " + name.toLowerCase();
