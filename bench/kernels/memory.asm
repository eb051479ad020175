; Memory work: copies, pointer chasing, unaligned accesses, bytes and 16-bit words.

SOURCE      equ DATA            ; 256 KiB
TARGET      equ DATA + 0x40000  ; 256 KiB
NODES       equ DATA + 0x80000  ; a list of 4096 nodes, 64 bytes apart
HISTOGRAM   equ DATA + 0xC0000  ; 256 counters
COPY_BYTES  equ 65536
NODE_COUNT  equ 4096

main:
        mov edi, SOURCE
        mov ecx, 0x40000 / 4
.fill:
        call random
        mov [edi], eax
        add edi, 4
        dec ecx
        jnz .fill
        call link
.round:
        call copy_string
        call copy_loop
        call chase
        call mix
        call unaligned
        call mix
        call bytes
        call mix
        call words
        call mix
        dec dword [WORK]
        jnz .round
        mov eax, [CHECKSUM]
        ret

; Links the nodes into one ring, each leading to the one 1365 places on: no two neighbours on a page.
link:
        xor ecx, ecx
.node:
        lea eax, [ecx + 1365]
        and eax, NODE_COUNT - 1
        shl eax, 6
        add eax, NODES
        mov edx, ecx
        shl edx, 6
        mov [NODES + edx], eax
        mov [NODES + edx + 4], ecx
        inc ecx
        cmp ecx, NODE_COUNT
        jb .node
        ret

; 64 KiB by one instruction.
copy_string:
        mov esi, SOURCE
        mov edi, TARGET
        mov ecx, COPY_BYTES / 4
        rep movsd
        ret

; 64 KiB by a loop.
copy_loop:
        mov esi, SOURCE + COPY_BYTES
        mov edi, TARGET + COPY_BYTES
        mov ecx, COPY_BYTES / 8
.pair:
        mov eax, [esi]
        mov edx, [esi + 4]
        mov [edi], eax
        mov [edi + 4], edx
        add esi, 8
        add edi, 8
        dec ecx
        jnz .pair
        ret

; Once round the ring.
chase:
        mov esi, NODES
        mov ecx, NODE_COUNT
        xor eax, eax
.step:
        rol eax, 1
        add eax, [esi + 4]
        mov esi, [esi]
        dec ecx
        jnz .step
        ret

; Words at every fifth byte: most are misaligned, some cross a page.
unaligned:
        mov esi, SOURCE + 1
        mov edi, TARGET + 3
        mov ecx, 8192
        xor eax, eax
.word:
        mov edx, [esi]
        add eax, edx
        mov [edi], eax
        add esi, 5
        add edi, 5
        dec ecx
        jnz .word
        ret

; Counts bytes by value.
bytes:
        mov edi, HISTOGRAM
        mov ecx, 256
        xor eax, eax
        rep stosd
        mov esi, TARGET
        mov ecx, 16384
.byte:
        movzx eax, byte [esi]
        inc dword [HISTOGRAM + eax * 4]
        inc esi
        dec ecx
        jnz .byte
        mov ecx, 256
        xor eax, eax
.sum:
        mov edx, [HISTOGRAM + ecx * 4 - 4]
        imul edx, ecx
        add eax, edx
        dec ecx
        jnz .sum
        ret

; Sums of 16-bit words, and their bytes changed in place.
words:
        mov esi, TARGET
        mov ecx, 8192
        xor eax, eax
        xor ebx, ebx
.word:
        mov dx, [esi]
        add bx, dx
        xchg dl, dh
        mov [esi], dx
        movsx edx, dx
        add eax, edx
        xor byte [esi], 0x5A
        add esi, 2
        dec ecx
        jnz .word
        xor eax, ebx
        ret
