import {
  Code,
  CodeExt,
  CpuidFeature,
  DecoderOptions,
  Instruction,
  MemorySizeExt,
  Mnemonic,
  OpCodeOperandKind,
} from "iced-x86";
import { type RegisterClass, REGISTERS } from "./registers.ts";

/** What the assembler accepts in one operand position, and how it is encoded. */
export interface OperandSpec {
  readonly kind:
    | "register" // one register of a class and size
    | "modrm" // a register of a size, or memory
    | "fixed" // exactly one register, implied by the opcode
    | "memory"
    | "offset" // a memory address without registers (moffs)
    | "immediate" // full-size immediate
    | "signed" // imm8, sign-extended to the operand size
    | "one" // the constant 1 of the short shift forms
    | "branch"
    | "far"
    | "string"; // DS:SI, ES:DI or DS:BX+AL: implied, never written
  /** Width in bits of a register, an immediate or a displacement; 0 if it plays no part. */
  readonly size: number;
  /** Class of a register operand. */
  readonly class?: RegisterClass;
  /** Name of a fixed register. */
  readonly name?: string;
  /** Which implied memory operand a string operand is. */
  readonly implied?: "seg_rSI" | "es_rDI" | "seg_rBX_al";
  /** A 16-bit register may stand for a 32-bit one and the reverse: only its low 16 bits are read. */
  readonly anyWidth?: boolean;
}

/** Where an encoded operand comes from: an operand as written, or a register the short form leaves out. */
export type Source = number | string;

/** One way to write and encode an instruction. */
export interface Form {
  readonly code: Code;
  /** What is written, in order. */
  readonly written: readonly OperandSpec[];
  /** What is encoded, in the encoder's order, and where each comes from. */
  readonly encoded: readonly OperandSpec[];
  readonly sources: readonly Source[];
  /** 16 or 32 if the form fixes the operand size, else 0. */
  readonly operandSize: number;
  /** 16 or 32 if the form fixes the address size (LOOP, JCXZ, MONITOR), else 0. */
  readonly addressSize: number;
  /** Bytes of the memory operand, 0 if it has none or no definite size. */
  readonly memorySize: number;
  /** Length without 66, 67, segment and repeat prefixes and without what a memory operand adds behind ModRM. */
  readonly length: number;
  /** A far pointer in memory: wants the `far` keyword. */
  readonly far: boolean;
  /** The opcode has a mandatory 66, F2 or F3 prefix. */
  readonly mandatoryPrefix: boolean;
  /** WAIT (9B) comes first. */
  readonly wait: boolean;
  /** Text of the instruction reference, for messages. */
  readonly describe: () => string;
}

/** A mnemonic: the forms to choose from, and sizes fixed by its spelling (`pushfw`, `retd`). */
export interface MnemonicEntry {
  readonly forms: readonly Form[];
  readonly operandSize: number;
}

/**
 * What is assembled: the 80386 to Pentium Pro integer and system instructions, x87, VMX with EPT, and a few later ones
 * that guests of that time already use.
 */
const FEATURES: ReadonlySet<string> = new Set(
  ("INTEL8086 INTEL186 INTEL286 INTEL386 INTEL486 FPU FPU287 FPU387 CMOV CPUID CX8 MSR TSC RDPMC SEP SMM FXSR MOV_TR " +
    "MULTIBYTENOP PAUSE MONITOR VMX INVEPT INVVPID").split(" "),
);

/**
 * Second encodings that no assembler picks by itself (82, F6 /1, C0 /6, DC D0 ...), reserved NOPs, the decoder's
 * pseudo-instructions, and MOVZX/MOVSX r16, r/m16, which only repeat MOV.
 */
const LEFT_OUT =
  /^(?:INVALID|Declare|Zero_bytes|Reservednop|Sal_|Fstpnce|Fn?setpm|VEX_|EVEX_|XOP_|D3NOW_|MVEX_|Mov[sz]x_r16_rm16)|_82$|_F[67]r1$|_D[CDEF][CD][08]$/;

type Spec = OperandSpec;
const register = (size: number, kind: RegisterClass = "general"): Spec => ({
  kind: "register",
  size,
  class: kind,
});
const modrm = (size: number): Spec => ({ kind: "modrm", size, class: "general" });
const fixed = (name: string): Spec => ({ kind: "fixed", size: REGISTERS.get(name)!.size, name });
const immediate = (size: number): Spec => ({ kind: "immediate", size });
const signed = (size: number): Spec => ({ kind: "signed", size });
const branch = (size: number): Spec => ({ kind: "branch", size });
const implied = (which: NonNullable<Spec["implied"]>): Spec => ({ kind: "string", size: 0, implied: which });

/** The encoder's operand kinds, as the assembler sees them. */
const SPECS: Readonly<Record<string, Spec>> = {
  r8_or_mem: modrm(8),
  r16_or_mem: modrm(16),
  r32_or_mem: modrm(32),
  r8_reg: register(8),
  r8_opcode: register(8),
  r16_reg: register(16),
  r16_opcode: register(16),
  r32_reg: register(32),
  r32_rm: register(32),
  r32_opcode: register(32),
  seg_reg: register(16, "segment"),
  cr_reg: register(32, "control"),
  dr_reg: register(32, "debug"),
  tr_reg: register(32, "test"),
  sti_opcode: register(80, "x87"),
  mem: { kind: "memory", size: 0 },
  mem_offs: { kind: "offset", size: 0 },
  imm8: immediate(8),
  imm16: immediate(16),
  imm32: immediate(32),
  imm8sex16: signed(16),
  imm8sex32: signed(32),
  imm8_const_1: { kind: "one", size: 8 },
  br16_1: branch(8),
  br32_1: branch(8),
  br16_2: branch(16),
  br32_4: branch(32),
  farbr2_2: { kind: "far", size: 16 },
  farbr4_2: { kind: "far", size: 32 },
  seg_rSI: implied("seg_rSI"),
  es_rDI: implied("es_rDI"),
  seg_rBX_al: implied("seg_rBX_al"),
  ...Object.fromEntries(
    "es cs ss ds fs gs al cl ax dx eax st0".split(" ").map((name) => [name, fixed(name)]),
  ),
};

/** Instructions of which only the low 16 bits of the source matter, so that the shorter register name will do. */
const LOW_WORD_SOURCE: Readonly<Record<string, number>> = {
  Lldt: 0,
  Ltr: 0,
  Verr: 0,
  Verw: 0,
  Lmsw: 0,
  Lar: 1,
  Lsl: 1,
};

const IMMEDIATE_BYTES: Readonly<Record<string, number>> = { ib: 1, iw: 2, id: 4, cb: 1, cw: 2, cd: 4, cp: 6 };

/** `instruction name -> other spellings`, with the operand size the spelling fixes. NASM's names. */
const SPELLINGS: readonly (readonly [canonical: string, operandSize: number, names: string])[] = [
  ["shl", 0, "sal"],
  ["wait", 0, "fwait"],
  ["xlatb", 0, "xlat"],
  ["int1", 0, "icebp int01"],
  ["int3", 0, "int03"],
  ["ret", 0, "retn"],
  ["ret", 16, "retw retnw"],
  ["ret", 32, "retd retnd"],
  ["retf", 16, "retfw"],
  ["retf", 32, "retfd"],
  ["iret", 16, "iretw"],
  ["pusha", 16, "pushaw"],
  ["popa", 16, "popaw"],
  ["pushf", 16, "pushfw"],
  ["popf", 16, "popfw"],
  ["ud2", 0, "ud2a"],
  ["loope", 0, "loopz"],
  ["loopne", 0, "loopnz"],
];

/** Mnemonics that stand for the size of the code they are in, together with the 32-bit mnemonic. */
const DEFAULT_SIZED: readonly (readonly [string, string])[] = [
  ["iret", "iretd"],
  ["pusha", "pushad"],
  ["popa", "popad"],
  ["pushf", "pushfd"],
  ["popf", "popfd"],
];

const CONDITION_SYNONYMS: Readonly<Record<string, string>> = {
  b: "c nae",
  ae: "nb nc",
  be: "na",
  a: "nbe",
  e: "z",
  ne: "nz",
  l: "nge",
  ge: "nl",
  le: "ng",
  g: "nle",
  p: "pe",
  np: "po",
};

let index: ReadonlyMap<string, MnemonicEntry> | undefined;

/** Every mnemonic with its forms, built from the encoder's own tables on first use. */
export function mnemonics(): ReadonlyMap<string, MnemonicEntry> {
  return index ??= buildIndex();
}

function buildIndex(): ReadonlyMap<string, MnemonicEntry> {
  const forms = new Map<string, Form[]>();
  const probe = new Instruction();
  for (const name of Object.keys(Code)) {
    const code = Code[name as keyof typeof Code] as unknown;
    if (typeof code !== "number" || LEFT_OUT.test(name)) continue;
    probe.code = code;
    const wanted = Array.from(probe.cpuidFeatures(), (feature) => CpuidFeature[feature]!);
    if (!wanted.every((feature) => FEATURES.has(feature))) continue;
    const read = readForm(code);
    if (!read) continue;
    const list = forms.get(read.mnemonic) ?? [];
    list.push(...withShortcuts(read.mnemonic, read.form));
    forms.set(read.mnemonic, list);
  }
  probe.free();
  return addSpellings(forms);
}

function readForm(code: Code): { mnemonic: string; form: Form } | undefined {
  const info = CodeExt.opCode(code);
  try {
    const optional = info.decoderOption !== DecoderOptions.None &&
      info.decoderOption !== DecoderOptions.MovTr;
    if (optional || !(info.mode16 && info.mode32)) return undefined;
    const mnemonic = Mnemonic[info.mnemonic]!;
    const encoded: Spec[] = [];
    for (let i = 0; i < info.opCount; i++) {
      let spec = SPECS[OpCodeOperandKind[info.opKind(i)]!];
      if (!spec) return undefined;
      const loadsSegment = mnemonic === "Mov" && i === 1 && encoded[0]?.class === "segment";
      if (LOW_WORD_SOURCE[mnemonic] === i || loadsSegment) spec = { ...spec, anyWidth: true };
      // ARPL takes 16-bit registers in either form, and needs no operand-size prefix.
      if (mnemonic === "Arpl") spec = { ...spec, anyWidth: true };
      encoded.push(spec);
    }
    const stringOperands = encoded.some((spec) => spec.kind === "string");
    const sources = stringOperands ? encoded.map(() => "") : encoded.map((_, i) => i);
    const parts = info.opCodeString.split(" ");
    let length = 0;
    let addressSize = 0;
    for (const part of parts) {
      if (/^[0-9A-F]{2}(?:\+\w+)?$/.test(part)) length += 1;
      else if (part.startsWith("/")) length += 1;
      else if (part === "a16") addressSize = 16;
      else if (part === "a32") addressSize = 32;
      else length += IMMEDIATE_BYTES[part] ?? 0;
    }
    const far = (mnemonic === "Call" || mnemonic === "Jmp") && encoded[0]?.kind === "memory";
    const form: Form = {
      code,
      written: stringOperands ? [] : encoded,
      encoded,
      sources,
      operandSize: info.operandSize,
      addressSize,
      memorySize: MemorySizeExt.size(info.memorySize),
      length,
      far,
      mandatoryPrefix: /^(?:66|F2|F3)$/.test(parts.find((part) => !/^(?:NP|[ao](?:16|32))$/.test(part))!),
      wait: info.fwait,
      describe: () => describe(code),
    };
    return { mnemonic: mnemonic.toLowerCase(), form };
  } finally {
    info.free();
  }
}

function describe(code: Code): string {
  const info = CodeExt.opCode(code);
  const text = info.instructionString.toLowerCase();
  info.free();
  return text;
}

/** The form itself and the shorter ways NASM lets one write it. */
function withShortcuts(mnemonic: string, form: Form): Form[] {
  const [first, second, third] = form.written;
  const variant = (written: readonly Spec[], sources: readonly Source[]): Form => ({
    ...form,
    written,
    sources,
  });
  if (mnemonic === "xchg" && first && second) return [variant([second, first], [1, 0]), form];
  if (mnemonic === "test" && second?.kind === "register") return [form, variant([second, first!], [1, 0])];
  if (mnemonic === "imul" && third) return [form, variant([first!, third], [0, 0, 1])];
  if (mnemonic === "aam" || mnemonic === "aad") return [form, variant([], ["10"])];
  if (first?.class === "x87" || second?.class === "x87") return x87Shortcuts(mnemonic, form, variant);
  return [form];
}

/** FADD ST1 for FADD ST0, ST1; FADDP alone for FADDP ST1, ST0; and so on. NASM manual, appendix B. */
function x87Shortcuts(
  mnemonic: string,
  form: Form,
  variant: (w: readonly Spec[], s: readonly Source[]) => Form,
): Form[] {
  const st = SPECS["sti_opcode"]!;
  const forms = [form];
  const toStack = form.written[0]!.kind === "register";
  if (form.written.length === 1) return [form, variant([], ["st1"])];
  const pops = /^f(?:add|mul|sub|subr|div|divr)p$/.test(mnemonic);
  const arithmetic = /^f(?:add|mul|sub|subr|div|divr)$/.test(mnemonic);
  if (toStack) {
    if (pops) forms.push(variant([st], [0, "st0"]), variant([], ["st1", "st0"]));
    else forms.push(variant([{ ...st, kind: "register", name: "to" }], [0, "st0"]));
  } else {
    forms.push(variant([st], ["st0", 0]));
    if (!arithmetic) forms.push(variant([], ["st0", "st1"]));
    if (mnemonic === "fxch") forms.push(variant([st, SPECS["st0"]!], ["st0", 0]));
  }
  return forms;
}

function addSpellings(forms: Map<string, Form[]>): ReadonlyMap<string, MnemonicEntry> {
  const entries = new Map<string, MnemonicEntry>();
  for (const [name, list] of forms) {
    // NASM takes FADD ST0, ST0 for the form that writes ST(i).
    const toStack = (form: Form) => form.written.length === 2 && form.written[0]!.class === "x87" ? 0 : 1;
    entries.set(name, { forms: list.sort((a, b) => toStack(a) - toStack(b)), operandSize: 0 });
  }
  const alias = (name: string, canonical: string, operandSize = 0) => {
    const list = entries.get(canonical)?.forms;
    if (list && !entries.has(name)) entries.set(name, { forms: list, operandSize });
  };
  for (const [small, large] of DEFAULT_SIZED) {
    const list = [...(forms.get(small) ?? []), ...(forms.get(large) ?? [])];
    entries.set(small, { forms: list, operandSize: 0 });
  }
  for (const [canonical, size, names] of SPELLINGS) {
    for (const name of names.split(" ")) alias(name, canonical, size);
  }
  for (const [condition, synonyms] of Object.entries(CONDITION_SYNONYMS)) {
    for (const synonym of synonyms.split(" ")) {
      for (const stem of ["j", "set", "cmov"]) alias(stem + synonym, stem + condition);
    }
  }
  // Arithmetic without operands is the popping form: FADD is FADDP ST1, ST0.
  for (const name of ["fadd", "fmul", "fsub", "fsubr", "fdiv", "fdivr"]) {
    const popping = entries.get(name + "p")!.forms.filter((form) => form.written.length === 0);
    entries.set(name, { forms: [...entries.get(name)!.forms, ...popping], operandSize: 0 });
  }
  return entries;
}
