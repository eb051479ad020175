; SYSENTER and SYSEXIT.

%define CODE_S 0x80                     ; code and data of ring 0, then of ring 3, as SYSENTER wants them in a row

guest:
        mov edi, gdt + CODE_S
        mov esi, rows
        mov ecx, 8
        cld
        rep movsd
        TRY no_cs, "sysenter with IA32_SYSENTER_CS = 0"
        RING 3
        HERE .at
        sysenter
        ENDTRY
        TRY no_cs_exit, "sysexit with IA32_SYSENTER_CS = 0"
        sysexit
        ENDTRY
        xor edx, edx
        mov ecx, 0x174
        mov eax, CODE_S
        wrmsr
        mov ecx, 0x175
        mov eax, 0x2F000
        wrmsr
        mov ecx, 0x176
        mov eax, entry
        wrmsr
        TRY enter3, "sysenter from ring 3"
        mov dword [ring_flags], 0x3202
        RING 3
        mov edx, .back
        mov ecx, esp
        sysenter
.back:
        int 0x30
        ENDTRY
        mov dword [ring_flags], 2
        TRY exit_code, "sysexit to ring 3 and a trap there"
        mov dword [leave], 1
        RING 3
        mov edx, .back
        mov ecx, esp
        sysenter
.back:
        mov ax, cs
        shl eax, 16
        mov ax, ss
        HERE .at
        hlt
        ENDTRY
        TRY enter0, "sysenter from ring 0"
        mov dword [leave], 0
        sysenter
        ENDTRY
        TRY exit3, "sysexit in ring 3"
        RING 3
        HERE .at
        sysexit
        ENDTRY
        TRY hidden, "sysexit loads flat segments whatever the table says"
        mov dword [gdt + CODE_S + 0x10], 0
        mov dword [gdt + CODE_S + 0x14], 0
        mov edx, .user
        mov ecx, RING3_STACK
        sysexit
.user:
        mov ax, DATA3
        mov ds, ax
        mov eax, [rows]
        ENDTRY
        ret

; What SYSENTER leaves: CS, SS, ESP, the flags.
entry:
        mov ax, DATA0
        mov ds, ax
        cmp dword [leave], 1
        je .leave
        mov ax, cs
        shl eax, 16
        mov ax, ss
        PRINT "cs:ss="
        call hex32
        PRINT " esp="
        mov eax, esp
        call hex32
        PRINT " flags="
        pushfd
        pop eax
        and eax, 0x37700
        call hex32
        PRINT " "
        int 0x30
.leave:
        mov ax, DATA3
        mov ds, ax
        sysexit

        align 8
rows:
        dq 0x00CF9A000000FFFF
        dq 0x00CF92000000FFFF
        dq 0x00CFFA000000FFFF
        dq 0x00CFF2000000FFFF
leave: dd 0
