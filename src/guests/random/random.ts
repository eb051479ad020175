/**
 * Random choices that are the same on every run: the generator is the seed and nothing else.
 *
 * @module
 */

/** Values at the edges of what instructions treat differently. */
const EDGES: readonly number[] = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x100,
  0x7fff,
  0x8000,
  0xffff,
  0x10000,
  0x7fffffff,
  0x80000000,
  0xfffffffe,
  0xffffffff,
];

/** A source of choices (sfc32 by Chris Doty-Humphrey, public domain), all of which follow from the seed. */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9 | 0;
  #counter = 1;

  /** @param seed any whole number below 2 ** 53 */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) ^ 0x2545f491;
    for (let n = 0; n < 12; n++) this.u32();
  }

  /** Any 32-bit number, unsigned. */
  u32(): number {
    const sum = (this.#a + this.#b | 0) + this.#counter | 0;
    this.#counter = this.#counter + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + sum | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.u32() / 2 ** 32 * below);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  /** One of the list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** One of the words of a text. */
  word(words: string): string {
    return this.pick(words.split(" "));
  }

  /** A 32-bit value, often one at an edge. */
  value(): number {
    return this.chance(0.5) ? this.pick(EDGES) : this.u32() >>> this.below(32);
  }
}
