/**
 * QEMU's translator (TCG), where it is installed.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { type Engine, EngineError, runProgram } from "./engine.ts";

const PROGRAM = "qemu-system-i386";

/** QEMU without hardware virtualization. Its samples contain its start, so the benchmark subtracts a short run's. */
export const qemu: Engine = {
  name: "QEMU TCG",
  missing: () =>
    spawnSync(PROGRAM, ["--version"]).status === 0
      ? undefined
      : `${PROGRAM} is not on the path (Debian: package qemu-system-x86)`,
  async run(imageFile) {
    const command = [
      PROGRAM,
      "-accel tcg",
      "-m 64",
      `-bios '${imageFile}'`,
      "-nodefaults -display none -serial stdio -no-reboot",
      "-device isa-debug-exit,iobase=0xf4",
    ].join(" ");
    // The shell's `times` gives the processor time of its children, which no interface of the runtime does.
    const { stdout, stderr, code } = await runProgram("QEMU TCG", "/bin/sh", [
      "-c",
      `${command} </dev/null; status=$?; times; exit $status`,
    ]);
    const lines = stdout.trimEnd().split("\n");
    const times = lines.at(-1)?.match(/(\d+)m([\d.]+)s (\d+)m([\d.]+)s/);
    if (code !== 1 || !times) { // isa-debug-exit makes 1 of the guest's 0
      throw new EngineError("QEMU TCG", `it ended with status ${code}: ${stderr.trim() || stdout.trim()}`);
    }
    const [, userMinutes, userSeconds, systemMinutes, systemSeconds] = times.map(Number);
    return {
      seconds: 60 * (userMinutes! + systemMinutes!) + userSeconds! + systemSeconds!,
      output: lines[0]!.trimEnd(),
    };
  },
};
