/**
 * What a shadow entry may allow, given the guest's entry and how the guest runs.
 *
 * The hardware always runs with CR0.WP set, and a deprivileged guest kernel has another privilege level than it believes. So
 * the rights of a guest entry are not copied but translated, in one of four ways (SDM volume 3A, 4.6, says what they must
 * come to).
 *
 * @module
 */

import { PTE_PRESENT, PTE_USER, PTE_WRITE } from "../../cpu/mod.ts";

/** How the rights of guest entries are translated. */
export type RightsMode = 0 | 1 | 2 | 3;

/** The same rights: guest kernel at CPL 1 with CR0.WP set, or guest user code. */
export const MIRROR = 0;
/**
 * Guest kernel at CPL 1 with CR0.WP clear: it may write where user code may only read, and hardware has no such entry. The
 * entry takes turns: read-only for both, or writable and the kernel's alone.
 */
export const TOGGLE = 1;
/** Guest kernel at CPL 3 with CR0.WP set: all pages are user pages; user code has tables of its own. */
export const ALL_USER = 2;
/** Guest kernel at CPL 3 with CR0.WP clear: and all are writable. */
export const ALL_USER_WRITABLE = 3;

/**
 * The R/W and U/S bits of a shadow entry.
 *
 * @param guest the guest's directory or table entry
 * @param writable whether a write may go through unnoticed: the page is dirty already and not traced
 * @param forKernel of the two turns of {@linkcode TOGGLE}, the kernel's
 */
export function shadowRights(mode: number, guest: number, writable: boolean, forKernel: boolean): number {
  const write = writable ? PTE_WRITE : 0;
  switch (mode) {
    case MIRROR:
      return guest & (PTE_USER | write);
    case TOGGLE:
      return forKernel || (guest & PTE_USER) === 0 ? write : guest & (PTE_USER | write);
    case ALL_USER:
      return PTE_USER | (guest & write);
    default:
      return PTE_USER | write;
  }
}

/** Whether a shadow entry lets an access through. */
export function suffices(entry: number, write: boolean, user: boolean): boolean {
  const needed = PTE_PRESENT | (write ? PTE_WRITE : 0) | (user ? PTE_USER : 0);
  return (entry & needed) === needed;
}
