import { describe, expect, test } from "vitest";
import { recordedSilicon, replaySilicon, SILICON_DIFFERENCES } from "../../src/experiments/mod.ts";

describe("oracle: 32-bit user-mode instructions recorded on silicon", () => {
  const { header, cases } = recordedSilicon();

  test.each([["by the engine", false], ["by the routines of semantics/ alone", true]])(
    `executed %s, all ${cases.length} do what the ${header.processor} did`,
    async (_how, generic) => {
      const comparison = await replaySilicon({ generic });
      const failures = comparison.cases.filter(({ verdict }) => verdict === "different");
      expect(failures).toEqual([]);
      expect(header.cases).toBe(cases.length);
      expect(comparison.cases.length).toBe(cases.length);
      expect(cases.length).toBeGreaterThan(13_000);
      // Every documented difference is still one.
      const met = comparison.reasons().map(({ reason }) => reason).sort();
      expect(met).toEqual(SILICON_DIFFERENCES.map(({ reason }) => reason).sort());
    },
  );
});
