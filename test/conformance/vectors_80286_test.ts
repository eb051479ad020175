import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkVectors80286 } from "./vectors_80286.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const PATIENCE = { timeout: 300_000 };

describe.skipIf(!existsSync(FOLDER))(
  "oracle: 32,500 instructions recorded on an 80286 (../shared/vectors)",
  () => {
    test(
      "all give the recorded registers, flags and memory, but for documented differences",
      PATIENCE,
      () => {
        const report = checkVectors80286(FOLDER);
        const excused = Object.values(report.excused).reduce((sum, n) => sum + n, 0);
        expect(report.failed).toEqual([]);
        expect(report.passed + excused).toBe(32_500);
        expect(report.passed).toBeGreaterThan(31_600);
      },
    );
  },
);
