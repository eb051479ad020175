; Rings: privileged instructions outside ring 0, call gates, far returns, IRET to outer rings, stack switches and what can be wrong
; with them, conforming code, EFLAGS images and IOPL.

; PRIVILEGED name, "text", bytes: the instruction in ring 3.
%macro PRIVILEGED 3+
        TRY %1, %2
        RING 3
        HERE .at
        %3
        ENDTRY
%endmacro

guest:
        call privileged
        call flag_rules
        call call_gates
        call returns
        call stack_switch
        call conforming
        call port_rights
        ret

privileged:
        PRIVILEGED p_hlt, "hlt", hlt
        PRIVILEGED p_cli, "cli", cli
        PRIVILEGED p_sti, "sti", sti
        PRIVILEGED p_clts, "clts", clts
        PRIVILEGED p_lmsw, "lmsw", lmsw ax
        PRIVILEGED p_lgdt, "lgdt", lgdt [0x30000]
        PRIVILEGED p_lidt, "lidt", lidt [0x30000]
        PRIVILEGED p_lldt, "lldt", lldt ax
        PRIVILEGED p_ltr, "ltr", ltr ax
        PRIVILEGED p_to_cr0, "mov cr0, eax", mov cr0, eax
        PRIVILEGED p_to_cr3, "mov cr3, eax", mov cr3, eax
        PRIVILEGED p_from_cr0, "mov eax, cr0", mov eax, cr0
        PRIVILEGED p_from_cr4, "mov eax, cr4", mov eax, cr4
        PRIVILEGED p_to_dr, "mov dr0, eax", mov dr0, eax
        PRIVILEGED p_from_dr, "mov eax, dr7", mov eax, dr7
        PRIVILEGED p_invlpg, "invlpg", invlpg [0x30000]
        PRIVILEGED p_invd, "invd", invd
        PRIVILEGED p_wbinvd, "wbinvd", wbinvd
        PRIVILEGED p_rdmsr, "rdmsr", rdmsr
        PRIVILEGED p_wrmsr, "wrmsr", wrmsr
        PRIVILEGED p_in, "in", in al, 0x80
        PRIVILEGED p_out, "out", out 0x80, al
        PRIVILEGED p_insb, "insb", insb
        PRIVILEGED p_outsb, "outsb", outsb
        PRIVILEGED p_sysexit, "sysexit", sysexit
        TRY p_ring1, "hlt in ring 1"
        RING 1
        HERE .at
        hlt
        ENDTRY
        TRY p_ring2, "mov cr3 in ring 2"
        RING 2
        HERE .at
        mov cr3, eax
        ENDTRY
        TRY tsd, "rdtsc in ring 3 with CR4.TSD"
        mov eax, cr4
        or eax, 4
        mov cr4, eax
        rdtsc
        RING 3
        HERE .at
        rdtsc
        ENDTRY
        mov eax, cr4
        and eax, ~4
        mov cr4, eax
        TRY no_tsd, "rdtsc in ring 3"
        RING 3
        rdtsc
        xor eax, eax
        ENDTRY
        TRY sensitive, "smsw and str in ring 3"
        RING 3
        smsw eax
        shl eax, 16
        str ax
        ENDTRY
        ret

; POPF and CLI in every combination of ring and IOPL: what EFLAGS is afterwards.
%macro FLAGS_IN 4                       ; name, text, ring, IOPL
        mov dword [ring_flags], 2 | ((%4) << 12)
        TRY %1, %2
        RING %3
        push dword 0x7302               ; NT, IOPL 3, TF off, IF
        and dword [esp], ~0x100
        popfd
        pushfd
        pop eax
        push dword 2
        popfd
        and eax, 0x7700
        shl eax, 16
        pushfd
        pop ebx
        mov ax, bx
        and ax, 0x7700
        ENDTRY
        TRY %1_cli, "  cli"
        RING %3
        HERE .at
        cli
        ENDTRY
        TRY %1_iret, "  iret with other flags"
        RING %3
        push dword 0x3202
        push cs
        push dword .back
        iretd
.back:
        pushfd
        pop eax
        and eax, 0x7700
        push dword 2
        popfd
        ENDTRY
%endmacro

flag_rules:
        FLAGS_IN f30, "popf in ring 3, IOPL 0", 3, 0
        FLAGS_IN f33, "popf in ring 3, IOPL 3", 3, 3
        FLAGS_IN f10, "popf in ring 1, IOPL 0", 1, 0
        FLAGS_IN f11, "popf in ring 1, IOPL 1", 1, 1
        mov dword [ring_flags], 2
        TRY popf_ring0, "popf in ring 0"
        push dword 0x247302 & ~0x100    ; ID and AC too
        popfd
        pushfd
        pop eax
        and eax, 0x3F7700
        push dword 2
        popfd
        ENDTRY
        TRY popf_16, "popf with 16 bits"
        push dword 0x240002
        popfd
        o16 push word 0x3002
        o16 popf
        pushfd
        pop eax
        and eax, 0x3F7700
        push dword 2
        popfd
        ENDTRY
        TRY pushf_rf, "popf of RF and VM"
        push dword 0x30002
        popfd
        pushfd
        pop eax
        ENDTRY
        ret

; Prints the stack of an inner ring: SS, ESP and as many words as ECX says.
inner:
        mov eax, ss
        call hex16
        PRINT ":"
        mov eax, esp
        call hex32
        mov esi, esp
.next:
        PRINT " "
        add esi, 4
        mov eax, [ss:esi]
        call hex32
        loop .next
        PRINT " "
        ret

%macro CALL_GATE_TEST 3                 ; name, text, instruction in ring 3
        TRY %1, %2
        RING 3
        push dword 0x33333333
        push dword 0x22222222
        push dword 0x11111111
        HERE .at
        %3
        ENDTRY
%endmacro

call_gates:
        CALLGATE 0x70, CODE0, gate_target0, 3, 0xEC
        CALL_GATE_TEST cg_inner, "call gate to ring 0", call 0x70:0
        CALL_GATE_TEST cg_rpl, "call gate, RPL 3 of the selector", call 0x73:0
        CALL_GATE_TEST cg_jump, "jump through a call gate to ring 0", jmp 0x70:0
        CALLGATE 0x70, CODE1, gate_target1, 2, 0xEC
        CALL_GATE_TEST cg_ring1, "call gate to ring 1", call 0x70:0
        CALLGATE 0x70, CODE3, gate_target3, 2, 0xEC
        CALL_GATE_TEST cg_same, "call gate to ring 3", call 0x70:0
        TRY cg_jump_same, "jump through a call gate to ring 3"
        RING 3
        jmp 0x70:0
        ENDTRY
        CALLGATE 0x70, CODE0, gate_target0, 3, 0x8C
        CALL_GATE_TEST cg_dpl, "call gate of DPL 0", call 0x70:0
        CALLGATE 0x70, CODE0, gate_target0, 3, 0xCC
        CALL_GATE_TEST cg_dpl2, "call gate of DPL 2", call 0x70:0
        CALLGATE 0x70, CODE0, gate_target0, 3, 0x6C
        CALL_GATE_TEST cg_absent, "call gate not present", call 0x70:0
        CALLGATE 0x70, 0, gate_target0, 3, 0xEC
        CALL_GATE_TEST cg_null, "call gate to null", call 0x70:0
        CALLGATE 0x70, DATA0, gate_target0, 3, 0xEC
        CALL_GATE_TEST cg_data, "call gate to data", call 0x70:0
        CALLGATE 0x70, 0x209, gate_target0, 3, 0xEC
        CALL_GATE_TEST cg_outside, "call gate to outside of the GDT", call 0x70:0
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF1A00
        CALLGATE 0x70, SPARE, gate_target0, 3, 0xEC
        CALL_GATE_TEST cg_target_absent, "call gate to code not present", call 0x70:0
        DESCRIPTOR SPARE, 0x0000000F, 0x00409A00
        CALLGATE 0x70, SPARE, gate_target1, 3, 0xEC
        CALL_GATE_TEST cg_limit, "call gate beyond the limit", call 0x70:0
        CALLGATE 0x70, CODE16, gate_target16 - rom, 2, 0xE4
        TRY cg_16, "16-bit call gate to ring 0"
        RING 3
        push dword 0x22221111
        HERE .at
        call 0x70:0
        ENDTRY
        TRY cg_ring0, "call gate in ring 0"
        CALLGATE 0x70, CODE0, gate_back, 5, 0xEC
        mov ebx, esp
        call 0x70:0
        sub ebx, esp
        mov eax, ebx
        ENDTRY
        CALLGATE 0x70, CODE0, gate_return, 2, 0xEC
        TRY cg_return, "call gate and back, releasing parameters"
        RING 3
        push dword 0x22222222
        push dword 0x11111111
        HERE .at
        call 0x70:0
        mov eax, cs
        shl eax, 16
        mov ax, sp
        ENDTRY
        TRY call_ring0, "call of ring 0 code without a gate"
        RING 3
        HERE .at
        call CODE0:gate_target0
        ENDTRY
        TRY jmp_ring3, "jump from ring 0 to ring 3"
        jmp CODE3:gate_target0
        ENDTRY
        TRY jmp_rpl, "jump with RPL 3 in ring 0"
        jmp CODE0 + 3:gate_target0
        ENDTRY
        TRY jmp_null, "jump to null"
        jmp 0:gate_target0
        ENDTRY
        TRY jmp_ldt, "jump to an LDT descriptor"
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00008201
        jmp SPARE:0
        ENDTRY
        TRY call_same, "far call in ring 0"
        mov ebx, esp
        call CODE0:far_back
        sub ebx, esp
        mov eax, ebx
        ENDTRY
        TRY call_16, "far call with 16 bits"
        o16 call far [far_16]
        ENDTRY
        ret

gate_target0:
        mov ecx, 7
        call inner
        int 0x30
gate_target1:
        mov eax, esp
        shl eax, 16
        mov ax, cs
        int 0x30
gate_target3:
        mov eax, [esp]
        sub eax, [try_eip]
        shl eax, 16
        mov ax, cs
        int 0x30
gate_back:
        retf
gate_return:
        retf 8
far_back:
        retf
        bits 16
gate_target16:
        mov bp, sp
        mov eax, [bp]
        shl eax, 16
        mov ax, [bp + 4]
        mov ebx, [bp + 8]
        shl ebx, 8
        xor eax, ebx
        int 0x30
call16_target:
        mov bp, sp
        mov eax, [bp]
        sub ax, call_16 - rom
        int 0x30
        bits 32

%macro RETURN_TEST 5                    ; name, text, CS, SS, instruction
        TRY %1, %2
        push dword %4
        push dword RING3_STACK
        push dword %3
        push dword return_target
        HERE .at
        %5
        ENDTRY
%endmacro
%macro IRET_TEST 5                      ; name, text, CS, SS, flags
        TRY %1, %2
        push dword %4
        push dword RING3_STACK
        push dword %5
        push dword %3
        push dword return_target
        HERE .at
        iretd
        ENDTRY
%endmacro

return_target:
        mov ax, ds
        shl eax, 16
        mov ax, cs
        int 0x30

returns:
        RETURN_TEST r_outer, "retf to ring 3", CODE3, DATA3, retf
        RETURN_TEST r_null, "retf to null", 0, DATA3, retf
        RETURN_TEST r_data, "retf to data", DATA3, DATA3, retf
        RETURN_TEST r_rpl, "retf to ring 3 code with RPL 0", CODE3 & ~3, DATA3, retf
        RETURN_TEST r_ss_null, "retf with null ss", CODE3, 0, retf
        RETURN_TEST r_ss_rpl, "retf with ss of RPL 0", CODE3, DATA3 & ~3, retf
        RETURN_TEST r_ss_dpl, "retf with ss of DPL 0", CODE3, DATA0 | 3, retf
        RETURN_TEST r_ss_code, "retf with ss a code segment", CODE3, CODE3, retf
        RETURN_TEST r_ss_out, "retf with ss outside of the GDT", CODE3, 0x203, retf
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF7200
        RETURN_TEST r_ss_absent, "retf with ss not present", CODE3, SPARE + 3, retf
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF7A00
        RETURN_TEST r_absent, "retf to code not present", SPARE + 3, DATA3, retf
        DESCRIPTOR SPARE, 0x0000000F, 0x0040FA00
        RETURN_TEST r_limit, "retf beyond the limit", SPARE + 3, DATA3, retf
        RETURN_TEST r_outside, "retf outside of the GDT", 0x20B, DATA3, retf
        RETURN_TEST r_release, "retf to ring 3 with release", CODE3, DATA3, retf 0
        IRET_TEST i_outer, "iret to ring 3", CODE3, DATA3, 0x202
        IRET_TEST i_flags, "iret to ring 3 with IOPL 3", CODE3, DATA3, 0x3002
        IRET_TEST i_ring1, "iret to ring 1", CODE1, DATA1, 2
        IRET_TEST i_null, "iret to null", 0, DATA3, 2
        IRET_TEST i_ss, "iret with ss of ring 0", CODE3, DATA0, 2
        IRET_TEST i_absent, "iret with ss not present", CODE3, SPARE + 8, 2
        TRY i_inward, "iret from ring 3 to ring 0"
        RING 3
        push dword 2
        push dword CODE0
        push dword return_target
        HERE .at
        iretd
        ENDTRY
        TRY r_inward, "retf from ring 3 to ring 0"
        RING 3
        push dword CODE0
        push dword return_target
        HERE .at
        retf
        ENDTRY
        TRY i_same, "iret in ring 0"
        mov ebx, esp
        pushfd
        push cs
        push dword .back
        iretd
.back:
        sub ebx, esp
        mov eax, ebx
        ENDTRY
        TRY segments_dropped, "data segments after iret to ring 3"
        mov ax, DATA3
        mov es, ax
        mov ax, CODE1
        mov fs, ax
        mov dword [gdt + SPARE], 0x0000FFFF
        mov dword [gdt + SPARE + 4], 0x00CF9E00
        mov ax, SPARE
        mov gs, ax
        push dword DATA3
        push dword RING3_STACK
        push dword 2
        push dword CODE3
        push dword .target
        iretd
.target:
        mov ax, ds
        shl eax, 8
        mov al, 0
        mov bx, es
        add eax, ebx
        shl eax, 8
        mov bx, fs
        or al, bl
        shl eax, 8
        mov bx, gs
        or al, bl
        ENDTRY
        ret

%macro STACK_TEST 4                     ; name, text, SS0, ESP0
        mov dword [main_tss + 4], %4
        mov dword [main_tss + 8], %3
        TRY %1, %2
        CALLGATE 0x70, CODE1, gate_target1, 0, 0xEC
        mov dword [main_tss + 12], %4
        mov dword [main_tss + 16], %3
        mov dword [main_tss + 4], RING0_STACK - 0x800
        mov dword [main_tss + 8], DATA0
        RING 3
        HERE .at
        call 0x70:0
        ENDTRY
%endmacro

stack_switch:
        STACK_TEST s_good, "inner stack", DATA1, 0x2F000
        STACK_TEST s_null, "inner stack null", 0, 0x2F000
        STACK_TEST s_null1, "inner stack null with RPL 1", 1, 0x2F000
        STACK_TEST s_rpl, "inner stack with RPL 0", DATA1 & ~3, 0x2F000
        STACK_TEST s_dpl, "inner stack of DPL 0", DATA0 | 1, 0x2F000
        STACK_TEST s_code, "inner stack in code", CODE1, 0x2F000
        STACK_TEST s_outside, "inner stack outside of the GDT", 0x201, 0x2F000
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF3200
        STACK_TEST s_absent, "inner stack not present", SPARE + 1, 0x2F000
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CFB000
        STACK_TEST s_readonly, "inner stack read-only", SPARE + 1, 0x2F000
        DESCRIPTOR SPARE, 0x000000FF, 0x0040B200
        STACK_TEST s_small, "inner stack too small", SPARE + 1, 12
        mov dword [main_tss + 12], RING1_STACK
        mov dword [main_tss + 16], DATA1
        ; The same through an interrupt gate.
        GATE 0x31, CODE1, gate_target1, 0xEE
        TRY s_int, "interrupt gate to ring 1"
        RING 3
        int 0x31
        ENDTRY
        mov dword [main_tss + 16], 1
        TRY s_int_null, "interrupt gate with a null inner stack"
        RING 3
        HERE .at
        int 0x31
        ENDTRY
        mov dword [main_tss + 16], DATA1
        ; A TSS that ends before the stack of ring 1: limit 0Bh.
        mov byte [gdt + TSS_MAIN], 0x0B
        and byte [gdt + TSS_MAIN + 5], ~2
        mov eax, TSS_MAIN
        ltr ax
        TRY s_short, "TSS without a stack for ring 1"
        RING 3
        HERE .at
        int 0x31
        ENDTRY
        mov byte [gdt + TSS_MAIN], 0x67
        and byte [gdt + TSS_MAIN + 5], ~2
        mov eax, TSS_MAIN
        ltr ax
        ; A 16-bit TSS.
        mov dword [gdt + SPARE], (tss16 - rom) << 16 | 0x2B
        mov dword [gdt + SPARE + 4], 0x00008101
        mov eax, SPARE
        ltr ax
        TRY s_tss16, "inner stack from a 16-bit TSS"
        RING 3
        int 0x31
        ENDTRY
        TRY s_tss16_in, "ports with a 16-bit TSS"
        RING 3
        HERE .at
        in al, 0x80
        ENDTRY
        and byte [gdt + TSS_MAIN + 5], ~2
        mov eax, TSS_MAIN
        ltr ax
        ret

conforming:
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF9E00
        TRY c_call, "call of conforming code in ring 3"
        RING 3
        call SPARE:gate_target1
        ENDTRY
        TRY c_rpl, "call of conforming code with RPL 3 in ring 0"
        call SPARE + 3:gate_target1
        ENDTRY
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CFFE00
        TRY c_outer, "call of conforming code of DPL 3 in ring 0"
        call SPARE:gate_target1
        ENDTRY
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF9E00
        GATE 0x31, SPARE, gate_target3, 0xEE
        TRY c_gate, "interrupt gate to conforming code"
        RING 3
        HERE .at
        int 0x31
        ENDTRY
        TRY c_return, "retf to conforming code of a lower DPL"
        push dword DATA3
        push dword RING3_STACK
        push dword SPARE + 3
        push dword return_target
        retf
        ENDTRY
        ret

port_rights:
        ; Ports 80h to 87h: 80h and 81h allowed, 82h not, 83h to 87h allowed; then nothing.
        mov edi, main_tss + 104
        mov ecx, 18
        mov al, 0xFF
        cld
        rep stosb
        mov byte [main_tss + 104 + 16], 0x04
        mov word [gdt + TSS_MAIN], 104 + 17
        and byte [gdt + TSS_MAIN + 5], ~2
        mov eax, TSS_MAIN
        ltr ax
        TRY io_80, "in al, 80h with the bitmap"
        RING 3
        in al, 0x80
        xor eax, eax
        ENDTRY
        PRIVILEGED io_82, "in al, 82h", in al, 0x82
        TRY io_80w, "in ax, 80h"
        RING 3
        in ax, 0x80
        xor eax, eax
        ENDTRY
        PRIVILEGED io_81w, "in ax, 81h", in ax, 0x81
        PRIVILEGED io_83d, "out 83h, eax", out 0x83, eax
        PRIVILEGED io_85d, "out 85h, eax", out 0x85, eax
        PRIVILEGED io_88, "in al, 88h, the map's last byte", in al, 0x88
        PRIVILEGED io_90, "in al, 90h, beyond the limit", in al, 0x90
        TRY io_outs, "outsb allowed"
        mov esi, out_bytes
        RING 3
        mov edx, 0x80
        mov ecx, 3
        rep outsb
        lea eax, [esi - out_bytes]
        ENDTRY
        TRY io_outs_refused, "outsb refused"
        mov esi, out_bytes
        RING 3
        mov edx, 0x82
        mov ecx, 3
        HERE .at
        rep outsb
        ENDTRY
        TRY io_iopl, "in with IOPL 3"
        mov dword [ring_flags], 0x3002
        RING 3
        in al, 0x82
        xor eax, eax
        ENDTRY
        mov dword [ring_flags], 2
        ret

        align 4
far_16: dw call16_target - rom, CODE16
out_bytes: db 1, 2, 3
        align 4
tss16:
        dw 0
        dw 0x6800, DATA0                ; ring 0
        dw 0x5F00, DATA1                ; ring 1
        times 44 - 10 db 0
