/**
 * Skylake client core: a later generation, with fast string moves and short VM transitions.
 *
 * @module
 */

import type { CostProfile } from "../profile.ts";
import { from, INSTLATX64, modelParameter } from "../prices.ts";

const LATX = `${INSTLATX64}, Skylake`;
const MICROCODE = modelParameter("microcoded instruction, order of magnitude; no public measurement");
const PIPELINE = modelParameter("simple instruction of the Core family, order of magnitude");
const BUS = modelParameter(
  "an ISA port access takes about 0.84 microseconds, as calibrated on the Pentium 4 672",
);
const MONITOR = modelParameter(
  "work of a software monitor: the Pentium 4 672's, in a third of the cycles since about so many fewer are needed per instruction",
);
const ROUND_TRIP = modelParameter(
  "the two together are Sandy Bridge's round trip of 784, the latest in Agesen et al., USENIX ATC 2012, table 1 (from memory)",
);

/** Prices of a Skylake core at 3.4 GHz. */
export const skylake: CostProfile = {
  name: "skylake",
  title: "Core i7-6700, 3.4 GHz (Skylake, 2015)",
  hertz: 3_400_000_000,
  source: LATX,
  instruction: {
    ...from(LATX, {
      "string-move": 4,
      "string-scan": 1.25,
      "compare-exchange": 5,
      "compare-exchange-8b": 11,
      "time-stamp": 25,
      "cpuid": 101,
      "multiply": 3,
    }),
    ...from(`${LATX} (from memory)`, { "divide": 26 }),
    ...from(
      "Intel 64 and IA-32 Architectures Optimization Reference Manual: PAUSE on Skylake takes up to 140 cycles",
      {
        "pause": 140,
      },
    ),
    ...from(PIPELINE, {
      "alu": 1,
      "alu-carry": 1,
      "shift": 1,
      "rotate-carry": 2,
      "shift-double": 3,
      "bit-test": 1,
      "bit-scan": 3,
      "bcd": 4,
      "bcd-multiply": 20,
      "flag-carry": 1,
      "flag-direction": 4,
      "lahf-sahf": 1,
      "exchange": 2,
      "push": 1,
      "pop": 1,
      "push-all": 11,
      "pop-all": 11,
      "push-flags": 4,
      "pop-flags": 20,
      "enter": 10,
      "leave": 3,
      "string-store": 1,
      "string-load": 1,
      "string-compare": 4,
      "branch": 1,
      "jump": 1,
      "jump-indirect": 2,
      "call": 2,
      "call-indirect": 3,
      "return": 2,
      "translate": 3,
      "bound": 8,
      "segment-read": 1,
      "no-operation": 1,
      "floating-point": 4,
      "undefined": 1,
    }),
    ...from(MICROCODE, {
      "flag-interrupt": 7,
      "segment-load": 18,
      "far-transfer": 35,
      "interrupt": 5,
      "interrupt-return": 80,
      "fast-system-call": 45,
      "fast-system-return": 45,
      "descriptor-query": 35,
      "descriptor-table-load": 60,
      "descriptor-table-store": 10,
      "task-register": 60,
      "machine-status": 15,
      "control-read": 10,
      "control-write": 150,
      "debug-register": 40,
      "page-invalidate": 150,
      "cache": 2000,
      "msr-read": 60,
      "msr-write": 120,
      "performance-counter": 35,
      "input-output": 9,
      "halt": 10,
      "vmx": 50,
    }),
  },
  operand: {
    ...from(modelParameter("what out-of-order execution leaves of the 4 to 5 cycles of a first-level load"), {
      "load": 1,
    }),
    ...from(modelParameter("a store retires with its instruction"), { "store": 0 }),
    ...from(MICROCODE, { "locked": 17 }),
  },
  event: {
    ...from(MICROCODE, {
      "exception": 150,
      "exception-ring-change": 25,
      "page-fault": 100,
      "interrupt": 150,
      "tlb-flush": 30,
      "call-gate": 30,
      "privilege-change": 30,
      "task-switch": 250,
      "string-start": 20,
    }),
    ...from(BUS, {
      "port-access": 2856,
      "interrupt-acknowledge": 2856,
      "device-memory-access": 1428,
    }),
    ...from(modelParameter("page tables mostly in the second-level cache, order of magnitude"), {
      "tlb-miss": 7,
      "ept-walk": 7,
    }),
    ...from(`${LATX}: REP MOVSD 58 bytes per cycle`, { "string-block": 64 / 58 }),
    ...from(modelParameter("length of the Skylake pipeline"), { "branch-mispredicted": 16 }),
    ...from(ROUND_TRIP, { "vm-entry": 350, "vm-exit": 434 }),
    ...from(MICROCODE, { "vmcs-read": 25, "vmcs-write": 25 }),
    ...from(MONITOR, {
      "monitor-dispatch": 133,
      "monitor-decode": 167,
      "monitor-interpret": 33,
      "monitor-memory-access": 13,
      "shadow-fill": 133,
      "shadow-invalidate": 33,
      "translate-instruction": 500,
      "translation-lookup": 10,
      "callout": 63,
      "hypercall": 167,
    }),
  },
};
