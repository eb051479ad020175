/**
 * Pentium 4 672 (Prescott 2M, the first processor with VT-x): the machine of the published yardstick.
 *
 * @module
 */

import type { CostProfile } from "../profile.ts";
import { ADAMS_AGESEN, from, INSTLATX64, modelParameter } from "../prices.ts";

const LATX = `${INSTLATX64}, Prescott`;
const MICROCODE = modelParameter("microcoded instruction, order of magnitude; no public measurement");
const PIPELINE = modelParameter("throughput of a simple instruction on Prescott, order of magnitude");
const TRAPS = modelParameter(
  `solved from native rows (${ADAMS_AGESEN}): divzero 889 = DIV 76 + delivery + handler 5 + IRET, pgfault 1093 = load 5 + walk 30 ` +
    "+ delivery + page fault + handler 6 + IRET; how 808 divide between delivery and IRET is an estimate",
);
const RINGS = modelParameter("what a change of ring adds to a microcoded transfer, order of magnitude");
const BUS = modelParameter(
  `a port access takes about a microsecond; with the IN itself the native row in 3209 (${ADAMS_AGESEN})`,
);
const RDTSC_BY_TRAP = modelParameter(
  `dispatch + decode + interpret = 1000, solved from "RDTSC by trap and emulation 2030" (${ADAMS_AGESEN}; from memory) less the ` +
    "instruction, delivery to ring 0 and IRET, 1030; how they divide is an estimate within what syscall, divzero and pgfault under " +
    "binary translation leave open",
);
const RDTSC_BY_CALLOUT = modelParameter(
  `callout + interpret + looking the way back up = 320, solved from "RDTSC by callout 1254" (${ADAMS_AGESEN}; from memory) less INT, delivery to ring 0 and ` +
    "IRET, 938",
);
const MONITOR = modelParameter("work of a software monitor, order of magnitude");

/** Prices of a Pentium 4 672 at 3.8 GHz. */
export const pentium4_672: CostProfile = {
  name: "pentium4-672",
  title: "Pentium 4 672, 3.8 GHz (Prescott 2M, 2005)",
  hertz: 3_800_000_000,
  source: `${ADAMS_AGESEN}; ${LATX}`,
  instruction: {
    ...from(LATX, {
      "alu": 1,
      "alu-carry": 10,
      "rotate-carry": 7,
      "shift-double": 9,
      "multiply": 11,
      "bit-test": 8,
      "bit-scan": 16,
      "bcd": 29,
      "bcd-multiply": 35,
      "flag-carry": 8,
      "flag-direction": 54,
      "lahf-sahf": 29,
      "compare-exchange": 19,
      "compare-exchange-8b": 29,
      "push-all": 15,
      "pop-all": 14,
      "push-flags": 8,
      "pop-flags": 70,
      "string-move": 8,
      "string-store": 8,
      "string-load": 8,
      "string-scan": 8,
      "string-compare": 10,
      "time-stamp": 102,
      "cpuid": 340,
      "pause": 54,
      "divide": 76,
    }),
    ...from(`${LATX} (from memory)`, { "segment-load": 27 }),
    ...from(`${ADAMS_AGESEN}: "about 60" for CLI (from memory)`, { "flag-interrupt": 60 }),
    ...from(modelParameter(`the two together are the native row call/ret 11 (${ADAMS_AGESEN})`), {
      "call": 5,
      "return": 6,
    }),
    ...from(
      modelParameter(
        `the two with two moves before and STI between them are the native row syscall 242 (${ADAMS_AGESEN}); equal halves`,
      ),
      {
        "fast-system-call": 90,
        "fast-system-return": 90,
      },
    ),
    ...from(TRAPS, { "interrupt-return": 330 }),
    ...from(PIPELINE, {
      "shift": 1,
      "exchange": 2,
      "push": 1,
      "pop": 1,
      "enter": 20,
      "leave": 3,
      "branch": 1,
      "jump": 1,
      "jump-indirect": 2,
      "call-indirect": 6,
      "translate": 5,
      "bound": 14,
      "segment-read": 2,
      "no-operation": 1,
      "floating-point": 5,
      "undefined": 1,
    }),
    ...from(MICROCODE, {
      "far-transfer": 60,
      "interrupt": 10,
      "descriptor-query": 60,
      "descriptor-table-load": 100,
      "descriptor-table-store": 20,
      "task-register": 100,
      "machine-status": 30,
      "control-read": 30,
      "control-write": 200,
      "debug-register": 60,
      "page-invalidate": 150,
      "cache": 2000,
      "msr-read": 100,
      "msr-write": 200,
      "performance-counter": 102,
      "input-output": 9,
      "halt": 10,
      "vmx": 60,
    }),
  },
  operand: {
    ...from(
      `${LATX}: 4 to 5 from the first-level cache; like the figures of the instructions a latency, not a throughput`,
      {
        "load": 4,
      },
    ),
    ...from(
      modelParameter(`a store retires with its instruction: the native row ptemod 1 (${ADAMS_AGESEN})`),
      { "store": 0 },
    ),
    ...from(`${LATX}: XCHG with memory 82, LOCK ADD 89`, { "locked": 80 }),
  },
  event: {
    ...from(TRAPS, { "exception": 478, "page-fault": 244 }),
    ...from(modelParameter("as long as that of an exception"), { "interrupt": 478 }),
    ...from(RINGS, { "exception-ring-change": 60, "call-gate": 60, "privilege-change": 60 }),
    ...from(BUS, {
      "port-access": 3200,
      "interrupt-acknowledge": 3200,
      "device-memory-access": 1600,
    }),
    ...from(modelParameter("page tables mostly in the second-level cache, order of magnitude"), {
      "tlb-miss": 15,
      "ept-walk": 15,
    }),
    ...from(MICROCODE, {
      "tlb-flush": 50,
      "task-switch": 500,
      "string-start": 20,
    }),
    ...from(`${LATX}: REP MOVSD 6.5 bytes per cycle`, { "string-block": 64 / 6.5 }),
    ...from(modelParameter("length of Prescott's pipeline"), { "branch-mispredicted": 30 }),
    ...from(`${ADAMS_AGESEN}, mechanisms (from memory)`, {
      "vm-entry": 2409,
      "vm-exit": 1931,
      "vmcs-read": 178,
      "vmcs-write": 171,
    }),
    ...from(RDTSC_BY_TRAP, { "monitor-dispatch": 400, "monitor-decode": 500, "monitor-interpret": 100 }),
    ...from(RDTSC_BY_CALLOUT, { "callout": 190 }),
    ...from(MONITOR, {
      "monitor-memory-access": 40,
      "shadow-fill": 400,
      "shadow-invalidate": 100,
      "translate-instruction": 1500,
      "translation-lookup": 30,
      "hypercall": 500,
    }),
  },
};
