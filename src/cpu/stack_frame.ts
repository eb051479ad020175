/**
 * A frame that the processor pushes by itself, for an interrupt or through a call gate: collected first, checked as a whole,
 * and only then written, so that a fault leaves everything as it was.
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import type { Descriptor } from "./descriptors.ts";
import { Fault, SS_VECTOR } from "./fault.ts";
import { probeWrite, writeLinear } from "./memory.ts";
import { BASE, ESP, LIMIT, RIGHTS, RIGHTS_BIG, RIGHTS_DOWN } from "./state.ts";

const SS = 2;

/** Pushes that have not happened yet. */
export class StackFrame {
  readonly #cpu: Cpu;
  readonly #base: number;
  readonly #limit: number;
  readonly #rights: number;
  readonly #user: boolean;
  readonly #errorCode: number;
  readonly #addresses: number[] = [];
  readonly #values: number[] = [];
  readonly #size: 2 | 4;
  #top: number;

  private constructor(
    cpu: Cpu,
    base: number,
    limit: number,
    rights: number,
    top: number,
    size: 2 | 4,
    user: boolean,
    errorCode: number,
  ) {
    this.#cpu = cpu;
    this.#base = base;
    this.#limit = limit >>> 0;
    this.#rights = rights;
    this.#top = top;
    this.#size = size;
    this.#user = user;
    this.#errorCode = errorCode;
  }

  /** On the present stack. @param size bytes per push */
  static here(cpu: Cpu, size: 2 | 4): StackFrame {
    const s = cpu.s;
    return new StackFrame(cpu, s[BASE + SS]!, s[LIMIT + SS]!, s[RIGHTS + SS]!, s[ESP]!, size, cpu.user, 0);
  }

  /** On an inner ring's stack; when it is too small, #SS has the stack's selector as error code. */
  static on(cpu: Cpu, selector: number, descriptor: Descriptor, top: number, size: 2 | 4): StackFrame {
    const { base, limit, rights } = descriptor;
    return new StackFrame(cpu, base, limit, rights, top, size, false, selector & 0xfffc);
  }

  /** The stack pointer after all pushes so far; with a 16-bit stack its upper half is what it was. */
  get top(): number {
    return this.#top;
  }

  /** Notes one push. */
  push(value: number): void {
    const big = (this.#rights & RIGHTS_BIG) !== 0;
    const top = this.#top - this.#size;
    this.#top = big ? top | 0 : (this.#top & ~0xffff) | (top & 0xffff);
    const offset = (big ? this.#top : this.#top & 0xffff) >>> 0;
    if (!this.#inside(offset)) throw new Fault(SS_VECTOR, this.#errorCode);
    this.#addresses.push((this.#base + offset) | 0);
    this.#values.push(value);
  }

  #inside(offset: number): boolean {
    const last = offset + this.#size - 1;
    if ((this.#rights & RIGHTS_DOWN) === 0) return last <= this.#limit || this.#limit === 0xffffffff;
    return offset > this.#limit && last <= ((this.#rights & RIGHTS_BIG) !== 0 ? 0xffffffff : 0xffff);
  }

  /** Makes sure that {@linkcode write} cannot fault. @throws {Fault} #PF */
  check(): void {
    for (const address of this.#addresses) probeWrite(this.#cpu, address, this.#size, this.#user);
  }

  /** Writes the frame. The stack pointer is the caller's to set. */
  write(): void {
    for (let i = 0; i < this.#addresses.length; i++) {
      writeLinear(this.#cpu, this.#addresses[i]!, this.#size, this.#values[i]!, this.#user);
    }
  }
}
