/**
 * Multiboot kernels, version 1.
 *
 * Source: Free Software Foundation, "Multiboot Specification version 0.6.96".
 *
 * @module
 */

import { CONVENTIONAL_END, EXTENDED_START, hex, type MemoryMap } from "../physical_memory.ts";
import { isElf, readElf } from "./elf.ts";
import {
  checkPieces,
  type Image,
  imageError,
  type ImagePiece,
  protectedStart,
  slice,
  type Source,
} from "./image.ts";

/** What a boot loader hands to the kernel. */
export interface MultibootOptions {
  /** The kernel's command line. */
  readonly commandLine?: string;
  /** Files loaded beside the kernel, in order. */
  readonly modules?: readonly { readonly bytes: Uint8Array; readonly commandLine?: string }[];
}

const HEADER_MAGIC = 0x1badb002, LOADER_MAGIC = 0x2badb002;
const SEARCHED_BYTES = 8192, HEADER_BYTES = 12, ADDRESS_BYTES = 32;
const FLAG_PAGE_ALIGN = 1, FLAG_MEMORY_INFO = 2, FLAG_VIDEO = 4, FLAG_ADDRESSES = 0x10000, REQUIRED = 0xffff;
const INFO_BYTES = 116, MMAP_ENTRY_BYTES = 24, MODULE_BYTES = 16;
const INFO_MEMORY = 1, INFO_COMMAND_LINE = 4, INFO_MODULES = 8, INFO_MMAP = 0x40, INFO_LOADER_NAME = 0x200;
const LOADER_NAME = "Ringlab";
const MMAP_AVAILABLE = 1, MMAP_RESERVED = 2;
const PAGE = 4096;

/** Offset of the Multiboot header in the first 8 KiB (4-byte aligned, checksum right), or -1. */
export function findMultibootHeader(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + HEADER_BYTES <= Math.min(bytes.length, SEARCHED_BYTES); at += 4) {
    if (view.getUint32(at, true) !== HEADER_MAGIC) continue;
    if ((HEADER_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true)) % 2 ** 32 === 0) {
      return at;
    }
  }
  return -1;
}

/**
 * Prepares a Multiboot kernel: its segments, its modules, the information structure, and the machine state of section 3.2
 * (EAX = 2BADB002h, EBX = the structure, flat segments, A20 open, interrupts and paging off).
 *
 * @throws {ImageError} when there is no header, when it demands what this loader does not give (a video mode), or when
 * something does not fit.
 */
export function loadMultiboot(source: Source, memory: MemoryMap, options: MultibootOptions = {}): Image {
  const at = findMultibootHeader(source.bytes);
  if (at < 0) {
    throw imageError(source, "there is no Multiboot header (1BADB002h, flags, checksum) in the first 8 KiB");
  }
  const view = new DataView(source.bytes.buffer, source.bytes.byteOffset, source.bytes.length);
  const flags = view.getUint32(at + 4, true);
  const unknown = flags & REQUIRED & ~(FLAG_PAGE_ALIGN | FLAG_MEMORY_INFO);
  if (unknown !== 0) {
    const what = (unknown & FLAG_VIDEO) !== 0
      ? "a video mode, and this machine has no display"
      : "features that do not exist";
    throw imageError(source, `the header demands ${what} (flags ${hex(flags)})`, at + 4);
  }
  const kernel = (flags & FLAG_ADDRESSES) !== 0
    ? readAddresses(source, view, at, memory)
    : isElf(source.bytes)
    ? readElf(source, memory)
    : undefined;
  if (kernel === undefined) {
    throw imageError(
      source,
      "the kernel is neither ELF nor gives its addresses in the header (flag 16)",
      at + 4,
    );
  }
  const modules = placeModules(source, memory, kernel.pieces, options.modules ?? []);
  const pieces = [...kernel.pieces, ...modules];
  const info = new InfoBuilder(memory, options, modules);
  const { tables, start } = protectedStart(source, memory, pieces, kernel.entry, {
    size: info.size,
    make: (address) => info.build(address),
  });
  checkPieces(source, memory, [...pieces, tables]);
  return {
    kind: source.kind,
    pieces: [...pieces, tables],
    start: { ...start, eax: LOADER_MAGIC, ebx: tables.address + tables.size - info.size },
    symbols: kernel.symbols,
    bits: 32,
  };
}

interface Kernel {
  readonly pieces: readonly ImagePiece[];
  readonly entry: number;
  readonly symbols: ReadonlyMap<string, number>;
}

/** The address fields of the header (section 3.1.3), as a.out kernels use them. */
function readAddresses(source: Source, view: DataView, at: number, memory: MemoryMap): Kernel {
  slice(source, at, ADDRESS_BYTES, "the Multiboot header with addresses");
  const [header, load, loadEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((field) =>
    view.getUint32(at + field, true)
  ) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const start = at - (header - load);
  if (header < load || start < 0) {
    throw imageError(
      source,
      `load_addr ${hex(load)} does not lie before header_addr ${hex(header)} within the file`,
      at + 16,
    );
  }
  if (loadEnd !== 0 && loadEnd < load) {
    throw imageError(source, `load_end_addr ${hex(loadEnd)} lies before load_addr ${hex(load)}`, at + 20);
  }
  const length = loadEnd === 0 ? source.bytes.length - start : loadEnd - load;
  const contents = slice(source, start, length, "the kernel that the header describes");
  if (bssEnd !== 0 && bssEnd < load + length) {
    throw imageError(
      source,
      `bss_end_addr ${hex(bssEnd)} lies before the end of the data ${hex(load + length)}`,
      at + 24,
    );
  }
  const size = bssEnd === 0 ? length : bssEnd - load;
  const pieces = [{ what: "the kernel", address: load, bytes: contents, size, offset: at }];
  checkPieces(source, memory, pieces);
  if (entry < load || entry >= load + size) {
    throw imageError(source, `entry_addr ${hex(entry)} lies outside the kernel`, at + 28);
  }
  return { pieces, entry, symbols: new Map() };
}

/** Modules go one after the other, each on a page of its own, behind the kernel and above 1 MiB. */
function placeModules(
  source: Source,
  memory: MemoryMap,
  kernel: readonly ImagePiece[],
  modules: NonNullable<MultibootOptions["modules"]>,
): ImagePiece[] {
  const page = (address: number) => Math.ceil(address / PAGE) * PAGE;
  let next = page(Math.max(EXTENDED_START, ...kernel.map(({ address, size }) => address + size)));
  const pieces = modules.map(({ bytes }, n): ImagePiece => {
    const piece = { what: `module ${n}`, address: next, bytes, size: bytes.length };
    next = page(next + bytes.length);
    return piece;
  });
  checkPieces(source, memory, [...kernel, ...pieces]);
  return pieces;
}

/** The Multiboot information structure (section 3.3) with everything it points to behind it. */
class InfoBuilder {
  readonly size: number;
  readonly #memory: MemoryMap;
  readonly #modules: readonly ImagePiece[];
  readonly #strings: Uint8Array[];
  readonly #map: readonly (readonly [address: number, bytes: number, type: number])[];

  constructor(memory: MemoryMap, options: MultibootOptions, modules: readonly ImagePiece[]) {
    this.#memory = memory;
    this.#modules = modules;
    const text = (line = "") => new TextEncoder().encode(line + "\0");
    this.#strings = [
      text(options.commandLine),
      text(LOADER_NAME),
      ...(options.modules ?? []).map(({ commandLine }) => text(commandLine)),
    ];
    this.#map = memory.regions().map(({ kind, address, bytes }) =>
      [address, bytes, kind === "ram" ? MMAP_AVAILABLE : MMAP_RESERVED] as const
    );
    this.size = INFO_BYTES + this.#map.length * MMAP_ENTRY_BYTES + modules.length * MODULE_BYTES +
      this.#strings.reduce((sum, { length }) => sum + length, 0);
  }

  build(address: number): Uint8Array {
    const bytes = new Uint8Array(this.size);
    const view = new DataView(bytes.buffer);
    const put = (offset: number, value: number) => view.setUint32(offset, value, true);
    const map = INFO_BYTES, modules = map + this.#map.length * MMAP_ENTRY_BYTES;
    let free = modules + this.#modules.length * MODULE_BYTES;
    const [commandLine, loaderName, ...moduleLines] = this.#strings.map((string) => {
      const at = free;
      bytes.set(string, at);
      free += string.length;
      return address + at;
    }) as [number, number, ...number[]];
    const ram = this.#memory.ramBytes;
    put(0, INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MMAP | INFO_LOADER_NAME);
    put(4, Math.min(ram, CONVENTIONAL_END) / 1024);
    put(8, Math.max(0, ram - EXTENDED_START) / 1024);
    put(16, commandLine);
    put(20, this.#modules.length);
    put(24, address + modules);
    put(44, this.#map.length * MMAP_ENTRY_BYTES);
    put(48, address + map);
    put(64, loaderName);
    this.#map.forEach(([start, length, type], n) => {
      const entry = map + n * MMAP_ENTRY_BYTES;
      put(entry, MMAP_ENTRY_BYTES - 4);
      put(entry + 4, start);
      put(entry + 12, length);
      put(entry + 20, type);
    });
    this.#modules.forEach((module, n) => {
      const entry = modules + n * MODULE_BYTES;
      put(entry, module.address);
      put(entry + 4, module.address + module.size);
      put(entry + 8, moduleLines[n]!);
    });
    return bytes;
  }
}
