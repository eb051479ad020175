import { expect, test } from "vitest";
import { KNOWN_DIFFERENCES } from "../conformance/decode_differences.ts";
import { checkDecoderAgainstIced } from "../conformance/decode_iced.ts";

test("a sample of 50,000 byte strings: length, validity, mnemonic and operands as iced-x86 has them", async () => {
  const result = await checkDecoderAgainstIced({ count: 50_000, seed: 20 });
  expect(result.unexplained).toEqual([]);
  expect(result.checked).toBe(50_000);
  const explained = result.differences.reduce((sum, difference) => sum + difference.count, 0);
  expect(result.agreements + explained).toBe(result.checked);
  expect(explained / result.checked).toBeLessThan(0.03);
});

test("every known difference has its reason", () => {
  for (const { group, explained } of KNOWN_DIFFERENCES) {
    expect(explained.length, group).toBeGreaterThan(20);
  }
  const groups = KNOWN_DIFFERENCES.map(({ group }) => group);
  expect(new Set(groups).size).toBe(groups.length);
});
