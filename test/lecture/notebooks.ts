/** Notebooks made of sources, for tests and for the programs beside them. */
import type { CodeCell, Notebook, TextCell } from "../../src/lecture/mod.ts";

/** A code cell, not executed. */
export function code(id: string, source: string, ...tags: string[]): CodeCell {
  const metadata: CodeCell["metadata"] = tags.length > 0 ? { tags } : {};
  return { cell_type: "code", id, metadata, source, execution_count: null, outputs: [] };
}

/** A Markdown cell. */
export function markdown(id: string, source: string): TextCell {
  return { cell_type: "markdown", id, metadata: {}, source };
}

/** A notebook for Ringlab's kernel. */
export function notebookOf(...cells: (CodeCell | TextCell)[]): Notebook {
  const kernelspec = { name: "ringlab", display_name: "Ringlab (Deno)", language: "typescript" };
  return { cells, metadata: { kernelspec } };
}
