import { describe, expect, test } from "vitest";
import { decode, type Instruction, type Operand, REGISTER_NAMES, SEGMENT_NAMES } from "../../src/isa/mod.ts";

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.split(" "), (byte) => parseInt(byte, 16));
}

function decoded(text: string, bits: 16 | 32 = 32): Instruction {
  const instruction = decode(bytesOf(text), 0, bits);
  if (instruction === null) throw new Error(`${text} is cut off`);
  return instruction;
}

/** An operand as text that leaves nothing out. */
function show(operand: Operand): string {
  const { kind, size, index, base, scale, displacement, segment, value, selector } = operand;
  switch (kind) {
    case "register":
      return REGISTER_NAMES[size * 8 as 8 | 16 | 32][index]!;
    case "segment":
      return SEGMENT_NAMES[index]!;
    case "immediate":
    case "relative":
      return `${kind}${size} ${value}`;
    case "far":
      return `far${size} ${selector}:${value}`;
    case "memory":
      return `${SEGMENT_NAMES[segment]}:[${base},${index}*${1 << scale},${displacement}]${size}`;
    default:
      return `${kind}${index}`;
  }
}

function read(text: string, bits: 16 | 32 = 32): string {
  const instruction = decoded(text, bits);
  expect(instruction.length).toBe(text.split(" ").length);
  return `${instruction.form.operation} ${instruction.operands.map(show).join(", ")}`.trim();
}

describe("operands", () => {
  test.each([
    ["01 48 08", 32, "add ds:[0,-1*1,8]4, ecx"],
    ["8b 84 8d 78 56 34 12", 32, "mov eax, ss:[5,1*4,305419896]4"],
    ["8a 47 fe", 16, "mov al, ds:[3,-1*1,-2]1"],
    ["8b 42 10", 16, "mov ax, ss:[5,6*1,16]2"],
    ["65 8b 1e 00 f0", 16, "mov bx, gs:[-1,-1*1,-4096]2"],
    ["67 8b 04 24", 16, "mov ax, ss:[4,-1*1,0]2"],
    ["8b 04 25 00 10 00 00", 32, "mov eax, ds:[-1,-1*1,4096]4"],
    ["8b 04 e5 00 10 00 00", 32, "mov eax, ds:[-1,-1*1,4096]4"], // index 4 is none
    ["a1 00 10 00 00", 32, "mov eax, ds:[-1,-1*1,4096]4"],
    ["26 a2 34 12", 16, "mov es:[-1,-1*1,4660]1, al"],
    ["6a ff", 32, "push immediate4 -1"],
    ["66 6a ff", 32, "push immediate2 -1"],
    ["68 ff ff", 16, "push immediate2 65535"],
    ["83 c0 80", 32, "add eax, immediate4 -128"],
    ["80 c0 80", 32, "add al, immediate1 128"],
    ["81 c0 00 00 00 80", 32, "add eax, immediate4 -2147483648"],
    ["cd 80", 32, "int immediate1 128"],
    ["c8 10 80 02", 32, "enter immediate2 32784, immediate1 2"],
    ["c2 fe ff", 32, "ret immediate2 65534"],
    ["e4 f0", 32, "in al, immediate1 240"],
    ["ed", 32, "in eax, dx"],
    ["66 ef", 32, "out dx, ax"],
    ["d1 e0", 32, "shl eax, immediate1 1"],
    ["d3 f8", 32, "sar eax, cl"],
    ["0f a5 c8", 32, "shld eax, ecx, cl"],
    ["69 c3 00 01 00 00", 32, "imul eax, ebx, immediate4 256"],
    ["6b c3 ff", 32, "imul eax, ebx, immediate4 -1"],
    ["f7 eb", 32, "imul ebx"],
    ["93", 32, "xchg ebx, eax"],
    ["eb fe", 32, "jmp relative4 -2"],
    ["e8 00 00 00 80", 32, "call relative4 -2147483648"],
    ["0f 84 fc ff", 16, "jcc relative2 -4"],
    ["ea 78 56 34 12 08 00", 32, "jmp-far far6 8:305419896"],
    ["9a 00 80 ff ff", 16, "call-far far4 65535:32768"],
    ["ff 2b", 32, "jmp-far ds:[3,-1*1,0]6"],
    ["ff 1f", 16, "call-far ds:[3,-1*1,0]4"],
    ["c4 03", 32, "load-far-pointer eax, ds:[3,-1*1,0]6, es"],
    ["0f b2 03", 32, "load-far-pointer eax, ds:[3,-1*1,0]6, ss"],
    ["62 03", 32, "bound eax, ds:[3,-1*1,0]8"],
    ["62 07", 16, "bound ax, ds:[3,-1*1,0]4"],
    ["0f 01 13", 32, "lgdt ds:[3,-1*1,0]6"],
    ["0f 01 3b", 32, "invlpg ds:[3,-1*1,0]0"],
    ["8d 44 24 04", 32, "lea eax, ss:[4,-1*1,4]0"],
    ["8c d8", 32, "mov-from-segment eax, ds"],
    ["8c 1b", 32, "mov-from-segment ds:[3,-1*1,0]2, ds"],
    ["8e d0", 32, "mov-to-segment ss, ax"],
    ["1f", 32, "pop-segment ds"],
    ["0f a0", 32, "push-segment fs"],
    ["0f 20 d8", 32, "mov-from-control eax, control3"],
    ["0f 23 38", 32, "mov-to-debug debug7, eax"],
    ["0f b6 c1", 32, "movzx eax, cl"],
    ["0f bf 03", 32, "movsx eax, ds:[3,-1*1,0]2"],
    ["0f c7 0b", 32, "cmpxchg8b ds:[3,-1*1,0]8"],
    ["66 0f c8", 32, "bswap ax"],
    ["82 c0 01", 32, "add al, immediate1 1"],
    ["f7 c8 01 00 00 00", 32, "test eax, immediate4 1"],
    ["d0 f0", 32, "shl al, immediate1 1"],
    ["d7", 32, "xlat"],
    ["f3 a4", 32, "movs"],
    ["d9 c3", 32, "x87 x873"],
    ["0f 1f 44 00 00", 32, "nop ds:[0,0*1,0]4, eax"],
  ])("%s in %d-bit mode", (text, bits, expected) => {
    expect(read(text as string, bits as 16 | 32)).toBe(expected);
  });
});

describe("prefixes", () => {
  test("the last segment override and the last repeat prefix count", () => {
    const instruction = decoded("f2 26 f3 64 a4");
    expect(instruction.segment).toBe(SEGMENT_NAMES.indexOf("fs"));
    expect(instruction.repeat).toBe(0xf3);
    expect(instruction.form.width).toBe(1);
  });

  test("operand and address size go the other way, once", () => {
    expect(decoded("66 66 a5")).toMatchObject({ operandSize: 2, addressSize: 4, form: { width: 0 } });
    expect(decoded("67 a5", 16)).toMatchObject({ operandSize: 2, addressSize: 4 });
  });

  test("F3 90 is PAUSE, other prefixes leave NOP", () => {
    expect(decoded("f3 90").form.mnemonic).toBe("pause");
    expect(decoded("f2 90").form.mnemonic).toBe("nop");
    expect(decoded("66 90").form.mnemonic).toBe("nop");
  });

  test("LOCK wants a lockable form with a memory destination", () => {
    expect(decoded("f0 01 03")).toMatchObject({ lock: true, form: { mnemonic: "add" } });
    expect(decoded("f0 87 03").form.mnemonic).toBe("xchg");
    for (const text of ["f0 01 c3", "f0 03 03", "f0 89 03", "f0 38 03", "f0 90", "f0 0f ba 23 01"]) {
      expect(decoded(text).form.mnemonic, text).toBe("(bad)");
    }
  });
});

describe("invalid encodings", () => {
  test.each([
    ["8d c0", "LEA of a register"],
    ["c4 c0", "LES from a register"],
    ["62 c0", "BOUND with a register"],
    ["0f 01 d0", "LGDT from a register"],
    ["0f c7 c8", "CMPXCHG8B of a register"],
    ["ff d8", "far CALL through a register"],
    ["8e c8", "MOV to CS"],
    ["8e f0", "segment register 6"],
    ["0f 22 c8", "CR1"],
    ["0f 20 e8", "CR5"],
    ["0f ff c0", "UD0"],
    ["0f b9 c0", "UD1"],
    ["0f 0b", "UD2"],
    ["fe d0", "group 4 /2"],
    ["ff ff", "group 5 /7"],
    ["0f ba c0", "group 8 /0"],
    ["0f 04", "no opcode"],
    ["0f 24", "test registers"],
    ["d6 f1", "SALC is valid", "salc"],
    ["f1 00", "INT1 is valid", "int1"],
  ])("%s: %s", (text, _why, operation = "ud") => {
    const instruction = decoded(text);
    expect(instruction.form.operation).toBe(operation);
    if (operation === "ud") expect(instruction.form.costClass).toBe("undefined");
    expect(instruction.length).toBe(operation === "ud" ? text.split(" ").length : 1);
  });

  test("fifteen bytes are an instruction, sixteen are too long", () => {
    const prefixes = "66 ".repeat(10);
    expect(decoded(`${prefixes}81 00 01 00 00`).tooLong).toBe(false);
    expect(decoded(`${prefixes}81 40 00 01 00`).length).toBe(15);
    const long = decoded(`${prefixes}81 80 00 00 00 00 01 00`);
    expect(long).toMatchObject({
      tooLong: true,
      length: 15,
      form: { mnemonic: "(too long)", operation: "ud" },
    });
    expect(decoded("66 ".repeat(15) + "90").tooLong).toBe(true);
    expect(decode(bytesOf("66 ".repeat(13) + "66"), 0, 32)).toBeNull();
  });
});
