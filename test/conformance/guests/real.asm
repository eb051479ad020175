; REAL_MODE_GUEST
; Real mode: registers after reset, the vector table, limits, unreal mode, and there and back.

; In real mode results go to a table of doublewords at 0500h, which is printed afterwards.
%macro NOTE 1
        mov dword [fs:di], %1
        add di, 4
%endmacro

        bits 16
guest16:
        ; What reset leaves.
        push ds
        xor ax, ax
        mov fs, ax
        mov di, 0x500
        mov eax, cr0
        mov [fs:di], eax
        add di, 4
        o32 pushf
        pop dword [fs:di]
        add di, 4
        mov eax, dr6
        mov [fs:di], eax
        add di, 4
        mov eax, dr7
        mov [fs:di], eax
        add di, 4
        ; All vectors lead to one handler, which notes the frame.
        mov ax, 0
        mov es, ax
        mov bx, 0
        mov cx, 32
.vector:
        mov word [es:bx], handler - rom
        mov word [es:bx + 2], 0x1000
        add bx, 4
        loop .vector

        mov word [resume16], .after_div - rom
        mov word [base16], .div - rom
        xor cx, cx
.div:
        div cx
.after_div:
        mov word [resume16], .after_int - rom
        mov word [base16], .int - rom
        sti
.int:
        int 3
.after_int:
        cli
        mov word [resume16], .after_limit - rom
        mov word [base16], .limit - rom
        mov bx, 0xFFFF
.limit:
        mov ax, [bx]
.after_limit:
        mov word [resume16], .after_stack - rom
        mov word [base16], .stack - rom
.stack:
        mov ax, [ss:0xFFFF]
.after_stack:
        mov word [resume16], .after_ud - rom
        mov word [base16], .ud - rom
.ud:
        lldt ax
.after_ud:
        mov word [resume16], .after_bound - rom
        mov word [base16], .bound - rom
        mov ax, 9
.bound:
        bound ax, [bounds16]
.after_bound:
        mov word [resume16], .after_idt - rom
        mov word [base16], .idt - rom
        lidt [short_idt]
.idt:
        int 0x20
.after_idt:
        lidt [real_idt]
        ; TF: the trap comes after the next instruction.
        mov word [resume16], .after_step - rom
        mov word [base16], .step - rom
        pushf
        pop ax
        or ah, 1
        push ax
        popf
.step:
        nop
        nop
.after_step:
        ; The frame of INT in real mode: flags, CS, IP; IF and TF are cleared in the handler.
        mov dword [fs:di], 0xEEEEEEEE
        add di, 4
        ; Unreal mode: a 4 GiB limit survives the return to real mode.
        o32 lgdt [gdt_pointer - rom]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        mov bx, DATA0
        mov gs, bx
        and al, 0xFE
        mov cr0, eax
        xor bx, bx
        mov gs, bx
        mov ebx, 0x10000
        mov eax, [gs:ebx]
        mov [fs:di], eax
        add di, 4
        mov eax, cr0
        mov [fs:di], eax
        add di, 4
        ; LMSW can enter protected mode, but not leave it. A far jump is not even needed.
        smsw ax
        or al, 1
        lmsw ax
        mov bx, DATA16
        mov gs, bx
        mov eax, [gs:0]
        mov [fs:di], eax
        add di, 4
        mov eax, cr0
        and al, 0xFE
        mov cr0, eax
        ; 16-bit pushes, wrapping addresses.
        mov eax, 0x12345678
        mov bx, sp
        push eax
        pop cx
        pop dx
        mov ax, cx
        shl eax, 16
        mov ax, dx
        mov [fs:di], eax
        add di, 4
        mov ax, 0xFFFF
        mov es, ax
        xor eax, eax
        mov ax, [es:0x10]
        xor ax, [fs:0]
        mov [fs:di], eax
        add di, 4
        mov [fs:0x4FC], di
        pop ds
        ret

; Notes IP relative to [base16], CS, FLAGS (system bits), SP moved, vector unknown: the frame says enough.
handler:
        push bp
        mov bp, sp
        push eax
        mov ax, [bp + 2]
        sub ax, [cs:base16]
        mov [fs:di], ax
        mov ax, [bp + 4]
        mov [fs:di + 2], ax
        mov ax, [bp + 6]
        and ax, 0x7700
        mov [fs:di + 4], ax
        pushf
        pop ax
        and ax, 0x7700
        mov [fs:di + 6], ax
        add di, 8
        pop eax
        pop bp
        add sp, 6
        push word 2
        popf
        jmp word [cs:resume16]

        bits 32
guest:
        mov ebx, 0x500
        movzx ecx, word [0x4FC]
        mov edx, 0
.next:
        cmp ebx, ecx
        jae .end
        mov eax, edx
        call hex8
        PRINT " "
        mov eax, [ebx]
        call hex32
        call crlf
        add ebx, 4
        inc edx
        jmp .next
.end:
        ; From protected mode to real mode and back, with interrupts in between.
        TRY back_and_forth, "to real mode and back"
        jmp CODE16:(.sixteen - rom)
        bits 16
.sixteen:
        mov ax, DATA16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, 0xFE
        mov cr0, eax
        jmp 0x1000:(.real - rom)
.real:
        mov ax, 0x1000
        mov ds, ax
        xor ax, ax
        mov ss, ax
        mov sp, 0x6000
        mov fs, ax
        mov di, 0x600
        o32 lidt [real_idt]
        mov word [resume16], .after - rom
        mov word [base16], .at - rom
.at:
        int 0x10
.after:
        mov ax, cs
        mov ds, ax
        o32 lidt [idt_pointer - rom]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword CODE0:.back
        bits 32
.back:
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, [resume_esp]
        mov eax, [0x600]
        ENDTRY
        ret

        align 4
base16 equ $ - rom
        dw 0
resume16 equ $ - rom
        dw 0
bounds16 equ $ - rom
        dw 0, 5
short_idt equ $ - rom
        dw 0x7F
        dd 0
real_idt equ $ - rom
        dw 0x3FF
        dd 0
