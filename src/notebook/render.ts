/** Vega-Lite specification in, SVG and PNG out: no browser, no canvas, no system fonts, the same bytes everywhere. */
import { createHash } from "node:crypto";
import { escapeHtml } from "./display.ts";
import { fontFiles, textWidth } from "./font.ts";
import { ink } from "./style.ts";

/** The PNG has this many pixels for each pixel of the SVG. */
export const pngScale = 2;

type Json = Record<string, unknown>;

/** The libraries are big (a third of a second to load), so they come with the first chart that is drawn. */
async function libraries() {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  // Exported by Vega for headless use, though its type declarations leave it out.
  const { textMetrics } = vega as unknown as { textMetrics: { width: typeof measure } };
  textMetrics.width = measure;
  return { vega, vegaLite };
}

/** What Vega asks for when it lays text out: the width of one line as the item would be drawn. */
function measure(
  item: { text?: unknown; fontSize?: number; fontWeight?: string | number },
  text?: unknown,
): number {
  const line = text ?? item.text;
  const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
  return line == null ? 0 : textWidth(String(line).trim(), item.fontSize ?? 11, bold);
}

/**
 * Draws a Vega-Lite specification as an accessible SVG document.
 *
 * @param title becomes the document's `<title>`.
 * @param description becomes its `<desc>`; both together are its aria-label.
 */
export async function renderSvg(spec: Json, title: string, description: string): Promise<string> {
  const { vega, vegaLite } = await libraries();
  // The picture is one image to assistive technology: labels on every mark would only make the file larger.
  // Vega writes into the rows it is given, so it gets its own.
  const quiet = structuredClone({ ...spec, config: { ...spec["config"] as Json, aria: false } });
  const logger = vega.logger(vega.Error);
  const compiled = vegaLite.compile(quiet as never, { logger: logger as never }).spec;
  const view = new vega.View(vega.parse(compiled as never), { renderer: "none", logger });
  try {
    return accessible(await view.toSVG(), title, description);
  } finally {
    view.finalize();
  }
}

/** Draws an SVG document as a PNG picture, with {@link pngScale} pixels per unit. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const picture = new Resvg(svg, {
    background: ink.card,
    fitTo: { mode: "zoom", value: pngScale },
    font: {
      loadSystemFonts: false,
      fontFiles: fontFiles(),
      defaultFontFamily: "Arimo",
      sansSerifFamily: "Arimo",
      monospaceFamily: "Arimo",
    },
  });
  return new Uint8Array(picture.render().asPng());
}

/** Names the document for screen readers and makes its ids its own, so that many fit on one page. */
function accessible(svg: string, title: string, description: string): string {
  const plain = localIds(rounded(svg.replace(decoration, "")));
  const own = `rl${createHash("sha256").update(plain).update(title).digest("hex").slice(0, 8)}`;
  const label = escapeHtml(`${title}. ${description}`);
  return plain.replaceAll("rl-id", own).replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
    const head = `<svg role="img" aria-label="${label}" ${attributes}>`;
    return `${head}<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>`;
  });
}

/** What Vega says about single marks. The document is one image, and images have no parts to describe. */
const decoration = / (role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|pointer-events="none")/g;

/** Vega numbers clips and gradients through a whole process; here they are numbered by document. */
function localIds(svg: string): string {
  const ids = new Map<string, string>();
  const local = (id: string) => {
    if (!ids.has(id)) ids.set(id, `rl-id-${ids.size}`);
    return ids.get(id)!;
  };
  return svg
    .replace(/\bid="([^"]+)"/g, (_, id: string) => `id="${local(id)}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${local(id)})`);
}

/** Coordinates to a thousandth of a pixel: engines differ in the last bits of a logarithm, and nobody sees more. */
function rounded(svg: string): string {
  return svg.replace(
    /="[^"]*\d\.\d{4,}[^"]*"/g,
    (attribute) =>
      attribute.replace(/\d+\.\d{4,}/g, (number) => String(Math.round(Number(number) * 1000) / 1000)),
  );
}
