/**
 * The kinds of work a cost profile puts a price on. Every form of the opcode map names one; a profile
 * (see the `cycles` room) gives each a figure.
 *
 * @module
 */

/** All cost classes of instructions, in the order in which tables show them. */
export const COST_CLASSES = [
  "alu", // register move, add, logic, compare, LEA: the unit
  "alu-carry", // ADC, SBB
  "shift", // SHL, SHR, SAR, ROL, ROR
  "rotate-carry", // RCL, RCR
  "shift-double", // SHLD, SHRD
  "multiply", // MUL, IMUL
  "divide", // DIV, IDIV
  "bit-test", // BT, BTS, BTR, BTC
  "bit-scan", // BSF, BSR
  "bcd", // DAA, DAS, AAA, AAS
  "bcd-multiply", // AAM, AAD
  "flag-carry", // CLC, STC, CMC
  "flag-direction", // CLD, STD
  "flag-interrupt", // CLI, STI
  "lahf-sahf",
  "exchange", // XCHG of registers, XADD, BSWAP
  "compare-exchange", // CMPXCHG
  "compare-exchange-8b",
  "push",
  "pop",
  "push-all",
  "pop-all",
  "push-flags",
  "pop-flags",
  "enter",
  "leave",
  "branch", // Jcc, JECXZ, LOOP
  "jump", // direct JMP
  "jump-indirect",
  "call", // direct CALL
  "call-indirect",
  "return", // near RET
  "far-transfer", // far JMP, CALL and RET
  "interrupt", // INT n, INT3, INTO, INT1: the instruction without the delivery
  "interrupt-return", // IRET
  "fast-system-call", // SYSENTER
  "fast-system-return", // SYSEXIT
  "string-move", // MOVS, per element
  "string-store", // STOS, per element
  "string-load", // LODS, per element
  "string-scan", // SCAS, per element
  "string-compare", // CMPS, per element
  "translate", // XLAT
  "bound",
  "segment-load", // MOV Sreg, POP Sreg, LDS and the like
  "segment-read", // MOV r/m, Sreg
  "descriptor-query", // LAR, LSL, VERR, VERW, ARPL
  "descriptor-table-load", // LGDT, LIDT
  "descriptor-table-store", // SGDT, SIDT
  "task-register", // LLDT, LTR, SLDT, STR
  "machine-status", // SMSW, LMSW, CLTS
  "control-read", // MOV r, CRn
  "control-write", // MOV CRn, r
  "debug-register", // MOV to and from DRn
  "page-invalidate", // INVLPG
  "cache", // INVD, WBINVD
  "msr-read",
  "msr-write",
  "time-stamp", // RDTSC
  "performance-counter", // RDPMC
  "cpuid",
  "input-output", // IN, OUT, INS, OUTS: the instruction without the device's bus cycle
  "halt",
  "pause",
  "no-operation",
  "floating-point", // x87 and later vector units
  "vmx", // VMX instructions other than entries
  "undefined", // UD2 and invalid encodings: the work is the exception
] as const;

/** A kind of work that a cost profile puts a price on. */
export type CostClass = typeof COST_CLASSES[number];
