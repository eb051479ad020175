/**
 * The scheduler: whose turn it is. Round robin over the virtual machines that can go on, a slice at a time.
 *
 * @module
 */

import type { VirtualMachine } from "./virtual_machine.ts";

/** Picks virtual machines in turn. */
export class Scheduler {
  readonly #slice: number;
  #current: VirtualMachine | null = null;
  #sliceEnd = 0;

  /** @param slice cycles a virtual machine may run while others wait */
  constructor(slice: number) {
    this.#slice = slice;
  }

  /** Cycle at which the present turn is over. */
  get sliceEnd(): number {
    return this.#sliceEnd;
  }

  /**
   * The virtual machine that goes on now: the present one until its slice is over or it waits, then the next that is ready.
   *
   * @returns null when none is ready
   */
  pick(machines: readonly VirtualMachine[], now: number): VirtualMachine | null {
    const current = this.#current;
    const turnOver = current === null || current.yields || now >= this.#sliceEnd;
    if (!turnOver && current.ready && machines.includes(current)) return current;
    const start = current === null ? 0 : machines.indexOf(current) + 1;
    for (let n = 0; n < machines.length; n++) {
      const candidate = machines[(start + n) % machines.length]!;
      if (!candidate.ready) continue;
      this.#current = candidate;
      candidate.yields = false;
      this.#sliceEnd = now + this.#slice;
      return candidate;
    }
    return null;
  }
}
