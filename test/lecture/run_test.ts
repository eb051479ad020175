/** Whole notebooks in files, against real Deno kernels. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  AbortedError,
  type CodeCell,
  embeddedServer,
  executeNotebook,
  formatNotebook,
  KernelDiedError,
  KernelTimeoutError,
  type LectureEvent,
  NotebookFormatError,
  runNotebooks,
  UnknownKernelError,
  writeNotebook,
} from "../../src/lecture/mod.ts";
import { reliabilityNotebook, reliabilityProblems } from "./reliability.ts";
import { code, kernelsIn, markdown, notebookOf, put, temporaryDirectory, until } from "./support.ts";

const outputsOf = (cell: unknown) => (cell as CodeCell).outputs;

describe("executing notebooks", () => {
  test("100 cells of 100 lines and a value each: nothing is missing, nothing in the wrong place", async () => {
    const server = embeddedServer();
    const { notebook } = await executeNotebook(reliabilityNotebook(), { server, cwd: temporaryDirectory() });
    expect(reliabilityProblems(notebook)).toEqual([]);
    await server.close();
  });

  test("twice gives the same bytes; times, old outputs and old counts are gone", async () => {
    const directory = temporaryDirectory();
    const notebook = notebookOf(
      markdown("m", "# Title\n"),
      { ...code("a", 'console.log("x"); console.log("y"); ({ a: 1 })'), execution_count: 77, outputs: [] },
      code("empty", "  \n"),
      code("b", 'throw new Error("expected")', "raises-exception"),
      code("c", '"after"'),
    );
    notebook.cells[1]!.metadata["execution"] = { "iopub.execute_input": "2020-01-01T00:00:00Z" };
    const path = join(directory, "n.ipynb");
    writeNotebook(path, notebook);
    const [first] = await runNotebooks({ notebooks: [path] });
    expect(first).toMatchObject({ name: "n", status: "ok", cells: 3 });
    writeNotebook(path, first!.notebook!);
    const [second] = await runNotebooks({ notebooks: [path] });
    expect(formatNotebook(second!.notebook!)).toBe(readFileSync(path, "utf8"));
    const text = formatNotebook(second!.notebook!);
    expect(text).not.toMatch(/2020-01-01|transient|"execution":/);
    const counts = second!.notebook!.cells.map((cell) =>
      cell.cell_type === "code" ? cell.execution_count : "-"
    );
    expect(counts).toEqual(["-", 1, null, 2, 3]);
    expect(outputsOf(second!.notebook!.cells[1])[0]).toEqual({
      output_type: "stream",
      name: "stdout",
      text: "x\ny\n",
    });
  });

  test("a failing cell stops its notebook, not the others; the report names cell, error and trace", async () => {
    const directory = temporaryDirectory();
    const bad = join(directory, "1-bad.ipynb");
    const good = join(directory, "2-good.ipynb");
    writeNotebook(
      bad,
      notebookOf(markdown("m", ""), code("a", "1"), code("b", 'throw new TypeError("no")'), code("c", "2")),
    );
    writeNotebook(good, notebookOf(code("a", 'import { x } from "./x.ts"; x')));
    put(directory, "x.ts", "export const x: number = 40 + 2;");
    const events: LectureEvent[] = [];
    const [first, second] = await runNotebooks({
      notebooks: [bad, good],
      onProgress: (event) => events.push(event),
    });
    expect(first).toMatchObject({
      status: "failed",
      cells: 2,
      failure: { index: 2, id: "b", source: 'throw new TypeError("no")', ename: "TypeError", evalue: "no" },
    });
    expect(first!.failure!.traceback.join("\n")).toMatch(/TypeError: no/);
    expect(outputsOf(first!.notebook!.cells[3])).toEqual([]);
    expect(second!.status).toBe("ok");
    expect(outputsOf(second!.notebook!.cells[0])).toMatchObject([{ data: { "text/plain": "42" } }]);
    expect(
      events.map((event) =>
        event.type === "cell-finished" ? `${event.name} ${event.cell} ${event.ok}` : event.type
      ),
    )
      .toEqual([
        "notebook-started",
        "cell-started",
        "1-bad 0 true",
        "cell-started",
        "1-bad 1 false",
        "notebook-finished",
        "notebook-started",
        "cell-started",
        "2-good 0 true",
        "notebook-finished",
      ]);
  });

  test("a kernel that dies in a cell: the cell and what it had printed are shown, the next notebook runs", async () => {
    const directory = temporaryDirectory();
    const paths = ["a", "b"].map((name) => join(directory, `${name}.ipynb`));
    writeNotebook(
      paths[0]!,
      notebookOf(
        code("a", "1"),
        code("b", 'console.log("last words"); await new Promise((r) => setTimeout(r, 100)); Deno.exit(7)'),
      ),
    );
    writeNotebook(paths[1]!, notebookOf(code("a", "2")));
    const [dead, alive] = await runNotebooks({ notebooks: paths });
    expect(dead).toMatchObject({ status: "failed", failure: { id: "b", ename: "KernelDiedError" } });
    expect(dead!.error).toBeInstanceOf(KernelDiedError);
    expect(dead!.error!.message).toBe("the kernel died: exit code 7");
    expect(outputsOf(dead!.notebook!.cells[1])).toMatchObject([
      { output_type: "stream", text: "last words\n" },
      { output_type: "error", ename: "KernelDiedError" },
    ]);
    expect(alive!.status).toBe("ok");
  });

  test("a cell over its time limit fails its notebook with the limit in the error", async () => {
    const path = join(temporaryDirectory(), "slow.ipynb");
    writeNotebook(path, notebookOf(code("a", "for (;;);")));
    const [result] = await runNotebooks({ notebooks: [path], cellSeconds: 0.3 });
    expect(result).toMatchObject({ status: "failed", failure: { id: "a" }, error: { seconds: 0.3 } });
    expect(result!.error).toBeInstanceOf(KernelTimeoutError);
  });

  test("aborting rejects, and no kernel is left", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "endless.ipynb");
    writeNotebook(path, notebookOf(code("a", "for (;;);")));
    const stop = new AbortController();
    const running = runNotebooks({
      notebooks: [path],
      signal: stop.signal,
      onProgress: (event) => event.type === "cell-started" && setTimeout(() => stop.abort(), 100),
    });
    await expect(running).rejects.toThrow(AbortedError);
    await until(() => kernelsIn(directory).length === 0);
  });

  test("several at once give each its own results, in the given order", async () => {
    const directory = temporaryDirectory();
    const paths = ["a", "b", "c"].map((name) => join(directory, `${name}.ipynb`));
    for (const [index, path] of paths.entries()) {
      writeNotebook(path, notebookOf(code("x", `console.log(${index})`)));
    }
    const results = await runNotebooks({ notebooks: paths, jobs: 2 });
    expect(results.map((result) => outputsOf(result.notebook!.cells[0]))).toMatchObject([
      [{ text: "0\n" }],
      [{ text: "1\n" }],
      [{ text: "2\n" }],
    ]);
  });

  test("broken notebooks are results with errors, and nothing is written", async () => {
    const directory = temporaryDirectory();
    const paths = [
      put(directory, "json.ipynb", "{"),
      put(directory, "old.ipynb", '{"nbformat": 3, "nbformat_minor": 0, "worksheets": [], "metadata": {}}'),
      join(directory, "absent.ipynb"),
      put(
        directory,
        "kernel.ipynb",
        formatNotebook({ cells: [], metadata: { kernelspec: { name: "ir", display_name: "R" } } }),
      ),
    ];
    const before = readdirSync(directory);
    const results = await runNotebooks({ notebooks: paths });
    const kinds = [NotebookFormatError, NotebookFormatError, NotebookFormatError, UnknownKernelError];
    results.forEach((result, index) => {
      expect(result.status).toBe("failed");
      expect(result.error).toBeInstanceOf(kinds[index]);
    });
    expect(readdirSync(directory)).toEqual(before);
  });

  test("paths of this checkout in error traces become names that are the same everywhere", async () => {
    const server = embeddedServer();
    const module = new URL("../../src/lecture/gateway/wire.ts", import.meta.url).href;
    const source = `import { decodeWire } from ${JSON.stringify(module)};\ndecodeWire([], "key");`;
    const { notebook } = await executeNotebook(notebookOf(code("a", source, "raises-exception")), {
      server,
      cwd: temporaryDirectory(),
    });
    const trace = JSON.stringify(outputsOf(notebook.cells[0]));
    expect(trace).toContain("WireError");
    expect(trace).toContain("ringlab:/src/lecture/gateway/wire.ts");
    expect(trace).not.toContain("file://");
    await server.close();
  });
});
