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

/** A linear address had no entry in the TLB. */
export const EVENT_TLB_MISS = FIRST_NAMED + 0;
/** Page tables were walked (for a TLB miss, or to set accessed and dirty bits). */
export const EVENT_PAGE_WALK = FIRST_NAMED + 1;
/** The TLB was emptied. */
export const EVENT_TLB_FLUSH = FIRST_NAMED + 2;
/** One page was dropped from the TLB. */
export const EVENT_TLB_PAGE_INVALIDATION = FIRST_NAMED + 3;
/** A straight-line run of guest code was decoded. */
export const EVENT_BLOCK_DECODED = FIRST_NAMED + 4;
/** Decoded code was thrown away because its bytes changed. */
export const EVENT_CODE_INVALIDATION = FIRST_NAMED + 5;
/** The CPL changed. */
export const EVENT_PRIVILEGE_CHANGE = FIRST_NAMED + 6;
/** A TSS switch. */
export const EVENT_TASK_SWITCH = FIRST_NAMED + 7;
/** Another world began to pay. */
export const EVENT_WORLD_SWITCH = FIRST_NAMED + 8;
/** An IN. */
export const EVENT_PORT_READ = FIRST_NAMED + 9;
/** An OUT. */
export const EVENT_PORT_WRITE = FIRST_NAMED + 10;
/** An access to a memory-mapped device. */
export const EVENT_DEVICE_MEMORY_ACCESS = FIRST_NAMED + 11;
/** A VM entry. */
export const EVENT_VM_ENTRY = FIRST_NAMED + 12;
/** The monitor's dispatcher was entered. */
export const EVENT_MONITOR_ENTRY = FIRST_NAMED + 13;
/** The monitor interpreted an instruction. */
export const EVENT_MONITOR_INTERPRETATION = FIRST_NAMED + 14;
/** A shadow page-table entry was made. */
export const EVENT_SHADOW_FILL = FIRST_NAMED + 15;
/** A shadow page-table entry was dropped. */
export const EVENT_SHADOW_INVALIDATION = FIRST_NAMED + 16;
/** A write-traced page was written. */
export const EVENT_TRACE_HIT = FIRST_NAMED + 17;
/** A unit of guest code was translated. */
export const EVENT_TRANSLATION = FIRST_NAMED + 18;
/** An instruction of guest code was translated. */
export const EVENT_TRANSLATED_INSTRUCTION = FIRST_NAMED + 19;
/** A translation was found. */
export const EVENT_TRANSLATION_CACHE_HIT = FIRST_NAMED + 20;
/** A translation was not found. */
export const EVENT_TRANSLATION_CACHE_MISS = FIRST_NAMED + 21;
/** A translation was linked to the next. */
export const EVENT_CHAIN = FIRST_NAMED + 22;
/** Translated code called the monitor. */
export const EVENT_CALLOUT = FIRST_NAMED + 23;
/** A paravirtual call. */
export const EVENT_HYPERCALL = FIRST_NAMED + 24;
/** Second-dimension page tables were walked. */
export const EVENT_EPT_WALK = FIRST_NAMED + 25;

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
