; Segmentation: types, limits, null selectors, tables; LAR, LSL, VERR, VERW on every type of descriptor.

; What a load of FS through descriptor SPARE allows at an offset.
%macro READ 4                           ; name, text, size, offset
        TRY %1, %2
        mov %3, [fs:%4]
        xor eax, eax
        ENDTRY
%endmacro
%macro WRITE 4
        TRY %1, %2
        mov [fs:%4], %3
        xor eax, eax
        ENDTRY
%endmacro

guest:
        call table_of_types
        call limits
        call rights
        call loads
        call local_table
        call stack_limits
        call code_limits
        call far_pointers
        ret

table_of_types:
        mov dword [kind], 0
next_type:
        mov eax, [kind]
        shl eax, 8
        or eax, 0x00CF8000
        mov edx, [ring]
        shl edx, 13
        or eax, edx
        mov dword [gdt + SPARE], 0x0000FFFF
        mov [gdt + SPARE + 4], eax
        PRINT "type "
        mov eax, [kind]
        call hex8
        PRINT " dpl "
        mov eax, [ring]
        call hex8
        PRINT ":"
        mov ebx, SPARE
        call queries
        PRINT " rpl 3:"
        mov ebx, SPARE + 3
        call queries
        call crlf
        TRY load_fs, "  mov fs"
        mov ebx, SPARE
        mov fs, bx
        mov eax, [gdt + SPARE + 4]
        ENDTRY
        inc dword [kind]
        cmp dword [kind], 32
        jb next_type
        TRY in_ring3, "queries in ring 3"
        RING 3
        xor eax, eax
        mov ecx, CODE0
        lar ebx, ecx
        setz al
        mov ecx, CODE3
        lar ebx, ecx
        setz ah
        shl eax, 16
        verr cx
        setz al
        mov ecx, DATA0
        verr cx
        setz ah
        ENDTRY
        cmp dword [ring], 3
        je stack_types
        mov dword [ring], 3
        jmp table_of_types
stack_types:
        mov dword [kind], 0
next_stack:
        mov eax, [kind]
        shl eax, 8
        or eax, 0x00CF8000
        mov dword [gdt + SPARE], 0x0000FFFF
        mov [gdt + SPARE + 4], eax
        PRINT "type "
        mov eax, [kind]
        call hex8
        TRY load_ss, "  mov ss"
        mov ebx, SPARE
        mov ss, bx
        mov cx, DATA0                   ; the stack may have no room
        mov ss, cx
        mov eax, [gdt + SPARE + 4]
        ENDTRY
        inc dword [kind]
        cmp dword [kind], 32
        jb next_stack
        ret

; LAR, LSL, VERR, VERW of the selector in EBX: ZF and, where set, the answer.
queries:
        mov eax, -1
        lar eax, ebx
        jnz .no_rights
        and eax, 0x00F0FF00             ; bits 16 to 19 are undefined
        PRINT " lar="
        call hex32
.no_rights:
        mov eax, -1
        lsl eax, ebx
        jnz .no_limit
        PRINT " lsl="
        call hex32
.no_limit:
        verr bx
        jnz .not_readable
        PRINT " r"
.not_readable:
        verw bx
        jnz .not_writable
        PRINT " w"
.not_writable:
        mov eax, 0x55555555
        lar ax, bx
        jnz .end
        PRINT " lar16="
        call hex32
.end:
        ret

limits:
        ; Expand-up, 1000h bytes at 30000h.
        DESCRIPTOR SPARE, 0x00000FFF, 0x00409203
        mov ax, SPARE
        mov fs, ax
        READ up_byte_in, "up: byte at FFF", al, 0xFFF
        READ up_byte_out, "up: byte at 1000", al, 0x1000
        READ up_word_in, "up: word at FFE", ax, 0xFFE
        READ up_word_out, "up: word at FFF", ax, 0xFFF
        READ up_dword_in, "up: dword at FFC", eax, 0xFFC
        READ up_dword_out, "up: dword at FFD", eax, 0xFFD
        WRITE up_write_out, "up: write at FFD", eax, 0xFFD
        READ up_top, "up: dword at FFFFFFFE", eax, 0xFFFFFFFE
        ; Expand-down, 32 bits, above FFF.
        DESCRIPTOR SPARE, 0x00000FFF, 0x00409603
        mov ax, SPARE
        mov fs, ax
        READ down_below, "down 32: byte at FFF", al, 0xFFF
        READ down_above, "down 32: byte at 1000", al, 0x1000
        READ down_across, "down 32: dword at FFE", eax, 0xFFE
        READ down_far, "down 32: dword at 10000", eax, 0x10000
        READ down_top, "down 32: dword at FFFFFFFC", eax, 0xFFFFFFFC
        READ down_wrap, "down 32: dword at FFFFFFFD", eax, 0xFFFFFFFD
        ; Expand-down, 16 bits.
        DESCRIPTOR SPARE, 0x00000FFF, 0x00009603
        mov ax, SPARE
        mov fs, ax
        READ small_below, "down 16: byte at FFF", al, 0xFFF
        READ small_above, "down 16: byte at 1000", al, 0x1000
        READ small_top, "down 16: word at FFFE", ax, 0xFFFE
        READ small_across, "down 16: word at FFFF", ax, 0xFFFF
        READ small_out, "down 16: byte at 10000", al, 0x10000
        ; Granularity: limit 1 is two pages.
        DESCRIPTOR SPARE, 0x00000001, 0x00C09203
        mov ax, SPARE
        mov fs, ax
        READ page_in, "pages: dword at 1FFC", eax, 0x1FFC
        READ page_out, "pages: dword at 1FFD", eax, 0x1FFD
        DESCRIPTOR SPARE, 0x00000000, 0x00409203
        mov ax, SPARE
        mov fs, ax
        READ tiny_in, "limit 0: byte at 0", al, 0
        READ tiny_out, "limit 0: word at 0", ax, 0
        ; The segment as it was loaded counts, not what the table says later.
        DESCRIPTOR SPARE, 0x00000FFF, 0x00409203
        READ hidden, "table changed, register not reloaded", al, 0x10
        ret

rights:
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00409003
        mov ax, SPARE
        mov fs, ax
        READ readonly_read, "read-only: read", eax, 0
        WRITE readonly_write, "read-only: write", eax, 0
        TRY readonly_rmw, "read-only: add"
        add dword [fs:0], 1
        ENDTRY
        TRY readonly_cmp, "read-only: cmp"
        cmp dword [fs:0], 1
        xor eax, eax
        ENDTRY
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00409A03
        mov ax, SPARE
        mov fs, ax
        READ code_read, "readable code: read", eax, 0
        WRITE code_write, "readable code: write", eax, 0
        TRY cs_write, "write through CS"
        mov [cs:0x30000], eax
        ENDTRY
        xor eax, eax
        mov fs, ax
        READ null_read, "null: read", eax, 0
        WRITE null_write, "null: write", eax, 0
        mov ax, 3
        mov fs, ax
        mov ax, fs
        PRINT "null selector keeps its RPL: "
        call hex16
        call crlf
        READ null3_read, "null with RPL 3: read", eax, 0
        TRY selector_32, "mov ebx, fs"
        mov ebx, -1
        mov ebx, ds
        mov eax, ebx
        ENDTRY
        TRY selector_push, "push fs"
        mov dword [esp - 4], 0
        push ds
        pop eax
        ENDTRY
        TRY selector_push16, "push fs with 16 bits"
        mov eax, esp
        o16 push ds
        sub eax, esp
        add esp, 2
        ENDTRY
        ret

%macro LOAD 4                           ; name, text, register, selector
        TRY %1, %2
        mov eax, %4
        HERE .at
        mov %3, ax
        xor eax, eax
        ENDTRY
%endmacro

loads:
        LOAD beyond, "ds beyond the GDT", ds, 0x203
        LOAD beyond_ss, "ss beyond the GDT", ss, 0x200
        LOAD no_ldt, "ds in an LDT that is not there", ds, 0x0F
        LOAD null_ss, "null ss", ss, 0
        LOAD null3_ss, "null ss with RPL 3", ss, 3
        LOAD ss_rpl, "ss with RPL 3", ss, DATA0 | 3
        LOAD ss_dpl, "ss with DPL 3", ss, DATA3 & ~3
        LOAD ss_ring3, "ss of ring 3", ss, DATA3
        LOAD ds_rpl, "ds with RPL 3 and DPL 0", ds, DATA0 | 3
        LOAD ds_ring3, "ds of ring 3", ds, DATA3
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF1200
        LOAD ds_absent, "ds not present", ds, SPARE
        LOAD ss_absent, "ss not present", ss, SPARE
        DESCRIPTOR SPARE, 0x0000FFFF, 0x00CF7200
        LOAD ss_absent3, "ss not present and of ring 3", ss, SPARE
        TRY ring3_ds0, "ds of ring 0 in ring 3"
        RING 3
        mov ax, DATA0
        HERE .at
        mov ds, ax
        ENDTRY
        TRY ring3_ds_rpl0, "ds of ring 3 with RPL 0 in ring 3"
        RING 3
        mov eax, DATA3 & ~3
        mov ds, ax
        ENDTRY
        TRY ring3_conforming, "conforming code of ring 0 as ds in ring 3"
        mov dword [gdt + SPARE], 0x0000FFFF
        mov dword [gdt + SPARE + 4], 0x00CF9E00
        RING 3
        mov eax, SPARE
        mov ds, ax
        ENDTRY
        TRY pop_ds, "pop ds of a bad selector"
        push dword 0x1FB
        HERE .at
        pop ds
        ENDTRY
        TRY pop_ss, "pop ss"
        push dword DATA0
        pop ss
        mov eax, [resume_esp]
        sub eax, esp
        ENDTRY
        ret

local_table:
        ; An LDT with two entries at the table `ldt`.
        mov dword [gdt + SPARE], (ldt - rom) << 16 | 0x000F
        mov dword [gdt + SPARE + 4], 0x00008201
        TRY lldt_data, "lldt of a data segment"
        mov eax, DATA0
        HERE .at
        lldt ax
        ENDTRY
        TRY lldt_local, "lldt of a local selector"
        mov eax, SPARE | 4
        HERE .at
        lldt ax
        ENDTRY
        mov byte [gdt + SPARE + 5], 0x02
        TRY lldt_absent, "lldt not present"
        mov eax, SPARE
        HERE .at
        lldt ax
        ENDTRY
        mov byte [gdt + SPARE + 5], 0x82
        TRY lldt_good, "lldt"
        mov eax, SPARE
        lldt ax
        sldt eax
        ENDTRY
        TRY ldt_load, "ds in the LDT"
        mov eax, 0x0C
        mov fs, ax
        mov eax, [fs:0]
        ENDTRY
        TRY ldt_beyond, "ds beyond the LDT"
        mov eax, 0x14
        HERE .at
        mov fs, ax
        ENDTRY
        TRY ldt_empty, "an empty entry of the LDT"
        mov eax, 0x04
        HERE .at
        mov fs, ax
        ENDTRY
        TRY lldt_null, "lldt of null"
        xor eax, eax
        lldt ax
        mov eax, 0x0C
        HERE .at
        mov fs, ax
        ENDTRY
        TRY lldt_ring3, "lldt in ring 3"
        RING 3
        HERE .at
        lldt ax
        ENDTRY
        TRY ltr_busy, "ltr of a busy TSS"
        mov eax, TSS_MAIN
        HERE .at
        ltr ax
        ENDTRY
        TRY ltr_null, "ltr of null"
        xor eax, eax
        HERE .at
        ltr ax
        ENDTRY
        and byte [gdt + TSS_MAIN + 5], ~2       ; where LTR has taken it, undo that
        mov eax, TSS_MAIN
        ltr ax
        TRY ltr_data, "ltr of a data segment"
        mov eax, DATA0
        HERE .at
        ltr ax
        ENDTRY
        TRY str_main, "str"
        mov eax, -1
        str eax
        ENDTRY
        TRY arpl_raise, "arpl"
        mov ecx, 0x13
        mov eax, 0x110
        arpl ax, cx
        setz cl
        shl ecx, 16
        or eax, ecx
        ENDTRY
        TRY arpl_keep, "arpl without need"
        mov ecx, 0x11
        mov eax, 0x113
        arpl ax, cx
        setz cl
        shl ecx, 16
        or eax, ecx
        ENDTRY
        ret

stack_limits:
        ; A stack of 100h bytes at 30000h, in ring 3 so that handlers have another one.
        DESCRIPTOR SPARE, 0x000000FF, 0x0040F203
        TRY push_out, "push below offset 0"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 2
        HERE .at
        push eax
        ENDTRY
        TRY push_in, "push at the bottom"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 4
        push eax
        mov eax, esp
        ENDTRY
        TRY read_ss, "read beyond the stack"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x80
        HERE .at
        mov eax, [esp + 0x7D]
        ENDTRY
        TRY read_ebp, "read beyond the stack through EBP"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x80
        mov ebp, 0x100
        HERE .at
        mov al, [ebp]
        ENDTRY
        TRY call_out, "call without room"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 2
        HERE .at
        call stack_limits
        ENDTRY
        TRY enter_out, "enter without room"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x20
        HERE .at
        enter 0x40, 0
        ENDTRY
        TRY pusha_out, "pusha without room"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x1E
        HERE .at
        pushad
        ENDTRY
        ; A 16-bit stack wraps at 64 KiB.
        DESCRIPTOR SPARE, 0x0000FFFF, 0x0000F203
        TRY wrap, "push on a 16-bit stack at SP = 0"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x12340000
        push eax
        mov eax, esp
        ENDTRY
        TRY wrap_odd, "push on a 16-bit stack at SP = 2"
        RING 3
        mov ax, SPARE + 3
        mov ss, ax
        mov esp, 0x12340002
        HERE .at
        push eax
        ENDTRY
        ret

code_limits:
        ; Code of 200h bytes from code_small on.
        mov dword [gdt + SPARE], (code_small - rom) << 16 | 0x000F
        mov dword [gdt + SPARE + 4], 0x00409A01
        TRY jump_out, "far jump beyond the limit"
        jmp SPARE:0x10
        ENDTRY
        TRY run_out, "running beyond the limit"
        mov dword [try_eip], 0
        jmp SPARE:0
        ENDTRY
        TRY near_out, "near jump beyond the limit"
        mov dword [try_eip], 0
        jmp SPARE:8
        ENDTRY
        ret

far_pointers:
        TRY lds_good, "lds"
        lds eax, [pointer]
        mov bx, ds
        shl ebx, 16
        mov cx, DATA0
        mov ds, cx
        mov bx, ax
        mov eax, ebx
        ENDTRY
        TRY les_bad, "les of a bad selector"
        mov eax, 0x77777777
        HERE .at
        les eax, [bad_pointer]
        ENDTRY
        TRY lss_null, "lss of null"
        lss esp, [null_pointer]
        ENDTRY
        TRY lgs_16, "lgs with a 16-bit offset"
        mov eax, -1
        lgs ax, [pointer16]
        ENDTRY
        TRY lgdt_ring3, "lgdt in ring 3"
        RING 3
        HERE .at
        lgdt [gdt_pointer]
        ENDTRY
        TRY sgdt_ring3, "sgdt in ring 3"
        RING 3
        sgdt [pointer_out]
        mov eax, [pointer_out + 2]
        ENDTRY
        TRY sidt_16, "sidt with 16 bits"
        mov dword [pointer_out + 2], -1
        o16 sidt [pointer_out]
        mov eax, [pointer_out + 2]
        ENDTRY
        TRY smsw_32, "smsw eax"
        smsw eax
        ENDTRY
        TRY smsw_16, "smsw ax"
        mov eax, -1
        smsw ax
        ENDTRY
        ret

        align 16
code_small:
        times 12 nop
        jmp short code_small - 0x20
        nop
        nop
        nop

        align 8
ldt:
        dq 0
        dq 0x00CF92000000FFFF
kind: dd 0
ring: dd 0
pointer: dd 0x1234
        dw DATA3
bad_pointer: dd 0x1234
        dw 0x1FB
null_pointer: dd 0x1234
        dw 0
pointer16: dw 0x5678, DATA0
pointer_out: times 8 db 0
