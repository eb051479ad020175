import { describe, expect, test } from "vitest";
import { asm } from "../../src/isa/asm/mod.ts";
import { GuestLimitError, ImageError, Machine, MachineError, present, RunResult } from "./machine_setup.ts";
import { COUNT_TICKS, initializePics, PAGED_KERNEL } from "./guest_programs.ts";

const machine = (options = {}) => new Machine({ memory: "4M", ...options });
const word = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

describe("running", () => {
  test("32-bit code starts flat in ring 0 and can reload its segments", async () => {
    const m = machine().load(asm`
      bits 32
        mov ax, ds
        mov ds, ax
        mov es, ax
        push ss
        pop ss
        jmp 8:next
      next:
        mov eax, cr0
        mov dword [0x200000], 0x12345678
        hlt
    `);
    const run = await m.run();
    expect(run).toMatchObject({ status: "halted", registers: { mode: "protected", cpl: 0, eflags: 2 } });
    expect(run.registers.gpr.eax).toBe(0x11);
    expect(run.registers.segments.cs).toMatchObject({ selector: 8, base: 0, limit: 0xffffffff });
    expect(word(m.read(0x200000, 4))).toBe(0x12345678);
  });

  test("16-bit code starts in real mode", () => {
    const run = machine().load(asm`
      org 0x7c00
        mov ax, cs
        mov bx, sp
        mov cx, ss
        hlt
    `).runSync();
    expect(run.registers).toMatchObject({ mode: "real", gpr: { eax: 0, ebx: 0x7c00, ecx: 0 } });
  });

  test("the debug-exit port ends the run; the POST port keeps the last code; both can be elsewhere", () => {
    const program = asm`
      bits 32
        mov al, 0x42
        out 0x84, al
        mov eax, 0x21
        mov dx, 0x501
        out dx, eax
        mov ebx, 1
        hlt
    `;
    const m = machine({ exitPort: 0x501, postPort: 0x84 }).load(program);
    expect(m.runSync()).toMatchObject({
      status: "exited",
      exitCode: 0x43,
      postCode: 0x42,
      registers: { gpr: { ebx: 0 } },
    });
    expect(m.runSync()).toMatchObject({ status: "halted", registers: { gpr: { ebx: 1 } } });
  });

  test("a triple fault is the status shutdown, and stays", () => {
    const m = machine().load(asm`
      bits 32
        ud2
    `);
    expect(m.runSync().status).toBe("shutdown");
    expect(m.runSync()).toMatchObject({ status: "shutdown", instructions: 0 });
  });

  test("nothing loaded: the bus reads all ones, and the processor makes of it what it does", () => {
    const run = machine().runSync({ maxInstructions: 10 });
    expect(run.status).toBe("limit");
    expect(run.cycles.count("trap #UD invalid opcode")).toBe(1);
  });

  test("the console is what went out of the serial port, as UTF-8; onSerial gets it in pieces", async () => {
    const pieces: Uint8Array[] = [];
    const m = machine({ onSerial: (bytes: Uint8Array) => pieces.push(bytes) });
    m.load(asm`
      bits 32
        mov esi, text
        mov ecx, end - text
        mov dx, 0x3f8
        rep outsb
        hlt
      text: db "Grüße, Ring 0", 10
      end:
    `);
    const run = await m.run();
    expect(run.console).toBe("Grüße, Ring 0\n");
    expect(new TextDecoder().decode(Uint8Array.from(pieces.flatMap((piece) => [...piece])))).toBe(
      run.console,
    );
    expect(m.console).toBe(run.console);
  });

  test("limits of instructions are met exactly, of cycles at the next instruction; runs go on where they stopped", () => {
    const program = asm`
      bits 32
      again:
        inc eax
        jmp again
    `;
    const m = machine().load(program);
    for (const [count, total] of [[1, 1], [7, 8], [1000, 1008], [123_456, 124_464]] as const) {
      expect(m.runSync({ maxInstructions: count })).toMatchObject({
        status: "limit",
        limit: "instructions",
        instructions: count,
      });
      expect(m.registers.gpr.eax).toBe(Math.ceil(total / 2));
    }
    const run = m.runSync({ maxCycles: 10_000 });
    expect(run).toMatchObject({ status: "limit", limit: "cycles" });
    expect(run.cycles.total - 10_000).toBeGreaterThanOrEqual(0);
    expect(run.cycles.total - 10_000).toBeLessThan(3);
    expect(m.runSync({ maxSeconds: 0.02 })).toMatchObject({ status: "limit", limit: "seconds" });
    expect(m.runSync({ maxInstructions: 0 }).instructions).toBe(0);
  });

  test("a limit of instructions ends a handler that raises its own exception for ever", () => {
    const machine = new Machine({ memory: "1M", history: false });
    machine.load(asm`
      bits 32
      lidt [idtr]
      mov esp, 0xf0000000 ; no memory there: what is pushed is lost and overwrites nothing
handler: ud2              ; #UD, delivered to itself: no instruction ever retires
      align 8
idt:  times 6 dq 0
      dw handler, 8, 0x8e00, 0
idtr: dw $ - idt - 1
      dd idt
    `);
    const run = machine.runSync({ maxInstructions: 1000 });
    expect([run.status, run.limit ?? ""]).toEqual(["limit", "instructions"]);
    expect(run.instructions).toBe(2);
  });

  test("an AbortSignal ends a runaway loop, and the machine can go on", async () => {
    const m = machine().load(asm`
      bits 32
      again:
        inc eax
        jmp again
    `);
    const controller = new AbortController();
    let progress = 0;
    const running = m.run({
      signal: controller.signal,
      onProgress: ({ instructions }) => {
        progress = instructions;
        controller.abort();
      },
    });
    expect(() => m.registers).toThrow(/is running/);
    await expect(m.run()).rejects.toThrow(MachineError);
    const run = await running;
    expect(run.status).toBe("aborted");
    expect(progress).toBe(run.instructions);
    expect(m.runSync({ maxInstructions: 2 }).instructions).toBe(2);
    const stopped = m.run();
    m.stop();
    expect((await stopped).status).toBe("aborted");
  });

  test("other work of the host gets its turn while a machine runs", async () => {
    const m = machine().load(asm`
      bits 32
        jmp $
    `);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await m.run({ maxSeconds: 0.3 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  test("results are the same data for the same run, whatever the host's time", async () => {
    const once = async () => JSON.stringify(await machine().load(asm(COUNT_TICKS)).run());
    expect(await once()).toBe(await once());
  });

  test("orThrow gives a finished run, and throws for any other", () => {
    const m = machine().load(asm`
      bits 32
        nop
        hlt
    `);
    expect(() => m.runSync({ maxInstructions: 1 }).orThrow()).toThrow(GuestLimitError);
    expect(m.runSync().orThrow().status).toBe("halted");
  });

  test("a result shows as text, until a presenter is registered for it", () => {
    const run = machine().load(asm`
      bits 32
        hlt
    `).runSync();
    const display = Symbol.for("Jupyter.display") as unknown as "toString";
    expect(JSON.stringify(run[display]())).toContain("halted after 1 instructions");
    present(RunResult, { display: ({ status }) => ({ "text/html": status }) });
    expect(run[display]()).toEqual({ "text/html": "halted" });
  });

  test("bad options are errors that say what would be right", async () => {
    expect(() => machine({ memory: "lots" })).toThrow(/"lots" is not a size/);
    expect(() => machine({ profile: "pentium5" })).toThrow(/did you mean pentium4-672/);
    expect(() => machine({ exitPort: 0x3f8 })).toThrow(/port 3F8h is taken by 16550A COM1/);
    const m = machine();
    await expect(m.run({ maxInstructions: -1 })).rejects.toThrow(/maxInstructions/);
    expect(() => m.runSync({ until: "main" })).toThrow(/no symbol "main"/);
    expect(() => m.read(-1, 4)).toThrow(MachineError);
    expect(() => m.setRegister("cr0" as "eax", 1)).toThrow(MachineError);
    expect(() => machine({ serial: false }).send("x")).toThrow(/no serial port/);
  });

  test("an image that is refused leaves the machine as it was", () => {
    const m = machine().load(asm`
      bits 32
        mov eax, 5
        hlt
    `);
    expect(() => m.load({ kind: "elf", bytes: Uint8Array.of(1, 2, 3) })).toThrow(ImageError);
    expect(m.runSync().registers.gpr.eax).toBe(5);
  });
});

describe("time and interrupts", () => {
  test("counter 0 interrupts every 50 ticks of guest time", () => {
    const m = machine().load(asm(COUNT_TICKS));
    const run = m.runSync();
    expect(run).toMatchObject({ status: "exited", exitCode: 7, postCode: 3 });
    expect(m.postCodes).toEqual([1, 2, 3]);
    expect(run.cycles.count("interrupt 20h")).toBe(3);
    const ticks = run.cycles.total / 3.8e9 * 1_193_182;
    expect(ticks).toBeGreaterThan(3 * 50);
    expect(ticks).toBeLessThan(3 * 50 + 20);
    const { worlds } = run.cycles;
    expect(Object.values(worlds).reduce((a, b) => a + b)).toBe(run.cycles.total);
    expect(worlds.transition).toBeGreaterThan(0);
  });

  test("HLT with interrupts on jumps to the next event, in the world idle; without, it ends the run", () => {
    const program = asm`
      org 0x7c00
        mov word [0x20 * 4], tick
        mov word [0x20 * 4 + 2], 0
        ${initializePics(0xfe, 0xff)}
        mov al, 0x30
        out 0x43, al
        xor ax, ax
        out 0x40, al
        out 0x40, al
        sti
        hlt
        cli
        hlt
      tick:
        inc bx
        iret
    `;
    const run = machine().load(program).runSync();
    expect(run).toMatchObject({ status: "halted", registers: { gpr: { ebx: 1 } } });
    const ticks = run.cycles.worlds.idle * 1_193_182 / 3.8e9;
    expect(ticks).toBeGreaterThan(65_400);
    expect(ticks).toBeLessThanOrEqual(65_537);
  });

  test("HLT with interrupts on but nothing to wait for is halted, not an endless loop", () => {
    expect(
      machine().load(asm`
      bits 32
        sti
        hlt
    `).runSync().status,
    ).toBe("halted");
  });

  test("a higher interrupt nests into the handler of a lower one", () => {
    // IRQ 4 (serial) is lower than IRQ 0 (timer); its handler opens interrupts and waits for the timer's.
    const run = machine().load(asm`
      org 0x7c00
        mov word [0x20 * 4], timer
        mov word [0x20 * 4 + 2], 0
        mov word [0x24 * 4], serial
        mov word [0x24 * 4 + 2], 0
        ${initializePics(0xee, 0xff)}
        mov dx, 0x3fc
        mov al, 8
        out dx, al
        mov dx, 0x3f9
        mov al, 2        ; transmitter empty: raised at once
        out dx, al
        sti
        nop
        cli
        mov al, [depth]
        hlt
      serial:
        mov dx, 0x3fa
        in al, dx
        mov al, 0x30
        out 0x43, al
        mov al, 100
        out 0x40, al
        mov al, 0
        out 0x40, al
        sti
      .wait:
        cmp byte [depth], 2
        jne .wait
        mov al, 0x20
        out 0x20, al
        mov byte [order], 's'
        iret
      timer:
        mov al, 0x0b     ; OCW3: read ISR
        out 0x20, al
        in al, 0x20
        mov [isr], al
        mov byte [depth], 2
        mov al, 0x20
        out 0x20, al
        iret
      depth: db 0
      order: db 0
      isr: db 0
    `);
    const result = run.runSync({ maxInstructions: 1_000_000 });
    expect(result).toMatchObject({ status: "halted", registers: { gpr: { eax: 2 } } });
    expect(run.read("isr", 1)[0]).toBe(0x11);
    expect(String.fromCharCode(run.read("order", 1)[0]!)).toBe("s");
  });

  test("UART echo, interrupt driven: what is sent comes back in capitals", () => {
    const m = machine({ serial: "baud" }).load(asm`
      org 0x7c00
        mov word [0x24 * 4], receive
        mov word [0x24 * 4 + 2], 0
        ${initializePics(0xef, 0xff)}
        mov dx, 0x3fa
        mov al, 7
        out dx, al
        mov dx, 0x3fc
        mov al, 8
        out dx, al
        mov dx, 0x3f9
        mov al, 1
        out dx, al
        sti
      idle:
        hlt
        jmp idle
      receive:
        mov dx, 0x3fd
        in al, dx
        test al, 1
        jz .done
        mov dx, 0x3f8
        in al, dx
        and al, 0xdf
        out dx, al
        jmp receive
      .done:
        mov al, 0x20
        out 0x20, al
        iret
    `);
    m.send("hello, ring");
    expect(m.runSync().console).toBe("HELLO\f\0RING");
    m.send("again");
    expect(m.runSync().console).toBe("AGAIN");
  });

  test("the time stamp counter is the cycle counter that the devices see", () => {
    const m = machine().load(asm`
      bits 32
        rdtsc
        mov ebx, eax
        in al, 0x80
        rdtsc
        sub eax, ebx
        hlt
    `);
    const { "input-output": io, alu, "time-stamp": tsc } = m.cpu.costs.instruction;
    expect(m.runSync().registers.gpr.eax).toBe(alu + io + m.cpu.costs.event["port-access"] + tsc);
  });

  test("A20: masked, the second MiB is the first; port 92h resets the processor alone", () => {
    const m = machine().load(asm`
      bits 32
        mov eax, [0x180000]
        cmp eax, 0x5a5a5a5a
        je again
        mov dword [0x80000], 0x11111111
        mov dword [0x180000], 0x22222222
        mov al, 0
        out 0x92, al
        mov ebx, [0x180000]
        mov al, 2
        out 0x92, al
        mov ecx, [0x180000]
        hlt
      again:
    `);
    expect(m.runSync().registers.gpr).toMatchObject({ ebx: 0x11111111, ecx: 0x22222222 });
    const reset = machine().load(asm`
      bits 32
        mov dword [0x500], 77
        mov al, 1
        out 0x92, al
        hlt
    `);
    const run = reset.runSync({ until: 0xfffffff0 });
    expect(run).toMatchObject({ status: "breakpoint", registers: { mode: "real", eip: 0xfff0 } });
    expect(word(reset.read(0x500, 4))).toBe(77);
  });
});

describe("ROM, ELF and Multiboot", () => {
  test("a ROM starts at the reset vector and is seen below 1 MiB; writes to it are lost", () => {
    const rom = new Uint8Array(65536).fill(0xf4);
    rom.set(
      asm`
        mov ax, 0xf000
        mov ds, ax
        mov bx, [0x100]
        mov word [0x100], 0
        mov cx, [0x100]
        out 0xf4, al
    `.bytes,
      0,
    );
    rom.set([0xcd, 0xab], 0x100);
    rom.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
    const expected = { status: "exited", exitCode: 1, registers: { gpr: { ebx: 0xabcd, ecx: 0xabcd } } };
    expect(machine({ rom }).runSync()).toMatchObject(expected);
    expect(machine().load({ kind: "rom", bytes: rom }).runSync()).toMatchObject(expected);
  });

  test("a Multiboot kernel finds the magic number, its command line and its memory", () => {
    const kernel = asm`
      bits 32
      org 0x100000
      header:
        dd 0x1badb002, 0x10003, -(0x1badb002 + 0x10003), header, 0x100000, 0, 0, start
      start:
        mov ecx, [ebx + 8]
        mov esi, [ebx + 16]
        mov dx, 0x3f8
      .next:
        lodsb
        test al, al
        jz .done
        out dx, al
        jmp .next
      .done:
        mov eax, [ebx]
        hlt
    `;
    const run = machine().load({ bytes: kernel.bytes, commandLine: "quiet ring=0" }).runSync();
    expect(run).toMatchObject({
      status: "halted",
      console: "quiet ring=0",
      registers: { gpr: { ecx: 3072 } },
    });
  });
});

describe("looking and changing", () => {
  const count = asm`
    bits 32
    start:
      mov ecx, 5
    loop1:
      inc eax
      dec ecx
      jnz loop1
    done:
      hlt
  `;

  test("breakpoints by symbol and address stop before the instruction, every time round", () => {
    const m = machine().load(count);
    m.breakpoint("loop1");
    for (const eax of [0, 1, 2]) {
      expect(m.runSync()).toMatchObject({
        status: "breakpoint",
        registers: { eip: count.address("loop1"), gpr: { eax } },
      });
    }
    m.clearBreakpoints();
    expect(m.runSync({ until: "done" })).toMatchObject({
      status: "breakpoint",
      registers: { gpr: { eax: 5 } },
    });
    expect(m.runSync().status).toBe("halted");
    expect(() => m.breakpoint("loop2")).toThrow(/did you mean loop1/);
  });

  test("breakpoints are met while stepping, too", () => {
    const m = machine().load(count);
    m.breakpoint("loop1");
    expect(m.step(10)).toMatchObject({ status: "breakpoint", instructions: 1 });
    expect(m.step(10)).toMatchObject({ status: "breakpoint", instructions: 3 });
    expect(m.step(2)).toMatchObject({ status: "limit", instructions: 2 });
  });

  test("step executes so many instructions", () => {
    const m = machine().load(count);
    expect(m.step().registers.gpr.ecx).toBe(5);
    expect(m.step(3).registers.gpr).toMatchObject({ eax: 1, ecx: 4 });
    expect(m.step(100)).toMatchObject({ status: "halted", instructions: 13 });
  });

  test("memory and registers can be changed from outside, code included", () => {
    const m = machine().load(count);
    m.step(4);
    m.setRegister("ecx", 100);
    m.write("done", Uint8Array.of(0x43, 0xf4)); // inc ebx, hlt
    m.setRegister("eflags", 0x202);
    expect(m.runSync({ until: "done" }).registers).toMatchObject({
      eflags: expect.anything(),
      gpr: { eax: 101, ecx: 0 },
    });
    expect(m.runSync().registers.gpr.ebx).toBe(1);
    expect(() => m.write(0xb8000, Uint8Array.of(1))).toThrow(/not all RAM/);
    expect([...m.read(0xb8000, 2)]).toEqual([255, 255]);
  });

  test("a paged kernel with faults and a timer runs to its end", () => {
    const m = machine().load(asm(PAGED_KERNEL));
    const run = m.runSync({ maxCycles: 1e9 });
    expect(run.status).toBe("halted");
    expect(word(m.read("faults", 4))).toBe(255);
    expect(word(m.read("ticks", 4))).toBeGreaterThanOrEqual(40);
    expect(run.cycles.count("trap #PF page fault")).toBe(255);
  });
});
