/** The register view: what the processor holds, and what changed since an earlier look. */
import type { RegistersSnapshot } from "../cpu/mod.ts";
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { count, hex, listOf } from "./format.ts";
import { cell, columns, css, el, grid, type Markup, tint } from "./html.ts";

/** One register that differs between two snapshots. */
export interface RegisterChange {
  /** Its name, lower case: "eax", "cs", "cr0", "gdtr base". */
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** EFLAGS by bit (Intel SDM volume 1, section 3.4.3); IOPL is bits 12 and 13. */
const flagNames: readonly (readonly [number, string])[] = [
  [0, "CF"],
  [2, "PF"],
  [4, "AF"],
  [6, "ZF"],
  [7, "SF"],
  [8, "TF"],
  [9, "IF"],
  [10, "DF"],
  [11, "OF"],
  [14, "NT"],
  [16, "RF"],
  [17, "VM"],
  [18, "AC"],
  [19, "VIF"],
  [20, "VIP"],
  [21, "ID"],
];

const controlBits: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  cr0: [
    [0, "PE"],
    [1, "MP"],
    [2, "EM"],
    [3, "TS"],
    [4, "ET"],
    [5, "NE"],
    [16, "WP"],
    [18, "AM"],
    [29, "NW"],
    [30, "CD"],
    [
      31,
      "PG",
    ],
  ],
  cr4: [
    [0, "VME"],
    [1, "PVI"],
    [2, "TSD"],
    [3, "DE"],
    [4, "PSE"],
    [5, "PAE"],
    [6, "MCE"],
    [7, "PGE"],
    [8, "PCE"],
    [
      9,
      "OSFXSR",
    ],
    [10, "OSXMMEXCPT"],
    [11, "UMIP"],
    [13, "VMXE"],
  ],
};

/** The names of the flags that are set, and the I/O privilege level: `ZF IF IOPL=0`. */
export function flagText(eflags: number): string {
  const names = flagNames.filter(([bit]) => eflags >>> bit & 1).map(([, name]) => name);
  return [...names, `IOPL=${eflags >>> 12 & 3}`].join(" ");
}

/** Every register whose value differs, general registers first. Cycle and instruction counts are not registers. */
export function registerChanges(before: RegistersSnapshot, after: RegistersSnapshot): RegisterChange[] {
  const old = new Map(flatten(before));
  return flatten(after).flatMap(([name, value]) => {
    const earlier = old.get(name)!;
    return earlier === value ? [] : [{ name, before: earlier, after: value }];
  });
}

/** A view of the registers, with the changes since an earlier snapshot marked by a star, bold type and the old value. */
export class RegistersView implements Displayable {
  readonly now: RegistersSnapshot;
  /** What changed, if there is an earlier snapshot to compare with. */
  readonly changes: readonly RegisterChange[];
  readonly #before: RegistersSnapshot | undefined;

  constructor(now: RegistersSnapshot, before?: RegistersSnapshot) {
    this.now = now;
    this.#before = before;
    this.changes = before ? registerChanges(before, now) : [];
  }

  /** One sentence: mode, place, and which registers changed. */
  get summary(): string {
    const { mode, cpl, eip, segments, cycles, instructions } = this.now;
    const place = `${hex(segments.cs.selector, 4)}:${hex(eip)}`;
    const done = this.#before
      ? `${count(instructions - this.#before.instructions, "instruction")} and ${
        count(cycles - this.#before.cycles, "cycle")
      } later`
      : `after ${count(instructions, "instruction")} and ${count(cycles, "cycle")}`;
    const names = this.changes.map((change) => change.name.toUpperCase());
    const changed = !this.#before
      ? ""
      : names.length === 0
      ? "; no register changed"
      : `; changed: ${listOf(names)}`;
    return `The processor is in ${mode} mode at CPL ${cpl}, CS:EIP ${place}, ${done}${changed}.`;
  }

  /** The view as aligned text: a changed value is followed by `*` and its old value. */
  text(): string {
    const mark = (name: string, value: string) => {
      const change = this.changes.find((each) => each.name === name);
      return change ? `${value}* (was ${width(name, change.before)})` : value;
    };
    const { gpr, eip, eflags, segments, control, gdtr, idtr, ldtr, tr } = this.now;
    const registers = Object.entries({ ...gpr, eip, eflags }).map(([name, value]) =>
      `${name} ${mark(name, hex(value))}`
    );
    const pairs = [];
    for (let i = 0; i < registers.length; i += 2) pairs.push([registers[i]!, registers[i + 1] ?? ""]);
    const rows = Object.entries(segments).map(([name, segment]) => [
      name,
      mark(name, hex(segment.selector, 4)),
      mark(`${name} base`, hex(segment.base)),
      mark(`${name} limit`, hex(segment.limit)),
      mark(`${name} attributes`, attributeText(segment.attributes)),
    ]);
    return [
      this.summary,
      columns(pairs),
      `flags ${flagText(eflags)}`,
      columns([["", "selector", "base", "limit", "attributes"], ...rows]),
      ...Object.entries(control).map(([name, value]) =>
        `${name} ${mark(name, hex(value))} ${controlText(name, value)}`.trim()
      ),
      `gdtr ${hex(gdtr.base)} limit ${hex(gdtr.limit, 4)}  idtr ${hex(idtr.base)} limit ${
        hex(idtr.limit, 4)
      }`,
      `ldtr ${mark("ldtr", hex(ldtr.selector, 4))}  tr ${mark("tr", hex(tr.selector, 4))}`,
    ].join("\n");
  }

  /** The view as HTML. */
  html(): string {
    const value = (name: string, digits = 8, now = this.#value(name)): Markup => {
      const change = this.changes.find((each) => each.name === name);
      if (!change) return el("span", {}, hex(now, digits));
      return el(
        "span",
        { style: `background:${tint.orange};padding:0 3px;border-radius:3px` },
        el("b", {}, `${hex(now, digits)}*`),
        el("span", { style: css.dim }, ` was ${hex(change.before, digits)}`),
      );
    };
    const pair = (name: string) => [cell(name.toUpperCase(), { head: "row" }), cell(value(name))];
    const { gpr, segments, control, eflags } = this.now;
    const general = Object.keys(gpr);
    const registers = grid("Registers", [], [
      ...[0, 1, 2, 3].map((i) => [...pair(general[i]!), ...pair(general[i + 4]!)]),
      [...pair("eip"), ...pair("eflags")],
      [cell("flags", { head: "row" }), cell(this.#flags(eflags), { span: 3 })],
    ]);
    const segmentRows = Object.entries(segments).map(([name, segment]) => [
      cell(name.toUpperCase(), { head: "row" }),
      cell(value(name, 4)),
      cell(value(`${name} base`)),
      cell(value(`${name} limit`)),
      cell(this.#attributes(name, segment.attributes)),
    ]);
    const segmentHead = ["", "Selector", "Base", "Limit", "Attributes"].map((text) =>
      cell(text, { head: "col" })
    );
    const system = grid("Control and system registers", [], [
      ...Object.entries(control).map(([name, bits]) => [
        cell(name.toUpperCase(), { head: "row" }),
        cell(value(name)),
        cell(controlText(name, bits)),
      ]),
      ...["gdtr", "idtr"].map((name) => [
        cell(name.toUpperCase(), { head: "row" }),
        cell(value(`${name} base`)),
        cell(el("span", {}, "limit ", value(`${name} limit`, 4))),
      ]),
      ...["ldtr", "tr"].map((
        name,
      ) => [cell(name.toUpperCase(), { head: "row" }), cell(value(name, 4)), cell("")]),
    ]);
    return el(
      "div",
      {},
      el("div", { style: css.sans }, this.summary),
      el(
        "div",
        { style: "display:flex;flex-wrap:wrap;gap:0 28px;align-items:flex-start" },
        registers,
        grid("Segments", segmentHead, segmentRows),
        system,
      ),
    ).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #value(name: string): number {
    return flatten(this.now).find(([each]) => each === name)![1];
  }

  #attributes(name: string, attributes: number): Markup {
    const change = this.changes.find((each) => each.name === `${name} attributes`);
    if (!change) return el("span", {}, attributeText(attributes));
    return el(
      "span",
      { style: `background:${tint.orange}` },
      el("b", {}, `${attributeText(attributes)}*`),
      el("span", { style: css.dim }, ` was ${attributeText(change.before)}`),
    );
  }

  #flags(eflags: number): Markup {
    const changed = this.#before ? this.#before.eflags ^ eflags : 0;
    const parts = flagNames
      .filter(([bit]) => (eflags | changed) >>> bit & 1)
      .map(([bit, name]) => {
        const set = eflags >>> bit & 1;
        const style = changed >>> bit & 1 ? `background:${tint.orange};font-weight:bold` : "";
        return el("span", { style: `${style};margin-right:6px` }, set ? name : `${name} cleared`);
      });
    return el("span", {}, parts, `IOPL=${eflags >>> 12 & 3}`);
  }
}

/**
 * A view of the processor's registers.
 *
 * @param now the state to show.
 * @param before an earlier state; what differs from it is marked.
 */
export function registers(now: RegistersSnapshot, before?: RegistersSnapshot): RegistersView {
  return new RegistersView(now, before);
}

/**
 * Access rights in words: `code 32-bit, DPL 0, readable`.
 *
 * @param attributes as LAR gives them (Intel SDM volume 2A, LAR): bits 8-15 type, S, DPL, P; bits 20-23 AVL, L, D/B, G; 0
 * for a null selector
 */
export function attributeText(attributes: number): string {
  if (attributes === 0) return "null selector: no access";
  const type = attributes >>> 8 & 0xf;
  const dpl = attributes >>> 13 & 3;
  const present = attributes & 0x8000 ? "" : ", not present";
  if (!(attributes & 0x1000)) return `system type ${type}, DPL ${dpl}${present}`;
  const size = attributes & 0x400000 ? "32-bit" : "16-bit";
  if (type & 8) {
    return `code ${size}, DPL ${dpl}, ${type & 4 ? "conforming, " : ""}${
      type & 2 ? "readable" : "execute only"
    }${present}`;
  }
  return `data ${size}, DPL ${dpl}, ${type & 4 ? "expand down, " : ""}${
    type & 2 ? "writable" : "read only"
  }${present}`;
}

function controlText(name: string, value: number): string {
  const bits = controlBits[name];
  return bits ? bits.filter(([bit]) => value >>> bit & 1).map(([, text]) => text).join(" ") : "";
}

function width(name: string, value: number): string {
  const short = /^(es|cs|ss|ds|fs|gs|ldtr|tr|[gi]dtr limit)$/.test(name);
  return name.endsWith("attributes") ? attributeText(value) : hex(value, short ? 4 : 8);
}

function flatten(snapshot: RegistersSnapshot): [string, number][] {
  const { gpr, eip, eflags, segments, control, gdtr, idtr, ldtr, tr } = snapshot;
  return [
    ...Object.entries({ ...gpr, eip, eflags }),
    ...Object.entries(segments).flatMap(([name, segment]): [string, number][] => [
      [name, segment.selector],
      [`${name} base`, segment.base],
      [`${name} limit`, segment.limit],
      [`${name} attributes`, segment.attributes],
    ]),
    ...Object.entries(control),
    ["gdtr base", gdtr.base],
    ["gdtr limit", gdtr.limit],
    ["idtr base", idtr.base],
    ["idtr limit", idtr.limit],
    ["ldtr", ldtr.selector],
    ["tr", tr.selector],
    ["cpl", snapshot.cpl],
  ];
}
