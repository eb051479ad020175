/**
 * Lines of the conformance guests in which another emulator differs from Ringlab, with the reason, as data. A difference
 * that no entry explains is a failure.
 *
 * @module
 */

import type { GuestName } from "./guest_images.ts";

/** The emulators that the guests run on besides Ringlab. */
export type Oracle = "qemu" | "bochs";

/** Lines of one guest that an oracle prints differently. */
export interface KnownDifference {
  readonly oracle: Oracle;
  readonly guest: GuestName;
  /** What the lines begin with; leading blanks do not count. */
  readonly lines: readonly string[];
  /** What the oracle does, and which section of the manual (SDM) decides. */
  readonly reason: string;
}

/** From some line on, an oracle's output is not compared: it has lost its way. */
export interface Cut {
  readonly oracle: Oracle;
  readonly guest: GuestName;
  /** What the first line that is not compared begins with. */
  readonly from: string;
  readonly reason: string;
}

const NO_LIMITS =
  "QEMU's translator does not check segment limits and types on every access (SDM 3A, 5.3, 5.5)";
const NO_INT1 = "QEMU does not know INT1 (SDM 2, INT n)";
const NO_EXT = "QEMU leaves the EXT bit clear in error codes of faults during delivery (SDM 3A, 6.13)";
const OLD_EIP =
  "QEMU checks the new task's segments before it has left the old task: EIP and flags are the old ones " +
  "(SDM 3A, 7.3: the exception happens in the new task)";

function qemu(guest: GuestName, lines: readonly string[], reason: string): KnownDifference {
  return { oracle: "qemu", guest, lines, reason };
}

/** All known differences. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    oracle: "bochs",
    guest: "faults",
    lines: [
      "#DE, then #NP",
      "#GP, then #NP",
      "int 40h beyond",
      "#NP, then #NP",
      "int 31h, then #NP, then #NP",
    ],
    reason:
      "Bochs sets RF in the image that a double fault saves; only fault-class exceptions do, and #DF is an abort " +
      "(SDM 3B, 17.3.1.1; 3A, table 6-1)",
  },
  qemu("exceptions", ["lock mov"], "QEMU ignores LOCK where it is not allowed (SDM 2, LOCK: #UD)"),
  qemu("exceptions", ["int beyond the segment's limit"], NO_LIMITS),
  qemu("exceptions", ["int1 through"], NO_INT1),
  qemu(
    "exceptions",
    ["misaligned read in ring 3:", "misaligned word in ring 3", "misaligned push"],
    "QEMU has no alignment checks (SDM 3A, 6.15, interrupt 17)",
  ),
  qemu("segments", [
    "down 32: byte at FFF:",
    "down 16: byte at FFF:",
    "write through CS",
    "null: read",
    "null with RPL 3: read",
    "push below offset 0",
    "read beyond the stack",
    "call without room",
    "enter without room",
    "pusha without room",
    "push on a 16-bit stack at SP = 2",
    "running beyond the limit",
    "near jump beyond the limit",
  ], NO_LIMITS),
  qemu("segments", ["ltr of null"], "QEMU loads TR with a null selector (SDM 2, LTR: #GP(0))"),
  qemu(
    "rings",
    ["call gate beyond the limit", "retf beyond the limit", "inner stack too small"],
    NO_LIMITS,
  ),
  qemu("rings", ["retf with ss not present"], "QEMU raises #NP for a stack (SDM 2, RET: #SS(selector))"),
  qemu(
    "rings",
    ["inner stack not present"],
    "QEMU raises #TS for an inner stack that is not present (SDM 2, CALL: #SS(selector))",
  ),
  qemu(
    "control",
    ["rdmsr of an unknown", "wrmsr of an unknown"],
    "QEMU ignores unknown MSRs (SDM 2, RDMSR: #GP(0))",
  ),
  qemu(
    "control",
    ["CR0.NW without CR0.CD", "CR0.ET cannot", "lmsw cannot"],
    "QEMU takes CR0.NW without CR0.CD, which later lines then show (SDM 2, MOV to CR0: #GP(0))",
  ),
  qemu("control", ["rdpmc in ring 3"], "QEMU has no RDPMC (SDM 2, RDPMC)"),
  qemu(
    "paging",
    ["not present: add"],
    "QEMU reads before it writes, and the error code says so; the access is one with intent to write (SDM 3A, 4.7)",
  ),
  qemu("paging", ["a reserved bit in a 4 MiB page"], "QEMU leaves P clear in the error code (SDM 3A, 4.7)"),
  qemu(
    "paging",
    ["a global page after MOV CR3"],
    "QEMU may drop global translations as well, which the manual allows (SDM 3A, 4.10.2.4)",
  ),
  qemu(
    "tasks",
    ["#GP through a task gate"],
    "QEMU 7 does not set RF in the flags it saves (SDM 3B, 17.3.1.1)",
  ),
  qemu("tasks", ["the T flag", "dr6=FFFF8FF0"], "QEMU ignores the T flag of a TSS (SDM 3B, 17.3.1.5)"),
  qemu("tasks", [
    "DS is a TSS",
    "DS outside of the GDT",
    "DS not present",
    "null SS",
    "SS of DPL 3",
    "SS is code",
    "LDT is data",
    "LDT is local",
    "LDT not present",
    "EIP beyond CS",
  ], OLD_EIP),
  qemu("tasks", ["task gate to a local TSS"], "QEMU raises #TS (SDM 2, CALL: #GP(TSS selector))"),
  qemu("tasks", ["iret with NT"], "QEMU does not check the linked task (SDM 2, IRET: #TS(selector))"),
  qemu("v86", ["frame of a trap"], "QEMU 7 does not set RF in the flags it saves (SDM 3B, 17.3.1.1)"),
  qemu("v86", ["an offset above FFFF", "a word at FFFF", "a push at SP = 1"], NO_LIMITS),
  qemu("debug", ["int1"], NO_INT1),
  qemu(
    "debug",
    ["a watched word, misaligned address", "dr6=FFFF0FF1 dr7=00050401"],
    "QEMU does not align the address of a breakpoint (SDM 3B, 17.2.5)",
  ),
  qemu("faults", [
    "#UD, then #NP",
    "#NM, then #NP",
    "#BR, then #NP",
    "#DB, then #NP",
    "#UD, then #GP",
    "#UD in ring 3",
  ], NO_EXT),
  qemu(
    "timer",
    ["sti, mov ss"],
    "QEMU lets an interrupt in after MOV SS when STI came just before, which the manual allows (SDM 3A, 6.8.3)",
  ),
];

/** All cuts. */
export const CUTS: readonly Cut[] = [
  {
    oracle: "qemu",
    guest: "control",
    from: "CR0.PG without CR0.PE",
    reason: "QEMU takes CR0.PG without CR0.PE and reserved bits of CR4, and then hangs (SDM 3A, 2.5: #GP)",
  },
  {
    oracle: "qemu",
    guest: "tasks",
    from: "CS not present",
    reason: "QEMU goes on in a code segment that it could not load (SDM 3A, table 7-1: #NP, #TS)",
  },
  {
    oracle: "qemu",
    guest: "real",
    from: "0E ",
    reason: `${NO_LIMITS}: what follows is numbered differently`,
  },
];
