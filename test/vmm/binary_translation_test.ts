import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../support/seed.ts";
import type { TranslationOptions } from "../../src/vmm/binary_translation/options.ts";
import { runToHalt } from "../support/cpu.ts";
import { guestMemory, prepareNative, stateOf, TranslatedRun } from "./binary_translation_bare.ts";
import { randomProgram } from "./binary_translation_programs.ts";

const CYCLES = 3_000_000;

describe("translated code does what the original does", () => {
  const variants: Partial<TranslationOptions>[] = [
    {},
    { unitInstructions: 1 },
    { chaining: false },
    { inlineCaches: false },
    { inlineCaches: "returns too" },
    { cacheBytes: 4096, unitInstructions: 64 }, // full all the time
    { countExecutions: true },
  ];

  test("random programs: registers, flags and memory as natively, whatever the options", () => {
    fc.assert(
      fc.property(randomProgram, ({ bytes }) => {
        const native = prepareNative(bytes);
        expect(runToHalt(native.cpu, CYCLES)).toBe("halted");
        for (const options of variants) {
          const run = new TranslatedRun(bytes, options);
          expect(run.run(20 * CYCLES)).toBe(true);
          expect(run.fault).toBe(null);
          run.leaveCache();
          expect(stateOf(run.bare.cpu)).toEqual(stateOf(native.cpu));
          expect(Buffer.compare(guestMemory(run.bare), guestMemory(native))).toBe(0);
        }
      }),
      { numRuns: 12 },
    );
  }, 30_000);

  test("wherever it is interrupted, the guest is between two of its instructions", () => {
    // Whoever is interrupted in the middle of every sequence begins it again for ever: now and then there is time.
    const steps = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 5 }).map((few) => [...few, 300]);
    fc.assert(
      fc.property(randomProgram, steps, ({ bytes }, budgets) => {
        const native = prepareNative(bytes);
        const run = new TranslatedRun(bytes, { inlineCaches: "returns too" });
        let turn = 0;
        for (let over = false; !over;) {
          over = run.run(budgets[turn++ % budgets.length]!);
          run.leaveCache();
          const state = stateOf(run.bare.cpu);
          // The native run gets there too.
          for (let n = 0; JSON.stringify(stateOf(native.cpu)) !== JSON.stringify(state); n++) {
            if (n > 5000) expect(state).toEqual(stateOf(native.cpu));
            // One element of a repeated string instruction at a time.
            native.cpu.step(native.cpu.now() + 1);
          }
        }
        expect(Buffer.compare(guestMemory(run.bare), guestMemory(native))).toBe(0);
      }),
      { numRuns: 15 },
    );
  }, 30_000);
});
