/**
 * A look at the translation cache: plain data for notebooks.
 *
 * @module
 */

import { listing } from "../../isa/mod.ts";
import { AREA_CACHE } from "../area.ts";
import type { CacheCounts, CacheMemory } from "./cache.ts";
import type { Translator } from "./translator.ts";
import type { TranslationKind, Unit } from "./unit.ts";

/** A line of machine code. */
export interface TranslationLine {
  /** Linear address. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** One guest instruction and what became of it. */
export interface TranslatedInstruction {
  readonly kind: TranslationKind;
  readonly guest: TranslationLine;
  /** As it is now, links patched in. */
  readonly translation: readonly TranslationLine[];
}

/** A way out of a unit. */
export interface TranslationExit {
  /** Linear address in the cache. */
  readonly address: number;
  /** Guest EIP it leads to; null for an inline cache that has predicted nothing yet. */
  readonly target: number | null;
  /** Patched into a jump: the unit it leads to. Null while it calls the monitor. */
  readonly chainedTo: number | null;
  readonly inlineCache: boolean;
}

/** One unit. */
export interface TranslationUnit {
  readonly id: number;
  /** Guest EIP. */
  readonly eip: number;
  /** Linear address in the cache. */
  readonly address: number;
  /** Bytes of guest code and of translated code. */
  readonly guestBytes: number;
  readonly bytes: number;
  /** False when its page of guest code is not mapped at present. */
  readonly active: boolean;
  /** How often the monitor entered it. */
  readonly entered: number;
  /** How often it was executed; undefined unless the option `countExecutions` is on. */
  readonly executions: number | undefined;
  /** Links that lead here. */
  readonly incoming: number;
  readonly instructions: readonly TranslatedInstruction[];
  /** What was emitted behind the last instruction: the way on. */
  readonly tail: readonly TranslationLine[];
  readonly exits: readonly TranslationExit[];
}

/** The translation cache as a whole. */
export interface TranslationReport {
  readonly units: readonly TranslationUnit[];
  readonly totals: CacheCounts & {
    /** Bytes of cache in use, and its size. */
    readonly usedBytes: number;
    readonly cacheBytes: number;
    /** Guest instructions in the units shown, by what became of them. */
    readonly kinds: Readonly<Record<TranslationKind, number>>;
    readonly calloutsByReason: Readonly<Record<string, number>>;
    readonly cacheEntries: number;
    readonly directEntries: number;
  };
}

/** Makes the report. Units whose guest code is gone are left out. */
export function translationReport(
  translator: Translator,
  memory: CacheMemory,
  counts: {
    readonly callouts: Readonly<Record<string, number>>;
    cacheEntries: number;
    directEntries: number;
  },
): TranslationReport {
  const { cache, options, context } = translator;
  const kinds = { ident: 0, continuation: 0, "look-up": 0, emulated: 0, callout: 0 };
  const units = cache.units.filter(({ live }) => live).map((unit) => {
    for (const { kind } of unit.instructions) kinds[kind]++;
    return describe(translator, memory, unit, context.base);
  });
  return {
    units,
    totals: {
      ...cache.counts,
      usedBytes: cache.used,
      cacheBytes: options.cacheBytes,
      kinds,
      calloutsByReason: { ...counts.callouts },
      cacheEntries: counts.cacheEntries,
      directEntries: counts.directEntries,
    },
  };
}

function describe(
  { cache }: Translator,
  memory: CacheMemory,
  unit: Unit,
  base: number,
): TranslationUnit {
  const address = cache.linear({ unit, at: 0, eip: unit.eip }) >>> 0;
  const code = new Uint8Array(unit.code.length);
  for (let at = 0; at < code.length; at++) {
    const offset = AREA_CACHE + unit.start + at;
    code[at] = memory.read32(offset & ~3) >>> (8 * (offset & 3));
  }
  const lines = (from: number, to: number): TranslationLine[] =>
    listing(code.subarray(from, to), { address: (address + from) >>> 0 }).map(({ address, bytes, text }) => ({
      address,
      bytes,
      text,
    }));
  const end = unit.instructions[unit.instructions.length - 1]!.end;
  return {
    id: unit.id,
    eip: unit.eip >>> 0,
    address,
    guestBytes: unit.length,
    bytes: code.length,
    active: unit.active,
    entered: unit.entered,
    executions: cache.executions(unit),
    incoming: unit.incoming.size,
    instructions: unit.instructions.map(({ eip, bytes, kind, start, end }) => {
      const [guest] = listing(bytes, { address: (base + eip) >>> 0 });
      return {
        kind,
        guest: { address: guest!.address, bytes, text: guest!.text },
        translation: lines(start, end),
      };
    }),
    tail: lines(end, code.length),
    exits: unit.exits.map(({ at, target, linked, prediction, changes }) => ({
      address: (address + at) >>> 0,
      target: prediction >= 0 && changes === 0 ? null : target >>> 0,
      chainedTo: linked?.unit.id ?? null,
      inlineCache: prediction >= 0,
    })),
  };
}
