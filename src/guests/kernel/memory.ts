/**
 * Last page of the kernel: its data, none of it in the image.
 *
 * Between `volatile_start` and `volatile_end` lies everything whose contents depend on when the timer ticked: kernel stacks
 * with the frames that interrupts left on them, the ready queue, counters. All other memory is the same after every run,
 * whatever the processor's speed.
 *
 * @module
 */

/** Data, volatile part first; the data of the acts, chapter 2, follow the kernel stacks. */
export const memory = (actsData: string) => `
section .bss align=4096
kernel_data:
volatile_start:
kernel_stacks:  resb PROCESSES * PAGE     ; slot 0: boot, then the idle loop
boot_stack_top  equ kernel_stacks + PAGE
${actsData}
current:        resd 1                    ; slot that runs
ready_head:     resd 1
ready_tail:     resd 1
need_schedule:  resd 1                    ; a tick has come since the last switch
ticks:          resd 1
switches:       resd 1
preemptions:    resd 1
stray_interrupts: resd 1
fault_address:  resd 1
boot_time:      resq 1
run_time:       resq 1
slot_state:     resb PROCESSES
slot_next:      resb PROCESSES            ; in the ready queue
slot_esp:       resd PROCESSES            ; kernel stack pointer while another one runs
slot_wake:      resd PROCESSES            ; tick at which a sleeper's time is up
slot_awaits:    resd PROCESSES            ; child that a waiting parent waits for
alignb PAGE
volatile_end:

kernel_directory: resb PAGE
kernel_table:     resb PAGE
slot_directory: resd PROCESSES            ; physical address of the page directory
slot_table:     resd PROCESSES            ; and of its one user page table
slot_break:     resd PROCESSES
slot_parent:    resd PROCESSES
slot_status:    resd PROCESSES
slot_faults:    resd PROCESSES            ; pages that appeared on demand
pool_free:      resd PROCESSES            ; free frames
pool_stack:     resd PROCESSES * POOL_FRAMES
fast_calls:     resd 1                    ; 1: the gate page uses SYSENTER
alignb PAGE
kernel_end:
`;
