/** Bars: one number per name, in one colour or stacked from the parts of a whole. */
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
import { count, formatNumber, formatShare } from "./format.ts";
import { linearAxis } from "./scale.ts";
import { coloursFor, fontSize, ink, plotWidth, seriesColours, textOn, worldOrder } from "./style.ts";

const step = 30;

/** Options of {@link bars}. */
export interface BarsOptions extends ChartOptions {
  /** What each bar stands for. */
  readonly category: Category;
  /** How long it is. */
  readonly value: Quantity;
  /** Draw the longest bar first, instead of keeping the order of the rows. */
  readonly sort?: boolean;
  /** Names whose bars are drawn in a second colour, because the text speaks of them. */
  readonly highlight?: readonly string[];
}

/** Options of {@link stackedBars}. */
export interface StackedBarsOptions extends ChartOptions {
  /** What each bar stands for: a technique, a program. */
  readonly category: Category;
  /** The length of each part. */
  readonly value: Quantity;
  /** What the parts are. Worlds of the cycle ledger get their fixed colours and order. */
  readonly part: Category;
  /** Draw every bar at full length, so that shares compare instead of totals. */
  readonly shares?: boolean;
  /** Colours of the parts by name, where the fixed ones do not fit. */
  readonly colours?: Readonly<Record<string, string>>;
}

/**
 * Horizontal bars with their values written at the end.
 *
 * @throws {ChartError} for no rows, a missing title or unit, a value that is negative or no number, a name used twice.
 * @example
 * ```ts
 * import { bars } from "ringlab";
 * const chart = bars([{ class: "privileged", n: 16 }, { class: "sensitive", n: 18 }], {
 *   title: "Instructions by class",
 *   category: { field: "class", title: "Class" },
 *   value: { field: "n", title: "Number", unit: "instructions" },
 * });
 * if (!chart.summary.includes("sensitive")) throw new Error(chart.summary);
 * ```
 */
export function bars(rows: readonly Row[], options: BarsOptions): Chart {
  const kind = "bars";
  const { category, value } = options;
  let data = checkRows(kind, rows, { categories: [category], quantities: [value] });
  checkPositive(kind, data, value);
  checkOnce(kind, data, [category]);
  let names = namesOf(data, category);
  if (options.sort) {
    data = [...data].sort((a, b) => Number(b[value.field]) - Number(a[value.field]));
    names = namesOf(data, { ...category, order: [] });
  }
  const numbers = data.map((row) => Number(row[value.field]));
  const room = Math.max(...numbers.map((n) => textWidth(formatNumber(n), fontSize.mark))) + 10;
  const axis = linearAxis(numbers, plotWidth, room);
  const marked = new Set(options.highlight);
  const values = data.map((row) => ({
    ...row,
    _label: formatNumber(Number(row[value.field])),
    _fill: marked.has(String(row[category.field])) ? seriesColours[3]! : seriesColours[0]!,
  }));
  const most = data.reduce((a, b) => Number(b[value.field]) > Number(a[value.field]) ? b : a);
  const summary = `${count(data.length, "bar")}; the largest is ${most[category.field]} with ${
    formatNumber(Number(most[value.field]))
  } ${value.unit}.`;
  return new Chart({
    kind,
    options,
    data,
    summary,
    spec: {
      width: plotWidth,
      height: { step },
      data: { values },
      encoding: {
        y: { field: category.field, type: "nominal", sort: names, title: category.title, axis: nameAxis },
        x: {
          field: value.field,
          type: "quantitative",
          title: axisTitle(value),
          scale: { domain: axis.domain, nice: false },
          axis: { values: axis.ticks },
        },
        tooltip: [
          { field: category.field, title: category.title },
          { field: value.field, title: axisTitle(value), format: ",~r" },
        ],
      },
      layer: [
        { mark: { type: "bar" }, encoding: { color: { field: "_fill", type: "nominal", scale: null } } },
        {
          mark: { type: "text", align: "left", dx: 5, fontSize: fontSize.mark, color: ink.text },
          encoding: { text: { field: "_label" } },
        },
      ],
    },
  });
}

/**
 * Horizontal bars made of parts, the total written at the end and the share in each part that has room for it.
 *
 * @throws {ChartError} for no rows, a missing title or unit, a value that is negative or no number, a part given twice.
 * @example
 * ```ts
 * import { stackedBars } from "ringlab";
 * const chart = stackedBars(
 *   [
 *     { run: "native", world: "guest user", cycles: 242 },
 *     { run: "trapped", world: "guest user", cycles: 242 },
 *     { run: "trapped", world: "monitor", cycles: 2066 },
 *   ],
 *   {
 *     title: "What a system call costs",
 *     category: { field: "run", title: "Technique" },
 *     value: { field: "cycles", title: "Time", unit: "cycles" },
 *     part: { field: "world", title: "World" },
 *   },
 * );
 * if (!chart.summary.includes("monitor")) throw new Error(chart.summary);
 * ```
 */
export function stackedBars(rows: readonly Row[], options: StackedBarsOptions): Chart {
  const kind = "stacked bars";
  const { category, value, part } = options;
  const data = checkRows(kind, rows, { categories: [category, part], quantities: [value] });
  checkPositive(kind, data, value);
  checkOnce(kind, data, [category, part]);
  const names = namesOf(data, category);
  const parts = namesOf(data, { ...part, order: part.order ?? worldOrder });
  const colours = coloursFor(parts, options.colours);
  const totals = new Map(names.map((name) => [name, 0]));
  for (const row of data) {
    const name = String(row[category.field]);
    totals.set(name, totals.get(name)! + Number(row[value.field]));
  }
  const unit = options.shares ? ` ${value.unit}` : "";
  const labels = new Map(names.map((name) => [name, `${formatNumber(totals.get(name)!)}${unit}`]));
  const room = Math.max(...[...labels.values()].map((label) => textWidth(label, fontSize.mark, true))) + 10;
  const axis = options.shares
    ? linearAxis([100], plotWidth)
    : linearAxis([...totals.values()], plotWidth, room);
  const values = stackUp(data, names, parts, options, totals, axis.at, colours);
  const totalRows = names.map((name) => ({
    [category.field]: name,
    _end: options.shares ? 100 : totals.get(name)!,
    _label: labels.get(name)!,
  }));
  const shareUnit: Quantity = { field: "_end", title: `Share of ${lowerFirst(value.title)}`, unit: "%" };
  return new Chart({
    kind,
    options,
    data,
    summary: stackSummary(data, options, totals),
    spec: {
      width: plotWidth,
      height: { step },
      encoding: {
        y: { field: category.field, type: "nominal", sort: names, title: category.title, axis: nameAxis },
      },
      layer: [
        {
          data: { values },
          mark: { type: "bar", stroke: ink.card, strokeWidth: 1 },
          encoding: {
            x: {
              field: "_start",
              type: "quantitative",
              title: axisTitle(options.shares ? shareUnit : value),
              scale: { domain: axis.domain, nice: false },
              axis: { values: axis.ticks },
            },
            x2: { field: "_end" },
            color: {
              field: part.field,
              type: "nominal",
              title: part.title,
              scale: { domain: parts, range: parts.map((name) => colours[name]) },
              legend: { orient: "top", columns: legendColumns(parts), symbolType: "square" },
            },
            tooltip: [
              { field: category.field, title: category.title },
              { field: part.field, title: part.title },
              { field: value.field, title: axisTitle(value), format: ",~r" },
              { field: "_share", title: "Share" },
            ],
          },
        },
        {
          data: { values: values.filter((row) => row["_text"] !== "") },
          mark: { type: "text", fontSize: fontSize.mark },
          encoding: {
            x: { field: "_middle", type: "quantitative" },
            text: { field: "_text" },
            color: { field: "_ink", type: "nominal", scale: null },
          },
        },
        {
          data: { values: totalRows },
          mark: {
            type: "text",
            align: "left",
            dx: 5,
            fontSize: fontSize.mark,
            fontWeight: "bold",
            color: ink.text,
          },
          encoding: { x: { field: "_end", type: "quantitative" }, text: { field: "_label" } },
        },
      ],
    },
  });
}

/** As many columns as a legend above the chart has room for. */
export function legendColumns(names: readonly string[]): number {
  const widest = Math.max(...names.map((name) => textWidth(name, fontSize.label))) + 30;
  const all = names.reduce((sum, name) => sum + textWidth(name, fontSize.label) + 30, 0);
  return all <= plotWidth ? names.length : Math.max(1, Math.floor(plotWidth / widest));
}

/** The axis of names: no grid, no ticks, all labels. */
export const nameAxis = {
  grid: false,
  ticks: false,
  domain: false,
  labelPadding: 6,
  labelOverlap: false,
} as const;

function stackUp(
  data: readonly Row[],
  names: readonly string[],
  parts: readonly string[],
  { category, value, part, shares }: StackedBarsOptions,
  totals: ReadonlyMap<string, number>,
  at: (value: number) => number,
  colours: Readonly<Record<string, string>>,
): Row[] {
  const rows: Row[] = [];
  for (const name of names) {
    const total = totals.get(name)! || 1;
    const own = data.filter((row) => String(row[category.field]) === name);
    own.sort((a, b) => parts.indexOf(String(a[part.field])) - parts.indexOf(String(b[part.field])));
    let start = 0;
    for (const row of own) {
      const share = Number(row[value.field]) / total;
      const end = start + (shares ? share * 100 : Number(row[value.field]));
      const label = formatShare(share);
      const fits = at(end) - at(start) > textWidth(label, fontSize.mark) + 8;
      rows.push({
        ...row,
        _start: start,
        _end: end,
        _middle: (start + end) / 2,
        _share: label,
        _text: fits && own.length > 1 ? label : "",
        _ink: textOn(colours[String(row[part.field])]!),
      });
      start = end;
    }
  }
  return rows;
}

function stackSummary(
  data: readonly Row[],
  options: StackedBarsOptions,
  totals: ReadonlyMap<string, number>,
): string {
  const { category, value, part } = options;
  const [name, total] = [...totals].reduce((a, b) => b[1] > a[1] ? b : a);
  const own = data.filter((row) => String(row[category.field]) === name);
  const most = own.reduce((a, b) => Number(b[value.field]) > Number(a[value.field]) ? b : a);
  const share = total === 0 ? 0 : Number(most[value.field]) / total;
  const lead = totals.size === 1 ? `${name}:` : `The largest of ${count(totals.size, "bar")} is ${name} with`;
  return `${lead} ${formatNumber(total)} ${value.unit}, most of it ${most[part.field]} (${
    formatShare(share)
  }).`;
}

/** @throws {ChartError} if a bar would have a negative length. */
export function checkPositive(kind: string, rows: readonly Row[], { field }: Quantity, above = false): void {
  rows.forEach((row, at) => {
    const value = Number(row[field]);
    if (value < 0 || (above && value === 0)) {
      const wanted = above
        ? "greater than 0 on a logarithmic axis"
        : "0 or more, since it is the length of a bar";
      throw new ChartError(`${kind}: row ${at} has ${value} in "${field}"; it must be ${wanted}`, {
        kind,
        field,
        row: at,
      });
    }
  });
}

/** @throws {ChartError} if two rows would be drawn at the same place. */
export function checkOnce(kind: string, rows: readonly Row[], categories: readonly Category[]): void {
  const seen = new Map<string, number>();
  rows.forEach((row, at) => {
    const key = JSON.stringify(categories.map(({ field }) => String(row[field])));
    const before = seen.get(key);
    if (before !== undefined) {
      const what = categories.map(({ field }) => `${field} "${row[field]}"`).join(" and ");
      throw new ChartError(`${kind}: rows ${before} and ${at} both give ${what}`, {
        kind,
        field: categories[0]!.field,
        row: at,
      });
    }
    seen.set(key, at);
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
