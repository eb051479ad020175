/**
 * What the monitor owns and sets: the resource part of a state. Two states that differ only here look the same to the
 * program, unless an instruction gives the difference away.
 *
 * @module
 */

import { CR0_AM, CR0_MP, CR0_NE, CR0_TS, CR0_WP } from "../cpu/mod.ts";
import { RELOCATED_AT, WINDOW_AT } from "./layout.ts";

/** Choices that the theory leaves to the monitor: which doors it opens for programs outside ring 0. */
export interface Premise {
  /** IOPL, 0..3: from this ring inwards CLI, STI, IN and OUT do not trap. */
  readonly iopl: 0 | 1 | 2 | 3;
  /** The I/O permission bitmap lets every program use ports 0 to FFh. */
  readonly portsOpen: boolean;
  /** CR4.TSD: RDTSC traps outside ring 0. */
  readonly timeStampDisable: boolean;
  /** CR4.PCE: RDPMC is allowed outside ring 0. */
  readonly performanceCounters: boolean;
  /** CR4.UMIP: SGDT, SIDT, SLDT, SMSW and STR trap outside ring 0. Only on a processor that has it. */
  readonly umip: boolean;
  /** The gates of INT3, INTO and INT 80h have DPL 3, so that every program may call them. */
  readonly gatesOpen: boolean;
}

/** How a monitor that wants to see everything would choose, except that it lets programs make system calls by INT n. */
export const MONITOR_PREMISE: Premise = {
  iopl: 0,
  portsOpen: false,
  timeStampDisable: true,
  performanceCounters: false,
  umip: false,
  gatesOpen: true,
};

/** The resource part of a state in full. */
export interface Resources extends Premise {
  /** EFLAGS.IF. */
  readonly interrupts: boolean;
  /** Linear address of the window: base of the code, data and stack segments of all rings. */
  readonly base: number;
  /** The descriptor tables and task state segments lie elsewhere. */
  readonly tablesMoved: boolean;
  /** CS, SS, DS, ES, FS and GS hold other selectors of the very same segments. */
  readonly segmentAliases: boolean;
  /** TR and LDTR hold other selectors of the same TSS and LDT. */
  readonly taskAliases: boolean;
  /** The descriptor of the `probe` selector: 4 GiB for ring 3, or 4 KiB for ring 0. */
  readonly probe: "open" | "closed";
  /** Handlers and call gate lead elsewhere. */
  readonly otherGates: boolean;
  /** Bits of CR0 beside PE and ET. */
  readonly cr0: number;
  /** CR2 and CR3 (paging is off, so that they have no effect). */
  readonly cr2: number;
  readonly cr3: number;
  /** DR0; DR1 to DR3 follow at distances of 16. */
  readonly breakpoints: number;
  /** IA32_SYSENTER_EIP and, 256 above, IA32_SYSENTER_ESP. */
  readonly systemCallEntry: number;
  /** The time stamp counter when the instruction begins. */
  readonly time: number;
  /** First byte in the queue of the device behind ports 80h to 8Fh. */
  readonly port: number;
}

/** The resources as they usually are. */
export const USUAL: Resources = {
  ...MONITOR_PREMISE,
  interrupts: true,
  base: WINDOW_AT,
  tablesMoved: false,
  segmentAliases: false,
  taskAliases: false,
  probe: "open",
  otherGates: false,
  cr0: 0,
  cr2: 0,
  cr3: 0,
  breakpoints: 0x1000,
  systemCallEntry: 0x5a00,
  time: 1_000_000,
  port: 0x41,
};

/** One way in which a state may differ that the program has no business to notice. */
export interface Variation {
  readonly name: string;
  /** What the monitor has done, to follow "although" or "after": "moved the descriptor tables". */
  readonly what: string;
  readonly change: Partial<Resources>;
}

/** The single variations. Each changes one kind of resource and nothing else. */
export const VARIATIONS: readonly Variation[] = [
  { name: "location", what: "relocated the program", change: { base: RELOCATED_AT } },
  { name: "tables", what: "moved the descriptor tables", change: { tablesMoved: true } },
  {
    name: "selectors",
    what: "put the same segments under other selectors",
    change: { segmentAliases: true },
  },
  { name: "task", what: "put the same TSS and LDT under other selectors", change: { taskAliases: true } },
  { name: "descriptors", what: "changed a descriptor", change: { probe: "closed" } },
  { name: "gates", what: "led the gates to other handlers", change: { otherGates: true } },
  {
    name: "machine status",
    what: "set MP, TS, NE, WP and AM in CR0",
    change: { cr0: CR0_MP | CR0_TS | CR0_NE | CR0_WP | CR0_AM },
  },
  { name: "interrupt flag", what: "turned interrupts off", change: { interrupts: false } },
  { name: "paging", what: "changed CR2 and CR3", change: { cr2: 0x7000, cr3: 0x6000 } },
  { name: "debug registers", what: "set other breakpoints", change: { breakpoints: 0x2000 } },
  { name: "MSRs", what: "changed the SYSENTER registers", change: { systemCallEntry: 0x5c00 } },
  { name: "time", what: "let more time pass", change: { time: 2_345_678 } },
  { name: "devices", what: "connected another device", change: { port: 0x61 } },
];

/** All variations at once. */
export const EVERYTHING_CHANGED: Partial<Resources> = Object.assign(
  {},
  ...VARIATIONS.map(({ change }) => change),
);
