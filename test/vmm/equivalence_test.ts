import { describe, expect, test } from "vitest";
import { compareWithNative, differencesBetween, nativeEnd } from "../../src/experiments/equivalence.ts";
import { RANDOM_KERNEL_BYTES, randomKernel } from "../../src/guests/random/mod.ts";
import { asm } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import { Monitor } from "../../src/vmm/mod.ts";
import { compareKernels } from "../conformance/equivalence.ts";

/** Random kernels in this file. `npm run conformance equivalence` takes thousands. */
const KERNELS = 12;

describe("equivalence", () => {
  for (const { monitor, passed, failed, direct } of compareKernels(1, KERNELS + 1, 1)) {
    test(`${KERNELS} random kernels end under ${monitor} as on the bare machine`, () => {
      expect(failed).toEqual([]);
      expect(passed).toBe(KERNELS);
      expect(direct / KERNELS).toBeGreaterThan(0.5);
    });
  }

  test("trap-and-emulate on plain IA-32 can be told from the bare machine", () => {
    const memory = RANDOM_KERNEL_BYTES;
    const results = [1, 2, 3].map((seed) => {
      const { program } = randomKernel(seed, { steps: 20 });
      return compareWithNative(program, { memory, technique: "trap-and-emulate", virtualizable: false });
    });
    expect(results.some(({ equal }) => !equal)).toBe(true);
  });

  test("differences are told: registers, console, memory, and not what may differ", () => {
    const guest = (value: number) =>
      asm`
        bits 32
            mov eax, ${value}
            mov [0x5000], eax
            mov [0x6000], eax
            mov dx, 0x3F8
            out dx, al
            out 0xF4, al
      `;
    const memory = "1M";
    const ends = [0x41, 0x142].map((value) => nativeEnd(guest(value), { memory }));
    const found = differencesBetween(ends[0]!, ends[1]!, [{ from: 0, to: 0x100 }]);
    expect(found).toEqual([
      { what: "exit code", native: "131", monitor: "133" },
      { what: "console", native: "A", monitor: "B" },
      { what: "eax", native: "00000041", monitor: "00000142" },
      { what: "5000h", native: "41 00", monitor: "42 01" },
      { what: "6000h", native: "41 00", monitor: "42 01" },
    ]);
    const ignore = [{ from: 0x5000, to: 0x5004 }, { from: 0, to: 0x100 }];
    expect(differencesBetween(ends[0]!, ends[1]!, ignore).map(({ what }) => what)).not.toContain("5000h");
  });

  test("a kernel in ring 3 with EFLAGS.AC and CR0.AM has its alignment checked no more than in ring 0", () => {
    const guest = asm`
      bits 32
          mov eax, cr0
          or eax, 0x40000
          mov cr0, eax
          push dword 0x40002
          popfd
          mov ebx, [0x5001]
          out 0xF4, al
    `;
    const machine = new Machine({ memory: "1M", history: false });
    const monitor = new Monitor({ memory: "8M", virtualizable: true });
    const result = compareWithNative(guest, {
      memory: "1M",
      technique: "trap-and-emulate",
      virtualMachine: { kernelRing: 3 },
      machine,
      monitor,
    });
    expect(result.differences).toEqual([]);
    expect(monitor.virtualMachines).toEqual([]);
  });

  test("what a virtual machine had been given before memory ran short is given back", () => {
    const monitor = new Monitor({ memory: "8M", technique: "trap-and-emulate", virtualizable: true });
    const { free } = monitor.frames;
    for (let n = 0; n < 3; n++) {
      expect(() => monitor.createVirtualMachine({ memory: "16M" })).toThrow(/no free page frame/);
      expect(monitor.frames.free).toBe(free);
    }
  });
});

describe("a timer interrupt that comes between STI and HLT waits for HLT", () => {
  // One tick each round, a little later every time; its handler masks the timer, so that a HLT behind it would wait for ever.
  const guest = asm`
    bits 32
    org 0x10000
            cli
            lidt [idt_pointer]
            mov eax, tick
            mov [idt + 0x20 * 8], ax
            mov word [idt + 0x20 * 8 + 2], 8
            mov dword [idt + 0x20 * 8 + 4], 0x00018E00
            mov al, 0x11
            out 0x20, al
            mov al, 0x20
            out 0x21, al
            mov al, 4
            out 0x21, al
            mov al, 1
            out 0x21, al
            mov ebx, 150
    .round: mov al, 0x30
            out 0x43, al
            mov al, 5
            out 0x40, al
            mov al, 0
            out 0x40, al
            mov al, 0xFE
            out 0x21, al
            imul ecx, ebx, 67
            inc ecx
    .delay: dec ecx
            jnz .delay
            sti
            hlt
            cli
            dec ebx
            jnz .round
            out 0xF4, al
    tick:   push eax
            mov al, 0xFF
            out 0x21, al
            mov al, 0x20
            out 0x20, al
            pop eax
            iretd
    idt_pointer:
            dw 0x21 * 8 - 1
            dd idt
    idt:    times 0x21 * 8 db 0
  `;
  test.each(["trap-and-emulate", "binary-translation"] as const)("%s", (technique) => {
    const ignore = [{ from: 0x90000, to: 0xa0000 }];
    expect(compareWithNative(guest, { memory: "1M", technique, ignore }).differences).toEqual([]);
  });
});
