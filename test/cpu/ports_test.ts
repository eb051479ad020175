import { describe, expect, test } from "vitest";
import {
  CPL,
  type Cpu,
  type CpuEvent,
  EAX,
  EFLAGS,
  EIP,
  ESP,
  IF,
  type InterceptPort,
  INTR,
  setSegment,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  type TrapPort,
  WRITE_SPAN,
} from "../../src/cpu/mod.ts";
import { EVENT_TRAP, WORLD_TRANSITION } from "../../src/cycles/mod.ts";
import { allForms, asm, CS, DS, ES, exampleBytes, type Instruction, SS } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";

/** A machine that is about to execute `source` at 1 MiB in ring `cpl`, with flat segments that no table holds. */
function deprivileged(source: string | Uint8Array, cpl: number, virtualizable = false): Machine {
  const machine = new Machine({ memory: "4M", history: false, virtualizable });
  const code = typeof source === "string" ? asm(`bits 32\norg 0x100000\n${source}`).bytes : source;
  machine.load(asm`bits 32
    hlt`);
  const { cpu } = machine;
  const s = cpu.s;
  setSegment(cpu, CS, 8 | cpl, 0, -1, 0xc09b00 | (cpl << 13));
  for (const register of [SS, DS, ES]) setSegment(cpu, register, 16 | cpl, 0, -1, 0xc09300 | (cpl << 13));
  s[CPL] = cpl;
  s[ESP] = 0x90000;
  s[EIP] = 0x100000;
  cpu.updateMode();
  machine.board.memory.write(0x100000, code);
  return machine;
}

/** A monitor that notes what it is given and does `act`; events it does not take go to the guest. */
function monitor(act: (cpu: Cpu, event: CpuEvent) => boolean, alwaysInterruptible = false) {
  const events: CpuEvent[] = [];
  const port: TrapPort = {
    alwaysInterruptible,
    deliver(cpu, event) {
      expect(cpu.s[EIP]).toBe(event.returnEip);
      events.push(event);
      return act(cpu, event);
    },
  };
  return { port, events };
}

/** Skips an instruction of `length` bytes. */
function skip(cpu: Cpu, length: number): true {
  cpu.s[EIP] = cpu.s[EIP]! + length;
  return true;
}

describe("trap port", () => {
  test("receives the #GP of a kernel in ring 1, with nothing of the instruction done, and can go on behind it", () => {
    const machine = deprivileged(
      "mov eax, 1\n cli\n inc eax\n lidt [0x500]\n inc eax\n hlt\n inc eax\n ud2",
      1,
    );
    const { cpu } = machine;
    cpu.s[EFLAGS] = cpu.s[EFLAGS]! | IF;
    const lengths = [1, 7, 1];
    const { port, events } = monitor((cpu, event) => {
      if (event.vector !== 13) cpu.stop();
      return skip(cpu, event.vector === 13 ? lengths[events.length - 1]! : 2);
    });
    cpu.trap = port;
    machine.runSync({ maxInstructions: 20 });
    expect(
      events.slice(0, 4).map((
        { kind, vector, errorCode, returnEip },
      ) => [kind, vector, errorCode, returnEip]),
    )
      .toEqual([
        ["exception", 13, 0, 0x100005],
        ["exception", 13, 0, 0x100007],
        ["exception", 13, 0, 0x10000f],
        ["exception", 6, -1, 0x100011],
      ]);
    expect(cpu.s[EAX]).toBe(4);
    expect(cpu.s[EFLAGS]! & IF).toBe(IF);
    expect(cpu.s[CPL]).toBe(1);
  });

  test("pays for the hardware's way to ring 0 and counts the trap", () => {
    const machine = deprivileged("cli\n hlt", 1);
    const { cpu } = machine;
    cpu.trap = monitor((cpu) => (cpu.stop(), skip(cpu, 1))).port;
    const before = cpu.ledger.bucket(0, WORLD_TRANSITION);
    const traps = cpu.ledger.counted(EVENT_TRAP + 13);
    cpu.run(cpu.now() + 1000);
    const { exception } = cpu.costs.event;
    expect(cpu.ledger.bucket(0, WORLD_TRANSITION) - before).toBe(
      exception + cpu.costs.event["exception-ring-change"],
    );
    expect(cpu.ledger.counted(EVENT_TRAP + 13) - traps).toBe(1);
  });

  test("is offered INT n with the next instruction's address, and only if the guest may have it", () => {
    const machine = deprivileged("int 0x80\n nop", 3);
    const { cpu } = machine;
    const { port, events } = monitor((cpu) => (cpu.stop(), true));
    cpu.trap = port;
    cpu.run(cpu.now() + 1000);
    expect(events.length).toBe(1);
    expect(events[0]).toMatchObject({
      kind: "software",
      vector: 0x80,
      errorCode: -1,
      returnEip: 0x100002,
      instructionLength: 2,
    });
    expect(cpu.s[EIP]).toBe(0x100002);
  });

  test("is offered SYSENTER outside ring 0 at the price of the instruction, whatever the MSRs hold", () => {
    for (const cpl of [0, 1, 3]) {
      const machine = deprivileged("sysenter\n nop", cpl);
      const { cpu } = machine;
      const { port, events } = monitor((cpu) => (cpu.stop(), true));
      cpu.trap = port;
      const cycles = cpu.now();
      const transition = cpu.ledger.bucket(0, WORLD_TRANSITION);
      cpu.run(cpu.now() + 1);
      if (cpl === 0) {
        expect(events.map(({ kind, vector }) => [kind, vector])).toEqual([["exception", 13]]); // no SYSENTER_CS
        continue;
      }
      expect(events).toEqual([
        { kind: "sysenter", vector: -1, errorCode: -1, returnEip: 0x100002, instructionLength: 2 },
      ]);
      expect(cpu.s[EIP]).toBe(0x100002);
      expect(cpu.s[CPL]).toBe(cpl);
      expect(cpu.now() - cycles).toBe(cpu.costs.instruction["fast-system-call"]);
      expect(cpu.ledger.bucket(0, WORLD_TRANSITION)).toBe(transition);
    }
  });

  test("lets SYSENTER execute when it declines it", () => {
    const machine = deprivileged("sysenter", 3);
    const { cpu } = machine;
    cpu.s[SYSENTER_CS] = 8;
    cpu.s[SYSENTER_EIP] = 0x123456;
    cpu.s[SYSENTER_ESP] = 0x8000;
    const { port, events } = monitor(() => false);
    cpu.trap = port;
    cpu.run(cpu.now() + 1);
    expect(events.map(({ kind }) => kind)).toEqual(["sysenter"]);
    expect([cpu.s[EIP], cpu.s[ESP], cpu.s[CPL]]).toEqual([0x123456, 0x8000, 0]);
  });

  test("hears of the #GP that SYSENTER raises on a virtualizable processor instead", () => {
    const machine = deprivileged("sysenter", 3, true);
    const { port, events } = monitor((cpu) => (cpu.stop(), true));
    machine.cpu.trap = port;
    machine.cpu.run(machine.cpu.now() + 1);
    expect(events.map(({ kind, vector }) => [kind, vector])).toEqual([["exception", 13]]);
  });

  test("costs nothing when it declines: a refused INT n is charged and counted as the #GP it becomes", () => {
    const spent = (watched: boolean) => {
      const machine = new Machine({ memory: "4M" });
      // The gate of INT 30h is ring 0's; that of #GP leads to a HLT in ring 0.
      machine.load(asm`
        bits 32
        org 0x100000
            lgdt [gdtr]
            lidt [idtr]
            mov ax, 0x28
            ltr ax
            push 0x23
            push 0x9000
            push 2
            push 0x1b
            push user
            iret
        user:
            int 0x30
        fault:
            hlt
        align 8
        gdt:  dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
              dw 0x67, tss - 0x100000
              db 0x10, 0x89, 0, 0
        gdtr: dw 47
              dd gdt
        idt:  times 13 dq 0
              dw fault - 0x100000, 8, 0x8e00, 0x10
              times 34 dq 0
              dw fault - 0x100000, 8, 0x8e00, 0x10
        idtr: dw 0x30 * 8 + 7
              dd idt
        tss:  dd 0, 0x8000, 0x10
              times 23 dd 0`);
      const { cpu } = machine;
      machine.runSync({ until: "user" });
      const { port, events } = monitor(() => false);
      if (watched) cpu.trap = port;
      const before = cpu.ledger.bucket(0, WORLD_TRANSITION);
      const run = machine.runSync({ until: "fault" });
      expect(run.status).toBe("breakpoint");
      expect(events.map(({ vector }) => vector)).toEqual(watched ? [0x30, 13] : []);
      expect(cpu.ledger.counted(EVENT_TRAP + 13)).toBe(1);
      expect(cpu.ledger.counted(EVENT_TRAP + 0x30)).toBe(0);
      return cpu.ledger.bucket(0, WORLD_TRANSITION) - before;
    };
    const { event } = new Machine({ memory: "1M" }).cpu.costs;
    expect(spent(false)).toBe(event.exception + event["exception-ring-change"]);
    expect(spent(true)).toBe(event.exception + event["exception-ring-change"]);
  });

  test("lets an event go to the guest, and hears of the double and triple fault that this makes", () => {
    const machine = deprivileged("ud2", 0); // the interrupt table has no entry for #UD, nor for anything else
    const { cpu } = machine;
    const { port, events } = monitor(() => false);
    cpu.trap = port;
    expect(machine.runSync({ maxInstructions: 10 }).status).toBe("shutdown");
    expect(events.map(({ vector, errorCode }) => [vector, errorCode])).toEqual([
      [6, -1],
      [13, 6 * 8 + 2 + 1],
      [8, 0],
    ]);
    expect(events[1]!.during).toBe(events[0]);
    expect(events[2]!.during).toBe(events[1]);
  });

  test("takes external interrupts while the guest's IF is clear, if it says so", () => {
    const machine = deprivileged("l: jmp l", 1);
    const { cpu } = machine;
    const { port, events } = monitor((cpu) => {
      cpu.s[INTR] = 0;
      cpu.stop();
      return true;
    }, true);
    cpu.trap = port;
    cpu.setInterruptLine(true);
    cpu.run(cpu.now() + 1000);
    expect(events.map(({ kind }) => kind)).toEqual(["interrupt"]);
  });
});

/** An intercept port that wants the operations named. */
function intercepting(names: readonly string[], take: (cpu: Cpu, instruction: Instruction) => boolean) {
  const seen: string[] = [];
  const events: CpuEvent[] = [];
  const external: string[] = [];
  const port: InterceptPort = {
    active: true,
    wants: (instruction) => names.includes(instruction.form.operation),
    instruction(cpu, instruction) {
      seen.push(instruction.form.operation);
      return take(cpu, instruction);
    },
    event(_cpu, event) {
      events.push(event);
      return false;
    },
    external(cpu, what) {
      external.push(what);
      cpu.stop();
      return true;
    },
  };
  return { port, seen, events, external };
}

describe("intercept port", () => {
  test("sees CPUID before it executes, and can answer in its place", () => {
    const machine = deprivileged("xor eax, eax\n cpuid\n mov ebx, eax\n hlt", 0);
    const { cpu } = machine;
    const { port, seen } = intercepting(["cpuid"], (cpu) => {
      cpu.s[EAX] = 0x1234;
      return skip(cpu, 2);
    });
    cpu.intercept = port;
    cpu.updateMode();
    machine.runSync({ maxInstructions: 10 });
    expect(seen).toEqual(["cpuid"]);
    expect(cpu.registers().gpr.ebx).toBe(0x1234);
  });

  test("lets CPUID execute as usual, and sees nothing when it is not active", () => {
    for (const active of [true, false]) {
      const machine = deprivileged("xor eax, eax\n cpuid\n hlt", 0);
      const { cpu } = machine;
      const { port, seen } = intercepting(["cpuid"], () => false);
      cpu.intercept = { ...port, active };
      cpu.updateMode();
      machine.runSync({ maxInstructions: 10 });
      expect(seen).toEqual(active ? ["cpuid"] : []);
      expect(cpu.registers().gpr.ebx).toBe(0x756e6547); // "Genu"
    }
  });

  test("is offered events ahead of the trap port, and the triple fault", () => {
    const machine = deprivileged("ud2", 0);
    const { cpu } = machine;
    const order: string[] = [];
    const { port, external } = intercepting([], () => false);
    cpu.intercept = { ...port, event: (_cpu, event) => (order.push(`intercept ${event.vector}`), false) };
    cpu.trap = monitor((_cpu, event) => (order.push(`trap ${event.vector}`), false)).port;
    cpu.updateMode();
    cpu.run(cpu.now() + 10_000);
    expect(order).toEqual([6, 13, 8].flatMap((vector) => [`intercept ${vector}`, `trap ${vector}`]));
    expect(external).toEqual(["triple-fault"]);
  });

  test("is offered an interrupt before it is acknowledged", () => {
    const machine = deprivileged("l: jmp l", 0);
    const { cpu } = machine;
    const { port, external } = intercepting([], () => false);
    cpu.intercept = port;
    cpu.s[EFLAGS] = cpu.s[EFLAGS]! | IF;
    cpu.updateMode();
    cpu.setInterruptLine(true);
    cpu.run(cpu.now() + 1000);
    expect(external).toEqual(["interrupt"]);
    expect(cpu.s[INTR]).toBe(1);
  });
});

describe("a virtualizable processor", () => {
  const sensitive = allForms().filter((form) => form.sensitive.length > 0 && form.family !== "vmx");

  test("raises #GP(0) for every sensitive form in rings 1 to 3, and for no other because of that", () => {
    expect(sensitive.length).toBeGreaterThan(70);
    for (const cpl of [1, 2, 3]) {
      const machine = deprivileged("nop", cpl, true);
      const { cpu } = machine;
      sensitive.forEach((form, n) => {
        const at = 0x110000 + n * 16;
        machine.board.memory.write(at, exampleBytes(form, 32, { address: 0x200000 }));
        cpu.s[EIP] = at;
        const { port, events } = monitor((cpu) => (cpu.stop(), true));
        cpu.trap = port;
        cpu.run(cpu.now() + 1);
        const { kind, vector, errorCode, returnEip } = events[0]!;
        expect([form.opcode, kind, vector, errorCode, returnEip]).toEqual([
          form.opcode,
          "exception",
          13,
          0,
          at,
        ]);
      });
    }
  });

  test("executes an innocuous instruction in ring 3 as ever", () => {
    const machine = deprivileged("mov eax, 5\n cpuid\n l: jmp l", 3, true);
    const { cpu } = machine;
    const { port, events } = monitor(() => true);
    cpu.trap = port;
    machine.runSync({ maxInstructions: 10 });
    expect(events).toEqual([]);
    expect(cpu.s[WRITE_SPAN + DS]! >>> 0).toBeGreaterThan(0);
  });
});
