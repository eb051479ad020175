/**
 * Where everything lies on the laboratory bench: the window of memory that belongs to the instruction under test, and the
 * system's tables, stacks and handlers behind it, which belong to the monitor.
 *
 * @module
 */

/** RAM of the bench in bytes. */
export const RAM_BYTES = 0x8000;

/** The memory that the instruction under test owns: offsets 0 to FFFh in its segments. One page. */
export const WINDOW_BYTES = 0x1000;

/** Offsets in the window: the instruction, the memory operand, and the stack pointer at the start. */
export const PLACES = { code: 0x400, data: 0x800, stack: 0xe00 } as const;

/** Physical addresses of the window: usually, and when the monitor has relocated it. */
export const WINDOW_AT = 0, RELOCATED_AT = 0x1000;

/** Physical addresses of the system's tables: usually, and when the monitor has moved them. */
export const SYSTEM_AT = 0x2000, MOVED_AT = 0x3000;
/** Bytes of one set of tables. */
export const SYSTEM_BYTES = 0x880;

/** Offsets in a set of tables. */
export const GDT = 0, LDT_TABLE = 0x100, TSS = 0x200, SPARE_TSS = 0x300, IDT = 0x400;
/** Limits of the tables. */
export const GDT_LIMIT = 0xdf, LDT_LIMIT = 0x1f, TSS_LIMIT = 0x88, IDT_LIMIT = 0x90 * 8 - 1;

/** Tops of the stacks of the inner rings, and where the handlers begin (16 bytes for each vector). */
export const MONITOR_STACK = 0x4400, RING1_STACK = 0x4800, RING2_STACK = 0x4c00, HANDLERS = 0x5000;
/** Where the code runs that enters the ring, and its stack. */
export const BOOT = 0x6000, BOOT_STACK = 0x7000;

/**
 * Selectors of the bench's descriptor table, RPL included. Every ring has a flat code and a flat data segment; `probe` is a
 * data segment for ring 3 that experiments change behind the program's back; `gate` is a call gate to ring 0 that all
 * rings may use; the spare TSS and LDT are there to be loaded.
 */
export const SELECTORS = {
  code0: 0x08,
  data0: 0x10,
  code3: 0x1b,
  data3: 0x23,
  code1: 0x29,
  data1: 0x31,
  code2: 0x3a,
  data2: 0x42,
  tss: 0x48,
  ldt: 0x50,
  gate: 0x5b,
  spareTss: 0x60,
  spareLdt: 0x68,
  probe: 0x73,
  monitorCode: 0x78,
  monitorData: 0x80,
} as const;

/** Distance from a descriptor to its double: the same descriptor once more, under another selector. */
export const ALIAS = 0x80;

/** A privilege ring. */
export type Ring = 0 | 1 | 2 | 3;

/** The code and data selectors of a ring. */
export function ringSelectors(ring: Ring): { readonly code: number; readonly data: number } {
  const { code0, code1, code2, code3, data0, data1, data2, data3 } = SELECTORS;
  return { code: [code0, code1, code2, code3][ring]!, data: [data0, data1, data2, data3][ring]! };
}
