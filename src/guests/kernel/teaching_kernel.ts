/**
 * Binds the chapters into a program.
 *
 * @module
 */

import { asm, Program } from "../../isa/mod.ts";
import { BOOT } from "./boot.ts";
import { CONSOLE } from "./console.ts";
import { DESCRIPTORS } from "./descriptors.ts";
import { DIAGNOSTICS } from "./diagnostics.ts";
import { KERNEL_LAYOUT, LAYOUT } from "./layout.ts";
import { memory } from "./memory.ts";
import { type KernelSettings, kernelSettings, type TeachingKernelOptions } from "./options.ts";
import { PAGING } from "./paging.ts";
import { PROCESSES } from "./processes.ts";
import { SCHEDULER } from "./scheduler.ts";
import { NATIVE_DATA, NATIVE_MACROS, NATIVE_ROUTINES } from "./sensitive_native.ts";
import { PARAVIRTUAL_DATA, PARAVIRTUAL_MACROS, PARAVIRTUAL_ROUTINES } from "./sensitive_paravirtual.ts";
import { SYSTEM_CALLS } from "./system_calls.ts";
import { TRAPS } from "./traps.ts";
import { USER_LIBRARY } from "./user_library.ts";
import { jobTable, WORKLOAD } from "./workload.ts";

const PIT_HERTZ = 1_193_182;
const USER_ORIGIN = 0x08000000;

/** Chapter 2 in its two versions. */
const NATIVE_ACTS = { macros: NATIVE_MACROS, routines: NATIVE_ROUTINES, data: NATIVE_DATA };
const PARAVIRTUAL_ACTS = {
  macros: PARAVIRTUAL_MACROS,
  routines: PARAVIRTUAL_ROUTINES,
  data: PARAVIRTUAL_DATA,
};

/** A stretch of guest-physical memory, and why it may differ between runs. */
export interface VolatileRange {
  /** First guest-physical address. */
  readonly address: number;
  /** Length. */
  readonly bytes: number;
  /** What lies there. */
  readonly why: string;
}

/** Part of the kernel's source. */
export interface KernelChapter {
  /** What it is about. */
  readonly title: string;
  /** Its assembly source. */
  readonly source: string;
}

/** How much of the kernel's source the paravirtual build replaces, in lines with an instruction, directive or datum. */
export interface ChangedLines {
  /** Lines that only the native build has. */
  readonly native: number;
  /** Lines that only the paravirtual build has. */
  readonly paravirtual: number;
  /** All lines of this build's kernel, without the user program. */
  readonly kernel: number;
}

/** The assembled kernel, ready to be loaded, with what one must know to run and to compare it. */
export class TeachingKernel extends Program {
  /** Every option, defaults put in. */
  readonly options: KernelSettings;
  /** RAM that it needs. */
  readonly memory = "4M";
  /** The user program alone, as it lies at {@linkcode Program.origin} of each process: symbols and listing of ring 3. */
  readonly user: Program;
  /** The source in reading order. */
  readonly chapters: readonly KernelChapter[];
  /** How the two builds differ. */
  readonly changedLines: ChangedLines;
  /** Memory whose final contents depend on when the timer ticked; all other memory does not. */
  readonly volatileRanges: readonly VolatileRange[];

  /** Takes the assembled parts together; see {@linkcode teachingKernel}. */
  constructor(parts: {
    kernel: Program;
    user: Program;
    options: KernelSettings;
    chapters: readonly KernelChapter[];
  }) {
    super(parts.kernel);
    this.user = parts.user;
    this.options = parts.options;
    this.chapters = parts.chapters;
    this.changedLines = changedLines(parts.chapters);
    const address = this.address("volatile_start");
    this.volatileRanges = [{
      address,
      bytes: this.address("volatile_end") - address,
      why: "kernel stacks, the ready queue, tick and switch counters",
    }];
  }
}

/**
 * Assembles the teaching kernel: protected mode, paging, processes in ring 3 with their own address spaces, system calls,
 * preemption, demand paging, a console, and a workload whose console output and final memory do not depend on time.
 *
 * It ends the run by the debug-exit port with code 0 (`exitCode` 1) when init has ended, with 1 (`exitCode` 3) after a panic.
 *
 * @throws {GuestOptionError} for an option that cannot be.
 *
 * @example
 * ```ts
 * import { guests, Machine } from "ringlab";
 *
 * const kernel = guests.teachingKernel({ workload: { compute: 1 }, systemCalls: "int80" });
 * const machine = new Machine({ memory: kernel.memory });
 * machine.load(kernel);
 * const run = await machine.run();
 * if (run.status !== "exited" || !run.console.includes("compute A")) throw new Error(run.console);
 * ```
 */
export function teachingKernel(options: TeachingKernelOptions = {}): TeachingKernel {
  const settings = kernelSettings(options);
  const user = userProgram(settings);
  const chapters = kernelChapters(settings);
  const text = chapters.map(({ source }) => source).join("\n");
  const kernel = asm`${text}
section .text
align PAGE
user_image:
    db ${user}
align PAGE
user_image_end:
image_end:
`;
  return new TeachingKernel({ kernel, user, options: settings, chapters });
}

/** Lines that are neither empty nor only a comment. */
function codeLines(source: string): number {
  return source.split("\n").filter((line) => /^\s*[^\s;]/.test(line)).length;
}

function changedLines(chapters: readonly KernelChapter[]): ChangedLines {
  const count = (acts: typeof NATIVE_ACTS) =>
    Object.values(acts).reduce((sum, source) => sum + codeLines(source), 0);
  return {
    native: count(NATIVE_ACTS),
    paravirtual: count(PARAVIRTUAL_ACTS),
    kernel: chapters.reduce((sum, { source }) => sum + codeLines(source), 0),
  };
}

function userProgram(settings: KernelSettings): Program {
  const { workload } = settings;
  const constants = `
bits 32
org ${USER_ORIGIN}
COMPUTE    equ ${workload.compute}
SYSCALLS   equ ${workload.syscalls}
SWITCHES   equ ${workload.switches}
PAGE_TABLE equ ${workload.pageTable}
IO         equ ${workload.io}
SLEEP_TICKS equ ${settings.sleepTicks}
section .text
    jmp init
`;
  return asm([constants, LAYOUT, jobTable(workload, settings), USER_LIBRARY, WORKLOAD].join("\n"));
}

function kernelChapters(settings: KernelSettings): KernelChapter[] {
  const choices = `
%define LARGE_PAGES ${Number(settings.largePages)}
%define FAST_CALLS ${Number(settings.systemCalls === "sysenter")}
%define DIAGNOSTICS ${Number(settings.diagnostics)}
TIMER_DIVISOR equ ${Math.min(65535, Math.round(PIT_HERTZ / settings.tickHz))}
TIMER_PERIOD equ ${Math.round(1e9 / settings.tickHz)}
`;
  const acts = settings.paravirtual ? PARAVIRTUAL_ACTS : NATIVE_ACTS;
  return [
    { title: "Choices", source: choices },
    { title: "Sensitive acts: macros", source: acts.macros },
    { title: "Layout", source: LAYOUT + KERNEL_LAYOUT },
    { title: "Boot", source: BOOT },
    { title: "Sensitive acts: routines", source: acts.routines },
    { title: "Descriptors", source: DESCRIPTORS },
    { title: "Paging", source: PAGING },
    { title: "Traps", source: TRAPS },
    { title: "Processes", source: PROCESSES },
    { title: "Scheduler", source: SCHEDULER },
    { title: "System calls", source: SYSTEM_CALLS },
    { title: "Console", source: CONSOLE },
    ...(settings.diagnostics ? [{ title: "Diagnostics", source: DIAGNOSTICS }] : []),
    { title: "Memory", source: memory(acts.data) },
  ];
}
