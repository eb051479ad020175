; Paging: the matrix of rights, error codes and CR2, accessed and dirty bits, 4 MiB pages, global pages and INVLPG, faults across
; pages and on the way into a handler.
;
; Directory at 20000h, table of the first 4 MiB at 21000h, table of 400000h at 22000h; 30000h to 3FFFFh are pages to try.

%define DIRECTORY 0x20000
%define TABLE 0x21000
%define TABLE2 0x22000
%define PAGE 0x400000                   ; the linear page under test, backed by 30000h
%define FRAME 0x30000

guest:
        mov edi, DIRECTORY
        xor eax, eax
        mov ecx, 3 * 1024
        cld
        rep stosd
        mov dword [DIRECTORY], TABLE + 7
        mov dword [DIRECTORY + 4], TABLE2 + 7
        mov edi, TABLE
        mov eax, 7
.fill:
        mov [edi], eax
        add edi, 4
        add eax, 0x1000
        cmp edi, TABLE + 0x1000
        jb .fill
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        call matrix
        call bits_set
        call special
        call large_pages
        call global_pages
        call delivery
        ret

; Sets the entry of PAGE to EAX and drops its translation.
set_page:
        mov [TABLE2], eax
        invlpg [PAGE]
        ret

; Every combination of directory rights, table rights, ring, read or write, and CR0.WP.
matrix:
        mov dword [combination], 0
next_combination:
        mov eax, [combination]
        mov ebx, eax
        and ebx, 6                      ; U and W of the directory entry
        or ebx, TABLE2 + 1
        mov [DIRECTORY + 4], ebx
        shr eax, 2
        and eax, 6                      ; U and W of the table entry
        or eax, FRAME + 1
        mov [TABLE2], eax
        mov eax, cr0
        and eax, ~0x10000
        test dword [combination], 0x20
        jz .no_wp
        or eax, 0x10000
.no_wp:
        mov cr0, eax
        mov eax, cr3
        mov cr3, eax
        PRINT "rights "
        mov eax, [combination]
        call hex8
        call crlf
        TRY read0, "  read in ring 0"
        mov eax, [PAGE]
        xor eax, eax
        ENDTRY
        TRY write0, "  write in ring 0"
        mov dword [PAGE], 0
        xor eax, eax
        ENDTRY
        TRY read3, "  read in ring 3"
        RING 3
        HERE .at
        mov eax, [PAGE]
        xor eax, eax
        ENDTRY
        TRY write3, "  write in ring 3"
        RING 3
        HERE .at
        mov dword [PAGE], 0
        xor eax, eax
        ENDTRY
        add dword [combination], 2
        test dword [combination], 0x40
        jz next_combination
        mov eax, cr0
        and eax, ~0x10000
        mov cr0, eax
        mov dword [DIRECTORY + 4], TABLE2 + 7
        mov eax, cr3
        mov cr3, eax
        ret

bits_set:
        mov eax, FRAME + 7
        call set_page
        TRY accessed, "a read sets accessed"
        mov eax, [PAGE]
        mov eax, [TABLE2]
        ENDTRY
        TRY dirty, "a write sets dirty"
        mov byte [PAGE + 5], 1
        mov eax, [TABLE2]
        ENDTRY
        TRY directory_accessed, "the directory entry has accessed only"
        mov eax, [DIRECTORY + 4]
        ENDTRY
        mov eax, FRAME + 7
        call set_page
        TRY cmp_dirty, "cmp does not set dirty"
        cmp dword [PAGE], 0
        mov eax, [TABLE2]
        ENDTRY
        TRY rmw_dirty, "add of 0 sets dirty"
        add dword [PAGE], 0
        mov eax, [TABLE2]
        ENDTRY
        mov eax, FRAME + 7
        call set_page
        TRY cmpxchg_dirty, "cmpxchg that does not exchange sets dirty"
        mov dword [FRAME], 1
        mov eax, 2
        cmpxchg [PAGE], ecx
        mov eax, [TABLE2]
        ENDTRY
        mov eax, FRAME + 5
        call set_page
        TRY refused_accessed, "a refused write sets accessed"
        RING 3
        mov dword [PAGE], 0
        ENDTRY
        TRY refused_after, "  the entry then"
        mov eax, [TABLE2]
        and eax, ~0x20                  ; processors differ
        ENDTRY
        ret

special:
        mov eax, FRAME + 6
        call set_page
        TRY absent_read, "not present: read"
        mov eax, [PAGE + 0x123]
        ENDTRY
        TRY absent_write, "not present: write"
        mov [PAGE + 0x124], eax
        ENDTRY
        TRY absent_rmw, "not present: add"
        add [PAGE + 0x125], eax
        ENDTRY
        TRY absent_ring3, "not present: read in ring 3"
        RING 3
        HERE .at
        mov eax, [PAGE + 0x126]
        ENDTRY
        TRY absent_directory, "no directory entry"
        mov eax, [0x800000]
        ENDTRY
        TRY absent_fetch, "not present: fetch"
        mov eax, PAGE + 0x200
        mov [try_eip], eax
        jmp eax
        ENDTRY
        TRY absent_fetch3, "not present: fetch in ring 3"
        mov eax, PAGE + 0x200
        mov [try_eip], eax
        RING 3
        jmp eax
        ENDTRY
        mov dword [TABLE2 + 4], FRAME + 0x1007
        mov eax, FRAME + 7
        call set_page
        mov dword [TABLE2 + 4], 0
        invlpg [PAGE + 0x1000]
        mov dword [FRAME + 0xFFC], 0x11223344
        TRY cross_read, "read across into a page that is not there"
        mov eax, [PAGE + 0xFFE]
        ENDTRY
        TRY cross_write, "write across"
        mov dword [PAGE + 0xFFE], 0x55667788
        ENDTRY
        TRY cross_nothing, "  nothing was written"
        mov eax, [FRAME + 0xFFC]
        ENDTRY
        mov word [FRAME + 0xFFE], 0x05C7        ; mov dword [...], ... that goes on behind the page
        TRY cross_fetch, "an instruction across"
        mov eax, PAGE + 0xFFE
        mov [try_eip], eax
        jmp eax
        ENDTRY
        mov dword [TABLE2 + 4], FRAME + 0x2007
        mov dword [FRAME + 0x2000], 0x99AABBCC
        invlpg [PAGE + 0x1000]
        TRY cross_good, "read across two frames"
        mov eax, [PAGE + 0xFFE]
        ENDTRY
        TRY cross_good_write, "write across two frames"
        mov dword [PAGE + 0xFFD], 0xA1B2C3D4
        mov eax, [FRAME + 0x2000]
        xor eax, [FRAME + 0xFFC]
        ENDTRY
        mov dword [TABLE2 + 4], 0
        invlpg [PAGE + 0x1000]
        mov dword [trap_hook], note_string
        TRY string_again, "rep movsd into a page that is not there"
        mov esi, FRAME
        mov edi, PAGE + 0xFF0
        mov ecx, 16
        cld
        HERE .at
        rep movsd
        ENDTRY
        mov dword [trap_hook], 0
        TRY string_noted, "  its registers"
        mov eax, [saved_ecx]
        shl eax, 16
        mov ax, [saved_edi]
        ENDTRY
        ret

; Runs in the handler: the string registers as the fault left them.
note_string:
        mov eax, [ebp + F_EAX - 4]      ; ECX
        mov [saved_ecx], eax
        mov eax, [ebp + F_ESI - 4]      ; EDI
        mov [saved_edi], eax
        ret

large_pages:
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov dword [DIRECTORY + 8], 0x400087
        mov dword [0x300000 - 4], 0
        TRY large_write, "write through a 4 MiB page"
        mov dword [0x800000 + 0x1234], 0x12345678
        mov eax, [DIRECTORY + 8]
        ENDTRY
        mov dword [TABLE2 + 4], 0x401007
        invlpg [PAGE + 0x1000]
        TRY large_same, "the same byte through a 4 KiB page"
        mov eax, [PAGE + 0x1000 + 0x234]
        ENDTRY
        mov dword [DIRECTORY + 8], 0x400085
        mov eax, cr3
        mov cr3, eax
        TRY large_readonly, "a read-only 4 MiB page in ring 3"
        RING 3
        HERE .at
        mov [0x800000 + 0x3FFFFC], eax
        ENDTRY
        mov dword [DIRECTORY + 8], 0x400083
        mov eax, cr3
        mov cr3, eax
        TRY large_supervisor, "a supervisor's 4 MiB page in ring 3"
        RING 3
        HERE .at
        mov eax, [0x800000]
        ENDTRY
        mov dword [DIRECTORY + 8], 0x600087
        mov eax, cr3
        mov cr3, eax
        TRY large_reserved, "a reserved bit in a 4 MiB page"
        mov eax, [0x800000]
        ENDTRY
        mov dword [DIRECTORY + 8], 0x400087
        mov eax, cr4
        and eax, ~0x10
        mov cr4, eax
        mov dword [0x400000 - 4], 0
        TRY large_off, "the same entry without CR4.PSE"
        mov dword [DIRECTORY + 8], TABLE2 + 0x87
        mov eax, cr3
        mov cr3, eax
        mov eax, [0x800000 + 0x1234]
        ENDTRY
        mov dword [DIRECTORY + 8], 0
        mov dword [TABLE2 + 4], 0
        mov eax, cr3
        mov cr3, eax
        ret

global_pages:
        mov eax, cr4
        or eax, 0x80
        mov cr4, eax
        mov dword [FRAME], 0xAAAA
        mov dword [FRAME + 0x1000], 0xBBBB
        mov eax, FRAME + 0x107
        call set_page
        mov eax, [PAGE]
        mov dword [TABLE2], FRAME + 0x1107
        TRY global_cr3, "a global page after MOV CR3"
        mov eax, cr3
        mov cr3, eax
        mov eax, [PAGE]
        ENDTRY
        TRY global_invlpg, "a global page after INVLPG"
        invlpg [PAGE]
        mov eax, [PAGE]
        ENDTRY
        mov dword [TABLE2], FRAME + 0x107
        TRY global_cr4, "a global page after CR4.PGE has changed"
        mov eax, cr4
        xor eax, 0x80
        mov cr4, eax
        mov eax, [PAGE]
        ENDTRY
        mov dword [TABLE2], FRAME + 0x1007
        TRY local_cr3, "a page that is not global after MOV CR3"
        mov eax, cr3
        mov cr3, eax
        mov eax, [PAGE]
        ENDTRY
        ret

delivery:
        ; The inner stack is not mapped: a page fault on the way in becomes a double fault, taken by a task.
        mov dword [gdt + SPARE], (fault_tss - rom) << 16 | 0x67
        mov dword [gdt + SPARE + 4], 0x00008901
        mov dword [fault_tss + 0x1C], DIRECTORY
        mov dword [fault_tss + 0x20], double_fault
        mov dword [fault_tss + 0x24], 2
        mov dword [fault_tss + 0x38], 0x2F000
        mov dword [fault_tss + 0x48], DATA0
        mov dword [fault_tss + 0x4C], CODE0
        mov dword [fault_tss + 0x50], DATA0
        mov dword [fault_tss + 0x54], DATA0
        GATE 8, SPARE, 0, 0x85
        mov dword [TABLE2], 0
        invlpg [PAGE]
        mov dword [main_tss + 4], PAGE + 0x800
        TRY stack_absent, "ring 0 stack not present"
        RING 3
        HERE .at
        int 0x30
        ENDTRY
        ret

; The task of double faults: prints what it finds and goes on in ring 0 where the test wants to.
double_fault:
        pop eax
        PRINT "double fault, error="
        call hex32
        PRINT " cr2="
        mov eax, cr2
        call hex32
        PRINT " eip="
        mov eax, [main_tss + 0x20]
        sub eax, [try_eip]
        call hex32
        PRINT " cs="
        mov eax, [main_tss + 0x4C]
        call hex16
        PRINT " link="
        movzx eax, word [fault_tss]
        call hex16
        PRINT " flags="
        pushfd
        pop eax
        and eax, 0x7700
        call hex16
        call crlf
        mov dword [main_tss + 4], RING0_STACK - 0x800
        mov esp, [resume_esp]
        push dword 2
        popfd
        jmp dword [resume]

        align 4
combination: dd 0
saved_ecx: dd 0
saved_edi: dd 0
fault_tss: times 104 db 0
