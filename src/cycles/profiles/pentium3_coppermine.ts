/**
 * Pentium III (Coppermine): the generation before, without VT-x.
 *
 * @module
 */

import type { CostProfile } from "../profile.ts";
import { from, INSTLATX64, modelParameter } from "../prices.ts";

const LATX = `${INSTLATX64}, Pentium III Coppermine`;
const MICROCODE = modelParameter("microcoded instruction, order of magnitude; no public measurement");
const PIPELINE = modelParameter("simple instruction of the P6 family, order of magnitude");
const BUS = modelParameter(
  "an ISA port access takes about 0.84 microseconds, as calibrated on the Pentium 4 672",
);
const MONITOR = modelParameter(
  "work of a software monitor: the Pentium 4 672's, in half of the cycles since about so many fewer are needed per instruction",
);
const NO_VTX = modelParameter(
  "this generation has no VT-x; the Pentium 4 672's latency, so that the extension has a price",
);

/** Prices of a Pentium III at 1 GHz. */
export const pentium3_coppermine: CostProfile = {
  name: "pentium3-coppermine",
  title: "Pentium III, 1 GHz (Coppermine, 2000)",
  hertz: 1_000_000_000,
  source: LATX,
  instruction: {
    ...from(LATX, {
      "push-flags": 7,
      "pop-flags": 17,
      "string-move": 4,
      "string-store": 3,
      "string-load": 4,
      "string-scan": 4,
      "string-compare": 4.4,
      "compare-exchange": 5.2,
      "compare-exchange-8b": 11,
      "time-stamp": 31,
      "cpuid": 91,
    }),
    ...from(`${LATX} (from memory)`, { "multiply": 4, "divide": 39, "segment-load": 5 }),
    ...from(PIPELINE, {
      "alu": 1,
      "alu-carry": 2,
      "shift": 1,
      "rotate-carry": 2,
      "shift-double": 2,
      "bit-test": 1,
      "bit-scan": 2,
      "bcd": 3,
      "bcd-multiply": 15,
      "flag-carry": 1,
      "flag-direction": 4,
      "lahf-sahf": 1,
      "exchange": 2,
      "push": 1,
      "pop": 1,
      "push-all": 8,
      "pop-all": 8,
      "enter": 15,
      "leave": 3,
      "branch": 1,
      "jump": 1,
      "jump-indirect": 2,
      "call": 3,
      "call-indirect": 4,
      "return": 3,
      "translate": 3,
      "bound": 8,
      "segment-read": 1,
      "pause": 1,
      "no-operation": 1,
      "floating-point": 3,
      "undefined": 1,
    }),
    ...from(MICROCODE, {
      "flag-interrupt": 10,
      "far-transfer": 25,
      "interrupt": 5,
      "interrupt-return": 75,
      "fast-system-call": 40,
      "fast-system-return": 40,
      "descriptor-query": 25,
      "descriptor-table-load": 30,
      "descriptor-table-store": 10,
      "task-register": 30,
      "machine-status": 10,
      "control-read": 5,
      "control-write": 100,
      "debug-register": 30,
      "page-invalidate": 100,
      "cache": 2000,
      "msr-read": 50,
      "msr-write": 100,
      "performance-counter": 31,
      "input-output": 9,
      "halt": 10,
      "vmx": 60,
    }),
  },
  operand: {
    ...from(modelParameter("what out-of-order execution leaves of the 3 cycles of a first-level load"), {
      "load": 1,
    }),
    ...from(modelParameter("a store retires with its instruction"), { "store": 0 }),
    ...from(MICROCODE, { "locked": 20 }),
  },
  event: {
    ...from(MICROCODE, {
      "exception": 90,
      "exception-ring-change": 20,
      "page-fault": 60,
      "interrupt": 90,
      "tlb-flush": 30,
      "call-gate": 25,
      "privilege-change": 25,
      "task-switch": 200,
      "string-start": 12,
    }),
    ...from(BUS, {
      "port-access": 840,
      "interrupt-acknowledge": 840,
      "device-memory-access": 420,
    }),
    ...from(modelParameter("page tables mostly in the second-level cache, order of magnitude"), {
      "tlb-miss": 8,
      "ept-walk": 8,
    }),
    ...from(`${LATX}: REP MOVSD 9.6 bytes per cycle`, { "string-block": 64 / 9.6 }),
    ...from(modelParameter("length of the P6 pipeline"), { "branch-mispredicted": 12 }),
    ...from(NO_VTX, { "vm-entry": 2409, "vm-exit": 1931, "vmcs-read": 178, "vmcs-write": 171 }),
    ...from(MONITOR, {
      "monitor-dispatch": 200,
      "monitor-decode": 250,
      "monitor-interpret": 50,
      "monitor-memory-access": 20,
      "shadow-fill": 200,
      "shadow-invalidate": 50,
      "translate-instruction": 750,
      "translation-lookup": 15,
      "callout": 95,
      "hypercall": 250,
    }),
  },
};
