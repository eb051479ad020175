import { describe, expect, test } from "vitest";
import {
  asm,
  bundleOf,
  frameMap,
  machineTable,
  machineTimeline,
  Monitor,
  monitorChart,
  type MonitorRun,
  monitorSentence,
  WorldRecorder,
} from "../../mod.ts";
import type { WorldSpan } from "../../src/cycles/mod.ts";

const WORKER = asm`
  bits 32
      cli
      mov dx, 0x3f8
      mov al, '!'
      out dx, al
      mov ecx, 200000
  again:
      dec ecx
      jnz again
      xor eax, eax
      out 0xf4, al
`;

/** Two machines that take turns, one of which is killed on the way. */
function pair(): { monitor: Monitor; run: MonitorRun; spans: readonly WorldSpan[]; recorded: number } {
  const monitor = new Monitor({
    memory: "16M",
    technique: "trap-and-emulate",
    virtualizable: true,
    slice: 3e-6,
  });
  for (const name of ["A", "B"]) monitor.createVirtualMachine({ name, memory: "1M" }).load(WORKER);
  const recorder = new WorldRecorder(monitor.machine.board.ledger);
  const begun = monitor.machine.board.cpu.now();
  monitor.runSync({ maxCycles: 100_000 });
  monitor.virtualMachines[1]!.kill("it was in the way");
  const run = monitor.runSync();
  recorder.stop();
  return { monitor, run, spans: recorder.spans, recorded: monitor.machine.board.cpu.now() - begun };
}

describe("a run under the monitor in a notebook", () => {
  const { monitor, run, spans, recorded } = pair();

  test("says how it ended, who ended how, and what was printed", async () => {
    const { "text/plain": text, "text/html": html } = await bundleOf(run);
    expect(text).toMatch(
      /^2 virtual machines came to their end after [\d,]+ instructions and [\d,]+ cycles\./,
    );
    expect(text).toContain("exited with code 1");
    expect(text).toContain("killed: it was in the way");
    expect(html).toContain("<caption");
    expect(monitorSentence(monitor.runSync({ maxCycles: 0 }))).toMatch(/^The run reached its limit/);
  });

  test("the table does not round a share of nearly all up to all", () => {
    const [first] = machineTable(run).text().split("\n").filter((line) => line.startsWith("A "));
    expect(first).toMatch(/ 99\.99 % /);
  });

  test("the chart's parts sum to the cycles of the run", () => {
    const sum = monitorChart(run).data.reduce((all, { cycles }) => all + Number(cycles), 0);
    expect(sum).toBe(run.cycles.total);
  });

  test("turns follow each other without a gap, however many worlds each had", () => {
    const turns = machineTimeline(monitor, spans, { worlds: false }).data;
    expect(turns.length).toBeGreaterThan(4);
    expect(turns.length).toBeLessThan(spans.length);
    turns.slice(1).forEach((turn, n) => expect(turn["start"]).toBe(turns[n]!["end"]));
    expect(turns.at(-1)!["end"]).toBe(recorded);
    expect(new Set(turns.map(({ machine }) => machine))).toEqual(new Set(["A", "B", "nobody"]));
  });

  test("the frame map has every frame once, and the guests' RAM as large as it is", () => {
    const map = frameMap(monitor);
    const frames = (owner: string) =>
      map.data.filter((row) => row["owner"] === owner).reduce((sum, row) => sum + Number(row["frames"]), 0);
    expect(map.data.reduce((sum, row) => sum + Number(row["frames"]), 0)).toBe(4096);
    expect([frames("A"), frames("B"), frames("no RAM"), frames("free")]).toEqual([
      160,
      160,
      96,
      monitor.frames.free,
    ]);
  });

  test("spans never end before they begin, and none of their cycles are lost", () => {
    expect(spans.every(({ cycles }) => cycles >= 0)).toBe(true);
    expect(spans.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(recorded);
  });
});
