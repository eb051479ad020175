/**
 * Events that the ledger counts, numbered: traps by vector, VM exits by reason, and single kinds by name.
 *
 * @module
 */

/** Event number of vector 0; vector `v`, whether exception or software interrupt, is `EVENT_TRAP + v`. */
export const EVENT_TRAP = 0;
/** External interrupts delivered, by vector: `EVENT_INTERRUPT + v`. */
export const EVENT_INTERRUPT = 256;
/** VM exits by basic exit reason 0..69 (Intel SDM vol. 3, appendix C): `EVENT_EXIT + reason`. */
export const EVENT_EXIT = 512;

const FIRST_NAMED = 592;

/** Events that are counted one by one, in the order of their numbers from 592 on. */
export const NAMED_EVENTS = [
  "tlb-miss",
  "page-walk",
  "tlb-flush",
  "tlb-page-invalidation",
  "block-decoded",
  "code-invalidation",
  "privilege-change",
  "task-switch",
  "world-switch",
  "port-read",
  "port-write",
  "device-memory-access",
  "vm-entry",
  "monitor-entry",
  "monitor-interpretation",
  "shadow-fill",
  "shadow-invalidation",
  "trace-hit",
  "translation",
  "translated-instruction",
  "translation-cache-hit",
  "translation-cache-miss",
  "chain",
  "callout",
  "hypercall",
  "ept-walk",
] as const;

/** An event that is counted under its own name. */
export type NamedEvent = typeof NAMED_EVENTS[number];

/** How many event numbers there are; a {@linkcode Ledger} holds one counter for each. */
export const EVENT_COUNT = 640;

/**
 * The number of a named event, to be kept in a constant by whoever counts it.
 *
 * @example
 * ```ts
 * import { eventNumber } from "ringlab";
 *
 * const EVENT_TLB_MISS = eventNumber("tlb-miss");
 * if (EVENT_TLB_MISS < 512) throw new Error("named events follow the exits");
 * ```
 */
export function eventNumber(name: NamedEvent): number {
  return FIRST_NAMED + NAMED_EVENTS.indexOf(name);
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: "#DE divide error",
  1: "#DB debug",
  2: "NMI",
  3: "#BP breakpoint",
  4: "#OF overflow",
  5: "#BR bound range exceeded",
  6: "#UD invalid opcode",
  7: "#NM device not available",
  8: "#DF double fault",
  10: "#TS invalid TSS",
  11: "#NP segment not present",
  12: "#SS stack fault",
  13: "#GP general protection",
  14: "#PF page fault",
  16: "#MF x87 error",
  17: "#AC alignment check",
  18: "#MC machine check",
};

/** A vector's exception name as the manual abbreviates it, or `INT 80h` for one that no exception has. */
export function vectorName(vector: number): string {
  return EXCEPTIONS[vector] ?? `INT ${vector.toString(16).toUpperCase().padStart(2, "0")}h`;
}

/** What a counter counts, in words: `trap #PF page fault`, `interrupt 20h`, `VM exit 12`, `tlb-miss`. */
export function eventName(event: number): string {
  if (event < EVENT_INTERRUPT) return `trap ${vectorName(event - EVENT_TRAP)}`;
  if (event < EVENT_EXIT) {
    return `interrupt ${(event - EVENT_INTERRUPT).toString(16).toUpperCase().padStart(2, "0")}h`;
  }
  if (event < FIRST_NAMED) return `VM exit ${event - EVENT_EXIT}`;
  return NAMED_EVENTS[event - FIRST_NAMED] ?? `event ${event}`;
}
