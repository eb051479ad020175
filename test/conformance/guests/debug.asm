; Debugging: single steps, breakpoints on code, data and ports, general detect, aliases, shadows, and what DR6 says.

guest:
        call steps
        call breakpoints
        call registers
        ret

; Prints DR6 behind a result, and clears it.
report:
        PRINT "  dr6="
        push eax
        mov eax, dr6
        call hex32
        PRINT " dr7="
        mov eax, dr7
        call hex32
        call crlf
        xor eax, eax
        mov dr7, eax
        mov dr6, eax
        pop eax
        ret

; A TRY that sets EFLAGS.TF at `.step`; eip is relative to it.
%macro STEP 2
        TRY %1, %2
        mov dword [try_eip], .step
        push dword 0x102
        popfd
.step:
%endmacro
%macro ENDSTEP 0
        ENDTRY
        call report
%endmacro

; Counts traps and goes on until [steps_left] is 0.
count_steps:
        cmp dword [ebp + F_VECTOR], 1
        jne .end
        mov eax, [ebp + F_EIP]
        sub eax, [try_eip]
        call hex8
        PRINT " "
        dec dword [steps_left]
        jz .end
        mov esp, ebp
        pop gs
        pop fs
        pop es
        pop ds
        popad
        add esp, 8
        iretd
.end:
        ret

steps:
        STEP s_nop, "nop"
        nop
        nop
        ENDSTEP
        STEP s_jump, "jmp"
        jmp short .target
        nop
.target:
        nop
        ENDSTEP
        STEP s_fault, "an instruction that faults"
        ud2
        ENDSTEP
        STEP s_int, "int 30h"
        int 0x30
        ENDSTEP
        STEP s_mov_ss, "mov ss"
        mov ax, ss
        mov ss, ax
        nop
        nop
        ENDSTEP
        mov dword [trap_hook], count_steps
        mov dword [steps_left], 3
        STEP s_movs, "rep movsb"
        mov ecx, 5
        mov esi, data_here
        mov edi, data_here
        rep movsb
        nop
        ENDSTEP
        mov dword [steps_left], 6
        STEP s_shadow, "mov ss, then more"
        mov ax, ss
        nop
        mov ss, ax
        nop
        nop
        nop
        nop
        nop
        ENDSTEP
        mov dword [steps_left], 20
        STEP s_popf, "popf clears TF"
        push dword 2
        popfd
        nop
        nop
        ENDSTEP
        mov dword [steps_left], 20
        STEP s_call, "call and ret"
        call .there
        nop
        push dword 2
        popfd
        jmp short .over
.there:
        ret
.over:
        ENDSTEP
        mov dword [steps_left], 20
        TRY s_iret, "iret sets TF"
        pushfd
        or dword [esp], 0x100
        push cs
        push dword .step
        mov dword [try_eip], .step
        iretd
.step:
        nop
        pushfd
        and dword [esp], ~0x100
        popfd
        nop
        ENDSTEP
        mov dword [trap_hook], 0
        TRY s_ring3, "a step in ring 3"
        mov dword [ring_flags], 0x102
        mov dword [try_eip], .step
        RING 3
.step:
        nop
        nop
        ENDSTEP
        mov dword [ring_flags], 2
        TRY s_int1, "int1"
        db 0xF1
        ENDSTEP
        ret

; WATCH name, "text", DR0, DR7
%macro WATCH 4
        TRY %1, %2
        mov eax, %3
        mov dr0, eax
        mov eax, %4
        mov dr7, eax
        mov dword [try_eip], .step
.step:
%endmacro

breakpoints:
        WATCH b_code, "breakpoint on code", .here, 0x00000002
        nop
        nop
.here:
        nop
        nop
        ENDSTEP
        mov dword [trap_hook], go_on_once
        mov dword [hits], 0
        WATCH b_resume, "a handler that sets RF", .here, 0x00000001
        nop
.here:
        inc eax
        nop
        mov eax, [hits]
        ENDSTEP
        mov dword [trap_hook], 0
        WATCH b_write, "write of the watched doubleword", data_here, 0x000D0001
        mov [data_here], eax
        nop
        ENDSTEP
        WATCH b_read_w, "read with a write breakpoint", data_here, 0x000D0001
        mov eax, [data_here]
        xor eax, eax
        ENDSTEP
        WATCH b_read, "read with a read/write breakpoint", data_here, 0x000F0001
        mov eax, [data_here]
        nop
        ENDSTEP
        WATCH b_byte_out, "the byte behind a watched byte", data_here, 0x00010001
        mov byte [data_here + 1], 0
        xor eax, eax
        ENDSTEP
        WATCH b_overlap, "a doubleword that overlaps a watched byte", data_here + 2, 0x00010001
        mov dword [data_here], 0
        nop
        ENDSTEP
        WATCH b_word, "a watched word, misaligned address", data_here + 1, 0x00050001
        mov byte [data_here], 0
        nop
        ENDSTEP
        WATCH b_push, "a push", RING0_STACK - 16, 0x000D0001
        sub esp, 0x1000
        mov esp, RING0_STACK - 12
        push eax
        nop
        ENDSTEP
        WATCH b_disabled, "a disabled breakpoint", data_here, 0x000D0000
        mov [data_here], eax
        xor eax, eax
        ENDSTEP
        WATCH b_two, "two breakpoints at once", data_here, 0x00DD0005
        mov dword [try_eip], .again
        mov ebx, data_here + 2
        mov dr1, ebx
        mov ebx, 0x00DD0005
        mov dr7, ebx
.again:
        mov dword [data_here], 1
        nop
        ENDSTEP
        WATCH b_rep, "rep stosb over a watched byte", data_here + 2, 0x00010001
        mov dword [try_eip], .at
        mov edi, data_here
        mov ecx, 4
.at:
        rep stosb
        nop
        ENDSTEP
        mov dword [trap_hook], note_ecx
        WATCH b_rep_count, "  how many were left", data_here + 2, 0x00010001
        mov edi, data_here
        mov ecx, 4
        rep stosb
        nop
        ENDSTEP
        mov dword [trap_hook], 0
        WATCH b_mov_ss, "a watched mov ss", data_here, 0x000F0001
        mov word [data_here + 4], DATA0
        mov word [data_here], DATA0
        mov dword [try_eip], .at
.at:
        mov ss, [data_here]
        nop
        nop
        ENDSTEP
        ; Ports, which CR4.DE allows.
        mov eax, cr4
        or eax, 8
        mov cr4, eax
        WATCH b_port, "out to a watched port", 0x80, 0x00020001
        out 0x80, al
        nop
        ENDSTEP
        WATCH b_port_in, "in from a watched port", 0x80, 0x00020001
        in al, 0x80
        nop
        ENDSTEP
        WATCH b_port_other, "another port", 0x80, 0x00020001
        out 0x81, al
        xor eax, eax
        ENDSTEP
        mov eax, cr4
        and eax, ~8
        mov cr4, eax
        ret

note_ecx:
        mov eax, [ebp + F_EAX - 4]
        call hex8
        PRINT " "
        ret

; Sets RF in the saved flags and goes on: the breakpoint must not hit again.
go_on_once:
        cmp dword [ebp + F_VECTOR], 1
        jne .end
        inc dword [hits]
        cmp dword [hits], 3
        ja .end
        or dword [ebp + F_EFLAGS], 0x10000
        mov esp, ebp
        pop gs
        pop fs
        pop es
        pop ds
        popad
        add esp, 8
        iretd
.end:
        ret

registers:
        TRY r_detect, "general detect: mov from dr0"
        mov eax, 0x2400
        mov dr7, eax
        HERE .at
        mov eax, dr0
        ENDSTEP
        TRY r_detect_write, "general detect: mov to dr6"
        mov eax, 0x2400
        mov dr7, eax
        HERE .at
        mov dr6, eax
        ENDSTEP
        TRY r_alias, "dr4 and dr5 are dr6 and dr7"
        mov eax, 0x455
        mov dr7, eax
        db 0x0F, 0x21, 0xEB             ; mov ebx, dr5
        db 0x0F, 0x21, 0xE0             ; mov eax, dr4
        shl ebx, 4
        xor eax, ebx
        ENDSTEP
        mov eax, cr4
        or eax, 8
        mov cr4, eax
        TRY r_no_alias, "dr4 with CR4.DE"
        db 0x0F, 0x21, 0xE0
        ENDSTEP
        mov eax, cr4
        and eax, ~8
        mov cr4, eax
        ret

        align 16
data_here: times 16 db 0
steps_left: dd 0
hits: dd 0
