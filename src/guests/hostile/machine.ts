/**
 * Attacks on the processor's time, the devices, running code, and what the monitor has in stock.
 *
 * @module
 */

import type { HostileGuest } from "./hostile.ts";

/** Guests that attack time, devices, code and resources. */
export const MACHINE_ATTACKS: readonly HostileGuest[] = [
  {
    name: "CLI and loop",
    group: "time",
    tries: "masks interrupts and loops for ever",
    source: `
        cli
        jmp $`,
    ends: ["running"],
  },
  {
    name: "CLI and HLT",
    group: "time",
    tries: "masks interrupts and halts for ever",
    source: `
        cli
.again: hlt
        jmp .again`,
    ends: ["halted"],
  },
  {
    name: "loop in ring 3",
    group: "time",
    tries: "loops in ring 3 with interrupts off",
    source: `
        mov ecx, DATA3
        push ecx
        push dword 0xE000
        push dword 2
        push dword CODE3
        push dword .user
        iretd
.user:  jmp .user`,
    ends: ["running"],
  },
  {
    name: "one endless string instruction",
    group: "time",
    tries: "moves 4 GiB with one instruction, again and again, with interrupts off",
    source: `
.again: mov esi, 0x20000
        mov edi, 0x20000
        mov ecx, 0xFFFFFFFF
        TRY
        rep movsb
        ENDTRY
        jmp .again`,
    ends: ["running"],
  },
  {
    name: "endless REP on nothing",
    group: "time",
    tries: "repeats a string instruction whose addresses stay in device memory, for ever",
    source: `
.again: mov edi, 0xA0000
        mov ecx, 0x10000
        rep stosb
        mov esi, 0xB0000
        mov edi, 0xC0000
        mov ecx, 0x8000
        rep movsd
        jmp .again`,
    ends: ["running"],
  },
  {
    name: "STI and CLI storm",
    group: "time",
    tries: "turns interrupts on and off as fast as it can, with its own timer at full speed",
    source: `
        mov al, 0x11
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 3
        out 0x21, al
        mov al, 0
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, 2
        out 0x40, al
        mov al, 0
        out 0x40, al
        mov dword [resume], .again
.again: sti
        nop
        cli
        jmp .again`,
    ends: ["running"],
  },
  {
    name: "halt storm",
    group: "time",
    tries: "halts with its timer at full speed, so that it wakes up for ever",
    source: `
        mov al, 0x11
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 3
        out 0x21, al
        mov al, 0
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, 2
        out 0x40, al
        mov al, 0
        out 0x40, al
        mov dword [resume], .again
        mov dword [resume_esp], 0xF000
.again: sti
        hlt
        jmp .again`,
    ends: ["running", "halted"],
  },
  {
    name: "exception for ever",
    group: "time",
    tries: "raises an exception whose handler raises it again, without end",
    source: `
        mov eax, .bad
        mov [idt + 6 * 8], ax
        shr eax, 16
        mov [idt + 6 * 8 + 6], ax
.bad:   mov esp, 0xF000
        ud2`,
    ends: ["running"],
  },
  {
    name: "fault in the handler of a fault",
    group: "time",
    tries: "lets page faults push onto a page that is not there, until the processor gives up",
    source: `
        call paging
        mov dword [TABLE + 0xE * 4], 0
        mov esp, 0xEFF0
        mov eax, cr3
        mov cr3, eax
        push eax
        ret`,
    ends: ["shutdown"],
  },
  {
    name: "page fault for ever",
    group: "time",
    tries: "never mends the page table and retries the access without end",
    source: `
        call paging
        mov eax, .handler
        mov [idt + 14 * 8], ax
        shr eax, 16
        mov [idt + 14 * 8 + 6], ax
        mov eax, [0x900000]
.handler:
        add esp, 4
        iretd`,
    ends: ["running"],
  },
  {
    name: "reset loop",
    group: "devices",
    tries: "resets the processor through port 64h",
    source: `
        mov al, 0xFE
        out 0x64, al
        jmp $`,
    ends: ["shutdown", "running", "halted"],
  },
  {
    name: "fast reset",
    group: "devices",
    tries: "resets the processor through port 92h",
    source: `
        in al, 0x92
        or al, 1
        out 0x92, al
        jmp $`,
    ends: ["shutdown", "running", "halted"],
  },
  {
    name: "reset register",
    group: "devices",
    tries: "resets the machine through port CF9h",
    source: `
        mov edx, 0xCF9
        mov al, 6
        out dx, al
        mov al, 14
        out dx, al
        ret`,
    ends: ["exited", "shutdown", "running", "halted"],
  },
  {
    name: "address line 20",
    group: "devices",
    tries: "closes the gate of address line 20 and writes where other addresses wrap to",
    source: `
        mov al, 0
        out 0x92, al
        mov dword [0x180000], 0xDEADBEEF
        mov eax, [0x180000]
        stosd
        mov al, 2
        out 0x92, al
        mov eax, [0x180000]
        stosd
        ret`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "all masks",
    group: "devices",
    tries:
      "masks every interrupt at both controllers and stops the timer, then waits for the monitor to lose its own",
    source: `
        mov al, 0xFF
        out 0x21, al
        out 0xA1, al
        mov al, 0x30
        out 0x43, al
        mov ecx, 2000000
.wait:  dec ecx
        jnz .wait
        ret`,
    ends: ["exited"],
  },
  {
    name: "interrupt controllers rewritten",
    group: "devices",
    tries:
      "gives both interrupt controllers the exceptions' vectors and acknowledges interrupts that nobody has",
    source: `
        mov esi, 200
.next:  mov al, 0x11
        out 0x20, al
        out 0xA0, al
        mov eax, esi
        out 0x21, al
        out 0xA1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xA1, al
        mov al, 3
        out 0x21, al
        out 0xA1, al
        mov al, 0
        out 0x21, al
        out 0xA1, al
        mov al, 0x20
        out 0x20, al
        out 0xA0, al
        mov al, 0x0B
        out 0x20, al
        in al, 0x20
        TRY
        sti
        nop
        nop
        cli
        ENDTRY
        dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "every port",
    group: "devices",
    tries: "reads and writes all 65,536 ports but the one that ends it",
    source: `
        xor edx, edx
.next:  cmp edx, 0xF1
        jb .use
        cmp edx, 0xF4
        jbe .skip
.use:   cmp edx, 0x64
        je .skip
        cmp edx, 0x92
        je .skip
        cmp edx, 0xCF9
        je .skip
        TRY
        in al, dx
        mov [LOOT + edx], al
        mov al, 0x5A
        out dx, al
        in eax, dx
        ENDTRY
.skip:  add edx, 3
        cmp edx, 0x10000
        jb .next
        ret`,
    ends: ["exited", "halted", "running", "shutdown"],
  },
  {
    name: "string output over everything",
    group: "devices",
    tries: "sends the end of its address space and what comes behind to a port by one instruction",
    source: `
        mov edx, 0x3FF
        mov esi, 0xFFBFFF00
        mov ecx, 0x200
        TRY
        rep outsd
        ENDTRY
        mov edi, 0xFFBFFF00
        mov ecx, 0x200
        TRY
        rep insd
        ENDTRY
        ret`,
    ends: ["exited"],
  },
  {
    name: "somebody else's exit",
    group: "devices",
    tries: "writes to the debug-exit port from ring 3 and by string instruction, to end the whole machine",
    source: `
        mov eax, .user
        jmp ring3
.user:  mov dword [resume], .back
        mov dword [resume_esp], 0xF000
        mov al, 0
        out 0xF4, al
.back:  mov esi, 0x20000
        mov edx, 0xF4
        mov ecx, 100
        rep outsd
        jmp $`,
    ends: ["exited"],
  },
  {
    name: "endless console",
    group: "resources",
    tries: "prints for ever, to fill the host's memory",
    source: `
        mov edx, 0x3F8
        mov al, 'X'
.next:  out dx, al
        jmp .next`,
    ends: ["running"],
  },
  {
    name: "jump into the monitor",
    group: "code",
    tries: "jumps to, calls and returns to addresses in the monitor's stubs, tables and translation cache",
    source: `
        mov esi, 64
        mov ebx, 0xFFC22000
.next:  TRY
        jmp ebx
        ENDTRY
        TRY
        call ebx
        ENDTRY
        TRY
        push ebx
        ret
        ENDTRY
        TRY
        mov [.pointer], ebx
        call CODE0:0xFFD00000
        ENDTRY
        TRY
        jmp far [.pointer]
        ENDTRY
        TRY
        push dword 2
        push dword CODE0
        push ebx
        iretd
        ENDTRY
        add ebx, 0x7F73
        jnc .same
        mov ebx, 0xFFD00000
.same:  dec esi
        jnz .next
        ret
.pointer: dd 0
        dw CODE0`,
    ends: ["exited"],
  },
  {
    name: "code of its own at the top",
    group: "code",
    tries: "maps its own code where the translation cache lies, and runs it there",
    source: `
        call paging
        mov ecx, 1023
.map:   mov dword [TOP_TABLE + ecx * 4], 0x190007
        dec ecx
        jns .map
        mov edi, 0x190000
        mov ecx, 1024
        mov eax, 0xC3C3C3C3
        rep stosd
        mov eax, cr3
        mov cr3, eax
        mov esi, 64
        mov ebx, 0xFFD00000
.next:  TRY
        call ebx
        ENDTRY
        add ebx, 0x3001
        dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
  {
    name: "code under its own feet",
    group: "code",
    tries: "rewrites the instruction it is about to execute, over and over, with sensitive ones among them",
    source: `
        mov esi, 800
        mov ebx, 0x1F2E3D4C
.next:  imul ebx, ebx, 1103515245
        add ebx, 12345
        mov eax, ebx
        shr eax, 16
        and eax, 7
        mov eax, [.codes + eax * 4]
        TRY
        mov [.here], eax
.here:  nop
        nop
        nop
        nop
        ENDTRY
        dec esi
        jnz .next
        ret
.codes: db 0xFA, 0x90, 0x90, 0x90
        db 0xFB, 0x90, 0x90, 0x90
        db 0x9C, 0x58, 0x90, 0x90
        db 0x0F, 0x20, 0xC0, 0x90
        db 0x0F, 0x0B, 0x90, 0x90
        db 0xEB, 0x01, 0xF4, 0x90
        db 0x8C, 0xD8, 0x90, 0x90
        db 0x0F, 0x01, 0xE0, 0x90`,
    ends: ["exited"],
  },
  {
    name: "code copied over itself",
    group: "code",
    tries: "copies code over running code by one string instruction, as a device would by DMA",
    source: `
        mov ebp, 300
.again: mov esi, .source
        mov edi, .target
        mov ecx, .end - .source
        test ebp, 1
        jz .copy
        add dword [.source + 1], 0x01000001
.copy:  rep movsb
.target:
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        dec ebp
        jnz .again
        mov [LOOT], eax
        ret
.source:
        mov eax, 0x11111111
        cli
        pushfd
        pop ecx
        sti
        cli
.end:`,
    ends: ["exited"],
  },
  {
    name: "code that straddles everything",
    group: "code",
    tries: "puts sensitive instructions across the ends of pages, the second of which is missing or changes",
    source: `
        call paging
        mov esi, 64
.next:  mov edi, 0x151FFF - 8
        mov eax, 0x90909090
        mov ecx, 4
        rep stosd
        mov byte [0x151FFE], 0x0F
        mov byte [0x151FFF], 0x01
        mov eax, esi
        shl eax, 3
        and al, 0xF8
        or al, 0xC0
        mov [0x152000], al
        mov byte [0x152001], 0xC3
        xor dword [TABLE + 0x152 * 4], 1
        invlpg [0x152000]
        TRY
        mov eax, 0x11
        mov ebx, 0x151FF8
        call ebx
        ENDTRY
        mov dword [TABLE + 0x152 * 4], 0x152007
        invlpg [0x152000]
        dec esi
        jnz .next
        ret`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "as much code as fits",
    group: "resources",
    tries: "writes and runs new code all the time, to overflow what is kept about code",
    source: `
        mov esi, 6
.round: mov edi, 0x20000
        mov ecx, 0x6000
        mov eax, esi
.fill:  mov word [edi], 0x05EB
        mov word [edi + 2], 0xC040
        mov dword [edi + 4], 0x9CFA00FF
        mov dword [edi + 7], 0x40589CFA
        add edi, 12
        sub ecx, 12
        ja .fill
        mov byte [edi], 0xC3
        mov ebx, 0x20000
        call ebx
        dec esi
        jnz .round
        ret`,
    ends: ["exited", "shutdown", "running"],
  },
  {
    name: "bombs of prefixes",
    group: "code",
    tries: "executes instructions that are too long, undefined, or end where the segment does",
    source: `
        mov edi, 0x30000
        mov ecx, 64
        mov al, 0x66
        rep stosb
        mov byte [edi], 0x90
        mov esi, 40
        mov ebx, 0x30000
.next:  TRY
        call ebx
        ENDTRY
        inc ebx
        dec esi
        jnz .next
        mov esi, 256
.undefined:
        mov eax, esi
        mov byte [0x30100], 0x0F
        mov [0x30101], al
        mov dword [0x30102], 0xC3C3C3C3
        cmp al, 0x30
        je .skip
        TRY
        xor eax, eax
        mov ebx, 0x30100
        call ebx
        ENDTRY
        mov eax, 0x11
        mov cr0, eax
.skip:  dec esi
        jnz .undefined
        ret`,
    ends: ["exited", "shutdown", "running", "halted"],
  },
  {
    name: "device memory as code",
    group: "code",
    tries:
      "executes where there is no RAM: the hole below 1 MiB, beyond its memory, the last bytes of the segment",
    source: `
        mov esi, .places
.next:  lodsd
        test eax, eax
        jz .end
        TRY
        push esi
        call eax
        pop esi
        ENDTRY
        jmp .next
.end:   ret
.places: dd 0xA0000, 0xFFFF0, 0x200000, 0x80000000, 0xFEE00000, 0xFFBFFFFF, 0xFFFFFFFF, 0`,
    ends: ["exited", "shutdown"],
  },
  {
    name: "its own name for everything",
    group: "resources",
    tries: "reloads segments, tables and CR3 a thousand times, to make the monitor work for it",
    source: `
        call paging
        mov esi, 1000
.next:  mov eax, cr3
        mov cr3, eax
        lgdt [gdt_pointer]
        lidt [idt_pointer]
        mov eax, DATA0
        mov es, eax
        mov fs, eax
        dec esi
        jnz .next
        ret`,
    ends: ["exited"],
  },
];
