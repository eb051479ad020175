/**
 * Chapter 7: processes. What one is made of, how it begins and how it ends.
 *
 * @module
 */

/** Creation and end. */
export const PROCESSES = `
; Makes a process in the free slot EDX that begins at user address EAX with ECX in EBX, and puts it into the ready queue. Its
; address space: the kernel's directory entry, and one table with the program, the gate, and nothing else yet. Nobody uses
; that directory before it is complete, so its entries are plain stores.
; EAX = slot. Changes EBX, ECX, EDX, ESI, EDI.
create_process:
    push ecx
    push eax
    mov ebx, edx
    mov dword [slot_break + ebx * 4], USER_HEAP
    mov dword [slot_faults + ebx * 4], 0
    call reset_pool
    call take_frame
    mov [slot_directory + ebx * 4], eax
    mov esi, eax
    call take_frame
    mov [slot_table + ebx * 4], eax
    mov ecx, [kernel_directory]
    mov [esi], ecx
    lea ecx, [eax + PTE_PRESENT + PTE_WRITE + PTE_USER]
    mov [esi + (USER_BASE >> 20)], ecx
    ; the program: its pages in the kernel's image, for everybody to read
    mov edi, eax
    mov eax, user_image + PTE_PRESENT + PTE_USER
    mov ecx, (user_image_end - user_image) / PAGE
.page:
    mov [edi], eax
    add edi, 4
    add eax, PAGE
    loop .page
    ; the gate
    mov eax, gate_int + PTE_PRESENT + PTE_USER
%if FAST_CALLS
    cmp dword [fast_calls], 0
    je .gate
    mov eax, gate_fast + PTE_PRESENT + PTE_USER
.gate:
%endif
    mov edi, [slot_table + ebx * 4]
    mov [edi + (USER_GATE - USER_BASE) / PAGE * 4], eax
    ; its kernel stack: as if it had called schedule in the middle of a trap from its first instruction
    mov edi, ebx
    shl edi, 12
    add edi, kernel_stacks + PAGE - F_BYTES
    push edi
    xor eax, eax
    mov ecx, F_BYTES / 4
    rep stosd
    pop edi
    pop eax
    pop ecx
    mov [edi + F_EBX], ecx
    mov [edi + F_EIP], eax
    mov dword [edi + F_DS], USER_DS
    mov dword [edi + F_ES], USER_DS
    mov dword [edi + F_CS], USER_CS
    mov dword [edi + F_SS], USER_DS
    mov dword [edi + F_ESP], USER_STACK_TOP
    mov dword [edi + F_EFLAGS], 0x202
    mov dword [edi - 4], trap_exit   ; where schedule returns to
    mov [edi - 8], edi               ; EBP: the frame
    lea eax, [edi - 20]              ; below it EBX, ESI, EDI
    mov [slot_esp + ebx * 4], eax
    mov eax, [current]
    mov [slot_parent + ebx * 4], eax
    mov eax, ebx
    call make_ready
    ret

; Ends the current process with status EBX. The slot and its frames stay until the parent has asked for the status: we stand
; on its kernel stack and in its address space. The machine goes off when init ends.
end_process:
    mov eax, [current]
    cmp eax, 1
    je .last
    mov [slot_status + eax * 4], ebx
    IRQ_OFF
    mov byte [slot_state + eax], ZOMBIE
    mov ecx, [slot_parent + eax * 4]
    cmp byte [slot_state + ecx], WAITING
    jne .gone
    cmp [slot_awaits + ecx * 4], eax
    jne .gone
    mov eax, ecx
    call make_ready
.gone:
    call schedule                    ; does not come back

.last:
    rdtsc
    sub eax, [boot_time]
    sbb edx, [boot_time + 4]
    mov [run_time], eax
    mov [run_time + 4], edx
    mov esi, goodbye
    call print
    mov eax, ebx
    jmp power_off

goodbye: db "kernel: init has ended", 10, 0
`;
