import { Problem, type Span } from "./assembler_error.ts";
import type { Body, InstructionBody, Statement } from "./body.ts";
import { checkFits, encodeForm, patchBranch } from "./encode.ts";
import { absolute, evaluate, number, type Scope, type Value } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { floatBits } from "./literals.ts";
import type { ListingLine } from "./program.ts";
import { placeSections, Section } from "./section.ts";
import { resolveOperands, type SelectContext, selectForm } from "./select.ts";
import { SymbolTable } from "./symbols.ts";

/** After this many passes nothing may shrink again, so that the layout settles. */
const SHRINKING_PASSES = 16;

/** Limits and defaults of one assembly. */
export interface LayoutOptions {
  readonly bits: 16 | 32;
  readonly origin: number;
  readonly maxBytes: number;
}

/**
 * Lays statements down one after another. A pass runs over all of them with the symbol values of the pass before;
 * passes repeat until no symbol and no section moves. Branches start out short and grow, as with NASM's -Ox.
 */
export class Layout {
  readonly symbols = new SymbolTable();
  readonly sections: Section[] = [];
  listing: (ListingLine & { readonly section: Section })[] = [];
  origin: bigint;
  /** Code size of the first instruction. */
  firstBits: 16 | 32 | undefined;
  /** Set when the preprocessor asked for something that depends on the layout. */
  consulted = false;

  readonly options: LayoutOptions;
  #text: Section;
  #section: Section;
  #bits: 16 | 32;
  #pass = 0;
  #originSet = false;
  #statementStart: Value = number(0n);
  #critical = false;
  /** The section to come back to after `struc`. */
  #outer: Section | undefined;
  #struc = "";
  /** Name and first position of the structure being filled in by `istruc`. */
  #instance: { readonly name: string; readonly start: number } | undefined;
  readonly #scope: Scope;

  constructor(options: LayoutOptions) {
    this.options = options;
    this.#bits = options.bits;
    this.origin = BigInt(options.origin);
    this.#text = this.#addSection(".text", false, 1);
    this.#section = this.#text;
    this.#scope = {
      lookup: (name, at) => {
        if (this.#critical) this.consulted = true;
        return this.symbols.lookup(name, at, this.#critical);
      },
      here: () => {
        if (this.#critical) this.consulted = true;
        return this.#statementStart;
      },
      sectionStart: () => {
        if (this.#critical) this.consulted = true;
        return this.#section.start();
      },
    };
  }

  /** Starts pass number `pass`, counted from 1. */
  begin(pass: number): void {
    this.#pass = pass;
    this.symbols.begin(pass);
    this.listing = [];
    this.#section = this.#text;
    this.#bits = this.options.bits;
    this.firstBits = undefined;
    this.#originSet = false;
    this.#outer = undefined;
    this.#instance = undefined;
    for (const section of this.sections) section.position = 0;
    if (pass === 1) this.#text.base.address = this.origin;
  }

  /** Ends a pass. True if everything stands where it stood in the pass before. */
  end(): boolean {
    for (const section of this.sections) section.size = section.position;
    const moved = placeSections(this.sections, this.origin);
    return !moved && !this.symbols.changed && !this.symbols.incomplete;
  }

  /** Bytes laid down in the last pass. */
  get size(): number {
    return this.sections.reduce((sum, section) => sum + (section.noBits ? 0 : section.position), 0);
  }

  /** Evaluates for the preprocessor: everything must be known at once. */
  critical(expression: Expression): bigint {
    this.#critical = true;
    try {
      this.#statementStart = this.#section.here();
      const value = evaluate(expression, this.#scope);
      if (value.unknown) throw new Problem("the value is not known yet here", expression.at);
      return absolute(value, expression.at);
    } finally {
      this.#critical = false;
    }
  }

  /** Lays down one statement. */
  run(statement: Statement): void {
    const { body, label } = statement;
    this.#statementStart = this.#section.here();
    if (label && body?.kind !== "equ") this.symbols.define(label.name, this.#statementStart, label.at, false);
    if (!body) return;
    if (body.kind === "equ") {
      const value = evaluate(body.value, this.#scope);
      absolute(value, body.value.at);
      this.symbols.define(label!.name, value, label!.at, true);
      return;
    }
    const count = statement.times ? this.#times(statement.times) : 1;
    const section = this.#section;
    const start = section.position;
    const bits = this.#bits;
    this.#lay(body, count, statement.at);
    if (section.position > start && section === this.#section && !section.noBits) {
      this.listing.push({
        line: statement.line,
        column: statement.at.column,
        address: start,
        offset: 0,
        length: section.position - start,
        bits,
        section,
      });
    }
  }

  #times(expression: Expression): number {
    const value = this.#constant(expression);
    if (value < 0n) {
      throw new Problem(
        `'times' count is negative: ${value}; what stands before is ${-value} too long`,
        expression.at,
      );
    }
    const most = BigInt(this.options.maxBytes);
    if (value > most) {
      throw new Problem(`'times' count ${value} is beyond the ${most} bytes of a program`, expression.at);
    }
    return Number(value);
  }

  #lay(body: Body, count: number, at: Span): void {
    switch (body.kind) {
      case "instruction":
        this.#instruction(body, count);
        return;
      case "data":
        if (body.items.length > 0) this.#section.write(this.#data(body), count, body.at);
        return;
      case "reserve": {
        const items = this.#constant(body.count);
        if (items < 0n) throw new Problem(`cannot reserve ${items} items`, body.count.at);
        this.#section.reserve(Number(items) * body.size * count, body.count.at);
        return;
      }
      case "align":
        for (let i = 0; i < Math.min(count, 1); i++) this.#align(body);
        return;
      case "bits":
        this.#bits = body.bits === 16 ? 16 : 32;
        return;
      case "org": {
        const origin = this.#constant(body.origin);
        if (this.#originSet) throw new Problem("'org' can be given only once", body.at);
        if (origin < 0n || origin >= 1n << 32n) {
          throw new Problem(`origin ${origin} is not a 32-bit address`, body.origin.at);
        }
        this.#originSet = true;
        if (origin !== this.origin) this.symbols.changed = true;
        this.origin = origin;
        if (this.#pass === 1) this.#text.base.address = origin;
        return;
      }
      case "section":
        this.#enterSection(body);
        return;
      default:
        this.#structure(body, count, at);
    }
  }

  #instruction(body: InstructionBody, count: number): void {
    this.firstBits ??= this.#bits;
    if (!body.entry) {
      const sizes = [[body.operandSize, 0x66], [body.addressSize, 0x67]] as const;
      const extra = sizes.filter(([size]) => size !== 0 && size !== this.#bits).map(([, byte]) => byte);
      this.#section.write(Uint8Array.from([...body.prefixes, ...extra]), count, body.at);
      return;
    }
    const sizeKey = String(this.#bits);
    if (!body.moves && body.cache?.key === sizeKey) {
      this.#section.write(body.cache.code, count, body.at);
      return;
    }
    const here = this.#section.address;
    const context: SelectContext = {
      bits: this.#bits,
      operandSize: body.operandSize,
      addressSize: body.addressSize,
      prefixLength: body.prefixes.length +
        body.operands.filter((o) => o.kind === "memory" && o.segment).length,
      here,
      growth: body.growth,
    };
    const operands = resolveOperands(body.operands, this.#scope, context);
    const form = selectForm(body.mnemonic, body.entry, operands, context, body.at);
    const branch = form.encoded[0]?.kind === "branch" ? form.encoded[0] : undefined;
    // The displacement of a branch to a number depends on where the branch lies, though the number does not move.
    let key = body.moves || branch ? `${this.#bits} ${form.code}` : sizeKey;
    for (const { number: value, selector, address } of body.moves ? operands : []) {
      if (address) {
        key += ` ${address.displacement}/${address.displacementBytes}/${address.addressSize}`;
      } else if (!branch) key += ` ${value}:${selector}`;
    }
    if (body.cache?.key !== key) {
      body.cache = { key, code: encodeForm(form, operands, prefixesOf(body), this.#bits, body.at) };
    }
    if (this.#pass > SHRINKING_PASSES) {
      this.#freeze(
        body,
        form.encoded.map((spec) => spec.kind + spec.size),
        operands,
      );
    }
    if (!branch) {
      this.#section.write(body.cache.code, count, body.at);
      return;
    }
    const { number: target, value, operand } = operands[0]!;
    const code = body.cache.code.slice();
    for (let i = 0; i < count; i++) {
      const behind = this.#section.address + BigInt(code.length);
      try {
        patchBranch(code, branch.size, behind, value!.unknown ? behind : target!, operand.at);
      } finally {
        // A branch out of reach takes up its place all the same, or everything behind it would seem nearer.
        this.#section.write(code, 1, body.at);
      }
    }
  }

  /** Remembers what has grown, so that a layout that swings to and fro comes to rest. */
  #freeze(
    body: InstructionBody,
    kinds: readonly string[],
    operands: ReturnType<typeof resolveOperands>,
  ): void {
    if (kinds[0] === "branch16" || kinds[0] === "branch32") body.growth.near = true;
    if (kinds.some((kind) => /^immediate(?:16|32)$/.test(kind))) body.growth.wideImmediate = true;
    if (operands.some(({ address }) => address && address.displacementBytes > 1)) {
      body.growth.wideDisplacement = true;
    }
  }

  #data(body: Body & { kind: "data" }): Uint8Array {
    if (body.items.length === 1 && body.items[0]!.kind === "bytes") return body.items[0]!.bytes;
    let length = 0;
    for (const item of body.items) length += item.kind === "bytes" ? item.bytes.length : body.size;
    const out = new Uint8Array(length);
    let at = 0;
    for (const item of body.items) {
      switch (item.kind) {
        case "bytes":
          out.set(item.bytes, at);
          at += item.bytes.length;
          continue;
        case "float":
          putLittleEndian(out, at, body.size, floatBits(item.text, body.size, item.at));
          break;
        case "value": {
          if (body.size === 10) {
            throw new Problem("dt takes a floating-point constant, for example 1.0", item.expression.at);
          }
          const value = this.#constant(item.expression);
          if (body.size < 8) checkFits(value, body.size * 8, item.expression.at);
          putLittleEndian(out, at, body.size, value);
        }
      }
      at += body.size;
    }
    return out;
  }

  #align(body: Body & { kind: "align" }): void {
    const to = this.#constant(body.to);
    if (to < 1n || to > 1n << 24n || (to & (to - 1n)) !== 0n) {
      throw new Problem(`cannot align to ${to}; it must be a power of two, at most 16 MiB`, body.to.at);
    }
    const alignment = Number(to);
    const section = this.#section;
    if (!section.virtual) section.alignment = Math.max(section.alignment, alignment);
    const gap = (alignment - section.position % alignment) % alignment;
    if (body.reserve && !body.fill) {
      section.reserve(gap, body.at);
    } else if (!body.fill) {
      if (section.noBits) section.reserve(gap, body.at);
      else section.write(NOP, gap, body.at);
    } else this.#lay(body.fill, gap, body.at);
  }

  #enterSection(body: Body & { kind: "section" }): void {
    let section = this.sections.find((known) => known.name === body.name);
    if (!section) section = this.#addSection(body.name, body.noBits, 4);
    if (body.align) {
      const alignment = this.#constant(body.align);
      if (alignment < 1n || alignment > 1n << 24n || (alignment & (alignment - 1n)) !== 0n) {
        throw new Problem(`cannot align a section to ${alignment}; it must be a power of two`, body.align.at);
      }
      section.alignment = Number(alignment);
    }
    this.#section = section;
  }

  #structure(body: Body, count: number, at: Span): void {
    switch (body.kind) {
      case "absolute":
        this.#section = this.#virtual(this.#constant(body.address), body.at);
        return;
      case "struc":
        if (this.#outer) throw new Problem(`'struc' inside 'struc ${this.#struc}'`, body.at);
        this.#outer = this.#section;
        this.#struc = body.name;
        this.#section = this.#virtual(body.offset ? this.#constant(body.offset) : 0n, body.at);
        this.symbols.define(body.name, this.#section.here(), body.at, true);
        return;
      case "endstruc": {
        if (!this.#outer) throw new Problem("'endstruc' without 'struc'", body.at);
        const size = number(BigInt(this.#section.position));
        this.symbols.define(this.#struc + "_size", size, body.at, true);
        this.#section = this.#outer;
        this.#outer = undefined;
        return;
      }
      case "istruc":
        if (this.#instance) throw new Problem(`'istruc' inside 'istruc ${this.#instance.name}'`, body.at);
        this.#instance = { name: body.name, start: this.#section.position };
        return;
      case "at": {
        this.#padTo(this.#constant(body.offset), body.offset.at);
        this.#statementStart = this.#section.here();
        if (body.body) this.#lay(body.body, count, at);
        return;
      }
      case "iend": {
        const name = this.#instance?.name;
        if (name === undefined) throw new Problem("'iend' without 'istruc'", body.at);
        const size = this.symbols.lookup(name + "_size", body.at, false);
        this.#padTo(absolute(size, body.at), body.at, size.unknown);
        this.#instance = undefined;
      }
    }
  }

  /** Fills the structure being laid down with zeros up to an offset. */
  #padTo(offset: bigint, at: Span, unknown = false): void {
    const instance = this.#instance;
    if (!instance) throw new Problem("'at' stands between 'istruc' and 'iend'", at);
    const gap = Number(offset) - (this.#section.position - instance.start);
    if (unknown) return;
    if (gap < 0) {
      throw new Problem(`offset ${offset} of '${instance.name}' is already ${-gap} bytes behind`, at);
    }
    this.#section.reserve(gap, at);
  }

  #virtual(address: bigint, at: Span): Section {
    if (address < 0n || address >= 1n << 32n) throw new Problem(`${address} is not a 32-bit address`, at);
    const section = this.#newSection("absolute", true, true, 1);
    section.base.address = address;
    return section;
  }

  #addSection(name: string, noBits: boolean, alignment: number): Section {
    const section = this.#newSection(name, noBits, false, alignment);
    this.sections.push(section);
    return section;
  }

  #newSection(name: string, noBits: boolean, virtual: boolean, alignment: number): Section {
    return new Section(name, { noBits, virtual, alignment, limit: this.options.maxBytes });
  }

  #constant(expression: Expression): bigint {
    return absolute(evaluate(expression, this.#scope), expression.at);
  }
}

const NOP = Uint8Array.of(0x90);

function prefixesOf(body: InstructionBody) {
  return { bytes: body.prefixes, operandSize: body.operandSize, addressSize: body.addressSize };
}

function putLittleEndian(out: Uint8Array, at: number, size: number, value: bigint): void {
  let rest = BigInt.asUintN(size * 8, value);
  for (let i = 0; i < size; i++) {
    out[at + i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}
