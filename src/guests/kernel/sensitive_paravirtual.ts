/**
 * Chapter 2, paravirtual: the acts on a machine that one shares. The monitor does what needs ring 0; the rest is a byte in a page
 * that both can see. See `sensitive.ts` for what each act promises and `hypercalls.ts` for the calls.
 *
 * @module
 */

import { hypercallConstants } from "./hypercalls.ts";

/** The macros, in front of everything else. */
export const PARAVIRTUAL_MACROS = `
%define KERNEL_RING 1
KERNEL_ACCESS equ 0x20               ; its DPL, as in access rights
TASK_SELECTOR equ 0                  ; the kernel has loaded no task register
${hypercallConstants()}
; HYPERCALL number, ECX value, EBX value: only EAX changes.
%macro HYPERCALL 1
    mov eax, %1
    int HYPERCALL_VECTOR
%endmacro
; The same with one or two arguments, and no register changes.
%macro ASK 2
    push eax
    push ebx
    mov ebx, %2
    HYPERCALL %1
    pop ebx
    pop eax
%endmacro
%macro ASK 3
    push eax
    push ebx
    push ecx
    mov ecx, %3
    mov ebx, %2
    HYPERCALL %1
    pop ecx
    pop ebx
    pop eax
%endmacro

%macro CHECK_LOADER 0
    cmp eax, PARAVIRTUAL_MAGIC
    je %%right
%%wrong:
    hlt                              ; nobody here would answer INT 82h
    jmp %%wrong
%%right:
%endmacro
%macro IRQ_OFF 0
    mov byte [shared_page + SHARED_MASK], 0
%endmacro
; A tick that came while the byte was 0 is waiting: the monitor cannot see the byte change.
%macro IRQ_ON 0
    mov byte [shared_page + SHARED_MASK], 1
    cmp byte [shared_page + SHARED_PENDING], 0
    je %%none
    push eax
    HYPERCALL HC_UNMASK
    pop eax
%%none:
%endmacro
%macro CRITICAL_BEGIN 0
    push dword [shared_page + SHARED_MASK]
    IRQ_OFF
%endmacro
%macro CRITICAL_END 0
    test byte [esp], 1
    lea esp, [esp + 4]
    jz %%off
    IRQ_ON
%%off:
%endmacro
%macro IDLE_WAIT 0
    HYPERCALL HC_BLOCK
%endmacro
; IRETD cannot bring the mask back, so that comes first; DS is the process's already. A tick between the two finds the kernel
; in ring 1 on the stack it is leaving, and that is all right: it comes back to the IRETD.
%macro TRAP_RETURN 0
    test byte [esp + 9], 2           ; IF of the flags
    jz %%plain
    mov byte [ss:shared_page + SHARED_MASK], 1
    cmp byte [ss:shared_page + SHARED_PENDING], 0
    je %%plain
    push eax
    HYPERCALL HC_IRET
%%plain:
    iretd
%endmacro
%macro LOAD_DIRECTORY 1
    ASK HC_SET_PAGE_DIRECTORY, %1
%endmacro
%macro FAULT_ADDRESS 1
    mov %1, [shared_page + SHARED_FAULT_ADDRESS]
%endmacro
%macro SET_ENTRY 2
    push %1
    push %2
    call queue_update
%endmacro
%macro FLUSH_ENTRIES 0
    call flush_updates
%endmacro
%macro FORGET_DIRECTORY 1
    ASK HC_RELEASE_PAGE_DIRECTORY, %1
%endmacro
%macro INVALIDATE 1
    ASK HC_INVALIDATE, %1
%endmacro
%macro KERNEL_STACK 1
    ASK HC_STACK_SWITCH, KERNEL_DS, %1
%endmacro
%macro PORT_OUT 1
    push edx
    movzx edx, al
    ASK HC_IO_WRITE, %1, 1
    pop edx
%endmacro
%macro TIMER_DONE 0
%endmacro

; One entry of the trap table. Interrupt gates begin masked; the trap gate for ring 3 is entered without the monitor.
%macro GATE 3                        ; vector, access rights, handler
    db %1, (%2 >> 5 & 3) | (~%2 & 1) << 2 | (%2 & 1) << 3
    dw KERNEL_CS
    dd %3
%endmacro
%macro NO_GATES 1
%endmacro
`;

/** The routines. */
export const PARAVIRTUAL_ROUTINES = `
; ---------------------------------------------------------------- tables
start_tables:
    ASK HC_REGISTER_SHARED_PAGE, shared_page
    ASK HC_SET_GDT, gdt, (gdt_end - gdt) / 8
    jmp KERNEL_CS:.here
.here:
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    mov ss, ax
    xor eax, eax
    mov fs, ax
    mov gs, ax
    ASK HC_SET_TRAP_TABLE, idt, (idt_end - idt) / 8
    ASK HC_STACK_SWITCH, KERNEL_DS, boot_stack_top
    ret

; ---------------------------------------------------------------- paging
start_paging:
    ASK HC_SET_PAGE_DIRECTORY, eax
    ret

; Page-table updates wait in a queue until somebody needs them: one call to the monitor for many.
; On the stack: value, address. Keeps all registers.
queue_update:
    cmp dword [update_count], UPDATES
    jb .room
    call flush_updates
.room:
    push eax
    push ebx
    mov ebx, [update_count]
    mov eax, [esp + 16]              ; the kernel is mapped where it lies: linear is guest-physical
    mov [updates + ebx * 8], eax
    mov eax, [esp + 12]
    mov [updates + ebx * 8 + 4], eax
    inc dword [update_count]
    pop ebx
    pop eax
    ret 8

; All updates are in force. Keeps all registers.
flush_updates:
    cmp dword [update_count], 1
    jb .done
    ja .several
    ASK HC_UPDATE_PAGE_TABLE, [updates], [updates + 4]
    jmp .empty
.several:
    ASK HC_MULTICALL, updates, [update_count]
.empty:
    mov dword [update_count], 0
.done:
    ret

; ---------------------------------------------------------------- timer
start_timer:
    ASK HC_SET_TIMER, TIMER_PERIOD, TIMER_VECTOR
    ret

; ---------------------------------------------------------------- system calls: SYSENTER leads to the monitor, INT 80h does not
start_fast_calls:
    xor eax, eax
    ret

; ---------------------------------------------------------------- console
start_console:
    ret

; The monitor refuses a pointer to a page that is yet to appear. So the kernel fetches the bytes itself, with page faults and
; all, and has them sent from a place of its own.
console_send:
    push ebx
    push edi
.part:
    mov ebx, ecx
    test ecx, ecx
    jz .done
    cmp ecx, CONSOLE_BUFFER
    jbe .copy
    mov ecx, CONSOLE_BUFFER
.copy:
    sub ebx, ecx
    push ecx
    mov edi, console_buffer
    rep movsb
    pop ecx
    ASK HC_CONSOLE_WRITE, console_buffer, ecx
    mov ecx, ebx
    jmp .part
.done:
    pop edi
    pop ebx
    ret

; ---------------------------------------------------------------- the end
power_off:
    movzx ebx, al
    HYPERCALL HC_SHUTDOWN
    jmp power_off
`;

/** Data of the acts, in the volatile part: what the queue held last depends on who came last. */
export const PARAVIRTUAL_DATA = `
UPDATES         equ 16
CONSOLE_BUFFER  equ 128
alignb SHARED_BYTES
shared_page:    resb SHARED_BYTES
update_count:   resd 1
updates:        resd UPDATES * 2
console_buffer: resb CONSOLE_BUFFER
`;
