; Hardware tasks: JMP, CALL and IRET between them, gates, nesting, 16-bit tasks, the T flag, and everything that can be wrong.

%define TASK 0x80                       ; TSS of the second task
%define GATE_TO_TASK 0x88
%define TASK16 0x90
%define TASK_LDT 0x98
%define TS_TASK 0xA0                    ; the task that handles #TS, as the manual advises

%macro RESET_TASK 0
        call reset_task
%endmacro

; Makes the second task anew: 32 bits, ring 0, at the label in [task_entry].
reset_task:
        push eax
        mov dword [gdt + TASK], (task_tss - rom) << 16 | 0x67
        mov dword [gdt + TASK + 4], 0x00008901
        and byte [gdt + TSS_MAIN + 5], ~2
        and byte [gdt + TS_TASK + 5], ~2
        mov ax, TSS_MAIN
        ltr ax
        mov dword [ts_tss + 0x20], ts_handler
        mov dword [ts_tss + 0x24], 2
        mov dword [ts_tss + 0x38], 0x2C000
        mov word [task_tss], 0
        mov dword [task_tss + 4], 0x2E000
        mov dword [task_tss + 8], DATA0
        mov eax, [task_entry]
        mov [task_tss + 0x20], eax
        mov dword [task_tss + 0x24], 2
        mov dword [task_tss + 0x28], 0xA0A0A0A0
        mov dword [task_tss + 0x2C], 0xC0C0C0C0
        mov dword [task_tss + 0x38], 0x2F000
        mov dword [task_tss + 0x48], DATA0
        mov dword [task_tss + 0x4C], CODE0
        mov dword [task_tss + 0x50], DATA0
        mov dword [task_tss + 0x54], DATA0
        mov dword [task_tss + 0x58], DATA3
        mov dword [task_tss + 0x5C], 0
        mov dword [task_tss + 0x60], 0
        mov dword [task_tss + 0x64], 104 << 16
        pop eax
        ret

guest:
        mov dword [main_tss + 0x1C], 0
        mov dword [gdt + GATE_TO_TASK], TASK << 16
        mov dword [gdt + GATE_TO_TASK + 4], 0x0000E500
        call switches
        call sixteen
        call traps
        call wrong
        ret

; Says what the task finds: its register, NT, the link, TS, the busy bits; then returns as [task_leave] says.
task_report:
        PRINT "[eax="
        call hex32
        PRINT " flags="
        pushfd
        pop eax
        and eax, 0x7700
        call hex16
        PRINT " link="
        movzx eax, word [task_tss]
        call hex16
        PRINT " cr0="
        mov eax, cr0
        call hex8
        PRINT " types="
        mov al, [gdt + TSS_MAIN + 5]
        call hex8
        mov al, [gdt + TASK + 5]
        call hex8
        PRINT " tr="
        str eax
        call hex16
        PRINT " fs="
        mov ax, fs
        call hex16
        PRINT " dr7="
        mov eax, dr7
        call hex16
        PRINT "] "
        clts
        ret

task_iret:
        call task_report
        iretd
        PRINT "again "
        iretd

task_jump:
        call task_report
        jmp TSS_MAIN:0

task_int:
        call task_report
        int 0x30

; After a switch back: flags, TR, types, and the old task's image.
main_report:
        PRINT "[back tr="
        str eax
        call hex16
        PRINT " flags="
        pushfd
        pop eax
        and eax, 0x7700
        call hex16
        PRINT " types="
        mov al, [gdt + TSS_MAIN + 5]
        call hex8
        mov al, [gdt + TASK + 5]
        call hex8
        PRINT " saved eip="
        mov eax, [task_tss + 0x20]
        sub eax, task_iret
        call hex32
        PRINT " flags="
        mov eax, [task_tss + 0x24]
        and eax, 0x7700
        call hex16
        PRINT "] "
        clts
        ret

switches:
        mov dword [task_entry], task_iret
        RESET_TASK
        TRY call_tss, "call of a TSS"
        call TASK:0
        call main_report
        xor eax, eax
        ENDTRY
        TRY call_again, "and again"
        call TASK:0
        xor eax, eax
        ENDTRY
        RESET_TASK
        TRY call_gate, "call of a task gate"
        call GATE_TO_TASK:0
        call main_report
        xor eax, eax
        ENDTRY
        mov dword [task_entry], task_jump
        RESET_TASK
        TRY jump_tss, "jump to a TSS and back"
        mov eax, 0x55
        mov dr7, eax
        jmp TASK:0
        call main_report
        mov eax, dr7
        ENDTRY
        RESET_TASK
        TRY jump_gate, "jump to a task gate from ring 3"
        RING 3
        jmp GATE_TO_TASK:0
        mov eax, cs
        ENDTRY
        mov dword [task_entry], task_iret
        RESET_TASK
        GATE 0x31, TASK, 0, 0xE5
        TRY int_gate, "int through a task gate"
        int 0x31
        call main_report
        xor eax, eax
        ENDTRY
        RESET_TASK
        TRY int_gate3, "int through a task gate in ring 3"
        RING 3
        int 0x31
        mov eax, cs
        ENDTRY
        ; #GP through a task gate: an error code on the task's stack.
        mov dword [task_entry], task_error
        RESET_TASK
        GATE 13, TASK, 0, 0x85
        TRY fault_gate, "#GP through a task gate"
        mov eax, 0x1FB
        HERE .at
        mov fs, ax
        ENDTRY
        GATE 13, CODE0, stubs + 13 * stub_size, 0x8E
        ret

task_error:
        pop eax
        PRINT "[error="
        call hex32
        PRINT " esp="
        mov eax, esp
        call hex32
        PRINT " eip="
        mov eax, [main_tss + 0x20]
        sub eax, [try_eip]
        call hex32
        PRINT " flags="
        mov eax, [main_tss + 0x24]
        and eax, 0x17700
        call hex32
        PRINT "] "
        clts
        int 0x30

%macro WRONG 3                          ; name, text, code that spoils the second task
        RESET_TASK
        %3
        TRY %1, %2
        call TASK:0
        xor eax, eax
        ENDTRY
        clts
        push eax
        str ax
        PRINT "  tr="
        call hex16
        call crlf
        pop eax
%endmacro

; Handles #TS in a task of its own, and goes on where the test wants to.
ts_handler:
        pop eax
        PRINT "[#TS error="
        call hex32
        PRINT " link="
        movzx eax, word [ts_tss]
        call hex16
        PRINT " saved tr="
        str eax
        call hex16
        PRINT " eip="
        mov eax, [task_tss + 0x20]
        sub eax, task_int
        call hex32
        PRINT " cs="
        mov eax, [task_tss + 0x4C]
        call hex16
        PRINT " ss="
        mov eax, [task_tss + 0x50]
        call hex16
        PRINT " ldt="
        mov eax, [task_tss + 0x60]
        call hex16
        PRINT " flags="
        mov eax, [task_tss + 0x24]
        and eax, 0x17700
        call hex32
        PRINT "]", 13, 10
        mov esp, [resume_esp]
        push dword 2
        popfd
        jmp dword [resume]

wrong:
        mov dword [gdt + TS_TASK], (ts_tss - rom) << 16 | 0x67
        mov dword [gdt + TS_TASK + 4], 0x00008901
        mov dword [ts_tss + 0x48], DATA0
        mov dword [ts_tss + 0x4C], CODE0
        mov dword [ts_tss + 0x50], DATA0
        mov dword [ts_tss + 0x54], DATA0
        GATE 10, TS_TASK, 0, 0x85
        mov dword [task_entry], task_int
        WRONG w_good, "nothing wrong", nop
        WRONG w_busy, "busy", {mov byte [gdt + TASK + 5], 0x8B}
        WRONG w_absent, "TSS not present", {mov byte [gdt + TASK + 5], 0x09}
        WRONG w_short, "TSS too short", {mov byte [gdt + TASK], 0x66}
        mov dword [gdt + SPARE], 0x0000FFFF
        WRONG w_ds_code, "DS is a TSS", {mov dword [task_tss + 0x54], TASK}
        WRONG w_ds_out, "DS outside of the GDT", {mov dword [task_tss + 0x54], 0x208}
        mov dword [gdt + SPARE + 4], 0x00CF1200
        WRONG w_ds_absent, "DS not present", {mov dword [task_tss + 0x54], SPARE}
        WRONG w_ss_null, "null SS", {mov dword [task_tss + 0x50], 0}
        WRONG w_ss_dpl, "SS of DPL 3", {mov dword [task_tss + 0x50], DATA3}
        WRONG w_ss_code, "SS is code", {mov dword [task_tss + 0x50], CODE0}
        WRONG w_ldt_data, "LDT is data", {mov dword [task_tss + 0x60], DATA0}
        WRONG w_ldt_local, "LDT is local", {mov dword [task_tss + 0x60], 0x0C}
        mov dword [gdt + SPARE + 4], 0x00000201
        WRONG w_ldt_absent, "LDT not present", {mov dword [task_tss + 0x60], SPARE}
        WRONG w_eip, "EIP beyond CS", {mov dword [task_tss + 0x4C], CODE16}
        RESET_TASK
        TRY w_rpl, "call of a TSS of DPL 0 in ring 3"
        RING 3
        HERE .at
        call TASK:0
        ENDTRY
        RESET_TASK
        mov dword [gdt + GATE_TO_TASK], DATA0 << 16
        TRY w_gate_data, "task gate to data"
        call GATE_TO_TASK:0
        ENDTRY
        mov dword [gdt + GATE_TO_TASK], 0x84 << 16
        TRY w_gate_local, "task gate to a local TSS"
        call GATE_TO_TASK:0
        ENDTRY
        mov dword [gdt + GATE_TO_TASK], TASK << 16
        mov dword [gdt + GATE_TO_TASK + 4], 0x00006500
        TRY w_gate_absent, "task gate not present"
        call GATE_TO_TASK:0
        ENDTRY
        mov dword [gdt + GATE_TO_TASK + 4], 0x0000E500
        ; IRET with NT and a bad link.
        RESET_TASK
        mov word [main_tss], DATA0
        TRY w_link, "iret with NT and a bad link"
        push dword 0x4002
        popfd
        HERE .at
        iretd
        ENDTRY
        RESET_TASK
        mov word [main_tss], TASK
        TRY w_link_idle, "iret with NT to a task that is not busy"
        push dword 0x4002
        popfd
        HERE .at
        iretd
        ENDTRY
        mov dword [task_entry], task_int
        mov dword [gdt + SPARE], 0x0000FFFF
        mov dword [gdt + SPARE + 4], 0x00CF1A00
        WRONG w_cs_absent, "CS not present", {mov dword [task_tss + 0x4C], SPARE}
        WRONG w_cs_null, "null CS", {mov dword [task_tss + 0x4C], 0}
        WRONG w_cs_data, "CS is data", {mov dword [task_tss + 0x4C], DATA0}
        WRONG w_cs_out, "CS outside of the GDT", {mov dword [task_tss + 0x4C], 0x208}
        WRONG w_cs_rpl, "CS with RPL 3 and DPL 0", {mov dword [task_tss + 0x4C], CODE0 | 3}
        ret

sixteen:
        mov dword [gdt + TASK16], (task16 - rom) << 16 | 0x2B
        mov dword [gdt + TASK16 + 4], 0x00008101
        mov dword [task_entry], task_iret
        RESET_TASK
        TRY t16, "call of a 16-bit task"
        mov ecx, 0x12345678
        call TASK16:0
        call main_report
        mov eax, ecx
        ENDTRY
        ret

        bits 16
task16_code:
        mov bx, ax
        mov cx, sp
        mov ax, DATA0
        mov ss, ax
        mov esp, 0x2D000
        jmp dword CODE0:.wide
        bits 32
.wide:
        PRINT "[16 bits: ax="
        mov eax, ebx
        call hex16
        PRINT " sp="
        mov eax, ecx
        call hex16
        PRINT " link="
        movzx eax, word [task16]
        call hex16
        PRINT "] "
        clts
        iretd

traps:
        mov dword [task_entry], task_int
        RESET_TASK
        mov byte [task_tss + 0x64], 1
        xor eax, eax
        mov dr6, eax
        TRY t_flag, "the T flag"
        mov dword [try_eip], task_int
        call TASK:0
        ENDTRY
        clts
        mov eax, dr6
        PRINT "  dr6="
        call hex32
        call crlf
        ; A task of ring 3 with an LDT.
        mov dword [gdt + TASK_LDT], (task_ldt - rom) << 16 | 0x0F
        mov dword [gdt + TASK_LDT + 4], 0x00008201
        mov dword [task_entry], task_ring3
        RESET_TASK
        mov dword [task_tss + 0x38], RING3_STACK
        mov dword [task_tss + 0x48], DATA3
        mov dword [task_tss + 0x4C], CODE3
        mov dword [task_tss + 0x50], DATA3
        mov dword [task_tss + 0x54], DATA3
        mov dword [task_tss + 0x58], 0x0F
        mov dword [task_tss + 0x60], TASK_LDT
        TRY t_ring3, "a task of ring 3 with an LDT"
        call TASK:0
        ENDTRY
        clts
        ; A task in virtual-8086 mode.
        mov dword [task_entry], v86_code - rom
        RESET_TASK
        mov dword [task_tss + 0x24], 0x23002
        mov dword [task_tss + 0x38], 0x100
        mov dword [task_tss + 0x48], 0x1111
        mov dword [task_tss + 0x4C], 0x1000
        mov dword [task_tss + 0x50], 0x2000
        mov dword [task_tss + 0x54], 0x3333
        TRY t_v86, "a task in virtual-8086 mode"
        mov dword [try_eip], v86_code - rom
        call TASK:0
        ENDTRY
        clts
        ret

task_ring3:
        mov eax, cs
        shl eax, 16
        mov ax, fs
        int 0x30

        bits 16
v86_code:
        mov ax, ds
        hlt
        bits 32

        align 4
task_entry: dd 0
task_tss: times 104 db 0
ts_tss: times 104 db 0
task16:
        times 14 db 0
        dw task16_code - rom            ; IP
        dw 2                            ; FLAGS
        dw 0x1616, 0, 0, 0              ; AX CX DX BX
        dw 0xF000, 0, 0, 0              ; SP BP SI DI
        dw DATA0, CODE16, DATA16, DATA0 ; ES CS SS DS
        dw 0                            ; LDT
        align 8
task_ldt:
        dq 0
        dq 0x00CFF2000000FFFF
