/**
 * What every random kernel begins with: start-up, and the handlers that log an exception or interrupt and go on.
 *
 * A step of the body stores in `resume` where to go on after a fault. The handler writes a record of 32 bytes (vector, error
 * code, CR2, selectors, EIP, EFLAGS, ESP, hash of the general registers) and then returns, repairs or resumes.
 *
 * @module
 */

import { asm, type Program } from "../../isa/mod.ts";
import { AT, GDT_LIMIT, IDT_LIMIT, SEL, TEST } from "./layout.ts";

/** Variables in the page at {@linkcode AT.variables}. */
export const VARIABLES = {
  resume: AT.variables,
  resumeFlags: AT.variables + 4,
  logNext: AT.variables + 8,
  checksum: AT.variables + 12,
  rounds: AT.variables + 16,
  depth: AT.variables + 20,
  events: AT.variables + 24,
  ticks: AT.variables + 28,
  scratch: AT.variables + 32,
  pointer: AT.variables + 64,
  gdtPointer: AT.variables + 80,
  idtPointer: AT.variables + 96,
  lastCr2: AT.variables + 112,
} as const;

/** More exceptions than this end the run. */
const EVENTS_MOST = 1500;

const V = VARIABLES;

function source(): string {
  return `
bits 32
org ${AT.prelude}
start:
        cli
        cld
        mov esp, ${AT.kernelStack}
        mov dword [${V.logNext}], ${AT.log}
        mov word [${V.gdtPointer}], ${GDT_LIMIT}
        mov dword [${V.gdtPointer + 2}], ${AT.gdt}
        mov word [${V.idtPointer}], ${IDT_LIMIT}
        mov dword [${V.idtPointer + 2}], ${AT.idt}
        lgdt [${V.gdtPointer}]
        lidt [${V.idtPointer}]
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov eax, ${AT.directoryA}
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        jmp ${SEL.code0}:.paged
.paged: mov eax, ${SEL.data0}
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        mov ss, eax
        mov eax, ${SEL.ldt1}
        lldt ax
        mov eax, ${SEL.tssMain}
        ltr ax
        mov ecx, 0x174
        mov eax, ${SEL.code0}
        xor edx, edx
        wrmsr
        inc ecx
        mov eax, ${AT.sysenterStack}
        wrmsr
        inc ecx
        mov eax, sysenter_entry
        wrmsr
        mov al, 0x11                ; both interrupt controllers: vectors 20h and 28h, everything masked
        out 0x20, al
        out 0xA0, al
        mov al, 0x20
        out 0x21, al
        mov al, 0x28
        out 0xA1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xA1, al
        mov al, 1
        out 0x21, al
        out 0xA1, al
        mov al, 0xFF
        out 0x21, al
        out 0xA1, al
        mov dword [${V.resumeFlags}], 2
        jmp ${AT.body}

; The end of every kernel: the checksum on COM1, its low byte to the debug-exit port.
finish: cli
        mov eax, ${SEL.data0}
        mov ds, eax
        mov es, eax
        mov esp, ${AT.kernelStack}
        mov ebx, [${V.checksum}]
        mov esi, ${AT.data}
        mov ecx, 256
.sum:   rol ebx, 3
        add ebx, [esi]
        add esi, 4
        dec ecx
        jnz .sum
        call print_hex
        mov al, 10
        call print_char
        mov eax, ebx
        and eax, 0x3f
        out 0xF4, al
.halt:  cli
        hlt
        jmp .halt

; Prints EBX.
print_hex:
        mov ecx, 8
.digit: rol ebx, 4
        mov eax, ebx
        and eax, 15
        cmp al, 10
        jb .low
        add al, 7
.low:   add al, '0'
        call print_char
        dec ecx
        jnz .digit
        ret

; Prints the character in AL.
print_char:
        push edx
        mov edx, 0x3F8
        out dx, al
        pop edx
        ret

; Stubs of the vectors: the error code, if the processor pushes none, and the vector.
align 16
stubs:
%assign vector 0
%rep 64
        align 16
%if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17)
        nop
        nop
%else
        push byte 0
%endif
        push dword vector
        jmp near common
%assign vector vector + 1
%endrep
stub80: push byte 0
        push dword 0x80
        jmp near common

; Ticks that come at any time. Nothing but the stack below ESP shows when. IF must have been set.
ticking:
        push eax
        test dword [esp + 12], 0x200
        jz .wrong
        mov al, 0x20
        out 0x20, al
        pop eax
        iretd
.wrong: pop eax
        jmp stubs + 0x21 * 16

; The timer's one tick that HLT waits for.
tick:   push eax
        inc dword [ss:${V.ticks}]
        mov al, 0xFF
        out 0x21, al
        mov al, 0x20
        out 0x20, al
        pop eax
        iretd

%define F_SEGMENTS 0
%define F_EAX 44
%define F_EBX 32
%define F_VECTOR 48
%define F_ERROR 52
%define F_EIP 56
%define F_CS 60
%define F_EFLAGS 64
%define F_ESP 68

common: pushad
        push ds
        push es
        push fs
        push gs
        cld
        mov eax, ${SEL.data0}
        mov ds, eax
        mov es, eax
        mov ebp, esp
        inc dword [${V.depth}]
        cmp dword [${V.depth}], 10
        ja finish
        inc dword [${V.events}]
        cmp dword [${V.events}], ${EVENTS_MOST}
        ja finish
        mov edi, [${V.logNext}]
        mov eax, [ebp + F_VECTOR]
        stosd
        mov eax, [ebp + F_ERROR]
        stosd
        mov eax, cr2
        mov [${V.lastCr2}], eax
        stosd
        movzx eax, word [ebp + F_CS]
        mov ecx, [ebp + 12]
        shl ecx, 16
        or eax, ecx
        stosd
        mov eax, [ebp + F_EIP]
        stosd
        mov eax, [ebp + F_EFLAGS]
        stosd
        lea edx, [ebp + F_ESP]
        test dword [ebp + F_EFLAGS], 0x20000
        jnz .outer
        mov ecx, cs
        xor ecx, [ebp + F_CS]
        test cl, 3
        jz .inner
.outer: mov edx, [ebp + F_ESP]
.inner: mov eax, edx
        stosd
        movzx eax, word [ebp + 8]
        movzx ecx, word [ebp + 4]
        shl ecx, 16
        or eax, ecx
        xor eax, [ebp]
        lea esi, [ebp + 16]
        mov ecx, 8
.hash:  rol eax, 7
        cmp ecx, 5                  ; ESP as PUSHAD saw it is a matter of the stub
        je .next
        add eax, [esi]
.next:  add esi, 4
        dec ecx
        jnz .hash
        stosd
        mov edx, ${AT.log}
        cmp edi, ${AT.log + 0x10000}
        cmovae edi, edx
        mov [${V.logNext}], edi
        mov edx, [${V.checksum}]
        rol edx, 5
        xor edx, eax
        add edx, [ebp + F_EIP]
        mov [${V.checksum}], edx
        test dword [ebp + F_EFLAGS], 0x20000
        jnz resume_kernel
        mov eax, [ebp + F_VECTOR]
        cmp eax, 14
        je page_fault
        cmp eax, 7
        je not_available
        cmp eax, 0x80
        je system_call
        cmp eax, 0x30
        jae return
        cmp eax, 3
        je return
        cmp eax, 4
        je return
        cmp eax, 1
        je debug
        ; fall through

; Goes on at the step's resumption point with the registers as they were at the fault.
resume_kernel:
        mov dword [${V.depth}], 0
        str ax
        cmp ax, ${SEL.tssMain}
        je .main
        call main_task
.main:  mov eax, ${SEL.data0}
        mov fs, eax
        mov gs, eax
        mov ss, eax
        lea esp, [ebp + 16]
        popad
        mov esp, ${AT.kernelStack}
        push dword [${V.resumeFlags}]
        popfd
        jmp [${V.resume}]

; Makes the main task the current one, whatever has happened.
main_task:
        pushfd
        and dword [esp], ~0x4000
        popfd
        sgdt [${V.pointer}]
        mov ebx, [${V.pointer + 2}]
        and byte [ebx + ${SEL.tssMain} + 5], ~2
        and byte [ebx + ${SEL.tss2} + 5], ~2
        and byte [ebx + ${SEL.tss3} + 5], ~2
        and byte [ebx + ${SEL.tssDoubleFault} + 5], ~2
        mov eax, ${SEL.tssMain}
        ltr ax
        mov eax, ${SEL.ldt1}
        lldt ax
        ret

page_fault:
        mov ecx, cr2
        test byte [ebp + F_ERROR], 1
        jnz resume_kernel
        mov eax, ecx
        shr eax, 12
        sub eax, ${(TEST >>> 12) + 10}
        cmp eax, 1
        ja resume_kernel
        mov edx, cr3
        mov ebx, ${AT.testTableA}
        cmp edx, ${AT.directoryA}
        je .table
        mov ebx, ${AT.testTableB}
.table: bts dword [ebx + eax * 4 + 40], 0
        jc resume_kernel            ; it is the directory entry that is not present
        invlpg [ecx]
        jmp return

not_available:
        clts
        test byte [${V.events}], 7      ; with CR0.EM the retry faults again
        jz resume_kernel
        mov eax, cr0
        test al, 4
        jnz resume_kernel
        jmp return

; Single steps go on; breakpoints that are faults are passed by the resume flag.
debug:  mov eax, dr6
        add [${V.checksum}], eax
        and eax, 0xFFFF0FF0
        mov dr6, eax
        or dword [ebp + F_EFLAGS], 0x10000
        jmp return

; EAX: 0 goes on in the kernel, 1 adds EBX to the checksum, 2 prints a character, 3 swaps EBX and EAX, else nothing.
system_call:
        mov eax, [ebp + F_EAX]
        mov ebx, [ebp + F_EBX]
        test eax, eax
        jz resume_kernel
        cmp eax, 2
        jb .add
        je .print
        cmp eax, 3
        jne return
        mov [ebp + F_EAX], ebx
        mov [ebp + F_EBX], eax
        jmp return
.add:   add [${V.checksum}], ebx
        jmp return
.print: mov eax, ebx
        and eax, 0x1F
        add eax, 0x40
        call print_char
        jmp return

; Back to the instruction that the saved EIP names. Bad segment registers fault here, which is as good a place as any.
return: dec dword [${V.depth}]
        mov esp, ebp
        pop gs
        pop fs
        pop es
        pop ds
        popad
        add esp, 8
        iretd

; Target of the call gates without parameters, and with two: logs by checksum.
gate0_entry:
        pushfd
        pop eax
        and eax, 0x3F00
        add eax, [esp]
        add eax, [esp + 4]
        add [ss:${V.checksum}], eax
        retf
gate3_entry:
        mov eax, [esp + 8]
        xor eax, [esp + 12]
        mov edx, cs
        add eax, edx
        mov edx, ss
        add eax, edx
        rol eax, 9
        add [ss:${V.checksum}], eax
        retf 8

; SYSENTER comes here. EDX and ECX are the user's EIP and ESP.
sysenter_entry:
        push ebx
        mov ebx, ${SEL.data0}
        mov ds, ebx
        pushfd
        pop ebx
        and ebx, ~0x8D5             ; arithmetic flags are as they were
        add ebx, eax
        rol dword [${V.checksum}], 1
        add [${V.checksum}], ebx
        mov ebx, ${SEL.data3}
        mov ds, ebx
        pop ebx
        test al, 3
        jz .resume
        sysexit
.resume:
        mov ebx, ${SEL.data0}
        mov ds, ebx
        mov es, ebx
        mov ss, ebx
        mov esp, ${AT.kernelStack}
        push dword [${V.resumeFlags}]
        popfd
        jmp [${V.resume}]

; Task 2: goes back to whoever called it, or to the main task when it was jumped to.
task2_entry:
        pushfd
        pop eax
        mov ebx, cr3
        add ebx, eax
        add [ss:${V.checksum}], ebx
        test ah, 0x40
        jz .jumped
        iretd
        jmp task2_entry
.jumped:
        jmp ${SEL.tssMain}:0
        jmp task2_entry

; The task that answers double faults: it makes the main task current again and goes on in the kernel.
double_fault_entry:
        pop eax
        add [${V.checksum}], eax
        mov edi, [${V.logNext}]
        mov dword [edi], 8
        mov [edi + 4], eax
        add edi, 32
        mov edx, ${AT.log}
        cmp edi, ${AT.log + 0x10000}
        cmovae edi, edx
        mov [${V.logNext}], edi
        inc dword [${V.events}]
        cmp dword [${V.events}], ${EVENTS_MOST}
        ja finish
        mov dword [${V.depth}], 0
        mov esp, ${AT.kernelStack}
        call main_task
        mov eax, ${SEL.data0}
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        push dword [${V.resumeFlags}]
        popfd
        jmp [${V.resume}]

; Goes to real mode and back. EAX comes back changed.
real_trip:
        mov ecx, cr0
        and ecx, 0x7FFFFFFF
        mov cr0, ecx
        jmp ${SEL.code16}:(.sixteen - ${AT.prelude})
bits 16
.sixteen:
        mov cx, ${SEL.data16}
        mov ss, cx
        mov ds, cx
        mov ecx, cr0
        and cl, 0xFE
        mov cr0, ecx
        jmp ${AT.prelude >>> 4}:(.real - ${AT.prelude})
.real:  mov cx, ${AT.data >>> 4}
        mov ds, cx
        mov [0x200], eax
        rol dword [0x204], 3
        add eax, [0x204]
        smsw dx
        mov [0x208], dx
        mov cx, cs
        mov [0x20A], cx
        mov ecx, cr0
        or cl, 1
        mov cr0, ecx
        jmp dword ${SEL.code0}:.back
bits 32
.back:  mov ecx, ${SEL.data0}
        mov ds, ecx
        mov es, ecx
        mov fs, ecx
        mov gs, ecx
        mov ss, ecx
        mov ecx, cr0
        or ecx, 0x80000000
        mov cr0, ecx
        ret

        times ${AT.body - 0x1000} - ${AT.prelude} - ($ - $$) db 0x90
; User code of the third task.
task3_entry:
        mov ebx, cs
        mov eax, 1
        int 0x80
        pushfd
        pop ebx
        mov eax, 1
        int 0x80
        xor eax, eax
        int 0x80
        jmp task3_entry
`;
}

let assembled: Program | undefined;

/** The prelude at {@linkcode AT.prelude}, assembled on first use. */
export function prelude(): Program {
  return assembled ??= asm(source());
}
