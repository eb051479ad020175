/** Heat maps: a colour and a word in each cell of a table of names by names. */
import { checkOnce, legendColumns } from "./bars.ts";
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
import { textWidth } from "./font.ts";
import { count, formatNumber, hex, listOf } from "./format.ts";
import { coloursFor, fontSize, ink, plotWidth, textOn } from "./style.ts";

/** Options of {@link heatMap}. Exactly one of `outcome` and `value` is given. */
export interface HeatMapOptions extends ChartOptions {
  /** What the columns are: a ring. */
  readonly x: Category;
  /** What the rows are: an instruction. */
  readonly y: Category;
  /** What happened in a cell, by name. */
  readonly outcome?: Category;
  /** What was measured in a cell, as a number. */
  readonly value?: Quantity;
  /** Colours of the outcomes by name, where the fixed ones do not fit. */
  readonly colours?: Readonly<Record<string, string>>;
  /** The words written in the cells, by outcome; without one the outcome's own name. */
  readonly marks?: Readonly<Record<string, string>>;
  /** A column with a sentence about the cell, for the tooltip. */
  readonly detail?: { readonly field: string; readonly title: string };
}

/** From light to dark at even steps of lightness, so that grey prints keep the order. */
const sequence = ["#f2f7fb", "#cfe3f1", "#9cc8e3", "#5fa5d0", "#2b7fb8", "#0b5a94", "#063b66"] as const;

/**
 * A table of coloured cells. With `outcome` each cell is one of a few named results; the name stands in the cell, so
 * that colour is not the only sign. With `value` cells run from light to dark and hold the number.
 *
 * @throws {ChartError} for no rows, a missing title or unit, a cell given twice, or both or neither of `outcome` and `value`.
 * @example
 * ```ts
 * import { heatMap } from "ringlab";
 * const chart = heatMap(
 *   [{ instruction: "HLT", ring: "0", outcome: "executes" }, { instruction: "HLT", ring: "3", outcome: "#GP" }],
 *   {
 *     title: "HLT by ring",
 *     x: { field: "ring", title: "CPL" },
 *     y: { field: "instruction", title: "Instruction" },
 *     outcome: { field: "outcome", title: "Outcome" },
 *   },
 * );
 * if (!chart.summary.includes("1 #GP")) throw new Error(chart.summary);
 * ```
 */
export function heatMap(rows: readonly Row[], options: HeatMapOptions): Chart {
  const kind = "heat map";
  const { x, y, outcome, value, detail } = options;
  if (!outcome === !value) {
    throw new ChartError(`${kind}: give either outcome (names) or value (numbers) for the cells`, {
      kind,
      field: "outcome",
    });
  }
  const data = checkRows(kind, rows, {
    categories: outcome ? [x, y, outcome] : [x, y],
    quantities: value ? [value] : [],
    extra: detail ? [detail.field] : [],
  });
  checkOnce(kind, data, [x, y]);
  const columns = namesOf(data, x);
  const lines = namesOf(data, y);
  const painted = outcome ? paintNames(data, outcome, options) : paintNumbers(data, value!);
  const height = lines.length > 40 ? 18 : 24;
  const widest = Math.max(
    ...painted.values.map((row) => textWidth(String(row["_mark"]), fontSize.mark)),
    ...columns.map((name) => textWidth(name, fontSize.label)),
  );
  const width = Math.max(24, Math.min(Math.ceil(widest) + 20, Math.floor(plotWidth / columns.length)));
  const fits = painted.values.every((row) => textWidth(String(row["_mark"]), fontSize.mark) <= width - 4);
  return new Chart({
    kind,
    options,
    data,
    summary: outcome ? nameSummary(data, options) : numberSummary(data, options),
    spec: {
      width: { step: width },
      height: { step: height },
      data: { values: painted.values },
      encoding: {
        x: {
          field: x.field,
          type: "nominal",
          sort: columns,
          title: x.title,
          axis: {
            orient: "top",
            labelAngle: widest > width ? -90 : 0,
            grid: false,
            ticks: false,
            domain: false,
          },
        },
        y: {
          field: y.field,
          type: "nominal",
          sort: lines,
          title: y.title,
          axis: { grid: false, ticks: false, domain: false, labelPadding: 6, labelOverlap: false },
        },
        tooltip: [
          { field: y.field, title: y.title },
          { field: x.field, title: x.title },
          outcome
            ? { field: outcome.field, title: outcome.title }
            : { field: value!.field, title: axisTitle(value!), format: ",~r" },
          ...(detail ? [{ field: detail.field, title: detail.title }] : []),
        ],
      },
      layer: [
        { mark: { type: "rect", stroke: ink.card, strokeWidth: 2 }, encoding: { color: painted.colour } },
        ...(fits
          ? [{
            mark: { type: "text", fontSize: fontSize.mark },
            encoding: { text: { field: "_mark" }, color: { field: "_ink", type: "nominal", scale: null } },
          }]
          : []),
      ],
      resolve: { scale: { color: "independent" } },
    },
  });
}

interface Painted {
  readonly values: readonly Row[];
  readonly colour: Record<string, unknown>;
}

function paintNames(
  data: readonly Row[],
  outcome: Category,
  { colours: own, marks = {} }: HeatMapOptions,
): Painted {
  const names = namesOf(data, outcome);
  const colours = coloursFor(names, own);
  const values = data.map((row) => {
    const name = String(row[outcome.field]);
    return { ...row, _mark: marks[name] ?? name, _ink: textOn(colours[name]!) };
  });
  const legend = names.map((name) =>
    marks[name] !== undefined && marks[name] !== name ? `${marks[name]}: ${name}` : name
  );
  const labels = `{${
    names.map((name, i) => `${JSON.stringify(name)}: ${JSON.stringify(legend[i])}`).join(", ")
  }}`;
  const colour = {
    field: outcome.field,
    type: "nominal",
    title: outcome.title,
    scale: { domain: names, range: names.map((name) => colours[name]) },
    legend: {
      orient: "bottom",
      columns: legendColumns(legend),
      symbolType: "square",
      symbolSize: 160,
      labelExpr: `${labels}[datum.label]`,
    },
  };
  return { values, colour };
}

function paintNumbers(data: readonly Row[], value: Quantity): Painted {
  const numbers = data.map((row) => Number(row[value.field]));
  const low = Math.min(0, ...numbers);
  const high = Math.max(low + 1, ...numbers);
  const values = data.map((row) => {
    const number = Number(row[value.field]);
    return { ...row, _mark: formatNumber(number), _ink: textOn(shade((number - low) / (high - low))) };
  });
  const colour = {
    field: value.field,
    type: "quantitative",
    title: axisTitle(value),
    scale: { domain: [low, high], range: sequence },
    legend: { orient: "bottom", direction: "horizontal", gradientLength: 240, titleLimit: 320 },
  };
  return { values, colour };
}

/** The colour at a share of the sequence. */
function shade(share: number): string {
  const place = share * (sequence.length - 1);
  const from = sequence[Math.floor(place)]!;
  const to = sequence[Math.min(sequence.length - 1, Math.floor(place) + 1)]!;
  const mix = (at: number) => {
    const [a, b] = [parseInt(from.slice(at, at + 2), 16), parseInt(to.slice(at, at + 2), 16)];
    return hex(Math.round(a + (b - a) * (place % 1)), 2);
  };
  return `#${mix(1)}${mix(3)}${mix(5)}`;
}

function nameSummary(data: readonly Row[], { x, y, outcome }: HeatMapOptions): string {
  const names = namesOf(data, outcome!);
  const counts = names.map((name) => {
    const n = data.filter((row) => String(row[outcome!.field]) === name).length;
    return `${formatNumber(n)} ${name}`;
  });
  return `${lead(data, x, y)}: ${listOf(counts)}.`;
}

function numberSummary(data: readonly Row[], { x, y, value }: HeatMapOptions): string {
  const most = data.reduce((a, b) => Number(b[value!.field]) > Number(a[value!.field]) ? b : a);
  return `${lead(data, x, y)}; the largest is ${most[y.field]}, ${x.title} ${most[x.field]}: ${
    formatNumber(Number(most[value!.field]))
  } ${value!.unit}.`;
}

function lead(data: readonly Row[], x: Category, y: Category): string {
  const [down, across] = [namesOf(data, y).length, namesOf(data, x).length];
  return `${count(down, "row")} (${y.title}) by ${count(across, "column")} (${x.title})`;
}
