import { Problem, type Span } from "./assembler_error.ts";
import { UNKNOWN, type Value } from "./evaluate.ts";
import { didYouMean } from "./suggest.ts";

interface SymbolEntry {
  value: Value;
  /** The pass that defined it last. */
  pass: number;
  readonly at: Span;
  readonly constant: boolean;
}

/** Labels and constants, carried from pass to pass until their values stand still. */
export class SymbolTable {
  #entries = new Map<string, SymbolEntry>();
  #pass = 0;
  /** Something got another value in this pass. */
  changed = false;
  /** Something was used in this pass that has no value yet. */
  incomplete = false;
  /** The symbol that changed last, to blame if the layout never settles. */
  lastChanged: { readonly name: string; readonly at: Span } | undefined;

  /** Starts pass number `pass`, counted from 1. */
  begin(pass: number): void {
    this.#pass = pass;
    this.changed = false;
    this.incomplete = false;
  }

  /** Gives a symbol its value in this pass. Throws a {@link Problem} if the pass already did. */
  define(name: string, value: Value, at: Span, constant: boolean): void {
    const old = this.#entries.get(name);
    if (old?.pass === this.#pass) {
      const what = constant ? "constant" : "label";
      throw new Problem(`${what} '${name}' defined twice (first on line ${old.at.line})`, at);
    }
    if (!old || !sameValue(old.value, value)) {
      this.changed = true;
      this.lastChanged = { name, at };
    }
    if (old) {
      old.value = value;
      old.pass = this.#pass;
    } else this.#entries.set(name, { value, pass: this.#pass, at, constant });
  }

  /**
   * The value of a symbol in this pass or the one before. In the first pass a missing symbol is merely unknown; later,
   * or if the value is `critical` and so has to be defined further up, it is a {@link Problem}.
   */
  lookup(name: string, at: Span, critical: boolean): Value {
    const entry = this.#entries.get(name);
    if (entry && entry.pass >= this.#pass - (critical ? 0 : 1)) {
      if (entry.value.unknown) this.incomplete = true;
      return entry.value;
    }
    if (this.#pass === 1 && !critical) {
      this.incomplete = true;
      return UNKNOWN;
    }
    const when = critical ? " yet; its value is needed at once" : "";
    const hexadecimal = /^[0-9a-f]*[0-9][0-9a-f]*h?$|^[a-f]{2,}$/i.test(name);
    const hint = hexadecimal && !entry
      ? `; a hexadecimal number is written 0x${name.replace(/h$/i, "")}`
      : entry
      ? ""
      : didYouMean(name, this.#entries.keys());
    throw new Problem(`symbol '${name}' is not defined${when}${hint}`, at);
  }

  /** True if the symbol has been defined in this pass. */
  defined(name: string): boolean {
    return this.#entries.get(name)?.pass === this.#pass;
  }

  /** All symbols of this pass with their values. */
  *entries(): Iterable<readonly [string, Value, boolean]> {
    for (const [name, { value, pass, constant }] of this.#entries) {
      if (pass === this.#pass) yield [name, value, constant];
    }
  }
}

function sameValue(a: Value, b: Value): boolean {
  return a.scalar === b.scalar && a.unknown === b.unknown && a.terms.length === b.terms.length &&
    a.terms.every((term, i) => term.of === b.terms[i]!.of && term.coefficient === b.terms[i]!.coefficient);
}
