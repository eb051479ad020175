import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bundleOf,
  consoleView,
  descriptorTable,
  type Displayable,
  displayable,
  DisplayError,
  formatBytes,
  formatNumber,
  formatShare,
  hex,
  jupyterDisplay,
  listingView,
  memoryView,
  pageTable,
  parseDescriptor,
  registerChanges,
  registers,
  stack,
  table,
  TableError,
} from "../../src/notebook/mod.ts";
import type { RegistersSnapshot } from "../../src/cpu/mod.ts";
import { kernelRegisters } from "./samples.ts";

const bytes = (...all: number[]) => Uint8Array.from(all);

/** A strict XML parser stands in for every viewer's HTML parser: what it accepts, they read alike. */
function expectWellFormed(html: string): void {
  expect(() => new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${html}</svg>`)).not
    .toThrow();
}

const userRegisters: RegistersSnapshot = {
  ...kernelRegisters,
  cpl: 3,
  eip: 0x7c1f,
  eflags: 0x46,
  gpr: { ...kernelRegisters.gpr, eax: 42 },
  segments: {
    ...kernelRegisters.segments,
    cs: { ...kernelRegisters.segments.cs, selector: 0x1b, attributes: 0xc0fb00 },
  },
  cycles: 1412,
  instructions: 67,
};

const rows = listingView([
  {
    address: 0x7c00,
    bytes: bytes(0xfa),
    text: "cli",
    label: "start",
    privileged: true,
    sensitive: "changes IF",
  },
  {
    address: 0x7c01,
    bytes: bytes(0x9d),
    text: "popfd",
    sensitive: "IF is kept",
    executions: 1000,
    cycles: 7000,
  },
  { address: 0x7c02, bytes: bytes(0x90), text: "nop", executions: 10, cycles: 10 },
], { caption: "Boot sector", eip: 0x7c01 });

const views: [string, Displayable & { text(): string; html(): string }][] = [
  ["table", table([{ op: "<in> & out", cycles: 3209 }], { caption: "Costs." })],
  ["registers", registers(kernelRegisters)],
  ["changed registers", registers(userRegisters, kernelRegisters)],
  ["listing", rows],
  ["memory", memoryView(bytes(1, 2, 3), { marks: [{ address: 1, length: 1, label: "two" }] })],
  ["descriptors", descriptorTable(new Uint8Array(16), { table: "GDT" })],
  ["pages", pageTable([{ linear: 0, entry: 7, level: "table" }])],
  ["console", consoleView("<b>Hello</b>\r\n\x1b[1m")],
];

describe.each(views)("the %s view", (_, view) => {
  test("shows itself as HTML and begins its text with a sentence", async () => {
    const bundle = await bundleOf(view);
    expect(Object.keys(bundle)).toEqual(["text/html", "text/plain"]);
    expect(String(bundle["text/plain"]).split("\n")[0]).toMatch(/\S.*[.)]$/);
  });

  test("is well formed, and has no colour that only fits one theme", () => {
    const html = view.html();
    expectWellFormed(html);
    expect(html).not.toMatch(/(^|[;"])color:(?!inherit)/);
    expect(html).not.toMatch(/background:#/);
  });

  test("tables have scoped headings and a caption", () => {
    const html = view.html();
    for (const [head] of html.matchAll(/<th [^>]*>/g)) expect(head).toMatch(/scope="(row|col)"/);
    expect(html.split("<table").length).toBe(html.split("<caption").length);
  });
});

describe("tables", () => {
  const costs = [{ op: "syscall", native: 242, bt: 2308.5 }, { op: "ptemod", native: 1, bt: 391 }];

  test("numbers line up under their heading", () => {
    const view = table(costs, {
      caption: "Adams and Agesen 2006.",
      columns: ["op", { key: "native", title: "Native", unit: "cycles" }, {
        key: "bt",
        title: "Software",
        digits: 1,
      }],
      highlight: (row) => row.bt / row.native > 100 ? "over 100 times" : undefined,
    });
    expect(view.text().split("\n")).toEqual([
      "Adams and Agesen 2006.",
      "op       Native (cycles)  Software  Note",
      "------------------------------------------------------",
      "syscall              242   2,308.5",
      "ptemod                 1     391.0  <- over 100 times",
    ].map((line) => line.replace(/^-+$/, "-".repeat(53))));
    expect(view.data).toBe(costs);
  });

  test("wrong ones are refused", () => {
    expect(() => table(costs, { caption: "" })).toThrow(TableError);
    expect(() => table([], { caption: "Nothing." })).toThrow(/no columns/);
    expect(() => table(costs, { caption: "C.", columns: ["nativ" as "native"] })).toThrow(
      /no row has "nativ"; .* op, native, bt/,
    );
  });
});

describe("registers", () => {
  test("what changed is listed with old and new values", () => {
    expect(registerChanges(kernelRegisters, userRegisters)).toEqual([
      { name: "eax", before: 0, after: 42 },
      { name: "eip", before: 0x7c00, after: 0x7c1f },
      { name: "eflags", before: 0x202, after: 0x46 },
      { name: "cs", before: 8, after: 0x1b },
      { name: "cs attributes", before: 0xc09b00, after: 0xc0fb00 },
      { name: "cpl", before: 0, after: 3 },
    ]);
    const text = registers(userRegisters, kernelRegisters).text();
    expect(text).toContain("CPL 3, CS:EIP 001b:00007c1f, 57 instructions and 1,312 cycles later");
    expect(text).toContain("eax 0000002a* (was 00000000)");
    expect(text).toContain("flags PF ZF IOPL=0");
    expect(registers(userRegisters, kernelRegisters).html()).toContain("IF cleared");
  });

  test("nothing is marked without an earlier snapshot", () => {
    expect(registers(kernelRegisters).text()).not.toContain("*");
    expect(registers(kernelRegisters, kernelRegisters).text()).toContain("no register changed");
  });
});

describe("listings", () => {
  test("privileged and sensitive instructions carry a letter and a reason, the current one an arrow", () => {
    expect(rows.text().split("\n")).toEqual([
      "Boot sector: 3 instructions: 1 privileged, 1 sensitive but not privileged.",
      "(columns after the instruction: executions, cycles)",
      "start:",
      "   00007c00  fa  PS  cli        0      0  ; changes IF",
      ">  00007c01  9d   S  popfd  1,000  7,000  ; IF is kept",
      "   00007c02  90      nop       10     10",
    ]);
    expect(rows.html()).toContain(">privileged</span>");
  });
});

describe("memory", () => {
  test("equal lines are folded, marked bytes carry their letter", () => {
    const memory = new Uint8Array(96);
    memory.set(new TextEncoder().encode("Hello"), 80);
    const view = memoryView(memory, {
      address: 0x1000,
      marks: [{ address: 0x1050, length: 5, label: "greeting" }],
    });
    const [sentence, legend, first, fold, last] = view.text().split("\n");
    expect(sentence).toBe("96 bytes of memory from linear address 00001000; marked: greeting at 00001050.");
    expect(legend).toBe("A = greeting");
    expect(first).toMatch(/^00001000 {2}00 00/);
    expect(fold).toBe("*");
    expect(last).toMatch(/^00001050 {2}48A65A6cA6cA6fA00 .*\|Hello\.+\|$/);
  });

  test("the dump gives back the bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 16 }), (memory) => {
      const line = memoryView(memory).text().split("\n")[1]!;
      expect(line.slice(10, 58).trim().split(/ +/).map((byte) => parseInt(byte, 16))).toEqual([...memory]);
    }));
  });

  test("more marks than letters are refused", () => {
    const marks = Array.from({ length: 7 }, (_, address) => ({ address, length: 1, label: "x" }));
    expect(() => memoryView(bytes(1), { marks })).toThrow(DisplayError);
  });
});

describe("descriptors", () => {
  test("a flat code segment, a TSS, a call gate and an interrupt gate", () => {
    expect(parseDescriptor(bytes(0xff, 0xff, 0, 0, 0, 0x9a, 0xcf, 0), 1)).toEqual({
      index: 1,
      selector: 8,
      kind: "code",
      base: 0,
      limit: 0xffffffff,
      type: 10,
      codeOrData: true,
      dpl: 0,
      present: true,
      big: true,
      granular: true,
    });
    const tss = parseDescriptor(bytes(0x67, 0, 0x56, 0x34, 0x12, 0x8b, 0, 0xc0), 5);
    expect(tss).toMatchObject({ kind: "TSS, 32-bit, busy", base: 0xc0123456, limit: 0x67, selector: 0x28 });
    const call = parseDescriptor(bytes(0x34, 0x12, 8, 0, 0, 0xec, 0, 0x80), 1, "LDT");
    expect(call).toMatchObject({
      kind: "call gate, 32-bit",
      base: 0x80001234,
      target: 8,
      dpl: 3,
      selector: 12,
    });
    const interrupt = parseDescriptor(bytes(0, 0x10, 8, 0, 0, 0x86, 0xff, 0xff), 14, "IDT");
    expect(interrupt).toMatchObject({
      kind: "interrupt gate, 16-bit",
      base: 0x1000,
      selector: 14,
      present: true,
    });
  });

  test("the view counts present entries and names them", () => {
    const gdt = descriptorTable(bytes(0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0xfa, 0xcf, 0), {
      table: "GDT",
      base: 0x1000,
      names: { 8: "user code" },
    });
    expect(gdt.text()).toContain("GDT at linear address 00001000: 2 entries, 1 present.");
    expect(gdt.text()).toMatch(
      /1 +0008 +code 32-bit, readable +00000000 +ffffffff +3 +1 +1 +1 +<- user code/,
    );
    expect(() => descriptorTable(bytes(1, 2, 3), { table: "IDT" })).toThrow(/3 bytes hold no entry/);
  });
});

describe("page tables", () => {
  test("neighbours with equal rights become one line", () => {
    const entries = [0x1007, 0x2007, 0x3067, 0].map((entry, i) => ({
      linear: i * 4096,
      entry,
      level: "table" as const,
    }));
    const view = pageTable(entries, { caption: "Low memory" });
    expect(view.data.map((range) => [range.linear, range.entries, range.dirty, range.present])).toEqual([
      [0, 2, false, true],
      [0x2000, 1, true, true],
      [0x3000, 1, false, false],
    ]);
    expect(view.text()).toContain("Low memory: 4 page-table entries, 3 present, 12 KiB mapped.");
    expect(pageTable(entries, { separate: true }).data.length).toBe(4);
  });

  test("a 4 MiB page is told from a page table", () => {
    const [large, table] = pageTable([
      { linear: 0, entry: 0x800083, level: "directory" },
      { linear: 0x400000, entry: 0x9003, level: "directory" },
    ]).data;
    expect(large).toMatchObject({ large: true, physical: 0x800000, bytes: 0x400000, user: false });
    expect(table).toMatchObject({ large: false, physical: 0x9000 });
  });
});

describe("console", () => {
  test("control characters are shown, not obeyed", () => {
    const view = consoleView("one\r\ntwo \x1b[1m\r\n", { title: "COM1" });
    expect(view.text()).toBe("COM1: 2 lines, 15 characters.\none\ntwo \\x1b[1m");
    expect(view.data).toBe("one\r\ntwo \x1b[1m\r\n");
  });

  test("an empty console says so, a long one is cut at the front", () => {
    expect(consoleView("").text()).toBe("Serial console: the guest wrote nothing.");
    expect(consoleView("a\nb\nc", { lastLines: 1 }).text()).toContain("(2 earlier lines left out)\nc");
  });
});

describe("displayable", () => {
  test("needs a text", async () => {
    expect(() => displayable({ "text/html": "<b>x</b>" })).toThrow(
      /needs a text\/plain .* offers text\/html/,
    );
    await expect(bundleOf(displayable(() => ({ "text/plain": " " })))).rejects.toThrow(DisplayError);
    expect(await bundleOf(42)).toEqual({ "text/plain": "42" });
  });

  test("a stack shows all its parts", async () => {
    const both = await stack(consoleView("a"), displayable({ "text/plain": "just <text>." }))
      [jupyterDisplay]();
    expect(both["text/plain"]).toContain("just <text>.");
    expect(both["text/html"]).toContain("<pre>just &#60;text&#62;.</pre>");
  });
});

test("numbers are written the same everywhere", () => {
  expect([1234567, -1234.5, 0.25, 12.345, 0].map((n) => formatNumber(n))).toEqual([
    "1,234,567",
    "-1,235",
    "0.250",
    "12.3",
    "0",
  ]);
  expect(formatNumber(2.5, 2)).toBe("2.50");
  expect([hex(255, 4), hex(-1)]).toEqual(["00ff", "ffffffff"]);
  expect([0.5, 0.0001, 0.034].map(formatShare)).toEqual(["50 %", "under 0.1 %", "3.4 %"]);
  expect([1, 4096, 64 * 2 ** 20, 1000].map(formatBytes)).toEqual([
    "1 byte",
    "4 KiB",
    "64 MiB",
    "1,000 bytes",
  ]);
});
