/**
 * Where the recorded processor and the one that Ringlab models (80386 to Pentium Pro, without NX) differ: data for the
 * comparison with recorded 32-bit user-mode instructions. Each entry excuses exactly the mismatches that it describes.
 *
 * @module
 */

import { OF } from "../../cpu/mod.ts";
import type { Instruction } from "../../isa/mod.ts";
import type { RecordedCase } from "./recording.ts";

/** One documented difference. */
export interface SiliconDifference {
  /** What the recorded processor does, and what the modelled one does. */
  readonly reason: string;
  /** Whether the manual leaves the result undefined, or a later generation changed it. */
  readonly kind: "undefined flags" | "other generation";
  /** Flags that are not compared. */
  readonly flags?: number;
  /** Which lines of mismatches are excused. */
  readonly mismatches?: RegExp;
  /** The instructions that it applies to. */
  applies(instruction: Instruction, recorded: RecordedCase): boolean;
}

/** All documented differences. */
export const SILICON_DIFFERENCES: readonly SiliconDifference[] = [
  {
    reason: "ROL and ROR by an immediate other than 1 leave OF alone, which is undefined",
    kind: "undefined flags",
    flags: OF,
    applies: ({ form, operands }) =>
      (form.operation === "rol" || form.operation === "ror") && operands[0]!.kind === "register" &&
      operands[1]!.kind === "immediate" && operands[1]!.value !== 1,
  },
  {
    reason: "PUSH Sreg writes two bytes of its four; earlier processors write all four",
    kind: "other generation",
    mismatches: /^byte 7f[ef] is 0,/,
    applies: ({ form, operandSize }) => form.operation === "push-segment" && operandSize === 4,
  },
  {
    reason: "POP Sreg reads two bytes of its four, and cannot fault on the others",
    kind: "other generation",
    mismatches: /^(vector is e,|error code |cr2 )/,
    applies: ({ form, operandSize }, { after }) =>
      form.operation === "pop-segment" && operandSize === 4 && after.vector === 13,
  },
  {
    reason: "POPA that faults half-way has changed registers; its restart sets them again",
    kind: "other generation",
    mismatches: /^(ebp|esi|edi) /,
    applies: ({ form }, { after }) => form.operation === "popa" && after.vector === 14,
  },
  {
    reason: "a page fault tells instruction fetches only with NX or SMEP",
    kind: "other generation",
    mismatches: /^error code is 4, recorded 14$/,
    applies: (_instruction, { after }) => after.vector === 14,
  },
];
