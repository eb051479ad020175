/**
 * The counts in docs/fidelity.md, taken from the code: `run test/conformance/fidelity_counts.ts --write` puts them there, and a
 * test holds the page against them.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { MSR_NAMES } from "../../src/cpu/msr.ts";
import { HANDLERS } from "../../src/cpu/semantics/mod.ts";
import { allForms } from "../../src/isa/mod.ts";
import { guestGolden, GUESTS } from "./guest_images.ts";
import { CUTS, KNOWN_DIFFERENCES } from "./known_differences.ts";

/** The page that states the counts. */
export const FIDELITY_PAGE = new URL("../../docs/fidelity.md", import.meta.url);

const BEGIN = "<!-- counts: written by test/conformance/fidelity_counts.ts -->",
  END = "<!-- end of counts -->";

/** The counts as Markdown. */
export function fidelityCounts(): string {
  const forms = allForms();
  const executed = forms.filter(({ operation, family }) =>
    Object.hasOwn(HANDLERS, operation) && family !== "floating-point"
  );
  const lines = GUESTS.reduce((sum, guest) => sum + guestGolden(guest).length, 0);
  const known = (oracle: string): number =>
    KNOWN_DIFFERENCES.filter((entry) => entry.oracle === oracle).length;
  const cuts = CUTS.filter(({ oracle }) => oracle === "qemu").length;
  return [
    "| what | count |",
    "| --- | ---: |",
    `| forms of the opcode map that are decoded | ${forms.length} |`,
    `| of these, integer and system forms that are executed | ${executed.length} |`,
    `| routines of semantics for them | ${Object.keys(HANDLERS).length} |`,
    `| model-specific registers (${MSR_NAMES.map(([, name]) => name).join(", ")}) | ${MSR_NAMES.length} |`,
    `| conformance guests (${GUESTS.join(", ")}) | ${GUESTS.length} |`,
    `| lines that they print | ${lines} |`,
    `| documented reasons for which Bochs prints other lines | ${known("bochs")} |`,
    `| documented reasons for which QEMU prints other lines | ${known("qemu")} |`,
    `| guests in which QEMU loses its way, and is not compared to the end | ${cuts} |`,
  ].join("\n");
}

/** The counts that the page states at present. */
export function statedCounts(page: string): string {
  const from = page.indexOf(BEGIN), to = page.indexOf(END);
  return from < 0 || to < from ? "" : page.slice(from + BEGIN.length, to).trim();
}

if (process.argv[1]?.endsWith("fidelity_counts.ts") && process.argv.includes("--write")) {
  const page = readFileSync(FIDELITY_PAGE, "utf8");
  const from = page.indexOf(BEGIN) + BEGIN.length;
  writeFileSync(
    FIDELITY_PAGE,
    `${page.slice(0, from)}\n\n${fidelityCounts()}\n\n${page.slice(page.indexOf(END))}`,
  );
}
