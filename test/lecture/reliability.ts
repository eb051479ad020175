/** The proof that no output is lost or misplaced: a notebook whose every output is known beforehand. */
import type { Notebook } from "../../src/lecture/mod.ts";
import { code, notebookOf } from "./notebooks.ts";

const CELLS = 100;
const LINES = 100;

/** 100 cells; each prints 100 lines that name the cell and returns a value. */
export function reliabilityNotebook(): Notebook {
  return notebookOf(...Array.from({ length: CELLS }, (_, cell) =>
    code(
      `cell-${cell}`,
      `for (let i = 0; i < ${LINES}; i++) console.log("cell ${cell} line " + i);\n"value of ${cell}"`,
    )));
}

/** What is missing from an execution of {@link reliabilityNotebook} or lies in the wrong place; empty when all is right. */
export function reliabilityProblems(notebook: Notebook): string[] {
  return notebook.cells.flatMap((cell, index) => {
    const text = Array.from({ length: LINES }, (_, line) => `cell ${index} line ${line}\n`).join("");
    const expected = [
      { output_type: "stream", name: "stdout", text },
      {
        output_type: "execute_result",
        execution_count: index + 1,
        data: { "text/plain": `"value of ${index}"` },
        metadata: {},
      },
    ];
    const outputs = cell.cell_type === "code" ? cell.outputs : [];
    const same = JSON.stringify(outputs, keys) === JSON.stringify(expected, keys);
    return same ? [] : [`cell ${index}: ${JSON.stringify(outputs).slice(0, 200)}`];
  });
}

/** Objects in one order of keys. */
function keys(_: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}
