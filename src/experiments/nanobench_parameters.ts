/**
 * Which entries of a cost profile a measured figure rests on, found by turning them and looking.
 *
 * @module
 */

import { COST_EVENTS, type CostProfile, OPERAND_COSTS } from "../cycles/mod.ts";
import { COST_CLASSES } from "../isa/mod.ts";

/** Name of an entry: `instruction.divide`, `operand.load`, `event.exception`. */
export type ProfileEntry = string;

/** All entries of a profile. */
export const PROFILE_ENTRIES: readonly ProfileEntry[] = [
  ...COST_CLASSES.map((name) => `instruction.${name}`),
  ...OPERAND_COSTS.map((name) => `operand.${name}`),
  ...COST_EVENTS.map((name) => `event.${name}`),
];

/** Entries that are raised together at first. */
const GROUP = 16;
/** Each entry is raised by so much, and by at least a cycle. */
const STEP = 0.05;

/** The profile with some entries raised by 5 %, at least by one cycle. */
export function raised(profile: CostProfile, entries: readonly ProfileEntry[]): CostProfile {
  const wanted = new Set(entries);
  const part = <K extends string>(kind: string, costs: CostProfile["instruction"] | Record<K, unknown>) =>
    Object.fromEntries(
      Object.entries(costs as Record<string, { cycles: number; source: string }>).map(([name, cost]) => [
        name,
        wanted.has(`${kind}.${name}`)
          ? { ...cost, cycles: Math.round(cost.cycles) + Math.max(1, Math.round(cost.cycles * STEP)) }
          : cost,
      ]),
    );
  return {
    ...profile,
    instruction: part("instruction", profile.instruction) as CostProfile["instruction"],
    operand: part("operand", profile.operand) as CostProfile["operand"],
    event: part("event", profile.event) as CostProfile["event"],
  };
}

/**
 * The entries that a figure depends on. No entry makes anything cheaper, so that a group that leaves the figure alone when all
 * of it is raised contains none; a group that does not is halved.
 *
 * @param measure gives the figure when these entries are raised
 * @param least change, in the figure's unit, that counts
 */
export async function parametersOf(
  measure: (entries: readonly ProfileEntry[]) => number | Promise<number>,
  least = 0.01,
): Promise<ProfileEntry[]> {
  const before = await measure([]);
  /** Entries of a group of which it may be known already that it contains one. */
  const search = async (entries: readonly ProfileEntry[], known: boolean): Promise<ProfileEntry[]> => {
    if (!known && Math.abs(await measure(entries) - before) < least) return [];
    if (entries.length === 1) return [...entries];
    const middle = entries.length >>> 1;
    const first = await search(entries.slice(0, middle), false);
    return [...first, ...await search(entries.slice(middle), first.length === 0)];
  };
  const found: ProfileEntry[] = [];
  for (let n = 0; n < PROFILE_ENTRIES.length; n += GROUP) {
    found.push(...await search(PROFILE_ENTRIES.slice(n, n + GROUP), false));
  }
  return found;
}
