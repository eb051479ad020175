; Traps between rings: a program in ring 3 that calls ring 0 through INT 80h and through SYSENTER, and touches pages that
; ring 0 maps on their first page fault. Needs paging.

USER_STACK  equ 0x170000
INTERRUPTS  equ 256             ; per round
SYSENTERS   equ 256
FAULTS      equ 64
WINDOW      equ 0x1C00000       ; a page per fault, not present at first
MAIN_STACK  equ OWN
CALLS       equ OWN + 4
FAULTED     equ OWN + 8
MSR_CS      equ 0x174
MSR_ESP     equ 0x175
MSR_EIP     equ 0x176

main:
        mov [MAIN_STACK], esp
        mov dword [CALLS], 1
        mov dword [FAULTED], 0
        mov ax, TASK
        ltr ax
        lidt [idtr]
        xor edx, edx
        mov ecx, MSR_CS
        mov eax, CODE0
        wrmsr
        mov ecx, MSR_ESP
        mov eax, STACK - 0x1000
        wrmsr
        mov ecx, MSR_EIP
        mov eax, sysenter_entry
        wrmsr
        mov dword [task + 4], STACK - 0x1000
        push DATA3
        push USER_STACK
        push 2
        push CODE3
        push user
        mov ax, DATA3
        mov ds, ax
        mov es, ax
        iretd

; The program in ring 3.
user:
        mov eax, 2              ; unmap the window
        int 0x80
        mov ecx, INTERRUPTS
.interrupt:
        mov eax, 1
        int 0x80
        dec ecx
        jnz .interrupt
        mov ebx, SYSENTERS
.sysenter:
        mov eax, ebx
        mov ecx, esp
        mov edx, .back
        sysenter
.back:
        dec ebx
        jnz .sysenter
        mov esi, WINDOW
        mov ecx, FAULTS
.touch:
        mov eax, [esi]
        add eax, ecx
        mov [esi], eax
        add esi, 0x1000
        dec ecx
        jnz .touch
        xor eax, eax            ; one round is done
        int 0x80
        jmp user

; INT 80h: service EAX. 0 ends a round, 1 counts, 2 unmaps the window.
interrupt_entry:
        cmp eax, 1
        ja unmap
        jb round_done
        imul edx, [CALLS], 5
        inc edx
        mov [CALLS], edx
        iretd

; SYSENTER: adds EAX to the count; EDX and ECX say where to go back to.
sysenter_entry:
        add [CALLS], eax
        sysexit

unmap:
        push ecx
        push edi
        mov edi, WINDOW
        mov ecx, FAULTS
.page:
        mov eax, edi
        shr eax, 12
        mov dword [DIRECTORY + 0x1000 + eax * 4], 0
        invlpg [edi]
        add edi, 0x1000
        dec ecx
        jnz .page
        pop edi
        pop ecx
        iretd

; Page fault: maps the page that CR2 names to the frame of the same address. The error code is checked and dropped.
fault_entry:
        push eax
        push edx
        cmp dword [esp + 8], 4  ; a read by user mode of a page that is not present
        jne .wrong
        mov eax, cr2
        mov edx, eax
        shr eax, 12
        and edx, 0xFFFFF000
        or edx, 7
        mov [DIRECTORY + 0x1000 + eax * 4], edx
        inc dword [FAULTED]
        pop edx
        pop eax
        add esp, 4
        iretd
.wrong:
        mov eax, 0xBAD
        jmp finish

round_done:
        mov eax, [CALLS]
        call mix
        mov eax, [FAULTED]
        call mix
        dec dword [WORK]
        jz .last
        iretd
.last:
        mov esi, WINDOW
        mov ecx, FAULTS
.sum:
        mov eax, [esi]
        call mix
        add esi, 0x1000
        dec ecx
        jnz .sum
        mov eax, [CHECKSUM]
finish:
        mov dx, DATA0
        mov ds, dx
        mov es, dx
        mov esp, [MAIN_STACK]
        ret

        align 8
idt:
        times 14 dq 0
        dw (fault_entry - $$) & 0xFFFF, CODE0, 0x8E00, BASE >> 16
        times 0x80 - 15 dq 0
        dw (interrupt_entry - $$) & 0xFFFF, CODE0, 0xEE00, BASE >> 16
idt_end:
idtr:       dw idt_end - idt - 1
            dd idt
