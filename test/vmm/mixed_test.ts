import { expect, test } from "vitest";
import { guests, Machine, Monitor } from "../../mod.ts";

const WORKLOAD = { compute: 1, syscalls: 20, switches: 10, pageTable: 5, io: 2 };
const OPTIONS = { workload: WORKLOAD, systemCalls: "int80", sleepTicks: 1 } as const;

test("virtual machines of different techniques share one machine, and each prints what the bare machine prints", () => {
  const plain = guests.teachingKernel(OPTIONS);
  const paravirtual = guests.teachingKernel({ ...OPTIONS, paravirtual: true });
  const native = new Machine({ memory: plain.memory, history: false }).load(plain).runSync();
  const monitor = new Monitor({ memory: "32M", slice: 2e-4 });
  const machines = [
    monitor.createVirtualMachine({ name: "translated", memory: plain.memory }).load(plain),
    monitor.createVirtualMachine({ name: "paravirtual", memory: plain.memory, technique: "paravirtual" })
      .load(paravirtual),
    monitor.createVirtualMachine({ name: "translated too", memory: plain.memory }).load(plain),
  ];
  const run = monitor.runSync({ maxCycles: 5e9 });
  expect(run.status).toBe("finished");
  for (const vm of machines) {
    expect([vm.name, vm.status, vm.exitCode]).toEqual([vm.name, native.status, native.exitCode]);
    expect(vm.console).toBe(native.console);
  }
  expect(run.cycles.count("world-switch")).toBeGreaterThan(10);
  // Whoever is charged, nothing is lost: the buckets of all machines sum to the total.
  const sum = run.cycles.shares.reduce((cycles, share) => cycles + share.cycles, 0);
  expect(sum).toBe(run.cycles.total);
});

test("what a machine runs is the same however its neighbours are run, and can go on after a limit", () => {
  const kernel = guests.teachingKernel(OPTIONS);
  const alone = new Monitor({ memory: "16M" });
  const first = alone.createVirtualMachine({ memory: kernel.memory }).load(kernel);
  alone.runSync();
  const monitor = new Monitor({ memory: "32M", slice: 1e-4 });
  const vm = monitor.createVirtualMachine({ memory: kernel.memory }).load(kernel);
  const neighbour = monitor.createVirtualMachine({ memory: kernel.memory }).load(kernel);
  let runs = 0;
  while (monitor.runSync({ maxCycles: 3_000_000 }).status === "limit") runs++;
  expect(runs).toBeGreaterThan(2);
  expect(vm.console).toBe(first.console);
  expect(neighbour.console).toBe(first.console);
});

test("a machine that is destroyed gives all its page frames back", () => {
  const kernel = guests.teachingKernel(OPTIONS);
  const monitor = new Monitor({ memory: "32M" });
  const before = monitor.frames.free;
  const vm = monitor.createVirtualMachine({ memory: kernel.memory }).load(kernel);
  monitor.runSync({ maxCycles: 2_000_000 });
  expect(monitor.frames.free).toBeLessThan(before);
  monitor.destroyVirtualMachine(vm);
  expect(monitor.frames.free).toBe(before);
  const again = monitor.createVirtualMachine({ memory: kernel.memory }).load(kernel);
  monitor.runSync();
  expect(again.status).toBe("exited");
});
