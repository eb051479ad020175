/**
 * Attacks by segments, descriptor tables, control registers and tasks.
 *
 * @module
 */

import type { HostileGuest } from "./hostile.ts";

/** Words of a data or code descriptor as NASM text. */
function descriptor(base: number, limit: number, rights: number): string {
  const low = (limit & 0xffff | base << 16) >>> 0;
  const high = (base >>> 16 & 0xff | rights << 8 & 0xf0ff00 | limit & 0xf0000 | base & 0xff000000) >>> 0;
  return `mov dword [gdt + SPARE], 0x${low.toString(16)}
        mov dword [gdt + SPARE + 4], 0x${high.toString(16)}`;
}

function odd(
  name: string,
  tries: string,
  base: number,
  limit: number,
  rights: number,
  from: string,
): HostileGuest {
  return {
    name,
    group: "segments",
    tries,
    source: `
        ${descriptor(base, limit, rights)}
        mov esi, 64
        mov ebx, ${from}
.next:  TRY
        mov eax, SPARE
        mov es, eax
        mov eax, [es:ebx]
        mov [LOOT + esi * 4], eax
        mov dword [es:ebx], 0xDEADBEEF
        ENDTRY
        TRY
        mov eax, SPARE
        mov gs, eax
        mov byte [gs:ebx + 3], 0xEE
        ENDTRY
        add ebx, 0x11000
        dec esi
        jnz .next
        ret`,
    ends: ["exited", "shutdown"],
  };
}

/** Loads a pseudo-descriptor for LGDT or LIDT and goes on to use the table. */
function table(instruction: "lgdt" | "lidt", base: number, limit: number, use: string): string {
  return `
        mov word [.pointer], ${limit}
        mov dword [.pointer + 2], 0x${(base >>> 0).toString(16)}
        TRY
        ${instruction} [.pointer]
        ${use}
        ENDTRY
        lgdt [gdt_pointer]
        lidt [idt_pointer]
        ret
.pointer: dw 0
        dd 0`;
}

/** Guests that attack by descriptors, registers and tasks. */
export const PRIVILEGE_ATTACKS: readonly HostileGuest[] = [
  odd(
    "wrap-around by base",
    "reaches the monitor with a base near the top and offsets that wrap",
    0xffe00000,
    0xfffff,
    0xc092,
    "0",
  ),
  odd(
    "wrap-around from below",
    "reaches the monitor with a base of 1 MiB and offsets near 4 GiB",
    0x100000,
    0xfffff,
    0xc092,
    "0xFFB00000",
  ),
  odd(
    "expand-down segment",
    "uses an expand-down segment that covers all but its first bytes",
    0,
    0,
    0xc096,
    "0xFFC00000",
  ),
  odd(
    "expand-down with a base",
    "lets an expand-down segment's base wrap onto the monitor",
    0xffc00000,
    0,
    0xc096,
    "0x1000",
  ),
  odd(
    "16-bit expand-down segment",
    "uses a 16-bit expand-down segment based in the monitor",
    0xffc20000,
    0,
    0x0096,
    "1",
  ),
  odd(
    "byte limit over the top",
    "uses a segment with byte granularity right below the top",
    0xfffff000,
    0xfff,
    0x4092,
    "0",
  ),
  odd(
    "conforming code over the monitor",
    "reads through conforming code based in the monitor",
    0xffc00000,
    0xfffff,
    0xc09e,
    "0",
  ),
  odd(
    "descriptor of ring 3",
    "reads the monitor through a descriptor of ring 3",
    0xffc00000,
    0xfffff,
    0xc0f2,
    "0",
  ),
  {
    name: "stack in the monitor",
    group: "segments",
    tries: "sets ESP into the monitor's area, pushes, and takes an exception there",
    source: `
        TRY
        mov esp, 0xFFC24000
        push eax
        ENDTRY
        TRY
        mov esp, 0xFFC24000
        ud2
        ENDTRY
        ret`,
    ends: ["shutdown", "exited", "running"],
  },
  {
    name: "call gate to ring 0 in the monitor",
    group: "segments",
    tries: "calls through gates whose target is the monitor's code selector and the monitor's addresses",
    source: `
        mov esi, 16
.next:  mov dword [gdt + SPARE], 0xFF802000
        mov dword [gdt + SPARE + 4], 0xFFC2EC00
        TRY
        call SPARE:0
        ENDTRY
        mov dword [gdt + SPARE], 0x00082000
        TRY
        call SPARE:0
        ENDTRY
        TRY
        call 0xFF80:0xFFC22000
        ENDTRY
        TRY
        jmp 0xFF99:0xFFD00000
        ENDTRY
        dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "the monitor's own selectors",
    group: "segments",
    tries: "loads every selector of the table's end, where the monitor keeps its own descriptors",
    source: `
        mov esi, 0xFF80
.next:  TRY
        mov es, esi
        mov eax, [es:0x24000]
        stosd
        mov dword [es:0], 0xDEADBEEF
        ENDTRY
        TRY
        mov fs, esi
        mov eax, [fs:0]
        stosd
        mov dword [fs:4], 0xDEADBEEF
        ENDTRY
        TRY
        lar eax, esi
        jnz .none
        stosd
        lsl eax, esi
        stosd
.none:  nop
        ENDTRY
        TRY
        ltr si
        ENDTRY
        inc esi
        cmp esi, 0x10000
        jb .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "the window of translated code",
    group: "segments",
    tries: "uses GS as it finds it, reads it, and writes through it at every page",
    source: `
        mov ebp, 64
        xor ebx, ebx
.next:  TRY
        mov eax, gs
        stosd
        mov eax, [gs:ebx]
        stosd
        ENDTRY
        TRY
        mov gs, ebx
        mov eax, [gs:0]
        stosd
        ENDTRY
        add ebx, 8
        dec ebp
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "local descriptors",
    group: "tables",
    tries: "builds an LDT of all kinds of descriptors, call gates and wild bases, and loads each of them",
    source: `
        mov edi, 0x90000
        mov ecx, 1024
        mov eax, 0x12345678
.fill:  imul eax, eax, 1103515245
        add eax, 12345
        stosd
        or dword [edi - 4], 0x8000
        loop .fill
        mov dword [gdt + SPARE], 0x00000FFF
        mov dword [gdt + SPARE + 4], 0x00008209
        mov eax, SPARE
        lldt ax
        mov esi, 4
.next:  TRY
        mov es, esi
        mov eax, [es:0]
        mov [LOOT], eax
        mov dword [es:0x10], 0xDEADBEEF
        ENDTRY
        TRY
        push esi
        push dword 0
        retf
        ENDTRY
        add esi, 8
        cmp esi, 0x1000
        jb .next
        ret`,
    ends: ["exited", "shutdown", "running", "halted"],
  },
  {
    name: "LGDT at the top",
    group: "tables",
    tries: "loads a GDT that lies in the monitor, as long as a GDT can be",
    source: table(
      "lgdt",
      0xffc00000,
      0xffff,
      "mov eax, 0xFF80\n        mov es, eax\n        mov eax, [es:0]",
    ),
    ends: ["exited", "shutdown"],
  },
  {
    name: "LGDT round the end of memory",
    group: "tables",
    tries: "loads a GDT that wraps round the end of the address space",
    source: table("lgdt", 0xfffffff8, 0xffff, "mov eax, 0x10\n        mov es, eax\n        mov eax, [es:0]"),
    ends: ["exited", "shutdown"],
  },
  {
    name: "GDT beyond RAM",
    group: "tables",
    tries: "loads a GDT where there is no RAM, and takes exceptions with it",
    source: table("lgdt", 0x80000000, 0xffff, "mov eax, 8\n        mov ds, eax\n        int 0x80"),
    ends: ["exited", "shutdown"],
  },
  {
    name: "GDT under its own stack",
    group: "tables",
    tries: "lets the GDT lie under its stack, so that every push makes a descriptor",
    source: `
        mov word [.pointer], 0xFFFF
        mov dword [.pointer + 2], 0xE000
        mov esi, gdt
        mov edi, 0xE000
        mov ecx, 12
        rep movsd
        lgdt [.pointer]
        mov esp, 0xE0C0
        mov ecx, 12
.next:  push dword 0x00CF92FF
        push dword 0xFFC0FFFF
        mov eax, 0xB8
        TRY
        mov es, eax
        mov eax, [es:ecx * 4]
        mov [LOOT + ecx * 4], eax
        mov [es:ecx * 4], ebx
        ENDTRY
        loop .next
        lgdt [gdt_pointer]
        mov esp, 0xF000
        jmp give_up
.pointer: dw 0
        dd 0`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "LIDT at the top",
    group: "tables",
    tries: "loads an IDT that lies in the monitor, and interrupts through it",
    source: table("lidt", 0xffc20000, 0x7ff, "int 0xF0\n        int 0x80\n        int3\n        ud2"),
    ends: ["shutdown", "exited"],
  },
  {
    name: "IDT without entries",
    group: "tables",
    tries: "takes an exception with an empty IDT: a triple fault",
    source: table("lidt", 0, 0, "ud2"),
    ends: ["shutdown"],
  },
  {
    name: "IDT over its own handlers",
    group: "tables",
    tries: "lets the IDT, the stack and the handlers lie in one page",
    source: `
        mov word [.pointer], 0x7FF
        mov dword [.pointer + 2], 0x30000
        mov esi, idt
        mov edi, 0x30000
        mov ecx, 0x200
        rep movsd
        lidt [.pointer]
        mov esp, 0x30400
        mov esi, 300
.next:  mov dword [resume], .back
        mov [resume_esp], esp
        int 0x80
.back:  sub esp, 4
        dec esi
        jnz .next
        mov esp, 0xF000
        jmp give_up
.pointer: dw 0
        dd 0`,
    ends: ["exited", "shutdown", "running", "halted"],
  },
  {
    name: "the monitor's vectors",
    group: "tables",
    tries:
      "executes INT n for every n, from ring 0 and from ring 3, the monitor's own callout and hypercall among them",
    source: `
        mov ecx, 256
        mov edi, .code
.write: mov eax, 256
        sub eax, ecx
        mov byte [edi], 0xCD
        mov [edi + 1], al
        mov byte [edi + 2], 0xC3
        push ecx
        push edi
        TRY
        mov eax, 0xFFFFFFFF
        mov ebx, 0xFFC00000
        mov edx, 0x3F8
        call edi
        ENDTRY
        pop edi
        pop ecx
        loop .write
        mov eax, .user
        jmp ring3
.user:  mov edi, .code
        mov ebp, 0
.again: mov dword [resume], .next
        mov dword [resume_esp], 0xF000
        mov eax, ebp
        mov [edi + 1], al
        call edi
.next:  mov eax, DATA3
        inc ebp
        cmp ebp, 256
        jb .again
        jmp give_up
.code:  times 16 nop`,
    ends: ["exited"],
  },
  {
    name: "task switches",
    group: "tables",
    tries: "switches to task state segments full of rubbish, busy ones, and one that lies in the monitor",
    source: `
        mov esi, 64
        mov ebx, 0x13579BDF
.next:  mov edi, 0x40000
        mov ecx, 26
.fill:  imul ebx, ebx, 1103515245
        add ebx, 12345
        mov eax, ebx
        stosd
        loop .fill
        mov dword [gdt + SPARE], 0x00000067
        mov dword [gdt + SPARE + 4], 0x00008904
        test esi, 3
        jnz .here
        mov dword [gdt + SPARE], 0x10000067
        mov dword [gdt + SPARE + 4], 0xFF0089C2
.here:  TRY
        call SPARE:0
        ENDTRY
        dec esi
        jnz .next
        ret`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "TSS with all ports",
    group: "devices",
    tries: "gives ring 3 an I/O bitmap that opens all ports, in a TSS of its own, and uses them",
    source: `
        mov edi, 0x40000
        mov ecx, 0x880
        xor eax, eax
        rep stosd
        mov dword [0x40004], 0xF800
        mov dword [0x40008], DATA0
        mov dword [0x40064], 0x00680000
        mov dword [gdt + SPARE], 0x00002068
        mov dword [gdt + SPARE + 4], 0x00008904
        mov eax, SPARE
        ltr ax
        mov eax, .user
        jmp ring3
.user:  mov edx, 0x20
        mov edi, LOOT
.next:  in al, dx
        stosb
        mov al, 0xFF
        cmp edx, 0xF4
        je .skip
        out dx, al
.skip:  inc edx
        cmp edx, 0x100
        jb .next
        int 0x80`,
    ends: ["exited", "halted", "shutdown", "running"],
  },
  {
    name: "IOPL from inside",
    group: "control",
    tries:
      "gives itself IOPL 3, IF, VM and RF by POPF and IRET in ring 0 and ring 3, then uses CLI and ports",
    source: `
        TRY
        push dword 0x00237202
        popfd
        pushfd
        pop eax
        stosd
        cli
        in al, 0x21
        ENDTRY
        mov edi, 64
.again: TRY
        push dword 0x7202
        push dword 0x08
        push dword .flags
        iretd
.flags: cli
        sti
        ENDTRY
        dec edi
        jnz .again
        push dword 2
        popfd
        mov dword [resume], give_up
        mov eax, .user
        jmp ring3
.user:  push dword 0x00003302
        popfd
        pushfd
        pop eax
        mov [LOOT + 16], eax
        push dword 0x3202
        push dword CODE3
        push dword .on
        iretd
.on:    cli
        jmp $`,
    ends: ["exited"],
  },
  {
    name: "CR0 and CR4 at random",
    group: "control",
    tries: "writes hundreds of random values to CR0 and CR4",
    source: `
        mov esi, 300
        mov ebx, 0x2468ACE1
.next:  imul ebx, ebx, 1103515245
        add ebx, 12345
        TRY
        mov eax, ebx
        ror eax, 7
        and eax, 0x7FFFFFFE
        or eax, 1
        mov cr0, eax
        ENDTRY
        TRY
        mov eax, ebx
        ror eax, 13
        mov cr4, eax
        mov eax, cr4
        mov [LOOT], eax
        ENDTRY
        TRY
        lmsw bx
        ENDTRY
        mov eax, 0x11
        mov cr0, eax
        dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "paging with nothing mapped",
    group: "control",
    tries: "turns paging on with an empty page directory",
    source: `
        mov eax, 0x150000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp $`,
    ends: ["shutdown"],
  },
  {
    name: "MSRs",
    group: "control",
    tries:
      "reads and writes thousands of model-specific registers, the monitor's SYSENTER registers among them",
    source: `
        mov esi, 0
.next:  TRY
        mov ecx, esi
        rdmsr
        mov [LOOT], eax
        ENDTRY
        TRY
        mov ecx, esi
        mov eax, 0xFFC22000
        mov edx, 0
        wrmsr
        ENDTRY
        inc esi
        cmp esi, 0x800
        jb .next
        mov ecx, 0x174
        mov eax, 0xFF80
        xor edx, edx
        wrmsr
        mov eax, .user
        jmp ring3
.user:  mov dword [resume], give_up
        mov dword [resume_esp], 0xF000
        sysenter
        ud2`,
    ends: ["exited", "shutdown", "running"],
  },
  {
    name: "debug registers",
    group: "control",
    tries: "sets breakpoints in the monitor's code and data, and protects the debug registers",
    source: `
        TRY
        mov eax, 0xFFC22000
        mov dr0, eax
        mov eax, 0xFFC24000
        mov dr1, eax
        mov eax, 0xFFC21004
        mov dr2, eax
        mov eax, 0x00
        mov dr3, eax
        mov eax, 0x0FFF23FF
        mov dr7, eax
        cli
        sti
        int 0x80
        ENDTRY
        TRY
        mov eax, dr7
        ENDTRY
        TRY
        mov eax, 0xFFFFFFFF
        mov dr6, eax
        mov dr7, eax
        nop
        ENDTRY
        TRY
        xor eax, eax
        mov dr7, eax
        ENDTRY
        ret`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "single steps",
    group: "control",
    tries: "single-steps through everything that traps",
    source: `
        mov byte [.step], 0
        mov dword [idt + 8], .debug - 0x10000
        mov word [idt + 8 + 2], CODE0
        mov dword [idt + 8 + 4], 0x00018E00
        mov eax, .debug
        mov [idt + 8], ax
        pushfd
        or dword [esp], 0x100
        popfd
        mov ecx, 40
.loop:  cli
        sti
        pushfd
        pop eax
        mov eax, cr0
        mov cr0, eax
        in al, 0x80
        mov eax, ds
        mov ds, eax
        loop .loop
        pushfd
        and dword [esp], ~0x100
        popfd
        mov eax, [.step]
        mov [LOOT], eax
        ret
.debug: inc dword [.step]
        iretd
.step:  dd 0`,
    ends: ["exited"],
  },
  {
    name: "virtual-8086 mode",
    group: "control",
    tries: "leaves for virtual-8086 mode with IOPL 3 and reaches for the whole first MiB and more",
    source: `
        mov edi, 0x20000
        mov esi, .v86
        mov ecx, .v86_end - .v86
        rep movsb
        mov dword [resume], give_up
        mov dword [resume_esp], 0xF000
        push dword 0xF000
        push dword 0xFFFF
        push dword 0xFFFF
        push dword 0xFFFF
        push dword 0x2000
        push dword 0xFFF0
        push dword 0x00023202
        push dword 0x2000
        push dword 0
        iretd
bits 16
.v86:   mov eax, [es:0xFFFE - 4]
        mov [cs:0x800], eax
        mov dword [es:0x10], 0xDEADBEEF
        cli
        in al, 0x21
        mov ax, 0xFFFF
        mov ds, ax
        mov eax, [0xFFF0]
        int 0x80
        hlt
bits 32
.v86_end:`,
    ends: ["exited"],
  },
];
