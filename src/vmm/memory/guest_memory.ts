/**
 * The guest-physical memory of one virtual machine: page frames of the physical machine, in no particular order, that look to
 * the guest like the RAM of a PC.
 *
 * @module
 */

import type { Cpu } from "../../cpu/mod.ts";
import {
  liesInRam,
  MachineError,
  type MemoryMap,
  type MemoryRegion,
  PAGE_BYTES,
  parseRamSize,
  ramRegions,
} from "../../machine/mod.ts";
import type { FrameAllocator } from "../allocator/frames.ts";
import { Traces } from "./traces.ts";

/** What a {@linkcode GuestMemory} is made of. */
export interface GuestMemoryOptions {
  /** RAM in bytes or as `"4M"`. */
  readonly size: string | number;
  /** Number of the virtual machine in the ledger. */
  readonly vm: number;
  readonly frames: FrameAllocator;
  /** The physical processor, whose decoded code must hear of every write. */
  readonly cpu: Cpu;
}

/** A virtual machine's RAM. Addresses are guest-physical. */
export class GuestMemory implements MemoryMap {
  readonly ramBytes: number;
  /** Number of page frame numbers, the hole below 1 MiB included. */
  readonly pages: number;
  /** Who hears of writes. */
  readonly traces: Traces;

  readonly #frames: Int32Array;
  /** Byte offset in the machine's memory by guest frame, -1 where there is no RAM. */
  readonly #offsets: Int32Array;
  readonly #cpu: Cpu;
  readonly #allocator: FrameAllocator;

  /**
   * Takes the frames from the allocator.
   *
   * @throws {MachineError} for a size no machine can have
   * @throws {MonitorError} when the allocator has not enough frames; none are kept then
   */
  constructor(options: GuestMemoryOptions) {
    const { size, vm, frames, cpu } = options;
    const bytes = parseRamSize(size);
    this.ramBytes = bytes;
    this.pages = bytes / PAGE_BYTES;
    this.traces = new Traces(this.pages);
    this.#cpu = cpu;
    this.#allocator = frames;
    this.#frames = new Int32Array(this.pages).fill(-1);
    this.#offsets = new Int32Array(this.pages).fill(-1);
    try {
      for (const { address, bytes } of this.regions()) {
        for (let gfn = address / PAGE_BYTES; gfn < (address + bytes) / PAGE_BYTES; gfn++) {
          const frame = frames.allocate({ vm, use: "ram" });
          this.#frames[gfn] = frame;
          this.#offsets[gfn] = frames.hostOffset(frame);
        }
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives all frames back. */
  release(): void {
    this.#frames.forEach((frame, gfn) => {
      if (frame >= 0) this.#allocator.release(frame);
      this.#frames[gfn] = this.#offsets[gfn] = -1;
    });
  }

  /** Fills RAM with zeros. */
  clear(): void {
    for (let gfn = 0; gfn < this.pages; gfn++) {
      const offset = this.#offsets[gfn]!;
      if (offset < 0) continue;
      this.#cpu.u8.fill(0, offset, offset + PAGE_BYTES);
      this.#cpu.invalidateCode(offset, PAGE_BYTES);
    }
  }

  /** Host frame number behind a guest frame number; -1 where there is no RAM. */
  hostFrame(gfn: number): number {
    return this.#frames[gfn] ?? -1;
  }

  /** Byte offset of a guest frame in the physical machine's memory; -1 where there is no RAM. */
  frame(gfn: number): number {
    return this.#offsets[gfn] ?? -1;
  }

  writable(gfn: number): boolean {
    return this.frame(gfn) >= 0;
  }

  regions(): MemoryRegion[] {
    return ramRegions(this.ramBytes);
  }

  isRam(address: number, bytes: number): boolean {
    return liesInRam(this.ramBytes, address, bytes);
  }

  /** Virtual machines have no ROM. @throws {MachineError} always */
  checkRom(_bytes: number): void {
    throw new MachineError("a virtual machine has no ROM: load a flat, ELF or Multiboot image");
  }

  /** Reads an aligned 32-bit word, signed; all ones where there is no RAM, as the bus has it. */
  read32(gpa: number): number {
    const offset = this.frame(gpa >>> 12);
    return offset < 0 ? -1 : this.#cpu.view.getInt32(offset + (gpa & 0xfff), true);
  }

  /** Writes an aligned 32-bit word on the monitor's own account: nobody who traces the page is told. Nothing where there is no RAM. */
  poke32(gpa: number, value: number): void {
    this.#store(gpa, 4, value);
  }

  /** What the guest writes: 1, 2 or 4 bytes within a page. Those who trace the page are told afterwards. Nothing where there is no RAM. */
  write(gpa: number, size: 1 | 2 | 4, value: number): void {
    this.#store(gpa, size, value);
    if (this.traces.traced(gpa >>> 12)) this.traces.notify(gpa >>> 0, size);
  }

  #store(gpa: number, size: 1 | 2 | 4, value: number): void {
    const offset = this.frame(gpa >>> 12);
    if (offset < 0) return;
    const cpu = this.#cpu;
    const host = offset + (gpa & 0xfff);
    if (cpu.code.holdsCode(offset)) cpu.code.onWrite(host, size);
    if (size === 4) cpu.view.setInt32(host, value, true);
    else if (size === 2) cpu.view.setInt16(host, value, true);
    else cpu.u8[host] = value;
  }

  /** Copies bytes out; FFh where there is no RAM. */
  readBytes(gpa: number, bytes: number): Uint8Array {
    const result = new Uint8Array(bytes).fill(0xff);
    this.#eachPiece(gpa, bytes, (offset, done, length) => {
      if (offset >= 0) result.set(this.#cpu.u8.subarray(offset, offset + length), done);
    });
    return result;
  }

  /** Writes bytes from outside, telling those who trace the pages. @throws {MachineError} when not all of it is RAM */
  writeBytes(gpa: number, bytes: Uint8Array): void {
    if (!this.isRam(gpa, bytes.length)) {
      throw new MachineError(
        `cannot write ${bytes.length} bytes at ${gpa.toString(16)}h: that is not all RAM`,
      );
    }
    this.#eachPiece(gpa, bytes.length, (offset, done, length) => {
      this.#cpu.u8.set(bytes.subarray(done, done + length), offset);
      this.#cpu.invalidateCode(offset, length);
      if (this.traces.traced((gpa + done) >>> 12)) this.traces.notify((gpa + done) >>> 0, length);
    });
  }

  #eachPiece(
    gpa: number,
    bytes: number,
    visit: (offset: number, done: number, length: number) => void,
  ): void {
    for (let done = 0; done < bytes;) {
      const at = (gpa + done) % 2 ** 32;
      const within = at % PAGE_BYTES;
      const length = Math.min(PAGE_BYTES - within, bytes - done);
      const frame = this.frame((at - within) / PAGE_BYTES);
      visit(frame < 0 ? -1 : frame + within, done, length);
      done += length;
    }
  }
}
