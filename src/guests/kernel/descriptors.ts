/**
 * Chapter 4: segments and gates. The tables are made by the assembler; loading them is an act (chapter 2).
 *
 * @module
 */

/** GDT, IDT and their registers' images. */
export const DESCRIPTORS = `
; ---------------------------------------------------------------- segments (SDM volume 3A, 3.4.5)
; Segments are flat and overlap: protection comes from paging. The accessed bits are set, so that the processor leaves the
; table alone.
%macro SEGMENT 2                     ; access rights, DPL
    dw 0xffff, 0
    db 0, %1 | %2 << 5, 0xcf, 0
%endmacro

align 8
gdt:
    dq 0
    SEGMENT 0x9b, KERNEL_RING        ; code, readable
    SEGMENT 0x93, KERNEL_RING        ; data, writable
    SEGMENT 0xfb, 3
    SEGMENT 0xf3, 3
%if KERNEL_RING == 0
    dw TSS_BYTES - 1, tss & 0xffff   ; available 32-bit TSS
    db tss >> 16 & 0xff, 0x89, 0, tss >> 24
%endif
gdt_end:

gdt_register:
    dw gdt_end - gdt - 1
    dd gdt

; ---------------------------------------------------------------- gates
; Interrupt gates everywhere, so that the handler decides when to let interrupts in again: the page fault handler must
; have read CR2 first. Only the system call is a trap gate, and only it may be called from ring 3.
INTERRUPT_GATE equ 0x8e + KERNEL_ACCESS
TRAP_GATE_USER equ 0xef
align 8
idt:
%assign vector 0
%rep 0x30
    GATE vector, INTERRUPT_GATE, trap_ %+ vector
%assign vector vector + 1
%endrep
    NO_GATES CALL_VECTOR - 0x30
    GATE CALL_VECTOR, TRAP_GATE_USER, trap_128
idt_end:

idt_register:
    dw idt_end - idt - 1
    dd idt
`;
