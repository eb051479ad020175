/**
 * Segment registers with their hidden parts, and the checks on every access through them (SDM volume 3A, 5.2 to 5.5).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { Fault, GP, SS_VECTOR } from "./fault.ts";
import {
  BASE,
  LIMIT,
  READ_SPAN,
  RIGHTS,
  RIGHTS_BIG,
  RIGHTS_CODE,
  RIGHTS_DOWN,
  RIGHTS_PRESENT,
  RIGHTS_WRITE,
  SELECTOR,
  WRITE_SPAN,
} from "./state.ts";

/** Access rights of a segment register loaded in real mode: present, read/write data, accessed. */
export const REAL_MODE_RIGHTS = 0x9300;
/** The same in virtual-8086 mode, with DPL 3. */
export const V86_RIGHTS = 0xf300;

/**
 * Sets a segment register, hidden part included, without any check. Call {@linkcode Cpu.updateMode} after CS and SS.
 *
 * @param register ES..GS = 0..5, LDTR = 6, TR = 7
 * @param limit in bytes, scaled, unsigned
 * @param rights as LAR returns them (see RIGHTS); 0 for a null selector
 */
export function setSegment(
  cpu: Cpu,
  register: number,
  selector: number,
  base: number,
  limit: number,
  rights: number,
): void {
  const s = cpu.s;
  s[SELECTOR + register] = selector & 0xffff;
  s[BASE + register] = base;
  s[LIMIT + register] = limit;
  s[RIGHTS + register] = rights;
  const code = (rights & RIGHTS_CODE) !== 0;
  const top = limit >>> 0;
  const span = (rights & RIGHTS_PRESENT) !== 0 && top >= 3 && (code || (rights & RIGHTS_DOWN) === 0)
    ? top - 2
    : 0;
  const readable = !code || (rights & RIGHTS_WRITE) !== 0; // the same bit: R for code, W for data
  const writable = !code && (rights & RIGHTS_WRITE) !== 0;
  s[READ_SPAN + register] = readable ? span : 0;
  s[WRITE_SPAN + register] = writable ? span : 0;
}

/** Loads a segment register as real mode and virtual-8086 mode do: base = selector * 16, limit and rights as they are there. */
export function setRealModeSegment(cpu: Cpu, register: number, selector: number, v86: boolean): void {
  const s = cpu.s;
  // Real mode keeps the limit that a visit to protected mode may have left ("unreal mode"); virtual-8086 mode does not.
  const limit = v86 ? 0xffff : s[LIMIT + register]!;
  const rights = v86 ? V86_RIGHTS : ((s[RIGHTS + register]! & RIGHTS_BIG) | REAL_MODE_RIGHTS);
  setSegment(cpu, register, selector, (selector & 0xffff) << 4, limit, rights);
}

/**
 * Full check of an access through a segment register, for offsets outside the span of the fast path.
 *
 * @throws {Fault} #GP(0), or #SS(0) through SS
 */
export function checkSegment(cpu: Cpu, register: number, offset: number, size: number, write: boolean): void {
  const s = cpu.s;
  const rights = s[RIGHTS + register]!;
  const code = (rights & RIGHTS_CODE) !== 0;
  const allowed = (rights & RIGHTS_PRESENT) !== 0 &&
    (write ? !code && (rights & RIGHTS_WRITE) !== 0 : !code || (rights & RIGHTS_WRITE) !== 0);
  const first = offset >>> 0;
  const last = first + size - 1;
  const limit = s[LIMIT + register]! >>> 0;
  const inside = !code && (rights & RIGHTS_DOWN) !== 0
    ? first > limit && last <= ((rights & RIGHTS_BIG) !== 0 ? 0xffffffff : 0xffff)
    : last <= limit || limit === 0xffffffff; // a flat 4 GiB segment wraps round
  if (!allowed || !inside) throw new Fault(register === 2 ? SS_VECTOR : GP, 0);
}
