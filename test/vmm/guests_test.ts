import { describe, expect, test } from "vitest";
import { compareWithNative, guests, Machine, Monitor, type TechniqueName } from "../../mod.ts";

interface Way {
  readonly technique: TechniqueName;
  readonly kernelRing: 1 | 3;
}

const WAYS: readonly Way[] = [
  { technique: "trap-and-emulate", kernelRing: 1 },
  { technique: "trap-and-emulate", kernelRing: 3 },
  { technique: "binary-translation", kernelRing: 1 },
];

const WORKLOAD = { compute: 1, syscalls: 30, switches: 20, pageTable: 10, io: 3 };

/** Builds of the teaching kernel that use what the others do not. */
const KERNELS: readonly [string, guests.TeachingKernelOptions][] = [
  ["with system calls by SYSENTER", { systemCalls: "sysenter" }],
  ["with system calls by INT 80h", { systemCalls: "int80" }],
  ["in a 4 MiB page", { largePages: true }],
  ["with its diagnostics", { diagnostics: true }],
  ["ticking 5000 times a second", { tickHz: 5000 }],
];

describe.each(WAYS)("$technique, the kernel in ring $kernelRing", ({ technique, kernelRing }) => {
  test.each(KERNELS)("the teaching kernel %s: same console, same memory as natively", (_, options) => {
    const kernel = guests.teachingKernel({ workload: WORKLOAD, ...options });
    const ignore = kernel.volatileRanges.map(({ address, bytes }) => ({
      from: address,
      to: address + bytes,
    }));
    const virtualMachine = { kernelRing };
    const result = compareWithNative(kernel, { technique, memory: kernel.memory, ignore, virtualMachine });
    // What the registers hold at the end is the idle loop's business.
    expect(result.differences.filter(({ what }) => !/^e[a-ds][xpi]$|^eflags$/.test(what))).toEqual([]);
    expect(result.native.console).toContain("page table");
    expect(result.monitored.exitCode).toBe(1);
    expect(result.shareExecutedDirectly).toBeGreaterThan(0.9);
  });

  test.each(Object.keys(guests.NANOBENCHMARKS) as guests.NanobenchmarkName[])(
    "the nanobenchmark %s: same end, same memory as natively",
    (name) => {
      const guest = guests.nanobenchmark(name, { iterations: 200 });
      const result = compareWithNative(guest, { technique, memory: "2M", virtualMachine: { kernelRing } });
      expect(result.differences.filter(({ what }) => name !== "rdtsc" || !/^e[ad]x$/.test(what))).toEqual([]);
    },
  );
});

test("the paravirtual build: same console, and the same in the memory of every process, as the native build", () => {
  const options = { workload: WORKLOAD, systemCalls: "int80" } as const;
  const plain = guests.teachingKernel(options);
  const machine = new Machine({ memory: plain.memory, history: false }).load(plain);
  const native = machine.runSync();
  const monitor = new Monitor({ memory: "16M", technique: "paravirtual" });
  const vm = monitor.createVirtualMachine({ memory: plain.memory })
    .load(guests.teachingKernel({ ...options, paravirtual: true }));
  monitor.runSync();
  expect(vm.console).toBe(native.console);
  // The pools of frames that the processes' memory comes from; the page tables among them point into images of different size.
  const POOLS = 0x200000, PAGE = 4096;
  let same = 0;
  for (let frame = POOLS; frame < 0x400000; frame += PAGE) {
    const expected = machine.read(frame, PAGE), found = vm.read(frame, PAGE);
    if (!looksLikeTable(expected)) expect(found).toEqual(expected);
    if (expected.some((byte) => byte !== 0)) same++;
  }
  expect(same).toBeGreaterThan(10);
});

/** Entries of present pages, and nothing else. */
function looksLikeTable(page: Uint8Array): boolean {
  const words = new Uint32Array(page.buffer, page.byteOffset, 1024);
  const used = words.filter((word) => word !== 0);
  return used.length > 0 && used.every((word) => (word & 0xe01) === 1 && word < 0x400000);
}
