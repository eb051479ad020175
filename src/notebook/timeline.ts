/** Timelines: who had the processor when, as bars along an axis of cycles. */
import { legendColumns, nameAxis } from "./bars.ts";
import {
  axisTitle,
  type Category,
  Chart,
  ChartError,
  type ChartOptions,
  checkRows,
  namesOf,
  type Row,
} from "./chart.ts";
import { textWidth } from "./font.ts";
import { count, formatNumber, formatShare } from "./format.ts";
import { linearAxis } from "./scale.ts";
import { coloursFor, fontSize, ink, plotWidth, textOn, worldOrder } from "./style.ts";

/** Options of {@link timeline}. */
export interface TimelineOptions extends ChartOptions {
  /** The lanes, one below the other: a virtual machine, a technique, a world. */
  readonly lane: Category;
  /** What fills a lane: a world. May be the same field as the lane. */
  readonly state: Category;
  /** The columns with the start and the end of each interval, and what the axis counts. */
  readonly time: {
    readonly start: string;
    readonly end: string;
    readonly title: string;
    readonly unit: string;
  };
  /** Points in time worth a line and a word. At most a handful. */
  readonly events?: readonly { readonly at: number; readonly label: string }[];
  /** Show only the part of the timeline from here ... */
  readonly from?: number;
  /** ... to here. */
  readonly to?: number;
  /** Colours of the states by name. */
  readonly colours?: Readonly<Record<string, string>>;
}

/** More intervals than this are a blur and a slow page. */
const most = 5000;

/**
 * Lanes of coloured intervals. An interval too short to see is drawn one pixel wide rather than left out.
 *
 * @throws {ChartError} for no rows, a missing title or unit, an interval that ends before it starts, or more than
 * 5,000 intervals in view (`from` and `to` select a part).
 * @example
 * ```ts
 * import { timeline } from "ringlab";
 * const chart = timeline(
 *   [{ world: "guest user", from: 0, to: 90 }, { world: "monitor", from: 90, to: 400 }],
 *   {
 *     title: "One trap",
 *     lane: { field: "world", title: "World" },
 *     state: { field: "world", title: "World" },
 *     time: { start: "from", end: "to", title: "Time", unit: "cycles" },
 *   },
 * );
 * if (!chart.summary.includes("monitor")) throw new Error(chart.summary);
 * ```
 */
export function timeline(rows: readonly Row[], options: TimelineOptions): Chart {
  const kind = "timeline";
  const { lane, state, time, events = [] } = options;
  const start = { field: time.start, title: time.title, unit: time.unit };
  const end = { ...start, field: time.end };
  const all = checkRows(kind, rows, { categories: [lane, state], quantities: [start, end] });
  const data = windowOf(kind, all, options);
  const lanes = namesOf(data, { ...lane, order: lane.order ?? worldOrder });
  const states = namesOf(data, { ...state, order: state.order ?? worldOrder });
  const colours = coloursFor(states, options.colours);
  const times = [
    ...data.flatMap((row) => [Number(row[time.start]), Number(row[time.end])]),
    ...events.map((e) => e.at),
  ];
  const low = options.from ?? Math.min(...times);
  const high = options.to ?? Math.max(...times, low + 1);
  const px = plotWidth / (high - low);
  const ticks = linearAxis([low, high], plotWidth, 0, false).ticks.filter((tick) =>
    tick >= low && tick <= high
  );
  const values = data.map((row) => {
    const [from, to] = [Number(row[time.start]), Number(row[time.end])];
    const name = String(row[state.field]);
    const fits = (to - from) * px > textWidth(name, fontSize.mark) + 8 && lane.field !== state.field;
    const least = Math.max(to, from + 1 / px);
    return {
      ...row,
      _from: from,
      _to: least,
      _middle: (from + to) / 2,
      _text: fits ? name : "",
      _ink: textOn(colours[name]!),
    };
  });
  const axis = { values: ticks, format: ",~r", labelOverlap: true, grid: true };
  const x = { type: "quantitative", scale: { domain: [low, high], nice: false, zero: false } };
  const legend = lane.field === state.field
    ? null
    : { orient: "top", columns: legendColumns(states), symbolType: "square" };
  const layer: unknown[] = [
    {
      data: { values },
      mark: { type: "bar", height: { band: 0.8 }, clip: true },
      encoding: {
        x: { ...x, field: "_from", title: axisTitle(start), axis },
        x2: { field: "_to" },
        y: yOf(lane, lanes),
        color: {
          field: state.field,
          type: "nominal",
          title: state.title,
          scale: { domain: states, range: states.map((name) => colours[name]) },
          legend,
        },
        tooltip: [
          { field: lane.field, title: lane.title },
          ...(lane.field === state.field ? [] : [{ field: state.field, title: state.title }]),
          { field: time.start, title: `From (${time.unit})`, format: ",~r" },
          { field: time.end, title: `To (${time.unit})`, format: ",~r" },
        ],
      },
    },
    {
      data: { values: values.filter((row) => row._text !== "") },
      mark: { type: "text", fontSize: fontSize.mark },
      encoding: {
        x: { ...x, field: "_middle" },
        y: yOf(lane, lanes),
        text: { field: "_text" },
        color: { field: "_ink", type: "nominal", scale: null },
      },
    },
  ];
  if (events.length > 0) layer.push(...eventLayers(events, (at) => (at - low) * px));
  return new Chart({
    kind,
    options,
    data,
    summary: summarize(data, options, high - low),
    spec: { width: plotWidth, height: lanes.length * (lanes.length === 1 ? 44 : 30), layer },
  });
}

function yOf(lane: Category, lanes: readonly string[]): unknown {
  return {
    field: lane.field,
    type: "nominal",
    sort: lanes,
    scale: { domain: lanes },
    title: lane.title,
    axis: nameAxis,
  };
}

/**
 * A dashed line for each event, its word above the lanes. Where words would run into each other the earlier one steps up,
 * so that no line crosses a word.
 */
function eventLayers(
  events: readonly { at: number; label: string }[],
  at: (time: number) => number,
): unknown[] {
  const free: number[] = [];
  const values = [...events].sort((a, b) => b.at - a.at).map((event) => {
    const x = at(event.at);
    const width = textWidth(event.label, fontSize.mark);
    const left = Math.min(x, plotWidth - width);
    let level = free.findIndex((start) => left + width + 8 <= start);
    if (level < 0) level = free.length;
    for (let below = 0; below <= level; below++) free[below] = left;
    return { _x: x, _left: left, _level: -6 - 14 * level, _label: event.label };
  });
  const px = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  return [
    {
      data: { values },
      mark: { type: "rule", strokeDash: [4, 3], color: ink.text },
      encoding: { x: px("_x"), y: px("_level"), y2: { value: "height" } },
    },
    {
      data: { values },
      mark: { type: "text", align: "left", baseline: "bottom", fontSize: fontSize.mark, color: ink.text },
      encoding: { x: px("_left"), y: px("_level"), text: { field: "_label" } },
    },
  ];
}

function windowOf(
  kind: string,
  rows: readonly Row[],
  { time, from = -Infinity, to = Infinity }: TimelineOptions,
): Row[] {
  rows.forEach((row, at) => {
    if (Number(row[time.end]) < Number(row[time.start])) {
      throw new ChartError(
        `${kind}: row ${at} ends at ${row[time.end]}, before it starts at ${row[time.start]}`,
        {
          kind,
          field: time.end,
          row: at,
        },
      );
    }
  });
  const seen = rows
    .filter((row) => Number(row[time.end]) >= from && Number(row[time.start]) <= to)
    .map((row) => ({
      ...row,
      [time.start]: Math.max(from, Number(row[time.start])),
      [time.end]: Math.min(to, Number(row[time.end])),
    }));
  if (seen.length > most) {
    throw new ChartError(
      `${kind}: ${formatNumber(seen.length)} intervals are more than can be seen (${formatNumber(most)}); ` +
        `choose a part with from and to`,
      { kind, field: time.start },
    );
  }
  if (seen.length === 0) {
    throw new ChartError(`${kind}: no interval lies between from and to`, { kind, field: "from" });
  }
  return seen;
}

function summarize(data: readonly Row[], { state, time }: TimelineOptions, length: number): string {
  const sums = new Map<string, number>();
  for (const row of data) {
    const name = String(row[state.field]);
    sums.set(name, (sums.get(name) ?? 0) + Number(row[time.end]) - Number(row[time.start]));
  }
  const total = [...sums.values()].reduce((a, b) => a + b, 0) || 1;
  const [name, sum] = [...sums].reduce((a, b) => b[1] > a[1] ? b : a);
  return `${count(data.length, "interval")} over ${
    formatNumber(length)
  } ${time.unit}; the largest part is ${name} with ${formatNumber(sum)} ${time.unit} (${
    formatShare(sum / total)
  }).`;
}
