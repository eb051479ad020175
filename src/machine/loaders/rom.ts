/**
 * ROM images: mapped with their end at 4 GiB and at 1 MiB; the processor starts at FFFFFFF0 as after power-up.
 *
 * @module
 */

import { MachineError } from "../errors.ts";
import type { MemoryMap } from "../physical_memory.ts";
import { type Image, imageError, type Source } from "./image.ts";

/** Prepares a ROM. @throws {ImageError} when its size does not fit the memory map. */
export function loadRom(
  source: Source,
  memory: MemoryMap,
  symbols: ReadonlyMap<string, number> = new Map(),
): Image {
  try {
    memory.checkRom(source.bytes.length);
  } catch (error) {
    if (error instanceof MachineError) throw imageError(source, error.message);
    throw error;
  }
  return { kind: "rom", pieces: [], rom: source.bytes, start: { mode: "reset" }, symbols, bits: 16 };
}
