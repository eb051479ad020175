/** How the bill of the nanobenchmarks looks: measured beside published. */
import { present } from "../cycles/mod.ts";
import { Nanobench, type NanobenchRow } from "../experiments/mod.ts";
import type { Chart, Row } from "./chart.ts";
import { bundleOf, stack } from "./display.ts";
import { formatNumber } from "./format.ts";
import { groupedBars, type GroupedBarsOptions } from "./grouped_bars.ts";
import { type Table, table } from "./table.ts";

/** Bars of every operation and technique, the published figures as diamonds. */
export function nanobenchChart(bench: Nanobench, options: Partial<GroupedBarsOptions> = {}): Chart {
  const rows: Row[] = bench.rows.map(({ name, technique, cycles, published }) => ({
    name,
    technique,
    cycles,
    published,
  }));
  const published = bench.rows.some((row) => row.published !== null);
  return groupedBars(rows, {
    title: "What privileged operations cost",
    category: { field: "name", title: "Operation" },
    series: { field: "technique", title: "Technique" },
    value: { field: "cycles", title: "Cost of one operation", unit: "cycles" },
    ...(published ? { reference: { field: "published", title: "published" } } : {}),
    log: true,
    ...options,
  });
}

/** The rows with their errors, and what they rest on if that was found out. */
export function nanobenchTable(bench: Nanobench): Table<NanobenchRow> {
  const percent = (error: number | null): string =>
    error === null ? "" : `${error < 0 ? "" : "+"}${(100 * error).toFixed(1)} %`;
  const parameters = bench.rows.some((row) => row.parameters.length > 0);
  return table(bench.rows, {
    caption: `Cycles of one operation on ${bench.profile}`,
    columns: [
      { key: "name", title: "Operation" },
      { key: "technique", title: "Technique" },
      { key: "cycles", title: "Measured", unit: "cycles" },
      {
        key: "published",
        title: "Published",
        unit: "cycles",
        align: "right",
        format: (value) => value === null ? "" : formatNumber(value),
      },
      { key: "error", title: "Error", align: "right", format: percent },
      ...(parameters
        ? [
          {
            key: "parameters",
            title: "Rests on",
            format: (entries: readonly string[]) =>
              entries.map((entry) => entry.replace(/^\w+\./, "")).join(", "),
          } as const,
        ]
        : []),
    ],
  });
}

/** Gives the bill its looks. Called when the notebook room is loaded. */
export function registerNanobench(): void {
  present(Nanobench, {
    display: (bench) => bundleOf(stack(nanobenchChart(bench), nanobenchTable(bench))),
    chart: (bench, options) => nanobenchChart(bench, options),
  });
}
