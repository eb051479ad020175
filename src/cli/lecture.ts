/** `ringlab lecture`: execute the notebooks, then build the site, or compare, or write them back. */
import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  buildSite,
  compareNotebooks,
  KernelDiedError,
  kernelNames,
  type LectureEvent,
  NotebookFormatError,
  type NotebookResult,
  projectRoot,
  readNotebook,
  remoteServer,
  runNotebooks,
  type SiteNotebook,
  writeNotebook,
} from "../lecture/mod.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** The options of `ringlab lecture`, as parsed. */
export interface LectureOptions {
  only?: string[];
  server?: string;
  token?: string;
  serverRoot?: string;
  kernel?: string;
  out?: string;
  check?: boolean;
  write?: boolean;
  jobs: number;
  cellTimeout?: number;
}

const notebookDirectory = join(projectRoot, "notebooks");

/** The project's notebooks, in the order of the lecture. */
function ownNotebooks(): string[] {
  if (!existsSync(notebookDirectory)) return [];
  return readdirSync(notebookDirectory).filter((name) => name.endsWith(".ipynb")).sort()
    .map((name) => join(notebookDirectory, name));
}

const stem = (path: string) => basename(path).replace(/\.ipynb$/, "");

/** Finds the notebooks that names mean: a path, a full name, the name without its number, or the number. */
function selectNotebooks(names: readonly string[]): string[] {
  const own = ownNotebooks();
  if (names.length === 0) {
    if (own.length === 0) throw new UsageError(`There are no notebooks in ${notebookDirectory}.`);
    return own;
  }
  const chosen = names.map((name) => {
    if (/[\\/]|\.ipynb$/.test(name) && existsSync(name) && statSync(name).isFile()) return resolve(name);
    const wanted = stem(name).toLowerCase();
    const found = own.filter((path) => {
      const full = stem(path).toLowerCase();
      const [, number, rest] = /^0*(\d+)[-_ ](.*)$/.exec(full) ?? [];
      return full === wanted || rest === wanted ||
        (number !== undefined && number === wanted.replace(/^0+/, ""));
    });
    if (found.length === 1) return found[0]!;
    const offer = own.length === 0 ? "" : ` There are: ${own.map(stem).join(", ")}.`;
    throw new UsageError(`No notebook is named "${name}", and there is no such file.${offer}`);
  });
  return [...new Set(chosen)];
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

/** Says on stderr how far the notebooks are. */
function progressReporter(terminal: Terminal): (event: LectureEvent) => void {
  const { colours, live } = terminal;
  const line = (text: string) => terminal.err(live ? `\r\x1b[2K${text}` : text);
  return (event) => {
    switch (event.type) {
      case "notebook-started":
        if (!live) terminal.err(`${event.name}: ${event.cells} cells\n`);
        return;
      case "cell-started": {
        const first = event.source.split("\n").find((text) => text.trim() !== "") ?? "";
        const label = `${event.name}  ${event.cell + 1}/${event.cells}  `;
        if (live) line(`${label}${colours.dim(first.slice(0, Math.max(0, 76 - label.length)))}`);
        return;
      }
      case "cell-finished":
        if (!live) {
          const mark = event.ok ? "ok" : "FAILED";
          terminal.err(
            `${event.name}: cell ${event.cell + 1}/${event.cells} ${mark} ${seconds(event.seconds)}\n`,
          );
        }
        return;
      case "notebook-finished": {
        const { result } = event;
        const mark = result.status === "ok" ? colours.green("✓") : colours.red("✗");
        line(`${mark} ${event.name}  ${colours.dim(`${result.cells} cells, ${seconds(result.seconds)}`)}\n`);
      }
    }
  };
}

/** Shows why a notebook failed: the cell, the error, the trace. */
function explainFailure(result: NotebookResult, terminal: Terminal): void {
  const { colours } = terminal;
  const place = relative(process.cwd(), result.path) || result.path;
  const { failure, error } = result;
  if (failure === undefined) {
    terminal.err(`\n${colours.red(place)}: ${error?.message ?? "failed"}\n`);
    return;
  }
  const reason = error instanceof KernelDiedError ? "the kernel died in" : "stopped at";
  terminal.err(`\n${colours.red(place)}: ${reason} cell ${failure.index + 1} (${failure.id})\n\n`);
  const source = failure.source.split("\n");
  const shown = source.slice(0, 12);
  for (const text of shown) terminal.err(`    ${colours.dim("|")} ${text}\n`);
  if (source.length > shown.length) {
    terminal.err(`    ${colours.dim(`| ... ${source.length - shown.length} more lines`)}\n`);
  }
  const head = `${failure.ename}: ${failure.evalue}`;
  const trace = failure.traceback.join("\n").trimEnd();
  const text = trace.startsWith(head) ? trace : `${head}${trace === "" ? "" : `\n${trace}`}`;
  terminal.err(`\n${text.split("\n").map((part) => `    ${part}`).join("\n")}\n`);
  if (/Import "ringlab" not a dependency/.test(failure.evalue)) {
    terminal.err(
      `\n    A notebook finds "ringlab" through the deno.json at or above its folder: keep it below ${projectRoot}.\n`,
    );
  }
}

/** Every notebook of the lecture: those that ran as they came out, the others as they are in the repository. */
function sitePages(results: readonly NotebookResult[]): SiteNotebook[] {
  const own = ownNotebooks();
  const ran = new Map(results.map((result) => [resolve(result.path), result]));
  const whole = results.some((result) => own.includes(resolve(result.path)));
  const paths = whole ? [...new Set([...own, ...ran.keys()])] : [...ran.keys()];
  const pages = paths.flatMap((path): SiteNotebook[] => {
    const result = ran.get(path);
    if (result !== undefined) {
      const { name, notebook, failure } = result;
      return notebook === undefined ? [] : [{ name, notebook, failure }];
    }
    try {
      return [{ name: stem(path), notebook: readNotebook(path) }];
    } catch (error) {
      if (error instanceof NotebookFormatError) return [];
      throw error;
    }
  });
  const names = new Map<string, number>();
  return pages.map((page) => {
    const count = names.get(page.name) ?? 0;
    names.set(page.name, count + 1);
    return count === 0 ? page : { ...page, name: `${page.name}-${count + 1}` };
  });
}

function checkDirectory(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new UsageError(`The site cannot be written to ${out}: ${(error as Error).message}`);
  }
}

/** Runs the command; gives its exit status: 0 when every notebook ran (and, with `check`, gave what it should). */
export async function lecture(
  names: readonly string[],
  options: LectureOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.token !== undefined && options.server === undefined) {
    throw new UsageError("--token goes with --server URL.");
  }
  if (options.check && options.write) throw new UsageError("--check and --write exclude each other.");
  const notebooks = selectNotebooks([...names, ...(options.only ?? [])]);
  const out = resolve(options.out ?? join(projectRoot, "dist"));
  const builds = !options.check || options.out !== undefined;
  if (builds) checkDirectory(out);
  const server = options.server === undefined ? undefined : remoteServer({
    url: options.server,
    token: options.token,
    root: options.serverRoot ?? realpathSync(projectRoot),
  });
  // A server that is not there is one error, not one per notebook.
  if (server !== undefined) await kernelNames(server);
  const start = performance.now();
  const results = await runNotebooks({
    notebooks,
    server,
    kernel: options.kernel,
    cellSeconds: options.cellTimeout,
    jobs: options.jobs,
    onProgress: progressReporter(terminal),
    signal: terminal.signal,
  });
  const failed = results.filter((result) => result.status === "failed");
  for (const result of failed) explainFailure(result, terminal);
  let different = 0;
  if (options.check) {
    for (const result of results) {
      if (result.notebook === undefined || result.status === "failed") continue;
      const difference = compareNotebooks(readNotebook(result.path), result.notebook);
      if (difference === undefined) continue;
      different++;
      terminal.err(
        `\n${
          terminal.colours.red(result.name)
        } differs from the committed outputs:\n    ${difference.message}\n`,
      );
    }
  }
  if (options.write) {
    for (const result of results) if (result.status === "ok") writeNotebook(result.path, result.notebook!);
  }
  const good = results.length - failed.length - different;
  const parts = [
    options.check ? `${good} as committed` : `${good} executed`,
    ...(different > 0 ? [`${different} different`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ];
  terminal.out(
    `${results.length === 1 ? "1 notebook" : `${results.length} notebooks`}: ${parts.join(", ")}, ` +
      `${seconds((performance.now() - start) / 1000)}\n`,
  );
  if (builds) {
    const index = await buildSite(sitePages(results), out);
    terminal.out(`The site: ${pathToFileURL(index).href}\n`);
  }
  return failed.length + different > 0 ? 1 : 0;
}
