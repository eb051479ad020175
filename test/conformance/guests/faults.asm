; Faults on the way into a handler: which pairs make a double fault, which are handled one after the other (SDM volume 3A, table
; 6-5), and what the handler of a double fault finds.

%define TS_GATE 0x80                    ; a task that handles #TS

guest:
        call pairs
        ret

; Marks the gate of a vector as not present, so that its delivery is #NP(vector).
%macro BREAK 1
        and byte [idt + (%1) * 8 + 5], ~0x80
%endmacro
%macro MEND 1
        or byte [idt + (%1) * 8 + 5], 0x80
%endmacro

pairs:
        BREAK 0
        TRY p_de, "#DE, then #NP"
        xor ecx, ecx
        HERE .at
        div ecx
        ENDTRY
        MEND 0
        BREAK 3
        TRY p_bp, "#BP, then #NP"
        HERE .at
        int3
        ENDTRY
        MEND 3
        BREAK 6
        TRY p_ud, "#UD, then #NP"
        ud2
        ENDTRY
        MEND 6
        BREAK 13
        TRY p_gp, "#GP, then #NP"
        mov eax, 0x1FB
        HERE .at
        mov fs, ax
        ENDTRY
        TRY p_int, "int 40h beyond the IDT: #GP, then #NP"
        int 0x40
        ENDTRY
        MEND 13
        BREAK 11
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF1200
        TRY p_np, "#NP, then #NP"
        mov eax, SPARE
        HERE .at
        mov fs, ax
        ENDTRY
        MEND 11
        BREAK 7
        TRY p_nm, "#NM, then #NP"
        mov eax, cr0
        or eax, 8
        mov cr0, eax
        HERE .at
        fninit
        ENDTRY
        clts
        MEND 7
        BREAK 5
        TRY p_br, "#BR, then #NP"
        mov eax, 9
        HERE .at
        bound eax, [pair]
        ENDTRY
        MEND 5
        BREAK 1
        TRY p_db, "#DB, then #NP"
        push dword 0x102
        popfd
        HERE .at
        nop
        ENDTRY
        MEND 1
        BREAK 0x31
        TRY p_soft, "int 31h, then #NP"
        int 0x31
        ENDTRY
        BREAK 11
        TRY p_soft_twice, "int 31h, then #NP, then #NP"
        HERE .at
        int 0x31
        ENDTRY
        MEND 11
        ; The gate's code segment is bad.
        GATE 6, 0x1F8, 0, 0x8E
        TRY p_ud_gp, "#UD, then #GP"
        ud2
        ENDTRY
        GATE 6, CODE0, stubs + 6 * stub_size, 0x8E
        ; The inner stack is bad.
        mov dword [main_tss + 8], 0
        GATE 10, TS_GATE, 0, 0x85
        mov dword [gdt + TS_GATE], (ts_tss - rom) << 16 | 0x67
        mov dword [gdt + TS_GATE + 4], 0x00008901
        mov dword [ts_tss + 0x20], ts_handler
        mov dword [ts_tss + 0x24], 2
        mov dword [ts_tss + 0x38], 0x2F000
        mov dword [ts_tss + 0x48], DATA0
        mov dword [ts_tss + 0x4C], CODE0
        mov dword [ts_tss + 0x50], DATA0
        mov dword [ts_tss + 0x54], DATA0
        TRY p_stack, "#UD in ring 3, then #TS"
        RING 3
        HERE .at
        ud2
        ENDTRY
        ret

ts_handler:
        pop eax
        PRINT "[#TS task error="
        call hex32
        PRINT " eip="
        mov eax, [main_tss + 0x20]
        sub eax, [try_eip]
        call hex32
        PRINT " flags="
        mov eax, [main_tss + 0x24]
        and eax, 0x17700
        call hex32
        PRINT "]", 13, 10
        mov dword [main_tss + 8], DATA0
        mov esp, [resume_esp]
        push dword 2
        popfd
        jmp dword [resume]

        align 4
pair: dd 0, 1
ts_tss: times 104 db 0
