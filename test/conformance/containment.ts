/**
 * Every hostile guest beside a victim, under every monitor.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { contain } from "../../src/experiments/containment.ts";
import { HOSTILE_GUESTS, HOSTILE_PARAVIRTUAL_GUESTS } from "../../src/guests/hostile/mod.ts";
import type { TechniqueName } from "../../src/vmm/mod.ts";

/** Techniques that hostile guests are held by: paravirtualization those that attack by hypercall, the others all others. */
export const HELD_BY: readonly TechniqueName[] = ["trap-and-emulate", "binary-translation", "paravirtual"];

/** What was found under one technique. */
export interface ContainmentTally {
  readonly technique: TechniqueName;
  readonly contained: number;
  /** A line for each guest that was not. */
  readonly breaches: readonly string[];
  /** How the guests ended, and how many did. */
  readonly ends: Readonly<Record<string, number>>;
}

/** Holds all hostile guests, by every technique. */
export function checkContainment(): ContainmentTally[] {
  return HELD_BY.map((technique) => {
    const guests = technique === "paravirtual" ? HOSTILE_PARAVIRTUAL_GUESTS : HOSTILE_GUESTS;
    const results = guests.map((guest) => contain(guest, { technique }));
    const ends: Record<string, number> = {};
    for (const { status } of results) ends[status] = (ends[status] ?? 0) + 1;
    return {
      technique,
      contained: results.filter(({ contained }) => contained).length,
      breaches: results.filter(({ contained }) => !contained)
        .map(({ guest, breaches }) => `${guest} under ${technique}: ${breaches.join("; ")}`),
      ends,
    };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tallies = checkContainment();
  for (const { technique, contained, breaches, ends } of tallies) {
    const how = Object.entries(ends).map(([end, count]) => `${count} ${end}`).join(", ");
    console.log(`${technique}: ${contained} contained (${how}), ${breaches.length} not`);
    for (const line of breaches) console.log(`  ${line}`);
  }
  if (tallies.some(({ breaches }) => breaches.length > 0)) process.exitCode = 1;
}
