import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkVectors80286 } from "./vectors_80286.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

describe.skipIf(!existsSync(FOLDER))(
  "oracle: 32,500 instructions recorded on an 80286 (../shared/vectors)",
  () => {
    test("all give the recorded registers, flags and memory, but for documented differences", () => {
      const report = checkVectors80286(FOLDER);
      console.log(
        `80286 vectors: ${report.total}, passed: ${report.passed}, failed: ${report.failed.length}`,
        report.excused,
      );
      expect(report.failed).toEqual([]);
      expect(report.total).toBe(32_500);
      expect(report.passed).toBeGreaterThan(31_600);
    });
  },
);
