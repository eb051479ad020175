/**
 * Errors that happen after a cell has ended become visible.
 *
 * Deno's kernel says nothing about a promise that is rejected with nobody waiting for it, or about a throw in a timer:
 * the cell looks finished and its variables never come. With {@link showLostErrors} both appear in the cell that ran
 * last, on its error stream, and the kernel goes on.
 */
import { cellHost, tell } from "./host.ts";

const installed = Symbol.for("ringlab.notebook.errors");

interface Target {
  addEventListener(type: string, listener: (event: never) => void): void;
  [installed]?: boolean;
}

/**
 * Starts showing unhandled rejections and uncaught errors in the notebook. Does nothing outside a Deno Jupyter kernel,
 * where the process itself reports them; may be called any number of times.
 *
 * @param target the global object to listen on.
 * @param report where the text goes.
 * @returns whether the listeners are installed.
 */
export function showLostErrors(
  target: Target = globalThis as never,
  report: (text: string) => unknown = cellHost() ? tell : nowhere,
): boolean {
  if (report === nowhere) return false;
  if (target[installed]) return true;
  target[installed] = true;
  target.addEventListener("unhandledrejection", (event: PromiseRejectionEvent) => {
    event.preventDefault();
    report(
      `Unhandled rejection: ${describeError(event.reason)}\nA promise was rejected and nothing awaited it.`,
    );
  });
  target.addEventListener("error", (event: ErrorEvent) => {
    event.preventDefault();
    report(
      `Uncaught error: ${
        describeError(event.error ?? event.message)
      }\nIt was thrown outside a cell, in a timer or callback.`,
    );
  });
  return true;
}

/** An error as text: name, message, causes, and the stack without frames of the kernel itself. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : inspect(error);
  const stack = (error.stack ?? "").split("\n").filter((line) =>
    /^\s+at /.test(line) && !/\b(ext|node|deno):/.test(line)
  );
  const cause = error.cause === undefined ? "" : `\nCaused by: ${describeError(error.cause)}`;
  return [`${error.name}: ${error.message}`, ...stack.slice(0, 10)].join("\n") + cause;
}

function nowhere(): void {}

function inspect(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
