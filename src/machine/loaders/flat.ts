/**
 * Flat binaries: bytes that go to one address as they are.
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
  type Source,
  type StartState,
} from "./image.ts";

/** Where a flat binary goes and how it starts. */
export interface FlatOptions {
  /** Guest-physical address of the first byte. Default 7C00h for 16-bit code, as firmware loads a boot sector; 100000h for 32-bit. */
  readonly origin?: number;
  /** 16: real mode; 32: protected mode, ring 0, flat segments. Default 16. */
  readonly bits?: 16 | 32;
  /** Where execution begins. Default: at the origin. */
  readonly entry?: number;
  /** Names of addresses. */
  readonly symbols?: ReadonlyMap<string, number>;
}

const BOOT_ADDRESS = 0x7c00;
const EXTENDED_ADDRESS = 0x100000;

/**
 * Prepares a flat binary.
 *
 * @throws {ImageError} when it is empty, does not fit RAM, or begins execution outside itself.
 */
export function loadFlat(source: Source, memory: MemoryMap, options: FlatOptions = {}): Image {
  const { bytes } = source;
  const bits = options.bits ?? 16;
  const origin = options.origin ?? (bits === 16 ? BOOT_ADDRESS : EXTENDED_ADDRESS);
  const entry = options.entry ?? origin;
  if (bytes.length === 0) throw imageError(source, "the file is empty");
  const piece: ImagePiece = { what: "the program", address: origin, bytes, size: bytes.length, offset: 0 };
  checkPieces(source, memory, [piece]);
  if (!(entry >= origin && entry < origin + bytes.length)) {
    throw imageError(
      source,
      `the entry ${hex(entry)} is outside the program, ${hex(origin)} to ${hex(origin + bytes.length - 1)}`,
    );
  }
  const common = { kind: source.kind, symbols: options.symbols ?? new Map<string, number>(), bits } as const;
  if (bits === 32) {
    const { tables, start } = protectedStart(source, memory, [piece], entry);
    return { ...common, pieces: [piece, tables], start };
  }
  return { ...common, pieces: [piece], start: realStart(source, piece, entry) };
}

/** Real mode with all data segments 0 and a stack that the program does not cover. */
function realStart(source: Source, program: ImagePiece, entry: number): StartState {
  if (entry > 0xfffff) {
    throw imageError(source, `16-bit code cannot start at ${hex(entry)}: real mode reaches the first MiB`);
  }
  const cs = entry < 0x10000 ? 0 : entry >> 4 & 0xf000;
  const covered = program.address < BOOT_ADDRESS && program.address + program.size > BOOT_ADDRESS - 1024;
  return { mode: "real", cs, ip: entry - cs * 16, sp: covered ? 0xfffc : BOOT_ADDRESS };
}
