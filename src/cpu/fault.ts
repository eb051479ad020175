/**
 * How an instruction gives up: it throws a {@linkcode Fault}, the engine puts the state back to before the instruction
 * and delivers the exception.
 *
 * @module
 */

import type { CpuEvent } from "./ports.ts";

// deno-fmt-ignore
/** Vectors of the exceptions. Those whose name is a flag's as well carry the suffix _VECTOR. */
export const
  DE = 0, DB = 1, NMI = 2, BP = 3, OF_VECTOR = 4, BR = 5, UD = 6, NM = 7, DF_VECTOR = 8, TS = 10, NP = 11,
  SS_VECTOR = 12, GP = 13, PF_VECTOR = 14, MF = 16, AC_VECTOR = 17, MC = 18, XM = 19;

/** Names of the exceptions by vector, as the manual writes them. */
export const EXCEPTION_NAMES: Readonly<Record<number, string>> = {
  0: "#DE",
  1: "#DB",
  2: "NMI",
  3: "#BP",
  4: "#OF",
  5: "#BR",
  6: "#UD",
  7: "#NM",
  8: "#DF",
  10: "#TS",
  11: "#NP",
  12: "#SS",
  13: "#GP",
  14: "#PF",
  16: "#MF",
  17: "#AC",
  18: "#MC",
  19: "#XM",
};

/**
 * A fault of the guest. Not an `Error`: making one costs no stack trace, and it never leaves the processor. Instructions
 * that throw it must not have changed anything a restart would notice.
 */
export class Fault {
  /** 0..31. */
  readonly vector: number;
  /** Error code, or -1 when the vector has none. */
  readonly errorCode: number;
  /** The software interrupt whose delivery faulted, if the fault came about so. */
  readonly during: CpuEvent | undefined;

  constructor(vector: number, errorCode = -1, during?: CpuEvent) {
    this.vector = vector;
    this.errorCode = errorCode;
    this.during = during;
  }
}
