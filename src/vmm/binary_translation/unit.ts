/**
 * A translation unit: a few guest instructions, the machine code that stands for them, and what it takes to tell at each of its
 * bytes where the guest is.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { CodePage } from "./code_pages.ts";

/** What became of a guest instruction. */
export type TranslationKind =
  | "ident" // copied
  | "continuation" // a direct branch, or the way on to the next unit
  | "look-up" // its target is looked up when it runs
  | "emulated" // done in the cache on virtual state
  | "callout"; // done by the monitor

/** How to get back from inside an emitted sequence to the state before its guest instruction. */
export interface Recipe {
  /** Registers (bit n: register n) that are to be taken from their spill slots. */
  readonly spilled: number;
  /** The flags are to be taken from their slot. */
  readonly flags?: boolean;
  /** The virtual interrupt flag is to be taken from its slot. */
  readonly interruptFlag?: boolean;
}

/** From this byte of the translation on, up to the next mark, the guest stands before the instruction at `eip`. */
export interface Mark {
  /** Offset in the unit's code. */
  readonly at: number;
  /** Guest EIP, or {@linkcode LOOKED_UP}. */
  readonly eip: number;
  /** Null at a boundary between guest instructions: the registers are the guest's. */
  readonly recipe: Recipe | null;
  /** The instruction is the one after STI, which interrupts have to wait for. */
  readonly shadow: boolean;
}

/** In place of a mark's EIP: the guest EIP is in the slot of the look-up's target. */
export const LOOKED_UP = -1;

/** A place where a unit is left for a target: it calls the monitor until it is patched into a jump. */
export interface Exit {
  readonly unit: Unit;
  /** Offset in the unit's code of five bytes: INT F1h and padding, or JMP. */
  readonly at: number;
  /** Guest EIP of the target; for an inline cache the one predicted, which changes. */
  target: number;
  /** Offset of a conditional jump's displacement that leads here while the exit is not linked, or -1. */
  readonly condition: number;
  /** Offset of an inline cache's displacement, minus the predicted target; or -1. */
  readonly prediction: number;
  /** Where it leads, if it is linked. */
  linked: Entry | null;
  /** How often an inline cache was given another target. */
  changes: number;
}

/** A place in the cache where a guest EIP can be entered. */
export interface Entry {
  readonly unit: Unit;
  /** Offset in the unit's code. */
  readonly at: number;
  readonly eip: number;
}

/** Why translated code calls the monitor at a place. */
export type Site =
  | { readonly kind: "interpret"; readonly instruction: number }
  | { readonly kind: "segment"; readonly instruction: number; readonly prediction: number }
  | { readonly kind: "look-up"; readonly instruction: number; readonly exit: Exit | null }
  | { readonly kind: "exit"; readonly exit: Exit };

/** One guest instruction of a unit. */
export interface UnitInstruction {
  readonly eip: number;
  readonly instruction: Instruction;
  readonly bytes: Uint8Array;
  readonly kind: TranslationKind;
  /** Range of its translation in the unit's code. */
  readonly start: number;
  readonly end: number;
}

/** A translated stretch of guest code. */
export interface Unit {
  /** Counts up in the order of translation. */
  readonly id: number;
  /** Guest EIP of the first instruction. */
  readonly eip: number;
  /** Guest bytes. */
  readonly length: number;
  readonly instructions: readonly UnitInstruction[];
  /** The translation as it was emitted, before any link. */
  readonly code: Uint8Array;
  /** Offset of its first byte in the monitor area. */
  readonly start: number;
  readonly marks: readonly Mark[];
  readonly sites: ReadonlyMap<number, Site>;
  readonly exits: readonly Exit[];
  /** Links that lead here. */
  readonly incoming: Set<Exit>;
  /** Pages of guest code that it was made of: one, or two when an instruction crosses. */
  readonly pages: readonly CodePage[];
  /** False once guest code has changed under it. */
  live: boolean;
  /** True while it can be found: live, and its pages are mapped as they were when it was made. */
  active: boolean;
  /** How often the monitor entered it. */
  entered: number;
  /** Number of its execution counter, or -1. */
  readonly counter: number;
}
