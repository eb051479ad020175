/**
 * The kernel that runs a nanobenchmark in ring 1 and asks a monitor for what needs ring 0.
 *
 * @module
 */

import { hypercallConstants } from "../../hypercall/mod.ts";
import { asm, type Program } from "../../isa/mod.ts";
import {
  loopMacro,
  mapPages,
  NANOBENCHMARK_DONE,
  NANOBENCHMARK_FAILED,
  NANOBENCHMARK_PLACES,
  NANOBENCHMARK_SPACE,
} from "./parts.ts";
import type { NanobenchmarkFacts } from "./rows.ts";

/** The paravirtual build of a nanobenchmark. */
export function paravirtualProgram(facts: NanobenchmarkFacts, iterations: number): Program {
  const user = facts.ring === 3 ? 1 : 0;
  return asm`
    bits 32
    org 0x100000

    ${NANOBENCHMARK_PLACES}
    ${hypercallConstants()}

    %macro ask 3                    ; number, EBX, ECX
        mov eax, %1
        mov ebx, %2
        mov ecx, %3
        int HYPERCALL_VECTOR
        test eax, eax
        js near unexpected
    %endmacro

    start:
        mov esp, kernel_stack
        ${mapPages(facts)}

        ask HC_REGISTER_SHARED_PAGE, shared_page, 0
        ask HC_SET_GDT, gdt, (gdt_end - gdt) / 8
        jmp kernel_code:.reloaded
    .reloaded:
        mov ax, user_data           ; good in both rings, so that nobody has to reload it
        mov ds, ax
        mov es, ax
        xor eax, eax
        mov fs, ax
        mov gs, ax
        mov ax, kernel_data
        mov ss, ax
        ask HC_SET_TRAP_TABLE, traps, (traps_end - traps) / 8
        ask HC_STACK_SWITCH, kernel_data, kernel_stack
        ask HC_SET_PAGE_DIRECTORY, page_directory, 0

    %if ${user}
        push user_data
        push user_stack
        push 0x202                  ; EFLAGS
        push user_code
        push user_page
        iret
    %else
        call measure
        jmp done
    %endif

    ; The system call that does nothing, entered past the monitor.
    system_call:
        iret

    ; Handlers go on behind the instruction that faulted.
    page_fault:
        add esp, 4                  ; the error code
        add dword [esp], 5          ; the length of MOV EAX, [absent_page]
        iret

    divide_error:
        add dword [esp], 2          ; the length of DIV ECX
        iret

    done:
        mov ebx, ${NANOBENCHMARK_DONE >> 1}
        jmp finish
    unexpected:
        mov ebx, ${NANOBENCHMARK_FAILED >> 1}
    finish:
        mov eax, HC_SHUTDOWN
        int HYPERCALL_VECTOR

    nothing:
        ret

    ${loopMacro(facts, facts.paravirtual ?? facts, iterations)}

    %if ${user}
        align 4096
    user_page:
        benchmark
        int 0x20
    %else
    measure:
        benchmark
        ret
    %endif

    %macro trap 3                   ; vector, flags, handler
        db %1, %2
        dw kernel_code
        dd %3
    %endmacro

    ; Tables of the monitor's making, on another page than code.
        align 4096
    gdt:
        dq 0
    kernel_code equ ($ - gdt) | 1
        dq 0x00cfba000000ffff
    kernel_data equ ($ - gdt) | 1
        dq 0x00cfb2000000ffff
    user_code   equ ($ - gdt) | 3
        dq 0x00cffa000000ffff
    user_data   equ ($ - gdt) | 3
        dq 0x00cff2000000ffff
    gdt_end:
    traps:
        trap 0, 1, divide_error
        trap 6, 1, unexpected
        trap 13, 1, unexpected
        trap 14, 1, page_fault
        trap 0x20, 3, done          ; the end of a ring-3 loop
        trap 0x80, 3 | 8, system_call
    traps_end:

        align 16
    shared_page:
        times SHARED_BYTES db 0

    ${NANOBENCHMARK_SPACE}
  `;
}
