/**
 * How results look in a notebook: charts, tables, views of the machine's state, progress, worksheet checks, and the Stop
 * button. Every value here shows itself in Deno's Jupyter kernel and says in `text/plain` what it shows.
 *
 * @module
 */
export {
  bundleOf,
  type Displayable,
  displayable,
  DisplayError,
  escapeHtml,
  isDisplayable,
  jupyterDisplay,
  stack,
} from "./display.ts";
export { formatBytes, formatNumber, formatShare, hex } from "./format.ts";
export { type Category, Chart, ChartError, type ChartOptions, type Quantity, type Row } from "./chart.ts";
export { bars, type BarsOptions, stackedBars, type StackedBarsOptions } from "./bars.ts";
export {
  translationKindNames,
  translationTable,
  TranslationView,
  translationView,
  type TranslationViewOptions,
} from "./translations.ts";
export { frameMap } from "./frame_map.ts";
export { groupedBars, type GroupedBarsOptions } from "./grouped_bars.ts";
export { heatMap, type HeatMapOptions } from "./heat_map.ts";
export { histogram, type HistogramOptions } from "./histogram.ts";
export { lines, type LinesOptions } from "./lines.ts";
export { tiles, type TilesOptions } from "./tiles.ts";
export { timeline, type TimelineOptions } from "./timeline.ts";
export { classColours, okabeIto, outcomeColours, worldColours, worldNames, worldOrder } from "./style.ts";
export {
  type Cell,
  type Column,
  type ColumnOf,
  Table,
  table,
  TableError,
  type TableOptions,
} from "./table.ts";
export { flagText, type RegisterChange, registerChanges, registers, RegistersView } from "./registers.ts";
export { Listing, listingView, type ListingViewOptions, type ListingViewRow } from "./listing.ts";
export { type MemoryMark, type MemoryOptions, MemoryView, memoryView } from "./memory.ts";
export {
  type Descriptor,
  descriptorTable,
  type DescriptorTableOptions,
  parseDescriptor,
} from "./descriptors.ts";
export { type PageEntry, type PageRange, pageTable, type PageTableOptions, parsePageEntry } from "./pages.ts";
export { type ConsoleOptions, ConsoleView, consoleView } from "./console.ts";
export { Progress, progress, type ProgressLine, type ProgressOptions } from "./progress.ts";
export {
  check,
  CheckError,
  CheckResult,
  type Criterion,
  type CriterionResult,
  type Verdict,
} from "./check.ts";
export { type CellHost, cellHost, inNotebook } from "./host.ts";
export { describeError, showLostErrors } from "./errors.ts";
export { drive, type DrivenRun, interruptible, type InterruptibleRun, StoppedError } from "./interrupt.ts";
export { type ConnectionFile, ConnectionFileError, runKernel, type RunKernelOptions } from "./kernel.ts";
export { nanobenchChart, nanobenchTable } from "./nanobench.ts";
export { cycleChart, cycleTable, runSentence, worldTimeline } from "./present.ts";
export { machineStatus, machineTable, machineTimeline, monitorChart, monitorSentence } from "./monitor.ts";

import { showLostErrors } from "./errors.ts";
import { registerNanobench } from "./nanobench.ts";
import { registerMonitorRuns } from "./monitor.ts";
import { registerPresenters } from "./present.ts";

registerPresenters();
registerMonitorRuns();
registerNanobench();
showLostErrors();
