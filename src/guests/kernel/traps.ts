/**
 * Chapter 6: traps. Every way into the kernel leaves the same frame, calls a handler, and goes out by one door.
 *
 * @module
 */

/** Stubs, the common path, and what happens to whoever did wrong. */
export const TRAPS = `
; ---------------------------------------------------------------- one stub for each vector
; Eight exceptions push an error code (SDM volume 3A, table 6-1); for the others the stub pushes 0.
%macro TRAP_STUB 1
trap_%1:
%if %1 != 8 && %1 != 10 && %1 != 11 && %1 != 12 && %1 != 13 && %1 != 14 && %1 != 17
    push 0
%endif
    push %1
    jmp trap
%endmacro

%assign vector 0
%rep 0x30
    TRAP_STUB vector
%assign vector vector + 1
%endrep
    TRAP_STUB 128

; ---------------------------------------------------------------- the common path
; EBP = the frame while the handler runs.
trap:
    pushad
    push ds
    push es
    mov eax, KERNEL_DS
    mov ds, ax
    mov es, ax
    cld
    mov ebp, esp
    mov eax, [ebp + F_VECTOR]
    cmp eax, CALL_VECTOR
    je .call
    call [trap_handlers + eax * 4]
    jmp trap_exit
.call:
    call system_call

; Going back to ring 3 is the one moment at which a process may lose the processor against its will: the kernel itself is
; never preempted, so its data need protection only from the interrupt handler. Interrupts stay off from the question to the
; return, or a tick could come between and wait for the next.
trap_exit:
    IRQ_OFF
    mov al, [ebp + F_CS]
    and al, 3
    cmp al, 3
    jne .leave
    cmp byte [need_schedule], 0
    je .leave
    call preempt
.leave:
    pop es
    pop ds
    popad
    add esp, 8                       ; vector and error code
    TRAP_RETURN

; SYSENTER comes here with interrupts off and ESP on the TSS. The gate page has put the user's stack pointer into EBP. With
; the frame of INT 80h made by hand, all the rest is the same.
%if FAST_CALLS
enter_fast:
    mov esp, [esp + TSS_ESP0]
    push USER_DS
    push ebp
    push 0x202                       ; EFLAGS with IF
    push USER_CS
    push USER_GATE + (gate_return - gate_fast)
    push 0
    push CALL_VECTOR
    pushad
    push ds
    push es
    mov eax, KERNEL_DS
    mov ds, ax
    mov es, ax
    cld
    mov ebp, esp
    IRQ_ON
    call system_call
    IRQ_OFF
    cmp byte [need_schedule], 0
    jne trap_exit
    pop es
    pop ds
    popad
    mov edx, [esp + F_EIP - F_VECTOR]
    mov ecx, [esp + F_ESP - F_VECTOR]
    FAST_RETURN
%endif

; ---------------------------------------------------------------- handlers
align 4
trap_handlers:
    times 14 dd fatal_trap
    dd page_fault
    times TIMER_VECTOR - 15 dd fatal_trap
    dd timer_tick
    times 15 dd stray_interrupt

; An interrupt line that nobody has switched on.
stray_interrupt:
    inc dword [stray_interrupts]
    ret

; The process has done what it may not: it ends, and the console says why. In the kernel itself there is nobody to blame.
; A kernel fault at a user address is the process's doing: it gave the kernel that pointer.
fatal_trap:
    mov al, [ebp + F_CS]
    and al, 3
    cmp al, 3
    je .process
    cmp dword [ebp + F_VECTOR], 14
    jne panic
    mov eax, [fault_address]
    sub eax, USER_BASE
    cmp eax, USER_END - USER_BASE
    jae panic
    mov edi, [current]               ; the process's own frame is the first on its kernel stack
    shl edi, 12
    add edi, kernel_stacks + PAGE - F_BYTES
    jmp .say
.process:
    mov edi, ebp
.say:
    IRQ_ON
    mov esi, fatal_process
    call print
    mov eax, [current]
    call print_decimal
    mov esi, fatal_vector
    call print
    call print_trap
    mov ebx, [ebp + F_VECTOR]
    or ebx, -0x100                   ; its status: FFFFFF00h plus the vector
    jmp end_process

panic:
    mov esi, fatal_kernel
    call print
    mov edi, ebp
    call print_trap
    mov al, 1
    jmp power_off

; Vector and error code of frame EBP, place of frame EDI; for a page fault the address.
print_trap:
    mov eax, [ebp + F_VECTOR]
    call print_decimal
    mov esi, fatal_error
    call print
    mov eax, [ebp + F_ERROR]
    call print_hex
    mov esi, fatal_place
    call print
    mov eax, [edi + F_EIP]
    call print_hex
    cmp dword [ebp + F_VECTOR], 14
    jne .end
    mov esi, fatal_address
    call print
    mov eax, [fault_address]
    call print_hex
.end:
    mov esi, new_line
    jmp print

fatal_process: db "kernel: process ", 0
fatal_vector:  db " killed: exception ", 0
fatal_kernel:  db "kernel: panic: exception ", 0
fatal_error:   db ", error code ", 0
fatal_place:   db ", at ", 0
fatal_address: db ", address ", 0
new_line:      db 10, 0
`;
