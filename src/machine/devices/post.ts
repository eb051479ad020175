/**
 * The POST port: where a PC's firmware, and many a test program, says how far it has come.
 *
 * @module
 */

import type { Bus } from "../bus.ts";
import type { Device } from "./device.ts";

/** The port of the IBM PC AT. */
export const POST_PORT = 0x80;

/** Codes that are remembered; later ones replace the oldest. */
const HISTORY = 4096;

/** A POST port. It reads back what was last written, as the spare DMA page register it once was. */
export class PostPort implements Device {
  readonly name = "POST port";
  #codes: number[] = [];

  /** Attaches the port. */
  constructor(bus: Bus, port: number = POST_PORT) {
    bus.attachPorts({
      owner: this.name,
      first: port,
      last: port,
      read: () => this.#codes.at(-1) ?? 0xff,
      write: (_, value) => {
        if (this.#codes.length === HISTORY) this.#codes.shift();
        this.#codes.push(value);
      },
    });
  }

  /** The last code, or undefined when there was none. */
  get code(): number | undefined {
    return this.#codes.at(-1);
  }

  /** The last 4096 codes, oldest first. */
  get history(): readonly number[] {
    return this.#codes;
  }

  reset(): void {
    this.#codes = [];
  }

  save(): unknown {
    return [...this.#codes];
  }

  restore(state: unknown): void {
    this.#codes = [...(state as number[])];
  }
}
