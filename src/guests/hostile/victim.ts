/**
 * The neighbour of a hostile guest: a well-behaved program that computes, prints, and keeps a secret in its memory.
 *
 * @module
 */

import { asm, type Program } from "../../isa/mod.ts";

/** RAM that the victim needs, in bytes. */
export const VICTIM_BYTES = 1 << 20;
/** Words that fill the victim's pages and must be found nowhere else. The program holds them only enciphered. */
export const SECRET: readonly [number, number] = [0x5ec2e7a1, 0x1dea5afe];

const CIPHER = 0x77777777;

/**
 * The program: a kernel with paging and a timer that fills 128 KiB with its secret, computes checksums over it in ring 3, and
 * prints one a tick. It ends with exit code 1.
 *
 * @param rounds lines to print
 */
export function victimProgram(rounds = 3): Program {
  return asm`
    bits 32
    org 0x10000
            cli
            cld
            mov esp, 0x9000
            lgdt [gdt_pointer]
            mov edi, 0x40000        ; page directory, and a table for the first 4 MiB
            mov dword [edi], 0x41007
            mov edi, 0x41000
            mov eax, 7
            mov ecx, 256
    .map:   stosd
            add eax, 4096
            loop .map
            mov eax, 0x40000
            mov cr3, eax
            mov eax, cr0
            or eax, 0x80000000
            mov cr0, eax
            jmp 8:.paged
    .paged: mov eax, 0x10
            mov ds, eax
            mov es, eax
            mov ss, eax
            mov eax, 0x28
            ltr ax
            lidt [idt_pointer]
            mov edi, 0x60000
            mov ecx, 0x4000
            mov eax, ${(SECRET[0] ^ CIPHER) >>> 0}
            mov edx, ${(SECRET[1] ^ CIPHER) >>> 0}
            xor eax, ${CIPHER}
            xor edx, ${CIPHER}
    .fill:  mov [edi], eax
            mov [edi + 4], edx
            add edi, 8
            loop .fill
            mov al, 0x11            ; interrupts: the timer at vector 20h, every millisecond or so
            out 0x20, al
            mov al, 0x20
            out 0x21, al
            mov al, 4
            out 0x21, al
            mov al, 1
            out 0x21, al
            mov al, 0xFE
            out 0x21, al
            mov al, 0x34
            out 0x43, al
            mov al, 0
            out 0x40, al
            mov al, 1
            out 0x40, al
            push dword 0x23
            push dword 0xA000
            push dword 0x202
            push dword 0x1B
            push dword user
            mov eax, 0x23
            mov ds, eax
            mov es, eax
            iretd

    ; Ring 3: checksums, printed by system call.
    user:   mov ebp, ${rounds}
    .round: mov esi, 0x60000
            mov ecx, 0x8000
            mov eax, ebp
    .sum:   rol eax, 5
            add eax, [esi]
            xor eax, ecx
            add esi, 4
            dec ecx
            jnz .sum
            int 0x80
            dec ebp
            jnz .round
            mov eax, 0
            int 0x81

    ; Prints EAX in hexadecimal and waits for a tick.
    print:  push ds
            push eax
            push ecx
            push edx
            push ebx
            mov ecx, 0x10
            mov ds, ecx
            mov ebx, eax
            mov ecx, 8
            mov edx, 0x3F8
    .digit: rol ebx, 4
            mov al, bl
            and al, 15
            add al, '0'
            cmp al, '9'
            jbe .out
            add al, 7
    .out:   out dx, al
            loop .digit
            mov al, 10
            out dx, al
            mov dword [ticked], 0
            sti
    .wait:  hlt
            cmp dword [ticked], 0
            je .wait
            pop ebx
            pop edx
            pop ecx
            pop eax
            pop ds
            iretd
    tick:   push eax
            mov dword [ss:ticked], 1
            mov al, 0x20
            out 0x20, al
            pop eax
            iretd
    done:   mov al, 0
            out 0xF4, al
            jmp $
    unexpected:
            mov al, 9
            out 0xF4, al
            jmp $

    align 8
    gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
            dw 0x67, tss - $$
            db 1, 0x89, 0, 0
    gdt_pointer:
            dw $ - gdt - 1
            dd gdt
    idt_pointer:
            dw 0x82 * 8 - 1
            dd idt
    tss:    dd 0, 0x9000, 0x10
            times 26 - 3 dd 0
    ticked: dd 0
    align 8
    idt:
    %assign vector 0
    %rep 0x82
    %if vector == 0x20
            dw tick - $$, 8, 0x8E00, 1
    %elif vector == 0x80
            dw print - $$, 8, 0xEE00, 1
    %elif vector == 0x81
            dw done - $$, 8, 0xEE00, 1
    %else
            dw unexpected - $$, 8, 0x8E00, 1
    %endif
    %assign vector vector + 1
    %endrep
  `;
}
