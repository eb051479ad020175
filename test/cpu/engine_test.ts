import { describe, expect, test } from "vitest";
import { Fault } from "../../src/cpu/fault.ts";
import { CR0, CR0_PG, CR2, CR3, EAX, EBX, ECX, EDX, EIP, ESP } from "../../src/cpu/state.ts";
import type { CostProfile } from "../../src/cycles/mod.ts";
import { profileByName, WORLDS } from "../../src/cycles/mod.ts";
import { asm } from "../../src/isa/mod.ts";
import { type BareCpu, type BareCpuOptions, enterFlatMode, makeCpu, runToHalt } from "../support/cpu.ts";

/** A processor in flat ring 0 about to execute `source`, assembled at 0x1000, with its stack below 0x80000. */
function flat(source: string, options: BareCpuOptions = {}): BareCpu {
  const bare = makeCpu(options);
  bare.load(0x1000, asm(`bits 32\norg 0x1000\n${source}`).bytes);
  enterFlatMode(bare, 0x1000);
  bare.cpu.s[ESP] = 0x80000;
  return bare;
}

/** A program that touches every part of the engine: memory forms, calls, indirect branches, shifts, faults are left out. */
const MIXED = `
      mov ecx, 50
      xor eax, eax
again: push ecx
      call work
      pop ecx
      add eax, ecx
      mov [0x20000 + ecx * 4], eax
      add dword [0x20000 + ecx * 4], 7
      mov edx, table
      jmp [edx + 4]
one:  inc eax
two:  rol eax, 3
      cmp al, 0x40
      jb low
      sub eax, 0x1234
low:  movzx ebx, byte [0x20000 + ecx * 4]
      adc eax, ebx
      rdtsc
      xor edx, edx
      mov eax, [0x20000 + ecx * 4]
      imul eax, eax, 37
      dec ecx
      jnz again
      hlt
work: lea eax, [eax + ecx * 8 + 3]
      shl eax, 1
      ret
table: dd one, two
`;

function counters({ cpu }: BareCpu): { cycles: number; instructions: number } {
  return { cycles: cpu.now(), instructions: cpu.instructions() };
}

describe("changing code", () => {
  test("an instruction that overwrites the next one: the new one executes", () => {
    const bare = flat(`
      mov byte [patch + 1], 42 ; the immediate of the next instruction
patch: mov al, 1
      hlt`);
    runToHalt(bare.cpu);
    expect(bare.cpu.s[EAX]! & 0xff).toBe(42);
  });

  test("a loop whose body is rewritten in every round", () => {
    const bare = flat(`
      mov ecx, 100
      xor ebx, ebx
again: mov [patch + 1], ecx
patch: mov eax, 0
      add ebx, eax
      dec ecx
      jnz again
      hlt`);
    runToHalt(bare.cpu, 10_000_000);
    expect(bare.cpu.s[EBX]).toBe(5050);
  });

  test("data beside code on one page does not disturb the code", () => {
    const bare = flat(`
      mov ecx, 1000
again: inc dword [counter]
      dec ecx
      jnz again
      mov eax, [counter]
      hlt
align 64
counter: dd 0`);
    runToHalt(bare.cpu, 10_000_000);
    expect(bare.cpu.s[EAX]).toBe(1000);
    expect(bare.cpu.ledger.report().events.map((event) => event.name)).not.toContain("code-invalidation");
  });

  test("the second half of an instruction that crosses a page is rewritten", () => {
    const bare = flat(`
      xor edx, edx
      jmp start
      times 0x1ffd - ($ - $$) - 0x1000 db 0x90
start: mov eax, 1         ; B8 at 0x1FFD, its immediate ends on the next page
      inc edx
      cmp edx, 2
      je done
      mov byte [0x2001], 7 ; top byte of the immediate
      jmp start
done: hlt`);
    runToHalt(bare.cpu);
    expect(bare.cpu.s[EAX]! >>> 24).toBe(7);
  });

  test("bytes changed from outside are seen after invalidateCode", () => {
    const bare = flat("again: mov eax, 1\n hlt\n jmp again");
    runToHalt(bare.cpu);
    bare.load(0x1000, asm("bits 32\nmov eax, 2").bytes);
    bare.cpu.invalidateCode(bare.ram + 0x1000, 5);
    bare.cpu.s[EIP] = 0x1000;
    bare.cpu.reset();
    enterFlatMode(bare, 0x1000);
    runToHalt(bare.cpu);
    expect(bare.cpu.s[EAX]).toBe(2);
  });

  test("code reached through a page that is mapped elsewhere afterwards", () => {
    // Linear page 0x5000 is mapped first to 0x5000, then to 0x6000; both hold a routine.
    const bare = flat(`
      mov eax, 0x5000
      call eax
      mov ebx, eax
      mov dword [0x11000 + 5 * 4], 0x6003
      invlpg [0x5000]
      mov eax, 0x5000
      call eax
      hlt`);
    bare.load(0x5000, asm("bits 32\nmov eax, 1\nret").bytes);
    bare.load(0x6000, asm("bits 32\nmov eax, 2\nret").bytes);
    bare.cpu.view.setInt32(bare.ram + 0x10000, 0x11003, true);
    for (let page = 0; page < 256; page++) {
      bare.cpu.view.setInt32(bare.ram + 0x11000 + page * 4, page << 12 | 3, true);
    }
    const s = bare.cpu.s;
    s[CR3] = 0x10000;
    s[CR0] = s[CR0]! | CR0_PG;
    bare.cpu.flushTlb();
    runToHalt(bare.cpu);
    expect([s[EBX], s[EAX]]).toEqual([1, 2]);
  });

  test("more code than the cache holds", () => {
    const bare = makeCpu({ ramBytes: 1 << 20 });
    const code = [0xb9, 2, 0, 0, 0]; // mov ecx, 2
    for (let n = 0; n < 30_000; n++) code.push(0x05, n & 0xff, n >> 8, 0, 0, 0xeb, 0); // add eax, n / jmp to the next
    const back = 0x10005 - (0x10000 + code.length + 7);
    code.push(0x49, 0x0f, 0x85, back, back >> 8, back >> 16, back >> 24, 0xf4); // dec ecx / jnz / hlt
    bare.load(0x10000, code);
    enterFlatMode(bare, 0x10000);
    expect(runToHalt(bare.cpu, 100_000_000)).toBe("halted");
    expect(bare.cpu.s[EAX]).toBe((2 * (29_999 * 30_000) / 2) | 0);
  });
});

describe("accounting", () => {
  test("one step at a time or in one go: same cycles, same instructions, same registers", () => {
    const whole = flat(MIXED);
    expect(runToHalt(whole.cpu, 10_000_000)).toBe("halted");
    const stepped = flat(MIXED);
    let steps = 0;
    while (!stepped.cpu.halted) {
      stepped.cpu.step();
      steps++;
    }
    expect(steps).toBe(whole.cpu.instructions());
    expect(counters(stepped)).toEqual(counters(whole));
    expect(stepped.cpu.registers()).toEqual(whole.cpu.registers());
  });

  test("slices of any length: same cycles, same instructions, same registers", () => {
    const whole = flat(MIXED);
    runToHalt(whole.cpu, 10_000_000);
    for (const slice of [1, 7, 64, 1000]) {
      const sliced = flat(MIXED);
      while (sliced.cpu.run(sliced.cpu.now() + slice) !== "halted");
      expect(sliced.cpu.registers()).toEqual(whole.cpu.registers());
    }
  });

  test("micro-operations or routines alone: same cycles, same instructions, same registers", () => {
    const lowered = flat(MIXED);
    const generic = flat(MIXED);
    generic.cpu.code.generic = true;
    runToHalt(lowered.cpu, 10_000_000);
    runToHalt(generic.cpu, 10_000_000);
    expect(generic.cpu.registers()).toEqual(lowered.cpu.registers());
  });

  test("the buckets sum to the total, and the total is the time", () => {
    const { cpu } = flat(MIXED);
    runToHalt(cpu, 10_000_000);
    const buckets = WORLDS.reduce((sum, _, world) => sum + cpu.ledger.bucket(0, world), 0);
    expect(buckets).toBe(cpu.ledger.total);
    expect(cpu.ledger.total).toBe(cpu.now());
  });

  test("a fault in the middle of a block charges what was executed, and leaves EIP at the instruction", () => {
    const { cpu, events } = flat(`
      inc eax
      inc eax
      mov ebx, [0x12345678 + eax]
      inc eax
      hlt`);
    const s = cpu.s;
    s[CR3] = flatTables(cpu);
    s[CR0] = s[CR0]! | CR0_PG;
    cpu.flushTlb();
    cpu.step();
    cpu.step();
    cpu.step();
    expect(events[0]).toMatchObject({ vector: 14, errorCode: 0, returnEip: 0x1002 });
    expect(s[CR2]).toBe(0x1234567a);
    expect(cpu.instructions()).toBe(2);
  });

  test("RDTSC sees the cycles of the instructions between, however the code is cut into blocks", () => {
    const profile: CostProfile = profileByName("pentium4-672");
    const { cpu } = flat(
      `
      rdtsc
      mov ebx, eax
      nop
      nop
      nop
      rdtsc
      sub eax, ebx
      hlt`,
      { profile },
    );
    runToHalt(cpu);
    const { instruction } = cpu.costs;
    expect(cpu.s[EAX]).toBe(instruction["time-stamp"] + instruction.alu + 3 * instruction["no-operation"]);
  });
});

/** Identity page tables for the first MiB, at 0x90000. Returns the directory's address. */
function flatTables(cpu: BareCpu["cpu"]): number {
  const ram = cpu.bus.frame(0);
  cpu.view.setInt32(ram + 0x90000, 0x91003, true);
  for (let page = 0; page < 256; page++) cpu.view.setInt32(ram + 0x91000 + page * 4, page << 12 | 3, true);
  return 0x90000;
}

describe("limits", () => {
  test("an endless loop ends at its limit and can be continued", () => {
    const { cpu } = flat("again: inc eax\n jmp again");
    expect(cpu.run(1000)).toBe("limit");
    const first = cpu.s[EAX]!;
    expect(first).toBeGreaterThan(0);
    expect(cpu.run(2000)).toBe("limit");
    expect(cpu.s[EAX]).toBeGreaterThan(first);
  });

  test("a breakpoint stops before its instruction, once", () => {
    const { cpu } = flat("mov ecx, 3\nxor edx, edx\nagain:\nhere: inc edx\n loop again\n hlt");
    cpu.setBreakpoints([0x1007]);
    const seen: number[] = [];
    for (;;) {
      const reason = cpu.run(cpu.now() + 100_000);
      if (reason !== "breakpoint") break;
      expect(cpu.s[EIP]).toBe(0x1007);
      seen.push(cpu.s[EDX]!);
    }
    expect(seen).toEqual([0, 1, 2]);
    expect(cpu.s[ECX]).toBe(0);
  });

  test("flags survive slices: they are lazy, and part of the state", () => {
    const { cpu } = flat("mov eax, 0x7fffffff\n add eax, 1\n seto bl\n setc bh\n hlt");
    while (cpu.run(cpu.now() + 1) !== "halted");
    expect(cpu.s[EBX]! & 0xffff).toBe(1);
  });

  test("a fault never leaves the processor as an exception of the host", () => {
    const { cpu } = flat("ud2");
    expect(() => cpu.run(10_000)).not.toThrow(Fault);
    expect(cpu.run(20_000)).toBe("shutdown"); // no IDT: a triple fault
  });
});
