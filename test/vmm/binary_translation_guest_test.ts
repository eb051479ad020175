/** Guests that make it hard for a translator, each held against the bare machine. */

import { describe, expect, test } from "vitest";
import { compareWithNative, nativeEnd } from "../../src/experiments/equivalence.ts";
import { asm, type Program } from "../../src/isa/mod.ts";
import { Machine } from "../../src/machine/mod.ts";
import { Monitor, type VirtualMachine, type VirtualMachineOptions } from "../../src/vmm/mod.ts";

type Translation = NonNullable<VirtualMachineOptions["translation"]>;

/** Tables, handlers and paging that the guests share; `body` ends by jumping to `finish`, results are in memory and registers. */
function guest(body: string, more = ""): Program {
  return asm(`
    bits 32
    org 0x10000
        mov esp, 0x9000
        lgdt [gdt_pointer]
        lidt [idt_pointer]
        jmp 8:.reloaded
    .reloaded:
        mov eax, 0x10
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov fs, eax
        mov gs, eax
        ; 4 MiB one to one in 4 KiB pages, directory at 20000h, table at 21000h
        mov edi, 0x21000
        mov eax, 3
        mov ecx, 1024
    .map:
        stosd
        add eax, 0x1000
        loop .map
        mov dword [0x20000], 0x21003
        mov eax, 0x20000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        xor ebx, ebx
        xor esi, esi
        xor ebp, ebp
        jmp body
    finish:
        cli
        out 0xf4, al
        hlt
    page_fault:
        pop dword [0x5000]
        mov eax, cr2
        mov [0x5004], eax
        pop eax
        mov [0x5008], eax
        mov [0x500c], esp
        inc ebp
        jmp [fault_continues]
    divide_error:
        inc ebp
        add dword [esp], 2
        iret
    general_protection:
        pop dword [0x5000]
        pop dword [0x5008]
        inc ebp
        jmp [fault_continues]
    tick:
        inc dword [0x5010]
        push eax
        mov al, 0x20
        out 0x20, al
        pop eax
        iret
    system_call:
        add eax, 100
        iret
    fault_continues: dd finish
    %macro gate 1
        dw %1 & 0xffff, 8, 0x8e00, %1 >> 16
    %endmacro
        align 8
    gdt:
        dq 0
        dq 0x00cf9a000000ffff
        dq 0x00cf92000000ffff
        dq 0x0040920100000fff       ; 18h: data at 10000h, 4 KiB
        dq 0x00409a0000013fff       ; 20h: code up to 13FFFh
    gdt_end:
    gdt_pointer:
        dw gdt_end - gdt - 1
        dd gdt
    idt:
        gate divide_error
        times 12 dq 0
        gate general_protection
        gate page_fault
        times 17 dq 0
        gate tick
        times 15 dq 0
        gate system_call
    idt_end:
    idt_pointer:
        dw idt_end - idt - 1
        dd idt
    ${more}
        align 4096
    body:
    ${body}
        jmp finish
  `);
}

const machine = new Machine({ memory: "4M", history: false });
const monitor = new Monitor({ memory: "12M", technique: "binary-translation" });

/** Runs a guest natively and translated, in several ways, and expects the same end. */
function same(
  program: Program,
  variants: readonly Translation[] = [{}, { unitInstructions: 1 }, { chaining: false }],
): void {
  const options = { memory: "4M", technique: "binary-translation", machine, monitor } as const;
  const native = nativeEnd(program, options);
  for (const translation of variants) {
    const { differences, monitored } = compareWithNative(program, {
      ...options,
      native,
      virtualMachine: { translation },
    });
    expect(differences).toEqual([]);
    expect(monitored.status).toBe("exited");
  }
}

/** Runs a guest to its end. */
function run(program: Program, translation: Translation = {}): VirtualMachine {
  const monitor = new Monitor({ memory: "8M", technique: "binary-translation" });
  const vm = monitor.createVirtualMachine({ memory: "4M", translation }).load(program);
  monitor.runSync({ maxCycles: 400_000_000 });
  expect(vm.status).toBe("exited");
  return vm;
}

describe("guests that make it hard for a translator", () => {
  test("code that is written before it runs, behind the present instruction, and while it runs", () => {
    same(guest(`
        mov ecx, 20
    again:
        mov [patched + 1], ecx      ; in the same unit
    patched:
        mov eax, 0x12345678
        add ebx, eax
        loop again
        mov byte [later], 0x43      ; inc ebx, in another unit
        call later
        mov byte [later], 0x4b      ; dec ebx
        call later
        call later
        jmp next
    later:
        nop
        ret
    next:
        mov edi, buffer             ; a routine that is copied together
        mov dword [edi], 0xc3c3c340
        call edi
        mov dword [edi], 0xc3c34040
        call edi
        jmp finish
        align 64
    buffer: times 64 db 0
    `));
  });

  test("a page that rewrites itself all the time goes on being right", () => {
    same(guest(`
        mov edx, 200
    again:
        mov byte [flip], 0x43
        call flip
        mov byte [flip], 0x4b
        call flip
        call flip
        dec edx
        jnz again
        jmp finish
    flip:
        nop
        ret
    `));
  });

  test("data beside code is written without harm", () => {
    same(guest(`
        mov ecx, 500
    again:
        inc dword [counter]
        add ebx, [counter]
        loop again
        jmp finish
    counter: dd 0
    `));
  });

  test("code that reads itself finds itself", () => {
    same(guest(`
        mov esi, body
        mov ecx, 100
    again:
        movzx eax, byte [esi]
        rol ebx, 3
        xor ebx, eax
        inc esi
        loop again
        call here
    here:
        pop edx                     ; the guest's own address
        mov eax, cs
        push cs
        pop edi
        push ss
        pop esi
        pushfd
        pop ecx
        str word [0x5020]
        sldt [0x5024]
        smsw [0x5028]
        sgdt [0x502c]
        sidt [0x5034]
    `));
  });

  test("jumps into the middle of units", () => {
    same(guest(`
        mov ecx, 40
    again:
        inc ebx
    one: add ebx, 3
    two: rol ebx, 1
        xor ebx, ecx
        dec ecx
        jz finish
        test ecx, 1
        jnz one
        test ecx, 2
        jnz two
        jmp again
    `));
  });

  test("an instruction across pages, and code that goes on over the end of a page", () => {
    same(guest(`
        mov ecx, 5
        jmp across
        times 4096 - 3 - ($ - body) nop
    across:
        add ebx, 0x11223344         ; 6 bytes
        rol ebx, 5
        loop across
    `));
  });

  test("a page fault in the middle of a unit shows the state before the instruction", () => {
    same(guest(`
        mov dword [0x21000 + 0x300 * 4], 0
        mov eax, 0x300000
        invlpg [eax]
        mov dword [fault_continues], resumed
        mov edx, 1
        add edx, 2
        stc
        adc edx, [0x300000]
        mov edx, 99
    resumed:
        mov ecx, edx
        jmp finish
    `));
  });

  test("CALL, PUSHF, RET and indirect jumps that fault on the stack or on their operand", () => {
    for (
      const instruction of [
        "jmp [esi]",
        "call [esi]",
        "push dword [esi]",
        "mov [esi], ds",
        "mov eax, [esi]",
        "mov esp, esi\npopfd",
        "mov esp, esi\nret",
        "mov esp, esi\npop ds",
        "lea esp, [esi - 2]\npopfd",
        "lea esp, [esi - 3]\nret 4",
        "lea esp, [esi - 2]\npop es",
        "mov esp, esi\niretd",
        "mov esp, esi\ncall [esp]",
      ]
    ) {
      same(guest(`
        mov dword [0x21000 + 0x300 * 4], 0
        mov eax, 0x300000
        invlpg [eax]
        mov dword [fault_continues], resumed
        mov edi, esp
        mov eax, 0x1111
        mov ecx, 0x2222
        mov edx, 0x3333
        mov esi, 0x300000
        stc
        ${instruction}
    resumed:
        pop dword [0x5050]          ; what delivery has left: CS, EFLAGS
        pop dword [0x5054]
        mov [0x5040], eax
        mov [0x5044], ecx
        mov [0x5048], edx
        mov [0x504c], esp
        mov esp, edi
      `));
    }
  });

  test("a repeated string instruction that faults midway can be restarted", () => {
    same(guest(`
        mov dword [0x21000 + 0x300 * 4], 0
        mov eax, 0x300000
        invlpg [eax]
        mov dword [fault_continues], mend
        mov edi, 0x2fffe0
        mov ecx, 20
        mov eax, 0xabcdef01
        mov ebx, esp
    again:
        cld
        rep stosd
        jmp finish
    mend:
        mov [0x5040], ecx
        mov [0x5044], edi
        mov esp, ebx
        mov dword [0x21000 + 0x300 * 4], 0x300003
        mov eax, 0x300000
        invlpg [eax]
        mov eax, 0xabcdef01
        jmp again
    `));
  });

  test("remapped code: the other page's instructions run after INVLPG or a new CR3, and the old ones when they come back", () => {
    same(
      guest(`
        ; two pages of code with the same linear address 200000h
        mov word [0x100000], 0xc343 ; inc ebx; ret
        mov word [0x101000], 0xc345 ; inc ebp; ret
        mov edx, 6
        mov esi, 0x200000
    again:
        mov dword [0x21000 + 0x200 * 4], 0x100003
        invlpg [esi]
        call esi
        call esi
        mov dword [0x21000 + 0x200 * 4], 0x101003
        mov eax, cr3
        mov cr3, eax
        call esi
        dec edx
        jnz again
        mov eax, [0x21000 + 0x200 * 4] ; accessed bits as natively
    `),
      [{}, { unitInstructions: 1 }, { cacheBytes: 8192 }, { inlineCaches: "returns too" }],
    );
  });

  test("stores to page tables that are translated again: mappings, accessed and dirty bits as natively", () => {
    const program = guest(`
        mov edx, 60
        mov esi, 0x200000
        mov edi, 0x21000 + 0x200 * 4
        mov ebx, 0x100003
    again:
        mov [edi], ebx
        invlpg [esi]
        mov eax, [esi]
        add ebp, [edi]
        test dl, 3
        jnz over
        mov [esi + 4], edx
        rol ebp, 1
        add ebp, [edi]
    over:
        mov dword [edi], 0x101003
        invlpg [esi]
        add ebp, [esi]
        mov ecx, [edi]
        add [0x5060], ecx
        add ebx, 0x1000
        dec edx
        jnz again
        mov eax, ebp
    `);
    same(program, [{}, { traceHits: 1 }, { traceHits: 1, traceQueue: 64 }, { traceHits: 1, traceQueue: 1 }, {
      adaptive: false,
    }]);
    const vm = run(program, { traceHits: 1 });
    const kinds = vm.translations().units.flatMap(({ instructions }) => instructions);
    expect(kinds.some(({ kind, guest }) => kind === "emulated" && guest.text.startsWith("mov [edi]"))).toBe(
      true,
    );
  });

  test("exceptions, software interrupts and far transfers from translated code", () => {
    same(guest(`
        mov ecx, 7
    again:
        xor edx, edx
        mov eax, 5
        div edx
        int 0x30
        add ebx, eax
        push cs
        push back
        jmp 8:forward
    forward:
        retf
    back:
        call 8:far_routine
        loop again
        jmp finish
    far_routine:
        inc ebx
        retf
    `));
  });

  test("a code segment that ends: branches beyond it and code at its end fault as natively", () => {
    same(guest(`
        mov dword [fault_continues], out_of_it
        mov edi, esp
        jmp 0x20:inside
    inside:
        inc ebx
        xor eax, eax
        jz 0x14000
    out_of_it:
        mov esp, edi
        jmp 8:back
    back:
        mov dword [fault_continues], finish
        jmp 0x20:0x13fff            ; the last byte that belongs to it
        times 0x13fff - 0x10000 - ($ - $$) nop
        nop
    `));
  });

  test("segments: stores through a small one, overrides, and what cannot be reached through a window", () => {
    same(guest(`
        mov eax, 0x18
        mov fs, eax
        mov eax, [fs:8]
        mov gs, ax
        mov ecx, [gs:16]
        mov edx, [cs:body]
        mov dword [fault_continues], refused
        mov edi, esp
        mov ebx, [fs:0x1000]        ; beyond its limit
        inc ebx
    refused:
        mov esp, edi
        mov esi, gs
        mov ebp, fs
    `));
  });

  test("interrupts from a timer: counted work comes to the same, and flag images show the guest's IF", () => {
    const program = guest(`
        mov al, 0x11                ; interrupt controller: vectors 20h
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xfe
        out 0x21, al
        mov al, 0x34                ; 20 kHz
        out 0x43, al
        mov al, 60
        out 0x40, al
        mov al, 0
        out 0x40, al
        mov edx, 3000
    again:
        sti
        call work
        pushfd
        cli
        pushfd
        pop eax
        shr eax, 9
        and eax, 1
        add [0x5070], eax           ; never 1
        popfd
        pushfd
        pop eax
        test eax, 0x200
        setz al
        movzx eax, al
        add [0x5074], eax           ; never 1
        dec edx
        jnz again
        sti
        hlt
        cli
        cmp dword [0x5010], 2
        seta bl
        mov dword [0x5010], 0
        mov edi, 0x8f00             ; what interrupts have left below the stack
        mov ecx, 64
        xor eax, eax
        rep stosd
        mov eax, ebx
        mov ecx, ebx
        jmp finish
    work:
        push edx
        imul esi, esi, 1664525
        add esi, 1013904223
        rdtsc
        mov eax, 7
        pop edx
        ret
    `);
    same(program, [{}, { unitInstructions: 2 }, { inlineCaches: "returns too" }]);
    for (const translation of [{}, { rdtsc: "callout" }, { rdtsc: "trap" }] as const) {
      const vm = run(program, translation);
      expect(vm.registers.gpr.ebx & 0xff).toBe(1);
      expect([...vm.read(0x5070, 8)]).toEqual(new Array(8).fill(0));
    }
  });

  test("a static port is read in the cache, and reads what was written last", () => {
    const program = guest(`
        mov ecx, 30
    again:
        mov al, cl
        out 0x80, al
        in al, 0x80
        add ebx, eax
        mov edx, 0x80
        in al, dx
        add ebx, eax
        mov dx, 0x21
        in al, dx
        add ebx, eax
        loop again
    `);
    same(program);
    const kinds = run(program).translations().units.flatMap(({ instructions }) => instructions);
    expect(kinds.filter(({ guest }) => guest.text === "in al, 0x80").every(({ kind }) => kind === "emulated"))
      .toBe(true);
  });

  test("single steps and breakpoints of the guest are interpreted", () => {
    same(guest(`
        mov word [idt + 8], tick_debug & 0xffff
        mov word [idt + 10], 8
        mov dword [idt + 12], 0x18e00
        pushfd
        or dword [esp], 0x100
        popfd
        inc ebx
        inc ebx
        pushfd
        and dword [esp], 0xfffffeff
        popfd
        mov eax, point
        mov dr0, eax
        mov eax, 2
        mov dr7, eax
        mov ecx, 3
    point:
        inc ebx
        loop point
        xor eax, eax
        mov dr7, eax
        jmp finish
    tick_debug:
        inc ebp
        or dword [esp + 8], 0x10000
        iret
    `));
  });
});

describe("what can be seen of a translation", () => {
  const program = guest(`
        mov ecx, 10
    again:
        call even
        loop again
        jmp finish
    even:
        test cl, 1
        jz yes
        cli
        ret
    yes:
        ret
  `);

  test("units with guest code and translation side by side, chained, with exact counts", () => {
    const { units, totals } = run(program, { countExecutions: true }).translations();
    const at = (text: string) =>
      units.find(({ instructions }) => instructions.some(({ guest }) => guest.text.startsWith(text)))!;
    const even = at("test cl");
    expect(even.executions).toBe(10);
    expect(even.instructions.map(({ kind }) => kind)).toEqual(["ident", "continuation"]);
    const [first, second] = even.instructions;
    expect(first!.translation.at(-1)!.text).toBe("test cl, 1");
    expect(second!.translation.map(({ text }) => text.split(" ")[0])).toEqual(["je", "jmp", "jmp"]);
    expect(even.exits.every(({ chainedTo }) => chainedTo !== null)).toBe(true);
    expect(at("cli").instructions[0]!.translation.at(-1)!.text).toBe("mov dword [gs:0x40], 0");
    expect(totals.kinds.callout).toBeGreaterThan(0);
    expect(totals.units).toBe(units.length);
    const bytes = units.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(totals.usedBytes).toBe(bytes);
  });

  test("without chaining every way on is a callout", () => {
    const chained = run(program).translations().totals;
    const unchained = run(program, { chaining: false }).translations().totals;
    expect(unchained.chains).toBe(0);
    expect(unchained.calloutsByReason["exit"]!).toBeGreaterThan(chained.calloutsByReason["exit"]!);
  });

  test("a cache that is too small is emptied and filled again", () => {
    const many = guest(
      Array.from({ length: 300 }, (_, n) => `add ebx, ${n}\njmp next${n}\nnop\nnext${n}:`).join("\n") +
        "\ninc dword [0x5080]\ncmp dword [0x5080], 5\njb near body",
    );
    same(many, [{ cacheBytes: 4096, unitInstructions: 64 }]);
    const { totals } = run(many, { cacheBytes: 8192, countExecutions: true, unitInstructions: 2 })
      .translations();
    expect(totals.flushes).toBeGreaterThan(2);
    expect(totals.usedBytes).toBeLessThanOrEqual(8192);
  });
});
