import { expect, test } from "vitest";
import { ringlab } from "./support.ts";

test("nanobench --json ends with one object: the profile and its rows, the native ones included", async () => {
  const { status, out } = await ringlab(
    ["nanobench", "--technique", "trap-and-emulate", "--no-parameters", "--json"],
  );
  expect(status).toBe(0);
  const { profile, rows } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
  expect(profile).toBe("pentium4-672");
  const operations = ["syscall", "in", "call/ret", "pgfault", "divzero", "ptemod"];
  expect(rows.map((row: { technique: string; name: string }) => [row.technique, row.name])).toEqual(
    ["native", "trap-and-emulate"].flatMap((technique) => operations.map((name) => [technique, name])),
  );
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(["name", "technique", "cycles", "published", "error", "parameters"]);
    expect(row.cycles).toBeGreaterThan(0);
  }
});

test("nanobench prints a table", async () => {
  const { status, out } = await ringlab(["nanobench", "--technique", "native", "--no-parameters"]);
  expect(status).toBe(0);
  expect(out).toMatch(/^syscall +native +242 +242 +\+0\.0 %$/m);
});

test.each([
  [["--technique", "magic"], /There is no technique "magic"/],
  [["--profile", "pentium5"], /there is no cost profile "pentium5"/],
])("nanobench %s is a wrong command line", async (words, message) => {
  const { status, err } = await ringlab(["nanobench", ...words]);
  expect(err).toMatch(message);
  expect(status).toBe(2);
});

test("nanobench stops when the user wants it", async () => {
  const { status, err } = await ringlab(["nanobench", "--technique", "native"], AbortSignal.abort());
  expect(err).toContain("Stopped.");
  expect(status).toBe(130);
});
