/**
 * Write traces: who must hear when a guest writes to a frame of its memory.
 *
 * @module
 */

/** Hears of writes to the guest frames it has asked about. */
export interface TraceClient {
  /** For listings: "shadow page tables", "translation cache". */
  readonly name: string;
  /**
   * Called after a write by the guest (or by a device for it) to a traced frame.
   *
   * @param gpa guest-physical address of the first byte written; the write doesn't cross a page
   * @param bytes how many bytes, 1 or more
   */
  wrote(gpa: number, bytes: number): void;
}

/**
 * The write traces of one virtual machine (Adams and Agesen 2006, section 2.2: "memory traces"). A traced frame may be
 * mapped read-only at most, so that each write to it reaches the monitor, which tells the clients.
 *
 * @example
 * ```ts
 * import { Traces } from "ringlab";
 *
 * const traces = new Traces(16);
 * const heard: number[] = [];
 * traces.add(3, { name: "example", wrote: (gpa) => heard.push(gpa) });
 * if (traces.traced(3)) traces.notify(0x3004, 4);
 * if (heard[0] !== 0x3004) throw new Error("a write to a traced frame is heard");
 * ```
 */
export class Traces {
  /** Told when a frame gains its first client (`true`) or loses its last one (`false`). */
  onChange: (gfn: number, traced: boolean) => void = () => {};

  readonly #traced: Uint8Array;
  readonly #clients: Map<number, TraceClient[]> = new Map();

  /** @param pages guest frames 0 to `pages` - 1 can be traced; beyond lies no memory that could be written */
  constructor(pages: number) {
    this.#traced = new Uint8Array(pages);
  }

  /** Whether writes to a frame must be told; false for numbers beyond the memory. */
  traced(gfn: number): boolean {
    return this.#traced[gfn] === 1;
  }

  /** How many frames are traced. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * From now on `client` hears of writes to a frame. Asking twice is asking once.
   *
   * @throws {RangeError} when the frame is beyond the memory
   */
  add(gfn: number, client: TraceClient): void {
    if (!(gfn >= 0 && gfn < this.#traced.length)) {
      throw new RangeError(
        `guest frame ${gfn} cannot be traced: the memory has ${this.#traced.length} frames`,
      );
    }
    const clients = this.#clients.get(gfn);
    if (clients !== undefined) {
      if (!clients.includes(client)) this.#clients.set(gfn, [...clients, client]);
      return;
    }
    this.#clients.set(gfn, [client]);
    this.#traced[gfn] = 1;
    this.onChange(gfn, true);
  }

  /** `client` need not hear of writes to a frame any more. */
  remove(gfn: number, client: TraceClient): void {
    const clients = this.#clients.get(gfn);
    if (clients === undefined || !clients.includes(client)) return;
    if (clients.length > 1) {
      this.#clients.set(gfn, clients.filter((other) => other !== client));
      return;
    }
    this.#clients.delete(gfn);
    this.#traced[gfn] = 0;
    this.onChange(gfn, false);
  }

  /** Whether `client` hears of writes to a frame. */
  has(gfn: number, client: TraceClient): boolean {
    return this.#clients.get(gfn)?.includes(client) ?? false;
  }

  /** Whether `client` is the only one that hears of writes to a frame. */
  only(gfn: number, client: TraceClient): boolean {
    const clients = this.#clients.get(gfn);
    return clients?.length === 1 && clients[0] === client;
  }

  /** Tells everyone who asked about the frame of `gpa`, in the order in which they asked; clients may come and go meanwhile. */
  notify(gpa: number, bytes: number): void {
    const clients = this.#clients.get(gpa >>> 12);
    if (clients === undefined) return;
    for (const client of clients) client.wrote(gpa, bytes);
  }
}
