/** Who owns which page frame of a physical machine: a map, one line for every half mebibyte. */
import { PAGE_BYTES } from "../machine/mod.ts";
import type { Monitor } from "../vmm/mod.ts";
import { Chart, type ChartOptions, type Row } from "./chart.ts";
import { formatNumber, listOf } from "./format.ts";
import { okabeIto, plotWidth, seriesColours } from "./style.ts";

const FRAMES_PER_LINE = 128;
const FRAMES_PER_MEBIBYTE = 256;
const LINE_HEIGHT = 6;

/** What belongs to no single guest's RAM. */
const SHADOWS = "shadow page tables", AREA = "monitor's data", MONITOR = "monitor", FREE = "free";
/** Addresses of the PC where devices and ROM are: the allocator has no frames there. */
const HOLE = "no RAM";
const OTHERS = [SHADOWS, AREA, MONITOR, FREE, HOLE] as const;
const otherColours: Readonly<Record<string, string>> = {
  [SHADOWS]: okabeIto.vermillion,
  [AREA]: okabeIto.yellow,
  [MONITOR]: okabeIto.purple,
  [FREE]: "#eef1f4",
  [HOLE]: "#57606a",
};

/** Colours that guests get, in the order of their numbers. */
const guestColours = seriesColours.filter((colour) => !Object.values(otherColours).includes(colour));

/** A stretch of neighbouring frames with one owner. */
interface Stretch extends Row {
  /** Number of the first frame. */
  readonly frame: number;
  readonly frames: number;
  readonly owner: string;
}

/** Who owns a frame, in words. */
function ownerOf(monitor: Monitor, names: ReadonlyMap<number, string>, frame: number): string {
  const owner = monitor.frames.owner(frame);
  if (owner === "free") return FREE;
  if (owner === "monitor") {
    const { memory } = monitor.machine.board;
    return memory.isRam(frame * PAGE_BYTES, PAGE_BYTES) ? MONITOR : HOLE;
  }
  if (owner.use === "shadow") return SHADOWS;
  if (owner.use === "monitor-area") return AREA;
  return names.get(owner.vm) ?? MONITOR; // cannot happen: RAM belongs to a virtual machine that there is
}

function stretchesOf(monitor: Monitor): Stretch[] {
  const names = new Map(monitor.virtualMachines.map(({ number, name }) => [number, name]));
  const stretches: { frame: number; frames: number; owner: string }[] = [];
  for (let frame = 0; frame < monitor.frames.frames; frame++) {
    const owner = ownerOf(monitor, names, frame);
    const last = stretches.at(-1);
    if (last !== undefined && last.owner === owner && frame % FRAMES_PER_LINE !== 0) last.frames++;
    else stretches.push({ frame, frames: 1, owner });
  }
  return stretches;
}

/**
 * A map of host-physical memory: every page frame in the colour of its owner, as the monitor's allocator has it in its books.
 *
 * @example
 * ```ts
 * import { frameMap, Monitor } from "ringlab";
 *
 * const monitor = new Monitor({ memory: "8M", technique: "trap-and-emulate" });
 * monitor.createVirtualMachine({ name: "A", memory: "1M" });
 * const map = frameMap(monitor);
 * if (!map.summary.includes("160 A")) throw new Error(map.summary); // the hole from 640 KiB to 1 MiB is no RAM
 * ```
 */
export function frameMap(monitor: Monitor, options: Partial<ChartOptions> = {}): Chart {
  const data = stretchesOf(monitor);
  const guests = monitor.virtualMachines.map(({ name }) => name);
  const owners = [...guests, ...OTHERS].filter((owner) => data.some((row) => row.owner === owner));
  const colours = owners.map((owner) =>
    otherColours[owner] ?? guestColours[guests.indexOf(owner) % guestColours.length]!
  );
  const lines = Math.ceil(monitor.frames.frames / FRAMES_PER_LINE);
  const values = data.map((row) => {
    const line = Math.floor(row.frame / FRAMES_PER_LINE);
    const from = row.frame % FRAMES_PER_LINE;
    const mebibyte = FRAMES_PER_LINE / FRAMES_PER_MEBIBYTE;
    // Each line reaches a little under the next one, so that no hairline shows between them.
    const to = Math.min(lines, line + 1.2) * mebibyte;
    return { ...row, _x: from, _x2: from + row.frames, _y: line * mebibyte, _y2: to };
  });
  const counts = owners.map((owner) => {
    const frames = data.reduce((sum, row) => row.owner === owner ? sum + row.frames : sum, 0);
    return `${formatNumber(frames)} ${owner}`;
  });
  return new Chart({
    kind: "frame map",
    options: { title: "Who owns which page frame of the physical machine", ...options },
    data,
    summary: `${formatNumber(monitor.frames.frames)} page frames: ${listOf(counts)}.`,
    spec: {
      width: plotWidth,
      height: lines * LINE_HEIGHT,
      data: { values },
      mark: { type: "rect" },
      encoding: {
        x: {
          field: "_x",
          type: "quantitative",
          title: "Page frame in a line (4 KiB each)",
          scale: { domain: [0, FRAMES_PER_LINE], nice: false },
          axis: { values: [0, 16, 32, 48, 64, 80, 96, 112, 128], grid: false },
        },
        x2: { field: "_x2" },
        y: {
          field: "_y",
          type: "quantitative",
          title: "Host-physical address (MiB)",
          scale: { domain: [0, lines * FRAMES_PER_LINE / FRAMES_PER_MEBIBYTE], nice: false, reverse: true },
          axis: { grid: false, tickCount: Math.min(12, lines) },
        },
        y2: { field: "_y2" },
        color: {
          field: "owner",
          type: "nominal",
          title: "Owner",
          scale: { domain: owners, range: colours },
          legend: { orient: "bottom", symbolType: "square", symbolSize: 160, columns: 4 },
        },
        tooltip: [
          { field: "owner", title: "Owner" },
          { field: "frame", title: "First frame" },
          { field: "frames", title: "Frames" },
        ],
      },
    },
  });
}
