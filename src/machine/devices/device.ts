/**
 * What every device can do, whatever it is.
 *
 * @module
 */

/** A device on the bus. Its constructor attaches it. */
export interface Device {
  /** Unique in its machine; also the key of its state in a snapshot. */
  readonly name: string;
  /** Brings the device into its power-up state. */
  reset(): void;
  /** Everything the device remembers, as plain data that JSON can carry. */
  save(): unknown;
  /** Takes over what {@linkcode Device.save} of the same kind of device gave. */
  restore(state: unknown): void;
}

/** A wire that carries a level, e.g. an interrupt request. */
export type Line = (level: boolean) => void;
