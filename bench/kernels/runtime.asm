; What all kernels share. The image is a 64 KiB ROM whose code is linked for 1 MiB: the processor starts in its last 16
; bytes, goes to 32-bit flat protected mode, copies the image to where it is linked and calls `main` there. `main` returns
; its checksum in EAX, which is printed on COM1 as "checksum=XXXXXXXX" before the debug-exit port is written.

BASE        equ 0x100000        ; where the image runs
ROM         equ 0xF0000         ; where it is found
PARAMETERS  equ 0xFFC0          ; offset of the words that whoever builds the image fills in

WORK        equ BASE + PARAMETERS       ; how many rounds main is to make
PAGING      equ BASE + PARAMETERS + 4   ; 0 off, 1 with 4 KiB pages, 2 with 4 MiB pages

DIRECTORY   equ 0x200000        ; page directory, then one table per 4 MiB
MEMORY_END  equ 0x2000000       ; 32 MiB are mapped, one to one, open to user mode
STACK       equ 0x180000
; What is written lies away from the code: writes next to code are what all dynamic translators are slow at.
VARIABLES   equ 0x190000
SEED        equ VARIABLES       ; state of `random`
CHECKSUM    equ VARIABLES + 4
OWN         equ VARIABLES + 8   ; the kernel's own variables
DATA        equ 0x400000        ; its data

CODE0       equ 0x08
DATA0       equ 0x10
CODE3       equ 0x1B
DATA3       equ 0x23
TASK        equ 0x28

COM1        equ 0x3F8
EXIT_PORT   equ 0xF4

        org BASE
        bits 32

start32:                        ; still in ROM: nothing here may depend on the address
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, STACK
        cld
        mov esi, ROM
        mov edi, BASE
        mov ecx, 0x10000 / 4
        rep movsd
        mov eax, linked
        jmp eax
linked:
        lgdt [gdtr]
        mov dword [SEED], 1
        mov dword [CHECKSUM], 0
        mov dx, COM1 + 3        ; 8 data bits, no parity, one stop bit
        mov al, 3
        out dx, al
        mov eax, [PAGING]
        cmp eax, 1
        jb .run
        ja .large
        call map_small
        jmp .turn_on
.large:
        call map_large
.turn_on:
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000      ; PG and WP
        mov cr0, eax
.run:
        call main
        mov ebx, eax
        mov esi, message
.text:
        lodsb
        test al, al
        jz .number
        call print
        jmp .text
.number:
        mov ecx, 8
.digit:
        rol ebx, 4
        mov eax, ebx
        and eax, 15
        mov al, [digits + eax]
        call print
        dec ecx
        jnz .digit
        mov al, 10
        call print
        mov al, 0
        out EXIT_PORT, al
.end:
        cli
        hlt
        jmp .end

; Prints the character in AL. Changes EDX.
print:
        push eax
        mov dx, COM1 + 5
.wait:
        in al, dx
        test al, 0x20           ; transmitter holding register empty
        jz .wait
        pop eax
        mov dx, COM1
        out dx, al
        ret

; Maps 32 MiB with 4 KiB pages.
map_small:
        mov edi, DIRECTORY
        mov eax, DIRECTORY + 0x1000 + 7
        mov ecx, MEMORY_END >> 22
.directory:
        mov [edi], eax
        add edi, 4
        add eax, 0x1000
        dec ecx
        jnz .directory
        mov edi, DIRECTORY + 0x1000
        mov eax, 7              ; present, writable, user
        mov ecx, MEMORY_END >> 12
.table:
        mov [edi], eax
        add edi, 4
        add eax, 0x1000
        dec ecx
        jnz .table
        ret

; Maps 32 MiB with 4 MiB pages.
map_large:
        mov eax, cr4
        or eax, 0x10            ; PSE
        mov cr4, eax
        mov edi, DIRECTORY
        mov eax, 0x87           ; present, writable, user, large
        mov ecx, MEMORY_END >> 22
.directory:
        mov [edi], eax
        add edi, 4
        add eax, 0x400000
        dec ecx
        jnz .directory
        ret

; The next pseudo-random number, in EAX, from the state in SEED.
random:
        mov eax, [SEED]
        imul eax, eax, 1664525
        add eax, 1013904223
        mov [SEED], eax
        ret

; Mixes EAX into the checksum.
mix:
        push ebx
        mov ebx, [CHECKSUM]
        imul ebx, ebx, 31
        add ebx, eax
        mov [CHECKSUM], ebx
        pop ebx
        ret

message:    db "checksum=", 0
digits:     db "0123456789ABCDEF"

        align 8
; Null, ring 0 code and data, ring 3 code and data (as SYSENTER and SYSEXIT want them), and a task state.
gdt:
        dq 0
        dq 0x00CF9B000000FFFF
        dq 0x00CF93000000FFFF
        dq 0x00CFFB000000FFFF
        dq 0x00CFF3000000FFFF
        dw 0x67, (task - $$) & 0xFFFF, 0x8900 | BASE >> 16, 0
gdt_end:
gdtr:       dw gdt_end - gdt - 1
            dd gdt
gdtr_rom:   dw gdt_end - gdt - 1
            dd gdt - BASE + ROM

        align 4
task:       dd 0, STACK, DATA0
            times 22 dd 0
            dw 0, 0x68
