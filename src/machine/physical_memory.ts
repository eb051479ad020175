/**
 * The guest-physical memory map: which addresses are RAM, which are ROM, and where their bytes lie in the machine's one
 * WebAssembly.Memory.
 *
 * ```text
 * 00000000 - 0009FFFF   RAM (as far as there is any)
 * 000A0000 - 000BFFFF   devices
 * 000C0000 - 000FFFFF   the end of the ROM, up to 256 KiB of it; nothing without a ROM
 * 00100000 - ...        RAM
 * ...      - FFFFFFFF   the whole ROM; the processor's first instruction is at FFFFFFF0
 * ```
 *
 * @module
 */

import { MachineError } from "./errors.ts";
import { parseSize } from "./size.ts";

/** Size of a page frame. */
export const PAGE_BYTES = 4096;
/** Smallest and largest RAM; the largest keeps every host offset a positive 32-bit integer. */
export const RAM_LEAST = 64 * 1024, RAM_MOST = 1984 * 1024 ** 2;
/** End of conventional memory: RAM stops here and goes on at 1 MiB. */
export const CONVENTIONAL_END = 0xa0000;
/** Where RAM goes on after the hole. */
export const EXTENDED_START = 0x100000;

const ROM_SPACE = 256 * 1024;
const ROM_MOST = 16 * 1024 ** 2;
const WASM_PAGE = 65536;

/** A stretch of guest-physical memory. */
export interface MemoryRegion {
  /** What answers there. */
  readonly kind: "ram" | "rom";
  /** First address. */
  readonly address: number;
  /** Length. */
  readonly bytes: number;
}

/** What buses and loaders need to know of a memory: a machine's own, or that of a virtual machine. */
export interface MemoryMap {
  /** RAM in bytes, counted as if the hole below 1 MiB were filled. */
  readonly ramBytes: number;
  /** RAM and ROM as the guest finds them, in address order. */
  regions(): MemoryRegion[];
  /** Byte offset of the page frame `page` (address >>> 12) in the WebAssembly.Memory, or -1 when nothing backs it. */
  frame(page: number): number;
  /** Whether the page frame is RAM. */
  writable(page: number): boolean;
  /** Whether `bytes` bytes from `address` on are all RAM. */
  isRam(address: number, bytes: number): boolean;
  /** @throws {MachineError} when a ROM of this many bytes cannot be put in place. */
  checkRom(bytes: number): void;
}

/** RAM in bytes from what a user gave. @throws {MachineError} for a size that is impossible */
export function parseRamSize(size: string | number): number {
  const ram = parseSize(size, "memory");
  if (ram < RAM_LEAST || ram > RAM_MOST || ram % PAGE_BYTES !== 0) {
    throw new MachineError(
      `memory ${JSON.stringify(size)} is ${ram} bytes: it must be a multiple of 4096 from 64K to 1984M`,
    );
  }
  return ram;
}

/** Where the RAM of a PC lies, in address order. */
export function ramRegions(ramBytes: number): MemoryRegion[] {
  const low: MemoryRegion = { kind: "ram", address: 0, bytes: Math.min(ramBytes, CONVENTIONAL_END) };
  if (ramBytes <= EXTENDED_START) return [low];
  return [low, { kind: "ram", address: EXTENDED_START, bytes: ramBytes - EXTENDED_START }];
}

/** Whether `bytes` bytes from `address` on are all RAM in a PC with so much of it. */
export function liesInRam(ramBytes: number, address: number, bytes: number): boolean {
  if (!(address >= 0 && bytes >= 0)) return false;
  const end = address + bytes;
  if (end <= Math.min(ramBytes, CONVENTIONAL_END)) return true;
  return address >= EXTENDED_START && end <= ramBytes;
}

/** Options of {@linkcode PhysicalMemory}. */
export interface PhysicalMemoryOptions {
  /** RAM in bytes or as `"4M"`; a multiple of 4 KiB, {@linkcode RAM_LEAST} to {@linkcode RAM_MOST}. */
  readonly ram: string | number;
  /** Bytes at the start of the WebAssembly.Memory that the processor keeps for itself; a multiple of 4 KiB. */
  readonly stateBytes: number;
  /** ROM image, see {@linkcode PhysicalMemory.setRom}; room for 256 KiB is kept without one. */
  readonly rom?: Uint8Array;
}

/** RAM and ROM of one machine. Never grows. */
export class PhysicalMemory implements MemoryMap {
  /** State block, RAM and ROM. */
  readonly memory: WebAssembly.Memory;
  /** RAM in bytes, counted as if the hole below 1 MiB were filled. */
  readonly ramBytes: number;
  /** Where guest-physical address 0 lies in {@linkcode PhysicalMemory.memory}. */
  readonly ramOffset: number;
  /** Where the ROM begins in {@linkcode PhysicalMemory.memory}. */
  readonly romOffset: number;
  /** Room for a ROM, in bytes. */
  readonly romSpace: number;
  readonly #bytes: Uint8Array;
  #romBytes = 0;

  /**
   * Lays the memory out.
   *
   * @throws {MachineError} for a size that is impossible.
   */
  constructor(options: PhysicalMemoryOptions) {
    const ram = parseRamSize(options.ram);
    this.ramBytes = ram;
    this.ramOffset = options.stateBytes;
    this.romOffset = options.stateBytes + ram;
    this.romSpace = Math.max(ROM_SPACE, options.rom?.length ?? 0);
    const pages = Math.ceil((this.romOffset + this.romSpace) / WASM_PAGE);
    try {
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      throw new MachineError(`the host has no room for a machine with ${ram} bytes of memory`, { cause });
    }
    this.#bytes = new Uint8Array(this.memory.buffer);
    if (options.rom !== undefined) this.setRom(options.rom);
  }

  /** ROM in bytes; 0 without one. */
  get romBytes(): number {
    return this.#romBytes;
  }

  /** RAM and ROM as the guest finds them, in address order. */
  regions(): MemoryRegion[] {
    const [conventional, ...extended] = ramRegions(this.ramBytes);
    const regions = [conventional!];
    const low = Math.min(this.#romBytes, ROM_SPACE);
    if (low > 0) regions.push({ kind: "rom", address: EXTENDED_START - low, bytes: low });
    regions.push(...extended);
    if (this.#romBytes > 0) {
      regions.push({ kind: "rom", address: 2 ** 32 - this.#romBytes, bytes: this.#romBytes });
    }
    return regions;
  }

  /** Byte offset in the WebAssembly.Memory of the page frame `page` (address >>> 12), or -1 when nothing backs it. */
  frame(page: number): number {
    if (page < CONVENTIONAL_END / PAGE_BYTES || page >= EXTENDED_START / PAGE_BYTES) {
      const address = page * PAGE_BYTES;
      if (address < this.ramBytes) return this.ramOffset + address;
      const fromEnd = 2 ** 32 - address;
      return fromEnd <= this.#romBytes ? this.romOffset + this.#romBytes - fromEnd : -1;
    }
    const fromEnd = EXTENDED_START - page * PAGE_BYTES;
    return fromEnd <= this.#romBytes && fromEnd <= ROM_SPACE ? this.romOffset + this.#romBytes - fromEnd : -1;
  }

  /** Whether the page frame is RAM. */
  writable(page: number): boolean {
    const offset = this.frame(page);
    return offset >= 0 && offset < this.romOffset;
  }

  /** Whether `bytes` bytes from `address` on are all RAM. */
  isRam(address: number, bytes: number): boolean {
    return liesInRam(this.ramBytes, address, bytes);
  }

  /**
   * Puts a ROM in place: its last byte at FFFFFFFF and, the last 256 KiB of it, at 000FFFFF.
   *
   * @throws {MachineError} when its size is not a multiple of 4 KiB, or larger than the room kept for it.
   */
  setRom(image: Uint8Array): void {
    this.checkRom(image.length);
    this.#bytes.fill(0, this.romOffset, this.romOffset + this.romSpace);
    this.#bytes.set(image, this.romOffset);
    this.#romBytes = image.length;
  }

  /**
   * Checks the size of a ROM without putting it in place.
   *
   * @throws {MachineError} when a ROM of this many bytes cannot be put in place.
   */
  checkRom(bytes: number): void {
    if (bytes === 0 || bytes % PAGE_BYTES !== 0 || bytes > ROM_MOST) {
      throw new MachineError(
        `a ROM of ${bytes} bytes does not fit the memory map: it must be a multiple of 4096, at most 16 MiB (pad it at its front)`,
      );
    }
    if (bytes > this.romSpace) {
      throw new MachineError(
        `a ROM of ${bytes} bytes is more than the ${this.romSpace} this machine keeps room for: ` +
          `give it to the constructor as the option "rom"`,
      );
    }
  }

  /** Removes the ROM. */
  removeRom(): void {
    this.#bytes.fill(0, this.romOffset, this.romOffset + this.romSpace);
    this.#romBytes = 0;
  }

  /** Declares how much of the ROM room is a ROM; for restoring a snapshot that brought the bytes itself. */
  restoreRomBytes(bytes: number): void {
    this.#romBytes = bytes;
  }

  /** Fills RAM with zeros. */
  clear(): void {
    this.#bytes.fill(0, this.ramOffset, this.ramOffset + this.ramBytes);
  }

  /**
   * Copies guest-physical memory out. Addresses without RAM or ROM read as 0xFF.
   */
  read(address: number, bytes: number): Uint8Array {
    const result = new Uint8Array(bytes).fill(0xff);
    this.#eachPiece(address, bytes, (offset, done, length) => {
      if (offset >= 0) result.set(this.#bytes.subarray(offset, offset + length), done);
    });
    return result;
  }

  /**
   * Copies bytes into guest RAM.
   *
   * @returns the host ranges written, as offset and length, so that decoded code can be thrown away.
   * @throws {MachineError} when not all of it is RAM; nothing is written then.
   */
  write(address: number, bytes: Uint8Array): { offset: number; length: number } {
    if (!this.isRam(address, bytes.length)) {
      throw new MachineError(
        `cannot write ${bytes.length} bytes at ${
          hex(address)
        }: that is not all RAM (RAM is ${this.#ramText()})`,
      );
    }
    this.#bytes.set(bytes, this.ramOffset + address);
    return { offset: this.ramOffset + address, length: bytes.length };
  }

  #ramText(): string {
    return this.regions().filter(({ kind }) => kind === "ram")
      .map(({ address, bytes }) => `${hex(address)} to ${hex(address + bytes - 1)}`).join(" and ");
  }

  #eachPiece(
    address: number,
    bytes: number,
    visit: (offset: number, done: number, length: number) => void,
  ): void {
    for (let done = 0; done < bytes;) {
      const at = (address + done) % 2 ** 32;
      const within = at % PAGE_BYTES;
      const length = Math.min(PAGE_BYTES - within, bytes - done);
      const frame = this.frame((at - within) / PAGE_BYTES);
      visit(frame < 0 ? -1 : frame + within, done, length);
      done += length;
    }
  }
}

/** An address as the tables of this project write it: eight hexadecimal digits and `h`. */
export function hex(address: number): string {
  return `${address.toString(16).toUpperCase().padStart(8, "0")}h`;
}
