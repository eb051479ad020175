/** How values of the rooms below look in a notebook: the result of a run, and the bill of its cycles. */
import { CycleReport, present, type WorldSpan } from "../cycles/mod.ts";
import { RunResult, setRunHost } from "../machine/mod.ts";
import { stackedBars, type StackedBarsOptions } from "./bars.ts";
import type { Chart } from "./chart.ts";
import { consoleView } from "./console.ts";
import { bundleOf, stack } from "./display.ts";
import { formatNumber, formatShare } from "./format.ts";
import { drive } from "./interrupt.ts";
import { registers } from "./registers.ts";
import { worldNames } from "./style.ts";
import { type Table, table } from "./table.ts";
import { timeline, type TimelineOptions } from "./timeline.ts";

interface BillRow {
  readonly who: string;
  readonly world: string;
  readonly cycles: number;
}

/** Bars of a bill: one for each virtual machine that used any cycles, in parts by world. */
export function cycleChart(report: CycleReport, options: Partial<StackedBarsOptions> = {}): Chart {
  const several = report.machines.length > 1;
  const rows: BillRow[] = report.shares.map(({ vm, world, cycles }) => ({
    who: several ? `VM ${vm}` : "this run",
    world: worldNames[world]!,
    cycles,
  }));
  return stackedBars(rows as unknown as Record<string, string | number>[], {
    title: "Where the cycles went",
    category: { field: "who", title: several ? "Virtual machine" : "Run" },
    value: { field: "cycles", title: "Cycles", unit: "cycles" },
    part: { field: "world", title: "World" },
    ...options,
  });
}

/** The bill as a table: cycles and share by world, then the events that were counted. */
export function cycleTable(report: CycleReport): Table<{ entry: string; cycles: string; share: string }> {
  const several = report.machines.length > 1;
  const shares = report.shares.map(({ vm, world, cycles, percent }) => ({
    entry: several ? `VM ${vm}: ${worldNames[world]!}` : worldNames[world]!,
    cycles: formatNumber(cycles),
    share: formatShare(percent / 100),
  }));
  const events = report.events.map(({ name, count }) => ({
    entry: name,
    cycles: `${formatNumber(count)} times`,
    share: "",
  }));
  return table([...shares, ...events], {
    caption: `${formatNumber(report.total)} cycles in all`,
    columns: [
      { key: "entry", title: "World or event" },
      { key: "cycles", title: "Cycles or count", align: "right" },
      { key: "share", title: "Share", align: "right" },
    ],
  });
}

/**
 * The worlds of a run along an axis of cycles, a lane for each.
 *
 * @param spans as a `WorldRecorder` gives them
 * @throws {ChartError} for no spans, or more than 5,000 in view (`from` and `to` select a part).
 */
export function worldTimeline(spans: readonly WorldSpan[], options: Partial<TimelineOptions> = {}): Chart {
  const rows = spans.map(({ world, start, cycles }) => ({
    world: worldNames[world]!,
    start,
    end: start + cycles,
  }));
  return timeline(rows, {
    title: "Who had the processor when",
    lane: { field: "world", title: "World" },
    state: { field: "world", title: "World" },
    time: { start: "start", end: "end", title: "Time", unit: "cycles" },
    ...options,
  });
}

/** How a run ended, in one sentence. */
export function runSentence(run: RunResult): string {
  const done = `${formatNumber(run.instructions)} instructions and ${formatNumber(run.cycles.total)} cycles`;
  switch (run.status) {
    case "exited":
      return `The guest exited with code ${run.exitCode} after ${done}.`;
    case "halted":
      return `The guest halted after ${done}.`;
    case "shutdown":
      return `The processor shut down (a triple fault) after ${done}.`;
    case "breakpoint":
      return `A breakpoint stopped the run after ${done}; it can be continued.`;
    case "limit":
      return `The run reached its limit of ${run.limit} after ${done}; it can be continued.`;
    case "aborted":
      return `The run was stopped after ${done}; it can be continued.`;
  }
}

/** Gives run results and cycle reports their looks, and runs their Stop button. Called when the notebook room is loaded. */
export function registerPresenters(): void {
  setRunHost((run) => drive(run));
  present(CycleReport, {
    display: (report) => bundleOf(cycleTable(report)),
    chart: (report, options) => cycleChart(report, options),
  });
  present(RunResult, {
    async display(run) {
      const parts = [
        ...(run.console === "" ? [] : [consoleView(run.console)]),
        registers(run.registers),
        cycleTable(run.cycles),
      ];
      const { "text/html": html, "text/plain": text } = await bundleOf(stack(...parts));
      const sentence = runSentence(run);
      return {
        "text/html": `<div><div style="font-weight:600;margin:4px 0">${sentence}</div>${html}</div>`,
        "text/plain": `${sentence}\n${text}`,
      };
    },
    chart: (run, options) => cycleChart(run.cycles, options),
  });
}
