import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstruction, listing, type ListingRow } from "../../src/isa/mod.ts";

const bytesOf = (text: string) => Uint8Array.from(text.split(" "), (byte) => parseInt(byte, 16));
const texts = (rows: ListingRow[]) => rows.map((row) => row.text);

describe("a listing", () => {
  test("has NASM's syntax, addresses, bytes and what is known about the instruction", () => {
    const rows = listing(bytesOf("fa 0f 01 0b 8b 45 08 f4"), { address: 0x7c00 });
    expect(texts(rows)).toEqual(["cli", "sidt [ebx]", "mov eax, [ebp+8]", "hlt"]);
    expect(rows.map((row) => row.address)).toEqual([0x7c00, 0x7c01, 0x7c04, 0x7c07]);
    expect(rows.map((row) => row.privileged)).toEqual([true, false, false, true]);
    expect(rows[1]!.sensitive).toMatch(/real table/);
    expect(rows[2]!.sensitive).toBeUndefined();
    expect([...rows[2]!.bytes]).toEqual([0x8b, 0x45, 0x08]);
    expect(rows[2]!.instruction!.form.mnemonic).toBe("mov");
  });

  test("reads 16-bit code as 16-bit code", () => {
    expect(texts(listing(bytesOf("8b 46 02 66 40 ea 00 7c 00 f0"), { bits: 16 }))).toEqual([
      "mov ax, [bp+2]",
      "inc eax",
      "jmp 0xf000:0x7c00",
    ]);
  });

  test("writes symbols as labels, branch targets, far offsets and absolute addresses", () => {
    const rows = listing(bytesOf("e8 05 00 00 00 a1 00 20 00 00 eb f4 ea 00 10 00 00 08 00 3d 00 10 00 00"), {
      address: 0x1000,
      symbols: { start: 0x1000, put: 0x100a, counter: 0x2000 },
    });
    expect(texts(rows)).toEqual([
      "call put",
      "mov eax, [counter]",
      "jmp short start",
      "jmp 8:start",
      "cmp eax, 0x1000",
    ]);
    expect(rows.map((row) => row.label)).toEqual(["start", undefined, "put", undefined, undefined]);
  });

  test("lists bytes that are no instruction, or the start of one, as data", () => {
    expect(texts(listing(bytesOf("f0 40 0f ff c0 0f 04 e9 01")))).toEqual([
      "db 0xf0",
      "inc eax",
      "ud0 eax, eax",
      "db 0xf",
      "add al, 0xe9",
      "db 1",
    ]);
  });

  test("of one instruction is its text", () => {
    expect(formatInstruction(bytesOf("0f c7 08"))).toBe("cmpxchg8b [eax]");
    expect(formatInstruction(new Uint8Array(0))).toBe("");
  });

  test("covers every byte once, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom<16 | 32>(16, 32), (bytes, bits) => {
        const rows = listing(bytes, { bits, address: 0xfffffff0 });
        expect(rows.flatMap((row) => [...row.bytes])).toEqual([...bytes]);
        for (const row of rows) {
          expect(row.text).not.toBe("");
          expect(row.bytes.length).toBe(row.instruction?.length ?? 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
