import { describe, expect, test } from "vitest";
import { guests, Monitor, MonitorTrace } from "../../mod.ts";

const kernel = guests.teachingKernel({
  workload: { compute: 1, syscalls: 5, switches: 3, pageTable: 2, io: 1 },
  systemCalls: "int80",
  badProcesses: false,
});

function monitorWithKernel(): Monitor {
  const monitor = new Monitor({ memory: "16M", technique: "trap-and-emulate", virtualizable: true });
  monitor.createVirtualMachine({ name: "A", memory: "4M" }).load(kernel);
  return monitor;
}

describe("a trace of the monitor", () => {
  const monitor = monitorWithKernel();
  const [vm] = monitor.virtualMachines;
  const trace = new MonitorTrace(monitor);
  const run = monitor.runSync({ maxInstructions: 1e7 });
  trace.stop();

  test("changes nothing about the run", () => {
    const other = monitorWithKernel();
    const untraced = other.runSync({ maxInstructions: 1e7 });
    expect(untraced.cycles.toJSON()).toEqual(run.cycles.toJSON());
    expect(other.virtualMachines[0]!.console).toBe(vm!.console);
    expect(vm!.status).toBe("exited");
  });

  test("has every entry of the virtual machine, and every interpretation", () => {
    expect(trace.entries.filter((entry) => entry.vm === vm!.number)).toHaveLength(vm!.counts.entries);
    const interpreted = trace.entries.reduce((sum, entry) => sum + entry.interpreted, 0);
    expect(interpreted).toBe(vm!.counts.interpreted);
    const routines = trace.routines();
    expect(routines.reduce((sum, { count }) => sum + count, 0)).toBe(interpreted);
    expect(trace.totals().reduce((sum, { count }) => sum + count, 0)).toBe(trace.entries.length);
  });

  test("tells who dealt with what", () => {
    const { hiddenFaults, trueFaults, traceHits } = vm!.pager.counts;
    const counted = (words: string) => trace.entries.filter(({ what }) => what.startsWith(words)).length;
    expect(counted("hidden page fault")).toBe(hiddenFaults);
    expect(counted("true page fault")).toBe(trueFaults);
    expect(counted("write to a guest page table")).toBe(traceHits);
    const lidt = trace.entries.find(({ what }) => what.startsWith("lidt"))!;
    expect(lidt).toMatchObject({ cause: "#GP", part: "interpreter", vm: 1, interpreted: 1 });
    expect(trace.routines().find(({ routine }) => routine === "LIDT")).toEqual({
      routine: "LIDT",
      operation: "lidt",
      kind: "privileged",
      count: 1,
      first: lidt.eip,
    });
    expect(counted("the timer")).toBeGreaterThan(0);
  });

  test("ends when it is told to, and is alone while it lasts", () => {
    const again = new MonitorTrace(monitor);
    expect(() => new MonitorTrace(monitor)).toThrow("A is being watched already");
    again.stop();
    expect(monitor.machine.board.cpu.trap).toBe(monitor);
  });
});
