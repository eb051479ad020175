/**
 * Runs the conformance guests on Ringlab, QEMU and Bochs and compares what they print, line by line.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Machine } from "../../src/machine/mod.ts";
import { installed, runOn } from "./emulators.ts";
import { type GuestName, guestRom, GUESTS, guestSource, splitLines } from "./guest_images.ts";
import { CUTS, KNOWN_DIFFERENCES, type Oracle } from "./known_differences.ts";

/** A line in which an oracle differs from Ringlab. */
export interface LineDifference {
  /** From 1. */
  readonly line: number;
  readonly ringlab: string;
  readonly oracle: string;
  /** Why, if it is a known difference. */
  readonly reason: string | undefined;
}

/** What one emulator said to one guest. */
export interface OracleResult {
  readonly status: "agrees" | "differs" | "not installed";
  /** Lines compared. */
  readonly lines: number;
  readonly explained: readonly LineDifference[];
  /** Differences that no entry of {@linkcode KNOWN_DIFFERENCES} explains. */
  readonly unexplained: readonly LineDifference[];
}

/** The comparison of one guest. */
export interface GuestCheck {
  readonly guest: GuestName;
  /** Lines that the guest prints on Ringlab. */
  readonly lines: number;
  readonly qemu: OracleResult;
  readonly bochs: OracleResult;
  /** Whether nasm makes the same ROM of the source as `asm`; undefined when it is not installed. */
  readonly sameRom: boolean | undefined;
}

const MAX_INSTRUCTIONS = 20_000_000;

/** Runs a guest on Ringlab: the lines that it prints. */
export function runGuest(rom: Uint8Array): string[] {
  const machine = new Machine({ rom, memory: "16M", history: false });
  return splitLines(machine.runSync({ maxInstructions: MAX_INSTRUCTIONS }).console);
}

/** QEMU 7 does not set RF in saved flags (SDM volume 3B, 17.3.1.1), which would show in nearly every line. */
function withoutRf(line: string): string {
  return line.replace(
    /flags=([0-9A-F]{8})/g,
    (_, hex: string) =>
      `flags=${((parseInt(hex, 16) & ~0x10000) >>> 0).toString(16).toUpperCase().padStart(8, "0")}`,
  );
}

function reasonFor(oracle: Oracle, guest: GuestName, line: string): string | undefined {
  const text = line.trimStart();
  const known = KNOWN_DIFFERENCES.find((entry) =>
    entry.oracle === oracle && entry.guest === guest && entry.lines.some((start) => text.startsWith(start))
  );
  return known?.reason;
}

/** Compares two outputs. */
export function compareLines(
  oracle: Oracle,
  guest: GuestName,
  ringlab: readonly string[],
  theirs: readonly string[],
): OracleResult {
  const cut = CUTS.find((entry) => entry.oracle === oracle && entry.guest === guest);
  const at = cut === undefined ? -1 : ringlab.findIndex((line) => line.startsWith(cut.from));
  const lines = at < 0 ? Math.max(ringlab.length, theirs.length) : at;
  const normal = oracle === "qemu" ? withoutRf : (line: string) => line;
  const explained: LineDifference[] = [], unexplained: LineDifference[] = [];
  for (let n = 0; n < lines; n++) {
    const ours = ringlab[n] ?? "", other = theirs[n] ?? "";
    if (normal(ours) === normal(other)) continue;
    const reason = reasonFor(oracle, guest, ours);
    (reason === undefined ? unexplained : explained).push({
      line: n + 1,
      ringlab: ours,
      oracle: other,
      reason,
    });
  }
  return { status: unexplained.length === 0 ? "agrees" : "differs", lines, explained, unexplained };
}

async function ask(oracle: Oracle, guest: GuestName, rom: Uint8Array, ringlab: readonly string[]) {
  if (!installed(oracle)) {
    return { status: "not installed", lines: 0, explained: [], unexplained: [] } satisfies OracleResult;
  }
  const cut = CUTS.find((entry) => entry.oracle === oracle && entry.guest === guest);
  return compareLines(oracle, guest, ringlab, splitLines(await runOn(oracle, rom, cut?.from)));
}

function sameAsNasm(guest: GuestName, rom: Uint8Array): boolean | undefined {
  if (!installed("nasm")) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "ringlab-nasm-"));
  try {
    const source = join(folder, "guest.asm"), image = join(folder, "guest.bin");
    writeFileSync(source, guestSource(guest));
    const result = spawnSync("nasm", ["-w-all", "-f", "bin", "-o", image, source]);
    return result.status === 0 && readFileSync(image).equals(rom);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs all guests on all emulators, one after the other. */
export async function checkGuests(guests: readonly GuestName[] = GUESTS): Promise<GuestCheck[]> {
  const checks: GuestCheck[] = [];
  for (const guest of guests) {
    const rom = guestRom(guest);
    const ringlab = runGuest(rom);
    const qemu = await ask("qemu", guest, rom, ringlab);
    const bochs = await ask("bochs", guest, rom, ringlab);
    checks.push({ guest, lines: ringlab.length, qemu, bochs, sameRom: sameAsNasm(guest, rom) });
  }
  return checks;
}

/** Writes the golden texts: what Bochs prints, with Ringlab's line where Bochs is known to be wrong. */
async function record(guests: readonly GuestName[]): Promise<void> {
  const folder = new URL("./guests/golden/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const guest of guests) {
    const rom = guestRom(guest);
    const ringlab = runGuest(rom);
    const lines = splitLines(await runOn("bochs", rom)).map((line, n) =>
      reasonFor("bochs", guest, line) === undefined ? line : ringlab[n]!
    );
    writeFileSync(new URL(`${guest}.txt`, folder), lines.join("\n") + "\n");
    console.log(`${guest}: ${lines.length} lines`);
  }
}

function show(guest: GuestName, oracle: Oracle, result: OracleResult): void {
  const counts = `${result.lines} lines, ${result.explained.length} explained differences`;
  console.log(`${guest} on ${oracle}: ${result.status}, ${counts}`);
  for (const { line, ringlab, oracle: theirs } of result.unexplained.slice(0, 20)) {
    console.log(`  ${line}: ringlab ${ringlab.slice(0, 160)}\n  ${line}: ${oracle} ${theirs.slice(0, 160)}`);
  }
}

// As a program: `guests.ts [--record] [guest ...]`.
if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replaceAll("\\", "/"))) {
  const names = process.argv.slice(2).filter((word): word is GuestName =>
    (GUESTS as readonly string[]).includes(word)
  );
  const guests = names.length > 0 ? names : GUESTS;
  if (process.argv.includes("--record")) await record(guests);
  else {
    for (const check of await checkGuests(guests)) {
      show(check.guest, "qemu", check.qemu);
      show(check.guest, "bochs", check.bochs);
      if (check.sameRom === false) console.log(`${check.guest}: nasm makes another ROM`);
    }
  }
}
