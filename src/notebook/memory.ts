/** The memory view: a hex dump with places marked and named. */
import { type Displayable, DisplayError, jupyterDisplay, type MimeBundle } from "./display.ts";
import { formatBytes, hex, listOf } from "./format.ts";
import { cell, css, el, grid, type Markup, tint } from "./html.ts";

/** A marked range of a {@link memoryView}. */
export interface MemoryMark {
  /** Address of its first byte. */
  readonly address: number;
  /** Its length in bytes. */
  readonly length: number;
  /** What lies there. */
  readonly label: string;
}

/** Options of {@link memoryView}. */
export interface MemoryOptions {
  /** Address of the first byte, as the left column counts it. */
  readonly address?: number;
  /** What kind of address that is: "linear", "guest-physical", "host-physical". */
  readonly space?: string;
  /** Ranges to mark, at most six. */
  readonly marks?: readonly MemoryMark[];
  /** What the view shows. */
  readonly caption?: string;
}

const fills = [tint.orange, tint.blue, tint.green, tint.purple, tint.red, tint.grey];
const letters = "ABCDEF";

/** A hex dump of 16 bytes a line; runs of equal lines are folded, as `hexdump` does. */
export class MemoryView implements Displayable {
  /** The bytes shown. */
  readonly data: Uint8Array;
  readonly #options: MemoryOptions;

  constructor(bytes: Uint8Array, options: MemoryOptions = {}) {
    const marks = options.marks ?? [];
    if (marks.length > fills.length) {
      throw new DisplayError(`a memory view can mark ${fills.length} ranges, not ${marks.length}`, [
        "text/html",
      ]);
    }
    this.data = bytes;
    this.#options = options;
  }

  /** One sentence: how much memory, from where, and what is marked. */
  get summary(): string {
    const { address = 0, space = "linear", marks = [] } = this.#options;
    const named = marks.map((mark) => `${mark.label} at ${hex(mark.address)}`);
    const tail = named.length > 0 ? `; marked: ${listOf(named)}` : "";
    return `${formatBytes(this.data.length)} of memory from ${space} address ${hex(address)}${tail}.`;
  }

  /** The dump as text; a marked byte is followed by the letter of its mark. */
  text(): string {
    const { address = 0, marks = [], caption } = this.#options;
    const legend = marks.map((mark, i) => `${letters[i]} = ${mark.label}`);
    const lines = this.#lines().map((offset) => {
      if (offset === undefined) return "*";
      const bytes = [...this.data.subarray(offset, offset + 16)];
      const cells = bytes.map((byte, i) => {
        const at = this.#markAt(address + offset + i);
        return `${hex(byte, 2)}${at < 0 ? " " : letters[at]}`;
      });
      return `${hex(address + offset)}  ${cells.join("").padEnd(48)} |${ascii(bytes)}|`;
    });
    return [[caption, this.summary].filter(Boolean).join(": "), ...legend, ...lines].join("\n");
  }

  /** The dump as HTML. */
  html(): string {
    const { address = 0, marks = [], caption } = this.#options;
    const rows = this.#lines().map((offset) => {
      if (offset === undefined) {
        return [cell("*"), cell(el("span", { style: css.dim }, "equal lines left out"), { span: 2 })];
      }
      const bytes = [...this.data.subarray(offset, offset + 16)];
      const paint = (text: (byte: number) => string, gap: string) =>
        el(
          "span",
          {},
          bytes.map((byte, i) => this.#paint(address + offset + i, text(byte), i < 15 ? gap : "")),
        );
      return [
        cell(hex(address + offset), { head: "row", style: css.dim }),
        cell(paint((byte) => hex(byte, 2), " "), { style: "white-space:pre" }),
        cell(paint((byte) => ascii([byte]), ""), { style: "white-space:pre" }),
      ];
    });
    const head = ["Address", "Bytes", "ASCII"].map((text) => cell(text, { head: "col" }));
    const legend = marks.map((mark, i) =>
      el(
        "span",
        { style: `background:${fills[i]};padding:0 6px;margin-right:8px` },
        `${letters[i]}: ${mark.label}`,
      )
    );
    const title = [caption, this.summary].filter(Boolean).join(": ");
    return el("div", {}, grid(title, head, rows), el("div", { style: css.sans }, legend)).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  /** Offsets of the lines to show; undefined stands for lines equal to the one before. */
  #lines(): (number | undefined)[] {
    const { address = 0 } = this.#options;
    const lines: (number | undefined)[] = [];
    let last = "";
    for (let offset = 0; offset < this.data.length; offset += 16) {
      const bytes = this.data.subarray(offset, offset + 16);
      const line = bytes.join();
      const marked = [...bytes].some((_, i) => this.#markAt(address + offset + i) >= 0);
      const end = offset + 16 >= this.data.length;
      if (line !== last || marked || end) lines.push(offset);
      else if (lines[lines.length - 1] !== undefined) lines.push(undefined);
      last = line;
    }
    return lines;
  }

  #markAt(address: number): number {
    const marks = this.#options.marks ?? [];
    return marks.findIndex((mark) => address >= mark.address && address < mark.address + mark.length);
  }

  #paint(address: number, text: string, gap: string): Markup {
    const at = this.#markAt(address);
    if (at < 0) return el("span", {}, text + gap);
    const label = this.#options.marks![at]!.label;
    return el("span", {}, el("b", { title: label, style: `background:${fills[at]}` }, text), gap);
  }
}

/**
 * A hex dump.
 *
 * @throws {DisplayError} for more than six marks.
 * @example
 * ```ts
 * import { memoryView } from "ringlab";
 * const view = memoryView(new TextEncoder().encode("Hello"), { address: 0x7c00 });
 * if (!view.text().includes("48 65 6c 6c 6f")) throw new Error(view.text());
 * ```
 */
export function memoryView(bytes: Uint8Array, options: MemoryOptions = {}): MemoryView {
  return new MemoryView(bytes, options);
}

function ascii(bytes: readonly number[]): string {
  return bytes.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
}
