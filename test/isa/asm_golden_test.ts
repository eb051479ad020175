import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { asm, AssemblerError } from "../../src/isa/asm/mod.ts";
import { type AsmGolden, digest, sampleLines } from "./asm_golden.ts";
import { allMnemonics } from "./asm_lines.ts";
import { PROGRAMS } from "./asm_programs.ts";

const golden = JSON.parse(
  readFileSync(new URL("./data/asm_golden.json", import.meta.url), "utf8"),
) as AsmGolden;

function assembled(source: string): string {
  try {
    return asm(source).hex();
  } catch (error) {
    if (error instanceof AssemblerError) return `error: ${error.message}`;
    throw error;
  }
}

describe("programs assemble to the bytes that Debian's nasm 2.16 makes of them", () => {
  test.each(PROGRAMS)("$name", ({ name, source }) => {
    expect(assembled(source)).toBe(golden.programs[name]);
  });
});

describe("every mnemonic, with a sample of all its operand forms, assembles as with nasm 2.16", () => {
  test.each([16, 32] as const)("in %i-bit code", (bits) => {
    const wrong = allMnemonics().filter((mnemonic) => {
      const results = sampleLines(mnemonic, bits).map((line) => assembled(`bits ${bits}\n${line}`));
      return digest(results) !== golden.lines[bits][mnemonic];
    });
    expect(wrong).toEqual([]);
  });

  test("and the index holds the instructions of the 80386 to the Pentium Pro, x87 and VMX", () => {
    const known = new Set(allMnemonics());
    const expected =
      ("aaa aad aam aas adc add and arpl bound bsf bsr bswap bt btc btr bts call cbw cdq clc cld cli clts " +
        "cmc cmova cmp cmpsb cmpsd cmpsw cmpxchg cmpxchg8b cpuid cwd cwde daa das dec div enter fadd fild finit fld fnstsw " +
        "fsave fstp fwait hlt icebp idiv imul in inc insb insd insw int int1 int3 into invd invept invlpg invvpid iret " +
        "iretd iretw jcxz je jecxz jmp jnz lahf lar lds lea leave les lfs lgdt lgs lidt lldt lmsw lodsb lodsd lodsw loop " +
        "loope loopne lsl lss ltr mov movsb movsd movsw movsx movzx mul neg nop not or out outsb outsd outsw pause pop popa " +
        "popad popf popfd push pusha pushad pushf pushfd pushfw rcl rcr rdmsr rdpmc rdtsc ret retf rol ror rsm sahf sal " +
        "salc sar sbb scasb scasd scasw setz sgdt shl shld shr shrd sidt sldt smsw stc std sti stosb stosd stosw str sub " +
        "sysenter sysexit test ud2 verr verw vmcall vmclear vmlaunch vmptrld vmptrst vmread vmresume vmwrite vmxoff vmxon " +
        "wait wbinvd wrmsr xadd xchg xlatb xor").split(" ");
    expect(expected.filter((mnemonic) => !known.has(mnemonic))).toEqual([]);
  });
});
