/**
 * The list of Robin and Irvine, "Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine Monitor", 9th
 * USENIX Security Symposium, 2000, and its comparison with an experiment.
 *
 * @module
 */

import { type Classification, type ClassifiedInstruction, RESOURCE_KINDS } from "./classification.ts";

/** One entry of the published list. */
export interface PublishedEntry {
  /** As the paper prints it. */
  readonly entry: string;
  /** Heading it stands under. */
  readonly group: "sensitive registers" | "protection system";
  /** Names of the instructions that it means, as a {@linkcode Classification} has them. */
  readonly names: readonly string[];
}

const registers = (entry: string): PublishedEntry => ({
  entry,
  group: "sensitive registers",
  names: [entry],
});
const protection = (entry: string, ...names: string[]): PublishedEntry => ({
  entry,
  group: "protection system",
  names: names.length > 0 ? names : [entry],
});

/**
 * The sensitive instructions of the Pentium that are not privileged. The literature counts 17; these are 18 mnemonics, since
 * the processor's manual describes VERR and VERW in one entry.
 */
export const ROBIN_IRVINE_2000: readonly PublishedEntry[] = [
  ...["SGDT", "SIDT", "SLDT", "SMSW", "PUSHF", "POPF"].map(registers),
  protection("LAR"),
  protection("LSL"),
  protection("VERR"),
  protection("VERW"),
  protection("POP", "POP Sreg"),
  protection("PUSH", "PUSH Sreg"),
  protection("CALL", "CALL far"),
  protection("JMP", "JMP far"),
  protection("INT n", "INT"),
  protection("RET", "RET far"),
  protection("STR"),
  protection("MOV", "MOV r, Sreg", "MOV Sreg, r"),
];

/** An instruction that only one of the two sides has. */
export interface ListDifference {
  readonly name: string;
  /** Why, as far as the experiment can tell. */
  readonly why: string;
}

/** The published list beside the experiment. */
export interface ListComparison {
  /** Entries that the experiment confirms. */
  readonly confirmed: readonly PublishedEntry[];
  /** Entries that it does not, with the reason. */
  readonly missing: readonly ListDifference[];
  /** Sensitive, unprivileged instructions that the list does not have. */
  readonly extra: readonly ListDifference[];
}

/** Processors later than the one the paper looks at. */
const LATER = new Set(["Pentium II", "Pentium III", "Pentium 4", "VT-x", "VT-x-EPT"]);

/** Compares an experiment with the published list. */
export function compareWithRobinIrvine(classification: Classification): ListComparison {
  const found = new Map(classification.instructions.map((each) => [each.name, each]));
  const violation = (name: string): boolean => {
    const each = found.get(name);
    return each !== undefined && each.sensitive && !each.privileged;
  };
  const listed = new Set(ROBIN_IRVINE_2000.flatMap(({ names }) => names));
  const confirmed = ROBIN_IRVINE_2000.filter(({ names }) => names.every(violation));
  const missing = ROBIN_IRVINE_2000.filter((entry) => !confirmed.includes(entry)).map(({ entry, names }) => ({
    name: entry,
    why: names.filter((name) => !violation(name)).map((name) => whyNot(name, found.get(name))).join("; "),
  }));
  const relatives = [...listed].map((name) => found.get(name)).filter((each) => each !== undefined);
  const extra = classification.violations.filter((name) => !listed.has(name))
    .map((name) => ({ name, why: whyExtra(found.get(name)!, relatives) }));
  return { confirmed, missing, extra };
}

function whyNot(name: string, found: ClassifiedInstruction | undefined): string {
  if (found === undefined) return `${name} was not tried`;
  if (found.privileged) return `${name} traps outside ring 0 here: ${found.witnesses[0]?.sentence ?? ""}`;
  return `${name} did the same in all states`;
}

function whyExtra(found: ClassifiedInstruction, listed: readonly ClassifiedInstruction[]): string {
  const touched = (each: ClassifiedInstruction): string[] => [...each.changes, ...each.shows];
  const own = new Set(touched(found));
  const likeness = (each: ClassifiedInstruction): number => {
    const both = touched(each).filter((what) => own.has(what)).length;
    return both / (own.size + touched(each).length - both);
  };
  const most = Math.max(...listed.map(likeness));
  const kin = most > 0 ? listed.filter((each) => likeness(each) === most).map(({ name }) => name) : [];
  const changed = RESOURCE_KINDS.filter((kind) => found.changes.includes(kind)).join(", ");
  const newer = LATER.has(found.since) ? `came with the ${found.since}; ` : "";
  if (kin.length === 0) return newer + (found.witnesses[0]?.sentence ?? "");
  return `${newer}most like ${kin.join(" and ")}${changed === "" ? "" : `: changes ${changed}`}`;
}
