; Integer work: the sieve of Eratosthenes, CRC-32, a matrix product, quicksort.

SIEVE       equ 32768           ; numbers to sieve
CRC_BYTES   equ 16384
MATRIX      equ 32              ; rows and columns
SORT        equ 4096            ; numbers to sort

FLAGS       equ DATA
BUFFER      equ DATA + 0x10000
TABLE       equ DATA + 0x20000
FACTOR_A    equ DATA + 0x30000
FACTOR_B    equ DATA + 0x32000
NUMBERS     equ DATA + 0x40000

main:
        call crc_table
.round:
        call sieve
        call mix
        call crc32
        call mix
        call matrix
        call mix
        call sort
        call mix
        dec dword [WORK]
        jnz .round
        mov eax, [CHECKSUM]
        ret

; Counts the primes below SIEVE.
sieve:
        mov edi, FLAGS
        mov eax, 0x01010101
        mov ecx, SIEVE / 4
        rep stosd
        mov esi, 2
.outer:
        cmp byte [FLAGS + esi], 0
        je .composite
        mov edx, esi
        imul edx, esi
        cmp edx, SIEVE
        jae .count
.cross:
        mov byte [FLAGS + edx], 0
        add edx, esi
        cmp edx, SIEVE
        jb .cross
.composite:
        inc esi
        jmp .outer
.count:
        xor eax, eax
        mov esi, 2
.each:
        movzx edx, byte [FLAGS + esi]
        add eax, edx
        inc esi
        cmp esi, SIEVE
        jne .each
        ret

crc_table:
        xor ecx, ecx
.entry:
        mov eax, ecx
        mov edx, 8
.bit:
        shr eax, 1
        jnc .zero
        xor eax, 0xEDB88320
.zero:
        dec edx
        jnz .bit
        mov [TABLE + ecx * 4], eax
        inc ecx
        cmp ecx, 256
        jb .entry
        ret

; Fills a buffer with random words and sums it up.
crc32:
        mov edi, BUFFER
        mov ecx, CRC_BYTES / 4
.fill:
        call random
        mov [edi], eax
        add edi, 4
        dec ecx
        jnz .fill
        mov esi, BUFFER
        mov ecx, CRC_BYTES
        mov eax, -1
.byte:
        movzx edx, byte [esi]
        inc esi
        mov ebx, eax
        shr eax, 8
        and ebx, 0xFF
        xor ebx, edx
        xor eax, [TABLE + ebx * 4]
        dec ecx
        jnz .byte
        not eax
        ret

; Multiplies two random matrices; the result is the sum of all elements, each turned by its place.
matrix:
        mov edi, FACTOR_A
        mov ecx, MATRIX * MATRIX
.fill:
        call random
        sar eax, 16
        mov [edi], eax
        mov [edi + FACTOR_B - FACTOR_A], eax
        add edi, 4
        dec ecx
        jnz .fill
        xor ebp, ebp            ; the sum
        mov edx, FACTOR_A       ; the row
.row:
        mov ecx, FACTOR_B       ; the column
.column:
        push ecx
        mov esi, edx
        mov edi, ecx
        xor ebx, ebx
        mov ecx, MATRIX
.product:
        mov eax, [esi]
        imul eax, [edi]
        add ebx, eax
        add esi, 4
        add edi, MATRIX * 4
        dec ecx
        jnz .product
        pop ecx
        rol ebp, 1
        add ebp, ebx
        add ecx, 4
        cmp ecx, FACTOR_B + MATRIX * 4
        jne .column
        add edx, MATRIX * 4
        cmp edx, FACTOR_A + MATRIX * MATRIX * 4
        jne .row
        mov eax, ebp
        ret

; Sorts random numbers and sums up each times its place.
sort:
        mov edi, NUMBERS
        mov ecx, SORT
.fill:
        call random
        mov [edi], eax
        add edi, 4
        dec ecx
        jnz .fill
        mov esi, NUMBERS
        mov edi, NUMBERS + SORT * 4 - 4
        call quicksort
        xor eax, eax
        mov ecx, SORT
.sum:
        mov edx, [NUMBERS + ecx * 4 - 4]
        imul edx, ecx
        add eax, edx
        dec ecx
        jnz .sum
        ret

; Sorts the signed words from ESI to EDI, both included (Hoare's partition).
quicksort:
        cmp esi, edi
        jae .done
        push esi
        push edi
        mov eax, edi
        sub eax, esi
        shr eax, 1
        and eax, -4
        mov ebx, [esi + eax]    ; the pivot
.up:
        cmp [esi], ebx
        jge .down
        add esi, 4
        jmp .up
.down:
        mov eax, [edi]
        cmp eax, ebx
        jle .meet
        sub edi, 4
        jmp .down
.meet:
        cmp esi, edi
        ja .parted
        mov edx, [esi]
        mov [esi], eax
        mov [edi], edx
        add esi, 4
        sub edi, 4
        cmp esi, edi
        jbe .up
.parted:
        pop edx                 ; the last
        push edx
        push esi
        mov esi, [esp + 8]
        call quicksort          ; first .. edi
        pop esi
        pop edi
        call quicksort          ; esi .. last
        add esp, 4
.done:
        ret
