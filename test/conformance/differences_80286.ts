/**
 * Where an 80286 and the processor that Ringlab models (80386 to Pentium Pro) differ by design: data for the comparison with
 * recorded 80286 silicon. Each entry applies only to vectors with exactly the outcome that it describes.
 */

import type { Outcome80286, Vector80286 } from "./vectors_80286.ts";

/** One documented difference. */
export interface Difference80286 {
  readonly reason: string;
  /** Whether a vector that does not match differs for this reason. */
  applies(vector: Vector80286, outcome: Outcome80286): boolean;
}

/** Every vector's bytes end with one HLT. */
const HLT = 1;
const OF = 0x800;
const STRINGS = new Set(["6C", "6D", "6E", "6F", "A4", "A5", "A6", "A7", "AA", "AB", "AC", "AD", "AE", "AF"]);

/** Whether a line of mismatches is about OF alone. */
function onlyOverflow(mismatch: string): boolean {
  const [, actual, recorded] = /^flags is (\w+), recorded (\w+)$/.exec(mismatch) ?? [];
  return actual !== undefined && (parseInt(actual, 16) ^ parseInt(recorded!, 16)) === OF;
}

/** All documented differences. */
export const DIFFERENCES_80286: readonly Difference80286[] = [
  {
    reason:
      "an 80286 takes LOCK before any instruction; an 80386 raises #UD before those that do not update memory",
    applies: ({ bytes }, { exceptions }) => bytes.includes(0xf0) && exceptions[0] === 6,
  },
  {
    reason: "a word at SS:FFFF is #GP on an 80286 in real mode, #SS on an 80386",
    applies: ({ exception }, { exceptions }) => exception?.[0] === 13 && exceptions[0] === 12,
  },
  {
    reason: "an instruction of more than 10 bytes is #GP on an 80286; the limit of an 80386 is 15",
    applies: ({ exception, bytes }) => exception?.[0] === 13 && bytes.length - HLT > 10,
  },
  {
    reason:
      "an 80286 has counted and moved on when a string instruction faults at offset FFFF; an 80386 can restart it",
    applies: ({ op, exception }, { exceptions, mismatches }) =>
      STRINGS.has(op) && exception?.[0] === 13 && exceptions[0] === 13 &&
      mismatches.every((mismatch) => /^(si|di|cx) /.test(mismatch)),
  },
  {
    reason:
      "OF after a shift by more than 1 is undefined: of the last step on an 80286, of the first on Intel's later ones",
    applies: ({ op, bytes }, { mismatches }) =>
      op.startsWith("C0.") && bytes.at(-1 - HLT) !== 1 && mismatches.length === 1 &&
      onlyOverflow(mismatches[0]!),
  },
  {
    reason: "FS and GS came with the 80386",
    applies: ({ op, exception, name }) =>
      (op === "8C" || op === "8E") && exception?.[0] === 6 && /\b[fg]s\b/.test(name),
  },
  {
    reason:
      "an 80286 checks the operand of a coprocessor instruction for the absent coprocessor, an 80386 does not",
    applies: ({ op, exception }, { exceptions }) =>
      op === "D8" && exception?.[0] === 13 && exceptions.length === 0,
  },
];
