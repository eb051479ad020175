/**
 * The window that GS shows translated code: virtual state, spilled registers and tables, as offsets from GS's base.
 *
 * @module
 */

import { AREA_DATA, AREA_LOOKUP } from "../area.ts";

/** Where emitted sequences keep a general register meanwhile: `SPILL + 4 * register`. */
export const SPILL = 0x00;
/** Guest EIP that a look-up is made for. */
export const TARGET = 0x20;
/** Linear address in the translation cache that a look-up came to. */
export const CACHE_TARGET = 0x24;
/** Byte offset of the entry in the look-up table. */
export const ENTRY = 0x28;
/** Flags as LAHF and SETO have them: in bits 15..8 SF, ZF, AF, PF, CF; in bit 0 OF. */
export const SAVED_FLAGS = 0x2c;
/** The virtual interrupt flag before an unfinished POPF. */
export const SAVED_IF = 0x30;

/** The virtual interrupt flag: 0 or 200h. */
export const VIRTUAL_IF = 0x40;
/** The guest's IOPL where the flags have it. */
export const VIRTUAL_IOPL = 0x54;
/** Not 0 while a virtual interrupt waits for the virtual interrupt flag. */
export const PENDING = 0x44;
/** What has to be added to the physical time-stamp counter, low and high word. */
export const TSC_LOW = 0x48, TSC_HIGH = 0x4c;
/** How often a static port was read in the cache. */
export const PORT_READS = 0x50;

/** The guest's selectors, ES..GS, one word each. */
export const SELECTORS = 0x60;

/** By the second byte of a flag image: not 0 when POPF needs the monitor. */
export const POPF_HARD = 0x100;
/** By the second byte of a flag image: the virtual interrupt flag it sets. */
export const POPF_IF = 0x500;

/** What static ports read, one word for each, in the order of the option. */
export const LATCHES = 0x900;
/** How many ports there may be. */
export const MAX_LATCHES = 64;

/** By segment register, ES..GS: a selector with which it reaches all of the guest's linear addresses from 0 on; -1 for none. */
export const FLAT_SELECTORS = 0xa00;
/** Linear pages whose traced stores are done in the cache, by the low bits of their number; -1 for none. */
export const ALIAS_TAGS = 0xa20;
/** How many there can be. */
export const ALIASES = 8;
/** How many such stores those who trace the pages have not been told of yet, and where they went: offsets among the aliases. */
export const QUEUE_LENGTH = 0xa40, QUEUE = 0xa44;

/** The aliases: writable mappings of traced pages, in the monitor area and as GS sees them. */
export const AREA_ALIAS = 0x50000;
/** The same as GS sees it. */
export const ALIAS = AREA_ALIAS - AREA_DATA;

/** The look-up table, seen through GS. Entries of two words: minus guest EIP, linear address in the translation cache. */
export const LOOKUP = AREA_LOOKUP - AREA_DATA;
/** Entries of the look-up table; the entry of a guest EIP is its low bits. */
export const LOOKUP_ENTRIES = 8192;
/** Its size in bytes: entry offsets have 16 bits. */
export const LOOKUP_BYTES = LOOKUP_ENTRIES * 8;

/** Execution counters of units, when they are wanted: offset in the monitor area, and how many there are. */
export const AREA_COUNTERS = 0x60000, COUNTERS = 0x8000;
