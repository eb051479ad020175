import { Ajv } from "ajv";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NotebookFormatError, notebookProblems, parseNotebook } from "../../src/lecture/mod.ts";
import { formatNotebook } from "../../src/lecture/notebook.ts";
import { code, markdown, notebookOf } from "./support.ts";

const { $schema: _draft4, ...schema } = JSON.parse(
  readFileSync(new URL("../data/nbformat/nbformat.v4.5.schema.json", import.meta.url), "utf8"),
);
const official = new Ajv({ strict: false }).compile(schema);

type Raw = Record<string, unknown>;
const codeCell = (rest: Raw = {}): Raw => ({
  cell_type: "code",
  id: "c",
  metadata: {},
  source: "1",
  execution_count: null,
  outputs: [],
  ...rest,
});
const whole = (rest: Raw = {}): Raw => ({
  cells: [codeCell()],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
  ...rest,
});
const withOutput = (output: unknown): Raw => whole({ cells: [codeCell({ outputs: [output] })] });
const result = {
  output_type: "execute_result",
  data: { "text/plain": "1" },
  metadata: {},
  execution_count: 1,
};

describe("the rules of nbformat 4.5, against the official JSON schema", () => {
  const documents: [name: string, document: unknown, place: RegExp][] = [
    ["a list", [], /JSON object/],
    ["nbformat 3", whole({ nbformat: 3 }), /^nbformat: must be 4, not 3; convert it/],
    ["no cells", { metadata: {}, nbformat: 4, nbformat_minor: 5 }, /"cells" is missing/],
    ["cells that are no list", whole({ cells: {} }), /^cells: must be a list/],
    ["a stray key", whole({ worksheets: [] }), /"worksheets" is not allowed/],
    ["no metadata", { cells: [], nbformat: 4, nbformat_minor: 5 }, /"metadata" is missing/],
    [
      "a kernelspec without a name",
      whole({ metadata: { kernelspec: { display_name: "x" } } }),
      /kernelspec: "name"/,
    ],
    ["a language without a name", whole({ metadata: { language_info: {} } }), /language_info: "name"/],
    ["a cell that is a string", whole({ cells: ["x"] }), /^cells\[0\]: must be an object/],
    ["an unknown cell type", whole({ cells: [codeCell({ cell_type: "heading" })] }), /cells\[0\]\.cell_type/],
    ["no cell id", whole({ cells: [codeCell({ id: undefined })] }), /cells\[0\]/],
    ["an id with a blank", whole({ cells: [codeCell({ id: "a b" })] }), /cells\[0\]\.id/],
    ["an id too long", whole({ cells: [codeCell({ id: "x".repeat(65) })] }), /cells\[0\]\.id/],
    ["a source that is a number", whole({ cells: [codeCell({ source: 1 })] }), /cells\[0\]\.source/],
    ["a count that is a string", whole({ cells: [codeCell({ execution_count: "1" })] }), /execution_count/],
    [
      "outputs in Markdown",
      whole({ cells: [{ ...codeCell(), cell_type: "markdown" }] }),
      /"outputs" is not allowed/,
    ],
    ["tags that are a string", whole({ cells: [codeCell({ metadata: { tags: "x" } })] }), /metadata\.tags/],
    ["a tag twice", whole({ cells: [codeCell({ metadata: { tags: ["x", "x"] } })] }), /not repeat/],
    ["a tag with a comma", whole({ cells: [codeCell({ metadata: { tags: ["a,b"] } })] }), /without commas/],
    ["an unknown output", withOutput({ output_type: "pyout" }), /outputs\[0\]\.output_type/],
    ["a stream without text", withOutput({ output_type: "stream", name: "stdout" }), /"text" is missing/],
    ["an error without a trace", withOutput({ output_type: "error", ename: "E", evalue: "" }), /"traceback"/],
    ["a result without data", withOutput({ ...result, data: undefined }), /data/],
    ["transient data kept", withOutput({ ...result, transient: {} }), /"transient" is not allowed/],
    ["text that is an object", withOutput({ ...result, data: { "text/plain": {} } }), /\["text\/plain"\]/],
  ];

  test.each(documents)("%s is refused by both, with its place", (_, document, place) => {
    const json = JSON.parse(JSON.stringify(document));
    expect(official(json)).toBe(false);
    expect(notebookProblems(json).join("\n")).toMatch(place);
  });

  test("what Ringlab writes passes both, whatever is in it", () => {
    const text = fc.string({ unit: "grapheme" });
    const output = fc.oneof(
      fc.record({
        output_type: fc.constant("stream" as const),
        name: fc.constantFrom("stdout", "stderr"),
        text,
      }),
      fc.record({
        output_type: fc.constant("display_data" as const),
        data: fc.record({ "text/plain": text, "application/json": fc.jsonValue() }, { requiredKeys: [] }),
        metadata: fc.constant({}),
      }),
      fc.record({
        output_type: fc.constant("error" as const),
        ename: text,
        evalue: text,
        traceback: fc.array(text),
      }),
    );
    const outputs = fc.array(output, { maxLength: 4 });
    fc.assert(fc.property(fc.array(fc.tuple(text, outputs), { maxLength: 4 }), (cells) => {
      const notebook = notebookOf(
        markdown("m", "# Title"),
        ...cells.map(([source, outputs], index) => ({
          ...code(`c${index}`, source),
          outputs: outputs as never,
        })),
      );
      const written = formatNotebook(notebook);
      const raw = JSON.parse(written);
      expect(official(raw), JSON.stringify(official.errors)).toBe(true);
      expect(notebookProblems(raw)).toEqual([]);
      // Reading gives it back, and writing again the same bytes.
      const read = parseNotebook(written, "x.ipynb");
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(notebook)));
      expect(formatNotebook(read)).toBe(written);
    }));
  });

  test("cell ids must be unique, which the schema cannot say", () => {
    const problems = notebookProblems(whole({ cells: [codeCell(), codeCell()] }));
    expect(problems).toEqual(['cells[1].id: "c" is already the id of cells[0]; ids must be unique']);
  });
});

describe("reading a notebook", () => {
  test("that is not JSON says where", () => {
    const read = () => parseNotebook('{\n "cells": [,]\n}', "broken.ipynb");
    expect(read).toThrow(NotebookFormatError);
    expect(read).toThrow(/broken\.ipynb is not a notebook that can be run:\n {2}- it is not JSON/);
  });

  test("of nbformat 4.4 gives its cells ids that stay", () => {
    const old = JSON.stringify({ ...whole({ nbformat_minor: 4, cells: [codeCell({ id: undefined })] }) });
    expect(parseNotebook(old, "old.ipynb").cells.map((cell) => cell.id)).toEqual(["cell-1"]);
  });

  test("any damage to a notebook's text is an error of ours or a notebook, never anything else", () => {
    const text = JSON.stringify(withOutput(result));
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(20), fc.string(), (at, length, insert) => {
        try {
          parseNotebook(text.slice(0, at) + insert + text.slice(at + length), "x.ipynb");
        } catch (error) {
          expect(error).toBeInstanceOf(NotebookFormatError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
