/**
 * What every loader makes of its file: pieces of memory and the state in which the processor starts. Everything is
 * checked before anything is written.
 *
 * @module
 */

import { CONVENTIONAL_END, hex, type MemoryMap } from "../physical_memory.ts";
import { ImageError, type ImageKind } from "./image_error.ts";

/** A stretch of RAM that the image fills. */
export interface ImagePiece {
  /** What it is, for error messages. */
  readonly what: string;
  /** Guest-physical address. */
  readonly address: number;
  /** What the file gives for it. */
  readonly bytes: Uint8Array;
  /** Bytes in memory; what goes beyond `bytes` is zero. */
  readonly size: number;
  /** Where it was found in the file. */
  readonly offset?: number;
}

/** How the processor starts. */
export type StartState =
  | { readonly mode: "reset" } // as after power-up, at FFFFFFF0
  | { readonly mode: "real"; readonly cs: number; readonly ip: number; readonly sp: number }
  | {
    /** 32-bit, ring 0, flat segments, paging off; selectors 8 (code) and 10h (data) of a table at `gdt`. */
    readonly mode: "protected";
    readonly eip: number;
    readonly esp: number;
    readonly gdt: number;
    readonly eax?: number;
    readonly ebx?: number;
  };

/** A checked image, ready to be written. */
export interface Image {
  /** What kind of image it was. */
  readonly kind: ImageKind;
  /** What goes into RAM. */
  readonly pieces: readonly ImagePiece[];
  /** How the processor starts. */
  readonly start: StartState;
  /** A ROM to be put in place. */
  readonly rom?: Uint8Array;
  /** Names of addresses. */
  readonly symbols: ReadonlyMap<string, number>;
  /** Code size at the start. */
  readonly bits: 16 | 32;
}

/** What a loader knows of the file it reads. */
export interface Source {
  readonly kind: ImageKind;
  readonly bytes: Uint8Array;
  /** Name for error messages. */
  readonly file?: string;
}

/** Makes the error for a source. */
export function imageError(source: Source, reason: string, offset?: number): ImageError {
  return new ImageError(source.kind, reason, {
    ...(offset === undefined ? {} : { offset }),
    ...(source.file === undefined ? {} : { file: source.file }),
  });
}

/** Part of a file. @throws {ImageError} when the file ends before it does. */
export function slice(source: Source, offset: number, length: number, what: string): Uint8Array {
  if (offset + length > source.bytes.length) {
    throw imageError(
      source,
      `${what} of ${length} bytes ends at offset ${
        offset + length
      }, but the file has ${source.bytes.length} bytes`,
      offset,
    );
  }
  return source.bytes.subarray(offset, offset + length);
}

/** @throws {ImageError} unless all pieces lie in RAM and no two overlap. */
export function checkPieces(source: Source, memory: MemoryMap, pieces: readonly ImagePiece[]): void {
  for (const { what, address, size, offset } of pieces) {
    if (!memory.isRam(address, size)) {
      const ram = memory.regions().filter(({ kind }) => kind === "ram")
        .map((region) => `${hex(region.address)} to ${hex(region.address + region.bytes - 1)}`).join(" and ");
      throw imageError(
        source,
        `${what} wants ${size} bytes at ${hex(address)}, which is not all RAM (${ram})`,
        offset,
      );
    }
  }
  const sorted = pieces.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address);
  for (let n = 1; n < sorted.length; n++) {
    const before = sorted[n - 1]!, piece = sorted[n]!;
    if (before.address + before.size > piece.address) {
      throw imageError(
        source,
        `${piece.what} at ${hex(piece.address)} overlaps ${before.what}`,
        piece.offset,
      );
    }
  }
}

/**
 * The highest address below `end` where `size` bytes (and, below them, `below` bytes more) lie free of all pieces, a
 * multiple of `align`; -1 when there is none.
 */
export function highestGap(
  pieces: readonly ImagePiece[],
  size: number,
  options: { end: number; align?: number; below?: number },
): number {
  const { end, align = 16, below = 0 } = options;
  const ends = [end, ...pieces.map(({ address }) => address)].filter((at) => at <= end).sort((a, b) => b - a);
  for (const top of ends) {
    const address = Math.floor((top - size) / align) * align;
    if (address - below < 0) return -1;
    const free = pieces.every((piece) =>
      piece.size === 0 || piece.address >= address + size || piece.address + piece.size <= address - below
    );
    if (free) return address;
  }
  return -1;
}

const GDT_BYTES = 24;
const STACK_BYTES = 1024;
/** The last page of conventional memory is left to firmware's data area on a PC; start-up tables go below it. */
const TABLES_END = CONVENTIONAL_END - 4096;

/** A flat GDT: null, 08h code, 10h data, both 4 GiB, ring 0, 32-bit (SDM volume 3A, 3.4.5). */
function flatGdt(): Uint8Array {
  const descriptor = (type: number) => [0xff, 0xff, 0, 0, 0, type, 0xcf, 0];
  return Uint8Array.from([...new Array<number>(8).fill(0), ...descriptor(0x9b), ...descriptor(0x93)]);
}

/**
 * The tables that a flat protected-mode start needs, put where no piece is: near the end of conventional memory, with room
 * for a stack below.
 *
 * @param extra bytes to put behind the GDT, made when their address is known.
 */
export function protectedStart(
  source: Source,
  memory: MemoryMap,
  pieces: readonly ImagePiece[],
  eip: number,
  extra: { size: number; make(address: number): Uint8Array } = { size: 0, make: () => new Uint8Array() },
): { tables: ImagePiece; start: StartState & { mode: "protected" } } {
  const size = GDT_BYTES + extra.size;
  const end = Math.min(memory.ramBytes, TABLES_END);
  const address = highestGap(pieces, size, { end, below: STACK_BYTES });
  if (address < 0) {
    throw imageError(
      source,
      `the image leaves no ${size + STACK_BYTES} bytes free below ${hex(end)} for a GDT and a stack`,
    );
  }
  const bytes = new Uint8Array(size);
  bytes.set(flatGdt());
  bytes.set(extra.make(address + GDT_BYTES), GDT_BYTES);
  return {
    tables: { what: "start-up tables", address, bytes, size },
    start: { mode: "protected", eip, esp: address, gdt: address },
  };
}
