; Every exception that an instruction can cause: vector, error code, saved EIP, flags.

guest:
        TRY divide_by_zero, "div by zero"
        xor edx, edx
        HERE .at
        div edx
        ENDTRY

        TRY divide_overflow, "div overflow"
        mov edx, 5
        mov ebx, 5
        HERE .at
        div ebx
        ENDTRY

        TRY idiv_overflow, "idiv 80000000h by -1"
        mov eax, 0x80000000
        cdq
        mov ebx, -1
        HERE .at
        idiv ebx
        ENDTRY

        TRY aam_zero, "aam 0"
        aam 0
        ENDTRY

        TRY breakpoint, "int3"
        int3
        ENDTRY

        TRY int_3, "int 3"
        db 0xCD, 3
        ENDTRY

        TRY overflow, "into"
        mov al, 0x7F
        inc al
        HERE .at
        into
        ENDTRY

        TRY no_overflow, "into without overflow"
        xor eax, eax
        into
        ENDTRY

        TRY bound_low, "bound below"
        mov eax, -3
        HERE .at
        bound eax, [bounds]
        ENDTRY

        TRY bound_high, "bound above"
        mov eax, 8
        HERE .at
        bound eax, [bounds]
        ENDTRY

        TRY bound_inside, "bound inside"
        mov eax, 7
        bound eax, [bounds]
        ENDTRY

        TRY bound_word, "bound with words"
        mov ax, 8
        HERE .at
        bound ax, [bounds16]
        ENDTRY

        TRY invalid_ud2, "ud2"
        ud2
        ENDTRY

        TRY invalid_lock, "lock mov"
        db 0xF0, 0x89, 0xC0
        ENDTRY

        TRY invalid_lea, "lea of a register"
        db 0x8D, 0xC0
        ENDTRY

        TRY invalid_mov_cs, "mov cs, ax"
        db 0x8E, 0xC8
        ENDTRY

        TRY invalid_les, "les of a register"
        db 0xC4, 0xC0
        ENDTRY

        TRY invalid_cr, "mov cr1, eax"
        db 0x0F, 0x22, 0xC8
        ENDTRY

        TRY invalid_rsm, "rsm outside of system management mode"
        db 0x0F, 0xAA
        ENDTRY

        TRY too_long, "an instruction of 16 bytes"
        times 15 db 0x26
        nop
        ENDTRY

        TRY not_too_long, "an instruction of 15 bytes"
        times 14 db 0x26
        nop
        xor eax, eax
        ENDTRY

        TRY device, "x87 with CR0.EM"
        mov eax, cr0
        or eax, 4
        mov cr0, eax
        HERE .at
        fninit
        ENDTRY
        mov eax, cr0
        and eax, ~4
        mov cr0, eax

        TRY device_ts, "x87 with CR0.TS"
        mov eax, cr0
        or eax, 8
        mov cr0, eax
        HERE .at
        fninit
        ENDTRY

        TRY device_wait, "wait with CR0.TS and CR0.MP"
        mov eax, cr0
        or eax, 10
        mov cr0, eax
        HERE .at
        wait
        ENDTRY

        TRY device_wait_ts, "wait with CR0.TS alone"
        mov eax, cr0
        and eax, ~2
        mov cr0, eax
        wait
        xor eax, eax
        ENDTRY
        clts

        TRY int_beyond, "int beyond the IDT"
        int 0x40
        ENDTRY

        mov dword [idt + 0x31 * 8 + 4], 0
        TRY int_no_gate, "int through an empty gate"
        int 0x31
        ENDTRY

        mov dword [idt + 0x32 * 8 + 4], 0x00010E00
        TRY int_not_present, "int through a gate that is not present"
        int 0x32
        ENDTRY

        GATE 0x33, 0, 0, 0x8E
        TRY int_null, "int to a null selector"
        int 0x33
        ENDTRY

        GATE 0x34, 0x1F8, 0, 0x8E
        TRY int_not_code, "int to an empty descriptor"
        int 0x34
        ENDTRY

        GATE 0x34, 0x208, 0, 0x8E
        TRY int_outside, "int to a selector outside of the GDT"
        int 0x34
        ENDTRY

        GATE 0x34, DATA0, 0, 0x8E
        TRY int_data, "int to a data segment"
        int 0x34
        ENDTRY

        GATE 0x34, CODE3, 0, 0x8E
        TRY int_outward, "int to ring 3"
        int 0x34
        ENDTRY

        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF1A00
        GATE 0x34, SPARE, 0, 0x8E
        TRY int_absent, "int to a segment that is not present"
        int 0x34
        ENDTRY

        DESCRIPTOR SPARE, 0x0000000F, 0x00409A00
        GATE 0x34, SPARE, trap_gate, 0x8E
        TRY int_limit, "int beyond the segment's limit"
        int 0x34
        ENDTRY

        GATE 0x35, CODE0, trap_gate, 0x8F
        TRY trap_gate_if, "flags in a trap gate's handler"
        sti
        nop
        int 0x35
        ENDTRY
        GATE 0x35, CODE0, trap_gate, 0x8E
        TRY interrupt_gate_if, "flags in an interrupt gate's handler"
        sti
        nop
        int 0x35
        ENDTRY

        GATE 0x36, CODE16, gate16 - rom, 0x86
        TRY gate_16, "a 16-bit gate"
        mov esi, esp
        mov ebx, eax
        int 0x36
        ENDTRY

        TRY ring3_gate, "int through a gate of ring 0 from ring 3"
        RING 3
        HERE .at
        int 0x31
        ENDTRY
        TRY ring3_int3, "int3 through a gate of ring 0 from ring 3"
        RING 3
        HERE .at
        int3
        ENDTRY
        TRY ring3_int1, "int1 through a gate of ring 0 from ring 3"
        RING 3
        HERE .at
        db 0xF1
        ENDTRY
        TRY ring3_div, "division error through a gate of ring 0 from ring 3"
        RING 3
        xor ecx, ecx
        HERE .at
        div ecx
        ENDTRY

        call alignment
        ret

alignment:
        mov eax, cr0
        or eax, 0x40000
        mov cr0, eax
        mov dword [ring_flags], 0x40002
        TRY alignment_ring0, "misaligned in ring 0 with CR0.AM and EFLAGS.AC"
        push dword 0x40002
        popfd
        mov eax, [bounds + 1]
        ENDTRY
        TRY alignment_read, "misaligned read in ring 3"
        RING 3
        HERE .at
        mov eax, [bounds + 1]
        ENDTRY
        TRY alignment_word, "misaligned word in ring 3"
        RING 3
        HERE .at
        mov ax, [bounds + 3]
        ENDTRY
        TRY alignment_fine, "aligned word in ring 3"
        RING 3
        mov eax, [bounds]
        movzx eax, word [bounds + 2]
        ENDTRY
        TRY alignment_stack, "misaligned push in ring 3"
        RING 3
        dec esp
        HERE .at
        push eax
        ENDTRY
        mov eax, cr0
        and eax, ~0x40000
        mov cr0, eax
        TRY alignment_off, "misaligned read in ring 3 without CR0.AM"
        RING 3
        mov eax, [bounds + 1]
        ENDTRY
        mov dword [ring_flags], 2
        ret

trap_gate:
        pushfd
        pop eax
        and eax, 0x7700
        int 0x30

        bits 16
gate16:
        mov bp, sp
        ; EAX: how far ESP moved and the saved CS.
        mov eax, esi
        sub eax, esp
        shl eax, 16
        mov ax, [bp + 2]
        int 0x30
        bits 32

        align 8
bounds: dd -2, 7
bounds16: dw -2, 7
