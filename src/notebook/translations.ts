/** The translation cache: guest code on the left, what a binary translator made of it on the right. */
import type {
  TranslatedInstruction,
  TranslationKind,
  TranslationLine,
  TranslationReport,
  TranslationUnit,
} from "../vmm/mod.ts";
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { count, formatNumber, hex } from "./format.ts";
import { badge, cell, columns, css, el, type Markup, tint } from "./html.ts";
import { type Table, table } from "./table.ts";

/** What became of a guest instruction, in a few words. */
export const translationKindNames: Readonly<Record<TranslationKind, string>> = {
  "ident": "copied",
  "continuation": "branch",
  "look-up": "looked up",
  "emulated": "emulated in the cache",
  "callout": "calls the monitor",
};

const kindTints: Readonly<Record<TranslationKind, string>> = {
  "ident": tint.grey,
  "continuation": tint.blue,
  "look-up": tint.purple,
  "emulated": tint.green,
  "callout": tint.red,
};

/** Names are found for addresses up to this many bytes behind a label. */
const LABEL_REACH = 4096;

/** Options of {@link translationView}. */
export interface TranslationViewOptions {
  /** What is shown. */
  readonly caption?: string;
  /** Names of guest addresses. */
  readonly labels?: ReadonlyMap<string, number>;
}

/** Units of a translation cache, side by side with the guest code that they were made of. */
export class TranslationView implements Displayable {
  /** The units as they were given. */
  readonly data: readonly TranslationUnit[];
  readonly #options: TranslationViewOptions;

  constructor(units: readonly TranslationUnit[], options: TranslationViewOptions = {}) {
    this.data = units;
    this.#options = options;
  }

  /** One sentence: how much guest code became how much translation, and how. */
  get summary(): string {
    const sum = (of: (unit: TranslationUnit) => number) => this.data.reduce((all, unit) => all + of(unit), 0);
    const kinds = new Map<TranslationKind, number>();
    for (const { kind } of this.data.flatMap(({ instructions }) => instructions)) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const parts = [...kinds].map(([kind, n]) => `${formatNumber(n)} ${translationKindNames[kind]}`);
    return `${count(this.data.length, "unit")}, ${
      count(sum(({ guestBytes }) => guestBytes), "byte")
    } of guest code, ${count(sum(({ bytes }) => bytes), "byte")} of translation; guest instructions: ${
      parts.join(", ")
    }.`;
  }

  /** The view as aligned text. */
  text(): string {
    const lines = [`${this.#options.caption ?? "Translations"}: ${this.summary}`];
    for (const unit of this.data) {
      lines.push("", this.#heading(unit));
      const rows = unit.instructions.flatMap((instruction) => this.#textRows(unit, instruction));
      rows.push(
        ...unit.tail.map((line, n) => ["", n === 0 ? "(the way on)" : "", "", ...this.#right(unit, line)]),
      );
      lines.push(columns(rows));
    }
    return lines.join("\n");
  }

  /** The view as HTML. */
  html(): string {
    const head = ["Guest", "Guest code", "", "Translation cache"].map((text) => cell(text, { head: "col" }));
    const body: Markup[][] = [];
    for (const unit of this.data) {
      body.push([
        cell(el("b", {}, this.#heading(unit)), { span: 4, style: "white-space:normal;padding-top:10px" }),
      ]);
      for (const instruction of unit.instructions) body.push(this.#row(unit, instruction));
      if (unit.tail.length > 0) {
        body.push([
          cell(""),
          cell("(the way on)", { style: css.dim }),
          cell(""),
          this.#translation(unit, unit.tail),
        ]);
      }
    }
    return el(
      "table",
      { style: `${css.table};${css.mono}` },
      el(
        "caption",
        { style: `${css.caption};${css.sans}` },
        `${this.#options.caption ?? "Translations"}: ${this.summary}`,
      ),
      el("thead", {}, el("tr", {}, head)),
      el(
        "tbody",
        {},
        body.map((cells) => el("tr", { style: "background:transparent;vertical-align:top" }, cells)),
      ),
    ).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #heading(unit: TranslationUnit): string {
    const { id, eip, executions, entered, incoming } = unit;
    const name = labelOf(eip, this.#options.labels);
    return [
      `Unit ${id}: ${hex(eip)}h${name === "" ? "" : ` (${name})`}`,
      ...(executions === undefined ? [] : [`executed ${count(executions, "time")}`]),
      `entered by the monitor ${count(entered, "time")}`,
      `${count(incoming, "jump")} ${incoming === 1 ? "leads" : "lead"} here`,
    ].join(", ");
  }

  #textRows(unit: TranslationUnit, { kind, guest, translation }: TranslatedInstruction): string[][] {
    const left = [hex(guest.address), guest.text, translationKindNames[kind]];
    const lines = withoutCounter(unit, translation);
    if (lines.length === 0) return [[...left, "", "(nothing)", ""]];
    return lines.map((line, n) => [...(n === 0 ? left : ["", "", ""]), ...this.#right(unit, line)]);
  }

  #right(unit: TranslationUnit, line: TranslationLine): string[] {
    const note = this.#note(unit, line);
    return [hex(line.address), line.text, note === "" ? "" : `; ${note}`];
  }

  #row(unit: TranslationUnit, { kind, guest, translation }: TranslatedInstruction): Markup[] {
    return [
      cell(hex(guest.address), { head: "row", style: css.dim }),
      cell(guest.text),
      cell(badge(translationKindNames[kind], kindTints[kind])),
      this.#translation(unit, withoutCounter(unit, translation)),
    ];
  }

  #translation(unit: TranslationUnit, lines: readonly TranslationLine[]): Markup {
    if (lines.length === 0) return cell("(nothing)", { style: css.dim });
    return cell(el(
      "div",
      {},
      lines.map((line) => {
        const note = this.#note(unit, line);
        return el(
          "div",
          {},
          el("span", { style: css.dim }, `${hex(line.address)}  `),
          el("span", {}, line.text),
          ...(note === "" ? [] : [el("span", { style: css.dim }, `  ; ${note}`)]),
        );
      }),
    ));
  }

  /** Where a way out leads. */
  #note(unit: TranslationUnit, { address, text }: TranslationLine): string {
    const exit = unit.exits.find((each) => each.address === address);
    if (exit === undefined) {
      const target = Number(/^j\w+ (?:near |short )?(0x[0-9a-f]+)$/.exec(text)?.[1]);
      const other = this.data.find((each) => target >= each.address && target < each.address + each.bytes);
      return other === undefined || other === unit ? "" : `unit ${other.id}`;
    }
    const cache = exit.inlineCache ? "predicted: " : "";
    if (exit.chainedTo !== null) return `${cache}unit ${exit.chainedTo}`;
    return exit.target === null ? "asks the monitor" : `asks the monitor for ${hex(exit.target)}h`;
  }
}

/** Instructions at the beginning of a unit that count its executions. */
const COUNTER_LINES = 5;

/** The translation of an instruction without the counter of its unit, which is no part of it. */
function withoutCounter(
  unit: TranslationUnit,
  lines: readonly TranslationLine[],
): readonly TranslationLine[] {
  const counts = unit.executions !== undefined && lines[0]?.address === unit.address;
  return counts ? lines.slice(COUNTER_LINES) : lines;
}

/**
 * Guest code and its translation side by side: each guest instruction, what became of it, and the code that stands for it now.
 * Jumps between units say where they lead.
 *
 * @param units as `VirtualMachine.translations()` gives them: one, or several
 * @example
 * ```ts
 * import { asm, Monitor, translationView } from "ringlab";
 *
 * const monitor = new Monitor({ memory: "16M", technique: "binary-translation" });
 * const vm = monitor.createVirtualMachine({ memory: "1M" }).load(asm("bits 32\n cli\n mov eax, 1\n hlt"));
 * await monitor.run();
 * const view = translationView(vm.translations().units);
 * if (!view.text().includes("emulated in the cache")) throw new Error(view.text());
 * ```
 */
export function translationView(
  units: TranslationUnit | readonly TranslationUnit[],
  options: TranslationViewOptions = {},
): TranslationView {
  return new TranslationView("eip" in units ? [units] : units, options);
}

/** The totals of a translation cache as a table: how much was translated, and how its ways out ended. */
export function translationTable({ totals }: TranslationReport): Table<{ what: string; number: number }> {
  const { units, instructions, chains, unchained, invalidated, flushes, usedBytes, cacheEntries } = totals;
  return table([
    { what: "Units translated", number: units },
    { what: "Guest instructions in them", number: instructions },
    { what: "Bytes of the cache in use", number: usedBytes },
    { what: "Ways out patched into jumps", number: chains },
    { what: "Jumps taken back", number: unchained },
    { what: "Units dropped, since guest code had changed", number: invalidated },
    { what: "Times the cache was full and emptied", number: flushes },
    { what: "Entries into the cache from the monitor", number: cacheEntries },
  ], {
    caption: "The translation cache",
    columns: [{ key: "what", title: "What" }, { key: "number", title: "How many" }],
  });
}

/** The label before an address, and how far behind it that is; empty when none is near. */
function labelOf(address: number, labels: ReadonlyMap<string, number> = new Map()): string {
  let best = "", at = -1;
  for (const [name, value] of labels) {
    if (value <= address && value > at) [best, at] = [name, value];
  }
  if (at < 0 || address - at > LABEL_REACH) return "";
  return address === at ? best : `${best}+${address - at}`;
}
