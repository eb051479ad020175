/** Lines: how a number changes with another, as a line through points or as steps. */
import {
  axisTitle,
  type Category,
  Chart,
  ChartError,
  type ChartOptions,
  checkRows,
  namesOf,
  type Quantity,
  type Row,
} from "./chart.ts";
import { count, formatNumber } from "./format.ts";
import { linearAxis, logAxis } from "./scale.ts";
import { coloursFor, fontSize, ink, plotWidth, seriesDashes, seriesShapes } from "./style.ts";

/** Options of {@link lines}. */
export interface LinesOptions extends ChartOptions {
  /** What runs along the horizontal axis. */
  readonly x: Quantity;
  /** What runs along the vertical axis. */
  readonly y: Quantity;
  /** What the lines are; without it there is one. */
  readonly series?: Category;
  /** A value holds until the next one: draw steps instead of slopes. */
  readonly step?: boolean;
  /** Draw a point at each row; by default where a line has at most 30. */
  readonly points?: boolean;
  /** Draw the vertical axis logarithmically. All values must be above 0. */
  readonly log?: boolean;
  /** Values worth a horizontal line and a word: a limit, a published figure. */
  readonly references?: readonly { readonly at: number; readonly label: string }[];
  /** Colours of the lines by name. */
  readonly colours?: Readonly<Record<string, string>>;
}

const height = 260;
const lineHeight = 14;

/**
 * Lines over a numeric axis, each labelled at its end, told apart by colour, dash and point shape.
 *
 * @throws {ChartError} for no rows, a missing title or unit, or a value of 0 or less on a logarithmic axis.
 * @example
 * ```ts
 * import { lines } from "ringlab";
 * const chart = lines([{ pages: 1, misses: 1 }, { pages: 64, misses: 64 }, { pages: 128, misses: 4096 }], {
 *   title: "The TLB overflows",
 *   x: { field: "pages", title: "Working set", unit: "pages" },
 *   y: { field: "misses", title: "TLB misses", unit: "misses" },
 * });
 * if (!chart.summary.includes("4,096")) throw new Error(chart.summary);
 * ```
 */
export function lines(rows: readonly Row[], options: LinesOptions): Chart {
  const kind = "lines";
  const { x, y, series, step = false, log = false, references = [] } = options;
  const data = checkRows(kind, rows, { categories: series ? [series] : [], quantities: [x, y] });
  data.forEach((row, at) => {
    if (log && Number(row[y.field]) <= 0) {
      throw new ChartError(
        `${kind}: row ${at} has ${row[y.field]} in "${y.field}"; a logarithmic axis needs more than 0`,
        {
          kind,
          field: y.field,
          row: at,
        },
      );
    }
  });
  const names = series ? namesOf(data, series) : [y.title];
  const nameOf = (row: Row) => series ? String(row[series.field]) : y.title;
  const colours = coloursFor(names, options.colours);
  const ys = [...data.map((row) => Number(row[y.field])), ...references.map((reference) => reference.at)];
  const yAxis = log ? logAxis(ys, height) : linearAxis(ys, height);
  const xs = data.map((row) => Number(row[x.field]));
  const xAxis = linearAxis(xs, plotWidth, 0, Math.min(...xs) < (Math.max(...xs) - Math.min(...xs)) / 2);
  const longest = Math.max(...names.map((name) => data.filter((row) => nameOf(row) === name).length));
  const values = data.map((row) => ({ ...row, _series: nameOf(row) }));
  const labels = series ? endLabels(values, names, x, y, xAxis.at, (v) => height - yAxis.at(v), colours) : [];
  const domains = { domain: names };
  const layer: unknown[] = [
    ...referenceLayers(references, (v) => height - yAxis.at(v)),
    {
      data: { values },
      mark: {
        type: "line",
        strokeWidth: 2,
        interpolate: step ? "step-after" : "linear",
        point: options.points ?? longest <= 30 ? { size: 42, filled: true } : false,
      },
      encoding: {
        x: {
          field: x.field,
          type: "quantitative",
          title: axisTitle(x),
          scale: { domain: xAxis.domain, nice: false, zero: false },
          axis: { grid: false, values: xAxis.ticks, format: ",~r" },
        },
        y: {
          field: y.field,
          type: "quantitative",
          title: axisTitle(y),
          scale: { domain: yAxis.domain, type: yAxis.type, nice: false, ...(log ? {} : { zero: false }) },
          axis: { values: yAxis.ticks, format: ",~r" },
        },
        color: {
          field: "_series",
          type: "nominal",
          scale: { ...domains, range: names.map((name) => colours[name]) },
          legend: null,
        },
        strokeDash: {
          field: "_series",
          type: "nominal",
          scale: { ...domains, range: seriesDashes },
          legend: null,
        },
        shape: {
          field: "_series",
          type: "nominal",
          scale: { ...domains, range: seriesShapes },
          legend: null,
        },
        tooltip: [
          ...(series ? [{ field: series.field, title: series.title }] : []),
          { field: x.field, title: axisTitle(x), format: ",~r" },
          { field: y.field, title: axisTitle(y), format: ",~r" },
        ],
      },
    },
  ];
  if (labels.length > 0) {
    const px = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
    layer.push({
      data: { values: labels },
      mark: { type: "text", align: "left", baseline: "middle", fontSize: fontSize.label, fontWeight: "bold" },
      encoding: {
        x: px("_x"),
        y: px("_y"),
        text: { field: "_series" },
        color: { field: "_ink", type: "nominal", scale: null },
      },
    });
  }
  return new Chart({
    kind,
    options,
    data,
    summary: summarize(data, options, names),
    spec: {
      width: plotWidth,
      height,
      layer,
    },
  });
}

/** The name of each line at its last point, pushed apart where they would overlap. */
function endLabels(
  values: readonly Row[],
  names: readonly string[],
  x: Quantity,
  y: Quantity,
  xAt: (value: number) => number,
  yAt: (value: number) => number,
  colours: Readonly<Record<string, string>>,
): Row[] {
  const ends = names.map((name) => {
    const own = values.filter((row) => row["_series"] === name);
    const last = own.reduce((a, b) => Number(b[x.field]) >= Number(a[x.field]) ? b : a);
    const _ink = darker(colours[name]!);
    return { _series: name, _ink, _x: xAt(Number(last[x.field])) + 9, _y: yAt(Number(last[y.field])) };
  }).sort((a, b) => a._y - b._y);
  for (let i = 1; i < ends.length; i++) ends[i]!._y = Math.max(ends[i]!._y, ends[i - 1]!._y + lineHeight);
  for (let i = ends.length - 1; i >= 0; i--) {
    const below = ends[i + 1]?._y ?? height + lineHeight;
    ends[i]!._y = Math.min(ends[i]!._y, below - lineHeight);
  }
  return ends;
}

function referenceLayers(
  references: LinesOptions["references"] & object,
  at: (value: number) => number,
): unknown[] {
  if (references.length === 0) return [];
  const values = references.map((reference) => ({ _y: at(reference.at), _label: reference.label }));
  const y = { field: "_y", type: "quantitative", scale: null, axis: null };
  return [
    {
      data: { values },
      mark: { type: "rule", strokeDash: [4, 3], color: ink.muted },
      encoding: { x: { value: 0 }, x2: { value: plotWidth }, y },
    },
    {
      data: { values },
      mark: {
        type: "text",
        align: "left",
        baseline: "bottom",
        dx: 4,
        dy: -2,
        fontSize: fontSize.mark,
        color: ink.muted,
      },
      encoding: { x: { value: 0 }, y, text: { field: "_label" } },
    },
  ];
}

/** Okabe and Ito's bright colours are too light for letters on white: the same hue at no more than half its light. */
function darker(colour: string): string {
  const part = (at: number) =>
    Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.62).toString(16).padStart(2, "0");
  return `#${part(1)}${part(3)}${part(5)}`;
}

function summarize(data: readonly Row[], { x, y, series }: LinesOptions, names: readonly string[]): string {
  const most = data.reduce((a, b) => Number(b[y.field]) > Number(a[y.field]) ? b : a);
  const who = series ? `${most[series.field]} ` : "";
  return `${count(names.length, "line")} through ${count(data.length, "point")}; the largest value is ${who}${
    formatNumber(Number(most[y.field]))
  } ${y.unit} at ${formatNumber(Number(most[x.field]))} ${x.unit}.`;
}
