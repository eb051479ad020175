/**
 * The paravirtual interface: what a guest kernel may ask of a monitor, as data. The guest executes INT 82h in ring 1 with the
 * number in EAX and arguments in EBX, ECX, EDX and ESI; EAX brings the result. All other registers, the flags and the event
 * mask stay as they were, unless the call says otherwise. In ring 3 INT 82h is #GP(412h), vector 82h of the IDT, for the guest's
 * own handler.
 *
 * **Rings and selectors.** The guest kernel runs in real ring 1 and knows it: its selectors have RPL 1, its descriptors DPL 1,
 * and what it pushes and pops are the real selectors. Its programs run in ring 3.
 *
 * **Start.** EIP is the program's entry. CS = 09h and DS, ES, SS, FS, GS = 11h are flat (like every segment of the guest they end
 * below the monitor's part of the linear space, the top 4 MiB). Paging is off as far as the guest can see: linear addresses are
 * guest-physical. EAX is {@linkcode PARAVIRTUAL_MAGIC}. No trap table, no shared page, no timer, and no events.
 *
 * **Addresses.** A `gpa` is guest-physical. A `pointer` is linear in the address space in force; every byte behind it must be
 * readable by the guest kernel there, otherwise the call does nothing and returns -14. Page directories and page tables are the
 * guest's own, in its own memory, in the format of the processor, and hold guest-physical addresses; the monitor works from
 * them and writes accessed and dirty bits into them.
 *
 * **Memory in use as page tables.** A directory is in use from its first set_page_directory until release_page_directory, and
 * with it the page tables it points to. Tables in use are changed by hypercall. The guest may still read them with plain loads. A
 * plain store to one is allowed to work (as a trace that the monitor interprets, at the price of a trap) and never does harm.
 * Tables not in use are ordinary memory.
 *
 * **Events.** An event is an exception, a timer tick or an INT n by the guest. It reaches the handler that set_trap_table names
 * with the frame of a hardware interrupt through a gate of a ring 1 segment: from ring 3, on the stack that stack_switch named,
 * SS, ESP, EFLAGS, CS, EIP, and the error code where the processor pushes one; from ring 1, on the present stack, EFLAGS, CS,
 * EIP and the error code. IF in the saved EFLAGS is the event mask as it was (always 1 from ring 3); IOPL is 0. If the trap's entry
 * says so, the mask byte of the shared page is 0 in the handler. The address of a page fault is in the shared page. A handler that
 * the monitor cannot enter (no entry in the trap table, no mapped kernel stack) ends the virtual machine, like a triple fault.
 *
 * **Masking.** Timer ticks are held back while the guest is in ring 1 and the mask byte of the shared page is 0; `pending` is then 1.
 * In ring 3, and while blocked, they are always delivered. Exceptions and INT n are never held back. A tick that comes while
 * one is pending is lost. STI, CLI, HLT and every other privileged instruction in ring 1 is an exception like any other: #GP.
 *
 * **Going back.** To ring 1 or ring 3 with plain IRETD, which does not touch the mask: a kernel that leaves a handler sets the byte
 * first. If `pending` is 1 then, it uses iret instead, and the tick is delivered at the place where iret goes.
 *
 * @module
 */

/** Vector of the hypercall gate. */
export const HYPERCALL_VECTOR = 0x82;

/** EAX at the start of a paravirtual guest. */
export const PARAVIRTUAL_MAGIC = 0x52495631;

/** Bytes of the shared page. */
export const SHARED_PAGE = Object.freeze({
  /** Byte, written by the guest, and by the monitor at events, unmask, iret and block: 1 lets ticks through in ring 1. */
  mask: 0,
  /** Byte, written by the monitor only: 1 while a tick is held back. */
  pending: 1,
  /** Word, written by the monitor before it delivers vector 14: the faulting linear address. */
  faultAddress: 4,
  /** How much of the page is spoken for; it must not cross a page boundary. */
  bytes: 16,
});

/** Bits of the flags byte in an entry of the trap table. */
export const TRAP_FLAGS = Object.freeze({
  /** Bits 0 and 1: the highest ring whose INT n may raise it, 1 or 3; for another ring's INT n the guest gets #GP(vector * 8 + 2). */
  ring: 3,
  /** The handler begins with the mask byte 0, as through an interrupt gate. */
  mask: 4,
  /**
   * Direct entry: INT n in ring 3 goes to the handler through a gate of the real IDT, without the monitor. The handler then
   * finds the frame above with real flags (IF is 1) and the mask byte as the kernel left it, which therefore has to be 1.
   * Only for vectors from 20h on, with ring 3 and without `mask`.
   */
  direct: 8,
});

/** Results below zero. */
export const HYPERCALL_ERRORS = Object.freeze({
  /** Not this virtual machine's: a frame, a port, a descriptor that would give more than ring 1. */
  notPermitted: -1,
  /** A pointer that the guest kernel itself could not read. */
  badAddress: -14,
  /** A number out of range or not aligned. */
  invalid: -22,
  /** There is no such hypercall. */
  unknown: -38,
});

/** A register that carries an argument. */
export type HypercallRegister = "ebx" | "ecx" | "edx" | "esi";

/** One call. */
export interface Hypercall {
  /** EAX. */
  readonly number: number;
  readonly name: string;
  /** Arguments by register. */
  readonly arguments: Partial<Readonly<Record<HypercallRegister, string>>>;
  /** What holds after success, and in EAX. */
  readonly does: string;
  /** What the monitor checks before it does anything, and the result when it is not so. */
  readonly checks: readonly string[];
}

/** All calls, by number. */
export const HYPERCALLS: readonly Hypercall[] = [
  {
    number: 0,
    name: "register_shared_page",
    arguments: { ebx: "gpa of SHARED_PAGE.bytes bytes" },
    does:
      "Monitor and guest meet there; both bytes are 0 and the word is 0. Ticks are possible from now on. A second call moves it.",
    checks: ["RAM of the virtual machine: -1", "multiple of 16: -22"],
  },
  {
    number: 1,
    name: "set_gdt",
    arguments: { ebx: "pointer to descriptors", ecx: "how many, with the null descriptor, 1 to 64" },
    does:
      "These descriptors are the guest's GDT; limits are cut below the monitor's part. Segment registers keep what they hold until the guest loads them. The monitor keeps a copy: later stores to the guest's table have no effect.",
    checks: [
      "count: -22",
      "each: null, not present, or a code or data segment with DPL 1 or 3, no conforming code: -1",
      "the first is null: -22",
    ],
  },
  {
    number: 2,
    name: "set_descriptor",
    arguments: { ebx: "selector without RPL", ecx: "low word", edx: "high word" },
    does: "One descriptor of the GDT is replaced.",
    checks: ["a multiple of 8, not 0, within the GDT: -22", "the descriptor as for set_gdt: -1"],
  },
  {
    number: 3,
    name: "set_trap_table",
    arguments: {
      ebx: "pointer to entries of 8 bytes: vector, flags (TRAP_FLAGS), selector (word), EIP (dword)",
      ecx: "how many, 0 to 256",
    },
    does: "The handlers of all vectors are these; a vector without an entry has none.",
    checks: [
      "count, flags: -22",
      "vector is not 82h and comes once: -22",
      "the selector names present code of DPL 1 and has RPL 1: -1",
      "EIP lies below the monitor's part: -22",
    ],
  },
  {
    number: 4,
    name: "stack_switch",
    arguments: { ebx: "SS", ecx: "ESP" },
    does: "Events and direct entries from ring 3 use that stack.",
    checks: ["the selector names present writable data of DPL 1 and has RPL 1: -1"],
  },
  {
    number: 5,
    name: "set_page_directory",
    arguments: { ebx: "gpa" },
    does:
      "That directory is in force, the TLB empty but for global pages; the first call turns paging on, with write protection for ring 1 and with 4 MiB pages. The directory and its tables are in use.",
    checks: [
      "multiple of 4096: -22",
      "RAM of the virtual machine: -1",
      "if not in use yet: every present entry of the directory and of its tables points to RAM (of a 4 MiB page, its first page does; the rest is mapped as far as there is RAM), and the entries of the monitor's part, the last one of the directory, are not present: -1",
    ],
  },
  {
    number: 6,
    name: "release_page_directory",
    arguments: { ebx: "gpa" },
    does: "The directory, and tables that no other directory in use points to, are ordinary memory.",
    checks: ["in use: -22", "not in force: -22"],
  },
  {
    number: 7,
    name: "update_page_table",
    arguments: { ebx: "gpa of the entry", ecx: "its new value" },
    does:
      "The entry has that value and is in force, except where the TLB holds the old one: that takes invalidate or set_page_directory, as with the processor. If a table comes into use that way, it is checked as by set_page_directory.",
    checks: [
      "multiple of 4: -22",
      "the entry lies in RAM of the virtual machine: -1",
      "a present value points to RAM of the virtual machine: -1",
      "not the last entry of a directory in use: -1",
    ],
  },
  {
    number: 8,
    name: "multicall",
    arguments: { ebx: "pointer to pairs (gpa of the entry, value)", ecx: "how many, 0 to 512" },
    does:
      "update_page_table for each pair in order. EAX: how many were done; the first that is refused ends it.",
    checks: ["count: -22", "each pair as for update_page_table"],
  },
  {
    number: 9,
    name: "invalidate",
    arguments: { ebx: "linear address" },
    does: "The TLB holds nothing of the page.",
    checks: ["below the monitor's part: -22"],
  },
  {
    number: 10,
    name: "unmask",
    arguments: {},
    does:
      "The mask byte is 1; a tick that was held back is delivered, with a frame that leads behind the INT 82h. EAX is 0 then.",
    checks: ["a shared page: -22"],
  },
  {
    number: 11,
    name: "iret",
    arguments: {},
    does:
      "Takes EAX, EIP, CS, EFLAGS and, for ring 3, ESP and SS from the stack, in the order of rising addresses, and goes there. The mask byte is IF of those flags, 1 for ring 3; a tick that was held back is delivered there.",
    checks: [
      "the stack is readable: -14",
      "CS names present code of DPL 1 or 3 and has that RPL, SS goes with it: -1",
      "VM and IOPL of the flags are ignored",
    ],
  },
  {
    number: 12,
    name: "console_write",
    arguments: { ebx: "pointer", ecx: "bytes, 0 to 4096" },
    does: "The bytes are on the console. EAX: how many.",
    checks: ["count: -22"],
  },
  {
    number: 13,
    name: "io_read",
    arguments: { ebx: "port", ecx: "size: 1, 2 or 4" },
    does: "EAX: what the virtual machine's device answers, all ones where there is none.",
    checks: ["port 0 to FFFFh, size: -22 (of size 1 and 2, no value looks like it)"],
  },
  {
    number: 14,
    name: "io_write",
    arguments: { ebx: "port", ecx: "size: 1, 2 or 4", edx: "value" },
    does: "The virtual machine's device has the value; nothing happens where there is none.",
    checks: ["port 0 to FFFFh, size: -22"],
  },
  {
    number: 15,
    name: "yield",
    arguments: {},
    does: "Other virtual machines ran, if any wanted to.",
    checks: [],
  },
  {
    number: 16,
    name: "block",
    arguments: {},
    does:
      "The mask byte is 1, and at least one tick has been delivered since the call, with a frame that leads behind the INT 82h.",
    checks: ["a shared page: -22"],
  },
  {
    number: 17,
    name: "set_timer",
    arguments: { ebx: "nanoseconds, 0 to stop or 10000 to 1000000000", ecx: "vector, 20h to FFh but 82h" },
    does: "Ticks come with that period, the first one after it.",
    checks: ["period, vector: -22"],
  },
  {
    number: 18,
    name: "shutdown",
    arguments: { ebx: "code" },
    does:
      "The virtual machine has exited, as if it had written the code to the debug-exit port. Does not return.",
    checks: [],
  },
];

/** Definitions of the interface for assembly sources: `HC_` and the name in capitals, and the layout of the shared page. */
export function hypercallConstants(): string {
  const lines = HYPERCALLS.map(({ name, number }) => `HC_${name.toUpperCase()} equ ${number}`);
  return `
HYPERCALL_VECTOR equ ${HYPERCALL_VECTOR}
PARAVIRTUAL_MAGIC equ ${PARAVIRTUAL_MAGIC}
SHARED_MASK equ ${SHARED_PAGE.mask}
SHARED_PENDING equ ${SHARED_PAGE.pending}
SHARED_FAULT_ADDRESS equ ${SHARED_PAGE.faultAddress}
SHARED_BYTES equ ${SHARED_PAGE.bytes}
${lines.join("\n")}
`;
}
