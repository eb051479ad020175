; Interrupts from the timer through the interrupt controllers: when they are let in, where they return to, HLT, masks.

%define PIC 0x20
%define PIT 0x40

guest:
        mov al, 0x11                    ; ICW1: edge triggered, cascade, ICW4 follows
        out PIC, al
        out 0xA0, al
        mov al, 0x20                    ; ICW2: vectors 20h and 28h
        out PIC + 1, al
        mov al, 0x28
        out 0xA1, al
        mov al, 4                       ; ICW3
        out PIC + 1, al
        mov al, 2
        out 0xA1, al
        mov al, 1                       ; ICW4: 8086 mode
        out PIC + 1, al
        out 0xA1, al
        mov al, 0xFE                    ; the timer alone
        out PIC + 1, al
        mov al, 0xFF
        out 0xA1, al
        call windows
        call rate
        ret

; Starts a single shot and waits until the controller has the request.
pending:
        push eax
        mov al, 0x30
        out PIT + 3, al
        mov al, 0x00
        out PIT, al
        mov al, 0x04
        out PIT, al
        mov al, 0x0A
        out PIC, al
.wait:
        in al, PIC
        test al, 1
        jz .wait
        pop eax
        ret

; What the controller has in service, and the end of the interrupt.
in_service:
        PRINT "  in service="
        mov al, 0x0B
        out PIC, al
        in al, PIC
        call hex8
        mov al, 0x20
        out PIC, al
        mov al, 0x0B
        out PIC, al
        in al, PIC
        call hex8
        call crlf
        ret

windows:
        TRY i_sti, "sti with an interrupt pending"
        call pending
        HERE .at
        sti
        nop
        nop
        ENDTRY
        call in_service
        TRY i_sti_cli, "sti, cli"
        call pending
        sti
        cli
        nop
        xor eax, eax
        ENDTRY
        TRY i_popf, "popf that sets IF"
        push dword 0x202
        HERE .at
        popfd
        nop
        ENDTRY
        call in_service
        TRY i_iret, "iret that sets IF"
        call pending
        push dword 0x202
        push cs
        push dword .target
        mov dword [try_eip], .target
        iretd
.target:
        nop
        nop
        ENDTRY
        call in_service
        TRY i_mov_ss, "sti, mov ss"
        call pending
        mov ax, ss
        HERE .at
        sti
        mov ss, ax
        nop
        nop
        ENDTRY
        call in_service
        TRY i_hlt, "hlt until the timer"
        mov al, 0x30
        out PIT + 3, al
        mov al, 0
        out PIT, al
        mov al, 0x10
        out PIT, al
        HERE .at
        sti
        hlt
        nop
        ENDTRY
        call in_service
        TRY i_hlt_pending, "sti, hlt with an interrupt pending"
        call pending
        HERE .at
        sti
        hlt
        nop
        ENDTRY
        call in_service
        TRY i_ring3, "in ring 3"
        call pending
        mov dword [ring_flags], 0x202
        mov dword [try_eip], .loop
        RING 3
.loop:
        jmp .loop
        ENDTRY
        mov dword [ring_flags], 2
        call in_service
        TRY i_masked, "masked at the controller"
        mov al, 0xFF
        out PIC + 1, al
        call pending
        sti
        nop
        nop
        cli
        mov al, 0xFE
        out PIC + 1, al
        xor eax, eax
        ENDTRY
        TRY i_unmasked, "and unmasked"
        HERE .at
        sti
        nop
        nop
        ENDTRY
        call in_service
        TRY i_service, "a second one while the first is in service"
        call pending
        sti
        nop
        nop
        ENDTRY
        call pending
        TRY i_service2, "  it waits"
        sti
        nop
        nop
        cli
        xor eax, eax
        ENDTRY
        mov al, 0x20
        out PIC, al
        TRY i_service3, "  until the end of the first"
        HERE .at
        sti
        nop
        nop
        ENDTRY
        call in_service
        GATE 0x20, CODE0, stubs + 0x20 * stub_size, 0x8F
        TRY i_trap_gate, "through a trap gate IF stays"
        mov dword [trap_hook], note_flags
        call pending
        HERE .at
        sti
        nop
        nop
        ENDTRY
        mov dword [trap_hook], 0
        mov eax, [seen_flags]
        PRINT "  flags in the handler="
        call hex16
        call crlf
        GATE 0x20, CODE0, stubs + 0x20 * stub_size, 0x8E
        call in_service
        ret

note_flags:
        pushfd
        pop eax
        cli
        and eax, 0x7700
        mov [seen_flags], eax
        ret

; Five ticks of a periodic timer, counted by a handler that returns.
rate:
        mov dword [trap_hook], count
        mov dword [ticks], 0
        mov al, 0x34
        out PIT + 3, al
        mov al, 0x00
        out PIT, al
        mov al, 0x10
        out PIT, al
        TRY r_five, "five ticks"
        sti
.wait:
        hlt
        cmp dword [ticks], 5
        jb .wait
        cli
        mov eax, [ticks]
        ENDTRY
        mov dword [trap_hook], 0
        mov al, 0xFF
        out PIC + 1, al
        ret

count:
        cmp dword [ebp + F_VECTOR], 0x20
        jne .end
        inc dword [ticks]
        mov al, 0x20
        out PIC, al
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

        align 4
seen_flags: dd 0
ticks: dd 0
