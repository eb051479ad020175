import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runKernel } from "./kernel_runs.ts";

const WORKLOAD = { compute: 2, syscalls: 100, switches: 30, pageTable: 30, io: 4 };

describe("time changes nothing but what is volatile", () => {
  const reference = runKernel({ workload: WORKLOAD, tickHz: 19 });
  const memory = reference.steadyMemory();

  function same(tickHz: number, profile: string) {
    const other = runKernel({ workload: WORKLOAD, tickHz }, { profile });
    expect(other.run.status).toBe("exited");
    expect(other.run.console).toBe(reference.run.console);
    const contents = other.steadyMemory();
    // The timer's divisor is a constant in the kernel's code.
    const code = other.kernel.address("start_timer"), end = other.kernel.address("start_fast_calls");
    contents.set(memory.subarray(code, end), code);
    const differs = contents.findIndex((byte, at) => byte !== memory[at]);
    expect(differs < 0 ? "same" : `${differs.toString(16)}: ${other.kernel.symbolAt(differs)}`).toBe("same");
    return other;
  }

  test("no tick while there is work, or one in every few thousand instructions", () => {
    expect(reference.word("preemptions")).toBe(0);
    const busy = same(20_000, "pentium3-coppermine");
    expect(busy.word("ticks")).toBeGreaterThan(20);
    expect(busy.word("preemptions")).toBeGreaterThan(10);
    expect(busy.word("switches")).toBeGreaterThan(reference.word("switches"));
    expect(busy.count("interrupt 20h")).toBe(busy.word("ticks"));
  });

  test.each([
    ["pentium4-672", 20_000],
    ["pentium4-672", 7_919],
    ["skylake", 20_000],
    ["skylake", 100],
    ["core2-conroe", 13_001],
  ])("%s at %i Hz", (profile, tickHz) => {
    same(tickHz, profile);
  });

  test("any frequency", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5_000, max: 20_000 }), (tickHz) => {
        expect(same(tickHz, "pentium3-coppermine").word("preemptions")).toBeGreaterThan(0);
      }),
      { numRuns: 6 },
    );
  });

  test("the volatile part is small beside the rest", () => {
    const bytes = reference.kernel.volatileRanges.reduce((sum, range) => sum + range.bytes, 0);
    expect(bytes).toBeLessThan(64 * 1024);
  });
});
