/** Histograms: how often a number fell into which range. */
import { axisTitle, Chart, ChartError, type ChartOptions, checkRows, type Quantity } from "./chart.ts";
import { count, formatNumber } from "./format.ts";
import { linearAxis, niceStep } from "./scale.ts";
import { fontSize, ink, plotWidth, seriesColours } from "./style.ts";

/** Options of {@link histogram}. */
export interface HistogramOptions extends ChartOptions {
  /** What was measured. */
  readonly value: Omit<Quantity, "field">;
  /** What one number stands for, in the plural: "system calls". */
  readonly of: string;
  /** The width of a bin in the unit of the values, or "log2" for ranges that double. By default about 20 even bins. */
  readonly bin?: number | "log2";
  /** Values worth a vertical line and a word: a mean, a published figure. */
  readonly references?: readonly { readonly at: number; readonly label: string }[];
}

const height = 220;

/**
 * A histogram. Its data are the bins: `from` (inclusive), `to` (exclusive) and `count`.
 *
 * @throws {ChartError} for no values, a value that is no number, a bin width that is not above 0, or for "log2" a value
 * below 1.
 * @example
 * ```ts
 * import { histogram } from "ringlab";
 * const chart = histogram([240, 242, 242, 2308], {
 *   title: "Cost of system calls",
 *   value: { title: "Time", unit: "cycles" },
 *   of: "system calls",
 *   bin: 100,
 * });
 * if (chart.data[0]?.count !== 3) throw new Error("wrong bins");
 * ```
 */
export function histogram(numbers: readonly number[], options: HistogramOptions): Chart {
  const kind = "histogram";
  const value: Quantity = { ...options.value, field: "value" };
  const rows = checkRows(kind, numbers.map((n) => ({ value: n })), { quantities: [value] });
  if (!options.of?.trim()) {
    throw new ChartError(`${kind}: say in "of" what is counted, such as "system calls"`, {
      kind,
      field: "of",
    });
  }
  const edges = edgesOf(kind, numbers, options.bin);
  const data = edges.slice(0, -1).map((from, i) => {
    const to = edges[i + 1]!;
    return { from, to, count: numbers.filter((n) => n >= from && n < to).length };
  });
  const highest = Math.max(...data.map((bin) => bin.count));
  const yAxis = linearAxis([highest], height);
  const log = options.bin === "log2";
  const shown = log ? edges : linearAxis([edges[0]!, edges[edges.length - 1]!], plotWidth, 0, false).ticks;
  const scale = {
    type: log ? "log" : "linear",
    domain: [edges[0], edges[edges.length - 1]],
    nice: false,
    ...(log ? {} : { zero: false }),
  };
  const references = (options.references ?? []).map((reference) => ({
    _at: reference.at,
    _label: reference.label,
  }));
  const whole = edges.every(Number.isInteger) && numbers.every(Number.isInteger);
  const values = data.map((bin) => ({
    ...bin,
    _range: whole && bin.to - bin.from === 1
      ? formatNumber(bin.from)
      : `${formatNumber(bin.from)} to ${whole ? formatNumber(bin.to - 1) : `under ${formatNumber(bin.to)}`}`,
  }));
  const x = { type: "quantitative", scale };
  return new Chart({
    kind,
    options,
    data,
    summary: summarize(data, rows.length, options),
    spec: {
      width: plotWidth,
      height,
      layer: [
        {
          data: { values },
          mark: { type: "bar", color: seriesColours[0], stroke: ink.card, strokeWidth: 1, binSpacing: 0 },
          encoding: {
            x: {
              ...x,
              field: "from",
              bin: log ? undefined : "binned",
              title: log ? `${axisTitle(value)}, each step a factor of 2` : axisTitle(value),
              axis: { values: shown, grid: false, format: ",~r", labelOverlap: true },
            },
            x2: { field: "to" },
            y: {
              field: "count",
              type: "quantitative",
              title: `Number of ${options.of}`,
              scale: { domain: yAxis.domain, nice: false },
              axis: { values: yAxis.ticks.filter(Number.isInteger), format: ",~r" },
            },
            y2: { datum: 0 },
            tooltip: [
              { field: "_range", title: axisTitle(value) },
              { field: "count", title: `Number of ${options.of}`, format: ",~r" },
            ],
          },
        },
        ...(references.length > 0
          ? [
            {
              data: { values: references },
              mark: { type: "rule", strokeDash: [4, 3], color: ink.text },
              encoding: { x: { ...x, field: "_at" }, y: { value: -4 }, y2: { value: "height" } },
            },
            {
              data: { values: references },
              mark: { type: "text", baseline: "bottom", fontSize: fontSize.mark, color: ink.text },
              encoding: { x: { ...x, field: "_at" }, y: { value: -6 }, text: { field: "_label" } },
            },
          ]
          : []),
      ],
    },
  });
}

function edgesOf(kind: string, numbers: readonly number[], bin: number | "log2" | undefined): number[] {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (bin === "log2") {
    if (least < 1) {
      throw new ChartError(`${kind}: bins that double start at 1, but the least value is ${least}`, {
        kind,
        field: "bin",
      });
    }
    const [first, last] = [Math.floor(Math.log2(least)), Math.floor(Math.log2(most)) + 1];
    return Array.from({ length: last - first + 1 }, (_, i) => 2 ** (first + i));
  }
  if (bin !== undefined && !(bin > 0)) {
    throw new ChartError(`${kind}: a bin is ${bin} wide; it must be wider than 0`, { kind, field: "bin" });
  }
  const rough = (most - least || 1) / 20;
  const width = bin ?? (numbers.every(Number.isInteger) ? Math.max(1, niceStep(rough)) : niceStep(rough));
  const start = Math.floor(least / width);
  const bins = Math.floor(most / width) - start + 1;
  if (bins > 2000) {
    throw new ChartError(`${kind}: bins of ${width} make ${formatNumber(bins)} bars; choose wider ones`, {
      kind,
      field: "bin",
    });
  }
  return Array.from({ length: bins + 1 }, (_, i) => Number(((start + i) * width).toPrecision(12)));
}

function summarize(
  data: readonly { from: number; to: number; count: number }[],
  total: number,
  { of, value }: HistogramOptions,
): string {
  const most = data.reduce((a, b) => b.count > a.count ? b : a);
  return `${formatNumber(total)} ${of} in ${count(data.length, "bin")}; the fullest, from ${
    formatNumber(most.from)
  } to under ${formatNumber(most.to)} ${value.unit}, holds ${formatNumber(most.count)}.`;
}
