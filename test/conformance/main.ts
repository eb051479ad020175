/**
 * The conformance command: holds decoder, assembler, processor and machine against things that nobody here wrote, and prints a
 * table of counts. `npm run conformance [check ...]`.
 *
 * The exit status is 1 when anything differs without an explanation. A check whose tool is not installed is reported as not
 * run; with `CI=true` that is a failure too.
 *
 * @module
 */

import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { replaySilicon } from "../../src/experiments/mod.ts";
import { checkAsmAgainstNasm } from "./asm_nasm.ts";
import { checkContainment } from "./containment.ts";
import { checkDecoderAgainstIced } from "./decode_iced.ts";
import { installed, PACKAGES } from "./emulators.ts";
import { checkEquivalence } from "./equivalence.ts";
import { checkGuests, type GuestCheck, type OracleResult } from "./guests.ts";
import type { Oracle } from "./known_differences.ts";
import { checkVectors80286 } from "./vectors_80286.ts";

/** One line of the table. */
interface Row {
  readonly check: string;
  readonly oracle: string;
  /** Things compared; undefined when the check did not run. */
  readonly compared?: number;
  /** Of these, different for a documented reason. */
  readonly explained?: number;
  /** Of these, different for no documented reason: descriptions. */
  readonly unexplained?: readonly string[];
  /** What to do so that the check can run. */
  readonly notRun?: string;
}

const VECTORS = process.env["RINGLAB_VECTORS"] ??
  fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

async function decoder(): Promise<Row[]> {
  const { checked, differences, unexplained } = await checkDecoderAgainstIced();
  const explained = differences.reduce((sum, { count }) => sum + count, 0);
  return [{
    check: "decoder: byte strings, 16 and 32 bits",
    oracle: "iced-x86",
    compared: checked,
    explained,
    unexplained: unexplained.map(({ bytes, bits, ours, iced }) =>
      `${bits} bits ${bytes}: ${ours}, iced-x86 ${iced}`
    ),
  }];
}

async function assembler(): Promise<Row[]> {
  const check = "assembler: lines and programs", oracle = "nasm";
  if (!installed("nasm")) return [{ check, oracle, notRun: `install ${PACKAGES.nasm}` }];
  const { checked, equivalent, differences } = await checkAsmAgainstNasm();
  return [{
    check,
    oracle,
    compared: checked,
    explained: equivalent,
    unexplained: differences.map(({ source, ours, nasm }) => `${source}: ${ours}, nasm ${nasm}`),
  }];
}

function realMode(): Row[] {
  const check = "processor: real-mode instructions", oracle = "an 80286 (recorded)";
  if (!existsSync(VECTORS)) {
    return [{
      check,
      oracle,
      notRun: "set RINGLAB_VECTORS to the folder with the recorded 80286 instructions",
    }];
  }
  const { total, excused, failed } = checkVectors80286(VECTORS);
  const explained = Object.values(excused).reduce((sum, count) => sum + count, 0);
  return [{ check, oracle, compared: total, explained, unexplained: failed }];
}

async function userMode(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const generic of [false, true]) {
    const comparison = await replaySilicon({ generic });
    const different = comparison.cases.filter(({ verdict }) => verdict === "different");
    rows.push({
      check: `processor: 32-bit user mode, ${generic ? "semantics/ alone" : "the engine"}`,
      oracle: `${comparison.processor} (recorded)`,
      compared: comparison.cases.length,
      explained: comparison.cases.length - comparison.count("identical") - different.length,
      unexplained: different.map(({ text, mismatches }) => `${text}: ${mismatches.join("; ")}`),
    });
  }
  return rows;
}

async function guests(): Promise<Row[]> {
  const checks = await checkGuests();
  const rows = (["bochs", "qemu"] as const).map((oracle) => guestRow(oracle, checks));
  const same = checks.filter(({ sameRom }) => sameRom !== undefined);
  rows.push({
    check: "guests: ROMs assembled",
    oracle: "nasm",
    ...(same.length === 0 ? { notRun: `install ${PACKAGES.nasm}` } : {
      compared: same.length,
      explained: 0,
      unexplained: same.filter(({ sameRom }) => !sameRom).map(({ guest }) => guest),
    }),
  });
  return rows;
}

function guestRow(oracle: Oracle, checks: readonly GuestCheck[]): Row {
  const check = `guests: lines printed by ${checks.length} programs`;
  const results = checks.map((guest): [string, OracleResult] => [guest.guest, guest[oracle]]);
  if (results.some(([, { status }]) => status === "not installed")) {
    return { check, oracle, notRun: `install ${PACKAGES[oracle]}` };
  }
  return {
    check,
    oracle,
    compared: results.reduce((sum, [, { lines }]) => sum + lines, 0),
    explained: results.reduce((sum, [, { explained }]) => sum + explained.length, 0),
    unexplained: results.flatMap(([guest, { unexplained }]) =>
      unexplained.map((line) => `${guest} ${line.line}: ${line.ringlab} | ${line.oracle}`)
    ),
  };
}

async function equivalence(): Promise<Row[]> {
  const tallies = await checkEquivalence();
  for (const { monitor, passed, failed, direct } of tallies) {
    const share = (100 * direct / (passed + failed.length)).toFixed(1);
    console.log(`  ${monitor}: on average ${share} % of a kernel's instructions executed directly`);
  }
  return tallies.map(({ monitor, passed, failed }) => ({
    check: `monitors: random kernels under ${monitor}`,
    oracle: "the bare machine",
    compared: passed + failed.length,
    explained: 0,
    unexplained: failed,
  }));
}

function containment(): Row[] {
  return checkContainment().map(({ technique, contained, breaches }) => ({
    check: `monitors: hostile guests under ${technique}`,
    oracle: "the victim alone",
    compared: contained + breaches.length,
    explained: 0,
    unexplained: breaches,
  }));
}

const CHECKS: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  decoder,
  assembler,
  "real-mode": realMode,
  "user-mode": userMode,
  guests,
  equivalence,
  containment,
};

/** At most this many unexplained differences of a check are printed. */
const SHOWN = 20;

function print(rows: readonly Row[]): void {
  const number = (value: number | undefined): string =>
    value === undefined ? "-" : value.toLocaleString("en-US");
  const table = rows.map((row) => [
    row.check,
    row.oracle,
    number(row.compared),
    number(row.explained),
    number(row.unexplained?.length),
  ]);
  const head = ["check", "against", "compared", "explained", "unexplained"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...table.map((cells) => cells[column]!.length))
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))
      .join("  ");
  console.log(line(head));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const cells of table) console.log(line(cells));
  for (const row of rows) {
    if (row.notRun !== undefined) console.log(`not run: ${row.check} against ${row.oracle}: ${row.notRun}`);
    for (const text of row.unexplained?.slice(0, SHOWN) ?? []) console.log(`differs: ${text.slice(0, 300)}`);
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(CHECKS, name));
if (unknown.length > 0) {
  console.error(`there is no check ${unknown.join(", ")}; there are ${Object.keys(CHECKS).join(", ")}`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, check] of Object.entries(CHECKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} ...`);
  rows.push(...await check());
}
print(rows);
const differs = rows.some(({ unexplained }) => (unexplained?.length ?? 0) > 0);
const missing = rows.some(({ notRun }) => notRun !== undefined) && process.env["CI"] === "true";
process.exitCode = differs || missing ? 1 : 0;
