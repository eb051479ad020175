/**
 * The walk through the guest's page tables that the processor would make if they were its own (SDM volume 3A, 4.3), as far as
 * the access rights: accessed and dirty bits are for the caller to set.
 *
 * @module
 */

import {
  A20_MASK,
  CR0,
  CR0_WP,
  CR3,
  CR4,
  CR4_PSE,
  PDE_LARGE,
  PF_PRESENT,
  PF_RESERVED,
  PF_USER,
  PF_WRITE,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
} from "../../cpu/mod.ts";
import type { ShadowHost } from "./shadow_host.ts";

const PAGE_MASK = ~0xfff;
/** Bits 13..21 and 12 of a 4 MiB entry are reserved. */
const LARGE_RESERVED = 0x3ff000;

/** Walks the tables of one virtual machine, whose paging is on; the fields tell of the walk made last. */
export class GuestWalk {
  /** Error code of the page fault that the guest is to see. Where a walk succeeded, of no meaning. */
  errorCode = 0;
  /** Guest-physical address of the directory entry, and what it is. */
  directoryAddress = 0;
  directoryEntry = 0;
  /** The entry that points to the page: of a page table, or for a large page the directory entry again. */
  tableAddress = 0;
  entry = 0;
  /** Whether the page is one of 4 MiB. */
  large = false;
  /** Guest frame of the page, or of the piece of 4 KiB that is wanted of a large one. */
  gfn = 0;

  readonly #host: ShadowHost;

  constructor(host: ShadowHost) {
    this.#host = host;
  }

  /**
   * Walks, and pays for reading the entries.
   *
   * @param user the guest takes the access for one at its CPL 3
   * @returns whether the access is allowed
   */
  go(linear: number, write: boolean, user: boolean): boolean {
    const s = this.#host.vcpu.s;
    const a20 = s[A20_MASK]!;
    this.errorCode = (write ? PF_WRITE : 0) | (user ? PF_USER : 0);
    this.directoryAddress = ((s[CR3]! & PAGE_MASK) | ((linear >>> 20) & 0xffc)) & a20;
    const directoryEntry = this.directoryEntry = this.#read(this.directoryAddress);
    if ((directoryEntry & PTE_PRESENT) === 0) return false;
    const large = this.large = (directoryEntry & PDE_LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0;
    let entry = directoryEntry;
    if (large) {
      this.tableAddress = this.directoryAddress;
      if ((entry & LARGE_RESERVED) !== 0) {
        this.errorCode |= PF_PRESENT | PF_RESERVED;
        return false;
      }
      this.gfn = ((entry >>> 22) << 10 | (linear >>> 12) & 0x3ff) & (a20 >>> 12);
    } else {
      this.tableAddress = ((directoryEntry & PAGE_MASK) | ((linear >>> 10) & 0xffc)) & a20;
      entry = this.#read(this.tableAddress);
      if ((entry & PTE_PRESENT) === 0) return false;
      this.gfn = (entry & a20) >>> 12;
    }
    this.entry = entry;
    this.errorCode |= PF_PRESENT;
    const rights = directoryEntry & entry;
    if (user && (rights & PTE_USER) === 0) return false;
    return !write || (rights & PTE_WRITE) !== 0 || (!user && (s[CR0]! & CR0_WP) === 0);
  }

  /** Reads an entry; where that is not RAM, as the virtual bus answers. */
  #read(gpa: number): number {
    const { memory, vcpu } = this.#host;
    this.#host.charge("monitor-memory-access");
    return memory.frame(gpa >>> 12) >= 0 ? memory.read32(gpa) : vcpu.bus.physicalRead(gpa >>> 0, 4) | 0;
  }
}
