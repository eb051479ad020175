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
  const quiet = { ...spec, config: { ...spec["config"] as Json, aria: false } };
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
  const own = `rl${createHash("sha256").update(svg).update(title).digest("hex").slice(0, 8)}`;
  const label = escapeHtml(`${title}. ${description}`);
  return svg
    .replaceAll(/\bid="([^"]+)"/g, `id="${own}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${own}-$1)`)
    .replaceAll(/\bhref="#([^"]+)"/g, `href="#${own}-$1"`)
    .replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
      const head = `<svg role="img" aria-label="${label}" ${attributes}>`;
      return `${head}<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>`;
    });
}
