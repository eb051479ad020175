/**
 * The benchmark's guests: what they are, and the ROM images made of them.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { asm } from "../src/isa/mod.ts";

/** A guest kernel. */
export interface Kernel {
  /** Name on the command line and in the table. */
  readonly name: string;
  readonly what: string;
  /** Source file in `kernels/`, without the ending. */
  readonly source: string;
  /** How it sets up paging: off, 4 KiB pages, 4 MiB pages. */
  readonly paging: 0 | 1 | 2;
  /** Rounds that take this project's interpreter some seconds. */
  readonly rounds: number;
}

/** All kernels, in the order of the table. */
export const KERNELS: readonly Kernel[] = [
  {
    name: "integer",
    what: "sieve, CRC-32, matrix product, quicksort",
    source: "integer",
    paging: 0,
    rounds: 500,
  },
  { name: "integer-4k", what: "the same with 4 KiB pages", source: "integer", paging: 1, rounds: 500 },
  { name: "integer-4m", what: "the same with 4 MiB pages", source: "integer", paging: 2, rounds: 500 },
  {
    name: "memory",
    what: "copies, pointer chasing, unaligned accesses, bytes and words",
    source: "memory",
    paging: 0,
    rounds: 1200,
  },
  { name: "calls", what: "recursion, calls through a table", source: "calls", paging: 0, rounds: 1500 },
  {
    name: "traps",
    what: "INT 80h, SYSENTER and page faults from ring 3",
    source: "traps",
    paging: 1,
    rounds: 2000,
  },
];

/** Offset of the words that the image reads its parameters from: rounds, paging (see kernels/runtime.asm). */
const PARAMETERS = 0xffc0;

const assembled = new Map<string, Uint8Array>();

function assemble(source: string): Uint8Array {
  let bytes = assembled.get(source);
  if (bytes === undefined) {
    const text = (name: string) => readFileSync(new URL(`kernels/${name}.asm`, import.meta.url), "utf8");
    bytes = asm(`${text("runtime")}\n${text(source)}\n${text("reset")}`).bytes;
    assembled.set(source, bytes);
  }
  return bytes.slice();
}

/** The ROM image of a kernel that is to make `rounds` rounds: 64 KiB, started at F000:FFF0. */
export function kernelImage(kernel: Kernel, rounds: number): Uint8Array {
  const image = assemble(kernel.source);
  const view = new DataView(image.buffer);
  view.setUint32(PARAMETERS, rounds, true);
  view.setUint32(PARAMETERS + 4, kernel.paging, true);
  return image;
}
