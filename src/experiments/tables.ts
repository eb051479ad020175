/**
 * The bench's descriptor tables, gates and task state segments, as bytes.
 *
 * @module
 */

import {
  ALIAS,
  GDT,
  HANDLERS,
  IDT,
  IDT_LIMIT,
  LDT_LIMIT,
  LDT_TABLE,
  MONITOR_STACK,
  MOVED_AT,
  RING1_STACK,
  RING2_STACK,
  SELECTORS,
  SPARE_TSS,
  SYSTEM_AT,
  SYSTEM_BYTES,
  TSS,
  TSS_LIMIT,
} from "./layout.ts";
import type { Resources } from "./resources.ts";

/** Access bytes without DPL: present; read/execute code, read/write data (both accessed), available TSS, LDT, gates. */
const CODE = 0x9b, DATA = 0x93, TSS_32 = 0x89, LDT = 0x82, INTERRUPT_GATE = 0x8e, CALL_GATE = 0x8c;
/** Flags of a flat segment: 4 KiB granularity, 32 bits. */
const FLAT = 0xc;
/** What a TSS says when it has no further entry in its I/O permission bitmap. */
const BITMAP = 0x68;
/** Vectors that programs call: INT3, INTO and the system call. */
const CALLED = new Set([3, 4, 0x80]);

/** A set of tables for the given resources, to be put where {@linkcode systemAddress} says. */
export function buildTables(resources: Resources): Uint8Array {
  const bytes = new Uint8Array(SYSTEM_BYTES);
  const view = new DataView(bytes.buffer);
  const at = systemAddress(resources);
  const segment = (selector: number, base: number, limit: number, access: number, flags: number): void => {
    const place = GDT + (selector & 0xf8);
    view.setUint32(place, (limit & 0xffff) | (base << 16), true);
    const dpl = (selector & 3) << 5;
    view.setUint32(
      place + 4,
      ((base >>> 16) & 0xff) | ((access | dpl) << 8) | (limit & 0xf0000) | (flags << 20) |
        (base & 0xff000000),
      true,
    );
  };
  const gate = (place: number, offset: number, access: number): void => {
    view.setUint32(place, (offset & 0xffff) | (SELECTORS.monitorCode << 16), true);
    view.setUint32(place + 4, (offset & 0xffff0000) | (access << 8), true);
  };

  const { base } = resources;
  for (const aliased of [0, ALIAS]) {
    for (const name of ["code0", "code1", "code2", "code3"] as const) {
      segment(SELECTORS[name] + aliased, base, 0xfffff, CODE, FLAT);
    }
    for (const name of ["data0", "data1", "data2", "data3"] as const) {
      segment(SELECTORS[name] + aliased, base, 0xfffff, DATA, FLAT);
    }
    segment(SELECTORS.tss + aliased, at + TSS, TSS_LIMIT, TSS_32, 0);
    segment(SELECTORS.ldt + aliased, at + LDT_TABLE, LDT_LIMIT, LDT, 0);
  }
  segment(SELECTORS.spareTss, at + SPARE_TSS, TSS_LIMIT, TSS_32, 0);
  segment(SELECTORS.spareLdt, at + LDT_TABLE, LDT_LIMIT - 8, LDT, 0);
  if (resources.probe === "open") segment(SELECTORS.probe, base, 0xfffff, DATA, FLAT);
  else segment(SELECTORS.probe & ~3, base, 0xfff, DATA, FLAT & 4);
  segment(SELECTORS.monitorCode, 0, 0xfffff, CODE, FLAT);
  segment(SELECTORS.monitorData, 0, 0xfffff, DATA, FLAT);

  const handlers = HANDLERS + (resources.otherGates ? 4 : 0);
  gate(GDT + (SELECTORS.gate & 0xf8), handlers + 0x8f0, CALL_GATE | 0x60);
  for (let vector = 0; vector * 8 < IDT_LIMIT; vector++) {
    const open = resources.gatesOpen && CALLED.has(vector);
    gate(IDT + vector * 8, handlers + vector * 16, INTERRUPT_GATE | (open ? 0x60 : 0));
  }

  for (const tss of [TSS, SPARE_TSS]) {
    const stacks = [[MONITOR_STACK, SELECTORS.monitorData], [RING1_STACK, SELECTORS.data1], [
      RING2_STACK,
      SELECTORS.data2,
    ]];
    stacks.forEach(([pointer, selector], ring) => {
      view.setUint32(tss + 4 + 8 * ring, pointer!, true);
      view.setUint32(tss + 8 + 8 * ring, selector!, true);
    });
    view.setUint16(tss + 0x66, BITMAP, true);
    bytes.fill(resources.portsOpen ? 0 : 0xff, tss + BITMAP, tss + BITMAP + 0x20);
    bytes[tss + TSS_LIMIT] = 0xff;
  }
  return bytes;
}

/** Physical address of the tables. */
export function systemAddress(resources: Resources): number {
  return resources.tablesMoved ? MOVED_AT : SYSTEM_AT;
}
