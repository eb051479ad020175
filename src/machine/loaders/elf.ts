/**
 * ELF32 executables for the 80386.
 *
 * Source: Tool Interface Standard, "Executable and Linking Format (ELF) Specification", version 1.2.
 *
 * @module
 */

import { hex, type MemoryMap } from "../physical_memory.ts";
import {
  checkPieces,
  type Image,
  imageError,
  type ImagePiece,
  protectedStart,
  slice,
  type Source,
} from "./image.ts";

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const HEADER_BYTES = 52, PROGRAM_HEADER_BYTES = 32, SECTION_HEADER_BYTES = 40, SYMBOL_BYTES = 16;
const ELFCLASS32 = 1, ELFDATA2LSB = 1, ET_EXEC = 2, EM_386 = 3, EV_CURRENT = 1, PT_LOAD = 1, SHT_SYMTAB = 2;
const STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2;
/** Symbols that are read; more would be a hostile file, or one nobody looks at by name. */
const MOST_SYMBOLS = 100_000;

/** The segments of an ELF file, and where it starts. */
export interface ElfContents {
  readonly pieces: readonly ImagePiece[];
  /** Guest-physical entry point. */
  readonly entry: number;
  readonly symbols: ReadonlyMap<string, number>;
}

/** Whether the file begins as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, n) => bytes[n] === byte);
}

/** Prepares an ELF executable: segments at their physical addresses, flat protected mode at its entry. */
export function loadElf(source: Source, memory: MemoryMap): Image {
  const { pieces, entry, symbols } = readElf(source, memory);
  const { tables, start } = protectedStart(source, memory, pieces, entry);
  return { kind: source.kind, pieces: [...pieces, tables], start, symbols, bits: 32 };
}

/**
 * Reads and checks an ELF executable.
 *
 * @throws {ImageError} when it is not a complete 32-bit executable for this machine, or does not fit its RAM.
 */
export function readElf(source: Source, memory: MemoryMap): ElfContents {
  const { bytes } = source;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isElf(bytes)) throw imageError(source, "not an ELF file: it does not begin with 7F 45 4C 46", 0);
  slice(source, 0, HEADER_BYTES, "the ELF header");
  const expect = (offset: number, size: 1 | 2 | 4, right: number, what: string) => {
    const value = size === 1
      ? view.getUint8(offset)
      : size === 2
      ? view.getUint16(offset, true)
      : view.getUint32(offset, true);
    if (value !== right) throw imageError(source, `${what}: this is ${value}, ${right} is needed`, offset);
  };
  expect(4, 1, ELFCLASS32, "a 32-bit ELF file is needed (EI_CLASS)");
  expect(5, 1, ELFDATA2LSB, "a little-endian ELF file is needed (EI_DATA)");
  expect(6, 1, EV_CURRENT, "unknown ELF version (EI_VERSION)");
  expect(16, 2, ET_EXEC, "an executable is needed, linked to fixed addresses (e_type)");
  expect(18, 2, EM_386, "an executable for the 80386 is needed (e_machine)");
  expect(20, 4, EV_CURRENT, "unknown ELF version (e_version)");
  const count = view.getUint16(44, true);
  if (count === 0) throw imageError(source, "there are no program headers, so nothing to load", 44);
  expect(42, 2, PROGRAM_HEADER_BYTES, "wrong size of a program header (e_phentsize)");
  const table = view.getUint32(28, true);
  slice(source, table, count * PROGRAM_HEADER_BYTES, "the program header table");

  const pieces: ImagePiece[] = [];
  const entry = view.getUint32(24, true);
  let physicalEntry = -1;
  for (let n = 0; n < count; n++) {
    const header = table + n * PROGRAM_HEADER_BYTES;
    if (view.getUint32(header, true) !== PT_LOAD) continue;
    const [offset, virtual, address, inFile, inMemory] = [4, 8, 12, 16, 20].map((at) =>
      view.getUint32(header + at, true)
    ) as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (inFile > inMemory) {
      throw imageError(
        source,
        `segment ${n} has ${inFile} bytes in the file but only ${inMemory} in memory`,
        header + 16,
      );
    }
    const contents = slice(source, offset, inFile, `segment ${n}`);
    if (inMemory === 0) continue;
    pieces.push({ what: `segment ${n}`, address, bytes: contents, size: inMemory, offset: header });
    // The entry is a virtual address; paging is off at the start, so it is looked up in the segment that holds it.
    if (entry >= virtual && entry < virtual + inMemory) physicalEntry = address + (entry - virtual);
  }
  if (pieces.length === 0) throw imageError(source, "no segment is loadable (PT_LOAD)", table);
  checkPieces(source, memory, pieces);
  if (physicalEntry < 0) throw imageError(source, `the entry ${hex(entry)} lies in no segment (e_entry)`, 24);
  return { pieces, entry: physicalEntry, symbols: readSymbols(source, view) };
}

/** The symbol table, if there is a sound one: names are a convenience, so what is broken here is left out. */
function readSymbols(source: Source, view: DataView): Map<string, number> {
  const symbols = new Map<string, number>();
  const inside = (offset: number, length: number) => offset + length <= view.byteLength;
  const table = view.getUint32(32, true), count = view.getUint16(48, true);
  if (view.getUint16(46, true) !== SECTION_HEADER_BYTES || !inside(table, count * SECTION_HEADER_BYTES)) {
    return symbols;
  }
  for (let n = 0; n < count; n++) {
    const header = table + n * SECTION_HEADER_BYTES;
    const link = view.getUint32(header + 24, true);
    if (view.getUint32(header + 4, true) !== SHT_SYMTAB || link >= count) continue;
    const [start, length] = [view.getUint32(header + 16, true), view.getUint32(header + 20, true)];
    const strings = table + link * SECTION_HEADER_BYTES;
    const [names, namesLength] = [view.getUint32(strings + 16, true), view.getUint32(strings + 20, true)];
    if (!inside(start, length) || !inside(names, namesLength)) continue;
    for (
      let at = start;
      at + SYMBOL_BYTES <= start + length && symbols.size < MOST_SYMBOLS;
      at += SYMBOL_BYTES
    ) {
      const type = view.getUint8(at + 12) & 15;
      if (type !== STT_NOTYPE && type !== STT_OBJECT && type !== STT_FUNC) continue;
      const name = cString(source.bytes, names + view.getUint32(at, true), names + namesLength);
      if (name !== "") symbols.set(name, view.getUint32(at + 4, true));
    }
  }
  return symbols;
}

const LONGEST_NAME = 512;

function cString(bytes: Uint8Array, start: number, end: number): string {
  let name = "";
  for (let at = start; at < Math.min(end, start + LONGEST_NAME); at++) {
    const code = bytes[at]!;
    if (code === 0) return name;
    name += String.fromCharCode(code);
  }
  return "";
}
