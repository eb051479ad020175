/**
 * A whole machine at one moment, as plain data.
 *
 * @module
 */

import type { ClockState } from "./clock.ts";
import { SnapshotError } from "./errors.ts";
import { MemoryImage } from "./memory_image.ts";
import { PAGE_BYTES } from "./physical_memory.ts";

/** What a machine must have in common with a snapshot to take it over. */
export interface MachineShape {
  /** Name of the cost profile. */
  readonly profile: string;
  /** RAM in bytes. */
  readonly memoryBytes: number;
  /** Room for a ROM, in bytes. */
  readonly romSpace: number;
  /** Size of the processor's state block. */
  readonly stateBytes: number;
  /** Whether sensitive instructions trap. */
  readonly virtualizable: boolean;
  /** Names of the devices, in order. */
  readonly devices: readonly string[];
}

/** Everything but the memory. */
export interface SnapshotState {
  /** What the machine was made of. */
  readonly shape: MachineShape;
  /** ROM in bytes. */
  readonly romBytes: number;
  /** Instructions retired. */
  readonly instructions: number;
  /** The cycle. */
  readonly cycles: number;
  /** By device, what it saved. */
  readonly devices: Readonly<Record<string, unknown>>;
  /** What is to happen when. */
  readonly clock: ClockState;
  /** Console output so far, a character per byte. */
  readonly console: string;
  /** Names of addresses in what was loaded. */
  readonly symbols: readonly (readonly [string, number])[];
}

const MAGIC = new TextEncoder().encode("RINGLAB1");
/** Magic, length of the JSON, checksum of everything behind the header. */
const HEADER = MAGIC.length + 8;

/** A saved machine. {@linkcode Machine.restore} takes it; {@linkcode Snapshot.toBytes} makes a file of it. */
export class Snapshot {
  /** Everything but the memory. */
  readonly state: SnapshotState;
  /** State block, RAM and ROM. */
  readonly memory: MemoryImage;

  /** Puts the two halves together. */
  constructor(state: SnapshotState, memory: MemoryImage) {
    this.state = state;
    this.memory = memory;
  }

  /** Instructions that had been retired. */
  get instructions(): number {
    return this.state.instructions;
  }

  /** The cycle. */
  get cycles(): number {
    return this.state.cycles;
  }

  /**
   * Compares with the machine that is to take it over.
   *
   * @throws {SnapshotError} when a machine of this shape cannot take the snapshot over; says what differs.
   */
  checkShape(shape: MachineShape): void {
    for (const key of Object.keys(shape) as (keyof MachineShape)[]) {
      const [mine, theirs] = [JSON.stringify(shape[key]), JSON.stringify(this.state.shape[key])];
      if (mine !== theirs) {
        throw new SnapshotError(`the snapshot is of a machine with ${key} ${theirs}, this one has ${mine}`);
      }
    }
  }

  /** The snapshot as a file: a header, JSON (state and page numbers), pages that are not zero. */
  toBytes(): Uint8Array {
    const filled = this.memory.filled();
    const json = new TextEncoder().encode(
      JSON.stringify({
        state: this.state,
        pageCount: this.memory.pages.length,
        pages: filled.map(([n]) => n),
      }),
    );
    const start = HEADER + json.length;
    const bytes = new Uint8Array(start + filled.length * PAGE_BYTES);
    bytes.set(MAGIC);
    bytes.set(json, HEADER);
    filled.forEach(([, page], n) => bytes.set(page, start + n * PAGE_BYTES));
    const header = new DataView(bytes.buffer);
    header.setUint32(MAGIC.length, json.length, true);
    header.setUint32(MAGIC.length + 4, checksum(bytes.subarray(HEADER)), true);
    return bytes;
  }

  /** Reads what {@linkcode Snapshot.toBytes} wrote. @throws {SnapshotError} when it is not that, or not all of it. */
  static fromBytes(bytes: Uint8Array): Snapshot {
    if (bytes.length < HEADER || !MAGIC.every((byte, n) => bytes[n] === byte)) {
      throw new SnapshotError("this is no snapshot: it does not begin with RINGLAB1");
    }
    const header = new DataView(bytes.buffer, bytes.byteOffset);
    const start = HEADER + header.getUint32(MAGIC.length, true);
    if (start > bytes.length) throw new SnapshotError("the snapshot is cut off in its description");
    if (header.getUint32(MAGIC.length + 4, true) !== checksum(bytes.subarray(HEADER))) {
      throw new SnapshotError("the snapshot is damaged: its checksum does not fit what it holds");
    }
    const { state, pageCount, pages } = parse(bytes.subarray(HEADER, start));
    if (bytes.length !== start + pages.length * PAGE_BYTES) {
      throw new SnapshotError(
        `the snapshot names ${pages.length} pages, but has ${bytes.length - start} bytes of them instead of ${
          pages.length * PAGE_BYTES
        }`,
      );
    }
    const given = new Map(pages.map((number, n) => {
      const at = start + n * PAGE_BYTES;
      return [number, bytes.slice(at, at + PAGE_BYTES)];
    }));
    return new Snapshot(state, MemoryImage.of(pageCount, given));
  }
}

/** FNV-1a over all bytes, unsigned: finds damage, not forgery. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < bytes.length; n++) hash = Math.imul(hash ^ bytes[n]!, 0x01000193);
  return hash >>> 0;
}

interface Description {
  readonly state: SnapshotState;
  readonly pageCount: number;
  readonly pages: readonly number[];
}

const MOST_PAGES = 2 ** 20;

function parse(json: Uint8Array): Description {
  let description: Description;
  try {
    description = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    throw new SnapshotError("the snapshot's description is not JSON", { cause });
  }
  const { state, pageCount, pages } = description ?? {};
  const sound = Number.isInteger(pageCount) && pageCount > 0 && pageCount <= MOST_PAGES &&
    Array.isArray(pages) &&
    pages.every((page) => Number.isInteger(page) && page >= 0 && page < pageCount) &&
    typeof state === "object" && state !== null && typeof state.shape === "object" && state.shape !== null &&
    typeof state.devices === "object" && state.devices !== null && Array.isArray(state.clock) &&
    Array.isArray(state.symbols) && typeof state.console === "string" &&
    [state.romBytes, state.instructions, state.cycles].every((value) =>
      Number.isInteger(value) && value >= 0
    );
  if (!sound) throw new SnapshotError("the snapshot's description lacks fields, or has wrong ones");
  const whole = state.shape.memoryBytes + state.shape.romSpace + state.shape.stateBytes;
  if (!(pageCount * PAGE_BYTES >= whole && state.romBytes <= state.shape.romSpace)) {
    throw new SnapshotError("the snapshot's sizes contradict each other");
  }
  return description;
}
