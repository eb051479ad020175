; Calls: plain recursion, and indirect calls through a table.

FIBONACCI   equ 17
CALLS       equ 16384

main:
.round:
        push FIBONACCI
        call fib
        add esp, 4
        call mix
        call dispatch
        call mix
        dec dword [WORK]
        jnz .round
        mov eax, [CHECKSUM]
        ret

; The Fibonacci number of its stack parameter, the slow way.
fib:
        push ebp
        mov ebp, esp
        push ebx
        mov eax, [ebp + 8]
        cmp eax, 2
        jb .done
        dec eax
        push eax
        call fib
        add esp, 4
        mov ebx, eax
        mov eax, [ebp + 8]
        sub eax, 2
        push eax
        call fib
        add esp, 4
        add eax, ebx
.done:
        pop ebx
        leave
        ret

; Calls one of eight small functions per step, as a random number says.
dispatch:
        xor ebx, ebx            ; what the functions work on
        mov ecx, CALLS
.step:
        call random
        shr eax, 28
        and eax, 7
        call [operations + eax * 4]
        dec ecx
        jnz .step
        mov eax, ebx
        ret

add_one:
        inc ebx
        ret
add_count:
        add ebx, ecx
        ret
turn_left:
        rol ebx, 3
        ret
turn_right:
        ror ebx, 5
        ret
flip:
        xor ebx, 0x5A5A5A5A
        ret
double:
        lea ebx, [ebx + ebx + 1]
        ret
negate:
        neg ebx
        ret
halve:
        test ebx, ebx
        jns .even
        sub ebx, ecx
        ret
.even:
        shr ebx, 1
        ret

        align 4
operations: dd add_one, add_count, turn_left, turn_right, flip, double, negate, halve
