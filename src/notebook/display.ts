/**
 * The display protocol of Deno's Jupyter kernel: an object with a method under `Symbol.for("Jupyter.display")` is shown
 * as the MIME bundle which that method gives, instead of being printed.
 */
import type { MimeBundle } from "../cycles/mod.ts";
export type { MimeBundle };

/** The key under which Deno's Jupyter kernel looks for an object's own representation. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** A value that knows how it looks in a notebook. */
export interface Displayable {
  /** The representations of this value; `text/plain` is always among them. */
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
}

/** Raised when a bundle cannot be shown by every viewer. */
export class DisplayError extends Error {
  override name = "DisplayError";
  /** The MIME types that were offered. */
  readonly types: readonly string[];
  constructor(message: string, types: readonly string[]) {
    super(message);
    this.types = types;
  }
}

/**
 * Makes a displayable value from a bundle, or from a function that builds it when it is shown.
 *
 * @param bundle must hold a non-empty `text/plain`: it is what a screen reader, a terminal and VS Code's image
 * description say, so make it a sentence.
 * @throws {DisplayError} if `text/plain` is missing or blank (at once for a plain bundle, on display for a function).
 * @example
 * ```ts
 * import { displayable, isDisplayable } from "ringlab";
 * const note = displayable({ "text/plain": "The guest halted.", "text/html": "<b>The guest halted.</b>" });
 * if (!isDisplayable(note)) throw new Error("not displayable");
 * ```
 */
export function displayable(bundle: MimeBundle | (() => MimeBundle | Promise<MimeBundle>)): Displayable {
  if (typeof bundle !== "function") {
    const checked = checkBundle(bundle);
    return { [jupyterDisplay]: () => checked };
  }
  return { [jupyterDisplay]: async () => checkBundle(await bundle()) };
}

/** Whether a value shows itself in a notebook. */
export function isDisplayable(value: unknown): value is Displayable {
  return typeof value === "object" && value !== null &&
    typeof (value as Record<symbol, unknown>)[jupyterDisplay] === "function";
}

/**
 * The bundle of any value: its own one, or `text/plain` with its string form.
 *
 * @throws {DisplayError} if the value's bundle has no text.
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  if (isDisplayable(value)) return checkBundle(await value[jupyterDisplay]());
  return { "text/plain": String(value) };
}

/** Several values one below the other, as one result. HTML parts are stacked; the text is the texts, line by line. */
export function stack(...values: Displayable[]): Displayable {
  return displayable(async () => {
    const bundles = await Promise.all(values.map((value) => value[jupyterDisplay]()));
    const html = bundles.map((bundle) => htmlOf(bundle)).join("\n");
    const text = bundles.map((bundle) => String(bundle["text/plain"] ?? "")).join("\n\n");
    return { "text/html": `<div>${html}</div>`, "text/plain": text };
  });
}

/** Escapes text for use in HTML and SVG, in content and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function htmlOf(bundle: MimeBundle): string {
  if (typeof bundle["text/html"] === "string") return bundle["text/html"];
  if (typeof bundle["image/svg+xml"] === "string") return bundle["image/svg+xml"];
  return `<pre>${escapeHtml(String(bundle["text/plain"] ?? ""))}</pre>`;
}

function checkBundle(bundle: MimeBundle): MimeBundle {
  const text = bundle["text/plain"];
  if (typeof text !== "string" || text.trim() === "") {
    const types = Object.keys(bundle);
    throw new DisplayError(
      `a result needs a text/plain representation that says what it shows; this one offers ${
        types.length === 0 ? "nothing" : types.join(", ")
      }`,
      types,
    );
  }
  return bundle;
}
