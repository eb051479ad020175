import { describe, expect, test } from "vitest";
import { GuestOptionError, teachingKernel, type TeachingKernelOptions } from "../../src/guests/kernel/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import { lookAt, runKernel } from "./kernel_runs.ts";

const SMALL = { compute: 1, syscalls: 50, switches: 20, pageTable: 20, io: 3 };
const QUIET = { badProcesses: false, sleepTicks: 0 };

/** The sieve and the CRC of the compute workload, by another program. */
function computeChecksum(seed: number, rounds: number): number {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) !== 0 ? (c >>> 1 ^ 0xedb88320) >>> 0 : c >>> 1;
    return c;
  });
  let crc = seed;
  for (let round = rounds; round > 0; round--) {
    for (let n = 0; n < 2048; n++) {
      let prime = 1;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = 0;
      crc = (crc >>> 8 ^ table[(prime ^ round ^ crc) & 0xff]!) >>> 0;
    }
  }
  return crc;
}

const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");

describe("the teaching kernel on the bare machine", () => {
  test("prints the checksums in the order of the jobs, kills what misbehaves, and ends", () => {
    const { run, kernel } = runKernel({ workload: SMALL });
    const GATE_RETURN = 0x083ff000 + kernel.address("gate_return") - kernel.address("gate_fast");
    const at = (label: string, offset = 0) => kernel.user.address(label) + offset;
    const up = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
    const killed = (what: string) => `kernel: process 2 killed: exception ${what}`;
    expect(run.status).toBe("exited");
    expect(run.exitCode).toBe(1);
    const lines = run.console.split("\n");
    const pong = (seed: number) => {
      let value = seed;
      for (let i = SMALL.switches; i > 0; i--) value = Math.imul(value, 33) + i | 0;
      return hex(value);
    };
    expect(lines.map((line) => line.replace(/(?<=^(?:syscalls|page table|io|\s*io:)\s+)[0-9a-f]{8}$/, "*")))
      .toEqual([
        "kernel: mapped by 4 KiB pages, system calls by SYSENTER",
        `compute A       ${hex(computeChecksum(1, 1))}`,
        `compute B       ${hex(computeChecksum(2, 1))}`,
        "syscalls        *",
        `switches A      ${pong(1)}`,
        `switches B      ${pong(2)}`,
        "page table      *",
        "  io: *",
        "  io: *",
        "  io: *",
        "io              *",
        killed(`14, error code 00000007, at ${up(at("misbehave.write_kernel"))}, address 00100000`),
        "write to kernel ffffff0e",
        killed(`14, error code 00000004, at ${up(at("misbehave.no_pointer"))}, address 00000000`),
        "null pointer    ffffff0e",
        killed("14, error code 00000004, at 08200000, address 08200000"),
        "jump nowhere    ffffff0e",
        killed(
          `14, error code 00000007, at ${up(at("misbehave.write_text"))}, address ${up(at("misbehave"))}`,
        ),
        "write to text   ffffff0e",
        killed(`13, error code 00000000, at ${up(at("misbehave.interrupts"))}`),
        "cli             ffffff0d",
        killed(`13, error code 00000000, at ${up(at("misbehave.port"))}`),
        "in              ffffff0d",
        killed(`0, error code 00000000, at ${up(at("misbehave.divide", 9))}`),
        "divide by 0     ffffff00",
        killed(`14, error code 00000000, at ${up(GATE_RETURN)}, address 08200000`),
        "bad write call  ffffff0e",
        "init: slept",
        "kernel: init has ended",
        "",
      ]);
  });

  test("codes of the io workload reach port 80h, last one first", () => {
    const { machine } = runKernel({ workload: { ...SMALL, io: 5 }, ...QUIET });
    expect(machine.postCodes).toEqual([5, 4, 3, 2, 1]);
  });

  test("only what is asked for runs", () => {
    const none = { compute: 0, syscalls: 0, switches: 0, pageTable: 0, io: 0 };
    expect(runKernel({ workload: none, ...QUIET }).run.console.split("\n").slice(1)).toEqual([
      "kernel: init has ended",
      "",
    ]);
    const one = runKernel({ workload: { ...none, syscalls: 7 }, ...QUIET, systemCalls: "int80" });
    // 7 calls of the child and its exit; init: spawn, wait, write, exit.
    expect(one.count("trap INT 80h")).toBe(7 + 1 + 4);
    expect(one.count("interrupt 20h")).toBe(one.word("ticks"));
  });

  test("a yield hands the processor to the partner each time", () => {
    const { word, count } = runKernel({
      workload: { compute: 0, syscalls: 0, switches: 100, pageTable: 0, io: 0 },
      ...QUIET,
      systemCalls: "int80",
      tickHz: 19,
    });
    expect(word("ticks")).toBe(0);
    expect(count("trap INT 80h")).toBe(2 * 100 + 2 + 2 + 2 + 2 + 1);
    expect(word("switches")).toBeGreaterThanOrEqual(2 * 100);
    expect(word("switches")).toBeLessThan(2 * 100 + 10);
  });

  test("pages appear on demand, once for each page fault that harms nobody", () => {
    const { word, count, kernel } = runKernel({ workload: { ...SMALL, pageTable: 20 }, ...QUIET });
    const appeared = Array.from({ length: 8 }, (_, slot) => word("slot_faults", slot));
    // The io process has taken over slot 2, so what the first of compute did is not in the sum.
    const computed = appeared[3]!;
    expect(appeared[7]).toBe(20 + 1); // and the stack
    expect(computed).toBe(1 + 1 + 1); // stack, table, sieve
    expect(count("trap #PF page fault")).toBe(appeared.reduce((sum, n) => sum + n, computed));
    expect(kernel.options.badProcesses).toBe(false);
  });

  test("SYSENTER leaves INT 80h unused, and the output is the same both ways", () => {
    const fast = runKernel({ workload: SMALL, systemCalls: "sysenter" });
    const slow = runKernel({ workload: SMALL, systemCalls: "int80" });
    expect(fast.count("trap INT 80h")).toBe(0);
    expect(slow.count("trap INT 80h")).toBeGreaterThan(
      SMALL.syscalls + 2 * SMALL.switches + 4 * SMALL.pageTable,
    );
    // The way itself, and the place behind the call where the process stands that gave the kernel a bad pointer.
    expect(fast.run.console.replace("SYSENTER", "INT 80h").replace("at 083FF007", "at 083FF002"))
      .toBe(slow.run.console);
    expect(fast.run.cycles.total).toBeLessThan(slow.run.cycles.total);
  });

  test("a 4 MiB page for the kernel changes nothing but the page walks", () => {
    const small = runKernel({ workload: SMALL }), large = runKernel({ workload: SMALL, largePages: true });
    const lines = (text: string) =>
      // Page 0 is mapped now, for the kernel alone.
      text.split("\n").slice(1).map((line) => line.replace("code 00000005, at", "code 00000004, at"));
    expect(large.run.console).toContain("one 4 MiB page");
    expect(lines(large.run.console)).toEqual(lines(small.run.console));
    expect(large.count("page-walk")).toBeLessThan(small.count("page-walk"));
  });

  test("what the processor says of itself is what the kernel has set up", () => {
    for (const largePages of [false, true]) {
      const { run } = runKernel({ workload: SMALL, ...QUIET, diagnostics: true, largePages });
      const answers = run.console.split("\n").filter((line) =>
        line.startsWith("  ") && !line.includes("io:")
      );
      expect(answers).toHaveLength(13);
      expect(answers.filter((line) => !line.endsWith("  right"))).toEqual([]);
      expect(run.status).toBe("exited");
    }
  });

  test("it is a Multiboot kernel too", () => {
    const kernel = teachingKernel({ workload: SMALL });
    const machine = new Machine({ memory: kernel.memory, history: false });
    machine.load({ kind: "multiboot", bytes: kernel.bytes });
    const { run } = lookAt(kernel, machine, machine.runSync({ maxInstructions: 1e8 }));
    expect(run.status).toBe("exited");
    expect(run.console).toBe(runKernel({ workload: SMALL }).run.console);
  });

  test("options that cannot be are refused by name", () => {
    const bad: [Record<string, unknown>, string][] = [
      [{ tickHz: 18 }, "tickHz"],
      [{ tickHz: 1e6 }, "tickHz"],
      [{ sleepTicks: -1 }, "sleepTicks"],
      [{ workload: { compute: 1.5 } }, "workload.compute"],
      [{ workload: { computing: 1 } }, "workload.computing"],
      [{ systemCalls: "syscall" }, "systemCalls"],
      [{ largePages: 1 }, "largePages"],
      [{ paravirtual: true, systemCalls: "sysenter" }, "systemCalls"],
    ];
    for (const [options, option] of bad) {
      const error = catching(() => teachingKernel(options as TeachingKernelOptions));
      expect(error).toBeInstanceOf(GuestOptionError);
      expect((error as GuestOptionError).option).toBe(option);
    }
  });
});

function catching(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
