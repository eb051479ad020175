/**
 * The layout of the state block: everything the processor remembers, as 32-bit words at the start of the machine's
 * WebAssembly.Memory. TypeScript reads it through an `Int32Array`; a translator to WebAssembly can read it in place; a
 * snapshot is a copy of it. Constants are word indices (byte offset / 4) unless the name says otherwise.
 *
 * @module
 */

/** General registers, numbered as the machine code numbers them, then two slots that micro-operations use as registers. */
export const EAX = 0, ECX = 1, EDX = 2, EBX = 3, ESP = 4, EBP = 5, ESI = 6, EDI = 7;
/** The memory operand of the micro-operation sequence being executed. */
export const TEMP = 8;
/** Always zero: the base or index register of an address that has none. */
export const ZERO = 9;

/** EIP of the instruction being executed; between instructions, of the next one. */
export const EIP = 10;

/**
 * EFLAGS. The bits other than CF, PF, AF, ZF, SF and OF are always true here. Those six are true here only while
 * {@linkcode FLAG_OP} is 0; otherwise they follow from FLAG_OP, FLAG_A and FLAG_RESULT (see flags.ts).
 */
export const EFLAGS = 11;
/** The last flag-setting operation: kind and operand size (see flags.ts); 0 while EFLAGS is true. */
export const FLAG_OP = 12;
/** Its first operand. */
export const FLAG_A = 13;
/** Its result. */
export const FLAG_RESULT = 14;

/** Current privilege level 0..3. */
export const CPL = 15;

/** Selectors of the segment registers: six words indexed by ES, CS, SS, DS, FS, GS = 0..5, then LDTR and TR. */
export const SELECTOR = 16;
/** Their bases. */
export const BASE = 24;
/** Limit in bytes, already scaled by the granularity bit: unsigned, the last valid offset (expand-up). */
export const LIMIT = 32;
/** Access rights as LAR shows them: bits 8-15 the descriptor's byte 5, bits 20-23 its flags (AVL, L, D/B, G). 0 when the register is null. */
export const RIGHTS = 40;
/**
 * Number of offsets, from 0 on, at which a read of up to 4 bytes is certainly allowed: the fast paths compare offset < span,
 * unsigned, and leave everything else to the slow path, which knows the exact rules. 0 where nothing is certain. Recomputed on
 * every load of the segment register.
 */
export const READ_SPAN = 48;
/** The same for writes. */
export const WRITE_SPAN = 56;

/** Numbers of the system segment registers in these tables. */
export const LDTR = 6, TR = 7;

/** Base and limit of the descriptor-table registers. */
export const GDTR_BASE = 64, GDTR_LIMIT = 65, IDTR_BASE = 66, IDTR_LIMIT = 67;

/** Control registers. */
export const CR0 = 68, CR2 = 69, CR3 = 70, CR4 = 71;
/** DR0..DR7 at DR + n. */
export const DR = 72;

/** Model-specific registers of SYSENTER. */
export const SYSENTER_CS = 80, SYSENTER_ESP = 81, SYSENTER_EIP = 82;
/** 64-bit model-specific registers, in two words each, low first. */
export const APIC_BASE = 84, MISC_ENABLE = 86;

// Control of the run loop.
/** Identifies everything that decoded code depends on besides its bytes: see mode.ts. */
export const MODE_KEY = 96;
/** Cycles left in this slice; the loop leaves when it is no longer positive. */
export const BUDGET = 97;
/** Cycles this slice began with; BUDGET_START - BUDGET have been spent and are not yet in the totals. */
export const BUDGET_START = 98;
/** Instructions executed in this slice and not yet in the totals. */
export const RETIRED = 99;
/** Changes whenever decoded code or a mapping may have become stale: links between blocks carry the epoch they were made in. */
export const EPOCH = 100;
/** Set by anything after which the engine must not go on in the present block. Cleared by the engine. */
export const LEAVE = 101;
/** Activity: 0 running, 1 halted, 2 shutdown. */
export const ACTIVITY = 102;
/** Values of ACTIVITY. */
export const RUNNING = 0, HALTED = 1, SHUTDOWN = 2;
/** Level of the INTR pin. */
export const INTR = 103;
/** An NMI waits. */
export const NMI_PENDING = 104;
/** NMIs are blocked until the next IRET. */
export const NMI_BLOCKED = 105;
/** 1 while interrupts wait for the instruction after STI, 2 after MOV SS or POP SS (which blocks traps too). Ends with the next instruction. */
export const SHADOW = 106;
/** Debug exceptions (DR6 bits) to deliver after the present instruction. */
export const DEBUG_PENDING = 107;
/** Record of the decoded code being executed (index into the code cache), -1 between instructions. */
export const CURRENT = 108;
/** Where execution goes on after the present instruction; branches write it. */
export const NEXT_EIP = 109;
/** World (see cycles) that pays at present. */
export const WORLD = 110;
/** All ones, or all ones but bit 20 while A20 is masked. */
export const A20_MASK = 111;
/** 1 while user-mode accesses have to be checked for alignment (CR0.AM, EFLAGS.AC, CPL 3). */
export const ALIGNMENT_CHECK = 112;

/** Double-precision counters, indices into a Float64Array over the block. The time stamp counter is cycles + offset. */
export const CYCLES_F64 = 64, INSTRUCTIONS_F64 = 65, TSC_OFFSET_F64 = 66;

/** Byte offset and size of the ledger's counters. */
export const LEDGER_OFFSET = 1024;
/** End of the space for them. */
export const LEDGER_LIMIT = 64 * 1024;

/** Entries of the translation look-aside buffer: direct mapped by linear page number. */
export const TLB_ENTRIES = 1024;
/** Mask that leaves the entry of a linear page number. */
export const TLB_INDEX = TLB_ENTRIES - 1;
const TLB = LEDGER_LIMIT / 4;
/** Linear page address (low 12 bits 0) of the entry, or -1: what the paging unit knows. */
export const TLB_TAG = TLB;
/** Guest-physical page address. */
export const TLB_PHYSICAL = TLB + TLB_ENTRIES;
/** What the entry allows: see the TLB_ALLOW_ bits. */
export const TLB_RIGHTS = TLB + 2 * TLB_ENTRIES;
/** host byte offset = linear address + this. Only meaningful where one of the four fast tags matches. */
export const TLB_ADDEND = TLB + 3 * TLB_ENTRIES;
/** Fast tags: the linear page address where the access needs no further thought, else -1. Supervisor, then user. */
export const TLB_READ = TLB + 4 * TLB_ENTRIES;
/** Fast tags for writes. */
export const TLB_WRITE = TLB + 6 * TLB_ENTRIES;
/** Distance from the supervisor's to the user's fast tags. */
export const TLB_USER = TLB_ENTRIES;
const END = TLB + 8 * TLB_ENTRIES;

/** Size of the state block in bytes: where guest RAM begins. A multiple of 64 KiB. */
export const STATE_BYTES = Math.ceil(END * 4 / 65536) * 65536;

/** What an entry allows to the supervisor and to the user, and whether it is global. */
export const TLB_ALLOW_READ = 1,
  TLB_ALLOW_WRITE = 2,
  TLB_ALLOW_USER_READ = 4,
  TLB_ALLOW_USER_WRITE = 8,
  TLB_GLOBAL = 16;

/** EFLAGS bits. */
export const CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, TF = 0x100, IF = 0x200, DF = 0x400, OF = 0x800;
/** Further EFLAGS bits. */
export const IOPL = 0x3000,
  NT = 0x4000,
  RF = 0x10000,
  VM = 0x20000,
  AC = 0x40000,
  VIF = 0x80000,
  VIP = 0x100000;
/** EFLAGS.ID: can be changed where CPUID exists. */
export const ID = 0x200000;
/** The six flags that arithmetic sets. */
export const ARITHMETIC_FLAGS = CF | PF | AF | ZF | SF | OF;

/** CR0 bits. */
export const CR0_PE = 1, CR0_MP = 2, CR0_EM = 4, CR0_TS = 8, CR0_ET = 0x10, CR0_NE = 0x20, CR0_WP = 0x10000;
/** Further CR0 bits. */
export const CR0_AM = 0x40000, CR0_NW = 0x20000000, CR0_CD = 0x40000000, CR0_PG = 0x80000000 | 0;
/** CR4 bits. */
export const CR4_VME = 1,
  CR4_PVI = 2,
  CR4_TSD = 4,
  CR4_DE = 8,
  CR4_PSE = 0x10,
  CR4_PGE = 0x80,
  CR4_PCE = 0x100;
/** Further CR4 bits. */
export const CR4_VMXE = 0x2000, CR4_UMIP = 0x800;

/** Bits of RIGHTS. */
export const RIGHTS_ACCESSED = 0x100, RIGHTS_WRITE = 0x200, RIGHTS_DOWN = 0x400, RIGHTS_CODE = 0x800;
/** Further bits of RIGHTS. */
export const RIGHTS_SEGMENT = 0x1000, RIGHTS_DPL_SHIFT = 13, RIGHTS_PRESENT = 0x8000, RIGHTS_BIG = 0x400000;
/** Limit counts 4 KiB pages. */
export const RIGHTS_GRANULAR = 0x800000;
