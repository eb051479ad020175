import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { compile } from "vega-lite";
import { describe, expect, test } from "vitest";
import { WORLDS } from "../../src/cycles/mod.ts";
import { fontFiles, missingGlyphs, textWidth } from "../../src/notebook/font.ts";
import { linearAxis, logAxis } from "../../src/notebook/scale.ts";
import { coloursFor, contrast, ink, textOn } from "../../src/notebook/style.ts";
import {
  bars,
  ChartError,
  classColours,
  groupedBars,
  heatMap,
  histogram,
  jupyterDisplay,
  lines,
  outcomeColours,
  stackedBars,
  timeline,
  worldColours,
  worldNames,
} from "../../src/notebook/mod.ts";
import { sampleCharts } from "./samples.ts";

const charts = Object.entries(sampleCharts());
const category = { field: "name", title: "Name" };
const value = { field: "n", title: "Number", unit: "count" };
const title = "A chart";

/** Parses strictly and draws with the chart font only. */
function parse(svg: string): Resvg {
  return new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: "Arimo" },
  });
}

describe.each(charts)("%s", (name, chart) => {
  test("its bundle has the specification, both pictures and a sentence", async () => {
    const bundle = await chart[jupyterDisplay]();
    expect(Object.keys(bundle)).toEqual([
      "application/vnd.vegalite.v5+json",
      "image/svg+xml",
      "image/png",
      "text/plain",
    ]);
    expect(bundle["text/plain"]).toMatch(/^\S.*\. \S.*\.$/);
    expect(atob(bundle["image/png"] as string).slice(1, 4)).toBe("PNG");
    expect(bundle["application/vnd.vegalite.v5+json"]).toMatchObject({
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    });
    expect(JSON.parse(JSON.stringify(chart.spec))).toEqual(chart.spec);
  });

  test("Vega-Lite has nothing to warn about", () => {
    const warnings: unknown[] = [];
    const logger = {
      warn: (...all: unknown[]) => (warnings.push(all), logger),
      error: (...all: unknown[]) => (warnings.push(all), logger),
      info: () => logger,
      debug: () => logger,
      level: () => logger,
    };
    compile(chart.spec as never, { logger: logger as never });
    expect(warnings).toEqual([]);
  });

  test("the SVG is well formed, named for screen readers, and nothing is cut off", async () => {
    const svg = await chart.svg();
    expect(svg).toMatch(/^<svg role="img" aria-label="[^"]+"/);
    expect(svg).toContain("<title>");
    expect(svg).toContain("<desc>");
    const picture = parse(svg);
    // What is drawn, apart from the card itself, lies inside the card, with a margin all round that is not too wide.
    const card = /<rect width="[^"]+" height="[^"]+" fill="#ffffff"\/>/;
    expect(svg).toMatch(card);
    const { x, y, width, height } = parse(svg.replace(card, "")).getBBox()!;
    for (const margin of [x, y, picture.width - x - width, picture.height - y - height]) {
      expect(margin).toBeGreaterThan(6);
      expect(margin).toBeLessThan(20);
    }
    expect(missingGlyphs([...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text).join(""))).toEqual(
      [],
    );
  });

  test("the same input gives the same bytes", async () => {
    const again = sampleCharts()[name]!;
    expect(await again.svg() === await chart.svg()).toBe(true);
    expect(Buffer.from(await again.png()).equals(Buffer.from(await chart.png()))).toBe(true);
  });

  test("every numeric axis names its unit", () => {
    const axes: string[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, part] of Object.entries(node)) {
        if ((key === "x" || key === "y") && part.type === "quantitative" && part.title) axes.push(part.title);
        if (key !== "values") walk(part);
      }
    };
    walk(chart.spec);
    for (const axis of axes) expect(axis).toMatch(/\((cycles|count|%)\)|^Number of /);
    expect(axes.length > 0).toBe(!["outcomes", "numbers", "tiles"].includes(name));
  });
});

test("Deno draws the same bytes as Node", async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const script = `
    const { sampleCharts } = await import("./test/notebook/samples.ts");
    const { createHash } = await import("node:crypto");
    const chart = sampleCharts().grouped;
    const hash = createHash("sha256").update(await chart.svg()).update(await chart.png());
    console.log(hash.digest("hex"));`;
  const deno = execFileSync(`${root}/node_modules/.bin/deno`, ["eval", script], {
    cwd: root,
    encoding: "utf8",
  });
  const chart = sampleCharts()["grouped"]!;
  const hash = createHash("sha256").update(await chart.svg()).update(await chart.png());
  expect(deno.trim()).toBe(hash.digest("hex"));
});

describe("the data behind a chart", () => {
  test("are the rows, reduced to what is shown", () => {
    const chart = bars([{ name: "a", n: 1, other: true }, { name: "b", n: 3 }], {
      title,
      category,
      value,
      sort: true,
    });
    expect(chart.data).toEqual([{ name: "b", n: 3 }, { name: "a", n: 1 }]);
    expect(chart.summary).toBe("2 bars; the largest is b with 3 count.");
  });

  test("stacked bars name the largest bar and its largest part", () => {
    expect(sampleCharts()["stacked"]!.summary).toBe(
      "The largest of 2 bars is trap and emulate with 4,590 cycles, most of it monitor (72 %).",
    );
  });

  test("a heat map counts its outcomes", () => {
    expect(sampleCharts()["outcomes"]!.summary).toContain(
      "2 executes, 3 #GP, 3 silently different and 4 #UD",
    );
  });

  test("grouped bars say what is farthest from the reference", () => {
    expect(sampleCharts()["grouped"]!.summary).toContain("binary translation, ptemod, at 1.26 times it");
  });

  test("a window cuts intervals at its ends", () => {
    const chart = timeline(
      [{ w: "a", s: 0, e: 100 }, { w: "b", s: 100, e: 200 }, { w: "c", s: 200, e: 300 }],
      {
        title,
        lane: { field: "w", title: "World" },
        state: { field: "w", title: "World" },
        time: { start: "s", end: "e", title: "Time", unit: "cycles" },
        from: 50,
        to: 150,
      },
    );
    expect(chart.data).toEqual([{ w: "a", s: 50, e: 100 }, { w: "b", s: 100, e: 150 }]);
  });

  test("histogram bins hold every value once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1 }),
        fc.boolean(),
        (numbers, log) => {
          const { data } = histogram(numbers, {
            title,
            value,
            of: "numbers",
            ...(log ? { bin: "log2" as const } : {}),
          });
          expect(data.reduce((sum, bin) => sum + Number(bin["count"]), 0)).toBe(numbers.length);
          data.slice(1).forEach((bin, i) => expect(bin["from"]).toBe(data[i]!["to"]));
        },
      ),
    );
  });
});

describe("axes", () => {
  test("hold every value between their ends, in order", () => {
    const numbers = fc.array(fc.double({ min: 0.001, max: 1e12, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(fc.property(numbers, fc.boolean(), (values, log) => {
      const axis = log ? logAxis(values, 600, 40) : linearAxis(values, 600, 40);
      for (const value of values) {
        expect(axis.at(value)).toBeGreaterThanOrEqual(-1e-6);
        expect(axis.at(value)).toBeLessThanOrEqual(600 + 1e-6);
      }
      expect(axis.ticks.length).toBeGreaterThan(0);
      for (const tick of axis.ticks) expect(tick).toBeLessThanOrEqual(axis.domain[1] * (1 + 1e-9));
    }));
  });
});

describe("a chart that would mislead is refused", () => {
  const rows = [{ name: "a", n: 1 }];
  const cases: [string, () => unknown, RegExp][] = [
    ["no rows", () => bars([], { title, category, value }), /no rows/],
    ["no title", () => bars(rows, { title: " ", category, value }), /needs a title/],
    [
      "no unit",
      () => bars(rows, { title, category, value: { ...value, unit: "" } }),
      /"Number" needs a unit/,
    ],
    [
      "no axis title",
      () => bars(rows, { title, category: { field: "name", title: "" }, value }),
      /"name" needs a title/,
    ],
    [
      "a text for a number",
      () => bars([{ name: "a", n: "1" }], { title, category, value }),
      /row 0 .* holds "1"/,
    ],
    ["a missing field", () => bars([{ name: "a", m: 1 }], { title, category, value }), /it has "name", "m"/],
    ["a negative bar", () => bars([{ name: "a", n: -1 }], { title, category, value }), /row 0 has -1/],
    [
      "a name twice",
      () => bars([...rows, ...rows], { title, category, value }),
      /rows 0 and 1 both give name "a"/,
    ],
    [
      "zero on a log axis",
      () =>
        groupedBars([{ name: "a", s: "x", n: 0 }], {
          title,
          category,
          series: { field: "s", title: "S" },
          value,
          log: true,
        }),
      /greater than 0/,
    ],
    [
      "zero on a log line",
      () => lines([{ x: 1, n: 0 }], { title, x: { field: "x", title: "X", unit: "u" }, y: value, log: true }),
      /more than 0/,
    ],
    [
      "a heat map of nothing",
      () => heatMap(rows, { title, x: category, y: category }),
      /either outcome .* or value/,
    ],
    [
      "an interval backwards",
      () =>
        timeline([{ name: "a", s: 5, e: 1 }], {
          title,
          lane: category,
          state: category,
          time: { start: "s", end: "e", title: "T", unit: "cycles" },
        }),
      /ends at 1, before it starts at 5/,
    ],
    [
      "a part twice",
      () =>
        stackedBars([{ name: "a", p: "x", n: 1 }, { name: "a", p: "x", n: 2 }], {
          title,
          category,
          value,
          part: { field: "p", title: "P" },
        }),
      /both give/,
    ],
    ["a bin of no width", () => histogram([1], { title, value, of: "calls", bin: 0 }), /wider than 0/],
    ["nothing counted", () => histogram([1], { title, value, of: "" }), /say in "of"/],
  ];
  test.each(cases)("%s", (_, make, message) => {
    expect(make).toThrow(ChartError);
    expect(make).toThrow(message);
  });

  test("the error carries the facts", () => {
    try {
      bars([{ name: "a", n: NaN }], { title, category, value });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "ChartError", kind: "bars", field: "n", row: 0 });
    }
  });
});

describe("style", () => {
  test("every world of the ledger has a name and a colour of its own", () => {
    expect(Object.keys(worldNames)).toEqual([...WORLDS]);
    expect(new Set(WORLDS.map((world) => worldColours[world])).size).toBe(WORLDS.length);
    for (const world of WORLDS) expect(worldColours[worldNames[world]!]).toBe(worldColours[world]);
  });

  test("text on every fill and on the card is readable (WCAG 2, 4.5 : 1)", () => {
    for (const fill of Object.values({ ...worldColours, ...outcomeColours, ...classColours })) {
      expect(contrast(textOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
    }
    for (const text of [ink.text, ink.muted]) expect(contrast(text, ink.card)).toBeGreaterThanOrEqual(4.5);
  });

  test("names without a fixed colour get different ones", () => {
    const colours = coloursFor(["monitor", "a", "b", "c", "d"]);
    expect(new Set(Object.values(colours)).size).toBe(5);
    expect(colours["monitor"]).toBe(worldColours["monitor"]);
  });

  test("measured text is as wide as resvg draws it", () => {
    for (
      const [text, weight] of [["hardware transition", "normal"], ["What MOV CR0 costs", "bold"]] as const
    ) {
      const box = parse(
        `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="100"><text x="10" y="60" font-family="Arimo" ` +
          `font-size="40" font-weight="${weight}">|${text}|</text></svg>`,
      ).innerBBox()!;
      expect(box.width / textWidth(`|${text}|`, 40, weight === "bold")).toBeCloseTo(1, 1);
    }
  });
});
