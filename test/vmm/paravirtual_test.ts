import { describe, expect, test } from "vitest";
import { asm, Machine, Monitor } from "../../mod.ts";
import { teachingKernel } from "../../src/guests/mod.ts";
import { HYPERCALL_ERRORS, HYPERCALLS } from "../../src/hypercall/mod.ts";

const WORKLOAD = { compute: 1, syscalls: 50, switches: 20, pageTable: 10, io: 3 };

function guest(source: string, options = {}) {
  const monitor = new Monitor({ memory: "16M", technique: "paravirtual", ...options });
  const vm = monitor.createVirtualMachine({ memory: "1M" }).load(asm(`bits 32\n${source}`));
  const run = monitor.runSync({ maxInstructions: 1_000_000 });
  return { monitor, vm, run };
}

describe("the teaching kernel", () => {
  const kernel = teachingKernel({ workload: WORKLOAD, systemCalls: "int80" });
  const native = new Machine({ memory: "4M", history: false }).load(kernel).runSync({ maxCycles: 2e9 });

  test("in its paravirtual build prints what the native build prints", () => {
    const monitor = new Monitor({ memory: "32M", technique: "paravirtual" });
    const vm = monitor.createVirtualMachine({ memory: "4M" })
      .load(teachingKernel({ workload: WORKLOAD, paravirtual: true }));
    const run = monitor.runSync({ maxCycles: 2e9 });
    expect([vm.status, vm.exitCode]).toEqual([native.status, native.exitCode]);
    expect(vm.console).toBe(native.console);
    expect(run.cycles.count("hypercall")).toBeGreaterThan(100);
    // System calls go past the monitor: far fewer entries than calls.
    expect(run.cycles.count("trap INT 80h")).toBe(native.cycles.count("trap INT 80h"));
    expect(run.machines[0]!.entries).toBeGreaterThan(0);
  });

  test("as it is does not run: its first privileged instruction has no handler", () => {
    const monitor = new Monitor({ memory: "32M", technique: "paravirtual" });
    const vm = monitor.createVirtualMachine({ memory: "4M" }).load(kernel);
    monitor.runSync({ maxCycles: 2e9 });
    expect(vm.status).toBe("shutdown");
    expect(vm.console).toBe("");
  });
});

/** Makes one call and leaves EAX at 5000h. */
const call = (registers: string) => `${registers}\n int 0x82\n mov [0x5000], eax\n mov eax, 18\n int 0x82`;

describe("a hypercall that is refused changes nothing and says why", () => {
  const { notPermitted, badAddress, invalid, unknown } = HYPERCALL_ERRORS;
  const number = (name: string) => HYPERCALLS.find((call) => call.name === name)!.number;
  test.each<[string, string, string, number]>([
    ["an unknown number", "99", "", unknown],
    ["a shared page beyond RAM", "register_shared_page", "mov ebx, 0x200000", notPermitted],
    ["a shared page that is not aligned", "register_shared_page", "mov ebx, 0x6001", invalid],
    ["a GDT in the monitor's part", "set_gdt", "mov ebx, 0xffc00000\n mov ecx, 3", badAddress],
    ["a GDT of no descriptors", "set_gdt", "mov ebx, 0x6000\n xor ecx, ecx", invalid],
    [
      "a ring-0 descriptor",
      "set_descriptor",
      "mov ebx, 8\n mov ecx, 0xffff\n mov edx, 0xcf9b00",
      notPermitted,
    ],
    ["a call gate", "set_descriptor", "mov ebx, 8\n mov ecx, 0x80000\n mov edx, 0xec00", notPermitted],
    [
      "a descriptor beyond the GDT",
      "set_descriptor",
      "mov ebx, 0x800\n xor ecx, ecx\n xor edx, edx",
      invalid,
    ],
    ["a trap table of 257 entries", "set_trap_table", "mov ebx, 0x6000\n mov ecx, 257", invalid],
    ["a ring-3 stack for ring 1", "stack_switch", "mov ebx, 0x23\n mov ecx, 0x9000", notPermitted],
    ["the monitor's stack", "stack_switch", "mov ebx, 0xff88\n mov ecx, 0x9000", notPermitted],
    ["a directory beyond RAM", "set_page_directory", "mov ebx, 0x7ffff000", notPermitted],
    ["a directory within a page", "set_page_directory", "mov ebx, 0x6004", invalid],
    ["releasing what is not in use", "release_page_directory", "mov ebx, 0x6000", invalid],
    ["mapping a frame beyond RAM", "update_page_table", "mov ebx, 0x7000\n mov ecx, 0x3000003", notPermitted],
    ["an entry beyond RAM", "update_page_table", "mov ebx, 0x3000000\n xor ecx, ecx", notPermitted],
    ["a bad pointer", "multicall", "mov ebx, 0xfffffff0\n mov ecx, 4", badAddress],
    ["invalidating the monitor's part", "invalidate", "mov ebx, 0xffffe000", invalid],
    ["unmask without a shared page", "unmask", "", invalid],
    ["block without a shared page", "block", "", invalid],
    ["more than a page of text", "console_write", "mov ebx, 0x1000\n mov ecx, 4097", invalid],
    ["port 10000h", "io_write", "mov ebx, 0x10000\n mov ecx, 1", invalid],
    ["three bytes", "io_read", "mov ebx, 0x80\n mov ecx, 3", invalid],
    ["a period of a nanosecond", "set_timer", "mov ebx, 1\n mov ecx, 0x20", invalid],
    ["the timer on an exception", "set_timer", "mov ebx, 1000000\n mov ecx, 14", invalid],
  ])("%s", (_, name, registers, result) => {
    const eax = /^\d+$/.test(name) ? Number(name) : number(name);
    const { vm } = guest(call(`mov eax, ${eax}\n ${registers}`));
    expect(vm.status).toBe("exited");
    expect(new DataView(vm.read(0x5000, 4).buffer).getInt32(0, true)).toBe(result);
  });
});

test("a paravirtual guest starts in ring 1 and is told so", () => {
  const { vm } = guest("mov [0x5000], eax\n mov [0x5004], cs\n mov eax, 18\n int 0x82");
  const view = new DataView(vm.read(0x5000, 8).buffer);
  expect(view.getUint32(0, true)).toBe(0x52495631);
  expect(view.getUint16(4, true)).toBe(9);
});

test("an exception without a handler ends the virtual machine, not the monitor", () => {
  const { vm, run } = guest("ud2");
  expect(vm.status).toBe("shutdown");
  expect(run.status).toBe("finished");
});
