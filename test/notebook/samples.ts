/** One chart of every kind, as the notebooks use them, and a register snapshot: shared by the tests of this folder. */
import {
  bars,
  type Chart,
  groupedBars,
  heatMap,
  histogram,
  lines,
  stackedBars,
  tiles,
  timeline,
} from "../../src/notebook/mod.ts";
import type { RegistersSnapshot } from "../../src/cpu/mod.ts";

const cycles = { field: "cycles", title: "Time", unit: "cycles" };
const technique = { field: "technique", title: "Technique" };
const world = { field: "world", title: "World" };

const costs = [
  { technique: "native", world: "guest user", cycles: 90 },
  { technique: "native", world: "guest kernel", cycles: 152 },
  { technique: "trap and emulate", world: "guest user", cycles: 90 },
  { technique: "trap and emulate", world: "monitor", cycles: 3300 },
  { technique: "trap and emulate", world: "hardware transition", cycles: 1200 },
];

const published = [["syscall", 242, 2308], ["ptemod", 1, 391]].flatMap(([operation, native, software]) => [
  { operation: String(operation), technique: "native", cycles: Number(native), paper: Number(native) },
  {
    operation: String(operation),
    technique: "binary translation",
    cycles: Number(software) + 100,
    paper: Number(software),
  },
]);

const rings = ["HLT", "POPF", "UD2"].flatMap((instruction) =>
  ["0", "1", "2", "3"].map((ring) => ({
    instruction,
    ring,
    outcome: instruction === "UD2"
      ? "#UD"
      : ring === "0"
      ? "executes"
      : instruction === "HLT"
      ? "#GP"
      : "silently different",
  }))
);

/** Every kind of chart by a name of its own. */
export function sampleCharts(): Record<string, Chart> {
  const map = {
    title: "What instructions do in each ring",
    x: { field: "ring", title: "Current privilege level (CPL)" },
    y: { field: "instruction", title: "Instruction" },
  };
  const intervals = ["guest user", "hardware transition", "monitor", "hardware transition", "guest kernel"]
    .map((name, i) => ({ world: name, vm: "vm 0", start: i * 300, end: i * 300 + 300 }));
  const time = { start: "start", end: "end", title: "Time since reset", unit: "cycles" };
  const growth = ["native", "trap and emulate", "binary translation", "paravirtual", "hardware-assisted"]
    .flatMap((name, i) =>
      [0, 1000, 2000].map((writes) => ({ technique: name, writes, cycles: 10 + (i + 1) * writes }))
    );
  return {
    bars: bars([{ technique: "native", cycles: 242 }, { technique: "binary translation", cycles: 2308 }], {
      title: "One system call",
      category: technique,
      value: cycles,
      highlight: ["native"],
    }),
    stacked: stackedBars(costs, { title: "By world", category: technique, value: cycles, part: world }),
    shares: stackedBars(costs, {
      title: "By world",
      category: technique,
      value: cycles,
      part: world,
      shares: true,
    }),
    grouped: groupedBars(published, {
      title: "Measured and published",
      subtitle: "Diamonds: Adams and Agesen 2006",
      category: { field: "operation", title: "Operation" },
      series: technique,
      value: cycles,
      reference: { field: "paper", title: "published" },
      log: true,
    }),
    outcomes: heatMap(rings, {
      ...map,
      outcome: { field: "outcome", title: "Outcome" },
      marks: { executes: "runs" },
    }),
    numbers: heatMap(rings.map((row, i) => ({ ...row, cycles: i * 97 })), { ...map, value: cycles }),
    tiles: tiles(
      Array.from({ length: 60 }, (_, i) => ({ name: `OP${i}`, class: i < 9 ? "privileged" : "innocuous" })),
      {
        title: "The instruction set by class",
        member: { field: "name", title: "Instruction" },
        group: { field: "class", title: "Class" },
      },
    ),
    timeline: timeline(intervals, {
      title: "Who has the processor",
      lane: world,
      state: world,
      time,
      events: [{ at: 300, label: "first trap" }, { at: 330, label: "saved" }],
    }),
    machines: timeline(intervals, {
      title: "Per machine",
      lane: { field: "vm", title: "Virtual machine" },
      state: world,
      time,
    }),
    lines: lines(growth, {
      title: "Cost grows with page-table writes",
      x: { field: "writes", title: "Page-table writes", unit: "count" },
      y: cycles,
      series: technique,
      references: [{ at: 3000, label: "published" }],
    }),
    steps: lines(growth, {
      title: "In steps",
      x: { field: "writes", title: "Writes", unit: "count" },
      y: cycles,
      series: technique,
      step: true,
      log: true,
    }),
    histogram: histogram([240, 242, 242, 250, 2308], {
      title: "System calls",
      value: cycles,
      of: "system calls",
    }),
    doubling: histogram([1, 2, 3, 900, 70000], {
      title: "Exits",
      value: cycles,
      of: "exits",
      bin: "log2",
      references: [{ at: 64, label: "limit" }],
    }),
  };
}

const segment = (selector: number, attributes = 0xc09300) => ({
  selector,
  base: 0,
  limit: 0xffffffff,
  attributes,
});

/** A processor in protected mode at CPL 0. */
export const kernelRegisters: RegistersSnapshot = {
  mode: "protected",
  cpl: 0,
  eip: 0x7c00,
  eflags: 0x202,
  gpr: { eax: 0, ecx: 0, edx: 0x80, ebx: 0, esp: 0x7000, ebp: 0, esi: 0, edi: 0 },
  segments: {
    es: segment(0x10),
    cs: segment(8, 0xc09b00),
    ss: segment(0x10),
    ds: segment(0x10),
    fs: segment(0),
    gs: segment(0),
  },
  control: { cr0: 0x60000011, cr2: 0, cr3: 0, cr4: 0 },
  gdtr: { base: 0x1000, limit: 0x2f },
  idtr: { base: 0x2000, limit: 0x7ff },
  ldtr: { selector: 0, base: 0, limit: 0, attributes: 0 },
  tr: { selector: 0x28, base: 0x3000, limit: 0x67, attributes: 0x8b00 },
  cycles: 100,
  instructions: 10,
};
