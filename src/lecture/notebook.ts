/**
 * A notebook in memory, and its way from and to an `.ipynb` file (nbformat 4.5).
 *
 * In memory every text is one string; in the file, multi-line texts are lists of lines, keys are sorted and the
 * indentation is one space, exactly as Python's nbformat writes it, so that a notebook saved by either has one form.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { NotebookFormatError } from "./errors.ts";
import { notebookProblems } from "./nbformat.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Data by MIME type: text as one string, JSON types as values, binary types in base64. */
export type MimeBundle = Record<string, Json>;

/** Text the kernel wrote to one of its standard streams. */
export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string;
}

/** Something shown: by `display`, or as the value of the cell. */
export interface DataOutput {
  output_type: "display_data" | "execute_result";
  data: MimeBundle;
  metadata: Record<string, Json>;
  /** Only on an `execute_result`. */
  execution_count?: number | null;
}

/** What a cell threw. */
export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** One output of a code cell. */
export type Output = StreamOutput | DataOutput | ErrorOutput;

/** A cell's metadata; `tags` is the part this room reads. */
export type CellMetadata = { tags?: string[] } & Record<string, Json>;

/** A cell that is read. */
export interface TextCell {
  cell_type: "markdown" | "raw";
  id: string;
  metadata: CellMetadata;
  source: string;
  attachments?: Record<string, MimeBundle>;
}

/** A cell that is run. */
export interface CodeCell {
  cell_type: "code";
  id: string;
  metadata: CellMetadata;
  source: string;
  execution_count: number | null;
  outputs: Output[];
}

/** Any cell. */
export type Cell = TextCell | CodeCell;

/** A notebook. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, Json>;
}

/** True when the cell carries the tag, in `metadata.tags`. */
export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/** The name of the kernel a notebook asks for, if it says. */
export function kernelName(notebook: Notebook): string | undefined {
  const spec = notebook.metadata["kernelspec"] as { name?: string } | undefined;
  return spec?.name;
}

/** The first heading of the first Markdown cell that has one, as plain text. */
export function notebookTitle(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "markdown") continue;
    const heading = /^#\s+(.+?)\s*#*$/m.exec(cell.source)?.[1];
    if (heading !== undefined) return heading.replace(/[*_`]/g, "");
  }
  return undefined;
}

const joined = (text: unknown): string => Array.isArray(text) ? text.join("") : String(text);

function joinBundle(data: Record<string, unknown>): MimeBundle {
  const isLines = (value: unknown) => Array.isArray(value) && value.every((line) => typeof line === "string");
  return Object.fromEntries(
    Object.entries(data).map((
      [type, value],
    ) => [type, !isJsonType(type) && isLines(value) ? joined(value) : value]),
  ) as MimeBundle;
}

/** JSON types hold values; every other type holds text or base64. */
function isJsonType(type: string): boolean {
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}

function readOutput(raw: Record<string, unknown>): Output {
  if (raw["output_type"] === "stream") {
    return { ...raw, text: joined(raw["text"]) } as unknown as StreamOutput;
  }
  if (raw["output_type"] === "error") return { ...raw } as unknown as ErrorOutput;
  return { ...raw, data: joinBundle(raw["data"] as Record<string, unknown>) } as unknown as DataOutput;
}

function readCell(raw: Record<string, unknown>, index: number, minor: number): Cell {
  const cell = { ...raw, source: joined(raw["source"]) } as unknown as Cell;
  // Before 4.5 cells had no ids; an id made from the position is the same on every reading.
  if (minor < 5) cell.id = `cell-${index + 1}`;
  if (cell.cell_type === "code") cell.outputs = (raw["outputs"] as Record<string, unknown>[]).map(readOutput);
  else if (cell.attachments !== undefined) {
    cell.attachments = Object.fromEntries(
      Object.entries(cell.attachments).map(([name, bundle]) => [name, joinBundle(bundle)]),
    );
  }
  return cell;
}

/**
 * Reads the text of an `.ipynb` file. Notebooks of nbformat 4.0 to 4.4 are read as 4.5, with ids from their positions.
 *
 * @param path the name used in errors.
 * @throws {NotebookFormatError} with every problem found, when the text is not a valid notebook.
 *
 * @example
 * ```ts
 * import { parseNotebook } from "./notebook.ts";
 *
 * const text = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}';
 * const notebook = parseNotebook(text, "empty.ipynb");
 * if (notebook.cells.length !== 0) throw new Error("not empty");
 * ```
 */
export function parseNotebook(text: string, path: string): Notebook {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const before = at === undefined ? undefined : text.slice(0, Number(at)).split("\n");
    const where = before === undefined
      ? ""
      : ` at line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new NotebookFormatError(path, [`it is not JSON${where}: ${(error as Error).message}`]);
  }
  const problems = notebookProblems(raw);
  if (problems.length > 0) throw new NotebookFormatError(path, problems);
  const { cells, metadata, nbformat_minor } = raw as {
    cells: Record<string, unknown>[];
    metadata: Record<string, Json>;
    nbformat_minor: number;
  };
  return { cells: cells.map((cell, index) => readCell(cell, index, nbformat_minor)), metadata };
}

/**
 * Reads an `.ipynb` file.
 *
 * @throws {NotebookFormatError} when it cannot be read or is not a valid notebook.
 */
export function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new NotebookFormatError(path, [`it cannot be read: ${(error as Error).message}`]);
  }
  return parseNotebook(text, path);
}

const splitLines = (text: string): string[] => text === "" ? [] : text.split(/(?<=\n)/);

function splitBundle(data: MimeBundle): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => {
      const textual = type.startsWith("text/") || type === "image/svg+xml" ||
        type === "application/javascript";
      return [type, textual && typeof value === "string" ? splitLines(value) : value];
    }),
  );
}

function writeCell(cell: Cell): Record<string, unknown> {
  const base = { ...cell, source: splitLines(cell.source) };
  if (cell.cell_type !== "code") {
    if (cell.attachments === undefined) return base;
    return {
      ...base,
      attachments: Object.fromEntries(
        Object.entries(cell.attachments).map(([name, data]) => [name, splitBundle(data)]),
      ),
    };
  }
  const outputs = cell.outputs.map((output) => {
    if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
    if (output.output_type === "error") return output;
    return { ...output, data: splitBundle(output.data) };
  });
  return { ...base, outputs };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [key, sorted(item)]),
  );
}

/** The text of a notebook's `.ipynb` file: nbformat 4.5, the same bytes for the same notebook. */
export function formatNotebook(notebook: Notebook): string {
  const raw = { ...notebook, cells: notebook.cells.map(writeCell), nbformat: 4, nbformat_minor: 5 };
  return JSON.stringify(sorted(raw), undefined, 1) + "\n";
}

/** Writes a file whole or not at all: beside its place first, then moved there. Makes its directory. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, contents);
    try {
      chmodSync(temporary, statSync(path).mode & 0o777);
    } catch {
      // A new file keeps the mode the user's umask gives.
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a notebook to an `.ipynb` file, whole or not at all.
 *
 * @throws {NotebookFormatError} when the notebook is not valid nbformat 4.5, which would be a bug of the caller.
 */
export function writeNotebook(path: string, notebook: Notebook): void {
  const text = formatNotebook(notebook);
  const problems = notebookProblems(JSON.parse(text));
  if (problems.length > 0) throw new NotebookFormatError(path, problems);
  writeWhole(path, text);
}
