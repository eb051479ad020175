/**
 * What a cost profile is: the price list of one processor.
 *
 * @module
 */

import { COST_CLASSES, type CostClass } from "../isa/mod.ts";

/** A price and where it comes from. */
export interface Cost {
  /** Cycles; measured figures may have fractions. */
  readonly cycles: number;
  /** Publication, or "model parameter: ..." with what it is calibrated on. */
  readonly source: string;
}

/**
 * What memory operands add to an instruction. Accesses that an instruction always makes (the stack of PUSH, POP, CALL,
 * RET, the elements of a string instruction, descriptor reads) are part of its class.
 */
export const OPERAND_COSTS = [
  "load", // per memory source operand
  "store", // per memory destination operand
  "locked", // bus lock: LOCK prefix, or XCHG with memory
] as const;

/** Name of an addition for memory operands. */
export type OperandCost = typeof OPERAND_COSTS[number];

/** Everything besides instructions that costs cycles. */
export const COST_EVENTS = [
  "tlb-miss", // page walk, per level of page table read
  "tlb-flush", // emptying the TLB (MOV to CR3 and the like), beside the instruction
  "exception", // delivery through a gate to the same ring
  "exception-ring-change", // added when delivery switches to an inner ring's stack
  "page-fault", // added for #PF: finding out and CR2
  "interrupt", // delivery of an external interrupt through a gate to the same ring
  "interrupt-acknowledge", // INTA bus cycles to the 8259A
  "call-gate", // added to a far call through a gate
  "privilege-change", // added to far CALL, RET and IRET that change the CPL
  "task-switch", // added for a TSS switch
  "string-start", // set-up of a REP string instruction
  "string-block", // per 64 bytes moved or stored by a fast REP MOVS or STOS
  "branch-mispredicted",
  "port-access", // bus cycle of an access to an ISA port
  "device-memory-access", // bus cycle of an access to a memory-mapped device
  "vm-entry",
  "vm-exit",
  "vmcs-read",
  "vmcs-write",
  "ept-walk", // second-dimension walk after a TLB miss, per level
  "monitor-dispatch", // the dispatcher: save, find the cause, choose a routine, restore
  "monitor-decode", // decoding one guest instruction in software
  "monitor-interpret", // one interpreter routine on the virtual processor
  "monitor-memory-access", // one guest access made by the monitor, with its checks
  "shadow-fill", // making one shadow page-table entry
  "shadow-invalidate", // dropping one shadow page-table entry
  "translate-instruction", // translating one guest instruction
  "translation-lookup", // looking up a translation by guest address
  "callout", // leaving the translation cache for a monitor routine and coming back
  "hypercall", // entry and exit of a paravirtual call
] as const;

/** Name of an event that costs cycles. */
export type CostEvent = typeof COST_EVENTS[number];

/** The price list of one processor, as plain data. */
export interface CostProfile {
  /** What {@linkcode profileByName} finds it by, e.g. `pentium4-672`. */
  readonly name: string;
  /** The processor's marketing name. */
  readonly title: string;
  /** Core clock in Hz, an integer; the time stamp counter and all devices follow it. */
  readonly hertz: number;
  /** What the profile as a whole rests on. */
  readonly source: string;
  /** By instruction class. */
  readonly instruction: Readonly<Record<CostClass, Cost>>;
  /** What memory operands add. */
  readonly operand: Readonly<Record<OperandCost, Cost>>;
  /** By event. */
  readonly event: Readonly<Record<CostEvent, Cost>>;
}

/** A profile's figures as the ledger charges them: whole cycles. */
export interface IntegerCosts {
  /** By instruction class. */
  readonly instruction: Readonly<Record<CostClass, number>>;
  /** What memory operands add. */
  readonly operand: Readonly<Record<OperandCost, number>>;
  /** By event. */
  readonly event: Readonly<Record<CostEvent, number>>;
}

/**
 * Rounds every figure of a profile to whole cycles (halves up), an instruction to at least one, so that time always
 * advances. What an instruction costs is fixed when it is decoded.
 */
export function integerCosts(profile: CostProfile): IntegerCosts {
  const rounded = <K extends string>(keys: readonly K[], costs: Readonly<Record<K, Cost>>, least: number) =>
    Object.fromEntries(keys.map((key) => [key, Math.max(least, Math.round(costs[key].cycles))])) as Record<
      K,
      number
    >;
  return {
    instruction: rounded(COST_CLASSES, profile.instruction, 1),
    operand: rounded(OPERAND_COSTS, profile.operand, 0),
    event: rounded(COST_EVENTS, profile.event, 0),
  };
}
