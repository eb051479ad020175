/**
 * Chapter 5: memory. The kernel's own map, the frame pools, and pages that appear when they are touched.
 *
 * @module
 */

/** Page tables, pools and demand paging. */
export const PAGING = `
; ---------------------------------------------------------------- the kernel's own map
; Makes the directory that the idle loop uses; every process copies its first entry. Not in use yet: plain stores.
start_kernel_directory:
%if LARGE_PAGES
    mov dword [kernel_directory], PTE_KERNEL + PDE_4M
%else
    mov dword [kernel_directory], kernel_table + PTE_KERNEL
    mov edi, kernel_table + 4        ; page 0 stays out: a null pointer is a page fault
    mov eax, PAGE + PTE_KERNEL
    mov ecx, 1023
.page:
    stosd
    add eax, PAGE
    loop .page
    mov edi, kernel_table + 0xa0 * 4 ; no RAM from A0000h to FFFFFh
    mov ecx, 0x60
    xor eax, eax
    rep stosd
%endif
    ret

; ---------------------------------------------------------------- frame pools
; A process takes its frames, page directory included, from the pool of its slot and from no other. So which frame it gets
; depends on what it has done itself, never on how the timer mixed it with the others.

; All frames of pool EBX are free; the lowest comes first. Keeps all registers but EAX, ECX, EDI.
reset_pool:
    mov ecx, POOL_FRAMES
    mov [pool_free + ebx * 4], ecx
    mov edi, ebx
    shl edi, 8                       ; POOL_FRAMES words in each stack
    mov eax, ebx
    shl eax, 18                      ; POOL_FRAMES pages in each pool
    add eax, POOLS
.frame:
    mov [pool_stack + edi + ecx * 4 - 4], eax
    add eax, PAGE
    loop .frame
    ret

; EAX = a frame of pool EBX, filled with zeros; carry if there is none left.
take_frame:
    mov ecx, [pool_free + ebx * 4]
    sub ecx, 1
    jc .none
    mov [pool_free + ebx * 4], ecx
    push edi
    mov edi, ebx
    shl edi, 8
    mov edi, [pool_stack + edi + ecx * 4]
    push edi
    mov ecx, PAGE / 4
    xor eax, eax
    rep stosd
    pop eax
    pop edi
    clc
.none:
    ret

; Gives frame EAX back to pool EBX.
give_frame:
    mov ecx, [pool_free + ebx * 4]
    inc dword [pool_free + ebx * 4]
    push edi
    mov edi, ebx
    shl edi, 8
    mov [pool_stack + edi + ecx * 4], eax
    pop edi
    ret

; ---------------------------------------------------------------- pages of process EBX
; EDI = address of the page-table entry of user address EAX.
find_entry:
    mov edi, eax
    shr edi, 10
    and edi, 0xffc                   ; the window of 4 MiB has one table
    add edi, [slot_table + ebx * 4]
    ret

; A fresh page at user address EAX; the entry there must be empty. No INVLPG: what is not present is in no TLB.
; Carry if there is no frame left. Keeps EAX, EBX, ESI, EBP.
map_page:
    push eax
    call find_entry
    call take_frame
    jc .none
    or eax, PTE_PRESENT + PTE_WRITE + PTE_USER
    SET_ENTRY edi, eax
    clc
.none:
    pop eax
    ret

; Nothing at user address EAX any more. Keeps EAX, EBX, ESI, EBP.
unmap_page:
    push eax
    call find_entry
    mov edx, [edi]
    test edx, PTE_PRESENT
    jz .empty
    xor ecx, ecx
    SET_ENTRY edi, ecx
    FLUSH_ENTRIES
    INVALIDATE eax                   ; before the frame can get another owner
    mov eax, edx
    and eax, -PAGE
    call give_frame
.empty:
    pop eax
    ret

; ---------------------------------------------------------------- page faults
; A page that is not there, in a part of the address space that fills on demand, appears. It does not matter who touched
; it: the process, or the kernel on its behalf in SYS_WRITE. Anything else ends the process.
page_fault:
    FAULT_ADDRESS eax                ; before the next one can overwrite it
    mov [fault_address], eax
    IRQ_ON
    test byte [ebp + F_ERROR], 1     ; the page was there: a question of rights
    jnz .bad
    mov ebx, [current]
    cmp eax, USER_DATA
    jb .bad
    cmp eax, USER_DATA_END
    jb .appear
    cmp eax, USER_HEAP
    jb .bad
    cmp eax, [slot_break + ebx * 4]
    jb .appear
    cmp eax, USER_STACK
    jb .bad
    cmp eax, USER_STACK_TOP
    jae .bad
.appear:
    and eax, -PAGE
    call map_page
    jc .bad
    FLUSH_ENTRIES
    inc dword [slot_faults + ebx * 4]
    ret
.bad:
    jmp fatal_trap
`;
