/**
 * The monitor area: the top 4 MiB of the linear address space while a guest runs. The guest's segments end below it, its pages
 * belong to the supervisor, and one page table of the monitor maps it into every address space of a virtual machine.
 *
 * @module
 */

/** First linear address of the monitor area, as an unsigned number. */
export const MONITOR_BASE = 0xffc00000;

/** Where things lie in the monitor area, as byte offsets from {@linkcode MONITOR_BASE}. */
export const AREA_GDT = 0,
  AREA_LDT = 0x10000,
  AREA_IDT = 0x20000,
  AREA_TSS = 0x21000,
  AREA_STUBS = 0x22000,
  AREA_STACK = 0x23000,
  AREA_DATA = 0x24000,
  AREA_LOOKUP = 0x40000,
  AREA_CACHE = 0x100000;

/** Sizes in bytes. */
export const GDT_BYTES = 0x10000, LDT_BYTES = 0x10000, IDT_BYTES = 0x1000, TSS_BYTES = 0x1000;
/** Monitor data: the window that GS shows translated code. */
export const DATA_BYTES = 0x4000;

/** Descriptors of the monitor: the last entries of the shadow GDT. What a guest has there is never shadowed. */
export const MONITOR_DESCRIPTORS = 16;
const FIRST = 8192 - MONITOR_DESCRIPTORS;
/** Code and data of ring 0, flat. */
export const MONITOR_CODE = FIRST * 8, MONITOR_STACK = (FIRST + 1) * 8;
/** The task register. */
export const MONITOR_TSS = (FIRST + 2) * 8;
/** Code of the translation cache: flat, ring 1. */
export const CACHE_CODE = (FIRST + 3) * 8 + 1;
/** Monitor data as translated code sees it: ring 1. */
export const CACHE_DATA = (FIRST + 4) * 8 + 1;

/** Vector of the stub by which the processor, having nothing else to do, comes back to the monitor. */
export const VECTOR_CONTINUE = 0xf0;
/** Vector by which translated code calls the monitor. */
export const VECTOR_CALLOUT = 0xf1;
/** Vector of hypercalls. */
export const VECTOR_HYPERCALL = 0x82;

/** Offsets of the stubs in their page: `int F0h` for ever, and `hlt` for ever. */
export const STUB_CONTINUE = 0, STUB_IDLE = 16;
