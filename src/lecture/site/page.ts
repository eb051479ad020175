/** One page per notebook, and the page that lists them. */
import { type Cell, type CodeCell, hasTag, type Notebook, notebookTitle } from "../notebook.ts";
import type { CellFailure } from "../run.ts";
import { escapeHtml } from "./html.ts";
import type { Highlight } from "./highlight.ts";
import { leadParagraph, MarkdownPage } from "./markdown.ts";
import { type OutputContext, renderOutput } from "./outputs.ts";

/** A notebook as the site shows it. */
export interface SiteNotebook {
  /** File name without ending: the page becomes `<name>.html`. */
  name: string;
  notebook: Notebook;
  /** The cell at which its execution stopped, if it did. */
  failure?: CellFailure;
}

/** The four protection rings, drawn: the site's sign. */
const rings = (size: number) =>
  `<svg class="rings" viewBox="0 0 64 64" width="${size}" height="${size}" aria-hidden="true">` +
  [29, 22, 15].map((r, i) => `<circle class="ring${3 - i}" cx="32" cy="32" r="${r}"/>`).join("") +
  '<circle class="ring0" cx="32" cy="32" r="7"/></svg>';

const icon = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><g fill="none" stroke="#3b6fd4" stroke-width="4">' +
    '<circle cx="32" cy="32" r="29"/><circle cx="32" cy="32" r="22"/><circle cx="32" cy="32" r="15"/></g>' +
    '<circle cx="32" cy="32" r="7" fill="#d5622b"/></svg>',
);

interface Shell {
  title: string;
  description: string;
  body: string;
  charts: boolean;
  bodyClass: string;
}

function shell({ title, description, body, charts, bodyClass }: Shell): string {
  const scripts = [...(charts ? ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"] : []), "site.js"];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(description)}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="assets/style.css">
${scripts.map((script) => `<script defer src="assets/${script}"></script>`).join("\n")}
</head>
<body class="${bodyClass}">
<a class="skip" href="#content">Skip to the content</a>
${body}
</body>
</html>
`;
}

const titleOf = (page: SiteNotebook) => notebookTitle(page.notebook) ?? page.name;

const markdownSources = (notebook: Notebook) =>
  notebook.cells.filter((cell) => cell.cell_type === "markdown").map((cell) => cell.source);

/** The regions that nbgrader takes out of what students get: `// BEGIN SOLUTION` to `// END SOLUTION`. */
const SOLUTION = /^([ \t]*)(\/\/|;|#)[ \t]*BEGIN SOLUTION[^\n]*\n[\s\S]*?END SOLUTION[^\n]*/gm;

function codeCell(cell: CodeCell, context: OutputContext, failed: boolean): string {
  const count = cell.execution_count === null ? "" : String(cell.execution_count);
  const label = count === "" ? "Code" : `Code cell ${count}`;
  const number = `<span class="count" aria-hidden="true">${count}</span>`;
  const jupyter = cell.metadata["jupyter"] as
    | { source_hidden?: boolean; outputs_hidden?: boolean }
    | undefined;
  const code = context.highlight(cell.source, "typescript");
  const outputs = jupyter?.outputs_hidden
    ? ""
    : cell.outputs.map((output) => renderOutput(output, context)).join("\n");
  const results = outputs.trim() === "" ? "" : `<div class="outputs">${outputs}</div>`;
  const question = cell.source.replace(SOLUTION, "$1$2 your answer");
  const folded = (summary: string, kind: string, content: string) =>
    `<details class="${kind}"><summary>${summary}</summary>${content}</details>`;
  let body = `<div class="source">${number}${code}</div>\n${results}`;
  if (jupyter?.source_hidden === true || hasTag(cell, "hide-input")) {
    body = `<div class="source">${number}${folded("Show the code", "hidden", code)}</div>\n${results}`;
  } else if (question !== cell.source && !failed) {
    // A reader can think first: the solution is folded away, and with it what it gave.
    const asked = context.highlight(question, "typescript");
    const solution = folded("Show a solution", "solution", `<div class="source">${code}</div>\n${results}`);
    body = `<div class="source">${number}${asked}</div>\n${solution}`;
  }
  return `<section class="cell code${failed ? " failed" : ""}" id="cell-${cell.id}" aria-label="${label}">
${body}</section>`;
}

function renderCell(cell: Cell, context: OutputContext, failure: CellFailure | undefined): string {
  if (cell.cell_type === "code") {
    if (cell.source.trim() === "" || hasTag(cell, "remove-cell")) return "";
    return codeCell(cell, context, failure?.id === cell.id);
  }
  if (cell.cell_type === "raw") return "";
  return `<section class="cell prose">${context.markdown.render(cell.source, cell.attachments)}</section>`;
}

function contents(page: MarkdownPage): string {
  const entries = page.headings.filter((heading) => heading.level === 2 || heading.level === 3);
  if (entries.length < 2) return "";
  const items = entries.map((heading) =>
    `<li class="level${heading.level}"><a href="#${heading.id}">${escapeHtml(heading.text)}</a></li>`
  ).join("");
  return `<nav class="contents" aria-label="On this page"><p>On this page</p><ol>${items}</ol></nav>`;
}

const step = (page: SiteNotebook | undefined, relation: "prev" | "next") =>
  page === undefined
    ? "<span></span>"
    : `<a rel="${relation}" class="${relation}" href="${encodeURI(page.name)}.html">` +
      `<span>${relation === "prev" ? "Previous" : "Next"}</span>${escapeHtml(titleOf(page))}</a>`;

/** The page of one notebook among all. */
export function notebookPage(pages: readonly SiteNotebook[], index: number, highlight: Highlight): string {
  const page = pages[index]!;
  const markdown = new MarkdownPage(highlight);
  const context: OutputContext = { highlight, markdown, charts: false };
  const cells = page.notebook.cells.map((cell) => renderCell(cell, context, page.failure)).join("\n");
  const title = titleOf(page);
  const stopped = page.failure === undefined
    ? ""
    : `<aside class="stopped" role="note">This notebook stopped at
<a href="#cell-${page.failure.id}">this cell</a>: <code>${
      escapeHtml(`${page.failure.ename}: ${page.failure.evalue}`)
    }</code></aside>`;
  const body = `<header class="top"><a class="home" href="index.html">${rings(26)}<span>Ringlab</span></a>
<a class="download" href="notebooks/${encodeURI(page.name)}.ipynb" download>Download the notebook</a></header>
<div class="layout">
${contents(markdown)}
<main id="content">
${stopped}${cells}
<nav class="steps" aria-label="Other notebooks">${step(pages[index - 1], "prev")}${
    step(pages[index + 1], "next")
  }</nav>
</main>
</div>`;
  const description = leadParagraph(markdownSources(page.notebook));
  return shell({
    title: `${title} · Ringlab`,
    description,
    body,
    charts: context.charts,
    bodyClass: "notebook",
  });
}

function card(page: SiteNotebook, index: number): string {
  const cells = page.notebook.cells.filter((cell) => cell.cell_type === "code");
  const charts =
    cells.flatMap((cell) => (cell as CodeCell).outputs).filter((output) =>
      "data" in output && Object.keys(output.data).some((type) => type.startsWith("application/vnd.vega"))
    ).length;
  const facts = [
    `${cells.length} code cells`,
    ...(charts > 0 ? [`${charts} ${charts === 1 ? "chart" : "charts"}`] : []),
  ];
  const failed = page.failure === undefined ? "" : ' <strong class="bad">stopped with an error</strong>';
  const lead = leadParagraph(markdownSources(page.notebook));
  return `<li><a class="card" href="${encodeURI(page.name)}.html">
<span class="number" aria-hidden="true">${index + 1}</span>
<span class="words"><span class="title">${escapeHtml(titleOf(page))}</span>
<span class="lead">${escapeHtml(lead)}</span>
<span class="facts">${facts.join(" · ")}${failed}</span></span></a></li>`;
}

/** The page that lists the notebooks. */
export function indexPage(pages: readonly SiteNotebook[]): string {
  const body = `<main id="content" class="index">
<header class="hero">${rings(112)}
<div><h1>Ringlab</h1>
<p>A real IA-32 machine inside a notebook. Every answer on these pages was computed by running it: instructions that
trap, guests that run, bills in cycles.</p></div></header>
<ol class="cards">
${pages.map(card).join("\n")}
</ol>
<footer><p>Each page is a notebook that was executed from top to bottom. Download it, open it in Jupyter with the
kernel <em>Ringlab (Deno)</em>, and change it.</p></footer>
</main>`;
  const description = "Control questions on hardware virtualization, run on an emulated IA-32 machine.";
  return shell({ title: "Ringlab", description, body, charts: false, bodyClass: "first-page" });
}
