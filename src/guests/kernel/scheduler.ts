/**
 * Chapter 8: who runs. Round robin over a queue of slots; the clock decides when.
 *
 * @module
 */

/** Ready queue, process switch and timer. */
export const SCHEDULER = `
; ---------------------------------------------------------------- the ready queue: slots linked by slot_next, 0 ends it
; The timer makes sleepers ready, so whoever else touches the queue does it with interrupts off.

; Puts slot EAX at the end. Changes ECX.
make_ready:
    CRITICAL_BEGIN
    mov byte [slot_state + eax], READY
    mov byte [slot_next + eax], 0
    mov ecx, [ready_tail]
    mov [ready_tail], eax
    test ecx, ecx
    jz .first
    mov [slot_next + ecx], al
    jmp .done
.first:
    mov [ready_head], eax
.done:
    CRITICAL_END
    ret

; EAX = the first slot, taken out; 0, the idle loop, if nobody is ready. Interrupts are off.
take_ready:
    mov eax, [ready_head]
    test eax, eax
    jz .none
    movzx ecx, byte [slot_next + eax]
    mov [ready_head], ecx
    test ecx, ecx
    jnz .none
    mov [ready_tail], ecx
.none:
    ret

; ---------------------------------------------------------------- the switch
; Lets the first ready process run. The current one has been put where it belongs (the queue, or a wait) and goes on after
; the call when its turn comes. Interrupts are off before and after. What the stack of a sleeping process looks like here is
; what create_process builds for a new one.
schedule:
    mov byte [need_schedule], 0
    call take_ready
    mov ecx, [current]
    cmp eax, ecx
    je .same
    push ebp
    push ebx
    push esi
    push edi
    inc dword [switches]
    mov [slot_esp + ecx * 4], esp
    mov [current], eax
    mov esp, [slot_esp + eax * 4]
    mov edx, eax                     ; the kernel stacks lie one after the other, a page each
    shl edx, 12
    add edx, kernel_stacks + PAGE
    KERNEL_STACK edx
    mov edx, [slot_directory + eax * 4]
    LOAD_DIRECTORY edx               ; the kernel is at the same place in all of them
    pop edi
    pop esi
    pop ebx
    pop ebp
.same:
    ret

; The current process goes to the end of the queue. Interrupts are off. Changes EAX, ECX, EDX.
preempt:
    mov eax, [switches]
    push eax
    mov eax, [current]
    call make_ready
    call schedule
    pop eax
    cmp eax, [switches]
    je .alone
    inc dword [preemptions]
.alone:
    ret

; ---------------------------------------------------------------- the timer
; Comes with interrupts off. Whose time is up goes back to the queue; who runs is asked to make room on the way out.
timer_tick:
    inc dword [ticks]
    TIMER_DONE
    mov eax, PROCESSES - 1
.slot:
    cmp byte [slot_state + eax], SLEEPING
    jne .next
    mov ecx, [ticks]
    sub ecx, [slot_wake + eax * 4]
    js .next
    call make_ready
.next:
    dec eax
    jnz .slot
    mov byte [need_schedule], 1
    ret
`;
