/**
 * Chapter 3: from the boot loader to the first process.
 *
 * @module
 */

/** First bytes of the image. */
export const BOOT = `
bits 32
org KERNEL_BASE
section .text

start:
    jmp boot

; For boot loaders that want it: Multiboot, with addresses because the image is no ELF file.
align 4
multiboot_header:
    dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
    dd multiboot_header, start, image_end, kernel_end, start

; The order matters. The stack lies in memory that has to be cleared first; the console comes early, so that whatever goes
; wrong after it can be said; the timer runs from start_timer on, but nobody hears it before the idle loop.
boot:
    CHECK_LOADER
    cld
    mov edi, kernel_data
    mov ecx, (kernel_end - kernel_data) / 4
    xor eax, eax
    rep stosd
    mov esp, boot_stack_top
    call start_tables
    IRQ_OFF
    call start_console
    call start_kernel_directory
    mov eax, kernel_directory
    call start_paging
    call start_timer
    call start_fast_calls
    mov [fast_calls], eax
    rdtsc
    mov [boot_time], eax
    mov [boot_time + 4], edx
    call say_hello
%if DIAGNOSTICS
    call diagnose
%endif
    mov byte [slot_state + 0], READY ; what runs here becomes the idle loop: slot 0
    mov dword [slot_directory + 0], kernel_directory
    mov eax, USER_BASE               ; init begins where the user program does
    xor ecx, ecx
    mov edx, 1
    call create_process
    ; fall into the idle loop

; Runs when nobody else can. The look at the ready queue and the halt must not be torn apart: an interrupt between them
; could make somebody ready, and the processor would sleep all the same.
idle:
    IRQ_OFF
    cmp dword [ready_head], 0
    jne .work
    IDLE_WAIT
    jmp idle
.work:
    call schedule
    jmp idle

say_hello:
    mov esi, hello
    call print
    mov esi, hello_int
    cmp dword [fast_calls], 0
    je .print
    mov esi, hello_fast
.print:
    jmp print

%if LARGE_PAGES
hello: db "kernel: mapped by one 4 MiB page, system calls by ", 0
%else
hello: db "kernel: mapped by 4 KiB pages, system calls by ", 0
%endif
hello_int: db "INT 80h", 10, 0
hello_fast: db "SYSENTER", 10, 0
`;
