/** Small pieces of HTML that read well on light and dark pages: inherited ink, translucent fills, inline styles only. */
import { escapeHtml } from "./display.ts";

/** Markup that is already escaped. */
export interface Markup {
  readonly html: string;
}

/** Translucent fills: they tint whatever lies beneath, so the page's own ink stays readable on them. */
export const tint = {
  orange: "rgba(230,159,0,0.28)",
  red: "rgba(213,94,0,0.25)",
  blue: "rgba(86,180,233,0.28)",
  green: "rgba(0,158,115,0.25)",
  purple: "rgba(204,121,167,0.28)",
  grey: "rgba(128,128,128,0.14)",
} as const;

/** Inline styles that several views share. */
export const css = {
  mono:
    "font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px;line-height:1.5",
  sans: "font-family:system-ui,Arial,sans-serif;font-size:13px;line-height:1.4",
  table: "border-collapse:collapse;margin:4px 0 12px 0",
  caption: "caption-side:top;text-align:left;font-weight:bold;padding:4px 0;color:inherit",
  cell: "padding:2px 10px;border-bottom:1px solid rgba(128,128,128,0.3);color:inherit;background:transparent",
  head:
    "padding:4px 10px;border-bottom:2px solid rgba(128,128,128,0.6);color:inherit;background:transparent;vertical-align:bottom",
  dim: "opacity:0.75",
} as const;

/** An element. Strings among the children are escaped; attributes that are undefined are left out. */
export function el(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...children: readonly (string | Markup | readonly Markup[])[]
): Markup {
  const head = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`)
    .join("");
  const body = children.flat().map((child) =>
    typeof child === "string" ? escapeHtml(child) : (child as Markup).html
  );
  return { html: `<${tag}${head}>${body.join("")}</${tag}>` };
}

/** A table's cell: `th` with a scope for headings, else `td`. */
export function cell(
  content: string | Markup,
  options: { head?: "col" | "row"; align?: "left" | "right" | "center"; style?: string; span?: number } = {},
): Markup {
  const { head, align = "left", style = "", span } = options;
  const base = head === "col" ? css.head : css.cell;
  const weight = head === "row" ? "font-weight:normal;" : "";
  return el(
    head ? "th" : "td",
    { scope: head, colspan: span, style: `${base};${weight}text-align:${align};white-space:nowrap;${style}` },
    content,
  );
}

/** A table with a caption, a head row and body rows made of {@link cell}s. */
export function grid(
  caption: string,
  head: readonly Markup[],
  body: readonly (readonly Markup[])[],
  style: string = css.mono,
): Markup {
  return el(
    "table",
    { style: `${css.table};${style}` },
    el("caption", { style: `${css.caption};${css.sans}` }, caption),
    ...(head.length > 0 ? [el("thead", {}, el("tr", {}, head))] : []),
    el("tbody", {}, body.map((cells) => el("tr", { style: "background:transparent" }, cells))),
  );
}

/** A word in a tinted box: colour and text say the same. */
export function badge(text: string, fill: string, title?: string): Markup {
  return el(
    "span",
    { title, style: `background:${fill};padding:0 4px;border-radius:3px;font-size:11px` },
    text,
  );
}

/** Rows of text in columns as wide as their widest entry, two spaces apart. */
export function columns(
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right" | "center")[] = [],
): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((text, i) => widths[i] = Math.max(widths[i] ?? 0, text.length));
  return rows.map((row) =>
    row.map((text, i) => align[i] === "right" ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)).join(
      "  ",
    ).trimEnd()
  ).join("\n");
}
