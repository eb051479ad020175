/**
 * Chapter 11, optional: the kernel asks the processor what it is. On a machine of its own every answer is what it has set up
 * itself. In ring 1 under a monitor the sensitive unprivileged instructions answer for the machine that really is there.
 *
 * @module
 */

/** One line for each question: what the answer was, and whether it is what the kernel believes. */
export const DIAGNOSTICS = `
; Text in front; EAX = the answer, ECX = what it should be.
%macro REPORT 1
    push ecx
    push eax
    mov esi, %%text
    call print
    call report
    jmp %%over
%%text: db %1, 0
%%over:
%endmacro

diagnose:
    mov eax, cs                      ; the current privilege level is the RPL in CS
    and eax, 3
    mov ecx, KERNEL_RING
    REPORT "  CPL in CS           "

    IRQ_OFF
    pushfd
    pop eax
    call flag_if
    xor ecx, ecx
    REPORT "  IF after CLI        "

    IRQ_ON
    pushfd
    pop eax
    IRQ_OFF
    call flag_if
    mov ecx, 1
    REPORT "  IF after STI        "

    IRQ_ON                           ; flags with IF, brought back by POPFD after a CLI
    pushfd
    IRQ_OFF
    popfd
    pushfd
    pop eax
    IRQ_OFF
    call flag_if
    mov ecx, 1
    REPORT "  IF after POPFD      "

    sub esp, 8
    sgdt [esp]
    mov eax, [esp + 2]
    add esp, 8
    mov ecx, gdt
    REPORT "  base by SGDT        "

    sub esp, 8
    sidt [esp]
    mov eax, [esp + 2]
    add esp, 8
    mov ecx, idt
    REPORT "  base by SIDT        "

    xor eax, eax
    sldt ax
    xor ecx, ecx
    REPORT "  selector by SLDT    "

    xor eax, eax
    str ax
    mov ecx, TASK_SELECTOR
    REPORT "  selector by STR     "

    xor eax, eax
    smsw ax
    and eax, 15                      ; PE, MP, EM, TS
    mov ecx, 1
    REPORT "  PE to TS by SMSW    "

    mov edx, KERNEL_CS
    lar eax, edx
    and eax, 0x00f0ff00              ; the other bits are undefined
    mov ecx, 0x00c09b00 + (KERNEL_RING << 13)
    REPORT "  rights by LAR       "

    mov edx, KERNEL_CS
    lsl eax, edx
    mov ecx, 0xffffffff
    REPORT "  limit by LSL        "

    mov eax, ss
    mov ecx, KERNEL_DS
    REPORT "  selector in SS      "

    mov eax, KERNEL_DS
    verw ax
    setz al
    movzx eax, al
    mov ecx, 1
    REPORT "  writable by VERW    "
    ret

; EAX = bit 9 of EAX.
flag_if:
    shr eax, 9
    and eax, 1
    ret

; On the stack: the answer, and what it should be.
report:
    mov eax, [esp + 4]
    call print_hex
    mov esi, report_right
    mov eax, [esp + 4]
    cmp eax, [esp + 8]
    je .print
    mov esi, report_wrong
    call print
    mov eax, [esp + 8]
    call print_hex
    mov esi, new_line
.print:
    call print
    ret 8

report_right: db "  right", 10, 0
report_wrong: db "  WRONG, should be ", 0
`;
