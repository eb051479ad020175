/**
 * The kernel that runs a nanobenchmark: as small as a kernel with rings, paging and handlers can be.
 *
 * @module
 */

import { asm, type Program } from "../../isa/mod.ts";
import { paravirtualProgram } from "./paravirtual.ts";
import {
  loopMacro,
  mapPages,
  NANOBENCHMARK_DONE,
  NANOBENCHMARK_FAILED,
  NANOBENCHMARK_PLACES,
  NANOBENCHMARK_SPACE,
} from "./parts.ts";
import { type NanobenchmarkName, NANOBENCHMARKS } from "./rows.ts";

/** Options of {@linkcode nanobenchmark}. */
export interface NanobenchmarkOptions {
  /** How often the loop runs, 1 to 2^31 - 1. Default 1000. */
  readonly iterations?: number;
  /** The build that asks a monitor by hypercall instead of ring 0 (see the room `hypercall`); it runs nowhere else. */
  readonly paravirtual?: boolean;
}

/**
 * A guest that executes one operation in a loop and then ends the run through the exit port (F4h) with code
 * {@linkcode NANOBENCHMARK_DONE}. It owns the machine: flat segments, its own GDT, IDT, TSS and page tables (2 MiB mapped one
 * to one in 4 KiB pages), interrupts off in ring 0. It needs 2 MiB of memory and starts in flat protected mode at its origin, 1 MiB.
 *
 * What one operation costs is a difference of two differences, so that starting up, translating and filling do not count: run
 * it with N and with 2N iterations, divide what the second took more by N, and subtract the same for the baseline.
 *
 * @throws {RangeError} for a name or number of iterations that makes no sense
 *
 * @example
 * ```ts
 * import { guests, Machine } from "ringlab";
 *
 * const machine = new Machine({ memory: "4M" });
 * machine.load(guests.nanobenchmark("divzero", { iterations: 10 }));
 * const run = machine.runSync();
 * if (run.exitCode !== 1 || run.cycles.count("trap #DE divide error") !== 10) throw new Error("wrong");
 * ```
 */
export function nanobenchmark(name: NanobenchmarkName, options: NanobenchmarkOptions = {}): Program {
  const { iterations = 1000, paravirtual = false } = options;
  const facts = NANOBENCHMARKS[name];
  if (facts === undefined) {
    throw new RangeError(
      `there is no nanobenchmark ${JSON.stringify(name)} (known: ${Object.keys(NANOBENCHMARKS).join(", ")})`,
    );
  }
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 0x7fffffff) {
    throw new RangeError(`option iterations is a whole number from 1 to 2147483647, not ${iterations}`);
  }
  if (paravirtual) return paravirtualProgram(facts, iterations);
  const user = facts.ring === 3 ? 1 : 0;
  return asm`
    bits 32
    org 0x100000

    ${NANOBENCHMARK_PLACES}

    start:
        mov esp, kernel_stack

    ${mapPages(facts)}

        lgdt [gdtr]
        lidt [idtr]
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
        mov ax, task
        ltr ax

    ; SYSENTER's way into ring 0.
        xor edx, edx
        mov ecx, 0x174              ; IA32_SYSENTER_CS
        mov eax, kernel_code
        wrmsr
        inc ecx                     ; IA32_SYSENTER_ESP
        mov eax, kernel_stack
        wrmsr
        inc ecx                     ; IA32_SYSENTER_EIP
        mov eax, system_call
        wrmsr

        mov eax, page_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000          ; paging, and write protection for ring 0 too
        mov cr0, eax

    %if ${user}
        push user_data
        push user_stack
        push 0x202                  ; EFLAGS: interrupts on (none comes), as ever in ring 3
        push user_code
        push user_page
        iret
    %else
        call measure
        jmp done
    %endif

    ; The system call that does nothing. SYSENTER has turned interrupts off, and SYSEXIT does not turn them on.
    system_call:
        sti
        sysexit

    ; Handlers go on behind the instruction that faulted.
    page_fault:
        add esp, 4                  ; the error code
        add dword [esp], 5          ; the length of MOV EAX, [absent_page]
        iret

    divide_error:
        add dword [esp], 2          ; the length of DIV ECX
        iret

    unexpected:
        mov al, ${NANOBENCHMARK_FAILED >> 1}
        out 0xf4, al
        hlt

    done:
        mov al, ${NANOBENCHMARK_DONE >> 1}
        out 0xf4, al
        hlt

    nothing:
        ret

    ${loopMacro(facts, facts, iterations)}

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

    %macro gate 2
        dw %1 & 0xffff, kernel_code, %2, %1 >> 16
    %endmacro

    ; Tables of the processor, on another page than code.
        align 4096
    gdt:
        dq 0
    kernel_code equ $ - gdt
        dq 0x00cf9a000000ffff
    kernel_data equ $ - gdt
        dq 0x00cf92000000ffff
    user_code   equ ($ - gdt) | 3
        dq 0x00cffa000000ffff
    user_data   equ ($ - gdt) | 3
        dq 0x00cff2000000ffff
    task        equ $ - gdt
        dw 103, tss & 0xffff
        db (tss >> 16) & 0xff, 0x89, 0, tss >> 24
    gdt_end:
    ; Exceptions that the benchmark did not ask for end the run.
    idt:
        gate divide_error, 0x8e00
    %rep 13
        gate unexpected, 0x8e00
    %endrep
        gate page_fault, 0x8e00
    %rep 17
        gate unexpected, 0x8e00
    %endrep
        gate done, 0xee00           ; INT 20h, for ring 3
    idt_end:
    tss:
        dd 0, kernel_stack, kernel_data
        times 22 dd 0
        dw 0, 104                   ; no I/O permission bitmap
    gdtr:
        dw gdt_end - gdt - 1
        dd gdt
    idtr:
        dw idt_end - idt - 1
        dd idt

    ${NANOBENCHMARK_SPACE}
  `;
}
