/**
 * What is the same for all charts: colours, dashes, shapes, type and the card they are drawn on.
 *
 * Charts are drawn on an opaque light card. No single grey has a contrast of 4.5 : 1 both on white and on the dark
 * themes of JupyterLab, VS Code and GitHub, and a saved picture cannot know where it will be shown.
 *
 * Colours are Okabe and Ito's (Color Universal Design, 2008), which stay apart under the three common kinds of colour
 * blindness. Beyond four series colour is never the only sign: a dash, a shape or a label says the same.
 */

/** Okabe and Ito's colours by name. */
export const okabeIto = {
  black: "#000000",
  orange: "#e69f00",
  skyBlue: "#56b4e9",
  green: "#009e73",
  yellow: "#f0e442",
  blue: "#0072b2",
  vermillion: "#d55e00",
  purple: "#cc79a7",
  grey: "#c4c9cf",
} as const;

/** Colours for series without a meaning of their own, in the order in which they are given out. */
export const seriesColours: readonly string[] = [
  okabeIto.blue,
  okabeIto.orange,
  okabeIto.green,
  okabeIto.vermillion,
  okabeIto.purple,
  okabeIto.skyBlue,
  okabeIto.black,
  okabeIto.yellow,
];

/** Line dashes, in step with {@link seriesColours}. */
export const seriesDashes: readonly (readonly number[])[] = [
  [1, 0],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 4],
  [4, 2],
  [1, 2],
  [9, 2, 2, 2, 2, 2],
];

/** Point shapes, in step with {@link seriesColours}. */
export const seriesShapes: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "triangle-down",
  "cross",
  "triangle-right",
  "triangle-left",
];

/** The worlds of the cycle ledger by their identifiers, in the order in which bars stack them, with the names charts write. */
export const worldNames: Readonly<Record<string, string>> = {
  "guest-user": "guest user",
  "guest-kernel": "guest kernel",
  "translated": "translated code",
  "monitor": "monitor",
  "transition": "hardware transition",
  "page-walk": "page walk",
  "translation": "translation",
  "idle": "idle",
};

const worldInks: Readonly<Record<string, string>> = {
  "guest-user": okabeIto.skyBlue,
  "guest-kernel": okabeIto.blue,
  "translated": okabeIto.green,
  "monitor": okabeIto.vermillion,
  "transition": okabeIto.orange,
  "page-walk": okabeIto.purple,
  "translation": okabeIto.yellow,
  "idle": okabeIto.grey,
};

/** One fixed colour for each world, by identifier and by name: blues for the guest's own code, reds for what is added. */
export const worldColours: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(worldInks).flatMap(([id, colour]) => [[id, colour], [worldNames[id]!, colour]]),
);

/** The stacking order of worlds, by identifier and by name. */
export const worldOrder: readonly string[] = [...new Set(Object.entries(worldNames).flat())];

/** What can become of an instruction in a ring. */
export const outcomeColours: Readonly<Record<string, string>> = {
  "executes": okabeIto.skyBlue,
  "#GP": okabeIto.vermillion,
  "#UD": okabeIto.purple,
  "silently different": okabeIto.yellow,
};

/** The classes of Popek and Goldberg (1974). */
export const classColours: Readonly<Record<string, string>> = {
  "privileged": okabeIto.blue,
  "control sensitive": okabeIto.vermillion,
  "behaviour sensitive": okabeIto.orange,
  "innocuous": okabeIto.grey,
};

/** The card and the ink of a chart. */
export const ink = {
  card: "#ffffff",
  text: "#1f2328",
  muted: "#57606a",
  grid: "#e4e8ec",
  axis: "#8c959f",
} as const;

/** Arimo has the metrics of Arial, Helvetica and Liberation Sans: what is measured once fits in every viewer. */
export const fontFamily = "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif";

/** Type sizes in pixels. */
export const fontSize = { title: 15, subtitle: 12, axisTitle: 12, label: 12, mark: 11 } as const;

/** Width of the plotting area in pixels. */
export const plotWidth = 600;

/** The Vega-Lite config shared by all charts. */
export const config = {
  background: ink.card,
  font: fontFamily,
  padding: 12,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "group",
    color: ink.text,
    subtitleColor: ink.muted,
    fontSize: fontSize.title,
    subtitleFontSize: fontSize.subtitle,
    subtitlePadding: 4,
    fontWeight: "bold",
    offset: 12,
  },
  axis: {
    labelColor: ink.text,
    titleColor: ink.text,
    labelFontSize: fontSize.label,
    titleFontSize: fontSize.axisTitle,
    titleFontWeight: "bold",
    titlePadding: 8,
    labelLimit: 260,
    gridColor: ink.grid,
    domainColor: ink.axis,
    tickColor: ink.axis,
  },
  legend: {
    labelColor: ink.text,
    titleColor: ink.text,
    labelFontSize: fontSize.label,
    titleFontSize: fontSize.axisTitle,
    labelLimit: 260,
    symbolStrokeWidth: 1,
  },
  range: { category: seriesColours },
} as const;

/** Black or white, whichever reads better on a fill (WCAG 2 relative luminance). */
export function textOn(fill: string): "#000000" | "#ffffff" {
  const light = luminance(fill);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** The contrast ratio between two colours, from 1 to 21 (WCAG 2). */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/**
 * A colour for each name: the fixed one where the names are worlds, outcomes or classes, else the next free of the
 * series palette.
 */
export function coloursFor(
  names: readonly string[],
  fixed: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const known: Record<string, string> = { ...worldColours, ...outcomeColours, ...classColours, ...fixed };
  const result: Record<string, string> = {};
  const taken = new Set(names.map((name) => known[name]).filter((colour) => colour !== undefined));
  const free = seriesColours.filter((colour) => !taken.has(colour));
  let next = 0;
  for (const name of names) {
    result[name] = known[name] ?? free[next++ % Math.max(1, free.length)] ?? okabeIto.grey;
  }
  return result;
}

function luminance(colour: string): number {
  const channel = (at: number) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
