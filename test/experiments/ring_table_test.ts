import { describe, expect, test } from "vitest";
import { instructionName, ringTable, SYSTEM_INSTRUCTIONS } from "../../src/experiments/mod.ts";
import { allForms, asm, decode, isPrivileged } from "../../src/isa/mod.ts";

const outcomes = (rows: ReturnType<typeof ringTable>, instruction: string): string[] =>
  rows.filter((row) => row.instruction === instruction).map(({ outcome }) => outcome);

describe("the system instructions in all rings", () => {
  const rows = ringTable();

  test("are one example for every operation that the opcode map calls privileged and the processor has", () => {
    const tried = new Set(SYSTEM_INSTRUCTIONS.map(({ text }) => {
      const { form } = decode(asm(`bits 32\n${text}`).bytes, 0, 32)!;
      return instructionName(form);
    }));
    const wanted = allForms().filter((form) => isPrivileged(form) || form.privilege === "tsd")
      .filter(({ family }) => family !== "vmx").map(instructionName);
    expect([...tried].sort()).toEqual([...new Set(wanted)].sort());
  });

  test("all execute in ring 0, and all but RDTSC trap in the others", () => {
    for (const { text } of SYSTEM_INSTRUCTIONS) {
      const expected = text === "rdtsc" ? "executes" : "#GP";
      expect(outcomes(rows, text), text).toEqual(["executes", expected, expected, expected]);
    }
    const refused = ringTable([{ text: "rdtsc" }], { timeStampDisable: true });
    expect(outcomes(refused, "rdtsc")).toEqual(["executes", "#GP", "#GP", "#GP"]);
  });

  test("IOPL moves the border for six of them only", () => {
    const open = ringTable(SYSTEM_INSTRUCTIONS, { iopl: 2 });
    const moved = SYSTEM_INSTRUCTIONS.map(({ text }) => text)
      .filter((text) => outcomes(open, text).join() !== outcomes(rows, text).join());
    expect(moved).toEqual(["cli", "sti", "in al, 0x80", "out 0x80, al", "insb", "outsb"]);
    for (const text of moved) {
      expect(outcomes(open, text)).toEqual(["executes", "executes", "executes", "#GP"]);
    }
  });
});

test("silence is told from work", () => {
  const rows = ringTable([
    { text: "popf", state: { stack: [0x0002] } },
    { text: "popf ", state: { stack: [0x0202] } }, // nothing to change
    { text: "mov eax, cs" },
    { text: "ud2" },
    { text: "add eax, 1" },
  ]);
  const silent = "silently different";
  expect(outcomes(rows, "popf")).toEqual(["executes", silent, silent, silent]);
  expect(outcomes(rows, "popf ")).toEqual(["executes", "executes", "executes", "executes"]);
  expect(outcomes(rows, "mov eax, cs")).toEqual(["executes", silent, silent, silent]);
  expect(outcomes(rows, "ud2")).toEqual(["#UD", "#UD", "#UD", "#UD"]);
  expect(outcomes(rows, "add eax, 1")).toEqual(["executes", "executes", "executes", "executes"]);
  expect(rows[3]!.detail).toBe("popf in ring 3: it runs on, and leaves IF 1 where ring 0 leaves 0");
});
