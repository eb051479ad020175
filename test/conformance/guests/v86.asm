; Virtual-8086 mode: entering and leaving it, what traps with IOPL below 3, and a monitor that reflects interrupts.

%define SEGMENT 0x1000                  ; the image as the program in virtual-8086 mode sees it

; V86 name, "text", IOPL: goes on at .v86 in virtual-8086 mode.
%macro V86 3
        TRY %1, %2
        mov dword [v86_flags], 0x20002 | ((%3) << 12)
        mov dword [try_eip], .v86 - rom
        mov eax, .v86 - rom
        jmp enter_v86
        bits 16
.v86:
%endmacro
%macro ENDV86 0
        int 0x30
        bits 32
.done:
%endmacro

enter_v86:
        push dword 0x3333               ; GS
        push dword 0x2222               ; FS
        push dword SEGMENT              ; DS
        push dword 0x1111               ; ES
        push dword 0x2000               ; SS
        push dword 0x0100               ; ESP
        push dword [v86_flags]
        push dword SEGMENT              ; CS
        push eax
        iretd

guest:
        call basics
        call trapping
        call allowed
        call monitor
        ret

basics:
        V86 enter, "state", 3
        mov ax, es
        shl eax, 16
        mov ax, ss
        ENDV86
        V86 registers, "fs and gs", 3
        mov ax, fs
        shl eax, 16
        mov ax, gs
        ENDV86
        mov dword [trap_hook], show_frame
        V86 frame, "frame of a trap", 3
        mov ax, 0x4444
        mov fs, ax
        ud2
        ENDV86
        mov dword [trap_hook], 0
        V86 wraps, "address arithmetic as in real mode", 3
        mov ax, 0x1234
        mov ds, ax
        mov bx, 0x10
        mov [bx], ax
        mov cx, 0x1235
        mov es, cx
        mov ax, [es:0]
        movzx eax, ax
        ENDV86
        V86 limit, "an offset above FFFF", 3
        mov ebx, 0x10000
        mov al, [ebx]
        ENDV86
        V86 word_limit, "a word at FFFF", 3
        mov bx, 0xFFFF
        mov ax, [bx]
        ENDV86
        V86 stack_limit, "a push at SP = 1", 3
        mov sp, 1
        push ax
        ENDV86
        V86 divide, "division error", 3
        xor cx, cx
        div cx
        ENDV86
        V86 far_jump, "far jump", 3
        jmp 0x1001:(.there - rom - 16)
.there:
        mov eax, 0
        mov ax, cs
        ENDV86
        ret

; Shows the nine words of a frame from virtual-8086 mode, and that the handler's data segments were null.
show_frame:
        lea esi, [ebp + F_EIP]
        add esi, 4
        mov ecx, 8
.next:
        mov eax, [esi]
        call hex32
        PRINT " "
        add esi, 4
        loop .next
        mov eax, [ebp]
        call hex16
        PRINT " "
        mov eax, [ebp + 4]
        call hex16
        PRINT " "
        mov eax, [ebp + 8]
        call hex16
        PRINT " "
        mov eax, [ebp + 12]
        call hex16
        PRINT " "
        ret

; V86_TRAP name, "text", instruction: in virtual-8086 mode with IOPL 0.
%macro V86_TRAP 3+
        V86 %1, %2, 0
        %3
        ENDV86
%endmacro
%macro V86_FINE 3+
        V86 %1, %2, 3
        %3
        xor eax, eax
        ENDV86
%endmacro

trapping:
        V86_TRAP t_cli, "cli", cli
        V86_TRAP t_sti, "sti", sti
        V86_TRAP t_pushf, "pushf", pushf
        V86_TRAP t_popf, "popf", popf
        V86_TRAP t_pushfd, "pushfd", {o32 pushf}
        V86_TRAP t_int, "int 21h", int 0x21
        V86_TRAP t_int3, "int3", int3
        V86_TRAP t_iret, "iret", iret
        V86_TRAP t_in, "in al, 80h", in al, 0x80
        V86_TRAP t_hlt, "hlt", hlt
        V86_TRAP t_lgdt, "lgdt", lgdt [0]
        V86_TRAP t_clts, "clts", clts
        V86_TRAP t_cr0, "mov eax, cr0", mov eax, cr0
        V86_TRAP t_lldt, "lldt", lldt ax
        V86_TRAP t_sldt, "sldt", sldt ax
        V86_TRAP t_str, "str", str ax
        V86_TRAP t_lar, "lar", lar ax, bx
        V86_TRAP t_verr, "verr", verr ax
        V86_TRAP t_arpl, "arpl", arpl ax, bx
        V86_TRAP t_smsw, "smsw", smsw ax
        ret

allowed:
        V86_FINE a_cli, "cli with IOPL 3", cli
        V86_FINE a_pushf, "pushf with IOPL 3", pushf
        V86_FINE a_hlt, "hlt with IOPL 3", hlt
        V86_FINE a_in, "in with IOPL 3", in al, 0x82
        V86 a_popf, "popf with IOPL 3", 3
        o32 push dword 0x40202
        o32 popf
        o32 pushf
        o32 pop eax
        cli
        ENDV86
        V86 a_iret, "iret with IOPL 3", 3
        push word 0x0202
        push cs
        push word .back - rom
        iret
.back:
        o32 pushf
        o32 pop eax
        cli
        ENDV86
        GATE 0x31, CODE3, 0x1234, 0xEE
        V86 a_gate3, "int to a gate of ring 3", 3
        int 0x31
        ENDV86
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF9E00
        GATE 0x31, SPARE, 0x1234, 0xEE
        V86 a_conforming, "int to conforming code", 3
        int 0x31
        ENDV86
        GATE 0x31, CODE16, gate16 - rom, 0xE6
        V86 a_gate16, "int through a 16-bit gate", 3
        mov ax, 0x5A5A
        int 0x31
        ENDV86
        ret

        bits 16
gate16:
        mov bp, sp
        mov ax, [bp + 2]
        shl eax, 16
        mov ax, [bp + 4]
        int 0x30
        bits 32

; A monitor: INT n in virtual-8086 mode with IOPL 0 goes to the program's own handler, IRET comes back.
monitor:
        mov dword [trap_hook], reflect
        mov word [0x21 * 4], handler21 - rom
        mov word [0x21 * 4 + 2], SEGMENT
        V86 m_reflect, "a reflected int 21h", 0
        mov ax, 0x0102
        int 0x21
        int 0x21
        movzx eax, ax
        hlt
        ENDV86
        mov dword [trap_hook], 0
        ret

        bits 16
handler21:
        add ax, 0x1010
        iret
        bits 32

; #GP in the monitor: INT 21h and IRET are interpreted, HLT is the end.
reflect:
        cmp dword [ebp + F_VECTOR], 13
        jne .end
        movzx esi, word [ebp + F_CS]
        shl esi, 4
        add esi, [ebp + F_EIP]
        movzx edi, word [ebp + F_SS]
        shl edi, 4
        movzx ecx, word [ebp + F_ESP]
        mov al, [esi]
        cmp al, 0xCD
        je .int
        cmp al, 0xCF
        je .iret
.end:
        ret
.int:
        sub cx, 6
        mov [ebp + F_ESP], cx
        mov ax, [ebp + F_EFLAGS]
        mov [edi + ecx + 4], ax
        mov ax, [ebp + F_CS]
        mov [edi + ecx + 2], ax
        mov ax, [ebp + F_EIP]
        add ax, 2
        mov [edi + ecx], ax
        movzx eax, byte [esi + 1]
        movzx ebx, word [eax * 4]
        mov [ebp + F_EIP], ebx
        mov bx, [eax * 4 + 2]
        mov [ebp + F_CS], bx
        jmp .resume
.iret:
        mov ax, [edi + ecx]
        mov [ebp + F_EIP], ax
        mov ax, [edi + ecx + 2]
        mov [ebp + F_CS], ax
        add cx, 6
        mov [ebp + F_ESP], cx
.resume:
        PRINT "+"
        mov esp, ebp
        pop gs
        pop fs
        pop es
        pop ds
        popad
        add esp, 8
        iretd

        align 4
v86_flags: dd 0
