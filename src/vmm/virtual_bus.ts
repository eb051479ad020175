/**
 * The wires round a virtual processor: its own ports, its own interrupt controller, and the guest's memory, every access to
 * which is the monitor's.
 *
 * @module
 */

import type { BusPort } from "../cpu/mod.ts";
import type { AccessSize, Bus } from "../machine/mod.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";

/** Joins a virtual machine's devices and memory for its virtual processor, and counts the accesses to memory. */
export class VirtualBus implements BusPort {
  /** Accesses to guest memory so far. */
  accesses = 0;
  readonly #memory: GuestMemory;
  readonly #devices: Bus;

  constructor(memory: GuestMemory, devices: Bus) {
    this.#memory = memory;
    this.#devices = devices;
  }

  /** None: the interpreter reads and writes through this bus, so that writes are told to those who trace them. */
  frame(): number {
    return -1;
  }

  writable(): boolean {
    return false;
  }

  physicalRead(address: number, size: AccessSize): number {
    this.accesses++;
    const memory = this.#memory;
    if (memory.frame(address >>> 12) < 0) return this.#devices.physicalRead(address, size);
    const word = memory.read32(address & ~3);
    if (size === 4 && (address & 3) === 0) return word >>> 0;
    if ((address & 3) + size <= 4) {
      return (word >>> (8 * (address & 3))) & (size === 4 ? -1 : size === 2 ? 0xffff : 0xff);
    }
    let value = 0;
    memory.readBytes(address, size).forEach((byte, i) => value |= byte << (8 * i));
    return value >>> 0;
  }

  physicalWrite(address: number, size: AccessSize, value: number): void {
    this.accesses++;
    if (this.#memory.frame(address >>> 12) < 0) this.#devices.physicalWrite(address, size, value);
    else this.#memory.write(address, size, value);
  }

  portRead(port: number, size: AccessSize): number {
    return this.#devices.portRead(port, size);
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    this.#devices.portWrite(port, size, value);
  }

  acknowledgeInterrupt(): number {
    return this.#devices.acknowledgeInterrupt();
  }
}
