/**
 * Chapter 1: where everything lies. Selectors, the memory map, the frame that a trap leaves on the kernel stack.
 *
 * ```text
 * linear address          seen by        what
 * 00000000 - 003FFFFF     ring 0         the kernel, at the physical address of the same number
 *   00100000              ring 0         image: code, tables, the user program's pages
 *   after it              ring 0         kernel data; first the volatile part (see memory.ts)
 *   00200000 - 003FFFFF   ring 0         eight pools of 64 frames: all memory of process n comes from pool n
 * 08000000 - 083FFFFF     ring 3         one page table, another one in each process:
 *   08000000              read-only      text and constants of the user program
 *   08080000              on demand      zero-filled data
 *   08100000              on demand      heap, up to the process's break
 *   08200000              by map         pages asked for by system call
 *   083EF000              on demand      stack
 *   083FF000              read-only      the system call gate
 * ```
 *
 * @module
 */

/** Constants shared by the kernel and the user program. */
export const LAYOUT = `
; ---------------------------------------------------------------- addresses
KERNEL_BASE   equ 0x100000
POOLS         equ 0x200000           ; physical, and kernel-linear
POOL_FRAMES   equ 64
PROCESSES     equ 8                  ; slot 0 is the idle loop, slot 1 is init
PAGE          equ 4096

USER_BASE     equ 0x08000000
USER_DATA     equ 0x08080000
USER_DATA_END equ 0x08090000
USER_HEAP     equ 0x08100000
USER_HEAP_END equ 0x08200000
USER_MAP      equ 0x08200000
USER_MAP_END  equ 0x08300000
USER_STACK    equ 0x083ef000         ; lowest address
USER_STACK_TOP equ 0x083ff000
USER_GATE     equ 0x083ff000         ; one page: how to call the kernel
USER_END      equ 0x08400000

; ---------------------------------------------------------------- system calls: number in EAX, arguments in EBX and ECX
SYS_GETPID    equ 0                  ; -> number of the process
SYS_YIELD     equ 1                  ; lets the others run
SYS_EXIT      equ 2                  ; status
SYS_WAIT      equ 3                  ; child -> its status, once it has ended
SYS_SPAWN     equ 4                  ; entry, argument -> number of the child
SYS_SBRK      equ 5                  ; bytes -> the old break
SYS_MAP       equ 6                  ; address, pages
SYS_UNMAP     equ 7                  ; address, pages
SYS_WRITE     equ 8                  ; pointer, length: to the console
SYS_POST      equ 9                  ; code: to port 80h
SYS_SLEEP     equ 10                 ; ticks
SYSTEM_CALLS  equ 11
`;

/** Constants of the kernel alone. */
export const KERNEL_LAYOUT = `
; ---------------------------------------------------------------- selectors
KERNEL_CS     equ 0x08 + KERNEL_RING
KERNEL_DS     equ 0x10 + KERNEL_RING
USER_CS       equ 0x18 + 3           ; SYSEXIT wants the four in this order
USER_DS       equ 0x20 + 3
TSS_SELECTOR  equ 0x28

; ---------------------------------------------------------------- bits of a page-table entry (SDM volume 3A, 4.3)
PTE_PRESENT   equ 0x001
PTE_WRITE     equ 0x002
PTE_USER      equ 0x004
PTE_ACCESSED  equ 0x020
PTE_DIRTY     equ 0x040
PDE_4M        equ 0x080
; The kernel's own entries say accessed and dirty from the start: the processor then never writes to them.
PTE_KERNEL    equ PTE_PRESENT + PTE_WRITE + PTE_ACCESSED + PTE_DIRTY

; ---------------------------------------------------------------- the frame of a trap, from ESP upwards
F_ES          equ 0
F_DS          equ 4
F_EDI         equ 8                  ; PUSHAD
F_ESI         equ 12
F_EBP         equ 16
F_EBX         equ 24
F_EDX         equ 28
F_ECX         equ 32
F_EAX         equ 36
F_VECTOR      equ 40                 ; pushed by the stub
F_ERROR       equ 44                 ; pushed by the processor, or 0 by the stub
F_EIP         equ 48                 ; pushed by the processor
F_CS          equ 52
F_EFLAGS      equ 56
F_ESP         equ 60                 ; only of traps from ring 3
F_SS          equ 64
F_BYTES       equ 68

TSS_ESP0      equ 4
TSS_SS0       equ 8
TSS_IOMAP     equ 102
TSS_BYTES     equ 104

TIMER_VECTOR  equ 0x20
CALL_VECTOR   equ 0x80

FREE equ 0                           ; states of a process slot
READY equ 1                          ; running, or in the ready queue
WAITING equ 2                        ; for a child
SLEEPING equ 3
ZOMBIE equ 4                         ; ended; its parent has not asked yet
`;
