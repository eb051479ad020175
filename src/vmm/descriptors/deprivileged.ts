/**
 * What becomes of a guest's segment when it is used outside ring 0: it ends below the monitor area, and ring 0 becomes the ring
 * that the guest's kernel really runs in.
 *
 * @module
 */

import {
  RIGHTS_CODE,
  RIGHTS_DOWN,
  RIGHTS_DPL_SHIFT,
  RIGHTS_GRANULAR,
  RIGHTS_PRESENT,
  RIGHTS_SEGMENT,
} from "../../cpu/mod.ts";
import { MONITOR_BASE } from "../area.ts";

const DPL_MASK = 3 << RIGHTS_DPL_SHIFT;

/** The ring a guest's ring is run in. */
export type KernelRing = 1 | 3;

/** The rights of a segment with its DPL 0 (with ring 3 for the kernel: any DPL) moved out of ring 0. */
export function deprivilegedRights(rights: number, kernelRing: KernelRing): number {
  const dpl = (rights & DPL_MASK) >> RIGHTS_DPL_SHIFT;
  return dpl >= kernelRing ? rights : (rights & ~DPL_MASK) | kernelRing << RIGHTS_DPL_SHIFT;
}

/**
 * The limit with which a segment ends below the monitor area.
 *
 * @param base and limit: as in the hidden part of a segment register, signed words
 * @returns the limit in bytes as a signed word, or null when nothing is left, or the segment grows downwards: such a segment
 * is not given to the hardware, and what is done with it is interpreted
 */
export function truncatedLimit(base: number, limit: number, rights: number): number | null {
  const code = (rights & RIGHTS_CODE) !== 0;
  if (!code && (rights & RIGHTS_DOWN) !== 0) return null;
  const room = MONITOR_BASE - (base >>> 0);
  if (room <= 0) return null;
  return Math.min(limit >>> 0, room - 1) | 0;
}

/** The two words of a descriptor with this hidden part. A granular limit is cut down to whole pages. */
export function descriptorWords(base: number, limit: number, rights: number): [number, number] {
  const bytes = limit >>> 0;
  const granular = bytes > 0xfffff;
  const units = granular ? Math.floor((bytes + 1) / 4096) - 1 : bytes;
  const high = (base & 0xff000000) | ((base >>> 16) & 0xff) | (rights & 0xf0ff00 & ~RIGHTS_GRANULAR) |
    (units & 0xf0000) | (granular ? RIGHTS_GRANULAR : 0);
  return [(units & 0xffff) | base << 16, high];
}

/** Whether rights are those of a present code or data segment. */
export function isUsable(rights: number): boolean {
  return (rights & (RIGHTS_PRESENT | RIGHTS_SEGMENT)) === (RIGHTS_PRESENT | RIGHTS_SEGMENT);
}

/** Rights of the monitor's own segments: flat, present, accessed. */
export const RING0_CODE = 0xc09b00, RING0_DATA = 0xc09300, RING1_CODE = 0xc0bb00, RING1_DATA = 0xc0b300;
/** Rights of a busy 32-bit TSS and of an LDT. */
export const BUSY_TSS = 0x8b00, LDT_RIGHTS = 0x8200;
