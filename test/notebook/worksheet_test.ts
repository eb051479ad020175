import { describe, expect, test } from "vitest";
import {
  bundleOf,
  check,
  CheckError,
  describeError,
  Progress,
  showLostErrors,
  StoppedError,
} from "../../src/notebook/mod.ts";

describe("worksheet checks", () => {
  test("points are summed with reasons, and the result is a number", async () => {
    const result = await check("Write a trap handler", 5, [
      { what: "It returns", points: 2, test: () => true },
      {
        what: "It is entered for every CLI",
        points: 2,
        test: async () => await Promise.resolve({ share: 0.5, reason: "3 of 6 arrived" }),
      },
      { what: "The guest exits", points: 1, test: () => "the run ended with a triple fault" },
    ]);
    expect(Number(result)).toBe(3);
    expect(result.correct).toBe(false);
    expect(result.text().split("\n")).toEqual([
      "3/5 points: Write a trap handler. Partly correct.",
      "  [x] It returns (2/2)",
      "  [~] It is entered for every CLI (1/2): 3 of 6 arrived",
      "  [ ] The guest exits (0/1): the run ended with a triple fault",
    ]);
    const bundle = await bundleOf(result);
    expect(bundle["text/html"]).toContain("Partly.");
  });

  test("an answer that throws is wrong, not the end", async () => {
    const result = await check("Predict", 1, () => {
      throw new TypeError("x is undefined");
    });
    expect(Number(result)).toBe(0);
    expect(result.text()).toContain("The answer could not be run: TypeError: x is undefined");
  });

  test("the Stop button ends the check, too", async () => {
    await expect(check("Run", 1, () => {
      throw new StoppedError("5 cycles", false);
    })).rejects.toThrow("Stopped by the Stop button after 5 cycles");
  });

  test("criteria without points share them evenly", async () => {
    const result = await check("Three", 1, [
      { what: "a", test: () => true },
      { what: "b", test: () => true },
      { what: "c", test: () => true },
    ]);
    expect(result.correct).toBe(true);
    const half = await check("Hint", 3, [{ what: "a", test: () => true }, {
      what: "b",
      test: () => false,
      hint: "Look at IOPL.",
    }]);
    expect(half.text()).toContain("1.50/3 points");
    expect(half.text()).toContain("Look at IOPL.");
  });

  test("a check that cannot add up is refused", async () => {
    await expect(check("None", 1, [])).rejects.toThrow(CheckError);
    await expect(check("Sum", 5, [{ what: "a", points: 2, test: () => true }])).rejects.toThrow(
      "add up to 2",
    );
    await expect(check("Zero", 0, () => true)).rejects.toThrow("more than 0");
  });
});

describe("progress", () => {
  const record = () => {
    // deno-lint-ignore no-explicit-any
    const sent: [string, any][] = [];
    return {
      sent,
      host: {
        broadcast: (
          type: string,
          content: Record<string, never>,
        ) => (sent.push([type, content]), Promise.resolve()),
      },
    };
  };

  test("is displayed at once, updated in place, and ends in the given text", async () => {
    const { sent, host } = record();
    const progress = new Progress("Booting", { total: 1000, unit: "cycles", every: 0, host: host as never });
    progress.update(500);
    await progress.done("1,000 cycles");
    progress.update(700);
    await progress.done("again");
    const texts = sent.map(([type, content]) => [type, content["data"]["text/plain"]]);
    expect(texts).toEqual([
      ["display_data", "Booting: 0 %, 0 cycles"],
      ["update_display_data", "Booting: 50 %, 500 cycles"],
      ["update_display_data", "Booting: 1,000 cycles"],
    ]);
    expect(new Set(sent.map(([, content]) => content["transient"]["display_id"])).size).toBe(1);
    expect(sent[2]![1]["data"]["text/html"]).not.toContain("<progress");
  });

  test("many updates are few messages", async () => {
    const { sent, host } = record();
    const progress = new Progress("Running", { every: 1e9, host: host as never });
    for (let i = 0; i < 1000; i++) progress.update(i);
    await progress.done("finished");
    expect(sent.length).toBe(3);
  });

  test("elsewhere it is a line, or nothing", async () => {
    const lines: string[] = [];
    const progress = new Progress("Running", {
      host: { line: (text, last) => lines.push(`${text}${last ? "!" : ""}`) },
    });
    await progress.done("finished");
    expect(lines).toEqual(["Running: 0", "Running: finished!"]);
    await expect(new Progress("Silent", { host: undefined }).done("x")).resolves.toBeUndefined();
  });
});

describe("lost errors", () => {
  test("are reported once, and prevented from ending the process", () => {
    const target = new EventTarget();
    const said: string[] = [];
    expect(showLostErrors(target as never, (text) => said.push(text))).toBe(true);
    expect(showLostErrors(target as never, (text) => said.push(text))).toBe(true);
    const rejection = Object.assign(new Event("unhandledrejection", { cancelable: true }), {
      reason: new RangeError("late"),
    });
    target.dispatchEvent(rejection);
    const error = Object.assign(new Event("error", { cancelable: true }), {
      error: new Error("in a timer"),
      message: "",
    });
    target.dispatchEvent(error);
    expect(said.length).toBe(2);
    expect(said[0]).toMatch(/^Unhandled rejection: RangeError: late\n/);
    expect(said[1]).toMatch(/^Uncaught error: Error: in a timer\n/);
    expect([rejection.defaultPrevented, error.defaultPrevented]).toEqual([true, true]);
  });

  test("outside a notebook the process reports them itself", () => {
    expect(showLostErrors(new EventTarget() as never)).toBe(false);
  });

  test("causes and odd values are described", () => {
    expect(describeError(new Error("a", { cause: new TypeError("b") }))).toMatch(
      /^Error: a[^]*Caused by: TypeError: b/,
    );
    expect([describeError("text"), describeError(undefined), describeError({ a: 1 })]).toEqual([
      "text",
      "undefined",
      '{"a":1}',
    ]);
  });
});
