/**
 * The allocator of page frames: every frame of the physical machine has exactly one owner.
 *
 * @module
 */

import { type Machine, PAGE_BYTES } from "../../machine/mod.ts";
import { MonitorError } from "../errors.ts";

/** Who holds a frame: nobody, the monitor, or a virtual machine by its number in the ledger. */
export type FrameOwner = "free" | "monitor" | { readonly vm: number; readonly use: FrameUse };

/** What a virtual machine's frame is for. Only its RAM is ever mapped for the guest. */
export type FrameUse = "ram" | "shadow" | "monitor-area";

const USES: readonly FrameUse[] = ["ram", "shadow", "monitor-area"];
const FREE = 0, MONITOR = 1, FIRST_OWNER = 2;
/** Single frames are given out in a scattered order within windows of this many, a power of two... */
const WINDOW = 64;
/** ...by steps of this odd number. */
const STEP = 37;

/** Gives page frames out and knows whose they are. */
export class FrameAllocator {
  readonly #machine: Machine;
  /** By host frame number: {@linkcode FREE}, {@linkcode MONITOR}, or a number made of machine and use. */
  readonly #owners: Uint8Array;
  #next = 0;
  #free: number;

  /** Takes over all RAM of a machine. */
  constructor(machine: Machine) {
    this.#machine = machine;
    const { memory } = machine.board;
    this.#owners = new Uint8Array(memory.ramBytes / PAGE_BYTES).fill(MONITOR);
    this.#free = 0;
    for (const { kind, address, bytes } of memory.regions()) {
      if (kind !== "ram") continue;
      this.#owners.fill(FREE, address / PAGE_BYTES, (address + bytes) / PAGE_BYTES);
      this.#free += bytes / PAGE_BYTES;
    }
  }

  /** Frames that nobody owns. */
  get free(): number {
    return this.#free;
  }

  /** All frames there are. */
  get frames(): number {
    return this.#owners.length;
  }

  /**
   * Gives out one frame, zeroed. Successive frames are deliberately not neighbours: a guest whose memory is in one piece by
   * accident hides mistakes of the monitor. They come from the bottom of memory, runs from its top.
   *
   * @returns the host frame number
   * @throws {MonitorError} when none is free
   */
  allocate(owner: Exclude<FrameOwner, "free">): number {
    if (this.#free === 0) throw new MonitorError("the machine has no free page frame left");
    const places = Math.ceil(this.#owners.length / WINDOW) * WINDOW;
    for (;; this.#next = (this.#next + 1) % places) {
      const frame = this.#next - this.#next % WINDOW + this.#next * STEP % WINDOW;
      if (this.#owners[frame] !== FREE) continue;
      this.#take(frame, owner);
      return frame;
    }
  }

  /** Gives out neighbouring frames, for what the processor wants in one piece. @throws {MonitorError} */
  allocateRun(owner: Exclude<FrameOwner, "free">, count: number): number {
    let run = 0;
    for (let frame = this.#owners.length - 1; frame >= 0; frame--) {
      run = this.#owners[frame] === FREE ? run + 1 : 0;
      if (run < count) continue;
      for (let n = frame; n < frame + count; n++) this.#take(n, owner);
      return frame;
    }
    throw new MonitorError(`the machine has no ${count} neighbouring page frames left`);
  }

  #take(frame: number, owner: Exclude<FrameOwner, "free">): void {
    this.#owners[frame] = owner === "monitor"
      ? MONITOR
      : FIRST_OWNER + owner.vm * USES.length + USES.indexOf(owner.use);
    this.#free--;
    const { cpu } = this.#machine.board;
    const offset = this.hostOffset(frame);
    cpu.u8.fill(0, offset, offset + PAGE_BYTES);
    cpu.invalidateCode(offset, PAGE_BYTES);
  }

  /** Takes a frame back. @throws {MonitorError} when it is free already. */
  release(frame: number): void {
    if (this.#owners[frame] === FREE) throw new MonitorError(`page frame ${frame} is released twice`);
    this.#owners[frame] = FREE;
    this.#free++;
  }

  /** Whose a frame is. */
  owner(frame: number): FrameOwner {
    const code = this.#owners[frame] ?? MONITOR;
    if (code === FREE) return "free";
    if (code === MONITOR) return "monitor";
    const number = code - FIRST_OWNER;
    return { vm: Math.floor(number / USES.length), use: USES[number % USES.length]! };
  }

  /** All frames of one owner and use, in ascending order. */
  ownedBy(vm: number, use?: FrameUse): number[] {
    const frames: number[] = [];
    this.#owners.forEach((code, frame) => {
      if (code < FIRST_OWNER) return;
      const number = code - FIRST_OWNER;
      if (Math.floor(number / USES.length) !== vm) return;
      if (use === undefined || USES[number % USES.length] === use) frames.push(frame);
    });
    return frames;
  }

  /** Byte offset of a frame in the machine's WebAssembly.Memory. */
  hostOffset(frame: number): number {
    return this.#machine.board.memory.ramOffset + frame * PAGE_BYTES;
  }
}
