import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkVectors80286 } from "./vectors_80286.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const PATIENCE = { timeout: 300_000 };

// `npm run conformance` runs all 32,500; here a sample, for whoever changes an instruction.
describe.skipIf(!existsSync(FOLDER))("oracle: instructions recorded on an 80286 (../shared/vectors)", () => {
  test("every tenth gives the recorded state, but for documented differences", PATIENCE, () => {
    const report = checkVectors80286(FOLDER, 10);
    const excused = Object.values(report.excused).reduce((sum, n) => sum + n, 0);
    expect(report.failed).toEqual([]);
    expect(report.passed + excused).toBe(3_250);
    expect(report.passed).toBeGreaterThan(3_100);
  });
});
