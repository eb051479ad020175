/** The console view: what a guest wrote to its serial port. */
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { count } from "./format.ts";
import { css, el, tint } from "./html.ts";

/** Options of {@link consoleView}. */
export interface ConsoleOptions {
  /** Whose console it is. */
  readonly title?: string;
  /** Keep only the last lines. */
  readonly lastLines?: number;
}

/** A block of console text. */
export class ConsoleView implements Displayable {
  /** The output as the guest wrote it. */
  readonly data: string;
  readonly #options: ConsoleOptions;

  constructor(output: string, options: ConsoleOptions = {}) {
    this.data = output;
    this.#options = options;
  }

  /** One sentence: how much the guest wrote. */
  get summary(): string {
    const title = this.#options.title ?? "Serial console";
    if (this.data === "") return `${title}: the guest wrote nothing.`;
    const lines = this.data.replace(/\r?\n$/, "").split("\n").length;
    return `${title}: ${count(lines, "line")}, ${count(this.data.length, "character")}.`;
  }

  /** The sentence and the output. */
  text(): string {
    const shown = this.#shown();
    return shown === "" ? this.summary : `${this.summary}\n${shown}`;
  }

  /** The output in a block of fixed-width type. */
  html(): string {
    const style =
      `${css.mono};background:${tint.grey};color:inherit;padding:8px 10px;margin:2px 0;border-radius:4px;` +
      "white-space:pre-wrap;max-height:420px;overflow:auto";
    const shown = this.#shown();
    const block = shown === "" ? [] : [el("pre", { style, tabindex: 0, "aria-label": this.summary }, shown)];
    return el("div", {}, el("div", { style: css.sans }, this.summary), block).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #shown(): string {
    const clean = printable(this.data);
    const { lastLines } = this.#options;
    const lines = clean.split("\n");
    if (lastLines === undefined || lines.length <= lastLines) return clean;
    return [`(${count(lines.length - lastLines, "earlier line")} left out)`, ...lines.slice(-lastLines)].join(
      "\n",
    );
  }
}

/**
 * A console view. Carriage returns before line feeds are dropped; other control characters are shown as `\x1b`.
 *
 * @param output the text the guest wrote.
 */
export function consoleView(output: string, options: ConsoleOptions = {}): ConsoleView {
  return new ConsoleView(output, options);
}

function printable(output: string): string {
  return output
    .replaceAll("\r\n", "\n")
    .replace(/\n$/, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (c) => `\\x${hex2(c.charCodeAt(0))}`);
}

function hex2(code: number): string {
  return code.toString(16).padStart(2, "0");
}
