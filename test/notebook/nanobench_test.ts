import { expect, test } from "vitest";
import { nanobench } from "../../src/experiments/mod.ts";
import { bundleOf, nanobenchChart, nanobenchTable } from "../../src/notebook/mod.ts";

test("the bill shows measured beside published figures, as a chart and a table", async () => {
  const bench = await nanobench({ technique: ["native", "trap-and-emulate"], rows: ["divzero", "cli"] });
  const chart = nanobenchChart(bench);
  expect(chart.data).toMatchObject([
    { name: "divzero", technique: "native", cycles: 889, published: 889 },
    { name: "cli", technique: "native", cycles: 60, published: 60 },
    { name: "divzero", technique: "trap-and-emulate", published: null },
    { name: "cli", technique: "trap-and-emulate", published: null },
  ]);
  const bundle = await bundleOf(bench);
  expect(bundle["text/plain"]).toContain("What privileged operations cost");
  expect(bundle["text/plain"]).toMatch(/divzero +native +889 +889 +\+0\.0 %/);
  expect(bundle["text/plain"]).not.toContain("Rests on");
  expect(bundle["text/html"]).toContain("<svg");
  expect(nanobenchTable(bench).data.length).toBe(4);
});

test("what a figure rests on is a column of the table once it is known", async () => {
  const bench = await nanobench({ technique: "native", rows: ["cli"], parameters: true });
  expect((await bundleOf(bench))["text/plain"]).toMatch(/Rests on[\s\S]*flag-interrupt/);
});
