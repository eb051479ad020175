/**
 * The font charts are drawn and measured with: Arimo (SIL Open Font License 1.1), from an npm package, so that a machine
 * without fonts renders the same picture. Its advance widths are those of Arial, Helvetica and Liberation Sans.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Metrics {
  readonly unitsPerEm: number;
  /** The advance width of a code point in font units, or undefined where the font has no glyph for it. */
  advance(codePoint: number): number | undefined;
}

const require = createRequire(import.meta.url);
const paths = {
  regular: "@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf",
  bold: "@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf",
};
const loaded = new Map<keyof typeof paths, Metrics>();

/** The font's files (TrueType), regular and bold, as paths. */
export function fontFiles(): string[] {
  return [require.resolve(paths.regular), require.resolve(paths.bold)];
}

/**
 * The width of one line of text in pixels.
 *
 * @param size the font size in pixels.
 */
export function textWidth(text: string, size: number, bold = false): number {
  const metrics = load(bold ? "bold" : "regular");
  let units = 0;
  for (const character of text) {
    units += metrics.advance(character.codePointAt(0)!) ?? metrics.unitsPerEm;
  }
  return units / metrics.unitsPerEm * size;
}

/** The characters of a text that the chart font cannot draw. */
export function missingGlyphs(text: string): string[] {
  const metrics = load("regular");
  return [...new Set(text)].filter((character) => metrics.advance(character.codePointAt(0)!) === undefined);
}

function load(style: keyof typeof paths): Metrics {
  let metrics = loaded.get(style);
  if (metrics === undefined) {
    const file = readFileSync(require.resolve(paths[style]));
    metrics = parse(new DataView(file.buffer, file.byteOffset, file.byteLength));
    loaded.set(style, metrics);
  }
  return metrics;
}

/** Reads head, hhea, hmtx and a format 4 cmap (OpenType specification 1.9, chapters of the same names). */
function parse(view: DataView): Metrics {
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const at = 12 + i * 16;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(at + k)));
    tables.set(tag, view.getUint32(at + 8));
  }
  const table = (tag: string) => tables.get(tag)!;
  const unitsPerEm = view.getUint16(table("head") + 18);
  const lastMetric = view.getUint16(table("hhea") + 34) - 1;
  const glyphOf = cmap(view, table("cmap"));
  const advance = (codePoint: number) => {
    const glyph = glyphOf(codePoint);
    return glyph === 0 ? undefined : view.getUint16(table("hmtx") + Math.min(glyph, lastMetric) * 4);
  };
  return { unitsPerEm, advance };
}

function cmap(view: DataView, base: number): (codePoint: number) => number {
  for (let i = 0; i < view.getUint16(base + 2); i++) {
    const subtable = base + view.getUint32(base + 4 + i * 8 + 4);
    if (view.getUint16(subtable) === 4) return (codePoint) => formatFour(view, subtable, codePoint);
  }
  throw new Error("the chart font has no character map of format 4");
}

function formatFour(view: DataView, at: number, codePoint: number): number {
  if (codePoint > 0xffff) return 0;
  const twice = view.getUint16(at + 6);
  for (let i = 0; i < twice; i += 2) {
    if (view.getUint16(at + 14 + i) < codePoint) continue;
    const start = view.getUint16(at + 16 + twice + i);
    if (start > codePoint) return 0;
    const delta = view.getUint16(at + 16 + 2 * twice + i);
    const rangeAt = at + 16 + 3 * twice + i;
    const range = view.getUint16(rangeAt);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = view.getUint16(rangeAt + range + (codePoint - start) * 2);
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}
