/**
 * The monitor area of one virtual machine: its frames, the page table that maps them, and what the monitor keeps there for the
 * processor itself (interrupt table, task state, stubs).
 *
 * @module
 */

import { type Cpu, PTE_ACCESSED, PTE_DIRTY, PTE_PRESENT, PTE_WRITE } from "../../cpu/mod.ts";
import { PAGE_BYTES } from "../../machine/mod.ts";
import type { FrameAllocator } from "../allocator/frames.ts";
import {
  AREA_DATA,
  AREA_IDT,
  AREA_STACK,
  AREA_STUBS,
  AREA_TSS,
  DATA_BYTES,
  MONITOR_BASE,
  MONITOR_CODE,
  MONITOR_STACK,
  STUB_CONTINUE,
  STUB_IDLE,
  VECTOR_CONTINUE,
} from "../area.ts";

/** Present, writable, supervisor; accessed and dirty from the start, so that the processor need not write it. */
const MAPPED = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY;

/** Everything below the look-up table: tables, stubs, stack and data. */
const FIXED_BYTES = AREA_DATA + DATA_BYTES;

const TSS_LIMIT = 103;
/** Offsets in a 32-bit TSS (SDM volume 3A, figure 7-2). */
const TSS_ESP0 = 4, TSS_SS0 = 8, TSS_ESP1 = 12, TSS_SS1 = 16, TSS_IO_MAP = 102;

/** One virtual machine's monitor area. All offsets are from {@linkcode MONITOR_BASE}. */
export class MonitorArea {
  /** Host-physical address of the page table for the top 4 MiB. */
  readonly table: number;
  readonly #cpu: Cpu;
  readonly #allocator: FrameAllocator;
  readonly #vm: number;
  /** Byte offset in the machine's memory by page of the area; 0 where nothing is mapped. */
  readonly #pages = new Int32Array(1024);
  readonly #tableOffset: number;

  /** Allocates and maps tables, stubs, stack and data. @throws {MonitorError} when there are not enough frames */
  constructor(cpu: Cpu, allocator: FrameAllocator, vm: number) {
    this.#cpu = cpu;
    this.#allocator = allocator;
    this.#vm = vm;
    const frame = allocator.allocate({ vm, use: "monitor-area" });
    this.table = frame * PAGE_BYTES;
    this.#tableOffset = allocator.hostOffset(frame);
    this.map(0, FIXED_BYTES);
    this.#makeInterruptTable();
    this.#makeTaskState();
    this.#makeStubs();
  }

  /**
   * Backs part of the area with frames.
   *
   * @param offset and bytes: multiples of 4096
   * @throws {MonitorError} when there are not enough frames
   */
  map(offset: number, bytes: number): void {
    for (let page = offset / PAGE_BYTES; page < (offset + bytes) / PAGE_BYTES; page++) {
      if (this.#pages[page] !== 0) continue;
      const frame = this.#allocator.allocate({ vm: this.#vm, use: "monitor-area" });
      this.#pages[page] = this.#allocator.hostOffset(frame);
      this.mapFrame(page * PAGE_BYTES, frame * PAGE_BYTES);
    }
  }

  /** Maps a frame that somebody else owns, e.g. one of the guest's, at an offset; -1 unmaps. The caller flushes the TLB. */
  mapFrame(offset: number, hostPhysical: number): void {
    const entry = this.#tableOffset + offset / PAGE_BYTES * 4;
    this.#cpu.view.setInt32(entry, hostPhysical < 0 ? 0 : hostPhysical | MAPPED, true);
  }

  /** Byte offset in the machine's memory of an offset in the area, for accesses that stay within its page. */
  host(offset: number): number {
    return this.#pages[offset >>> 12]! + (offset & 0xfff);
  }

  /** Reads a 32-bit word, signed. */
  read32(offset: number): number {
    return this.#cpu.view.getInt32(this.host(offset), true);
  }

  /** Writes a 32-bit word. */
  write32(offset: number, value: number): void {
    this.#cpu.view.setInt32(this.host(offset), value, true);
  }

  /** Writes bytes that may be code. */
  writeBytes(offset: number, bytes: ArrayLike<number>): void {
    const cpu = this.#cpu;
    for (let i = 0; i < bytes.length; i++) {
      const host = this.host(offset + i);
      cpu.u8[host] = bytes[i]!;
    }
    for (let at = 0; at < bytes.length;) {
      const room = Math.min(bytes.length - at, PAGE_BYTES - ((offset + at) & 0xfff));
      cpu.invalidateCode(this.host(offset + at), room);
      at += room;
    }
  }

  /** The frames that nothing changes once they are made, whatever a guest does: stubs, and the interrupt table if it has no direct entries. */
  constantFrames(interruptTable: boolean): number[] {
    const first = this.#allocator.hostOffset(0);
    const offsets = interruptTable ? [AREA_IDT, AREA_STUBS] : [AREA_STUBS];
    return offsets.map((offset) => (this.host(offset) - first) / PAGE_BYTES);
  }

  /** The frames of the area, to be given back. */
  release(): void {
    for (const frame of this.#allocator.ownedBy(this.#vm, "monitor-area")) this.#allocator.release(frame);
  }

  /** Sets the stack that the processor takes when it goes to ring 1 through a gate. */
  setRing1Stack(selector: number, pointer: number): void {
    this.write32(AREA_TSS + TSS_ESP1, pointer);
    this.write32(AREA_TSS + TSS_SS1, selector);
  }

  /** Every vector leads to ring 0, and no gate may be used from outside: what else is to happen is the monitor's business. */
  #makeInterruptTable(): void {
    for (let vector = 0; vector < 256; vector++) this.closeGate(vector);
  }

  /** A vector of the shadow IDT leads to ring 0 (again), through an interrupt gate. */
  closeGate(vector: number): void {
    this.#setGate(vector, MONITOR_CODE, MONITOR_BASE + AREA_STUBS + STUB_CONTINUE, 0x8e00);
  }

  /** A vector leads from ring 3 straight to the guest's own code in ring 1, through a trap gate. */
  openGate(vector: number, selector: number, offset: number): void {
    this.#setGate(vector, selector, offset, 0xef00);
  }

  #setGate(vector: number, selector: number, offset: number, type: number): void {
    this.write32(AREA_IDT + vector * 8, (selector << 16) | (offset & 0xffff));
    this.write32(AREA_IDT + vector * 8 + 4, (offset & 0xffff0000) | type);
  }

  #makeTaskState(): void {
    this.write32(AREA_TSS + TSS_ESP0, (MONITOR_BASE + AREA_STACK + PAGE_BYTES) | 0);
    this.write32(AREA_TSS + TSS_SS0, MONITOR_STACK);
    // The map of ports lies beyond the limit: none may be used.
    this.write32(AREA_TSS + (TSS_IO_MAP & ~3), (TSS_LIMIT + 1) << 16);
  }

  #makeStubs(): void {
    this.writeBytes(AREA_STUBS + STUB_CONTINUE, [0xcd, VECTOR_CONTINUE, 0xeb, 0xfc]);
    this.writeBytes(AREA_STUBS + STUB_IDLE, [0xf4, 0xeb, 0xfd]);
  }
}

/** Limit of the monitor's TSS in bytes. */
export const TASK_STATE_LIMIT = TSS_LIMIT;
