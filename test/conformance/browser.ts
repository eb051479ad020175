/**
 * The site in a real browser: every page of `dist/` (or of the directory given) from the file system, wide and narrow,
 * light and dark, with scripts and without. Screenshots go to `artefacts/site/`.
 *
 * One line per check, a line `N passed, M failed` at the end, exit status 1 if any failed.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const site = resolve(process.argv[2] ?? "dist");
const shots = resolve("artefacts", "site");
const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

interface View {
  name: string;
  width: number;
  height: number;
  colorScheme: "light" | "dark";
  javaScriptEnabled: boolean;
}

const views: View[] = [
  { name: "wide", width: 1440, height: 900, colorScheme: "light", javaScriptEnabled: true },
  { name: "dark", width: 1440, height: 900, colorScheme: "dark", javaScriptEnabled: true },
  { name: "phone", width: 390, height: 844, colorScheme: "light", javaScriptEnabled: true },
  { name: "no-scripts", width: 1000, height: 800, colorScheme: "light", javaScriptEnabled: false },
];

let passed = 0;
let failed = 0;

function verdict(name: string, problems: readonly string[]): void {
  if (problems.length === 0) passed++;
  else failed++;
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}`);
  for (const problem of problems.slice(0, 8)) console.log(`       ${problem}`);
}

/** What is wrong with a page as it lies in the browser; runs there, so it must not use anything from here. */
function inspect(scripts: boolean): string[] {
  const problems: string[] = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    problems.push(`the page is ${root.scrollWidth} px wide in a window of ${innerWidth}`);
  }
  for (const image of document.querySelectorAll("img")) {
    if (!image.alt) problems.push("a picture has no alternative text");
    if (!image.complete || image.naturalWidth === 0) {
      problems.push(`a picture is broken: ${image.alt.slice(0, 60)}`);
    }
  }
  for (const svg of document.querySelectorAll("figure svg")) {
    if (!svg.getAttribute("aria-label") && !svg.getAttribute("aria-labelledby")) {
      problems.push("a drawing has no label");
    }
  }
  for (const chart of document.querySelectorAll<HTMLElement>(".chart")) {
    const drawn = chart.querySelector(scripts ? ".live svg" : ".still svg, .still img");
    if (drawn === null || drawn.getBoundingClientRect().width < 50) {
      problems.push(`a chart is not drawn: ${chart.dataset["label"]?.slice(0, 80)}`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) problems.push(`the id "${twice}" is there twice`);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    if (link.closest(".vega-actions") !== null) continue; // vega-embed's own "Save as" menu
    const target = decodeURIComponent(link.getAttribute("href")!.slice(1));
    if (document.getElementById(target) === null) {
      problems.push(`a link leads to #${target}, which is not there`);
    }
  }
  if (document.querySelectorAll("h1").length !== 1) problems.push("there is not exactly one h1");
  return problems;
}

/** The contrast of text with what is behind it, where both are plain colours (WCAG 2: 4.5, or 3 for large text). */
function contrasts(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]: number[]) => {
    const [x, y, z] = [r!, g!, b!].map((value) => {
      const c = value / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!;
  };
  const behind = (element: Element | null): number[] | undefined => {
    for (let at = element; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none" || at instanceof SVGElement) return undefined;
      const colour = channels(style.backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour[3] !== 0) return undefined;
    }
    return undefined;
  };
  const problems = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement!;
    if (
      node.textContent!.trim() === "" || element.closest("script, style, svg, [aria-hidden], .anchor, .copy")
    ) continue;
    if (element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const front = channels(style.color);
    if (back === undefined || front.length > 3) continue;
    const [high, low] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    const ratio = (high! + 0.05) / (low! + 0.05);
    const large = parseFloat(style.fontSize) >= 24 ||
      (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      problems.add(
        `contrast ${ratio.toFixed(2)}: "${
          node.textContent!.trim().slice(0, 40)
        }" (${style.color} on rgb(${back}))`,
      );
    }
  }
  return [...problems];
}

async function open(browser: Browser, name: string, view: View): Promise<string[]> {
  const problems: string[] = [];
  const { colorScheme, javaScriptEnabled, width, height } = view;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, javaScriptEnabled });
  try {
    const page: Page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`an error in the page: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) problems.push(`it fetches ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(site, name)).href);
    if (javaScriptEnabled) {
      await page.waitForFunction(
        () => document.querySelectorAll(".chart > .still:not([hidden])").length === 0,
        null,
        {
          timeout: 20_000,
        },
      ).catch(() => problems.push("not every chart became live"));
    }
    problems.push(...await page.evaluate(inspect, javaScriptEnabled));
    problems.push(...await page.evaluate(contrasts));
    const file = `${name.replace(/\.html$/, "")}-${view.name}.png`;
    await page.screenshot({ path: join(shots, file), fullPage: true });
  } finally {
    await context.close();
  }
  return problems;
}

const executablePath = programs.find((path) => existsSync(path));
if (executablePath === undefined || !existsSync(join(site, "index.html"))) {
  console.error(
    executablePath === undefined
      ? "There is no Chromium."
      : `There is no site in ${site}; run \`npm start\`.`,
  );
  console.log("0 passed, 1 failed");
  process.exit(1);
}
mkdirSync(shots, { recursive: true });
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  for (const name of readdirSync(site).filter((file) => file.endsWith(".html")).sort()) {
    for (const view of views) verdict(`${name}, ${view.name}`, await open(browser, name, view));
  }
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
