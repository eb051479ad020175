/**
 * Core 2 Duo (Conroe, Merom core): the generation after the yardstick, with the second implementation of VT-x.
 *
 * @module
 */

import type { CostProfile } from "../profile.ts";
import { ADAMS_AGESEN, from, INSTLATX64, modelParameter } from "../prices.ts";

const LATX = `${INSTLATX64}, Conroe`;
const MICROCODE = modelParameter("microcoded instruction, order of magnitude; no public measurement");
const PIPELINE = modelParameter("simple instruction of the Core family, order of magnitude");
const BUS = modelParameter(
  "an ISA port access takes about 0.84 microseconds, as calibrated on the Pentium 4 672",
);
const MONITOR = modelParameter(
  "work of a software monitor: the Pentium 4 672's, in half of the cycles since about so many fewer are needed per instruction",
);

/** Prices of a Core 2 Duo at 2.66 GHz. */
export const core2_conroe: CostProfile = {
  name: "core2-conroe",
  title: "Core 2 Duo, 2.66 GHz (Conroe, 2006)",
  hertz: 2_660_000_000,
  source: `${LATX}; ${ADAMS_AGESEN} for VT-x`,
  instruction: {
    ...from(LATX, {
      "push-flags": 7,
      "pop-flags": 20,
      "string-move": 5,
      "string-store": 1.1,
      "string-load": 2,
      "string-scan": 2,
      "string-compare": 3,
      "compare-exchange": 10,
      "compare-exchange-8b": 8,
      "time-stamp": 64,
      "cpuid": 180,
    }),
    ...from(`${LATX}: 17 to 41, the middle`, { "divide": 29 }),
    ...from(`${LATX} (from memory)`, { "segment-load": 15 }),
    ...from(PIPELINE, {
      "alu": 1,
      "alu-carry": 2,
      "shift": 1,
      "rotate-carry": 2,
      "shift-double": 2,
      "multiply": 3,
      "bit-test": 1,
      "bit-scan": 2,
      "bcd": 3,
      "bcd-multiply": 17,
      "flag-carry": 1,
      "flag-direction": 4,
      "lahf-sahf": 1,
      "exchange": 2,
      "push": 1,
      "pop": 1,
      "push-all": 8,
      "pop-all": 8,
      "enter": 10,
      "leave": 3,
      "branch": 1,
      "jump": 1,
      "jump-indirect": 2,
      "call": 2,
      "call-indirect": 3,
      "return": 2,
      "translate": 3,
      "bound": 8,
      "segment-read": 1,
      "pause": 9,
      "no-operation": 1,
      "floating-point": 3,
      "undefined": 1,
    }),
    ...from(MICROCODE, {
      "flag-interrupt": 10,
      "far-transfer": 40,
      "interrupt": 5,
      "interrupt-return": 90,
      "fast-system-call": 60,
      "fast-system-return": 60,
      "descriptor-query": 40,
      "descriptor-table-load": 50,
      "descriptor-table-store": 15,
      "task-register": 50,
      "machine-status": 15,
      "control-read": 10,
      "control-write": 150,
      "debug-register": 40,
      "page-invalidate": 150,
      "cache": 2000,
      "msr-read": 80,
      "msr-write": 150,
      "performance-counter": 40,
      "input-output": 9,
      "halt": 10,
      "vmx": 50,
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
      "exception": 150,
      "exception-ring-change": 25,
      "page-fault": 80,
      "interrupt": 150,
      "tlb-flush": 30,
      "call-gate": 30,
      "privilege-change": 30,
      "task-switch": 250,
      "string-start": 15,
    }),
    ...from(BUS, {
      "port-access": 2234,
      "interrupt-acknowledge": 2234,
      "device-memory-access": 1117,
    }),
    ...from(modelParameter("page tables mostly in the second-level cache, order of magnitude"), {
      "tlb-miss": 8,
      "ept-walk": 8,
    }),
    ...from(`${LATX}: REP MOVSD 13.3 bytes per cycle`, { "string-block": 64 / 13.3 }),
    ...from(modelParameter("length of the Core pipeline"), { "branch-mispredicted": 15 }),
    ...from(`${ADAMS_AGESEN}, mechanisms on a Core 2 Duo (from memory)`, {
      "vm-entry": 937,
      "vm-exit": 1186,
      "vmcs-read": 52,
      "vmcs-write": 44,
    }),
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
