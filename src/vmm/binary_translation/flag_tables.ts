/**
 * The tables by which POPF in the cache decides what the second byte of a flag image means.
 *
 * @module
 */

import { AREA_DATA } from "../area.ts";
import type { CacheMemory } from "./cache.ts";
import { POPF_HARD, POPF_IF, VIRTUAL_IOPL } from "./window.ts";

/** Bits of EFLAGS' second byte. */
const TF = 1, IF = 2, IOPL = 0x30;

/** Fills the tables for a guest's IOPL, 0..3. Images that set TF or another IOPL are left to the monitor. */
export function fillFlagTables(memory: CacheMemory, iopl: number): void {
  for (let byte = 0; byte < 256; byte++) {
    const easy = (byte & TF) === 0 && (byte & IOPL) >> 4 === iopl;
    memory.write32(AREA_DATA + POPF_HARD + 4 * byte, easy ? 0 : 1);
    memory.write32(AREA_DATA + POPF_IF + 4 * byte, (byte & IF) << 8);
  }
  memory.write32(AREA_DATA + VIRTUAL_IOPL, iopl << 12);
}
