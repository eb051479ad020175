/**
 * What others measured: the yardstick for the nanobenchmarks.
 *
 * @module
 */

import type { NanobenchmarkName } from "../guests/mod.ts";

/** A figure of the literature. */
export interface PublishedFigure {
  /** Cycles of one operation. */
  readonly cycles: number;
  /** Publication, and how sure the figure is. */
  readonly source: string;
}

/** Profile of the processor that the figures were measured on. */
export const PUBLISHED_PROFILE = "pentium4-672";

const ADAMS_AGESEN = "Adams and Agesen, ASPLOS 2006, nanobenchmarks on a Pentium 4 672";
const table = (cycles: number): PublishedFigure => ({ cycles, source: ADAMS_AGESEN });
const text = (cycles: number): PublishedFigure => ({ cycles, source: `${ADAMS_AGESEN}, text (from memory)` });

/** Figures by operation and technique; `hardware-assisted` is first-generation VT-x. */
export const PUBLISHED: Readonly<
  Partial<Record<NanobenchmarkName, Readonly<Record<string, PublishedFigure>>>>
> = {
  "syscall": { "native": table(242), "binary-translation": table(2308), "hardware-assisted": table(242) },
  "in": {
    "native": table(3209),
    "binary-translation": { cycles: 214, source: `${ADAMS_AGESEN}: "15 times faster" than native 3209` },
    "hardware-assisted": table(15826),
  },
  "call/ret": { "native": table(11), "binary-translation": table(51), "hardware-assisted": table(11) },
  "pgfault": { "native": table(1093), "binary-translation": table(3927), "hardware-assisted": table(11242) },
  "divzero": { "native": table(889), "binary-translation": table(3223), "hardware-assisted": table(1014) },
  "ptemod": { "native": table(1), "binary-translation": table(391), "hardware-assisted": table(12733) },
  "rdtsc": {
    "native": { cycles: 102, source: "InstLatx64, Prescott" },
    "trap-and-emulate": text(2030),
    "binary-translation": text(216),
  },
  "cli": { "native": { cycles: 60, source: `${ADAMS_AGESEN}: "about 60" (from memory)` } },
};

/** RDTSC under binary translation when the translator leaves it to the monitor. */
export const PUBLISHED_RDTSC_BY_CALLOUT: PublishedFigure = text(1254);
