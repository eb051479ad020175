
; The end of the ROM: the processor starts here.
        times 0xFFF0 - ($ - $$) db 0
        bits 16
        jmp 0xF000:(entry16 - rom)
        times 0x10000 - ($ - $$) db 0
