; The end of every image: from real mode at F000:FFF0 to start32, and the words to be filled in.

        times 0xFF00 - ($ - $$) db 0
        bits 16
start16:
        cli
        o32 lgdt [cs:gdtr_rom - $$]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword CODE0:start32 - BASE + ROM

        times PARAMETERS - ($ - $$) db 0
        dd 1                    ; WORK
        dd 0                    ; PAGING
        times 0xFFF0 - ($ - $$) db 0
        jmp 0xF000:start16 - $$
        times 0x10000 - ($ - $$) db 0
