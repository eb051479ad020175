/** How a run under the monitor looks: a sentence, the virtual machines, and the bill by machine and world. */
import { present, type WorldSpan } from "../cycles/mod.ts";
import { type GuestOutcome, type Monitor, MonitorRun } from "../vmm/mod.ts";
import { stackedBars, type StackedBarsOptions } from "./bars.ts";
import type { Chart, Row } from "./chart.ts";
import { consoleView } from "./console.ts";
import { bundleOf, stack } from "./display.ts";
import { count, formatNumber, formatShare } from "./format.ts";
import { cycleTable } from "./present.ts";
import { worldColours, worldNames } from "./style.ts";
import { type Table, table } from "./table.ts";
import { timeline, type TimelineOptions } from "./timeline.ts";

/** The lane and the bar of cycles that no virtual machine is charged for. */
const NOBODY = "nobody";

/** How a virtual machine is doing, in words: `exited with code 1`, `killed: ...`. */
export function machineStatus({ status, exitCode, reason }: GuestOutcome): string {
  if (status === "exited" && exitCode !== undefined) return `exited with code ${exitCode}`;
  if (status === "shutdown") return "shut down (a triple fault)";
  if (reason !== undefined) return `${status}: ${reason}`;
  return status;
}

/** How a run ended, in one sentence. */
export function monitorSentence({ status, machines, instructions, cycles }: MonitorRun): string {
  const done = `${formatNumber(instructions)} instructions and ${formatNumber(cycles.total)} cycles`;
  switch (status) {
    case "finished":
      return machines.length === 1
        ? `The virtual machine came to its end after ${done}.`
        : `${count(machines.length, "virtual machine")} came to their end after ${done}.`;
    case "limit":
      return `The run reached its limit after ${done}; it can be continued.`;
    case "breakpoint":
      return `A breakpoint stopped the run after ${done}; it can be continued.`;
    case "aborted":
      return `The run was stopped after ${done}; it can be continued.`;
  }
}

/** The virtual machines of a run: how each ended, and how many of its instructions the hardware executed. */
export function machineTable(run: MonitorRun): Table<GuestOutcome> {
  return table(run.machines, {
    caption: "The virtual machines: instructions executed directly and interpreted, entries to the monitor",
    columns: [
      { key: "name", title: "Name" },
      { key: "technique", title: "Technique" },
      { key: "status", title: "At the end", format: (_, machine) => machineStatus(machine) },
      { key: "direct", title: "Direct" },
      { key: "interpreted", title: "Interpreted" },
      {
        key: "number",
        title: "Direct share",
        align: "right",
        format: (_, { direct, interpreted }) => directShare(direct, interpreted),
      },
      { key: "entries", title: "Entries" },
    ],
  });
}

/** Of a guest's instructions those that the hardware executed. A share that is not quite all is not rounded up to it. */
function directShare(direct: number, interpreted: number): string {
  if (direct + interpreted === 0) return "";
  const share = direct / (direct + interpreted);
  return share > 0.9 && share < 1
    ? `${formatNumber(Math.floor(share * 10_000) / 100, 2)} %`
    : formatShare(share);
}

/** Bars of a monitor's bill: one for each virtual machine, in parts by world. */
export function monitorChart(run: MonitorRun, options: Partial<StackedBarsOptions> = {}): Chart {
  const names = new Map(run.machines.map(({ number, name }) => [number, name]));
  const rows: Row[] = run.cycles.shares.map(({ vm, world, cycles }) => ({
    machine: names.get(vm) ?? NOBODY,
    world: worldNames[world]!,
    cycles,
  }));
  return stackedBars(rows, {
    title: "Where the cycles went",
    category: { field: "machine", title: "Virtual machine", order: [...names.values(), NOBODY] },
    value: { field: "cycles", title: "Time", unit: "cycles" },
    part: { field: "world", title: "World" },
    ...options,
  });
}

/** Options of {@linkcode machineTimeline}. */
export interface MachineTimelineOptions extends Partial<TimelineOptions> {
  /** Tell worlds apart. Without, each lane shows turns only: few bars, however long the run. Default true. */
  readonly worlds?: boolean;
}

/**
 * Which virtual machine had the processor when: a lane for each machine, in the colours of the worlds.
 *
 * @param spans as a `WorldRecorder` on the monitor's machine gives them
 * @throws {ChartError} for no spans, or more than 5,000 in view (`from` and `to` select a part)
 */
export function machineTimeline(
  monitor: Monitor,
  spans: readonly WorldSpan[],
  options: MachineTimelineOptions = {},
): Chart {
  const { worlds = true, ...rest } = options;
  const names = new Map(monitor.virtualMachines.map(({ number, name }) => [number, name]));
  const rows = (worlds ? spans : turns(spans)).map(({ vm, world, start, cycles }) => ({
    machine: names.get(vm) ?? NOBODY,
    world: worlds ? worldNames[world]! : names.get(vm) ?? NOBODY,
    start,
    end: start + cycles,
  }));
  return timeline(rows, {
    title: "Which virtual machine had the processor when",
    lane: { field: "machine", title: "Virtual machine", order: [...names.values(), NOBODY] },
    state: { field: worlds ? "world" : "machine", title: worlds ? "World" : "Virtual machine" },
    time: { start: "start", end: "end", title: "Time", unit: "cycles" },
    ...(worlds ? {} : { colours: { [NOBODY]: worldColours["idle"]! } }),
    ...rest,
  });
}

/** Neighbouring spans of one machine as one. */
function turns(spans: readonly WorldSpan[]): WorldSpan[] {
  const found: { vm: number; world: WorldSpan["world"]; start: number; cycles: number }[] = [];
  for (const { vm, world, start, cycles } of spans) {
    const last = found.at(-1);
    if (last !== undefined && last.vm === vm) last.cycles += cycles;
    else found.push({ vm, world, start, cycles });
  }
  return found;
}

/** Gives runs of a monitor their looks. Called when the notebook room is loaded. */
export function registerMonitorRuns(): void {
  present(MonitorRun, {
    async display(run) {
      const consoles = run.machines.filter(({ console }) => console !== "").map(({ name, console }) =>
        consoleView(console, { title: `Console of ${name}` })
      );
      const parts = [...consoles, machineTable(run), cycleTable(run.cycles)];
      const { "text/html": html, "text/plain": text } = await bundleOf(stack(...parts));
      const sentence = monitorSentence(run);
      return {
        "text/html": `<div><div style="font-weight:600;margin:4px 0">${sentence}</div>${html}</div>`,
        "text/plain": `${sentence}\n${text}`,
      };
    },
    chart: (run, options) => monitorChart(run, options),
  });
}
