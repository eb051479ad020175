import { describe, expect, test } from "vitest";
import { BenchError, PLACES, runInstruction, SELECTORS } from "../../src/experiments/mod.ts";
import { AssemblerError, formsOf } from "../../src/isa/mod.ts";

const IF = 0x200;

describe("an instruction in a ring", () => {
  test("does its work: registers, flags, memory, time", () => {
    const run = runInstruction("add [0x800], eax", {
      registers: { eax: 0x80000001 },
      memory: { [PLACES.data]: [0xff, 0xff, 0xff, 0x7f] },
    });
    expect(run.outcome).toBe("executes");
    expect(run.memory).toEqual([{ offset: PLACES.data, before: 0x7fffffff, after: 0 }]);
    expect(run.visible).toEqual([
      { name: "CF", from: 0, to: 1 },
      { name: "PF", from: 0, to: 1 },
      { name: "AF", from: 0, to: 1 },
      { name: "ZF", from: 0, to: 1 },
    ]);
    expect(run.resources).toEqual([]);
    expect(run.after.eip).toBe(PLACES.code + run.bytes.length);
    expect(run.cycles).toBeGreaterThan(0);
    expect(run.transition).toBe(0);
  });

  test("leaves no trace for the next one", () => {
    const first = runInstruction("mov [0x800], esp", { ring: 1 });
    runInstruction("wrmsr", { ring: 0, registers: { ecx: 0x176, eax: 0x1234 } });
    runInstruction("mov cr3, eax", { ring: 0, registers: { eax: 0x5000 } });
    const second = runInstruction("mov [0x800], esp", { ring: 1 });
    const plain = (run: typeof first) => ({ ...run.after, cycles: 0, instructions: 0 });
    expect(plain(second)).toEqual(plain(first));
    expect(second.cycles).toBe(first.cycles);
  });

  test.each([0, 1, 2, 3] as const)("starts in ring %d, with that ring's segments", (ring) => {
    const { before } = runInstruction("nop", { ring });
    expect(before.cpl).toBe(ring);
    expect(before.segments.cs.selector & 3).toBe(ring);
    expect(before.segments.ss.selector & 3).toBe(ring);
    expect(before.eflags & IF).toBe(IF);
  });

  test("starts in the older modes", () => {
    expect(runInstruction("cli", { mode: "real" }).outcome).toBe("executes");
    const run = runInstruction("cli", { mode: "virtual-8086" });
    expect(run.before.mode).toBe("virtual-8086");
    expect(run.outcome).toBe("#GP");
    expect(run.frame.map(({ name }) => name)).toEqual(
      ["error code", "EIP", "CS", "EFLAGS", "ESP", "SS", "ES", "DS", "FS", "GS"],
    );
  });

  test("may be given as text, bytes or form", () => {
    for (const hlt of ["hlt", Uint8Array.of(0xf4), formsOf("hlt")[0]!]) {
      expect(runInstruction(hlt, { ring: 0 }).outcome).toBe("halts");
      expect(runInstruction(hlt, { ring: 3 }).outcome).toBe("#GP");
    }
  });
});

describe("a trap", () => {
  test("is delivered through the IDT to ring 0, on the stack that the TSS names", () => {
    const run = runInstruction("cli", { ring: 3, flags: 1 });
    expect(run).toMatchObject({ how: "trap", vector: 13, errorCode: 0 });
    expect(run.after.cpl).toBe(0);
    expect(run.after.segments.cs.selector).toBe(SELECTORS.monitorCode);
    expect(run.after.eflags & IF).toBe(0);
    expect(run.frame).toMatchObject([
      { name: "error code", value: 0 },
      { name: "EIP", value: PLACES.code },
      { name: "CS", value: SELECTORS.code3 },
      { name: "EFLAGS", value: 0x10203 }, // RF, IF and CF
      { name: "ESP", value: PLACES.stack },
      { name: "SS", value: SELECTORS.data3 },
    ]);
    const tss = run.after.tr.base;
    const ring0 = new DataView(run.read(tss + 4, 8).buffer);
    expect(run.frame.at(-1)!.linear + 4).toBe(ring0.getUint32(0, true));
    expect(run.after.segments.ss.selector).toBe(ring0.getUint32(4, true));
    expect(run.transition).toBeGreaterThan(0);
    expect(run.transition).toBeLessThan(run.cycles);
  });

  test("from ring 0 stays on the stack", () => {
    const run = runInstruction("ud2", { ring: 0 });
    expect(run.frame.map(({ name }) => name)).toEqual(["EIP", "CS", "EFLAGS"]);
    expect(run.after.gpr.esp).toBe(PLACES.stack - 12);
    expect(run.transition).toBeLessThan(runInstruction("ud2", { ring: 3 }).transition);
  });

  test("INT n calls the handler if the gate lets it", () => {
    expect(runInstruction("int 0x80").outcome).toBe("INT 80h");
    expect(runInstruction("int 0x80", { gatesOpen: false })).toMatchObject({
      outcome: "#GP",
      errorCode: 0x80 * 8 + 2,
    });
    expect(runInstruction("int 0x80", { gatesOpen: false, ring: 0 }).outcome).toBe("INT 80h");
  });
});

describe("what the operating system allows", () => {
  test.each([0, 1, 2, 3] as const)("IOPL %d opens CLI and IN to the rings up to it", (iopl) => {
    for (const ring of [0, 1, 2, 3] as const) {
      for (const text of ["cli", "in al, 0x80"]) {
        expect(runInstruction(text, { ring, iopl }).trapped).toBe(ring > iopl);
      }
    }
  });

  test("the I/O permission bitmap opens ports, CR4 closes the counters and the descriptor tables", () => {
    expect(runInstruction("in al, 0x80", { portsOpen: true }).outcome).toBe("executes");
    expect(runInstruction("in eax, dx", { portsOpen: true, registers: { edx: 0x100 } }).outcome).toBe("#GP");
    expect(runInstruction("rdtsc").outcome).toBe("executes");
    expect(runInstruction("rdtsc", { timeStampDisable: true }).outcome).toBe("#GP");
    expect(runInstruction("rdpmc", { performanceCounters: true }).outcome).toBe("executes");
    expect(runInstruction("sgdt [0x800]").outcome).toBe("executes");
    expect(runInstruction("sgdt [0x800]", { umip: true }).outcome).toBe("#GP");
  });

  test("POPF drops IF above IOPL without a word", () => {
    const [ring0, ring3] = ([0, 3] as const).map((ring) => runInstruction("popf", { ring, stack: [2] }));
    expect(ring0!.resources).toEqual([{ name: "IF", from: 1, to: 0 }]);
    expect(ring3!.outcome).toBe("executes");
    expect(ring3!.resources).toEqual([]);
    expect(ring3!.visible).toEqual(ring0!.visible);
    expect(runInstruction("popf", { ring: 3, stack: [2], virtualizable: true }).outcome).toBe("#GP");
  });
});

describe("what cannot be", () => {
  test("two instructions, or none", () => {
    expect(() => runInstruction("nop\nnop")).toThrow(BenchError);
    expect(() => runInstruction("nop\nnop")).toThrow(/one instruction at a time.*1 of 2 bytes/s);
    expect(() => runInstruction(Uint8Array.of(0x0f))).toThrow(/no whole instruction/);
    expect(() => runInstruction("")).toThrow(BenchError);
    expect(() => runInstruction("clii")).toThrow(AssemblerError);
  });

  test("registers, memory and privilege levels that do not exist", () => {
    expect(() => runInstruction("nop", { registers: { rax: 1 } as never })).toThrow(
      /"rax" is no general register/,
    );
    expect(() => runInstruction("nop", { memory: { 0xfff: [1, 2] } })).toThrow(/do not fit the window/);
    expect(() => runInstruction("nop", { iopl: 4 as never })).toThrow(/IOPL is 0 to 3/);
  });
});
