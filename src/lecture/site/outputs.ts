/**
 * Outputs as HTML: of each bundle the richest representation a page can show without a kernel.
 */
import type { DataOutput, Output } from "../notebook.ts";
import { escapeHtml, withoutAnsi } from "./html.ts";
import type { Highlight } from "./highlight.ts";
import type { MarkdownPage } from "./markdown.ts";

/** What rendering outputs needs, and what it finds out. */
export interface OutputContext {
  highlight: Highlight;
  markdown: MarkdownPage;
  /** Set when an output needs the chart library. */
  charts: boolean;
}

const LONG_TEXT_LINES = 40;
const VEGA_LITE = /^application\/vnd\.vegalite\.v\d+\+json$/;
const VEGA = /^application\/vnd\.vega\.v\d+\+json$/;

function textBlock(text: string, kind: string): string {
  const shown = withoutAnsi(text).replace(/\n$/, "");
  const long = shown.split("\n").length > LONG_TEXT_LINES;
  // A block that scrolls must be reachable by keyboard, and say what it is.
  const attributes = long ? ' class="long" tabindex="0" role="region" aria-label="Long output"' : "";
  return `<div class="output ${kind}"><pre${attributes}>${escapeHtml(shown)}</pre></div>`;
}

const text = (output: DataOutput, type: string): string | undefined => {
  const value = output.data[type];
  return typeof value === "string" ? value : undefined;
};

function svgBlock(svg: string, alternative: string): string {
  const start = svg.indexOf("<svg");
  const inline = start < 0 ? svg : svg.slice(start);
  const named = /^<svg[^>]*(aria-label|aria-labelledby)=/.test(inline)
    ? inline
    : inline.replace(/^<svg/, `<svg role="img" aria-label="${escapeHtml(alternative)}"`);
  return `<figure class="picture">${named}</figure>`;
}

function pictureBlock(type: string, data: string, output: DataOutput, alternative: string): string {
  const size = output.metadata[type] as { width?: number; height?: number } | undefined;
  const width = typeof size?.width === "number" ? ` width="${size.width}"` : "";
  const source = `data:${type};base64,${data.replace(/\s/g, "")}`;
  return `<figure class="picture"><img src="${source}" alt="${escapeHtml(alternative)}"${width}></figure>`;
}

/** The picture in a bundle, if there is one. */
function picture(output: DataOutput, alternative: string): string | undefined {
  const svg = text(output, "image/svg+xml");
  if (svg !== undefined) return svgBlock(svg, alternative);
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const data = text(output, type);
    if (data !== undefined) return pictureBlock(type, data, output, alternative);
  }
  return undefined;
}

function chartBlock(
  spec: unknown,
  mode: string,
  output: DataOutput,
  alternative: string,
  context: OutputContext,
): string {
  context.charts = true;
  const still = picture(output, alternative) ?? `<p>${escapeHtml(alternative)}</p>`;
  // "<" written as an escape: no text inside can end the script element.
  const json = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return `<div class="chart" data-mode="${mode}" data-label="${escapeHtml(alternative)}">` +
    `<div class="still">${still}</div><script type="application/json">${json}</script></div>`;
}

function dataBlock(output: DataOutput, context: OutputContext): string {
  const plain = text(output, "text/plain") ?? "";
  const kind = output.output_type === "execute_result" ? "result" : "display";
  const wrap = (inner: string, type: string) => `<div class="output ${kind} ${type}">${inner}</div>`;
  for (const [type, value] of Object.entries(output.data)) {
    if (VEGA_LITE.test(type)) return wrap(chartBlock(value, "vega-lite", output, plain, context), "graphic");
    if (VEGA.test(type)) return wrap(chartBlock(value, "vega", output, plain, context), "graphic");
  }
  const html = text(output, "text/html");
  if (html !== undefined) return wrap(html, "html");
  const still = picture(output, plain);
  if (still !== undefined) return wrap(still, "graphic");
  const markdown = text(output, "text/markdown");
  if (markdown !== undefined) return wrap(context.markdown.render(markdown), "prose");
  if (output.data["application/json"] !== undefined) {
    return wrap(
      context.highlight(JSON.stringify(output.data["application/json"], undefined, 2), "json"),
      "json",
    );
  }
  return plain === "" ? "" : textBlock(plain, `${kind} text`);
}

/** The HTML of one output. */
export function renderOutput(output: Output, context: OutputContext): string {
  if (output.output_type === "stream") return textBlock(output.text, output.name);
  if (output.output_type === "error") {
    const head = `${output.ename}: ${output.evalue}`;
    const trace = output.traceback.join("\n");
    const body = trace.startsWith(head) ? trace : `${head}${trace === "" ? "" : `\n${trace}`}`;
    return `<div class="output error" role="group" aria-label="Error"><pre>${
      escapeHtml(withoutAnsi(body))
    }</pre></div>`;
  }
  return dataBlock(output, context);
}
