/** Guests for the tests of the whole machine, as source text. */

/** Both 8259As with vectors 20h and 28h; `masks` are the OCW1s. */
export const initializePics = (master: number, slave: number) => `
    mov al, 0x11
    out 0x20, al
    out 0xa0, al
    mov al, 0x20
    out 0x21, al
    mov al, 0x28
    out 0xa1, al
    mov al, 4
    out 0x21, al
    mov al, 2
    out 0xa1, al
    mov al, 1
    out 0x21, al
    out 0xa1, al
    mov al, ${master}
    out 0x21, al
    mov al, ${slave}
    out 0xa1, al
`;

/** Real mode: an interrupt handler counts ticks of counter 0 until there are three, with work in between. */
export const COUNT_TICKS = `
  bits 16
  org 0x7c00
    cli
    xor ax, ax
    mov ds, ax
    mov word [0x20 * 4], tick
    mov word [0x20 * 4 + 2], 0
    ${initializePics(0xfe, 0xff)}
    mov al, 0x34          ; counter 0, mode 2
    out 0x43, al
    mov ax, 50            ; 42 microseconds
    out 0x40, al
    mov al, ah
    out 0x40, al
    sti
work:
    mov cx, 100
  .loop:
    add [sum], cx
    adc word [sum + 2], 0
    loop .loop
    cmp byte [ticks], 3
    jb work
    cli
    mov al, [ticks]
    out 0xf4, al
    hlt
tick:
    push ax
    inc byte [ticks]
    mov al, [ticks]
    out 0x80, al
    mov al, 0x20
    out 0x20, al
    pop ax
    iret
ticks equ 0x9000   ; a page without code: writes there are fast
sum equ 0x9004
`;

/** Protected mode with paging: tables, a timer interrupt, page faults that the handler repairs, string moves, the serial port. */
export const PAGED_KERNEL = `
  bits 32
  org 0x100000
start:
    mov esp, 0x90000
    lgdt [gdtr]
    mov eax, handler_pf
    mov edi, 0x2000 + 14 * 8
    call gate
    mov eax, handler_timer
    mov edi, 0x2000 + 0x20 * 8
    call gate
    lidt [idtr]
    ; identity map of the first 4 MiB, without the pages 200h to 2ffh
    mov edi, 0x4000
    mov eax, 3
    mov ecx, 1024
  .fill:
    stosd
    add eax, 0x1000
    loop .fill
    mov edi, 0x4000 + 0x200 * 4
    mov ecx, 0x100
    xor eax, eax
    rep stosd
    mov dword [0x3000], 0x4003
    mov eax, 0x3000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    ${initializePics(0xfe, 0xff)}
    mov al, 0x34
    out 0x43, al
    mov al, 0x00
    out 0x40, al
    mov al, 0x02
    out 0x40, al
    sti
    mov esi, 0x200000
  .touch:
    mov [esi], esi
    mov eax, [esi + 4]
    add eax, esi
    xor [total], eax
    push esi
    lea edi, [esi + 64]
    mov ecx, 100
    rep movsd
    pop esi
    bt dword [esi], 3
    adc dword [total + 4], 0
    add esi, 0x1000
    mov dx, 0x3f8
    mov eax, esi
    shr eax, 12
    out dx, al
    cmp esi, 0x2ff000
    jb .touch
  .wait:
    hlt
    cmp dword [ticks], 40
    jb .wait
    cli
    hlt
gate:
    mov [edi], ax
    mov word [edi + 2], 8
    mov word [edi + 4], 0x8e00
    shr eax, 16
    mov [edi + 6], ax
    ret
handler_pf:
    push eax
    push ebx
    mov eax, cr2
    mov ebx, eax
    shr ebx, 12
    and eax, 0xfffff000
    or eax, 3
    mov [0x4000 + ebx * 4], eax
    inc dword [faults]
    pop ebx
    pop eax
    add esp, 4
    iret
handler_timer:
    push eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret
gdtr: dw 23
      dd gdt
align 8
gdt:  dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
idtr: dw 0x7ff
      dd 0x2000
total: dd 0, 0
ticks: dd 0
faults: dd 0
`;
