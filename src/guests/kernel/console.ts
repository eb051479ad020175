/**
 * Chapter 10: the kernel's own words. The driver itself, `console_send`, is an act (chapter 2).
 *
 * @module
 */

/** Printing. Each routine keeps EBX, ECX, EDI, EBP. */
export const CONSOLE = `
; The text at ESI, up to a zero byte.
print:
    push ecx
    xor ecx, ecx
.length:
    cmp byte [esi + ecx], 0
    je .send
    inc ecx
    jmp .length
.send:
    call console_send
    pop ecx
    ret

; EAX as eight hexadecimal digits. The last one ends up nearest the text's end.
print_hex:
    push ebx
    push ecx
    sub esp, 8
    mov ebx, 8
.digit:
    mov ecx, eax
    and ecx, 15
    mov cl, [hex_digits + ecx]
    mov [esp + ebx - 1], cl
    shr eax, 4
    dec ebx
    jnz .digit
    mov esi, esp
    mov ecx, 8
    call console_send
    add esp, 8
    pop ecx
    pop ebx
    ret

; EAX as a decimal number.
print_decimal:
    push ebx
    push ecx
    sub esp, 12
    mov ecx, 10
    lea esi, [esp + 12]
.digit:
    xor edx, edx
    div ecx
    add dl, '0'
    dec esi
    mov [esi], dl
    test eax, eax
    jnz .digit
    lea ecx, [esp + 12]
    sub ecx, esi
    call console_send
    add esp, 12
    pop ecx
    pop ebx
    ret

hex_digits: db "0123456789ABCDEF"
`;
