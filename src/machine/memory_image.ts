/**
 * Copies of a machine's memory that share what did not change.
 *
 * @module
 */

import { PAGE_BYTES } from "./physical_memory.ts";

const ZEROS = new Uint8Array(PAGE_BYTES);
const PAGE_WORDS = PAGE_BYTES / 4;

/** The contents of a memory at one moment, as pages. Never changed after construction. */
export class MemoryImage {
  /** Pages of 4 KiB, in address order. */
  readonly pages: readonly Uint8Array[];
  /** Bytes that this image does not share with the one it was taken after. */
  readonly ownBytes: number;

  private constructor(pages: readonly Uint8Array[], ownBytes: number) {
    this.pages = pages;
    this.ownBytes = ownBytes;
  }

  /** Copies a memory; pages equal to those of `previous`, or all zero, are shared. */
  static take(memory: Uint8Array, previous?: MemoryImage): MemoryImage {
    const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    let own = 0;
    const pages = Array.from({ length: memory.length / PAGE_BYTES }, (_, n) => {
      const before = previous?.pages[n] ?? ZEROS;
      if (samePage(words, n, before)) return before;
      if (before !== ZEROS && samePage(words, n, ZEROS)) return ZEROS;
      own += PAGE_BYTES;
      return memory.slice(n * PAGE_BYTES, (n + 1) * PAGE_BYTES);
    });
    return new MemoryImage(pages, own);
  }

  /** Makes an image of pages by number; those not given are zero. */
  static of(count: number, given: ReadonlyMap<number, Uint8Array>): MemoryImage {
    const pages = Array.from({ length: count }, (_, n) => given.get(n) ?? ZEROS);
    return new MemoryImage(pages, given.size * PAGE_BYTES);
  }

  /** Writes the image back. */
  restore(memory: Uint8Array): void {
    this.pages.forEach((page, n) => memory.set(page, n * PAGE_BYTES));
  }

  /** Pages that are not zero, with their numbers. */
  filled(): [number: number, page: Uint8Array][] {
    return this.pages.flatMap((page, n): [number, Uint8Array][] => page === ZEROS ? [] : [[n, page]]);
  }
}

function samePage(words: Int32Array, number: number, page: Uint8Array): boolean {
  const other = new Int32Array(page.buffer, page.byteOffset, PAGE_WORDS);
  const start = number * PAGE_WORDS;
  for (let n = 0; n < PAGE_WORDS; n++) {
    if (words[start + n] !== other[n]) return false;
  }
  return true;
}
