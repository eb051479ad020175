import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FIDELITY_PAGE, fidelityCounts, statedCounts } from "./fidelity_counts.ts";

test("docs/fidelity.md states the counts of the code", () => {
  // The page's table may be padded; run `fidelity_counts.ts --write` and the formatter when this fails.
  const plain = (text: string): string => text.replace(/ +/g, " ").replace(/-{2,}/g, "--");
  expect(plain(statedCounts(readFileSync(FIDELITY_PAGE, "utf8")))).toBe(plain(fidelityCounts()));
});
