import { describe, expect, test } from "vitest";
import { asm, Machine, Monitor, type MonitorOptions, type VirtualMachineOptions } from "../../mod.ts";

const HELLO = asm`
  bits 32
      cli
      mov ebx, cr0
      mov dx, 0x3f8
      mov al, 'H'
      out dx, al
      mov al, 'i'
      out dx, al
      mov ecx, 1000
  again:
      add [0x5000], ecx
      loop again
      mov al, 5
      out 0xf4, al
      hlt
`;

const WAYS: readonly (MonitorOptions & VirtualMachineOptions)[] = [
  { virtualizable: true, kernelRing: 1 },
  { virtualizable: true, kernelRing: 3 },
  { virtualizable: false, kernelRing: 1 },
  { virtualizable: false, kernelRing: 3 },
];

function monitorOf(options: MonitorOptions = {}): Monitor {
  return new Monitor({ memory: "16M", technique: "trap-and-emulate", ...options });
}

describe.each(WAYS)("trap and emulate, virtualizable $virtualizable, kernel in ring $kernelRing", (way) => {
  test("a guest that traps comes to the same end as on the bare machine", () => {
    const machine = new Machine({ memory: "1M" }).load(HELLO);
    const native = machine.runSync({ maxInstructions: 100_000 });
    const monitor = monitorOf({ virtualizable: way.virtualizable! });
    const vm = monitor.createVirtualMachine({ memory: "1M", kernelRing: way.kernelRing! }).load(HELLO);
    const run = monitor.runSync({ maxInstructions: 100_000 });
    expect(run.status).toBe("finished");
    expect(vm.status).toBe("exited");
    expect(vm.exitCode).toBe(native.exitCode);
    expect(vm.console).toBe("Hi");
    expect(vm.registers.gpr).toEqual(native.registers.gpr);
    expect(vm.read(0, 0xa0000)).toEqual(machine.read(0, 0xa0000));
    const { worlds, total } = run.cycles;
    expect(Object.values(worlds).reduce((sum, cycles) => sum + cycles, 0)).toBe(total);
    expect(worlds["guest-kernel"]).toBeGreaterThan(2000);
    expect(worlds["guest-user"]).toBe(0);
    expect(worlds.monitor).toBeGreaterThan(1000);
  });
});

test("several machines share the processor, and each has its own memory and console", () => {
  const counter = (letter: string) =>
    asm(`
    bits 32
        mov dx, 0x3f8
        mov al, '${letter}'
        out dx, al
        mov ecx, 3000000
    wait:
        dec ecx
        jnz wait
        out dx, al
        mov [0x5000], al
        out 0xf4, al
  `);
  const monitor = monitorOf({ slice: 1e-4 });
  const machines = ["A", "B", "C"].map((letter) =>
    monitor.createVirtualMachine({ memory: "1M", name: letter }).load(counter(letter))
  );
  const run = monitor.runSync();
  expect(run.status).toBe("finished");
  expect(machines.map((vm) => vm.console)).toEqual(["AA", "BB", "CC"]);
  expect(machines.map((vm) => vm.read(0x5000, 1)[0])).toEqual([65, 66, 67]);
  // Nobody waited for the end of another: the timer took the processor away.
  expect(run.cycles.count("world-switch")).toBeGreaterThan(10);
});

test("a halted machine is woken by its own timer", () => {
  const sleeper = asm`
    bits 32
    org 0x1000
        lgdt [gdtr]
        mov word [0x20*8], tick
        mov word [0x20*8+2], 8
        mov word [0x20*8+4], 0x8e00
        mov word [0x20*8+6], 0
        lidt [idtr]
        mov al, 0x11
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xfe
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, 0xff
        out 0x40, al
        mov al, 0x0f
        out 0x40, al
        sti
    sleep:
        hlt
        cmp dword [ticks], 3
        jb sleep
        out 0xf4, al
    tick:
        inc dword [ticks]
        push eax
        mov al, 0x20
        out 0x20, al
        pop eax
        iretd
    align 8
    gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
    gdtr: dw 23
          dd gdt
    idtr: dw 0x7ff
          dd 0
    ticks: dd 0
  `;
  const monitor = monitorOf({ virtualizable: true });
  const vm = monitor.createVirtualMachine({ memory: "1M" }).load(sleeper);
  const run = monitor.runSync({ maxCycles: 2e9 });
  expect(vm.status).toBe("exited");
  expect(run.cycles.worlds.idle).toBeGreaterThan(run.cycles.total / 2);
});
