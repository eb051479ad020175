import { describe, expect, test } from "vitest";
import { kernelImage, KERNELS } from "../../bench/kernels.ts";
import { ChecksumError, measure, median } from "../../bench/measure.ts";
import type { Engine } from "../../bench/engines/engine.ts";
import { kernelTable } from "../../bench/table.ts";
import { Machine } from "../../src/machine/mod.ts";

/** What QEMU 7.2 (TCG) and v86 0.5.462 print for a few rounds: rounds, output. */
const RECORDED: Readonly<Record<string, readonly [number, string]>> = {
  integer: [3, "checksum=E113B401"],
  "integer-4k": [3, "checksum=E113B401"],
  "integer-4m": [3, "checksum=E113B401"],
  memory: [3, "checksum=4FFF0026"],
  calls: [3, "checksum=75E7C77C"],
  traps: [3, "checksum=72D5E13D"],
};

describe("oracle: the benchmark's kernels on QEMU and v86", () => {
  for (const kernel of KERNELS) {
    test(`${kernel.name} computes the same here`, () => {
      const [rounds, output] = RECORDED[kernel.name]!;
      for (const generic of [false, true]) {
        const machine = new Machine({ memory: "64M", history: false });
        machine.cpu.code.generic = generic;
        machine.load({ kind: "rom", bytes: kernelImage(kernel, generic ? 1 : rounds) });
        const run = machine.runSync();
        expect(run.exitCode).toBe(1);
        if (!generic) expect(run.console).toBe(`${output}\n`);
        else {
          const fast = new Machine({ memory: "64M", history: false });
          fast.load({ kind: "rom", bytes: kernelImage(kernel, 1) });
          const other = fast.runSync();
          expect([run.console, run.instructions, run.cycles.total])
            .toEqual([other.console, other.instructions, other.cycles.total]);
        }
      }
    });
  }
});

/** An engine that takes a second per round and 0.5 to start. */
function pretend(name: string, output: string): Engine {
  return {
    name,
    missing: () => undefined,
    run: (file) => {
      const long = file.includes("long");
      return Promise.resolve({ seconds: long ? 4.5 : 1.5, output, instructions: long ? 5e8 : 2e8 });
    },
  };
}

describe("measuring", () => {
  test("subtracts start-up", async () => {
    const measurement = await measure(KERNELS[0]!, [pretend("a", "x"), pretend("b", "x")], 4, 3);
    expect(measurement.instructions).toBe(3e8);
    expect(measurement.mips).toEqual({ a: 100, b: 100 });
    expect(kernelTable([measurement], ["a", "b"])).toContain(
      "integer       300.0 M     100     100  1.00          x",
    );
  });

  test("engines that print different checksums are an error that names both", async () => {
    await expect(measure(KERNELS[0]!, [pretend("a", "x"), pretend("b", "y")], 4, 1)).rejects.toThrow(
      ChecksumError,
    );
    await expect(measure(KERNELS[0]!, [pretend("a", "x"), pretend("b", "y")], 4, 1)).rejects.toThrow(
      /a "x x", b "y y"/,
    );
  });

  test("the median of an even number is the mean of the two in the middle", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });
});
