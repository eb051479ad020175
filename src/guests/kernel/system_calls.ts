/**
 * Chapter 9: system calls. Number in EAX, arguments in EBX and ECX; the result replaces EAX in the frame, -1 for refusals.
 *
 * @module
 */

/** Dispatch, the calls, and the two gate pages. */
export const SYSTEM_CALLS = `
; EBP = the frame. A routine finds the number of the calling process in EBX and may change all registers but EBP.
system_call:
    mov eax, [ebp + F_EAX]
    cmp eax, SYSTEM_CALLS
    jae .unknown
    mov ebx, [current]
    call [system_call_table + eax * 4]
    mov [ebp + F_EAX], eax
    ret
.unknown:
    mov dword [ebp + F_EAX], -1
    ret

align 4
system_call_table:                   ; in the order of the SYS_ numbers
    dd call_getpid, call_yield, call_exit, call_wait, call_spawn
    dd call_sbrk, call_map, call_unmap
    dd call_write, call_post, call_sleep

; ---------------------------------------------------------------- processes
call_getpid:
    mov eax, ebx
    ret

call_yield:
    CRITICAL_BEGIN
    mov eax, ebx
    call make_ready
    call schedule
    CRITICAL_END
    xor eax, eax
    ret

call_exit:
    mov ebx, [ebp + F_EBX]
    jmp end_process

call_spawn:
    mov edx, 2                       ; the lowest free slot
.slot:
    cmp byte [slot_state + edx], FREE
    je .found
    inc edx
    cmp edx, PROCESSES
    jb .slot
    jmp refuse
.found:
    mov eax, [ebp + F_EBX]
    mov ecx, [ebp + F_ECX]
    jmp create_process

; The child may end at any moment, but not between the look at its state and the parent's going to sleep.
call_wait:
    mov edx, [ebp + F_EBX]
    cmp edx, 2
    jb refuse
    cmp edx, PROCESSES
    jae refuse
    CRITICAL_BEGIN
.look:
    cmp byte [slot_state + edx], FREE
    je .no_child
    cmp [slot_parent + edx * 4], ebx
    jne .no_child
    cmp byte [slot_state + edx], ZOMBIE
    je .ended
    mov byte [slot_state + ebx], WAITING
    mov [slot_awaits + ebx * 4], edx
    push edx
    call schedule
    pop edx
    jmp .look
.ended:
    mov byte [slot_state + edx], FREE
    CRITICAL_END
    mov eax, [slot_directory + edx * 4]
    FORGET_DIRECTORY eax
    mov eax, [slot_status + edx * 4]
    ret
.no_child:
    CRITICAL_END
    jmp refuse

call_sleep:
    CRITICAL_BEGIN
    mov eax, [ticks]
    add eax, [ebp + F_EBX]
    mov [slot_wake + ebx * 4], eax
    mov byte [slot_state + ebx], SLEEPING
    call schedule
    CRITICAL_END
    xor eax, eax
    ret

refuse:
    mov eax, -1
    ret

; ---------------------------------------------------------------- memory
; A larger break is a promise: pages come when they are touched. A smaller one takes them away.
call_sbrk:
    mov esi, [slot_break + ebx * 4]
    mov edx, [ebp + F_EBX]
    add edx, esi
    cmp edx, USER_HEAP
    jb refuse
    cmp edx, USER_HEAP_END
    ja refuse
    mov [slot_break + ebx * 4], edx
    push esi
    lea eax, [edx + PAGE - 1]        ; the first page beyond the new break
    and eax, -PAGE
.page:
    cmp eax, esi
    jae .done
    call unmap_page
    add eax, PAGE
    jmp .page
.done:
    pop eax
    ret

; EAX = first address, ECX = pages: the arguments, if they lie in the map area; else carry.
map_arguments:
    mov eax, [ebp + F_EBX]
    mov ecx, [ebp + F_ECX]
    test eax, PAGE - 1
    jnz .bad
    mov edx, eax
    sub edx, USER_MAP
    shr edx, 12
    cmp edx, (USER_MAP_END - USER_MAP) / PAGE
    ja .bad
    neg edx
    add edx, (USER_MAP_END - USER_MAP) / PAGE
    cmp ecx, edx
    ja .bad
    clc
    ret
.bad:
    stc
    ret

; All the pages, or none.
call_map:
    call map_arguments
    jc refuse
    mov esi, ecx
    push eax
.look:
    sub ecx, 1
    js .map
    call find_entry
    add eax, PAGE
    test byte [edi], PTE_PRESENT
    jz .look
    pop eax
    jmp refuse
.map:
    pop eax
    push eax
.page:
    sub esi, 1
    js .done
    call map_page
    jc .full
    add eax, PAGE
    jmp .page
.done:
    FLUSH_ENTRIES
    pop eax
    xor eax, eax
    ret
.full:                               ; EAX = the first page that got no frame
    FLUSH_ENTRIES
    pop esi
.undo:
    cmp eax, esi
    je refuse
    sub eax, PAGE
    call unmap_page
    jmp .undo

call_unmap:
    call map_arguments
    jc refuse
    mov esi, ecx
.page:
    sub esi, 1
    js .done
    call unmap_page
    add eax, PAGE
    jmp .page
.done:
    xor eax, eax
    ret

; ---------------------------------------------------------------- input and output
; The pointer must lie in the user's part; whether there is anything behind it, the page fault handler finds out.
call_write:
    mov esi, [ebp + F_EBX]
    mov ecx, [ebp + F_ECX]
    mov eax, esi
    sub eax, USER_BASE
    cmp eax, USER_END - USER_BASE
    ja refuse
    neg eax
    add eax, USER_END - USER_BASE
    cmp ecx, eax
    ja refuse
    push ecx
    call console_send
    pop eax
    ret

call_post:
    mov eax, [ebp + F_EBX]
    PORT_OUT 0x80
    xor eax, eax
    ret

; ---------------------------------------------------------------- the gate page
; How a process calls the kernel, in the kernel's own words: one of these pages is mapped at USER_GATE. All registers but
; EAX keep their values.
align PAGE
gate_int:
    int CALL_VECTOR
    ret

%if FAST_CALLS
; SYSEXIT takes EIP from EDX and ESP from ECX, so the caller's go to the stack first; EBP tells the kernel where that is.
align PAGE
gate_fast:
    push ecx
    push edx
    push ebp
    mov ebp, esp
    sysenter
gate_return:
    pop ebp
    pop edx
    pop ecx
    ret
%endif
`;
