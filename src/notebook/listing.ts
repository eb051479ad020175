/** Instruction listings, with the instructions that matter to virtualization marked. */
import { listing, Program } from "../isa/mod.ts";
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { count, formatNumber, hex } from "./format.ts";
import { badge, cell, columns, css, el, grid, type Markup, tint } from "./html.ts";

/** One line of a listing. */
export interface ListingViewRow {
  /** Linear address of the instruction. */
  readonly address: number;
  /** The instruction's bytes. */
  readonly bytes: Uint8Array;
  /** The instruction as an assembler would write it. */
  readonly text: string;
  /** The label that stands before it. */
  readonly label?: string;
  /** It traps outside ring 0. */
  readonly privileged?: boolean;
  /** Why it is sensitive (Popek and Goldberg 1974), in a few words; left out where it is innocuous. */
  readonly sensitive?: string;
  /** How often it ran. */
  readonly executions?: number;
  /** How many cycles it took in all. */
  readonly cycles?: number;
}

/** Options of {@linkcode listingView}. */
export interface ListingViewOptions {
  /** What the listing shows. */
  readonly caption?: string;
  /** The current EIP as a linear address: an arrow points at its line. */
  readonly eip?: number;
}

/** A listing: address, bytes, instruction, marks and, where counted, executions and cycles with small bars. */
export class Listing implements Displayable {
  /** The lines as they were given. */
  readonly data: readonly ListingViewRow[];
  readonly #options: ListingViewOptions;

  constructor(rows: readonly ListingViewRow[], options: ListingViewOptions = {}) {
    this.data = rows;
    this.#options = options;
  }

  /** One sentence: how many instructions, how many of them privileged or sensitive. */
  get summary(): string {
    const privileged = this.data.filter((row) => row.privileged).length;
    const holes = this.data.filter((row) => row.sensitive && !row.privileged).length;
    const parts = [
      `${formatNumber(privileged)} privileged`,
      `${formatNumber(holes)} sensitive but not privileged`,
    ];
    return `${count(this.data.length, "instruction")}: ${parts.join(", ")}.`;
  }

  /** The listing as aligned text: `>` at the current instruction, `P` for privileged, `S` for sensitive. */
  text(): string {
    const { caption, eip } = this.#options;
    const counted = this.#counted();
    const lines: string[][] = [];
    for (const row of this.data) {
      if (row.label) lines.push([`${row.label}:`]);
      lines.push([
        row.address === eip ? ">" : " ",
        hex(row.address),
        bytesText(row.bytes),
        `${row.privileged ? "P" : " "}${row.sensitive ? "S" : " "}`,
        row.text,
        ...counted.map((key) => formatNumber(row[key] ?? 0)),
        row.sensitive ? `; ${row.sensitive}` : "",
      ]);
    }
    const body = columns(
      lines.filter((line) => line.length > 1),
      ["left", "left", "left", "left", "left", ...counted.map(() => "right" as const), "left"],
    ).split("\n");
    const text = lines.map((line) => line.length === 1 ? line[0]! : body.shift()!);
    const legend = counted.length > 0 ? [`(columns after the instruction: ${counted.join(", ")})`] : [];
    return [`${caption ?? "Listing"}: ${this.summary}`, ...legend, ...text].join("\n");
  }

  /** The listing as HTML. */
  html(): string {
    const { caption, eip } = this.#options;
    const counted = this.#counted();
    const most = Object.fromEntries(
      counted.map((key) => [key, Math.max(1, ...this.data.map((row) => row[key] ?? 0))]),
    );
    const head = ["", "Address", "Bytes", "Instruction", "Class"].map((text) => cell(text, { head: "col" }));
    const counts = counted.map((key) =>
      cell(key === "cycles" ? "Cycles" : "Executions", { head: "col", align: "right" })
    );
    const width = 5 + counted.length;
    const body: Markup[][] = [];
    for (const row of this.data) {
      if (row.label) body.push([cell(el("b", {}, `${row.label}:`), { span: width })]);
      const here = row.address === eip;
      const style = row.sensitive && !row.privileged
        ? `background:${tint.red}`
        : row.privileged
        ? `background:${tint.blue}`
        : "";
      body.push([
        cell(here ? el("b", { title: "current instruction" }, "\u2192") : ""),
        cell(hex(row.address), { head: "row", style: css.dim }),
        cell(bytesText(row.bytes), { style: css.dim }),
        cell(el(here ? "b" : "span", {}, row.text), { style }),
        cell(marks(row)),
        ...counted.map((key) => cell(bar(row[key] ?? 0, most[key]!), { align: "right" })),
      ]);
    }
    return grid(`${caption ?? "Listing"}: ${this.summary}`, [...head, ...counts], body).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #counted(): ("executions" | "cycles")[] {
    return (["executions", "cycles"] as const).filter((key) =>
      this.data.some((row) => row[key] !== undefined)
    );
  }
}

/**
 * A listing of machine code. Privileged instructions are marked `privileged` on blue, instructions that are sensitive
 * without being privileged `sensitive` on red, each with the reason.
 *
 * @param source an assembled program, or rows as `listing()` gives them, to which counts may have been added
 * @example
 * ```ts
 * import { asm, listingView } from "ringlab";
 * const view = listingView(asm("bits 32\nmov eax, cr0\npopfd"));
 * if (!view.summary.startsWith("2 instructions: 1 privileged")) throw new Error(view.summary);
 * ```
 */
export function listingView(
  source: Program | readonly ListingViewRow[],
  options: ListingViewOptions = {},
): Listing {
  if (!(source instanceof Program)) return new Listing(source, options);
  const { bytes, origin, bits, labels } = source;
  return new Listing(listing(bytes, { address: origin, bits, symbols: Object.fromEntries(labels) }), options);
}

function marks(row: ListingViewRow): Markup {
  const parts: Markup[] = [];
  if (row.privileged) parts.push(badge("privileged", tint.blue, "traps outside ring 0"));
  if (row.sensitive) {
    parts.push(badge("sensitive", row.privileged ? tint.grey : tint.red, row.sensitive));
    parts.push(el("span", { style: `${css.dim};font-size:11px` }, ` ${row.sensitive}`));
  }
  return el("span", {}, parts);
}

function bar(value: number, most: number): Markup {
  const width = Math.round(value / most * 60);
  const fill =
    `display:inline-block;height:9px;width:${width}px;background:${tint.green};vertical-align:middle;margin-right:6px`;
  return el("span", {}, el("span", { style: fill, "aria-hidden": "true" }), formatNumber(value));
}

function bytesText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => hex(byte, 2)).join(" ");
}
