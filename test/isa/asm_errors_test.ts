import { describe, expect, test } from "vitest";
import { asm, AssemblerError } from "../../src/isa/asm/mod.ts";

function failure(source: string, options = {}): AssemblerError {
  try {
    asm(source, options);
  } catch (error) {
    if (error instanceof AssemblerError) return error;
    throw error;
  }
  throw new Error(`this should not assemble: ${source}`);
}

describe("a mistake is reported with its place, its text and what would be right", () => {
  test.each([
    ["mvo eax, 5", 1, "mvo", "unknown instruction 'mvo'; did you mean 'mov'?"],
    ["hllt", 1, "hllt", "unknown instruction 'hllt'; did you mean 'hlt'? (a label needs a colon)"],
    ["mov [eax], 5", 5, "[eax]", "operand size not specified; write byte, word or dword before the bracket"],
    ["movzx eax, [ebx]", 12, "[ebx]", "operand size not specified; write byte or word before the bracket"],
    ["mov al, 300", 9, "300", "value 300 does not fit in a byte"],
    ["db 1, 2, 256", 10, "256", "value 256 does not fit in a byte"],
    ["push byte 200", 11, "200", "value 200 does not fit in a sign-extended byte (-128 to 127)"],
    ["mov eax, bx", 1, "mov", "operand sizes differ: 32 and 16 bits"],
    ["mov [eax], [ebx]", 12, "[ebx]", "only one operand can be memory; go through a register"],
    ["ret 1, 2", 1, "ret", "'ret' takes no or 1 operands, not 2"],
    ["mov cs, 5", 1, "mov", "'mov' does not take these operands; it has mov sreg, r/m16; mov sreg, r32/m16"],
    ["mov eax, dword ptr [ebx]", 16, "ptr", "NASM has no 'ptr': write 'dword [x]', not 'dword ptr [x]'"],
    ["mov ax, es:[bx]", 9, "es", "a segment override goes inside the brackets: [es:...]"],
    ["mov ax, [cx]", 9, "[cx]", "no such 16-bit address: cx; it is [bx|bp] + [si|di]"],
    ["mov ax, [bx+ebx]", 9, "[bx+ebx]", "an address mixes 16-bit and 32-bit registers"],
    ["mov eax, [ebx", 14, "", "expected ']' to close the memory operand"],
    ["jmp nowhere", 5, "nowhere", "symbol 'nowhere' is not defined"],
    ["mov eax, ff", 10, "ff", "symbol 'ff' is not defined; a hexadecimal number is written 0xff"],
    ["mov eax, 12ab", 10, "12ab", "'12ab' is not a number; hexadecimal is written 0x12ab"],
    ["dd 1/0", 4, "1/0", "division by zero"],
    ["db 'abc", 4, "'abc", "the string is not closed with '"],
    ["bits 64", 6, "64", "code is 'bits 16' or 'bits 32'; there is no 64-bit mode here"],
    ["eax: nop", 1, "eax", "'eax' is a register and cannot be a label"],
    ["jmp far 5", 5, "far 5", "a far target needs a selector: write 'jmp selector:offset'"],
    ["align 3", 7, "3", "cannot align to 3; it must be a power of two, at most 16 MiB"],
    ["extern printf", 1, "extern", "'extern' needs a linker; a flat program defines all its symbols itself"],
    ["%endif", 1, "%endif", "'%endif' without %if"],
    ["%error no such machine", 1, "%error", "no such machine"],
    ["x equ x + 1", 1, "x", "the layout does not settle: the place of 'x' depends on itself"],
  ])("%s", (source, column, text, message) => {
    const error = failure(source);
    expect(error.diagnostics).toHaveLength(1);
    expect(error).toMatchObject({ line: 1, column, text, sourceLine: source });
    expect(error.diagnostics[0]!.message).toBe(message);
  });

  test("a label defined twice names the first place", () => {
    expect(failure("x: nop\nnop\nx: nop").diagnostics[0]).toMatchObject({
      line: 3,
      text: "x",
      message: "label 'x' defined twice (first on line 1)",
    });
  });

  test("a mistyped label suggests the one that exists", () => {
    expect(failure("again: nop\njmp agian").message).toContain("did you mean 'again'?");
  });

  test("a short jump says by how much it misses", () => {
    expect(failure("jmp short x\ntimes 200 nop\nx:").diagnostics[0]!.message).toBe(
      "short jump out of range by 73 bytes",
    );
    expect(failure("x: times 130 nop\nloop x").diagnostics[0]!.message).toBe(
      "short jump out of range by 4 bytes",
    );
  });

  test("a boot sector that is too long says by how much", () => {
    expect(failure("times 520 nop\ntimes 510-($-$$) db 0").message).toContain(
      "what stands before is 10 too long",
    );
  });

  test("the message shows the line with a caret under the text, tabs kept", () => {
    expect(failure("bits 32\n\tmov\teax, [xyz]").message).toBe(
      "line 2, column 12: symbol 'xyz' is not defined\n" +
        "  2 | \tmov\teax, [xyz]\n" +
        "    | \t   \t      ^~~",
    );
  });

  test("several mistakes are reported together, in source order, up to the limit", () => {
    const error = failure("jmp a\nmvo eax\ndb 256\nnop\njmp b");
    expect(error.diagnostics.map(({ line }) => line)).toEqual([1, 2, 3, 5]);
    expect(error.message).toMatch(/^4 errors in the assembly source/);
    expect(failure("mvo eax\n".repeat(100)).diagnostics).toHaveLength(20);
    expect(failure("mvo eax\n".repeat(100), { maxErrors: 3 }).diagnostics).toHaveLength(3);
  });

  test("inside a macro the mistake is shown where it stands, with the use as a note", () => {
    const error = failure("%macro put 1\n  mov al, %1\n%endmacro\nput 5\nput 500");
    expect(error.diagnostics).toHaveLength(1);
    expect(error.diagnostics[0]).toMatchObject({
      line: 5,
      text: "500",
      note: "in macro 'put', used on line 5",
    });
    expect(failure("%macro bad 0\n  mvo ax, 1\n%endmacro\nbad").diagnostics[0]).toMatchObject({
      line: 2,
      text: "mvo",
    });
  });

  test("a macro used with the wrong number of arguments says what it takes", () => {
    expect(failure("%macro put 1-2\n%endmacro\nput 1, 2, 3").message).toContain(
      "macro 'put' takes 1-2 arguments, not 3",
    );
  });
});

describe("what would never end or grow without bound is refused", () => {
  test.each([
    ["%rep 100000000\nnop\n%endrep", "the source expands to more than 1000 lines"],
    ["%rep 100000000\n%rep 100000000\n%endrep\n%endrep", "the source expands to more than 1000 lines"],
    ["%macro r 0\nr\n%endmacro\nr", "macro 'r' calls itself too deeply"],
    ["%macro r 1\nr {%1 %1}\n%endmacro\nr a", "grows to more than 20000 tokens"],
    ["times 0xffffffffff nop", "is beyond the 65536 bytes of a program"],
    ["resd 0x7fffffff", "the program grows past 65536 bytes"],
    ["resb 1 << 62", "the program grows past 65536 bytes"],
    ["times 60000 dd 1", "the program grows past 65536 bytes"],
    ["a: times 3 nop\ntimes b-a nop\nb:", "the layout does not settle"],
    ["mov eax, " + "(".repeat(5000), "the expression is nested too deeply"],
    ["mov eax, " + "-".repeat(5000) + "1", "the expression is nested too deeply"],
    ["mov eax, 1" + "+1".repeat(5000), "an expression has at most 1000 terms"],
    [
      Array.from({ length: 60 }, (_, i) => `%define m${i + 1} m${i} m${i}`).join("\n") + "\ndb m60",
      "expands to more than 20000 tokens",
    ],
  ])("%#", (source, message) => {
    expect(failure(source, { maxLines: 1000, maxBytes: 65536 }).message).toContain(message);
  });
});

describe("what is interpolated or given as an option is checked", () => {
  const interpolate = (value: unknown) => () => asm`mov eax, ${value as number}`;

  test.each([
    [NaN, "the interpolated value NaN is not a number"],
    [undefined, "cannot interpolate undefined"],
    [null, "cannot interpolate null"],
    [[1, 2], "cannot interpolate an array"],
    [{}, "cannot interpolate object"],
  ])("%s", (value, message) => {
    expect(interpolate(value)).toThrow(AssemblerError);
    expect(interpolate(value)).toThrow(message);
  });

  test("a fraction where an integer is needed is an error in the source", () => {
    expect(interpolate(1.5)).toThrow("a floating-point constant stands alone");
  });

  test("options out of range are RangeErrors that name the option", () => {
    expect(() => asm("nop", { bits: 64 as 32 })).toThrow(new RangeError("option bits is 16 or 32, not 64"));
    expect(() => asm("nop", { origin: -1 })).toThrow("option origin is a whole number");
    expect(() => asm("nop", { maxBytes: 0.5 })).toThrow("option maxBytes is a whole number");
  });
});
