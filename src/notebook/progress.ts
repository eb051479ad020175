/** Progress of long runs: one line that changes in place, and ends in a text that is the same in every run. */
import { escapeHtml } from "./display.ts";
import { formatNumber } from "./format.ts";
import { type CellHost, cellHost } from "./host.ts";

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** What there is to do, in `unit`s; without it there is no percentage. */
  readonly total?: number;
  /** What is counted: "cycles", "instructions", "notebooks". */
  readonly unit?: string;
  /** The least time between two updates, in milliseconds of host time. */
  readonly every?: number;
  /** Where to draw: by default the cell in a notebook, a line on standard error on a terminal, else nowhere. */
  readonly host?: CellHost | ProgressLine | undefined;
}

/** A line of text that can be rewritten. */
export interface ProgressLine {
  /** Replaces the line; `last` ends it. */
  line(text: string, last: boolean): void;
}

let displays = 0;

/**
 * The progress of one run.
 *
 * It is shown at once and not after a delay, so that the saved notebook has the same outputs on a fast and on a slow
 * machine; what remains in it is the text given to {@link Progress.done}, which should hold no host time.
 */
export class Progress {
  readonly #title: string;
  readonly #options: ProgressOptions;
  readonly #host: CellHost | ProgressLine | undefined;
  readonly #id = `ringlab-progress-${++displays}`;
  #shownAt = -Infinity;
  #value = 0;
  #sent: Promise<void> = Promise.resolve();
  #pending = 0;
  #over = false;

  constructor(title: string, options: ProgressOptions = {}) {
    this.#title = title;
    this.#options = options;
    this.#host = "host" in options ? options.host : cellHost() ?? terminal();
    this.#show(this.#line(), "display_data", false);
  }

  /** Notes how far the run is. Draws at most every `every` milliseconds, and never waits. */
  update(value: number): void {
    this.#value = value;
    const now = performance.now();
    if (this.#over || this.#pending > 1 || now - this.#shownAt < (this.#options.every ?? 200)) return;
    this.#shownAt = now;
    this.#show(this.#line(), "update_display_data", false);
  }

  /** Ends the display with a text that stays. Resolves when it is on its way to the cell. */
  async done(text: string): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#show(`${this.#title}: ${text}`, "update_display_data", true);
    await this.#sent;
  }

  #line(): string {
    const { total, unit = "" } = this.#options;
    const amount = `${formatNumber(this.#value)} ${unit}`.trim();
    if (!total) return `${this.#title}: ${amount}`;
    return `${this.#title}: ${formatNumber(Math.floor(Math.min(1, this.#value / total) * 100))} %, ${amount}`;
  }

  #show(text: string, type: string, last: boolean): void {
    const host = this.#host;
    if (host === undefined) return;
    if ("line" in host) return host.line(text, last);
    const { total } = this.#options;
    const bar = last || !total
      ? ""
      : `<progress value="${Math.min(this.#value, total)}" max="${total}" aria-label="${
        escapeHtml(this.#title)
      }"></progress> `;
    const content = {
      data: {
        "text/html": `<div style="font-family:system-ui,Arial,sans-serif;font-size:13px">${bar}${
          escapeHtml(text)
        }</div>`,
        "text/plain": text,
      },
      metadata: {},
      transient: { display_id: this.#id },
    };
    this.#pending++;
    this.#sent = this.#sent.then(() => host.broadcast(type, content)).catch(() => {}).finally(() =>
      this.#pending--
    );
  }
}

/** Starts showing the progress of a run. */
export function progress(title: string, options: ProgressOptions = {}): Progress {
  return new Progress(title, options);
}

/** Standard error, if it is a terminal. */
function terminal(): ProgressLine | undefined {
  const stderr = (globalThis as { process?: { stderr?: { isTTY?: boolean; write(text: string): void } } })
    .process?.stderr;
  if (!stderr?.isTTY) return undefined;
  return { line: (text, last) => stderr.write(`\r\x1b[2K${text}${last ? "\n" : ""}`) };
}
