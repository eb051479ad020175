; What every conformance guest begins with. The image is a 64 KiB ROM that ends at 4 GiB (and below 1 MiB); it copies itself to
; 10000h, enters protected mode and goes on at `guest`. Results are lines of text on the serial port COM1.
;
; Memory: 07000h stack of ring 0, 06000h/05800h/05000h stacks of rings 1, 2, 3, 10000h the image, from 20000h on free.

        org 0x10000

%define COM1 0x3F8
%define RING0_STACK 0x7000
%define RING1_STACK 0x6000
%define RING2_STACK 0x5800
%define RING3_STACK 0x5000

%define CODE0 0x08
%define DATA0 0x10
%define CODE3 0x1B
%define DATA3 0x23
%define TSS_MAIN 0x28
%define CODE16 0x30
%define DATA16 0x38
%define CODE1 0x41
%define DATA1 0x49
%define CODE2 0x52
%define DATA2 0x5A
%define SPARE 0x60                      ; first descriptor that tests may define

; Prints text: PRINT "a line", 13, 10
%macro PRINT 1+
        call print_inline
        db %1, 0
%endmacro

; A line that says what is tried, the attempt itself, and what came of it:
;
;   TRY name, "what"
;       ...code that faults, or not...
;   ENDTRY
%macro TRY 2+
%1:
        PRINT %2, ": "
        mov [resume_esp], esp
        mov dword [resume], .done
        mov dword [try_eip], .code
.code:
%endmacro

; `HERE` moves the origin of the EIP that is printed to the next instruction.
%macro HERE 1
        mov dword [try_eip], %1
%1:
%endmacro

%macro ENDTRY 0
        int 0x30
.done:
%endmacro

; DESCRIPTOR selector, low, high: writes an entry of the GDT.
%macro DESCRIPTOR 3
        mov dword [gdt + ((%1) & 0xFFF8)], %2
        mov dword [gdt + ((%1) & 0xFFF8) + 4], %3
%endmacro

; GATE vector, selector, offset, type and DPL byte: writes an entry of the IDT. Clobbers nothing.
%macro GATE 4
        push eax
        mov eax, %3
        mov [idt + (%1) * 8], ax
        mov word [idt + (%1) * 8 + 2], %2
        mov word [idt + (%1) * 8 + 4], (%4) << 8
        shr eax, 16
        mov [idt + (%1) * 8 + 6], ax
        pop eax
%endmacro

; CALLGATE selector, target selector, offset, parameters, type and DPL byte: writes a call gate into the GDT.
%macro CALLGATE 5
        push eax
        mov eax, %3
        mov [gdt + ((%1) & 0xFFF8)], ax
        mov word [gdt + ((%1) & 0xFFF8) + 2], %2
        mov word [gdt + ((%1) & 0xFFF8) + 4], (%4) | ((%5) << 8)
        shr eax, 16
        mov [gdt + ((%1) & 0xFFF8) + 6], ax
        pop eax
%endmacro

; RING n: goes on in ring 1, 2 or 3 with flat segments and the flags in [ring_flags]. No general register but ESP changes.
%macro RING 1
        call to_ring%1
%endmacro

        bits 16
rom:
entry16:
        cli
        cld
        mov al, 0xFF                    ; no interrupts from devices until a guest asks for them
        out 0x21, al
        out 0xA1, al
        mov ax, 0xF000
        mov ds, ax
        mov ax, 0x1000
        mov es, ax
        xor si, si
        xor di, di
        mov cx, 0x4000
        rep movsd
        jmp 0x1000:(.copied - rom)
.copied:
        mov ax, 0x1000
        mov ds, ax
        xor ax, ax
        mov ss, ax
        mov sp, RING0_STACK
%ifdef REAL_MODE_GUEST
        call guest16
%endif
        o32 lgdt [gdt_pointer - rom]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword CODE0:start32

        bits 32
start32:
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, RING0_STACK
        lidt [idt_pointer]
        ; Gates to the stubs: interrupt gates of ring 0, vector 30h open to all.
        mov edi, idt
        mov eax, stubs
        mov ecx, 64
.gate:
        mov edx, eax
        mov [edi], dx
        mov word [edi + 2], CODE0
        mov word [edi + 4], 0x8E00
        shr edx, 16
        mov [edi + 6], dx
        add edi, 8
        add eax, stub_size
        loop .gate
        mov byte [idt + 0x30 * 8 + 5], 0xEE
        ; The main task state segment.
        mov dword [main_tss + 4], RING0_STACK - 0x800
        mov dword [main_tss + 8], DATA0
        mov dword [main_tss + 12], RING1_STACK
        mov dword [main_tss + 16], DATA1
        mov dword [main_tss + 20], RING2_STACK
        mov dword [main_tss + 24], DATA2
        mov word [main_tss + 0x66], 104
        mov ax, TSS_MAIN
        ltr ax
        call serial_init
        call guest
finish:
        PRINT "end", 13, 10
        ; QEMU's debug-exit port, then Bochs's shutdown port.
        mov al, 0
        out 0xF4, al
        mov esi, .shutdown
        mov dx, 0x8900
        mov ecx, 8
        cld
        rep outsb
.halt:
        cli
        hlt
        jmp .halt
.shutdown:
        db "Shutdown"

; --- Output -----------------------------------------------------------------------------------------------------------

serial_init:
        mov dx, COM1 + 1
        mov al, 0
        out dx, al
        mov dx, COM1 + 3
        mov al, 0x80
        out dx, al
        mov dx, COM1
        mov al, 1
        out dx, al
        mov dx, COM1 + 1
        mov al, 0
        out dx, al
        mov dx, COM1 + 3
        mov al, 3
        out dx, al
        ret

; Prints the character in AL.
putc:
        push edx
        push eax
        mov dx, COM1 + 5
.wait:
        in al, dx
        test al, 0x20
        jz .wait
        pop eax
        mov dx, COM1
        out dx, al
        pop edx
        ret

; Prints the text behind the call.
print_inline:
        xchg esi, [esp]
        push eax
.next:
        mov al, [cs:esi]
        inc esi
        test al, al
        jz .end
        call putc
        jmp .next
.end:
        pop eax
        xchg esi, [esp]
        ret

hex32:
        push ecx
        mov ecx, 8
        jmp hex
hex16:
        push ecx
        mov ecx, 4
        jmp hex
hex8:
        push ecx
        mov ecx, 2
; Prints the low ECX digits of EAX.
hex:
        push eax
        push ebx
        mov ebx, ecx
        shl ebx, 2
        neg ebx
        add ebx, 32
        xchg ecx, ebx
        shl eax, cl
        mov ecx, ebx
.digit:
        rol eax, 4
        push eax
        and al, 15
        cmp al, 10
        jb .decimal
        add al, 7
.decimal:
        add al, '0'
        call putc
        pop eax
        loop .digit
        pop ebx
        pop eax
        pop ecx
        ret

crlf:
        PRINT 13, 10
        ret

; --- Rings ------------------------------------------------------------------------------------------------------------

to_ring1:
        pop dword [ring_eip]
        push dword DATA1
        push dword RING1_STACK
        push dword [ring_flags]
        push dword CODE1
        push dword [ring_eip]
        push eax
        mov ax, DATA1
        jmp to_ring
to_ring2:
        pop dword [ring_eip]
        push dword DATA2
        push dword RING2_STACK
        push dword [ring_flags]
        push dword CODE2
        push dword [ring_eip]
        push eax
        mov ax, DATA2
        jmp to_ring
to_ring3:
        pop dword [ring_eip]
        push dword DATA3
        push dword RING3_STACK
        push dword [ring_flags]
        push dword CODE3
        push dword [ring_eip]
        push eax
        mov ax, DATA3
to_ring:
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        pop eax
        iretd

; --- Traps ------------------------------------------------------------------------------------------------------------

        align 16
stubs:
%assign vector 0
%rep 64
        align 16
%if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17)
        nop
        nop
%else
        push byte 0
%endif
        push dword vector
        jmp near trap
%assign vector vector + 1
%endrep
stub_size equ 16

; Frame: GS FS ES DS, EDI..EAX, vector, error code, EIP, CS, EFLAGS, and from other rings ESP, SS.
%define F_DS 12
%define F_ESI 20
%define F_EAX 44
%define F_VECTOR 48
%define F_ERROR 52
%define F_EIP 56
%define F_CS 60
%define F_EFLAGS 64
%define F_ESP 68
%define F_SS 72

trap:
        pushad
        push ds
        push es
        push fs
        push gs
        cld
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov eax, cr2
        mov [seen_cr2], eax
        mov ebp, esp
        cmp dword [trap_hook], 0
        je .plain
        call [trap_hook]
.plain:
        cmp dword [ebp + F_VECTOR], 0x30
        jne .exception
        PRINT "ok eax="
        mov eax, [ebp + F_EAX]
        call hex32
        jmp .resume
.exception:
        call print_trap
.resume:
        call crlf
        mov eax, [resume]
        test eax, eax
        jnz .go
        PRINT "unexpected", 13, 10
        jmp finish
.go:
        mov dword [resume], 0
        mov bx, DATA0
        mov ds, bx
        mov es, bx
        mov fs, bx
        mov gs, bx
        mov ss, bx
        mov esp, [resume_esp]
        push dword 2
        popfd
        jmp eax

; Prints what the frame at EBP says: exception, error code, distance of EIP, CS, the system flags, the stack.
print_trap:
        PRINT "#"
        mov eax, [ebp + F_VECTOR]
        call hex8
        PRINT " error="
        mov eax, [ebp + F_ERROR]
        call hex32
        PRINT " eip="
        mov eax, [ebp + F_EIP]
        sub eax, [try_eip]
        call hex32
        PRINT " cs="
        mov eax, [ebp + F_CS]
        call hex16
        PRINT " flags="
        mov eax, [ebp + F_EFLAGS]
        and eax, 0x003F7700
        call hex32
        test dword [ebp + F_EFLAGS], 0x20000
        jnz .outer
        test byte [ebp + F_CS], 3
        jnz .outer
        lea eax, [ebp + F_ESP]
        sub eax, [resume_esp]
        jz .stack
        PRINT " moved="
        call hex32
        jmp .stack
.outer:
        PRINT " ss="
        mov eax, [ebp + F_SS]
        call hex16
        PRINT " esp="
        mov eax, [ebp + F_ESP]
        call hex32
.stack:
        cmp dword [ebp + F_VECTOR], 14
        jne .end
        PRINT " cr2="
        mov eax, [seen_cr2]
        call hex32
.end:
        ret

; --- Data -------------------------------------------------------------------------------------------------------------

        align 8
gdt:
        dq 0
        dq 0x00CF9A000000FFFF           ; 08 code, ring 0, flat
        dq 0x00CF92000000FFFF           ; 10 data, ring 0, flat
        dq 0x00CFFA000000FFFF           ; 18 code, ring 3, flat
        dq 0x00CFF2000000FFFF           ; 20 data, ring 3, flat
        dw 0x67, main_tss - rom         ; 28 main TSS
        db 1, 0x89, 0, 0
        dq 0x00009A010000FFFF           ; 30 code, 16 bits, base 10000h
        dq 0x000092010000FFFF           ; 38 data, 16 bits, base 10000h
        dq 0x00CFBA000000FFFF           ; 40 code, ring 1, flat
        dq 0x00CFB2000000FFFF           ; 48 data, ring 1, flat
        dq 0x00CFDA000000FFFF           ; 50 code, ring 2, flat
        dq 0x00CFD2000000FFFF           ; 58 data, ring 2, flat
        times 0x200 - ($ - gdt) db 0
gdt_pointer:
        dw $ - gdt - 1
        dd gdt
idt_pointer:
        dw 0x1FF
        dd idt
        align 8
idt:
        times 0x200 db 0
main_tss:
        times 104 db 0
        times 32 db 0xFF                ; room for an I/O permission bitmap
resume: dd 0
resume_esp: dd 0
try_eip: dd 0
trap_hook: dd 0
ring_eip: dd 0
ring_flags: dd 2
seen_cr2: dd 0
