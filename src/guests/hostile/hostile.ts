/**
 * What a hostile guest is, and what all of them begin with.
 *
 * @module
 */

import { asm, type Program } from "../../isa/mod.ts";

/** How a hostile guest may end up. All others are a failure of the monitor. */
export type HostileEnd =
  | "exited" // it gave up and ended itself
  | "halted" // it waits for ever
  | "running" // it still runs, and gets its share of the time and no more
  | "shutdown" // its own triple fault
  | "killed"; // the monitor ended it and says why

/** A guest that tries to get out. Plain data. */
export interface HostileGuest {
  /** Short, unique. */
  readonly name: string;
  /** What kind of attack. */
  readonly group:
    | "memory"
    | "segments"
    | "paging"
    | "tables"
    | "control"
    | "time"
    | "devices"
    | "code"
    | "resources"
    | "hypercalls";
  /** What it tries, as a sentence without a full stop. */
  readonly tries: string;
  /** The attack: lines of assembly behind the common beginning. */
  readonly source: string;
  /** Ends that are containment. */
  readonly ends: readonly HostileEnd[];
}

/** RAM that a hostile guest is given, in bytes. */
export const HOSTILE_BYTES = 2 << 20;

/** Where attacks leave what they have read, 64 KiB: nothing of anybody else's may ever be found there. */
export const LOOT = 0x80000;

/** Page directory and tables of `PAGING`. */
const DIRECTORY = 0x100000;

/** The beginning of every hostile guest. */
const PRELUDE = `
bits 32
org 0x10000
%define LOOT ${LOOT}
%define DIRECTORY ${DIRECTORY}
%define TABLE ${DIRECTORY + 0x1000}
%define TOP_TABLE ${DIRECTORY + 0x2000}
%define CODE0 8
%define DATA0 0x10
%define CODE3 0x1B
%define DATA3 0x23
%define TSS 0x28
%define SPARE 0x30

        cli
        cld
        mov esp, 0xF000
        lgdt [gdt_pointer]
        jmp CODE0:.flat
.flat:  call usual_segments
        mov edi, idt
        mov eax, stubs
        mov ecx, 256
.gate:  mov edx, eax
        mov [edi], dx
        mov word [edi + 2], CODE0
        mov word [edi + 4], 0x8E00
        shr edx, 16
        mov [edi + 6], dx
        add edi, 8
        add eax, 16
        loop .gate
        mov byte [idt + 0x80 * 8 + 5], 0xEE
        lidt [idt_pointer]
        mov ax, TSS
        ltr ax
        mov edi, LOOT
        call attack
; Nothing more to try.
give_up:
        mov esi, .text
        call print
        mov al, 0
        out 0xF4, al
.halt:  hlt
        jmp .halt
.text:  db "refused", 10, 0

usual_segments:
        mov eax, DATA0
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        mov ss, eax
        ret

; Prints the text at ESI.
print:  mov edx, 0x3F8
.next:  lodsb
        test al, al
        jz .end
        out dx, al
        jmp .next
.end:   ret

; Paging on: the first 4 MiB where they are, for all rings, and a page table for the top 4 MiB that is still empty.
paging: push edi
        mov edi, TABLE
        mov eax, 7
        mov ecx, 1024
.entry: stosd
        add eax, 4096
        loop .entry
        mov dword [DIRECTORY], TABLE + 7
        mov dword [DIRECTORY + 0xFFC], TOP_TABLE + 7
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        pop edi
        ret

; Goes on in ring 3 at EAX.
ring3:  mov ecx, DATA3
        mov ds, ecx
        mov es, ecx
        push ecx
        push dword 0xE000
        push dword 0x202
        push dword CODE3
        push eax
        iretd

align 16
stubs:
%assign vector 0
%rep 256
        align 16
%if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17)
        nop
        nop
%else
        push byte 0
%endif
        push dword vector
        jmp near trap
%assign vector vector + 1
%endrep

; Every exception is counted, and the attack goes on where it said. So does every interrupt that nobody asked for.
trap:   mov eax, DATA0
        mov ds, eax
        pop dword [last_vector]
        pop dword [last_error]
        mov eax, cr2
        mov [last_cr2], eax
        inc dword [faults]
        cmp dword [faults], 20000
        ja give_up
        call usual_segments
        cld
        mov al, 0x20
        out 0x20, al
        mov esp, [resume_esp]
        push dword 2
        popfd
        jmp [resume]

align 8
gdt:    dq 0
        dq 0x00CF9A000000FFFF
        dq 0x00CF92000000FFFF
        dq 0x00CFFA000000FFFF
        dq 0x00CFF2000000FFFF
        dw 0x67, tss - $$
        db 1, 0x89, 0, 0
        times 16 dq 0
gdt_pointer:
        dw $ - gdt - 1
        dd gdt
idt_pointer:
        dw 0x7FF
        dd idt
resume: dd give_up
resume_esp: dd 0xF000
last_vector: dd 0
last_error: dd 0
last_cr2: dd 0
faults: dd 0
tss:    dd 0, 0xF800, DATA0
        times 26 - 3 dd 0
align 8
idt:    times 0x800 db 0
attack:
`;

/** Numbers the attempts: execution goes on behind `ENDTRY` whatever happens between it and its `TRY`. */
export function withTries(source: string): string {
  let tries = 0, begun = 0;
  return source
    .replace(/\bENDTRY\b/g, () => `.try${tries++}:`)
    .replace(/\bTRY\b/g, () => `mov dword [resume], .try${begun++}\n        mov [resume_esp], esp`);
}

/**
 * Assembles a hostile guest, or one more program with the same beginning. What stands between the lines `TRY` and `ENDTRY` may
 * fault: execution then goes on behind it.
 */
export function hostileProgram(guest: Pick<HostileGuest, "source">): Program {
  return asm(`${PRELUDE}${withTries(guest.source)}\n`);
}
