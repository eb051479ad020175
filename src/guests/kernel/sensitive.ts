/**
 * The acts: every place where the kernel touches something that belongs to the whole machine. The rest of the source uses
 * these macros and routines and no privileged or sensitive instruction of its own (but for the diagnostics, whose subject
 * they are). There are two versions of each, in `sensitive_native.ts` and `sensitive_paravirtual.ts`; nothing else differs.
 *
 * @module
 */

/** One act. */
export interface SensitiveAct {
  /** Name of the macro or routine. */
  readonly name: string;
  /** Macro parameters or registers. */
  readonly takes: string;
  /** What holds afterwards. */
  readonly does: string;
  /** Instructions of the native version that a monitor must not let through. */
  readonly native: string;
  /** What stands in their place in the paravirtual version. */
  readonly paravirtual: string;
}

/** All acts, in the order of their definition. */
export const SENSITIVE_ACTS: readonly SensitiveAct[] = [
  {
    name: "CHECK_LOADER",
    takes: "EAX as at the start",
    does: "whoever started the kernel can run this build; otherwise the processor halts",
    native: "nothing",
    paravirtual: "compares EAX with the monitor's magic number, hlt if it is another",
  },
  {
    name: "IRQ_OFF",
    takes: "",
    does: "no interrupt is taken any more",
    native: "cli",
    paravirtual: "clears the mask byte of the shared page",
  },
  {
    name: "IRQ_ON",
    takes: "",
    does: "interrupts are taken again",
    native: "sti",
    paravirtual: "sets the mask byte; hypercall unmask if something is pending",
  },
  {
    name: "CRITICAL_BEGIN",
    takes: "",
    does: "interrupts are off, and one word on the stack knows how it was",
    native: "pushfd, cli",
    paravirtual: "pushes the mask byte and clears it",
  },
  {
    name: "CRITICAL_END",
    takes: "",
    does: "interrupts are as they were before CRITICAL_BEGIN",
    native: "popfd",
    paravirtual: "pops the mask byte; hypercall unmask if it is set and something is pending",
  },
  {
    name: "IDLE_WAIT",
    takes: "",
    does: "interrupts are on, and one has come",
    native: "sti, hlt",
    paravirtual: "hypercall block",
  },
  {
    name: "TRAP_RETURN",
    takes: "",
    does: "goes back to what the trap interrupted; EIP, CS, EFLAGS (and ESP, SS) lie on the stack",
    native: "iretd",
    paravirtual: "sets the mask byte from the frame, iretd; hypercall iret if something is pending",
  },
  {
    name: "FAST_RETURN",
    takes: "",
    does: "goes to ring 3 at EDX with the stack ECX, interrupts on",
    native: "sti, sysexit",
    paravirtual: "not assembled: the gate page uses INT 80h",
  },
  {
    name: "LOAD_DIRECTORY",
    takes: "register",
    does: "the page directory at that physical address is in force, the TLB empty but for global pages",
    native: "mov cr3",
    paravirtual: "hypercall set_page_directory",
  },
  {
    name: "FAULT_ADDRESS",
    takes: "register",
    does: "the register holds the address of the last page fault",
    native: "mov from cr2",
    paravirtual: "reads the shared page",
  },
  {
    name: "SET_ENTRY",
    takes: "address register, value register",
    does:
      "a word of a page directory or page table in use is written, perhaps only by the next FLUSH_ENTRIES",
    native: "mov (a traced page under a monitor with shadow page tables)",
    paravirtual: "one more pair in the queue; hypercall multicall when it is full",
  },
  {
    name: "FLUSH_ENTRIES",
    takes: "",
    does: "all SET_ENTRY so far are in force",
    native: "nothing",
    paravirtual: "hypercall update_page_table for one, multicall for several",
  },
  {
    name: "FORGET_DIRECTORY",
    takes: "register",
    does: "the page directory and its tables are ordinary memory again",
    native: "nothing",
    paravirtual: "hypercall release_page_directory",
  },
  {
    name: "INVALIDATE",
    takes: "register",
    does: "the TLB holds nothing of the page at that address",
    native: "invlpg",
    paravirtual: "hypercall invalidate",
  },
  {
    name: "KERNEL_STACK",
    takes: "register",
    does: "the next trap from ring 3 uses the stack that ends there",
    native: "mov to the TSS",
    paravirtual: "hypercall stack_switch",
  },
  {
    name: "PORT_OUT",
    takes: "port",
    does: "AL is at the port",
    native: "out",
    paravirtual: "hypercall io_write",
  },
  {
    name: "start_tables",
    takes: "",
    does: "the kernel's own descriptors, gates and kernel stack are in force",
    native: "lgdt, ljmp, mov to segment registers, lidt, ltr, clts",
    paravirtual: "hypercalls register_shared_page, set_gdt, set_trap_table, stack_switch",
  },
  {
    name: "start_paging",
    takes: "EAX: page directory",
    does: "paging is on and obeys write protection in ring 0 too",
    native: "mov to cr4, cr3 and cr0",
    paravirtual: "hypercall set_page_directory",
  },
  {
    name: "start_timer",
    takes: "",
    does: "vector 20h comes at the option's frequency, and nothing else does",
    native: "out to 8259A and 8254",
    paravirtual: "hypercall set_timer",
  },
  {
    name: "TIMER_DONE",
    takes: "",
    does: "the timer may interrupt again",
    native: "out: end of interrupt to the 8259A",
    paravirtual: "nothing",
  },
  {
    name: "start_fast_calls",
    takes: "",
    does: "EAX is 1 if SYSENTER is there, wanted, and set up; otherwise 0",
    native: "cpuid, wrmsr",
    paravirtual: "always 0: INT 80h goes to the kernel without the monitor",
  },
  {
    name: "start_console",
    takes: "",
    does: "the console can be written to",
    native: "out to the 16550",
    paravirtual: "nothing",
  },
  {
    name: "console_send",
    takes: "ESI: pointer, ECX: length",
    does: "the bytes are on their way; changes EAX, ECX, EDX, ESI",
    native: "in, out: the 16550's line status and transmitter",
    paravirtual: "hypercall console_write",
  },
  {
    name: "power_off",
    takes: "AL: code",
    does: "never returns",
    native: "out to the debug-exit port, cli, hlt",
    paravirtual: "hypercall shutdown",
  },
];
