/**
 * Evidence: one execution, or a pair of them, that shows a property of an instruction, and the sentence that says so.
 *
 * @module
 */

import { EXCEPTION_NAMES } from "../cpu/mod.ts";
import { formatInstruction } from "../isa/mod.ts";
import type { Ending } from "./bench.ts";
import type { Difference } from "./effect.ts";
import { hex } from "./hex.ts";
import type { Ring } from "./layout.ts";

/** What a witness shows. */
export type WitnessKind =
  | "privilege" // traps in a ring, and in ring 0 it does not
  | "control" // changes a resource or the mode without a trap
  | "mode" // does something else in another ring
  | "resource"; // shows the program something of a resource

/** One piece of evidence. */
export interface Witness {
  readonly kind: WitnessKind;
  /** The instruction as an assembler writes it. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** The program state, by its name. */
  readonly sample: string;
  /** The ring of the execution, or of both. For `mode` and `privilege` the outer one; the other is ring 0. */
  readonly ring: Ring;
  /** For `resource`: which variation separated the two executions. */
  readonly variation?: string;
  readonly differences: readonly Difference[];
  /** The evidence in one sentence. */
  readonly sentence: string;
}

const NUMBERS_SMALL = new Set(["CPL", "IF", "IOPL", "VM", "NMIs blocked"]);
const FLAG = /^[A-Z]{2}$/;
/** Differences say less the further down they stand here; the first that applies is told. */
const TELLING = ["CPL", "activity", "IF", "IOPL", "cr0", "cr3", "cr4", "gdtr base", "idtr base", "ZF"];

/** A value in the notation that its kind of register usually has. */
export function valueText(name: string, value: number): string {
  if (name === "activity") return value === 1 ? "halted" : value === 0 ? "running" : "shutdown";
  if (
    NUMBERS_SMALL.has(name) || FLAG.test(name) || name.includes("taken") || name.includes("writes") ||
    name.includes("TLB")
  ) {
    return String(value);
  }
  const selector = /^(es|cs|ss|ds|fs|gs|ldtr|tr)$/.test(name);
  return hex(value, selector ? 4 : 8);
}

/** The most telling of some differences. */
export function telling(differences: readonly Difference[]): Difference {
  for (const name of TELLING) {
    const found = differences.find((difference) => difference.name === name);
    if (found !== undefined) return found;
  }
  return differences[0]!;
}

/** An exception or the call of a handler, as the manual writes it: `#GP(0)`, `INT 80h`. */
export function endingText({ how, vector, errorCode }: Ending): string {
  switch (how) {
    case "trap": {
      const name = EXCEPTION_NAMES[vector] ?? `exception ${vector}`;
      return errorCode < 0 ? name : `${name}(${errorCode === 0 ? "0" : hex(errorCode)})`;
    }
    case "interrupt":
      return `the handler of vector ${vector} is called`;
    case "halts":
      return "the processor halts";
    case "shutdown":
      return "the processor shuts down";
    default:
      return "it runs on";
  }
}

/** Formats an instruction once for all its executions. */
export function instructionText(bytes: Uint8Array): string {
  return formatInstruction(bytes);
}
