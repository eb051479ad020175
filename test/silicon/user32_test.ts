import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/isa/mod.ts";
import { SILICON_DIFFERENCES } from "./differences.ts";
import { readRecording } from "./harness/recording.ts";
import { makeReplay } from "./replay.ts";

const RECORDING = fileURLToPath(new URL("../data/silicon/user32.jsonl.br", import.meta.url));

describe("oracle: 32-bit user-mode instructions recorded on silicon", () => {
  const { header, cases } = readRecording(RECORDING);

  test.each([["by the engine", false], ["by the routines of semantics/ alone", true]])(
    `executed %s, all ${cases.length} do what the ${header.processor} did`,
    (_how, generic) => {
      const replay = makeReplay(generic);
      const failures: string[] = [];
      const excused = new Map<string, number>();
      for (const recorded of cases) {
        const bytes = Uint8Array.from(recorded.bytes.match(/../g)!, (byte) => parseInt(byte, 16));
        const instruction = decode(bytes, 0, 32)!;
        const differences = SILICON_DIFFERENCES.filter(({ applies }) => applies(instruction, recorded));
        const ignored = differences.reduce((flags, difference) => flags | (difference.flags ?? 0), 0);
        const mismatches = replay(recorded, ignored).filter((mismatch) => {
          const difference = differences.find((d) => d.mismatches?.test(mismatch));
          if (difference !== undefined) {
            excused.set(difference.reason, (excused.get(difference.reason) ?? 0) + 1);
          }
          return difference === undefined;
        });
        if (mismatches.length > 0) {
          failures.push(`${instruction.form.mnemonic} (${recorded.bytes}): ${mismatches.join("; ")}`);
        }
      }
      expect(failures).toEqual([]);
      expect(header.cases).toBe(cases.length);
      expect(cases.length).toBeGreaterThan(13_000);
      // Every documented difference that excuses lines is still one.
      const reasons = SILICON_DIFFERENCES.filter((d) => d.mismatches !== undefined).map((d) => d.reason);
      expect([...excused.keys()].sort()).toEqual(reasons.sort());
    },
  );
});
