import { describe, expect, test } from "vitest";
import { compareNotebooks, type Output } from "../../src/lecture/mod.ts";
import { OutputCollector } from "../../src/lecture/outputs.ts";
import { code, markdown, notebookOf } from "./support.ts";

const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const ran = (id: string, outputs: Output[], ...tags: string[]) => ({
  ...code(id, "f()", ...tags),
  execution_count: 1,
  outputs,
});

describe("comparing two executions", () => {
  test("the same is the same, whatever the kernel says of itself", () => {
    const one = notebookOf(markdown("m", "x"), ran("a", [printed("1\n")]));
    const two = {
      ...one,
      metadata: { ...one.metadata, language_info: { name: "typescript", version: "9" } },
    };
    expect(compareNotebooks(one, two)).toBeUndefined();
  });

  test("the first differing line is shown, with its cell and place", () => {
    const one = notebookOf(ran("a", []), ran("b", [printed("1\n2\n3\n")]));
    const two = notebookOf(ran("a", []), ran("b", [printed("1\n5\n3\n")]));
    expect(compareNotebooks(one, two)).toEqual({
      cell: 1,
      where: "outputs[0].text",
      message: 'cell 2, outputs[0].text: line 2: expected "2", got "5"',
    });
  });

  test("of a long line the part is shown that differs", () => {
    const long = (tail: string) =>
      notebookOf(ran("a", [printed(`${"x".repeat(500)}${tail}${"y".repeat(500)}`)]));
    const message = compareNotebooks(long("one"), long("two"))!.message;
    expect(message).toMatch(/expected \.\.\."x{40}oney+\.\.\., got \.\.\."x{40}twoy+\.\.\./);
    expect(message.length).toBeLessThan(450);
  });

  test("a missing and a surplus output are differences", () => {
    const one = notebookOf(ran("a", [printed("1")]));
    const two = notebookOf(ran("a", []));
    expect(compareNotebooks(one, two)?.message).toBe('cell 1, outputs[0]: expected "stream", got nothing');
    expect(compareNotebooks(two, one)?.message).toBe('cell 1, outputs[0]: expected nothing, got "stream"');
  });

  test("of a bundle, the text is compared first, then the rest", () => {
    const show = (text: string, value: number): Output => ({
      output_type: "display_data",
      data: { "application/json": { deep: [0, value] }, "text/plain": text },
      metadata: {},
    });
    const compare = (a: Output, b: Output) =>
      compareNotebooks(notebookOf(ran("a", [a])), notebookOf(ran("a", [b])));
    expect(compare(show("x", 1), show("y", 2))?.where).toBe('outputs[0].data["text/plain"]');
    expect(compare(show("x", 1), show("x", 2))?.where).toBe('outputs[0].data["application/json"].deep[1]');
  });

  test("a volatile cell's outputs are not compared, its source is", () => {
    const one = notebookOf(ran("a", [printed("0.1 s")], "volatile"));
    const two = notebookOf(ran("a", [printed("0.2 s")], "volatile"));
    expect(compareNotebooks(one, two)).toBeUndefined();
    const three = notebookOf({ ...ran("a", [printed("0.2 s")], "volatile"), source: "g()" });
    expect(compareNotebooks(one, three)?.where).toBe("source");
  });
});

describe("gathering outputs", () => {
  const message = (type: string, parent: string, content: Record<string, unknown>) => ({
    header: { msg_type: type },
    parent_header: { msg_id: parent },
    content,
  });

  test("text goes to the cell it answers, however late, and consecutive text is one output", () => {
    const collector = new OutputCollector();
    collector.begin("one");
    collector.take(message("stream", "one", { name: "stdout", text: "a" }));
    collector.begin("two");
    collector.take(message("stream", "one", { name: "stdout", text: "b" }));
    collector.take(message("stream", "two", { name: "stdout", text: "c" }));
    collector.take(message("stream", "nobody", { name: "stdout", text: "d" }));
    expect(collector.outputs("one")).toEqual([printed("ab")]);
    expect(collector.outputs("two")).toEqual([printed("cd")]);
  });

  test("clear_output clears at once, or when the next output comes", () => {
    const collector = new OutputCollector();
    collector.begin("one");
    collector.take(message("stream", "one", { name: "stdout", text: "a" }));
    collector.take(message("clear_output", "one", { wait: true }));
    expect(collector.outputs("one")).toEqual([printed("a")]);
    collector.take(message("stream", "one", { name: "stdout", text: "b" }));
    expect(collector.outputs("one")).toEqual([printed("b")]);
    collector.take(message("clear_output", "one", { wait: false }));
    expect(collector.outputs("one")).toEqual([]);
  });

  test("no transient data is kept, and status messages are no outputs", () => {
    const collector = new OutputCollector();
    collector.begin("one");
    expect(collector.take(message("status", "one", { execution_state: "idle" }))).toBe(false);
    const content = { data: { "text/plain": "x" }, metadata: {}, transient: { display_id: "d" } };
    collector.take(message("display_data", "one", content));
    expect(collector.outputs("one")).toEqual([
      { output_type: "display_data", data: { "text/plain": "x" }, metadata: {} },
    ]);
  });
});
