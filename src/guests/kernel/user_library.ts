/**
 * The user's side, first part: calling the kernel, and putting a line of text together.
 *
 * @module
 */

/** Macro and routines for programs in ring 3. */
export const USER_LIBRARY = `
; SYSTEM_CALL number: result in EAX, everything else as it was.
%macro SYSTEM_CALL 1
    mov eax, %1
    call USER_GATE
%endmacro

; ---------------------------------------------------------------- a line of text, in this process's own zero-filled data
absolute USER_DATA
line_length: resd 1
line:        resb 124
library_data_end:
section .text

; Appends the text at EBX, up to a zero byte. Keeps all registers.
put_text:
    pushad
    mov edx, [line_length]
.next:
    mov al, [ebx]
    test al, al
    jz .end
    mov [line + edx], al
    inc ebx
    inc edx
    jmp .next
.end:
    mov [line_length], edx
    popad
    ret

; Appends EAX as eight hexadecimal digits. Keeps all registers.
put_hex:
    pushad
    mov edx, [line_length]
    mov ecx, 8
.digit:
    rol eax, 4
    mov ebx, eax
    and ebx, 15
    mov bl, [digits + ebx]
    mov [line + edx], bl
    inc edx
    loop .digit
    mov [line_length], edx
    popad
    ret
digits: db "0123456789abcdef"

; Ends the line, writes it in one system call and begins the next. Keeps all registers.
put_line:
    pushad
    mov edx, [line_length]
    mov byte [line + edx], 10
    lea ecx, [edx + 1]
    mov ebx, line
    SYSTEM_CALL SYS_WRITE
    mov dword [line_length], 0
    popad
    ret
`;
