/**
 * The other emulators: runs a ROM on QEMU or Bochs and collects what it writes to COM1.
 *
 * @module
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Oracle } from "./known_differences.ts";

/** Where the tools come from. */
export const PACKAGES: Readonly<Record<Oracle | "nasm", string>> = {
  qemu: "qemu-system-x86",
  bochs: "bochs",
  nasm: "nasm",
};

const PROGRAMS = { qemu: "qemu-system-i386", bochs: "bochs", nasm: "nasm" } as const;

/** Whether a tool is installed. */
export function installed(tool: Oracle | "nasm"): boolean {
  const result = spawnSync(PROGRAMS[tool], [tool === "nasm" ? "-v" : "--help"], { stdio: "ignore" });
  return result.error === undefined;
}

/** The line after which a guest has nothing more to say. */
const END = /^end\r?$/m;

const LIMIT_MS = 30_000, POLL_MS = 20;

/**
 * Runs a ROM until it has ended, until it prints `stopAt`, or for half a minute.
 *
 * @returns the text that came out of COM1
 */
export async function runOn(oracle: Oracle, rom: Uint8Array, stopAt?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-guest-"));
  try {
    writeFileSync(join(folder, "rom.bin"), rom);
    const serial = join(folder, "serial.txt");
    const [program, args] = oracle === "qemu" ? qemuCommand(folder, serial) : bochsCommand(folder, serial);
    await run(program, args, () => {
      const text = readIfThere(serial);
      return END.test(text) || (stopAt !== undefined && text.includes(stopAt));
    });
    return readIfThere(serial);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function qemuCommand(folder: string, serial: string): [string, string[]] {
  return [PROGRAMS.qemu, [
    ...["-bios", join(folder, "rom.bin"), "-nodefaults", "-display", "none", "-no-reboot", "-m", "16"],
    // Without an APIC, as Ringlab's processor; with one, interrupts would wait for firmware to set it up.
    ...["-accel", "tcg", "-cpu", "pentium3,apic=off", "-serial", `file:${serial}`],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=1"],
  ]];
}

function bochsCommand(folder: string, serial: string): [string, string[]] {
  writeFileSync(join(folder, "vga.bin"), new Uint8Array(32768)); // Bochs wants some video BIOS; nobody calls it
  writeFileSync(join(folder, "commands"), "c\n"); // for builds with a debugger: go
  writeFileSync(
    join(folder, "bochsrc"),
    [
      `romimage: file=${join(folder, "rom.bin")}, address=0xffff0000`,
      `vgaromimage: file=${join(folder, "vga.bin")}`,
      "memory: guest=16, host=16",
      "cpu: model=p4_willamette, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=0",
      `com1: enabled=1, mode=file, dev=${serial}`,
      'display_library: rfb, options="timeout=0"',
      "boot: floppy",
      `log: ${join(folder, "bochs.log")}`,
      "panic: action=fatal",
      "error: action=ignore",
      "clock: sync=none",
      "sound: waveoutdrv=dummy", // without it, the search for a sound card ends in a crash
      "pci: enabled=1, chipset=i440fx",
      "",
    ].join("\n"),
  );
  return [PROGRAMS.bochs, ["-q", "-f", join(folder, "bochsrc"), "-rc", join(folder, "commands")]];
}

/** Runs a program until it ends, `done` says so, or the time is up. */
function run(program: string, args: readonly string[], done: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "ignore" });
    const begin = Date.now();
    const poll = setInterval(() => {
      if (done() || Date.now() - begin > LIMIT_MS) child.kill("SIGKILL");
    }, POLL_MS);
    child.on("error", (error) => {
      clearInterval(poll);
      reject(error);
    });
    child.on("exit", () => {
      clearInterval(poll);
      resolve();
    });
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
