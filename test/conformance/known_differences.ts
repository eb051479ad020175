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
const NO_ALIGNMENT = "QEMU has no alignment checks (SDM 3A, 6.15, interrupt 17)";
const NO_INT1 = "QEMU does not know INT1 (SDM 2, INT n)";
const NO_EXT = "QEMU leaves the EXT bit clear in error codes of faults during delivery (SDM 3A, 6.13)";
const OLD_EIP =
  "QEMU checks the new task's segments before it has left the old task: EIP and flags are the old ones " +
  "(SDM 3A, 7.3: the exception happens in the new task)";

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
  {
    oracle: "qemu",
    guest: "exceptions",
    lines: ["lock mov"],
    reason: "QEMU ignores LOCK where it is not allowed (SDM 2, LOCK: #UD)",
  },
  { oracle: "qemu", guest: "exceptions", lines: ["int beyond the segment's limit"], reason: NO_LIMITS },
  { oracle: "qemu", guest: "exceptions", lines: ["int1 through"], reason: NO_INT1 },
  {
    oracle: "qemu",
    guest: "exceptions",
    lines: ["misaligned read in ring 3:", "misaligned word in ring 3", "misaligned push"],
    reason: NO_ALIGNMENT,
  },
];

/** All cuts. */
export const CUTS: readonly Cut[] = [
  {
    oracle: "qemu",
    guest: "control",
    from: "a reserved bit in CR4",
    reason: "QEMU takes reserved bits of CR4 and then hangs (SDM 3A, 2.5: #GP)",
  },
];
