/**
 * The wires round the processor: port space, memory-mapped devices and the interrupt acknowledge line. Devices attach
 * themselves in their constructors.
 *
 * @module
 */

import type { BusPort } from "../cpu/mod.ts";
import { MachineError } from "./errors.ts";
import { hex, type MemoryMap, PAGE_BYTES } from "./physical_memory.ts";

/** Width of an access in bytes. */
export type AccessSize = 1 | 2 | 4;

/** A range of ports that a device answers on. */
export interface PortRange {
  /** Name of the device, for error messages. */
  readonly owner: string;
  /** First and last port, 0..FFFF. */
  readonly first: number;
  /** Last port, 0..FFFF. */
  readonly last: number;
  /**
   * The widest access the device takes whole. Wider ones are split into bytes for ports `port`, `port + 1`, ... as an ISA
   * bridge does for 8-bit cards. 1 when absent.
   */
  readonly width?: AccessSize;
  /** IN; absent for ports that only take writes (which then read as all ones). */
  read?(port: number, size: AccessSize): number;
  /** OUT; absent for ports that only give. */
  write?(port: number, value: number, size: AccessSize): void;
}

/** A range of guest-physical addresses that a device answers on. */
export interface MemoryRange {
  /** Name of the device, for error messages. */
  readonly owner: string;
  /** First address and length in bytes, both multiples of 4 KiB, where there is neither RAM nor ROM. */
  readonly address: number;
  /** Length, a multiple of 4 KiB. */
  readonly bytes: number;
  /** Reads at `offset` from the start of the range. Unsigned result. */
  read(offset: number, size: AccessSize): number;
  /** Writes at `offset` from the start of the range. */
  write(offset: number, value: number, size: AccessSize): void;
}

/** Whoever answers the interrupt acknowledge cycle. */
export interface InterruptAcknowledger {
  /** Answers with a vector 0..255. */
  acknowledge(): number;
}

/** All wires of one machine. */
export class Bus implements BusPort {
  /** RAM and ROM. */
  readonly memory: MemoryMap;
  readonly #ports = new Map<number, PortRange>();
  readonly #ranges: MemoryRange[] = [];
  #controller: (InterruptAcknowledger & { owner: string }) | undefined;

  /** Makes buses without devices. */
  constructor(memory: MemoryMap) {
    this.memory = memory;
  }

  /**
   * Lets a device answer on ports.
   *
   * @throws {MachineError} when a port is taken, or no port number.
   */
  attachPorts(range: PortRange): void {
    const { first, last, owner } = range;
    if (
      !(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last <= 0xffff)
    ) {
      throw new MachineError(`${owner}: ports ${first} to ${last} do not exist (0 to 65535 do)`);
    }
    for (let port = first; port <= last; port++) {
      const other = this.#ports.get(port);
      if (other !== undefined) {
        throw new MachineError(`${owner}: port ${portText(port)} is taken by ${other.owner}`);
      }
    }
    for (let port = first; port <= last; port++) this.#ports.set(port, range);
  }

  /**
   * Lets a device answer on guest-physical addresses.
   *
   * @throws {MachineError} when the range is not whole pages, or lies where RAM, ROM or another device is.
   */
  attachMemory(range: MemoryRange): void {
    const { address, bytes, owner } = range;
    const whole = (value: number) => Number.isInteger(value) && value >= 0 && value % PAGE_BYTES === 0;
    if (!whole(address) || !whole(bytes) || bytes === 0 || address + bytes > 2 ** 32) {
      throw new MachineError(
        `${owner}: ${bytes} bytes at ${hex(address)} are not whole pages of guest-physical memory`,
      );
    }
    const end = address + bytes;
    for (const region of [...this.memory.regions(), ...this.#ranges]) {
      if (address < region.address + region.bytes && region.address < end) {
        const holder = "owner" in region ? region.owner : region.kind.toUpperCase();
        throw new MachineError(
          `${owner}: memory at ${hex(Math.max(address, region.address))} is taken by ${holder}`,
        );
      }
    }
    this.#ranges.push(range);
  }

  /**
   * Gives the acknowledge cycle to an interrupt controller.
   *
   * @throws {MachineError} when there is an interrupt controller already.
   */
  attachInterruptController(owner: string, controller: InterruptAcknowledger): void {
    if (this.#controller !== undefined) {
      throw new MachineError(`${owner}: interrupts are acknowledged by ${this.#controller.owner} already`);
    }
    this.#controller = { owner, acknowledge: () => controller.acknowledge() };
  }

  frame(page: number): number {
    return this.memory.frame(page);
  }

  writable(page: number): boolean {
    return this.memory.writable(page);
  }

  physicalRead(address: number, size: AccessSize): number {
    const range = this.#range(address);
    if (range === undefined) return allOnes(size);
    return (range.read(address - range.address, size) & allOnes(size)) >>> 0;
  }

  physicalWrite(address: number, size: AccessSize, value: number): void {
    const range = this.#range(address);
    range?.write(address - range.address, (value & allOnes(size)) >>> 0, size);
  }

  portRead(port: number, size: AccessSize): number {
    const range = this.#ports.get(port);
    if (size === 1 || (range?.width ?? 1) >= size) {
      return range?.read === undefined ? allOnes(size) : (range.read(port, size) & allOnes(size)) >>> 0;
    }
    let value = 0;
    for (let byte = 0; byte < size; byte++) value |= this.portRead(port + byte & 0xffff, 1) << 8 * byte;
    return value >>> 0;
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    const range = this.#ports.get(port);
    if (size === 1 || (range?.width ?? 1) >= size) {
      range?.write?.(port, (value & allOnes(size)) >>> 0, size);
      return;
    }
    for (let byte = 0; byte < size; byte++) {
      this.portWrite(port + byte & 0xffff, 1, value >>> 8 * byte & 0xff);
    }
  }

  /** The vector that the interrupt controller answers; 255 from a machine without one. */
  acknowledgeInterrupt(): number {
    return this.#controller?.acknowledge() ?? 0xff;
  }

  #range(address: number): MemoryRange | undefined {
    return this.#ranges.find((range) => address >= range.address && address < range.address + range.bytes);
  }
}

function allOnes(size: AccessSize): number {
  return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
}

function portText(port: number): string {
  return `${port.toString(16).toUpperCase()}h`;
}
