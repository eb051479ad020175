/**
 * Chapter 2: the acts on a machine of one's own. See `sensitive.ts` for what each one promises.
 *
 * @module
 */

/** The macros, in front of everything else. */
export const NATIVE_MACROS = `
%define KERNEL_RING 0
KERNEL_ACCESS equ 0                  ; its DPL, as in access rights
TASK_SELECTOR equ 0x28               ; what STR should answer

%macro CHECK_LOADER 0
%endmacro
%macro IRQ_OFF 0
    cli
%endmacro
%macro IRQ_ON 0
    sti
%endmacro
%macro CRITICAL_BEGIN 0
    pushfd
    cli
%endmacro
%macro CRITICAL_END 0
    popfd
%endmacro
; STI lets no interrupt in before the instruction that follows it has begun, so none can slip in ahead of HLT.
%macro IDLE_WAIT 0
    sti
    hlt
%endmacro
%macro TRAP_RETURN 0
    iretd
%endmacro
%macro FAST_RETURN 0
    sti
    sysexit
%endmacro
%macro LOAD_DIRECTORY 1
    mov cr3, %1
%endmacro
%macro FAULT_ADDRESS 1
    mov %1, cr2
%endmacro
%macro SET_ENTRY 2
    mov [%1], %2
%endmacro
%macro FLUSH_ENTRIES 0
%endmacro
%macro FORGET_DIRECTORY 1
%endmacro
%macro INVALIDATE 1
    invlpg [%1]
%endmacro
%macro KERNEL_STACK 1
    mov [tss + TSS_ESP0], %1
%endmacro
%macro PORT_OUT 1
    out %1, al
%endmacro
%macro TIMER_DONE 0
    mov al, 0x20                     ; OCW2: non-specific end of interrupt
    out 0x20, al
%endmacro

; One entry of the interrupt descriptor table: name, access rights. Vectors come in order.
%macro GATE 3                        ; vector, access rights, handler
    dw %3 & 0xffff, KERNEL_CS, %2 << 8, %3 >> 16
%endmacro
%macro NO_GATES 1                    ; how many vectors stay empty
    times %1 dq 0
%endmacro
`;

/** The routines. */
export const NATIVE_ROUTINES = `
; ---------------------------------------------------------------- tables
; The far jump puts the new code segment into CS; until then the boot loader's is in use. The task register wants a TSS
; only for its first words: the stack of ring 0.
start_tables:
    lgdt [gdt_register]
    jmp KERNEL_CS:.here
.here:
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    mov ss, ax
    xor eax, eax
    mov fs, ax                       ; the kernel has no use for these two
    mov gs, ax
    lidt [idt_register]
    mov dword [tss + TSS_SS0], KERNEL_DS
    mov word [tss + TSS_IOMAP], TSS_BYTES    ; beyond the limit: no port for ring 3
    mov dword [tss + TSS_ESP0], boot_stack_top
    mov ax, TSS_SELECTOR
    ltr ax
    clts                             ; nobody shares a coprocessor here
    ret

; ---------------------------------------------------------------- paging
start_paging:
%if LARGE_PAGES
    mov edx, cr4
    or edx, 0x10                     ; PSE: a directory entry may map 4 MiB
    mov cr4, edx
%endif
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80010000               ; PG, and WP: read-only holds for the kernel too
    mov cr0, eax
    jmp .here                        ; what was fetched before paging came on is forgotten
.here:
    ret

; ---------------------------------------------------------------- timer: 8259A (order 231468) and 8254 (order 231164)
start_timer:
    mov al, 0x11                     ; ICW1: edge triggered, cascade, ICW4 follows
    out 0x20, al
    out 0xa0, al
    mov al, TIMER_VECTOR             ; ICW2: vectors
    out 0x21, al
    mov al, TIMER_VECTOR + 8
    out 0xa1, al
    mov al, 4                        ; ICW3: slave on input 2
    out 0x21, al
    mov al, 2
    out 0xa1, al
    mov al, 1                        ; ICW4: 8086 mode
    out 0x21, al
    out 0xa1, al
    mov al, 0xfe                     ; OCW1: only the timer
    out 0x21, al
    mov al, 0xff
    out 0xa1, al
    mov al, 0x34                     ; counter 0, both bytes, mode 2: a pulse every N clocks
    out 0x43, al
    mov al, TIMER_DIVISOR & 0xff
    out 0x40, al
    mov al, TIMER_DIVISOR >> 8
    out 0x40, al
    ret

; ---------------------------------------------------------------- SYSENTER (SDM volume 2, SYSENTER)
; CPUID's word is good except on the first Pentium Pros, which set the bit for another instruction: family 6, model and
; stepping below 3. The stack that the processor loads is the TSS itself; the handler finds the real one there, so that a
; process switch need not write the register.
start_fast_calls:
%if FAST_CALLS
    mov eax, 1
    cpuid
    test edx, 1 << 11                ; SEP
    jz .none
    mov ecx, eax                     ; signature: stepping in bits 0-3, model 4-7, family 8-11
    and ecx, 0xf00
    cmp ecx, 0x600
    jne .there
    mov ecx, eax
    and ecx, 0xf0
    cmp ecx, 0x30
    jae .there
    and eax, 0xf
    cmp eax, 3
    jb .none
.there:
    xor edx, edx
    mov ecx, 0x174                   ; IA32_SYSENTER_CS
    mov eax, KERNEL_CS
    wrmsr
    mov ecx, 0x175                   ; IA32_SYSENTER_ESP
    mov eax, tss
    wrmsr
    mov ecx, 0x176                   ; IA32_SYSENTER_EIP
    mov eax, enter_fast
    wrmsr
    mov eax, 1
    ret
.none:
%endif
    xor eax, eax
    ret

; ---------------------------------------------------------------- console: 16550 at 3F8h (National Semiconductor PC16550D)
COM1 equ 0x3f8
start_console:
    mov dx, COM1 + 1                 ; IER: no interrupts
    xor eax, eax
    out dx, al
    mov dx, COM1 + 3                 ; LCR: divisor latch
    mov al, 0x80
    out dx, al
    mov dx, COM1                     ; 115200 baud
    mov al, 1
    out dx, al
    mov dx, COM1 + 1
    xor eax, eax
    out dx, al
    mov dx, COM1 + 3                 ; 8 bits, no parity, one stop bit
    mov al, 3
    out dx, al
    mov dx, COM1 + 2                 ; FCR: FIFOs on, both empty
    mov al, 7
    out dx, al
    mov dx, COM1 + 4                 ; MCR: DTR, RTS
    mov al, 3
    out dx, al
    ret

; An empty transmitter takes sixteen characters in a row, so the slow question is asked once for sixteen.
console_send:
    test ecx, ecx
    jz .done
    mov dx, COM1 + 5                 ; LSR
.wait:
    in al, dx
    test al, 0x20                    ; THRE
    jz .wait
    push ecx
    cmp ecx, 16
    jbe .burst
    mov ecx, 16
.burst:
    sub [esp], ecx
    mov dx, COM1
.next:
    lodsb
    out dx, al
    loop .next
    pop ecx
    jmp console_send
.done:
    ret

; ---------------------------------------------------------------- the end
power_off:
    cli
    out 0xf4, al
.halted:
    hlt
    jmp .halted
`;

/** Data of the acts. The only word of the TSS that changes is the stack of ring 0. */
export const NATIVE_DATA = `
alignb 16
tss:            resb TSS_BYTES
`;
