import { describe, expect, test } from "vitest";
import { asm, Program } from "../../src/isa/asm/mod.ts";

const hex = (source: string) => asm(`bits 32\n${source}`).hex();

describe("interpolation", () => {
  test("numbers, bigints, source text, bytes and programs", () => {
    const inner = asm`bits 32
      mov eax, ${-1}`;
    const program = asm`
      bits 32
      add ecx, ${5}
      ${"inc eax\n dec eax"}
      db ${Uint8Array.of(1, 2, 3)}, ${new Uint8Array()}, ${inner}
      dq ${0x123456789abcdef0n}
      dd ${1.5}, ${1e-7}
    `;
    expect(program.hex()).toBe(
      "83 c1 05 40 48 01 02 03 b8 ff ff ff ff f0 de bc 9a 78 56 34 12 00 00 c0 3f 95 bf d6 33",
    );
    expect(program).toBeInstanceOf(Program);
  });

  test("backslashes reach the assembler, escaped backquotes too", () => {
    expect(asm`db \`a\n\`, 'b\n'`.hex()).toBe("61 0a 62 5c 6e");
  });
});

describe("a program knows its places", () => {
  const program = asm("bits 32\norg 0x7c00\nK equ 7\nstart: nop\n.loop: jmp .loop\n  times 3 db K\nend:\n");

  test("symbols, labels and origin", () => {
    expect(program.origin).toBe(0x7c00);
    expect(program.bits).toBe(32);
    expect(Object.fromEntries(program.symbols)).toEqual({
      K: 7,
      start: 0x7c00,
      "start.loop": 0x7c01,
      end: 0x7c06,
    });
    expect([...program.labels.keys()]).toEqual(["start", "start.loop", "end"]);
    expect(program.address("end")).toBe(0x7c06);
    expect(program.symbolAt(0x7c04)).toBe("start.loop+0x3");
    expect(() => program.address("nothing")).toThrow(RangeError);
  });

  test("the listing leads from lines to bytes and back", () => {
    expect(program.listing).toEqual([
      { line: 4, column: 1, address: 0x7c00, offset: 0, length: 1, bits: 32 },
      { line: 5, column: 1, address: 0x7c01, offset: 1, length: 2, bits: 32 },
      { line: 6, column: 3, address: 0x7c03, offset: 3, length: 3, bits: 32 },
    ]);
    expect(program.lineAt(0x7c05)?.line).toBe(6);
    expect(program.toString().split("\n")[4]).toBe("00007c01  eb fe                    .loop: jmp .loop");
  });

  test("lines of a macro are listed where it is used", () => {
    const used = asm("%macro two 0\n nop\n nop\n%endmacro\n two\n");
    expect(used.listing.map(({ line, length }) => [line, length])).toEqual([[5, 1], [5, 1]]);
  });

  test("the listing covers the image without gap or overlap", () => {
    const parts = asm("section .data\ndb 1,2\nsection .text\nnop\ntimes 4 dw 5\nalign 4\n");
    const covered = parts.listing.flatMap(({ offset, length }) =>
      Array.from({ length }, (_, i) => offset + i)
    );
    const text = parts.sections.find(({ name }) => name === ".text")!;
    expect(covered.sort((a, b) => a - b)).toEqual([
      ...Array(text.length).keys(),
      text.length,
      text.length + 1,
    ]);
  });
});

describe("jumps are as short as the layout allows", () => {
  test("127 bytes ahead is short, 128 is near", () => {
    expect(asm("bits 32\njmp x\ntimes 127 nop\nx:").bytes.length).toBe(2 + 127);
    expect(asm("bits 32\njmp x\ntimes 128 nop\nx:").bytes.length).toBe(5 + 128);
    expect(asm("bits 32\njz x\ntimes 128 nop\nx:").bytes.length).toBe(6 + 128);
  });

  test("a jump that grows can push others out of reach, down a long chain", () => {
    const chain = Array.from({ length: 100 }, (_, i) => `jmp k${i + 1}\ntimes 62 nop\nk${i}: nop`).join("\n");
    // Each jump reaches exactly over the next one as long as that is short; the last misses by one byte.
    expect(asm(`bits 32\n${chain}\ntimes 65 nop\nk100:`).bytes.length).toBe(100 * (5 + 63) + 65);
    expect(asm(`bits 32\n${chain}\ntimes 64 nop\nk100:`).bytes.length).toBe(100 * (2 + 63) + 64);
  });

  test("immediates and displacements that depend on labels shrink too", () => {
    expect(hex("push b-a\na: nop\nb:")).toBe("6a 01 90");
    expect(hex("mov eax, [ebx+b-a]\na: nop\nb:")).toBe("8b 43 01 90");
  });

  test("a label's own value never becomes a byte, wherever the program stands", () => {
    expect(hex("a: push a\nadd ebx, a")).toBe("68 00 00 00 00 81 c3 00 00 00 00");
  });

  test("what would swing between two layouts settles", () => {
    // Short, the value is 128 and needs the long form; long, it is 125 and would fit the short one.
    expect(hex("a: push 130-(b-a)\nb:")).toBe("68 7d 00 00 00");
  });
});

describe("beyond NASM, a flat image lets labels be taken apart", () => {
  test("for descriptors and gates", () => {
    const source = "org 0x12345600\nhandler: nop\ndw handler & 0xffff, 8\ndb 0, 0x8e\ndw handler >> 16\n";
    expect(asm(`bits 32\n${source}`).hex()).toBe("90 00 56 08 00 00 8e 34 12");
  });
});

describe("options", () => {
  test("code is 16-bit at address 0 unless told otherwise", () => {
    expect(asm("mov eax, 1\nx: dw x").hex()).toBe("66 b8 01 00 00 00 06 00");
    expect(asm("mov eax, 1\nx: dw x", { bits: 32, origin: 0x100 }).hex()).toBe("b8 01 00 00 00 05 01");
  });

  test("nothing is a program too", () => {
    expect(asm("").bytes.length).toBe(0);
    expect(asm("; only a comment\n\n").toString()).toContain("only a comment");
  });
});
