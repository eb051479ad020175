/** Bars in groups, on a linear or logarithmic axis, next to reference values: what was published beside what was measured. */
import { checkOnce, checkPositive, legendColumns, nameAxis } from "./bars.ts";
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
import { count, formatNumber } from "./format.ts";
import { linearAxis, logAxis } from "./scale.ts";
import { coloursFor, fontSize, ink, plotWidth } from "./style.ts";

/** Options of {@link groupedBars}. */
export interface GroupedBarsOptions extends ChartOptions {
  /** What each group stands for: an operation. */
  readonly category: Category;
  /** What the bars in a group are: a technique. */
  readonly series: Category;
  /** How long each bar is. */
  readonly value: Quantity;
  /** A column with the value to compare with, drawn as a diamond; rows may leave it out or null. */
  readonly reference?: { readonly field: string; readonly title: string };
  /** Draw lengths on a logarithmic axis: for values that differ by orders of magnitude. All must be above 0. */
  readonly log?: boolean;
  /** Colours of the series by name. */
  readonly colours?: Readonly<Record<string, string>>;
}

/**
 * Groups of horizontal bars with their values at the end, and reference values as diamonds.
 *
 * On a logarithmic axis a bar's length says only "more" or "less": equal steps are equal factors, which the axis title
 * repeats.
 *
 * @throws {ChartError} for no rows, a missing title or unit, a negative value, a value of 0 on a logarithmic axis.
 * @example
 * ```ts
 * import { groupedBars } from "ringlab";
 * const chart = groupedBars([{ op: "syscall", by: "native", cycles: 242, paper: 242 }], {
 *   title: "Measured and published",
 *   category: { field: "op", title: "Operation" },
 *   series: { field: "by", title: "Technique" },
 *   value: { field: "cycles", title: "Time", unit: "cycles" },
 *   reference: { field: "paper", title: "published" },
 *   log: true,
 * });
 * if (chart.data[0]?.paper !== 242) throw new Error("the reference is lost");
 * ```
 */
export function groupedBars(rows: readonly Row[], options: GroupedBarsOptions): Chart {
  const kind = "grouped bars";
  const { category, series, value, reference, log = false } = options;
  const extra = reference ? [reference.field] : [];
  const data = checkRows(kind, rows, { categories: [category, series], quantities: [value], extra });
  checkPositive(kind, data, value, log);
  checkOnce(kind, data, [category, series]);
  const references = referencesOf(kind, data, options);
  const names = namesOf(data, category);
  const bars = namesOf(data, series);
  const colours = coloursFor(bars, options.colours);
  const numbers = data.map((row) => Number(row[value.field]));
  const room = Math.max(...numbers.map((n) => textWidth(formatNumber(n), fontSize.mark))) + 24;
  const extent = [...numbers, ...references.map((row) => Number(row["_at"]))];
  const axis = log ? logAxis(extent, plotWidth, room) : linearAxis(extent, plotWidth, room);
  const values = data.map((row) => {
    const end = axis.at(Number(row[value.field]));
    const other = reference && typeof row[reference.field] === "number"
      ? axis.at(Number(row[reference.field]))
      : -99;
    const text = formatNumber(Number(row[value.field]));
    const width = textWidth(text, fontSize.mark);
    const hidden = other > end - 7 && other < end + width + 14;
    return { ...row, _base: axis.domain[0], _label: text, _x: (hidden ? other + 4 : end) + 5 };
  });
  const x = {
    type: "quantitative",
    scale: { domain: axis.domain, type: axis.type, nice: false, ...(log ? {} : { zero: true }) },
  };
  const title = log ? `${axisTitle(value)}, each step a factor of 10` : axisTitle(value);
  const tooltip = [
    { field: category.field, title: category.title },
    { field: series.field, title: series.title },
    { field: value.field, title: axisTitle(value), format: ",~r" },
    ...(reference
      ? [{ field: reference.field, title: `${reference.title} (${value.unit})`, format: ",~r" }]
      : []),
  ];
  const layer: unknown[] = [
    {
      data: { values },
      mark: { type: "bar", stroke: ink.card, strokeWidth: 0.5 },
      encoding: {
        x: { ...x, field: value.field, title, axis: { values: axis.ticks, format: ",~r" } },
        x2: log ? { field: "_base" } : { datum: 0 },
        color: {
          field: series.field,
          type: "nominal",
          title: series.title,
          scale: { domain: bars, range: bars.map((name) => colours[name]) },
          legend: { orient: "top", columns: legendColumns(bars), symbolType: "square" },
        },
        tooltip,
      },
    },
    {
      data: { values },
      mark: { type: "text", align: "left", fontSize: fontSize.mark, color: ink.text },
      encoding: {
        x: { field: "_x", type: "quantitative", scale: null, axis: null },
        text: { field: "_label" },
      },
    },
  ];
  if (reference && references.length > 0) {
    layer.push({
      data: { values: references },
      mark: { type: "point", shape: "diamond", fill: "#ffffff", strokeWidth: 1.6, size: 60, opacity: 1 },
      encoding: {
        x: { ...x, field: "_at" },
        stroke: {
          field: "_reference",
          type: "nominal",
          title: null,
          scale: { domain: [reference.title], range: ["#000000"] },
          legend: { orient: "top", symbolType: "diamond", symbolFillColor: "#ffffff", symbolSize: 60 },
        },
        tooltip,
      },
    });
  }
  return new Chart({
    kind,
    options,
    data,
    summary: summarize(data, options),
    spec: {
      width: plotWidth,
      height: { step: 17, for: "offset" },
      encoding: {
        y: {
          field: category.field,
          type: "nominal",
          sort: names,
          title: category.title,
          axis: nameAxis,
          scale: { paddingInner: 0.25, paddingOuter: 0.1 },
        },
        yOffset: { field: series.field, type: "nominal", sort: bars, scale: { domain: bars } },
      },
      layer,
    },
  });
}

function referencesOf(kind: string, data: readonly Row[], { reference, log }: GroupedBarsOptions): Row[] {
  if (!reference) return [];
  const { field, title } = reference;
  return data.flatMap((row, at) => {
    const value = row[field];
    if (value === undefined || value === null) return [];
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0 || (log && value === 0)) {
      throw new ChartError(`${kind}: row ${at} has ${JSON.stringify(value)} as reference in "${field}"`, {
        kind,
        field,
        row: at,
      });
    }
    return [{ ...row, _at: value, _reference: title }];
  });
}

function summarize(data: readonly Row[], { category, series, value, reference }: GroupedBarsOptions): string {
  const most = data.reduce((a, b) => Number(b[value.field]) > Number(a[value.field]) ? b : a);
  const lead = `${count(data.length, "bar")}; the largest is ${most[series.field]}, ${
    most[category.field]
  }: ${formatNumber(Number(most[value.field]))} ${value.unit}.`;
  if (!reference) return lead;
  const ratios = data.flatMap((row) => {
    const published = row[reference.field];
    return typeof published === "number" && published > 0
      ? [{ row, ratio: Number(row[value.field]) / published }]
      : [];
  });
  if (ratios.length === 0) return lead;
  const off = (ratio: number) => Math.abs(Math.log(ratio || Number.MIN_VALUE));
  const worst = ratios.reduce((a, b) => off(b.ratio) > off(a.ratio) ? b : a);
  return `${lead} Farthest from ${reference.title}: ${worst.row[series.field]}, ${
    worst.row[category.field]
  }, at ${formatNumber(worst.ratio, 2)} times it.`;
}
