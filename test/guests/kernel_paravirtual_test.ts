import { describe, expect, test } from "vitest";
import {
  HYPERCALLS,
  SENSITIVE_ACTS,
  teachingKernel,
  type TeachingKernelOptions,
} from "../../src/guests/kernel/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import { type KernelRun, lookAt, runKernel } from "./kernel_runs.ts";
import { ParavirtualDouble } from "./paravirtual_double.ts";

const WORKLOAD = { compute: 1, syscalls: 50, switches: 20, pageTable: 20, io: 3 };

function runParavirtual(options: TeachingKernelOptions = {}, profile = "pentium4-672") {
  const kernel = teachingKernel({ workload: WORKLOAD, ...options, paravirtual: true });
  const double = new ParavirtualDouble(kernel, { profile });
  return { ...lookAt(kernel, double.machine, double.machine.runSync({ maxInstructions: 1e7 })), double };
}

const NATIVE = teachingKernel(), PARAVIRTUAL = teachingKernel({ paravirtual: true });

describe("the paravirtual build in ring 1, against a double of the monitor", () => {
  const native = runKernel({ workload: WORKLOAD, systemCalls: "int80" });

  test("prints what the native build prints, and keeps the rules", () => {
    const { run, double, count, word } = runParavirtual();
    expect(run.console).toBe(native.run.console);
    expect(double.violations).toEqual([]);
    expect([run.status, run.exitCode]).toEqual(["exited", 1]);
    // The cli and the in of processes that misbehave; nothing of the kernel's own faults.
    expect(double.events.get(13)).toBe(2);
    expect(double.events.get(14)).toBe(native.count("trap #PF page fault"));
    expect(count("trap INT 80h")).toBe(native.count("trap INT 80h"));
    expect(word("slot_faults", 7)).toBe(native.word("slot_faults", 7));
  });

  test("system calls do not pass through the monitor; page tables, stacks and directories do", () => {
    const { double, word } = runParavirtual({ badProcesses: false, sleepTicks: 0, tickHz: 19 });
    expect(double.events.has(0x80)).toBe(false);
    expect(double.calls.get("set_page_directory")).toBe(word("switches") + 1);
    expect(double.calls.get("stack_switch")).toBe(word("switches") + 1);
    // Every round maps three pages at once, and unmaps four one by one.
    expect(double.calls.get("multicall")).toBe(WORKLOAD.pageTable);
    expect(double.calls.get("invalidate")).toBe(WORKLOAD.pageTable * 4);
    expect(double.calls.has("block")).toBe(false);
  });

  const held = (run: KernelRun & { double: ParavirtualDouble }) =>
    (run.double.calls.get("unmask") ?? 0) + (run.double.calls.get("iret") ?? 0);

  const BUSY = { workload: { ...WORKLOAD, syscalls: 500, pageTable: 50 }, sleepTicks: 0 };
  const calm = runParavirtual({ ...BUSY, tickHz: 19 });

  test.each([["pentium4-672", 19_997], ["pentium3-coppermine", 20_000], ["pentium3-coppermine", 11_003]])(
    "%s at %i Hz: ticks held back are not lost, and change nothing",
    (profile, tickHz) => {
      const busy = runParavirtual({ ...BUSY, tickHz }, profile);
      expect(busy.double.violations).toEqual([]);
      expect(busy.run.console).toBe(calm.run.console);
      expect(busy.word("preemptions")).toBeGreaterThan(0);
      expect(busy.word("ticks")).toBe(busy.double.events.get(0x20));
      expect(calm.word("preemptions")).toBe(0);
      expect(held(calm)).toBeLessThanOrEqual(calm.word("ticks"));
      const [before, after] = [calm.steadyMemory(), busy.steadyMemory()];
      // The timer's period is a constant in the kernel's code.
      const code = busy.kernel.address("start_timer"), end = busy.kernel.address("start_fast_calls");
      after.set(before.subarray(code, end), code);
      // The double's own tables: TSS of the last switch.
      for (const memory of [before, after]) memory.fill(0, 0x80000, 0x83000);
      const differs = after.findIndex((byte, at) => byte !== before[at]);
      expect(differs < 0 ? "same" : `${differs.toString(16)}: ${busy.kernel.symbolAt(differs)}`).toBe("same");
    },
  );

  test("a kernel mapped by a 4 MiB page, one kind of work after the other", () => {
    const { run, double } = runParavirtual({ largePages: true, concurrent: false });
    expect(double.violations).toEqual([]);
    const checksums = (text: string) =>
      text.split("\n").filter((line) => /^[a-z ]+[AB]? +[0-9a-f]{8}$/.test(line));
    expect(checksums(run.console).length).toBeGreaterThan(10);
    const order = runKernel({ workload: WORKLOAD, systemCalls: "int80", concurrent: false });
    expect(checksums(run.console)).toEqual(checksums(order.run.console));
  });

  test("the diagnostics show ring 1, and an IF that the kernel does not command", () => {
    const { run, double } = runParavirtual({ diagnostics: true });
    const wrong = run.console.split("\n").filter((line) => line.includes("WRONG"))
      .map((line) => line.slice(2, 22).trim());
    expect(run.console).toContain("CPL in CS           00000001  right");
    expect(wrong).toEqual(["IF after CLI", "base by SGDT", "base by SIDT", "selector by STR"]);
    expect(double.violations).toEqual([]);
  });

  test("without a monitor it halts at once", () => {
    const machine = new Machine({ memory: PARAVIRTUAL.memory, history: false });
    machine.load(PARAVIRTUAL);
    const run = machine.runSync({ maxInstructions: 100 });
    expect([run.status, run.instructions]).toEqual(["halted", 4]);
  });
});

describe("one source, two builds", () => {
  const own = (title: string) =>
    !title.startsWith("Sensitive acts") && title !== "Choices" && title !== "Memory";

  test("all chapters but the acts are the same, character by character", () => {
    const titles = NATIVE.chapters.map(({ title }) => title);
    expect(PARAVIRTUAL.chapters.map(({ title }) => title)).toEqual(titles);
    for (const title of titles.filter(own)) {
      const source = (kernel: typeof NATIVE) =>
        kernel.chapters.find((chapter) => chapter.title === title)?.source;
      expect(source(PARAVIRTUAL)).toBe(source(NATIVE));
    }
    const { native, paravirtual, kernel } = NATIVE.changedLines;
    expect(native).toBeGreaterThan(50);
    expect(paravirtual).toBeGreaterThan(50);
    expect(kernel).toBeGreaterThan(3 * native);
    expect(PARAVIRTUAL.changedLines.kernel).toBe(kernel - native + paravirtual);
  });

  test("no privileged or sensitive instruction stands outside the acts, but for the time stamp", () => {
    const sensitive =
      /^\s*(?:\.?\w+:)?\s*(?:cli|sti|hlt|pushfd?|popfd?|iretd?|in|out|ins[bwd]|outs[bwd]|lgdt|lidt|lldt|ltr|sgdt|sidt|sldt|str|smsw|lmsw|clts|invlpg|invd|wbinvd|rdmsr|wrmsr|sysexit|lar|lsl|verr|verw|mov\s+\w+\s*,\s*(?:cr|dr)\d|mov\s+(?:cr|dr)\d)\b/;
    for (const { title, source } of NATIVE.chapters.filter(({ title }) => own(title))) {
      const found = source.split("\n").filter((line) => sensitive.test(line));
      expect([title, ...found]).toEqual([title]);
    }
    const acts = NATIVE.chapters.filter(({ title }) => title.startsWith("Sensitive acts"));
    expect(acts.flatMap(({ source }) => source.split("\n").filter((line) => sensitive.test(line))).length)
      .toBeGreaterThan(30);
  });

  test("the list of acts is complete in both versions", () => {
    for (const [kernel, absent] of [[NATIVE, ""], [PARAVIRTUAL, "FAST_RETURN"]] as const) {
      const acts = kernel.chapters.filter(({ title }) => title.startsWith("Sensitive acts"))
        .map(({ source }) => source).join("\n");
      const macros = [...acts.matchAll(/^%macro (\w+) /gm)].map((match) => match[1]!);
      const routines = [...acts.matchAll(/^(\w+):/gm)].map((match) => match[1]!);
      const names = SENSITIVE_ACTS.map(({ name }) => name).filter((name) => name !== absent);
      for (const name of names) expect([...macros, ...routines]).toContain(name);
      // What is defined beyond the list serves the acts themselves.
      const helpers = ["GATE", "NO_GATES", "HYPERCALL", "ASK", "queue_update", "flush_updates"];
      expect([...macros, ...routines].filter((name) => !names.includes(name) && !helpers.includes(name)))
        .toEqual([]);
    }
  });

  test("hypercalls are numbered without a gap and described", () => {
    expect(HYPERCALLS.map(({ number }) => number)).toEqual([...HYPERCALLS.keys()]);
    expect(new Set(HYPERCALLS.map(({ name }) => name)).size).toBe(HYPERCALLS.length);
    for (const { name, number, does } of HYPERCALLS) {
      expect(PARAVIRTUAL.symbols.get(`HC_${name.toUpperCase()}`)).toBe(number);
      expect(does).not.toBe("");
    }
  });
});
