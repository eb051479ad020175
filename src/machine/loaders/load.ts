/**
 * From whatever a user hands in to an image.
 *
 * @module
 */

import { MachineError } from "../errors.ts";
import type { MemoryMap } from "../physical_memory.ts";
import { isElf, loadElf } from "./elf.ts";
import { type FlatOptions, loadFlat } from "./flat.ts";
import type { Image, Source } from "./image.ts";
import type { ImageKind } from "./image_error.ts";
import { findMultibootHeader, loadMultiboot, type MultibootOptions } from "./multiboot.ts";
import { loadRom } from "./rom.ts";

/** An assembled program, as `asm` makes it. */
export interface ProgramLike {
  /** The image. */
  readonly bytes: Uint8Array;
  /** Guest-physical address of its first byte. */
  readonly origin: number;
  /** Code size at its first instruction. */
  readonly bits: 16 | 32;
  /** Names of addresses. */
  readonly symbols: ReadonlyMap<string, number>;
}

/** Bytes together with what is to be made of them. */
export interface ImageDescription extends Omit<FlatOptions, "entry">, MultibootOptions {
  /** Default: found out from the bytes, see {@linkcode imageKind}. */
  readonly kind?: ImageKind;
  /** The file's contents. */
  readonly bytes: Uint8Array;
  /** Name of the file, for error messages. */
  readonly file?: string;
  /** Where a flat binary starts: an address, or one of its symbols. Default: its first byte. */
  readonly entry?: number | string;
}

/** Everything that {@linkcode Machine.load} takes. */
export type Loadable = Uint8Array | ProgramLike | ImageDescription;

/** What an image is, by its first bytes: a Multiboot header counts before ELF, and anything else is flat. */
export function imageKind(bytes: Uint8Array): ImageKind {
  if (findMultibootHeader(bytes) >= 0) return "multiboot";
  return isElf(bytes) ? "elf" : "flat";
}

/**
 * Prepares an image for a machine's memory. Nothing is written.
 *
 * @throws {ImageError} when it cannot be loaded.
 * @throws {MachineError} when it is not an image at all.
 */
export function prepareImage(loadable: Loadable, memory: MemoryMap): Image {
  const description = describe(loadable);
  const { bytes, file } = description;
  const kind = description.kind ?? imageKind(bytes);
  const source: Source = { kind, bytes, ...(file === undefined ? {} : { file }) };
  switch (kind) {
    case "rom":
      return loadRom(source, memory, description.symbols);
    case "elf":
      return loadElf(source, memory);
    case "multiboot":
      return loadMultiboot(source, memory, description);
    case "flat":
      return loadFlat(source, memory, flatOptions(description));
    default:
      throw new MachineError(
        `there is no image kind ${JSON.stringify(kind)}: flat, rom, elf and multiboot exist`,
      );
  }
}

function describe(loadable: Loadable): ImageDescription {
  if (loadable instanceof Uint8Array) return { bytes: loadable };
  if (!(loadable?.bytes instanceof Uint8Array)) {
    throw new MachineError("nothing to load: give a program made with asm, bytes, or { kind, bytes }");
  }
  // A program knows where it belongs, so it is flat even if its bytes look like something else.
  const program = "origin" in loadable && "bits" in loadable && !("kind" in loadable);
  return program ? { ...loadable, kind: "flat" } : loadable;
}

function flatOptions({ entry, ...options }: ImageDescription): FlatOptions {
  if (entry === undefined) return options;
  if (typeof entry === "number") return { ...options, entry };
  const address = options.symbols?.get(entry);
  if (address === undefined) {
    const known = [...options.symbols?.keys() ?? []].join(", ") || "none";
    throw new MachineError(
      `the program has no symbol ${JSON.stringify(entry)} to start at (it has ${known})`,
    );
  }
  return { ...options, entry: address };
}
