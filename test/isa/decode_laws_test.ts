import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, type Instruction } from "../../src/isa/mod.ts";

const prefix = fc.constantFrom(0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65);
const machineCode = fc.tuple(
  fc.array(prefix, { maxLength: 16 }),
  fc.constantFrom([], [], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
).map(([prefixes, escape, rest]) => Uint8Array.of(...prefixes, ...escape, ...rest));
const bits = fc.constantFrom<16 | 32>(16, 32);

const whole = (instruction: Instruction | null): Instruction => {
  if (instruction === null) throw new Error("ran out of 16 bytes or more");
  return instruction;
};

describe("for any bytes in either mode", () => {
  test("decoding gives an instruction of 1 to 15 bytes, the same every time", () => {
    fc.assert(
      fc.property(machineCode, bits, (bytes, bits) => {
        const instruction = whole(decode(bytes, 0, bits));
        expect(instruction.length).toBeGreaterThanOrEqual(1);
        expect(instruction.length).toBeLessThanOrEqual(15);
        expect(decode(bytes, 0, bits)).toEqual(instruction);
      }),
      { numRuns: 3000 },
    );
  });

  test("bytes before and after the instruction do not matter", () => {
    fc.assert(
      fc.property(machineCode, bits, fc.nat(40), fc.nat(255), (bytes, bits, before, filler) => {
        const instruction = whole(decode(bytes, 0, bits));
        const elsewhere = new Uint8Array(before + instruction.length + 20).fill(filler);
        elsewhere.set(bytes.subarray(0, instruction.length), before);
        expect(decode(elsewhere, before, bits)).toEqual(instruction);
      }),
      { numRuns: 3000 },
    );
  });

  test("it needs exactly its own bytes: with one less, more are asked for", () => {
    fc.assert(
      fc.property(machineCode, bits, (bytes, bits) => {
        const instruction = whole(decode(bytes, 0, bits));
        const { length } = instruction;
        expect(decode(bytes, 0, bits, length)).toEqual(instruction);
        expect(decode(bytes.slice(0, length), 0, bits)).toEqual(instruction);
        for (let limit = 0; limit < length; limit++) {
          expect(decode(bytes, 0, bits, limit)).toBeNull();
          expect(decode(bytes.slice(0, limit), 0, bits)).toBeNull();
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("an offset outside the bytes asks for more bytes", () => {
    expect(decode(new Uint8Array(0), 0, 32)).toBeNull();
    expect(decode(Uint8Array.of(0x90), 1, 32)).toBeNull();
    expect(decode(Uint8Array.of(0x90), 7, 32)).toBeNull();
  });
});
