/**
 * Makes a random kernel that shows something small: the fewest steps, rounds and lines that still show it.
 *
 * @module
 */

import type { RandomKernelPlan } from "./kernel.ts";
import type { Step } from "./step.ts";

/** Whether a smaller plan still shows what is looked for. Called for plans that may be no program: then it must say false. */
export type StillShows = (plan: RandomKernelPlan) => boolean;

/**
 * Takes away what is not needed: rounds first, then steps, half of them at a time and then fewer, then lines of the steps
 * that are left.
 *
 * @param plan a plan for which `shows` is true
 * @param shows may throw, which counts as false
 * @returns the smallest plan found; it still shows
 */
export function shrinkRandomKernel(plan: RandomKernelPlan, shows: StillShows): RandomKernelPlan {
  const still = (candidate: RandomKernelPlan): boolean => {
    try {
      return shows(candidate);
    } catch {
      return false;
    }
  };
  let best = plan;
  const take = (candidate: RandomKernelPlan): boolean => {
    if (!still(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let rounds = 1; rounds < best.rounds; rounds++) {
    if (take({ ...best, rounds })) break;
  }
  const steps = without(best.steps, (steps) => still({ ...best, steps }));
  best = { ...best, steps };
  for (let n = 0; n < best.steps.length; n++) {
    for (const part of ["kernel", "user"] as const) {
      const replaced = (lines: readonly string[]): RandomKernelPlan => ({
        ...best,
        steps: best.steps.map((step, at): Step => at === n ? { ...step, [part]: lines } : step),
      });
      best = replaced(without(best.steps[n]![part], (lines) => still(replaced(lines))));
    }
  }
  if (best.largeLow) take({ ...best, largeLow: false });
  for (let rounds = 1; rounds < best.rounds; rounds++) {
    if (take({ ...best, rounds })) break;
  }
  return best;
}

/** Removes runs of items as long as `shows` says yes to the rest (Zeller's ddmin, runs of falling length). */
function without<T>(items: readonly T[], shows: (items: readonly T[]) => boolean): readonly T[] {
  let rest = items;
  for (let length = Math.max(1, rest.length >> 1); length >= 1; length >>= 1) {
    for (let at = 0; at < rest.length;) {
      const candidate = [...rest.slice(0, at), ...rest.slice(at + length)];
      if (shows(candidate)) rest = candidate;
      else at += length;
    }
  }
  return rest;
}
