import { Problem, type Span } from "./assembler_error.ts";
import { type Base, number, relative, type Value } from "./evaluate.ts";

/** Bytes laid down so far in one stretch of the program. */
export class Section {
  readonly name: string;
  /** Takes up addresses but no bytes of the image: `.bss`, `absolute`, `struc`. */
  readonly noBits: boolean;
  /** An `absolute` stretch: its labels are plain numbers. */
  readonly virtual: boolean;
  readonly base: Base;
  /** Alignment of its first byte within the image. */
  alignment: number;
  position = 0;
  /** Size at the end of the last pass. */
  size = 0;
  #bytes = new Uint8Array(256);
  #limit: number;

  constructor(
    name: string,
    options: { noBits: boolean; virtual: boolean; alignment: number; limit: number },
  ) {
    this.name = name;
    this.noBits = options.noBits;
    this.virtual = options.virtual;
    this.alignment = options.alignment;
    this.base = { name, address: 0n };
    this.#limit = options.limit;
  }

  /** The current place as a value: relative to the section, or a number in an `absolute` one. */
  here(): Value {
    return this.#place(this.position);
  }

  /** The first place as a value. */
  start(): Value {
    return this.#place(0);
  }

  /** Address of the current place as far as it is known. */
  get address(): bigint {
    return this.base.address + BigInt(this.position);
  }

  /** Contents up to the current position. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.position);
  }

  /** Appends bytes, `count` times. */
  write(bytes: Uint8Array, count: number, at: Span): void {
    const length = bytes.length * count;
    if (length === 0) return;
    if (this.noBits) {
      throw new Problem(`'${this.name}' holds no bytes, only reserved space (resb, resw, resd)`, at);
    }
    this.#grow(length, at);
    const start = this.position;
    this.#bytes.set(bytes, start);
    // Copies of copies: the filled part doubles each time.
    for (let done = bytes.length; done < length; done *= 2) {
      this.#bytes.copyWithin(start + done, start, start + Math.min(done, length - done));
    }
    this.position += length;
  }

  /** Appends zero bytes, or only their addresses in a section without bytes. */
  reserve(length: number, at: Span): void {
    if (this.noBits) {
      if (length > 2 ** 32) throw new Problem(`${length} bytes are more than the address space holds`, at);
      this.position += length;
      return;
    }
    this.#grow(length, at);
    this.#bytes.fill(0, this.position, this.position + length);
    this.position += length;
  }

  #grow(length: number, at: Span): void {
    const needed = this.position + length;
    if (needed > this.#limit) {
      throw new Problem(`the program grows past ${this.#limit} bytes (option maxBytes)`, at);
    }
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.position));
    this.#bytes = larger;
  }

  #place(position: number): Value {
    return this.virtual
      ? number(this.base.address + BigInt(position))
      : relative(this.base, BigInt(position));
  }
}

/**
 * Gives every section its address: `.text` first, at the origin; then the others in order of appearance; those
 * without bytes last. Returns true if any moved. NASM manual, section 8.1 (flat-form binary).
 */
export function placeSections(sections: readonly Section[], origin: bigint): boolean {
  const rank = (section: Section) => section.noBits ? 2 : section.name === ".text" ? 0 : 1;
  let next = origin;
  let moved = false;
  for (const section of layoutOrder(sections, rank)) {
    const alignment = BigInt(section.alignment);
    const misfit = next % alignment;
    const address = misfit === 0n ? next : next + alignment - misfit;
    if (address !== section.base.address) moved = true;
    section.base.address = address;
    next = address + BigInt(section.size);
  }
  return moved;
}

/** The sections that make up the image, in address order. */
export function imageSections(sections: readonly Section[]): Section[] {
  return layoutOrder(sections, (section) => section.name === ".text" ? 0 : 1).filter((section) =>
    !section.noBits
  );
}

function layoutOrder(sections: readonly Section[], rank: (section: Section) => number): Section[] {
  return sections.filter((section) => !section.virtual).sort((a, b) => rank(a) - rank(b));
}
