; A triple fault: the processor shuts down, and nothing more is printed.

guest:
        PRINT "before", 13, 10
        and byte [idt + 13 * 8 + 5], ~0x80
        and byte [idt + 11 * 8 + 5], ~0x80
        and byte [idt + 8 * 8 + 5], ~0x80
        mov eax, 0x1FB
        mov fs, ax
        PRINT "after", 13, 10
        ret
