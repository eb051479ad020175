/**
 * What the processor can be told to do: one name per routine of instruction semantics. The opcode map maps bytes to
 * these names, the `cpu` room maps these names to routines.
 *
 * @module
 */

/** Every operation, by the family file of the `cpu` room that implements it. */
export const OPERATIONS_BY_FAMILY = {
  "data-movement": ["mov", "movzx", "movsx", "lea", "xchg", "xlat", "bswap", "cmov", "set", "nop", "pause"],
  arithmetic: ["add", "adc", "sub", "sbb", "cmp", "inc", "dec", "neg", "xadd", "cmpxchg", "cmpxchg8b"],
  logic: ["and", "or", "xor", "test", "not"],
  multiply: ["mul", "imul", "div", "idiv"], // imul: 1, 2 or 3 operands
  bcd: ["daa", "das", "aaa", "aas", "aam", "aad", "salc"],
  shift: ["shl", "shr", "sar", "rol", "ror", "rcl", "rcr", "shld", "shrd"],
  bit: ["bt", "bts", "btr", "btc", "bsf", "bsr"],
  convert: ["cbw", "cwd"], // CBW/CWDE and CWD/CDQ by operand size
  flag: ["clc", "stc", "cmc", "cld", "std", "lahf", "sahf"],
  "interrupt-flag": ["cli", "sti"],
  "flag-image": ["pushf", "popf"],
  stack: ["push", "pop", "pusha", "popa", "enter", "leave", "push-segment", "pop-segment"],
  branch: ["jcc", "jcxz", "loop", "loope", "loopne", "jmp", "call", "ret"],
  "far-transfer": ["jmp-far", "call-far", "ret-far", "iret", "sysenter", "sysexit"],
  interrupt: ["int", "int3", "into", "int1", "bound", "ud"],
  string: ["movs", "cmps", "stos", "lods", "scas"],
  "string-io": ["ins", "outs"],
  "input-output": ["in", "out"],
  segment: ["mov-from-segment", "mov-to-segment", "load-far-pointer"], // LDS, LES, LFS, LGS, LSS: destination segment is operand 2
  descriptor: ["lar", "lsl", "verr", "verw", "arpl"],
  "system-table": ["lgdt", "lidt", "sgdt", "sidt", "lldt", "sldt", "ltr", "str", "lmsw", "smsw", "clts"],
  "system-register": [
    "mov-from-control",
    "mov-to-control",
    "mov-from-debug",
    "mov-to-debug",
    "rdmsr",
    "wrmsr",
    "rdtsc",
    "rdpmc",
  ],
  processor: ["cpuid", "hlt", "invlpg", "invd", "wbinvd", "rsm"],
  "floating-point": ["x87", "fwait", "vector"],
  vmx: [
    "vmcall",
    "vmlaunch",
    "vmresume",
    "vmxoff",
    "vmxon",
    "vmclear",
    "vmptrld",
    "vmptrst",
    "vmread",
    "vmwrite",
    "invept",
    "invvpid",
  ],
} as const;

/** Name of a family of operations. */
export type OperationFamily = keyof typeof OPERATIONS_BY_FAMILY;

/** What the processor is told to do. */
export type Operation = typeof OPERATIONS_BY_FAMILY[OperationFamily][number];
