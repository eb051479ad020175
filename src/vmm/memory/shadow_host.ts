/**
 * What memory virtualization needs of a virtual machine, and what it tells about its work.
 *
 * @module
 */

import type { Cpu } from "../../cpu/mod.ts";
import type { CostEvent } from "../../cycles/mod.ts";
import type { FrameAllocator } from "../allocator/frames.ts";
import type { GuestMemory } from "./guest_memory.ts";

/** What a shadow pager sees of its virtual machine. */
export interface ShadowHost {
  /** The physical processor. */
  readonly cpu: Cpu;
  /** The virtual processor: its control registers and privilege level are the guest's. */
  readonly vcpu: Cpu;
  /** The guest's memory. */
  readonly memory: Pick<GuestMemory, "pages" | "frame" | "hostFrame" | "read32" | "poke32" | "traces">;
  readonly frames: Pick<FrameAllocator, "allocate" | "release" | "hostOffset" | "free">;
  /** Number of the virtual machine, as the frame allocator knows it. */
  readonly vm: number;
  /** Host-physical address of the page table for the top 4 MiB. */
  readonly monitorTable: number;
  /** Charges the monitor of this virtual machine. */
  charge(event: CostEvent, times?: number): void;
}

/** How a shadow pager works. */
export interface ShadowOptions {
  /** How many page frames the shadow tables may take, at least 8. */
  readonly frames: number;
  /** The guest's kernel runs at CPL 3 like its user code, so that the two need tables of their own. */
  readonly ring3Kernel: boolean;
  /** How many roots (address spaces, in effect) are kept at most. Default 16. */
  readonly roots?: number;
}

/**
 * What became of a page fault:
 *
 * - `filled`: a hidden fault; the shadow has the entry now, the instruction is to be tried again.
 * - `guest`: a true fault, to be injected with the pager's `guestErrorCode`.
 * - `trace`: a write to a traced page: the instruction is to be interpreted.
 * - `device`: there is no RAM behind the address, or the address is in the monitor's area: the instruction is to be interpreted.
 */
export type PageFaultKind = "filled" | "guest" | "trace" | "device";

/** What a shadow pager has counted since it was made. */
export interface ShadowCounts {
  /** Page faults by what became of them. */
  hiddenFaults: number;
  trueFaults: number;
  traceHits: number;
  deviceFaults: number;
  /** Shadow table entries made, and directory entries. */
  fills: number;
  links: number;
  /** Shadow entries dropped, or robbed of their write permission. */
  invalidations: number;
  /** Writes to traced guest tables heard of, by whatever way they came. */
  tracedWrites: number;
  /** Roots found in the cache when the guest's address space changed, and not found. */
  rootHits: number;
  rootMisses: number;
  /** Shadow tables given up for want of frames. */
  evictions: number;
  /** Shadow tables given up since their guest table seemed to be one no more. */
  abandoned: number;
  /** Frames that lost write permission because they became traced. */
  protections: number;
}

/** Counts with nothing counted yet. */
export function noShadowCounts(): ShadowCounts {
  return {
    hiddenFaults: 0,
    trueFaults: 0,
    traceHits: 0,
    deviceFaults: 0,
    fills: 0,
    links: 0,
    invalidations: 0,
    tracedWrites: 0,
    rootHits: 0,
    rootMisses: 0,
    evictions: 0,
    abandoned: 0,
    protections: 0,
  };
}
