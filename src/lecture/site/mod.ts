/** A static site of executed notebooks that works from the file system. */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { formatNotebook, writeWhole } from "../notebook.ts";
import { loadHighlighter } from "./highlight.ts";
import { indexPage, notebookPage, type SiteNotebook } from "./page.ts";

export type { SiteNotebook } from "./page.ts";

/** The browser builds that draw interactive charts; classic scripts, because modules do not load from `file://`. */
const bundles = [
  "vega/build/vega.min.js",
  "vega-lite/build/vega-lite.min.js",
  "vega-embed/build/vega-embed.min.js",
];

/** Where a package lies, whoever installed it and wherever. */
function packageFile(path: string): string {
  const [name, ...rest] = path.split("/");
  const require = createRequire(import.meta.url);
  for (const directory of require.resolve.paths(name!) ?? []) {
    const file = join(directory, name!, ...rest);
    try {
      readFileSync(file);
      return file;
    } catch {
      // the next directory
    }
  }
  throw new Error(`the package file ${path} was not found; run \`npm ci\``);
}

const ownFile = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url));

/**
 * Writes the site: `index.html`, a page and an executed `.ipynb` per notebook, and the assets they share.
 *
 * What an earlier build wrote and this one does not is removed; files of anyone else stay.
 *
 * @param notebooks in the order of the lecture.
 * @param out the site's directory; made if absent.
 * @returns the path of the site's first page.
 */
export async function buildSite(notebooks: readonly SiteNotebook[], out: string): Promise<string> {
  const highlight = await loadHighlighter();
  const pages = notebooks.map((page, index) =>
    [`${page.name}.html`, notebookPage(notebooks, index, highlight)] as const
  );
  const assets = join(out, "assets");
  mkdirSync(assets, { recursive: true });
  for (const bundle of bundles) copyFileSync(packageFile(bundle), join(assets, bundle.split("/").at(-1)!));
  for (const name of ["style.css", "site.js"]) writeWhole(join(assets, name), ownFile(name));
  for (const { name, notebook } of notebooks) {
    writeWhole(join(out, "notebooks", `${name}.ipynb`), formatNotebook(notebook));
  }
  for (const [name, html] of pages) writeWhole(join(out, name), html);
  const index = join(out, "index.html");
  writeWhole(index, indexPage(notebooks));
  removeStale(out, [
    ...pages.map(([name]) => name),
    ...notebooks.map((page) => `notebooks/${page.name}.ipynb`),
  ]);
  return index;
}

/** Compares with the list the last build left behind, and leaves a new one. */
function removeStale(out: string, files: readonly string[]): void {
  const list = join(out, "assets", "pages.json");
  let before: unknown = [];
  try {
    before = JSON.parse(readFileSync(list, "utf8"));
  } catch {
    // the first build here
  }
  for (const file of Array.isArray(before) ? before : []) {
    const ours = typeof file === "string" && /^(notebooks\/)?[^/\\]+\.(html|ipynb)$/.test(file);
    if (ours && !files.includes(file)) rmSync(join(out, file), { force: true });
  }
  writeWhole(list, JSON.stringify(files) + "\n");
}
