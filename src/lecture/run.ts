/**
 * Executes notebooks from top to bottom, each in a kernel of its own, and gives back notebooks with fresh outputs.
 *
 * The same notebook and the same kernel give the same bytes: execution counts run from 1, texts on one stream are one
 * output, no time of execution is kept, and file names of this machine in error traces become names in the project.
 */
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AbortedError, LectureError } from "./errors.ts";
import { KERNEL_NAME, projectRoot } from "./kernelspec.ts";
import { type CodeCell, hasTag, kernelName, type Notebook, type Output, readNotebook } from "./notebook.ts";
import { mergeStreams } from "./outputs.ts";
import { embeddedServer, type KernelServer } from "./server.ts";
import { type CellResult, KernelSession } from "./session.ts";

/** Tag of a cell whose error is expected: the notebook goes on after it. */
export const RAISES_EXCEPTION = "raises-exception";

/** The cell at which a notebook stopped, and why. */
export interface CellFailure {
  /** Position of the cell among all cells, from 0. */
  index: number;
  /** The cell's id. */
  id: string;
  /** Its source. */
  source: string;
  /** The class of the error, such as `TypeError` or `KernelDiedError`. */
  ename: string;
  /** Its message. */
  evalue: string;
  /** The lines of its trace. */
  traceback: readonly string[];
}

/** What came of one notebook. */
export interface NotebookResult {
  /** The notebook's file. */
  path: string;
  /** Its file name without `.ipynb`. */
  name: string;
  status: "ok" | "failed";
  /** With the outputs of this run, up to the failure if there was one. Absent when the file is no notebook. */
  notebook?: Notebook;
  /** The cell that failed. */
  failure?: CellFailure;
  /** What went wrong when it was no cell's own error. */
  error?: Error;
  /** Code cells that were executed. */
  cells: number;
  seconds: number;
}

/** What {@link runNotebooks} reports while it works. */
export type LectureEvent =
  | { type: "notebook-started"; path: string; name: string; cells: number }
  | { type: "cell-started"; path: string; name: string; cell: number; cells: number; source: string }
  | {
    type: "cell-finished";
    path: string;
    name: string;
    cell: number;
    cells: number;
    seconds: number;
    ok: boolean;
  }
  | { type: "notebook-finished"; path: string; name: string; result: NotebookResult };

/** Options of {@link executeNotebook}. */
export interface ExecuteOptions {
  server: KernelServer;
  /** Where the kernel works: relative imports and files are resolved against it. */
  cwd: string;
  /** The kernel to use instead of the one the notebook names. */
  kernel?: string;
  /** The time each cell may take, in seconds. Default: no limit. */
  cellSeconds?: number;
  signal?: AbortSignal;
  onCellStart?: (cell: number, cells: number, source: string) => void;
  onCellEnd?: (cell: number, cells: number, seconds: number, ok: boolean) => void;
}

const isEmpty = (cell: CodeCell) => cell.source.trim() === "";

/** Paths below the project become `ringlab:/...`: the same in every checkout. */
function withoutMachine(trace: readonly string[]): string[] {
  const root = projectRoot.replace(/[\\/]+$/, "");
  return trace.map((line) =>
    line.replaceAll(pathToFileURL(root).href, "ringlab:").replaceAll(root, "ringlab:")
  );
}

/** The value or error of a cell is its last output, whichever of it and a late print reached us first. */
function stable(outputs: readonly Output[]): Output[] {
  const ends = (output: Output) => output.output_type === "execute_result" || output.output_type === "error";
  const ordered = mergeStreams([...outputs.filter((output) => !ends(output)), ...outputs.filter(ends)]);
  return ordered.map((output) =>
    output.output_type === "error" ? { ...output, traceback: withoutMachine(output.traceback) } : output
  );
}

/** The notebook as it was before anyone ran it: no outputs, no counts, no times. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    const { execution: _execution, ...metadata } = cell.metadata;
    return cell.cell_type === "code"
      ? { ...cell, metadata, outputs: [], execution_count: null }
      : { ...cell, metadata };
  });
  return { ...notebook, cells };
}

/**
 * Executes one notebook. Errors of the notebook's own code are a result; so are a kernel that dies and a cell that
 * runs too long, since the outputs up to there are worth seeing.
 *
 * @throws {LectureError} when there is no kernel to run it; {@link AbortedError} when the signal fires.
 */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteOptions,
): Promise<{ notebook: Notebook; failure?: CellFailure; error?: Error; cells: number }> {
  const executed = withoutOutputs(notebook);
  const code = executed.cells.flatMap((cell, index) =>
    cell.cell_type === "code" && !isEmpty(cell) ? [{ cell, index }] : []
  );
  const session = await KernelSession.open({
    server: options.server,
    kernel: options.kernel ?? kernelName(notebook) ?? KERNEL_NAME,
    cwd: options.cwd,
    signal: options.signal,
  });
  let failure: CellFailure | undefined;
  let error: Error | undefined;
  let done = 0;
  /** Outputs may change after their cell, by a late print or an updated display: they are read at the end. */
  const live: [CodeCell, Output[]][] = [];
  try {
    for (const { cell, index } of code) {
      options.onCellStart?.(done, code.length, cell.source);
      const start = performance.now();
      let result: CellResult;
      try {
        result = await session.execute(cell.source, options.cellSeconds);
      } catch (cause) {
        if (cause instanceof AbortedError || !(cause instanceof LectureError)) throw cause;
        error = cause;
        const end: Output = { output_type: "error", ename: cause.name, evalue: cause.message, traceback: [] };
        live.push([cell, [...session.partialOutputs(), end]]);
        failure = {
          index,
          id: cell.id,
          source: cell.source,
          ename: cause.name,
          evalue: cause.message,
          traceback: [],
        };
        options.onCellEnd?.(done, code.length, (performance.now() - start) / 1000, false);
        break;
      }
      done++;
      cell.execution_count = result.executionCount;
      live.push([cell, result.outputs]);
      const expected = hasTag(cell, RAISES_EXCEPTION);
      const ok = result.status === "ok" || expected;
      options.onCellEnd?.(done - 1, code.length, (performance.now() - start) / 1000, ok);
      if (!ok) {
        const { ename, evalue, traceback } = result.error!;
        failure = { index, id: cell.id, source: cell.source, ename, evalue, traceback };
        break;
      }
    }
    for (const [cell, outputs] of live) cell.outputs = stable(outputs);
    const language = session.languageInfo as Notebook["metadata"];
    if (Object.keys(language).length > 0) {
      executed.metadata = { ...executed.metadata, language_info: language };
    }
  } finally {
    await session.close();
  }
  return { notebook: executed, failure, error, cells: done };
}

/** Options of {@link runNotebooks}. */
export interface RunOptions {
  /** The notebooks' files, in order. */
  notebooks: readonly string[];
  /** Where kernels come from. Default: an embedded gateway, closed at the end. */
  server?: KernelServer;
  /** The kernel to use instead of the ones the notebooks name. */
  kernel?: string;
  /** The time each cell may take, in seconds. Default: no limit. */
  cellSeconds?: number;
  /** How many notebooks run at once. Default 1. */
  jobs?: number;
  onProgress?: (event: LectureEvent) => void;
  signal?: AbortSignal;
}

/**
 * Executes notebooks. One that fails does not keep the others from running; its result says what happened.
 *
 * @returns the results in the order of the notebooks.
 * @throws {AbortedError} when the signal fires; every kernel has ended then.
 */
export async function runNotebooks(options: RunOptions): Promise<NotebookResult[]> {
  const server = options.server ?? embeddedServer();
  const results: NotebookResult[] = [];
  const queue = options.notebooks.map((path, index) => ({ path, index }));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (options.signal?.aborted) throw new AbortedError();
      results[next.index] = await runOne(next.path, server, options);
    }
  };
  try {
    const jobs = Math.max(1, Math.min(options.jobs ?? 1, queue.length));
    const ends = await Promise.allSettled(Array.from({ length: jobs }, worker));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  } finally {
    if (options.server === undefined) await server.close();
  }
  return results;
}

async function runOne(path: string, server: KernelServer, options: RunOptions): Promise<NotebookResult> {
  const start = performance.now();
  const name = basename(path).replace(/\.ipynb$/, "");
  const report = options.onProgress ?? (() => {});
  const result: NotebookResult = { path, name, status: "failed", cells: 0, seconds: 0 };
  try {
    const notebook = readNotebook(path);
    const cells = notebook.cells.filter((cell) => cell.cell_type === "code" && !isEmpty(cell)).length;
    report({ type: "notebook-started", path, name, cells });
    const executed = await executeNotebook(notebook, {
      server,
      cwd: dirname(resolve(path)),
      kernel: options.kernel,
      cellSeconds: options.cellSeconds,
      signal: options.signal,
      onCellStart: (cell, cells, source) => report({ type: "cell-started", path, name, cell, cells, source }),
      onCellEnd: (cell, cells, seconds, ok) =>
        report({ type: "cell-finished", path, name, cell, cells, seconds, ok }),
    });
    Object.assign(result, executed);
    if (executed.failure === undefined) result.status = "ok";
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    result.error = error as Error;
  }
  result.seconds = (performance.now() - start) / 1000;
  report({ type: "notebook-finished", path, name, result });
  return result;
}
