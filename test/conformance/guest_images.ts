/**
 * The conformance guests as ROM images: what they print is the evidence for everything that no user-mode test reaches.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { asm } from "../../src/isa/asm/mod.ts";

/** All guests, by the name of their source file. */
export const GUESTS = [
  "exceptions",
  "segments",
  "rings",
  "control",
  "paging",
  "tasks",
  "v86",
  "debug",
  "faults",
  "triple",
  "sysenter",
  "code",
  "real",
  "timer",
] as const;

/** Name of a guest. */
export type GuestName = typeof GUESTS[number];

function read(name: string): string {
  return readFileSync(new URL(`./guests/${name}.asm`, import.meta.url), "utf8");
}

/** The whole source of a guest: prelude, the guest itself, the reset vector. NASM's language. */
export function guestSource(guest: GuestName): string {
  const own = read(guest);
  const options = own.startsWith("; REAL_MODE_GUEST") ? "%define REAL_MODE_GUEST\n" : "";
  return options + read("prelude") + own + read("epilogue");
}

/** The ROM of a guest: 64 KiB that end at 4 GiB. */
export function guestRom(guest: GuestName): Uint8Array {
  return asm(guestSource(guest)).bytes;
}

/** What the guest is to print: recorded from Bochs, but for the lines where the manual says otherwise. */
export function guestGolden(guest: GuestName): readonly string[] {
  return splitLines(readFileSync(new URL(`./guests/golden/${guest}.txt`, import.meta.url), "utf8"));
}

/** Lines of serial output, without an unfinished or empty one at the end. */
export function splitLines(text: string): string[] {
  return text.replaceAll("\r", "").replace(/\n+$/, "").split("\n");
}
