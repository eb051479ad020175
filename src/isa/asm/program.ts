/** The bytes one source line gave rise to. */
export interface ListingLine {
  /** 1-based line of the source; lines of a macro expansion are listed under the line that used the macro. */
  readonly line: number;
  /** 1-based column where the statement begins. */
  readonly column: number;
  /** Address of the first byte. */
  readonly address: number;
  /** Position of the first byte in {@link Program.bytes}. */
  readonly offset: number;
  /** Length in bytes. */
  readonly length: number;
  /** Operand and address size of the code there. */
  readonly bits: 16 | 32;
}

/** A section of a program. */
export interface ProgramSection {
  readonly name: string;
  readonly address: number;
  /** Length in bytes. */
  readonly length: number;
  /** False for sections of reserved space, which are not part of the image. */
  readonly inImage: boolean;
}

/**
 * An assembled program: a flat image, its symbols and its listing. Plain data, never changed after construction.
 *
 * @example
 * ```ts
 * import { asm } from "ringlab";
 *
 * const program = asm`
 *   bits 16
 *   org 0x7c00
 * start: jmp start
 * `;
 * if (program.origin !== 0x7c00 || program.address("start") !== 0x7c00) throw new Error("wrong place");
 * if (program.hex() !== "eb fe") throw new Error(program.hex());
 * ```
 */
export class Program {
  /** The image, to be loaded at {@link Program.origin}. */
  readonly bytes: Uint8Array;
  /** Address of the first byte (`org`). */
  readonly origin: number;
  /** Code size at the start of the program: that of the first instruction. */
  readonly bits: 16 | 32;
  /** Values of all labels and `equ` constants, local labels by their full name (`loop.done`). */
  readonly symbols: ReadonlyMap<string, number>;
  /** The symbols that are labels: addresses, not constants. */
  readonly labels: ReadonlyMap<string, number>;
  /** Where each source line went, in order of assembly. */
  readonly listing: readonly ListingLine[];
  /** The sections in order of address. */
  readonly sections: readonly ProgramSection[];
  /** The source text as assembled, interpolated values put in. */
  readonly source: string;

  constructor(parts: {
    bytes: Uint8Array;
    origin: number;
    bits: 16 | 32;
    symbols: ReadonlyMap<string, number>;
    labels: ReadonlyMap<string, number>;
    listing: readonly ListingLine[];
    sections: readonly ProgramSection[];
    source: string;
  }) {
    this.bytes = parts.bytes;
    this.origin = parts.origin;
    this.bits = parts.bits;
    this.symbols = parts.symbols;
    this.labels = parts.labels;
    this.listing = parts.listing;
    this.sections = parts.sections;
    this.source = parts.source;
  }

  /** Address of a label or value of a constant. Throws a RangeError that lists what there is if it is not defined. */
  address(symbol: string): number {
    const value = this.symbols.get(symbol);
    if (value !== undefined) return value;
    const names = [...this.symbols.keys()];
    const known = names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");
    throw new RangeError(`the program defines no symbol '${symbol}'; it has ${known || "none"}`);
  }

  /** The label at an address, or the nearest one below as `label+0x12`; undefined if none lies below. */
  symbolAt(address: number): string | undefined {
    let best: string | undefined;
    let bestValue = -Infinity;
    for (const [name, value] of this.labels) {
      if (value <= address && value > bestValue) [best, bestValue] = [name, value];
    }
    if (best === undefined) return undefined;
    return bestValue === address ? best : `${best}+0x${(address - bestValue).toString(16)}`;
  }

  /** The listing entry whose bytes cover an address, if any. */
  lineAt(address: number): ListingLine | undefined {
    return this.listing.find((entry) => address >= entry.address && address < entry.address + entry.length);
  }

  /** The image as hexadecimal bytes separated by spaces. */
  hex(): string {
    return hexBytes(this.bytes);
  }

  /** The listing as text: address, bytes and source line, longer byte runs cut short with an ellipsis. */
  toString(): string {
    const lines = this.source.split("\n");
    const starts = new Map<number, ListingLine[]>();
    for (const entry of this.listing) {
      const list = starts.get(entry.line) ?? [];
      list.push(entry);
      starts.set(entry.line, list);
    }
    return lines.map((text, i) => {
      const entries = starts.get(i + 1) ?? [];
      const address = entries[0] ? entries[0].address.toString(16).padStart(8, "0") : "".padEnd(8);
      const bytes: number[] = [];
      let length = 0;
      for (const { offset, length: count } of entries) {
        bytes.push(...this.bytes.subarray(offset, offset + Math.min(count, 9 - Math.min(bytes.length, 9))));
        length += count;
      }
      const shown = length > 8 ? hexBytes(bytes.slice(0, 7)) + " .." : hexBytes(bytes);
      return `${address}  ${shown.padEnd(24)} ${text}`.trimEnd();
    }).join("\n");
  }
}

function hexBytes(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
