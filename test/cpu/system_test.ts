import { describe, expect, test } from "vitest";
import {
  ACTIVITY,
  CPL,
  cpuid,
  FEATURE_CMOV,
  FEATURE_CX8,
  FEATURE_SEP,
  FEATURE_TSC,
  modelFor,
  NMI_BLOCKED,
  PENTIUM_PRO,
  RUNNING,
  SHADOW,
} from "../../src/cpu/mod.ts";
import {
  EVENT_INTERRUPT,
  EVENT_TRAP,
  eventNumber,
  PROFILES,
  WORLD_TRANSITION,
} from "../../src/cycles/mod.ts";
import { asm } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import { enterFlatMode, makeCpu } from "../support/cpu.ts";

/** A protected-mode guest with an interrupt table: vectors 0 to 3Fh lead to `handler`, vector 30h is open to ring 3. */
function guest(body: string): Machine {
  const machine = new Machine({ memory: "4M", history: false });
  machine.load(asm(`
    bits 32
    org 0x100000
start:
        mov esp, 0x90000
        lgdt [gdtr]
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        jmp 8:.flat
.flat:
        mov edi, idt
        mov eax, handler
        mov ecx, 64
.gate:  mov [edi], ax
        mov word [edi + 2], 8
        mov word [edi + 4], 0x8E00
        mov edx, eax
        shr edx, 16
        mov [edi + 6], dx
        add edi, 8
        loop .gate
        mov byte [idt + 0x30 * 8 + 5], 0xEE
        lidt [idtr]
        mov ax, 0x28
        ltr ax
${body}
        align 8
gdt:    dq 0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF, 0x00CFFA000000FFFF, 0x00CFF2000000FFFF
        dw 0x67
        dw (tss - start) & 0xFFFF
        db 0x10, 0x89, 0, 0
gdtr:   dw $ - gdt - 1
        dd gdt
idtr:   dw 64 * 8 - 1
        dd idt
tss:    dd 0, 0x80000, 0x10
        times 104 - 12 db 0
idt:    times 64 dq 0
`));
  return machine;
}

describe("CPUID", () => {
  test("names a processor for every cost profile, and claims nothing that is not there", () => {
    for (const { name } of PROFILES) {
      const model = modelFor(name);
      expect(model).not.toBe(PENTIUM_PRO);
      const { edx, ecx } = cpuid(model, 1);
      for (const feature of [FEATURE_TSC, FEATURE_CX8, FEATURE_SEP, FEATURE_CMOV]) {
        expect(edx & feature).toBe(feature);
      }
      const missing = [0, 1, 6, 7, 9, 12, 14, 16, 17, 19, 23, 24, 25, 26, 28]; // x87, VME, PAE, MCE, APIC, ..., SSE2
      for (const bit of missing) expect(edx & (1 << bit)).toBe(0);
      expect(ecx).toBe(0);
      expect(modelFor(name).brand.length).toBeLessThan(48);
    }
    expect(modelFor("my own profile")).toBe(PENTIUM_PRO);
  });

  test("spells vendor and brand as registers do, and answers leaves that do not exist with the highest basic one", () => {
    const text = (...words: number[]): string =>
      words.map((word) => [0, 8, 16, 24].map((bit) => String.fromCharCode((word >>> bit) & 0xff)).join(""))
        .join("");
    const model = modelFor("pentium4-672");
    const { eax, ebx, ecx, edx } = cpuid(model, 0);
    expect([eax, text(ebx, edx, ecx)]).toEqual([2, "GenuineIntel"]);
    const brand = [2, 3, 4].map((n) => cpuid(model, 0x80000000 + n)).map((r) =>
      text(r.eax, r.ebx, r.ecx, r.edx)
    );
    expect(brand.join("").replace(/\0+$/, "")).toBe(model.brand);
    expect(cpuid(model, 0x12345)).toEqual(cpuid(model, 2));
    expect(cpuid(PENTIUM_PRO, 0x80000000)).toEqual(cpuid(PENTIUM_PRO, 2));
  });
});

describe("user-mode instruction prevention", () => {
  const stores = ["sgdt [0x8000]", "sidt [0x8000]", "sldt ax", "str ax", "smsw ax"];

  test("traps the five stores outside ring 0 where the model has it", () => {
    for (const umip of [true, false]) {
      const bare = makeCpu({ model: { ...PENTIUM_PRO, umip } });
      const { cpu, events } = bare;
      const run = (source: string, cpl: number): number[] => {
        bare.load(0x1000, asm(`bits 32\norg 0x1000\n${source}\nl: jmp l`).bytes);
        cpu.afterRestore();
        enterFlatMode(bare, 0x1000);
        cpu.s[CPL] = cpl;
        cpu.updateMode();
        events.length = 0;
        cpu.run(cpu.now() + 200);
        return events.slice(0, 1).map(({ vector }) => vector);
      };
      expect(run("mov eax, 0x800\n mov cr4, eax", 0)).toEqual(umip ? [] : [13]);
      for (const store of stores) {
        expect(run(store, 0)).toEqual([]);
        cpu.s[ACTIVITY] = RUNNING;
        expect(run(store, 3)).toEqual(umip ? [13] : []);
        cpu.s[ACTIVITY] = RUNNING;
      }
    }
  });
});

describe("non-maskable interrupts", () => {
  test("wait for the IRET of the one before, and wake a halted processor", () => {
    const machine = guest(`
        xor ebx, ebx
.wait:  hlt
        inc ecx
        jmp .wait
handler:
        inc ebx
        nop
        iretd`);
    const { cpu } = machine;
    machine.runSync({ maxInstructions: 2000 });
    expect(cpu.halted).toBe(true);
    cpu.raiseNmi();
    cpu.step();
    expect(cpu.s[NMI_BLOCKED]).toBe(1);
    cpu.raiseNmi();
    for (let n = 0; n < 2; n++) cpu.step(); // inc, nop: the second NMI does not interrupt them
    expect(cpu.registers().gpr.ebx).toBe(1);
    cpu.step(); // iretd
    expect(cpu.s[NMI_BLOCKED]).toBe(0);
    cpu.step(); // the second NMI
    cpu.step();
    expect(cpu.registers().gpr.ebx).toBe(2);
    expect(cpu.ledger.counted(EVENT_TRAP + 2)).toBe(2);
  });
});

describe("the shadows of STI and MOV SS", () => {
  test("last for one instruction", () => {
    const machine = guest(`
here:   sti
        mov ax, ss
        mov ss, ax
        nop
        hlt
handler: iretd`);
    const { cpu } = machine;
    machine.runSync({ until: "here" });
    const shadows: number[] = [];
    for (let n = 0; n < 4; n++) {
      cpu.step();
      shadows.push(cpu.s[SHADOW]!);
    }
    expect(shadows).toEqual([1, 0, 2, 0]);
  });
});

describe("the account of changes of ring", () => {
  test("a system call through an interrupt gate pays for delivery, the change of stack, and the way back", () => {
    const machine = guest(`
        push dword 0x23
        push dword 0x70000
        push dword 2
        push dword 0x1B
        push dword user
        iretd
user:   int 0x30
        jmp user
handler: iretd`);
    const { cpu } = machine;
    const user = machine.symbols.get("user")!;
    machine.runSync({ until: user });
    const { costs, ledger } = cpu;
    const before = { transition: ledger.bucket(0, WORLD_TRANSITION), total: cpu.now() };
    const changes = ledger.counted(eventNumber("privilege-change"));
    cpu.step();
    cpu.step();
    expect(ledger.bucket(0, WORLD_TRANSITION) - before.transition).toBe(
      costs.event.exception + costs.event["exception-ring-change"],
    );
    expect(cpu.now() - before.total).toBe(
      costs.event.exception + costs.event["exception-ring-change"] + costs.event["privilege-change"] +
        costs.instruction.interrupt + costs.instruction["interrupt-return"],
    );
    expect(ledger.counted(EVENT_TRAP + 0x30)).toBe(1);
    expect(ledger.counted(EVENT_INTERRUPT + 0x30)).toBe(0);
    expect(ledger.counted(eventNumber("privilege-change")) - changes).toBe(2);
  });
});
