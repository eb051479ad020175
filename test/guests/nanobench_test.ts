import { describe, expect, test } from "vitest";
import {
  nanobenchmark,
  NANOBENCHMARK_DONE,
  NANOBENCHMARK_FAILED,
  type NanobenchmarkName,
  NANOBENCHMARKS,
} from "../../src/guests/mod.ts";
import { Machine } from "../../src/machine/mod.ts";

const names = Object.keys(NANOBENCHMARKS) as NanobenchmarkName[];

function run(name: NanobenchmarkName, iterations: number, poke?: (machine: Machine) => void) {
  const machine = new Machine({ memory: "4M", history: false });
  machine.load(nanobenchmark(name, { iterations }));
  poke?.(machine);
  return { machine, result: machine.runSync({ maxInstructions: 1_000_000 }) };
}

describe("a nanobenchmark on the bare machine", () => {
  test.each(names)("%s runs to its end with the loop done", (name) => {
    const { result } = run(name, 7);
    expect([result.status, result.exitCode]).toEqual(["exited", NANOBENCHMARK_DONE]);
    expect(result.registers.gpr.esi).toBe(0);
  });

  const events: [NanobenchmarkName, string, number][] = [
    ["divzero", "trap #DE divide error", 9],
    ["pgfault", "trap #PF page fault", 9],
    ["in", "port-read", 9],
    ["empty-user", "trap INT 20h", 1],
  ];
  test.each(events)("%s in 9 iterations counts %s %i times", (name, event, times) => {
    expect(run(name, 9).result.cycles.count(event)).toBe(times);
  });

  test("a loop of ring 3 spends its time there, a loop of ring 0 none", () => {
    for (const name of names) {
      const user = run(name, 1000).result.cycles.worlds["guest-user"];
      if (NANOBENCHMARKS[name].ring === 3) expect(user).toBeGreaterThan(1999);
      else expect(user).toBe(0);
    }
  });

  test("ptemod leaves the entry not present, after having written it present", () => {
    const program = nanobenchmark("ptemod", { iterations: 3 });
    const entry = program.symbols.get("changing_entry")!;
    const { machine } = run("ptemod", 3);
    const page = program.symbols.get("changing_page")!;
    expect(new DataView(machine.read(entry, 4).slice().buffer).getUint32(0, true)).toBe(page + 2);
  });

  test("an exception nobody asked for ends the run with another code", () => {
    const { result } = run("cli", 5, (machine) => machine.write("measure", Uint8Array.of(0x0f, 0x0b)));
    expect(result.exitCode).toBe(NANOBENCHMARK_FAILED);
  });
});

test("says what is wrong with its arguments", () => {
  expect(() => nanobenchmark("sysenter" as "syscall")).toThrow(
    /no nanobenchmark "sysenter" \(known: syscall/,
  );
  for (const iterations of [0, 1.5, 2 ** 31]) {
    expect(() => nanobenchmark("cli", { iterations })).toThrow(/iterations is a whole number/);
  }
});
