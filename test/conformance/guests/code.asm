; Code that changes: bytes rewritten before, behind and within a block, through an alias, across pages, by string instructions, and
; code reached by several mappings and modes.

%define DIRECTORY 0x20000
%define TABLE 0x21000
%define CODE_AT 0x30000
%define ALIAS 0x34000

guest:
        TRY patch_ahead, "patching the next instruction but one"
        mov byte [.patched + 1], 0x22
        nop
.patched:
        mov al, 0x11
        movzx eax, al
        ENDTRY
        TRY patch_next, "patching the very next instruction"
        mov byte [.patched + 1], 0x33
.patched:
        mov al, 0x11
        movzx eax, al
        ENDTRY
        TRY patch_loop, "patching a loop while it runs"
        mov ecx, 5
        xor eax, eax
.loop:
        add eax, 1
        inc byte [.loop + 2]
        loop .loop
        ENDTRY
        TRY patch_target, "patching a jump's target back and forth"
        mov ecx, 4
        xor eax, eax
.again:
        call .routine
        xor byte [.routine + 1], 0x03
        loop .again
        jmp .end
.routine:
        add al, 1
        ret
.end:
        ENDTRY
        TRY copied, "a routine copied and called"
        mov esi, routine
        mov edi, CODE_AT
        mov ecx, routine_size
        cld
        rep movsb
        mov eax, CODE_AT
        call eax
        ENDTRY
        TRY copied_over, "another one copied over it"
        mov esi, routine2
        mov edi, CODE_AT
        mov ecx, routine_size
        rep movsb
        mov eax, CODE_AT
        call eax
        ENDTRY
        TRY pushed, "code pushed on the stack"
        push dword 0xC3C39040           ; inc eax; nop; ret; ret
        mov eax, 0x41
        mov ebx, esp
        call ebx
        add esp, 4
        ENDTRY
        TRY pushed_again, "and other code at the same place"
        push dword 0xC3C39048           ; dec eax; nop; ret; ret
        mov eax, 0x41
        mov ebx, esp
        call ebx
        add esp, 4
        ENDTRY
        TRY across, "an instruction across two pages, its second half patched"
        mov edi, CODE_AT + 0xFFD
        mov byte [edi], 0xB8            ; mov eax, ...
        mov dword [edi + 1], 0x11111111
        mov byte [edi + 5], 0xC3
        call edi
        mov byte [CODE_AT + 0x1001], 0x22
        mov ebx, eax
        call edi
        ENDTRY
        TRY sixteen, "the same bytes as 16-bit and 32-bit code"
        mov byte [CODE_AT], 0xB8        ; mov eax/ax, ...
        mov dword [CODE_AT + 1], 0x00CB1234     ; 16 bits: mov ax, 1234h; retf
        mov byte [CODE_AT + 5], 0xCB    ; 32 bits: mov eax, 00CB1234h; retf
        mov dword [gdt + SPARE], 0x0000FFFF
        mov dword [gdt + SPARE + 4], 0x00009A03
        mov eax, -1
        call CODE0:CODE_AT
        mov ebx, eax
        push dword 0
        push dword 0
        mov eax, -1
        push word CODE0
        push word (.back16 - rom)
        jmp SPARE:0
.back16:
        ENDTRY
        call mapped
        ret

; With paging: the same linear address shows other code, and one frame is seen at two addresses.
mapped:
        mov edi, DIRECTORY
        xor eax, eax
        mov ecx, 2048
        cld
        rep stosd
        mov dword [DIRECTORY], TABLE + 7
        mov edi, TABLE
        mov eax, 7
.fill:
        mov [edi], eax
        add edi, 4
        add eax, 0x1000
        cmp edi, TABLE + 0x1000
        jb .fill
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov esi, routine
        mov edi, CODE_AT
        mov ecx, routine_size
        rep movsb
        mov esi, routine2
        mov edi, CODE_AT + 0x1000
        mov ecx, routine_size
        rep movsb
        mov dword [TABLE + (ALIAS >> 10)], CODE_AT + 7
        invlpg [ALIAS]
        TRY m_alias, "code at an alias"
        mov eax, ALIAS
        call eax
        ENDTRY
        TRY m_alias_write, "patched through the other address"
        mov byte [CODE_AT + 1], 0x77
        mov eax, ALIAS
        call eax
        ENDTRY
        TRY m_remap, "the alias mapped elsewhere"
        mov dword [TABLE + (ALIAS >> 10)], CODE_AT + 0x1007
        invlpg [ALIAS]
        mov eax, ALIAS
        call eax
        ENDTRY
        TRY m_unmap, "and not mapped at all"
        mov dword [TABLE + (ALIAS >> 10)], 0
        invlpg [ALIAS]
        mov eax, ALIAS
        mov [try_eip], eax
        call eax
        ENDTRY
        TRY m_supervisor, "a supervisor's page, run in ring 0, then in ring 3"
        mov dword [TABLE + (ALIAS >> 10)], CODE_AT + 3
        invlpg [ALIAS]
        mov eax, ALIAS
        call eax
        mov ebx, eax
        mov eax, ALIAS
        mov [try_eip], eax
        RING 3
        call eax
        ENDTRY
        TRY m_cr3, "another directory, the same address"
        mov dword [TABLE + (ALIAS >> 10)], CODE_AT + 7
        mov eax, cr3
        mov cr3, eax
        mov eax, ALIAS
        call eax
        mov ebx, eax
        mov dword [TABLE + (ALIAS >> 10)], CODE_AT + 0x1007
        mov eax, cr3
        mov cr3, eax
        mov eax, ALIAS
        call eax
        shl eax, 8
        mov al, bl
        ENDTRY
        ret

routine:
        mov al, 0x55
        movzx eax, al
        ret
routine_size equ $ - routine
routine2:
        mov al, 0x66
        movzx eax, al
        ret
