import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CPL,
  CR0,
  CR3,
  EIP,
  ESP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  setSegment,
} from "../../src/cpu/mod.ts";
import { allForms, CS, DS, ES, exampleBytes, FS, GS, SS } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";

/** A small generator, so that a seed says everything. */
function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const GDT = 0x1000, IDT = 0x2000, DIRECTORY = 0x3000, CODE = 0x100000;
const SYSTEM_FORMS = allForms().filter(({ reads, writes, family }) =>
  (reads.length > 0 || writes.length > 0) && family !== "vmx"
);

/** Descriptors of all types, most of them present, that point somewhere into memory; gates lead to other descriptors. */
function fillTable(view: DataView, at: number, entries: number, next: () => number): void {
  for (let n = 0; n < entries; n++) {
    const type = next() & 31, dpl = next() & 3, selector = (next() % 32) * 8 + (next() & 3);
    const present = next() % 8 === 0 ? 0 : 0x8000;
    const gate = type < 16 && [4, 5, 6, 7, 12, 14, 15].includes(type);
    const address = next() & 0x1fffff;
    const low = gate ? (selector << 16) | (address & 0xffff) : (address << 16) | (next() & 0xffff);
    const flags = gate ? address & 0xffff0000 : ((address >>> 16) & 0xff) | (next() & 0x00df0000);
    view.setUint32(at + n * 8, low >>> 0, true);
    view.setUint32(at + n * 8 + 4, (flags | present | (dpl << 13) | (type << 8)) >>> 0, true);
  }
}

/** A machine full of nonsense that looks a little like a system. */
function hostile(seed: number): Machine {
  const next = numbers(seed);
  const machine = new Machine({ memory: "2M", history: false });
  const bytes = new Uint8Array(2 << 20);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 4) view.setUint32(at, next(), true);
  fillTable(view, GDT, 32, next);
  fillTable(view, IDT, 256, next);
  // Flat segments where the machine starts, so that it gets a little way.
  view.setBigUint64(GDT + 8, 0x00cf9b000000ffffn, true);
  view.setBigUint64(GDT + 16, 0x00cf93000000ffffn, true);
  for (let n = 0; n < 1024; n++) {
    view.setUint32(DIRECTORY + n * 4, (next() & 0x1ff0ff) | (next() % 4 ? 7 : 0), true);
  }
  // System instructions, one after the other.
  let at = CODE;
  for (let n = 0; n < 400; n++) {
    const form = SYSTEM_FORMS[next() % SYSTEM_FORMS.length]!;
    const example = exampleBytes(form, 32, {
      address: next() & 0x1ffffc,
      register: next() & 7,
      immediate: next() & 0xff,
      selector: (next() % 32) * 8 + (next() & 3),
      offset: CODE + next() % 4096,
    });
    bytes.set(example, at);
    at += example.length;
  }
  machine.board.memory.write(0, bytes.subarray(0, 0xa0000));
  machine.board.memory.write(0x100000, bytes.subarray(0x100000));
  const { cpu } = machine;
  const s = cpu.s;
  const protect = next() % 4 !== 0;
  s[CR0] = protect ? 0x11 : 0x10;
  s[GDTR_BASE] = GDT;
  s[GDTR_LIMIT] = 255;
  s[IDTR_BASE] = IDT;
  s[IDTR_LIMIT] = protect ? 0x7ff : 0x3ff;
  s[CR3] = DIRECTORY;
  for (let n = 0; n < 8; n++) s[n] = next();
  s[ESP] = 0x80000;
  machine.cpu.flushTlb();
  s[EIP] = CODE;
  setSegment(cpu, CS, 8, 0, -1, 0xc09b00);
  for (const register of [ES, SS, DS, FS, GS]) setSegment(cpu, register, 16, 0, -1, 0xc09300);
  s[CPL] = 0;
  cpu.updateMode();
  return machine;
}

describe("a hostile guest", () => {
  test("can end its run, but not the process: nothing is thrown, and the ledger still adds up", () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const machine = hostile(seed);
        // Cycles too: an exception whose handler raises the same exception retires no instruction, for ever.
        const { status } = machine.runSync({ maxInstructions: 3000, maxCycles: 200_000 });
        ends.add(status);
        const report = machine.cycles;
        const sum = report.machines.reduce((all, { worlds }) => all + worlds.reduce((a, b) => a + b, 0), 0);
        expect(sum).toBe(report.total);
        expect(report.total).toBe(machine.cpu.now());
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(ends.size).toBeGreaterThan(1);
  });
});
