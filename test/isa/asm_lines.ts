/** Systematic one-line sources: every mnemonic with every operand form the assembler's index knows. */
import { type Form, mnemonics, type OperandSpec } from "../../src/isa/asm/forms.ts";

const GENERAL: Readonly<Record<number, readonly string[]>> = {
  8: ["cl", "bh", "al"],
  16: ["cx", "bp", "ax"],
  32: ["ecx", "esp", "eax"],
};
const NAMED: Readonly<Record<string, readonly string[]>> = {
  segment: ["ds", "fs"],
  control: ["cr3", "cr0"],
  debug: ["dr7"],
  test: ["tr6"],
  x87: ["st3", "st1", "st0"],
};
const WORDS: Readonly<Record<number, string>> = { 1: "byte", 2: "word", 4: "dword", 8: "qword", 10: "tword" };

/** Addresses in both address sizes, with every kind of base, index and displacement. */
const ADDRESSES = [
  "ebx",
  "esp",
  "ebp",
  "ebp+4",
  "esi-128",
  "edi+128",
  "eax+ecx*4+0x12345678",
  "ecx*8",
  "eax*2",
  "eax*5+1",
  "esp+eax*2",
  "eax+esp",
  "edx+ebp",
  "ebp+edx",
  "ebx*1+edi",
  "fs:eax",
  "0x12345678",
  "es:0x2345678",
  "bx",
  "bp",
  "si",
  "di+1",
  "bx+si",
  "bp+di-3",
  "bx+di+0x1234",
  "gs:bp+si",
  "word 0x1234",
  "dword 0x1234",
  "dword ebx+1",
  "byte ecx",
  "word bx+1",
];

const IMMEDIATES: Readonly<Record<number, readonly string[]>> = {
  8: ["1", "0", "127", "128", "255", "-1", "-128", "'a'"],
  16: ["0x1234", "1", "127", "128", "-128", "-129", "0xff80", "0xffff", "byte 5", "word 5", "strict word 5"],
  32: [
    "0x12345678",
    "1",
    "127",
    "128",
    "-128",
    "-129",
    "0xffffff80",
    "0xffffffff",
    "byte 5",
    "dword 5",
    "strict dword 5",
  ],
};

/** Addresses without registers are as wide as the code. */
function addresses(bits: number): readonly string[] {
  return ADDRESSES.map((address) =>
    bits === 16 && !address.includes("+") ? address.replace(/0x1?2345678/, "0x5678") : address
  );
}

/** Mnemonics whose memory operand nasm wants without a size, although it has one. */
const UNSIZED = /^(?:bound|l[defgs]s|vm(?:ptrld|ptrst|clear|xon))$/;
/** Source of which only the low word counts: nasm knows the 16-bit register only. */
const WORD_SOURCE = /^(?:lldt|ltr|verr|verw|lmsw)$/;

function texts(spec: OperandSpec, form: Form, mnemonic: string, bits: number): readonly string[] {
  switch (spec.kind) {
    case "fixed":
      return [spec.name!];
    case "register":
      if (spec.name === "to") return ["to st2"];
      return spec.class === "general" ? GENERAL[spec.size]! : NAMED[spec.class!]!;
    case "modrm": {
      const word = WORDS[form.memorySize]!;
      const registers = spec.size === 32 && WORD_SOURCE.test(mnemonic) ? [] : GENERAL[spec.size]!;
      return [...registers, ...addresses(bits).map((address) => `${word} [${address}]`), "[ebx+1]"];
    }
    case "memory": {
      const word = form.far ? (form.operandSize === 16 ? "far word " : "far dword ") : "";
      const sized = !form.far && !UNSIZED.test(mnemonic) && [1, 2, 4, 8, 10].includes(form.memorySize)
        ? WORDS[form.memorySize] + " "
        : word;
      return addresses(bits).map((address) => `${sized}[${address}]`);
    }
    case "offset":
      return ["[0x1234]", "[word 0x1234]", "[dword 0x1234]", "[fs:0x1234]"];
    case "immediate":
    case "signed":
      if (/^(?:enter|ret)/.test(mnemonic)) return spec.size === 8 ? ["1", "31"] : ["0x1234", "1"];
      if (mnemonic === "push") {
        return IMMEDIATES[spec.size]!.filter((text) => bits === 32 || !/^0x[1f]\w{7}$/.test(text));
      }
      return IMMEDIATES[spec.size]!;
    case "one":
      return ["1", "byte 1"];
    case "branch":
      if (form.addressSize !== 0) return ["$", "$+100", "$-100"];
      if (spec.size === 8) return ["$", "$+100", "$-126", "short $+2"];
      if (!/^(?:jmp|call)$/.test(mnemonic)) return ["$+1000", "near $"];
      return ["$+1000", "near $", spec.size === 16 ? "word $-1000" : "dword $-1000"];
    case "far":
      return spec.size === 16 ? ["word 8:0x1234", "0x1234:0x10"] : ["dword 8:0x12345678", "8:dword 0x1234"];
    case "string":
      return [];
  }
}

const SIZED_BY_PREFIX = /^(?:iret|ret|retf|pushf|popf|pusha|popa|leave)$/;
const REPEATABLE = /^(?:movs|cmps|scas|lods|stos|ins|outs)[bwd]$/;

/** All one-line sources for one mnemonic in 16- or 32-bit code. */
export function linesFor(mnemonic: string, bits: 16 | 32): string[] {
  const entry = mnemonics().get(mnemonic)!;
  const lines = new Set<string>();
  for (const form of entry.forms) {
    if (mnemonic === "arpl" && form.operandSize === 32) continue;
    // nasm 2.16 forgets the operand-size prefix of RETW imm16, though not of RETNW imm16.
    if (mnemonic === "retw" && form.written.length > 0) continue;
    if (mnemonic === "bswap" && form.operandSize === 16) continue;
    const choices = form.written.map((spec) => texts(spec, form, mnemonic, bits));
    const first = choices.map((texts) => texts[0]!);
    if (choices.length === 0) {
      lines.add(mnemonic);
      if (SIZED_BY_PREFIX.test(mnemonic)) {
        for (const prefix of ["o16 ", "o32 "]) lines.add(prefix + mnemonic);
      }
      if (form.encoded.some((spec) => spec.kind === "string")) {
        for (const prefix of ["a16 ", "a32 ", "fs ", "es a32 "]) lines.add(prefix + mnemonic);
      }
    }
    choices.forEach((texts, i) => {
      for (const text of texts) lines.add(`${mnemonic} ${first.with(i, text).join(", ")}`);
      const last = choices.map((texts) => texts[texts.length - 1]!);
      for (const text of texts) lines.add(`${mnemonic} ${last.with(i, text).join(", ")}`);
    });
  }
  if (REPEATABLE.test(mnemonic)) {
    for (const prefix of ["rep", "repe", "repne", "a16 rep", "a32 rep", "rep fs"]) {
      lines.add(`${prefix} ${mnemonic}`);
    }
  }
  if (/^(?:add|xadd|cmpxchg|inc|not|btc|xchg)$/.test(mnemonic)) {
    for (const line of [...lines].filter((line) => /\[(?:ebx|bx|fs:eax)\]/.test(line))) {
      lines.add("lock " + line);
    }
  }
  if (/^(?:loop|jcxz|jecxz)/.test(mnemonic)) {
    for (const counter of ["cx", "ecx"]) {
      if (mnemonic.startsWith("loop")) lines.add(`${mnemonic} $, ${counter}`);
    }
  }
  return [...lines];
}

/** Every mnemonic of the assembler. */
export function allMnemonics(): string[] {
  return [...mnemonics().keys()];
}
