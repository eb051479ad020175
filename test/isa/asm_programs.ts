/** Whole programs for the assembler. They assemble under nasm too, and each shows one part of the language. */
export const PROGRAMS: readonly { readonly name: string; readonly source: string }[] = [
  {
    name: "boot sector",
    source: `bits 16
org 0x7c00
start:  cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        mov si, message
.print: lodsb
        test al, al
        jz .done
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp .print
.done:  hlt
        jmp .done
message: db "Hello, world!", 13, 10, 0
        times 510-($-$$) db 0
        dw 0xaa55
`,
  },
  {
    name: "switch to protected mode",
    source: `bits 16
org 0x7c00
CODE equ code_descriptor - gdt
DATA equ data_descriptor - gdt
start:  cli
        lgdt [gdt_pointer]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword CODE:protected
align 8
gdt:    dq 0
code_descriptor: dq 0x00cf9a000000ffff
data_descriptor:
        dw 0xffff, 0
        db 0, 10010010b, 1100_1111b, 0
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt
bits 32
protected:
        mov ax, DATA
        mov ds, ax
        mov ss, ax
        mov esp, 0x90000
        mov dword [fs:0xb8000], 0x07410742
        call far [es:ebx+4]
        o16 retf
        jmp CODE:protected
`,
  },
  {
    name: "local labels",
    source: `bits 32
first:
.loop:  dec ecx
        jnz .loop
        jmp second.loop
second:
.loop:  jmp .loop
        jmp first.loop
.end    equ $ - second
third   equ second.end * 2
        mov eax, third
        mov ebx, .end
..@special:
        jmp .loop
        jmp ..@special
`,
  },
  {
    name: "data and expressions",
    source: `bits 32
        db 1, 'a', "abc", 0x7f, -1, 255, 'x'+1
        dw 'a', 'ab', "abc", 1000, -1
        dd 'abcd', "abcde", 0x12345678, 12h, 0ffh, $0ff, 0b101, 101b, 0o17, 17q, 0d10, 10d, 1_000_000
        dq 0x123456789abcdef0, -1, 'abcdefgh'
        dd (1+2)*3, 7/2, -7//2, 7 % 3, -7 %% 3, 1<<10, 0x80000000>>4, -8>>>1
        dd 0xff & 0x0f | 0x30 ^ 1, ~0, !0, !5, -(-3), +4
        dd 1 < 2, 2 < 1, 3 == 3, 3 != 3, 4 >= 4, 1 && 0, 1 || 0, 1 ^^ 1
        dd 1.0, -2.5, 3.14159265358979, 1e10, 0.1, 1.17549435e-38, 1e-45
        dq 1.0, -2.5, 3.14159265358979, 1e300, 0.1, 5e-324
        dt 1.0, -2.5, 3.14159265358979, 1e4000, 0.1, 3.6451995318824746025e-4951
        db \`tab\\there\\n\\x41\\101\\u20ac\`, 0
here:   dd $, $$, $-$$, here, here+4, end-here
        resb 3
        resw 2
        resd 1
        resq 1
        times 3 dw 1, 2
end:
`,
  },
  {
    name: "alignment",
    source: `bits 32
        nop
align 4
        db 1
align 8, db 0
        db 2
alignb 16
        db 3
align 2, hlt
        dd $
`,
  },
  {
    name: "macros",
    source: `bits 32
%define PORT 0x3f8
%define ADD(a, b) ((a)+(b))
%define TWICE(x) ADD(x, x)
%macro outb 2
        mov dx, %1
        mov al, %2
        out dx, al
%endmacro
%macro isr 1-2 0
isr_%1:
%if %2 == 0
        push dword 0
%endif
        push dword %1
        jmp shared
%endmacro
%macro wait_for 1
%%again: in al, %1
        test al, 1
        jz %%again
%endmacro
%macro pushall 1-*
%rep %0
        push %1
%rotate 1
%endrep
%endmacro
%macro text 1+
        db %1, 0
%endmacro
%macro jump_unless 2
        j%-1 %2
%endmacro
        outb PORT, 'A'
        outb PORT+1, TWICE(3)
        isr 0
        isr 8, 1
        isr 13, 1
shared: wait_for 0x64
        wait_for 0x60
        pushall eax, ebx, ecx
        text "hello", 10
        jump_unless z, shared
labelled: outb 1, 2
        dd isr_0, isr_8, labelled, ADD(1, 2)
`,
  },
  {
    name: "conditional assembly",
    source: `bits 32
%define DEBUG
%assign level 3
%if level > 2 && level < 5
        db 1
%elif level == 2
        db 2
%else
        db 3
%endif
%ifdef DEBUG
        db 4
%else
        db 5
%endif
%ifndef DEBUG
        db 6
%elifdef level
        db 7
%endif
%ifidn abc, abc
        db 8
%endif
%ifidni ABC, abc
        db 9
%endif
%ifnum 5
        db 10
%endif
%ifstr "x"
        db 11
%endif
%ifid x
        db 12
%endif
%undef DEBUG
%ifdef DEBUG
        db 13
%endif
size equ 40
%if size > 30
        times size-30 db 0xaa
%endif
%if $-$$ > 10
        db 14
%endif
`,
  },
  {
    name: "repetition",
    source: `bits 32
%assign i 0
table:
%rep 16
        dd handler_%+i
%assign i i+1
%endrep
%assign i 0
%rep 16
handler_%+i:
        push i
        jmp target
%assign i i+1
%endrep
%rep 10
%rep 2
        db 1
%endrep
%assign i i-1
%if i == 12
%exitrep
%endif
%endrep
%strlen length 'hello'
        db length
%substr letter 'hello' 2
        db letter
%xdefine fixed i
%assign i 99
        db fixed, i
target: ret
`,
  },
  {
    name: "sections",
    source: `bits 32
org 0x1000
start:  mov eax, [counter]
        mov ebx, buffer
        mov ecx, buffer_end - buffer
        jmp start
section .data
counter: dd 5
pointer: dd buffer, start, $$, $
section .text
        call start
section .rodata align=16
        db "text"
section .bss
buffer: resb 64
buffer_end:
section .data
        dd buffer_end
`,
  },
  {
    name: "structures",
    source: `bits 32
struc tss
.link:  resw 2
.esp0:  resd 1
.ss0:   resd 1
.rest:  resb 92
endstruc
struc point, 4
.x:     resd 1
.y:     resd 1
endstruc
        mov eax, [ebx+tss.esp0]
        mov ecx, tss_size
        mov edx, [ebx+point.y]
here:
istruc tss
at tss.esp0, dd 0x1234
at tss.ss0, dd 0x10
iend
absolute 0x500
flags:  resd 1
count:  resw 1
section .text
        inc word [count]
        dd flags, count
`,
  },
  {
    name: "immediates of unknown size",
    source: `bits 32
        add ebx, SMALL
        add ebx, LARGE
        push SMALL
        push LARGE
        mov eax, [ebx+SMALL]
        mov eax, [ebx+LARGE]
        mov eax, [ebx+last-first]
        mov eax, [ebx+last]
        shl eax, ONE
        shl eax, SMALL
        imul eax, SMALL
        imul eax, ebx, LARGE
        cmp byte [ebx], SMALL
        add eax, last
        add ebx, last-first
        push last
first:  nop
last:
SMALL   equ 5
LARGE   equ 500
ONE     equ 1
`,
  },
  {
    name: "jumps that grow one another",
    source: `bits 32
a:      jmp c
        times 120 nop
b:      jmp a
        jz c
        times 119 nop
c:      jnz b
        call a
        times 124 nop
d:      loop d
        jmp short d
        jmp near d
        jecxz d
        jmp c
        times 100 nop
        jmp b
        jmp d
`,
  },
  {
    name: "jumps in 16-bit code",
    source: `bits 16
org 0x100
a:      jmp b
        times 126 nop
        jc b
        jmp dword b
        call b
        call dword b
b:      times 128 nop
        jne a
        jcxz b2
        jecxz b2
        loop b2, ecx
        a32 loopne b2
b2:     jmp a
        jmp 0xf000:0xfff0
        jmp 0x150
        jmp 0x7c00
        call 0x1234
        jz short 0x1e0
        jmp dword 8:0x100000
        call far [bx+si]
        call far dword [bx]
`,
  },
  {
    name: "prefixes",
    source: `bits 32
        rep movsb
        rep a16 movsw
        repne scasd
        repe cmpsb
        lock inc dword [eax]
        es movsd
        rep gs lodsd
        o16 iret
        a16 xlatb
        fs xlatb
        cs jmp [eax]
        lock
        rep
        ds
bits 16
        o32 iret
        a32 rep stosd
        o32 lgdt [bx]
        o32 retf
        a32 mov ax, [0x1234]
`,
  },
  {
    name: "odd corners",
    source: `bits 32
$mov:   nop
        call $mov
        mov eax, [$mov]
        times 3 jmp $
        times 2 call far_away
far_away:
        mov EAX, DWord [EBX + ESI*4 - 'a' + 1]
        mov eax, [nosplit eax*2]
        mov eax, [nosplit eax+eax]
        mov eax, [eax+eax*8]
        mov eax, [es:far_away+ecx]
        lea edx, [eax*2+eax+far_away-$$]
        mov eax, \\
            5
        dd 1 ; a comment, with 'quotes
        [section .text]
        [bits 16]
        mov eax, [bx+far_away-$$]
`,
  },
];
