/**
 * Whether two executions of a notebook gave the same, and if not, where they differ first.
 */
import { hasTag, type Notebook, type Output } from "./notebook.ts";

/** Tag of a cell whose outputs differ from run to run (host times, say): comparisons skip them. */
export const VOLATILE = "volatile";

/** The first difference between two notebooks. */
export interface NotebookDifference {
  /** Position of the cell, from 0; undefined when the number of cells differs. */
  cell?: number;
  /** Where in the cell, such as `outputs[1].data["text/plain"]`. */
  where: string;
  /** The difference in words, with the first differing line of both. */
  message: string;
}

const SHOWN = 160;
const clip = (text: string) => text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}...` : text;

/** A long line from a little before the place where it differs. */
function around(line: string, at: number): string {
  const start = line.length > SHOWN ? Math.max(0, at - 40) : 0;
  return `${start > 0 ? "..." : ""}${clip(JSON.stringify(line.slice(start)))}`;
}

/** The first line in which two texts differ, for people. */
function textDifference(a: string, b: string): string {
  const left = a.split("\n");
  const right = b.split("\n");
  const line = left.findIndex((text, index) => text !== right[index]);
  const at = line < 0 ? left.length : line;
  const [one, other] = [left[at], right[at]];
  let column = 0;
  while (one !== undefined && other !== undefined && one[column] === other[column]) column++;
  const show = (text: string | undefined) => text === undefined ? "(no such line)" : around(text, column);
  const where = left.length > 1 || right.length > 1 ? `line ${at + 1}: ` : "";
  return `${where}expected ${show(one)}, got ${show(other)}`;
}

function valueDifference(
  a: unknown,
  b: unknown,
  where: string,
): { where: string; message: string } | undefined {
  if (a === b) return undefined;
  if (typeof a === "string" && typeof b === "string") return { where, message: textDifference(a, b) };
  const objects = [a, b].every((value) => value !== null && typeof value === "object");
  if (objects && Array.isArray(a) === Array.isArray(b)) {
    const keys = [...new Set([...Object.keys(a as object), ...Object.keys(b as object)])].sort();
    for (const key of keys) {
      const place = Array.isArray(a) ? `${where}[${key}]` : `${where}.${key}`;
      const difference = valueDifference(
        (a as Record<string, unknown>)[key],
        (b as Record<string, unknown>)[key],
        place,
      );
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  const show = (value: unknown) => value === undefined ? "nothing" : clip(JSON.stringify(value));
  return { where, message: `expected ${show(a)}, got ${show(b)}` };
}

function outputDifference(
  a: Output,
  b: Output,
  where: string,
): { where: string; message: string } | undefined {
  if (a.output_type === b.output_type && "data" in a && "data" in b) {
    // Text first: of all representations it says most plainly what is different.
    const types = [...new Set([...Object.keys(a.data), ...Object.keys(b.data)])].sort((x, y) =>
      Number(y === "text/plain") - Number(x === "text/plain") || (x < y ? -1 : 1)
    );
    for (const type of types) {
      const difference = valueDifference(a.data[type], b.data[type], `${where}.data["${type}"]`);
      if (difference !== undefined) return difference;
    }
  }
  return valueDifference(a, b, where);
}

/**
 * Compares two executions of one notebook: sources, outputs and execution counts of every cell. The kernel's
 * description of itself may differ, and so may the outputs of cells with the tag {@link VOLATILE}.
 *
 * @param expected the one that is taken to be right.
 * @param actual the other.
 * @returns the first difference, or undefined when there is none.
 */
export function compareNotebooks(expected: Notebook, actual: Notebook): NotebookDifference | undefined {
  if (expected.cells.length !== actual.cells.length) {
    return {
      where: "cells",
      message: `expected ${expected.cells.length} cells, got ${actual.cells.length}`,
    };
  }
  for (let index = 0; index < expected.cells.length; index++) {
    const a = expected.cells[index]!;
    const b = actual.cells[index]!;
    const found = (difference: { where: string; message: string } | undefined) =>
      difference === undefined ? undefined : {
        cell: index,
        where: difference.where,
        message: `cell ${index + 1}, ${difference.where}: ${difference.message}`,
      };
    for (const key of ["cell_type", "id", "source"] as const) {
      const difference = found(valueDifference(a[key], b[key], key));
      if (difference !== undefined) return difference;
    }
    if (a.cell_type !== "code" || b.cell_type !== "code") continue;
    const counts = found(valueDifference(a.execution_count, b.execution_count, "execution_count"));
    if (counts !== undefined) return counts;
    if (hasTag(a, VOLATILE) || hasTag(b, VOLATILE)) continue;
    for (let i = 0; i < Math.max(a.outputs.length, b.outputs.length); i++) {
      const where = `outputs[${i}]`;
      const [left, right] = [a.outputs[i], b.outputs[i]];
      const difference = found(
        left === undefined || right === undefined
          ? valueDifference(left?.output_type, right?.output_type, where)
          : outputDifference(left, right, where),
      );
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}
