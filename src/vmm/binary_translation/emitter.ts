/**
 * Writes machine code: the handful of instructions that emitted sequences are made of, with marks that tell at each byte where
 * the guest is. None of them but those that say so changes a flag.
 *
 * @module
 */

import { VECTOR_CALLOUT } from "../area.ts";
import type { Mark, Recipe } from "./unit.ts";

/** Registers by their numbers in machine code. */
export const EAX = 0, ECX = 1, EDX = 2, ESP = 4;

/** Prefix of accesses through GS. */
const GS = 0x65;
/** Bytes of an exit: room for a JMP rel32. */
export const EXIT_BYTES = 5;

/** A short forward jump that waits for its target. */
export type ShortJump = number;

/** Writes the code of one unit. */
export class Emitter {
  readonly #bytes: number[] = [];
  readonly #marks: Mark[] = [];
  #eip = 0;
  #next = 0;
  #shadow = false;

  /** Offset of the next byte. */
  get at(): number {
    return this.#bytes.length;
  }

  /** What was written. */
  code(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Where the guest is, by offset, ascending. */
  marks(): readonly Mark[] {
    return this.#marks;
  }

  /**
   * From here on the guest stands before the instruction at `eip`, with its own registers.
   *
   * @param next EIP behind it
   * @param shadow it is the one after STI, which interrupts have to wait for
   */
  boundary(eip: number, next: number, shadow = false): void {
    this.#eip = eip;
    this.#next = next;
    this.#shadow = shadow;
    this.#mark(null);
  }

  /** From here on, what is needed to get back before the present instruction. */
  recover(recipe: Recipe): void {
    this.#mark(recipe);
  }

  /** From here on the registers are the guest's again, before the present instruction. */
  recovered(): void {
    this.#mark(null);
  }

  /** From here on the present instruction has happened, but for what a recipe restores; it must not happen again. */
  happened(recipe: Recipe): void {
    this.#mark(recipe, this.#next, false);
  }

  /** From here on the present instruction has happened, and the guest is at `eip` with its own registers. */
  committed(eip: number): void {
    this.#mark(null, eip, false);
  }

  #mark(recipe: Recipe | null, eip = this.#eip, shadow = this.#shadow): void {
    const mark = { at: this.at, eip, recipe, shadow };
    if (this.#marks[this.#marks.length - 1]?.at === this.at) this.#marks.pop();
    this.#marks.push(mark);
  }

  /** Any bytes. */
  bytes(...bytes: number[]): void {
    for (const byte of bytes) this.#bytes.push(byte & 0xff);
  }

  /** A 32-bit word, lowest byte first. */
  word(value: number): void {
    this.bytes(value, value >> 8, value >> 16, value >> 24);
  }

  /** MOV gs:[slot], register */
  store(slot: number, register: number): void {
    this.bytes(GS, 0x89, 0x05 | register << 3);
    this.word(slot);
  }

  /** MOV register, gs:[slot] */
  load(register: number, slot: number): void {
    this.bytes(GS, 0x8b, 0x05 | register << 3);
    this.word(slot);
  }

  /** MOV DWORD gs:[slot], value */
  storeConstant(slot: number, value: number): void {
    this.bytes(GS, 0xc7, 0x05);
    this.word(slot);
    this.word(value);
  }

  /** MOV register, gs:[base + slot] */
  loadIndexed(register: number, base: number, slot: number): void {
    this.bytes(GS, 0x8b, 0x80 | register << 3 | base);
    this.word(slot);
  }

  /** MOV register, gs:[index * 4 + slot] */
  loadTable(register: number, index: number, slot: number): void {
    this.bytes(GS, 0x8b, 0x04 | register << 3, 0x85 | index << 3);
    this.word(slot);
  }

  /** LEA register, [base + displacement] */
  add(register: number, base: number, displacement: number): void {
    if (base === ESP) this.bytes(0x8d, 0x84 | register << 3, 0x24);
    else this.bytes(0x8d, 0x80 | register << 3 | base);
    this.word(displacement);
  }

  /** LEA register, [base + index + displacement] */
  sum(register: number, base: number, index: number, displacement = 0): void {
    this.bytes(0x8d, 0x84 | register << 3, index << 3 | base);
    this.word(displacement);
  }

  /** LEA register, [index * 8] */
  times8(register: number, index: number): void {
    this.bytes(0x8d, 0x04 | register << 3, 0xc5 | index << 3);
    this.word(0);
  }

  /** MOVZX register, WORD of register */
  low16(register: number, from: number): void {
    this.bytes(0x0f, 0xb7, 0xc0 | register << 3 | from);
  }

  /** MOV register, [esp + displacement] */
  peek(register: number, displacement = 0): void {
    this.bytes(0x8b, 0x44 | register << 3, 0x24, displacement);
  }

  /** MOVZX register, BYTE or WORD [esp + displacement] */
  peekPart(register: number, size: 1 | 2, displacement: number): void {
    this.bytes(0x0f, size === 1 ? 0xb6 : 0xb7, 0x44 | register << 3, 0x24, displacement);
  }

  /** MOV [esp], register */
  poke(register: number): void {
    this.bytes(0x89, 0x04 | register << 3, 0x24);
  }

  /** PUSH value */
  push(value: number): void {
    this.bytes(0x68);
    this.word(value);
  }

  /** PUSH DWORD gs:[slot] */
  pushSlot(slot: number): void {
    this.bytes(GS, 0xff, 0x35);
    this.word(slot);
  }

  /** JMP gs:[slot] */
  jumpSlot(slot: number): void {
    this.bytes(GS, 0xff, 0x25);
    this.word(slot);
  }

  /** JECXZ to a place that {@linkcode land} names later. */
  jumpIfEcxZero(): ShortJump {
    this.bytes(0xe3, 0);
    return this.at;
  }

  /** The place a short jump leads to. */
  land(jump: ShortJump): void {
    this.#bytes[jump - 1] = this.at - jump;
  }

  /** INT F1h: the monitor takes over. @returns its offset */
  callout(): number {
    const at = this.at;
    this.bytes(0xcd, VECTOR_CALLOUT);
    return at;
  }

  /** A callout with room to be patched into a jump. @returns its offset */
  exit(): number {
    const at = this.callout();
    for (let n = 2; n < EXIT_BYTES; n++) this.bytes(0x90);
    return at;
  }

  /** Jcc with a displacement that is filled in later. @returns the displacement's offset */
  jumpIf(condition: number): number {
    this.bytes(0x0f, 0x80 | condition);
    this.word(0);
    return this.at - 4;
  }

  /** JMP with a displacement that is filled in later. @returns the displacement's offset */
  jump(): number {
    this.bytes(0xe9);
    this.word(0);
    return this.at - 4;
  }

  /** Fills in a displacement of 32 bits so that it leads to `target`. */
  fill(displacement: number, target: number): void {
    const value = target - (displacement + 4);
    for (let n = 0; n < 4; n++) this.#bytes[displacement + n] = (value >> (8 * n)) & 0xff;
  }
}
