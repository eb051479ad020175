/**
 * The operand notation of the opcode maps: a letter for the addressing method and letters for the type, after
 * appendix A.2 of the Intel SDM, volume 2.
 *
 * @module
 */

import { CS, DS, ES, FS, GS, type Operand, type OperandKind, SS } from "../instruction.ts";

/** What the letters and words in the operand column mean. */
export const OPERAND_NOTATION: Readonly<Record<string, string>> = {
  E: "ModR/M r/m: general register or memory",
  M: "ModR/M r/m: memory only; a register makes the opcode invalid",
  R: "ModR/M r/m: general register only; `Rv/Mw` is a register of one type or memory of another",
  G: "ModR/M reg: general register",
  S: "ModR/M reg: segment register; `Sw!CS` is any but CS",
  C: "ModR/M reg: control register",
  D: "ModR/M reg: debug register",
  Z: "general register in the low three bits of the opcode",
  I: "immediate; `sI` is sign-extended to the operand size",
  J: "branch displacement relative to the next instruction",
  A: "far pointer in the instruction",
  O: "memory at an offset in the instruction, without ModR/M",
  P: "ModR/M reg: MMX register",
  Q: "ModR/M r/m: MMX register or memory",
  N: "ModR/M r/m: MMX register only",
  V: "ModR/M reg: XMM register",
  W: "ModR/M r/m: XMM register or memory",
  U: "ModR/M r/m: XMM register only",
  b: "byte",
  w: "word",
  d: "doubleword",
  q: "quadword",
  dq: "16 bytes",
  o: "16 bytes (descriptor of INVEPT and INVVPID)",
  t: "10 bytes",
  v: "word or doubleword, by operand size",
  z: "word or doubleword, by operand size",
  p: "far pointer: 4 or 6 bytes, by operand size",
  a: "pair of bounds: 4 or 8 bytes, by operand size",
  s: "6-byte pseudo-descriptor",
  e: "x87 environment: 14 or 28 bytes, by operand size",
  x: "processor-state image; its size does not matter here",
  ST: "top of the x87 register stack; `STi` is the one in ModR/M r/m",
  "1": "the constant 1",
  eAX: "AX or EAX, by operand size; other names are that register",
};

/** How an operand is found in the instruction; the numbers are what the decoder switches over. */
export const METHOD = {
  FIXED: 0, // the same operand always
  ACCUMULATOR: 1, // AX or EAX
  REGISTER_OR_MEMORY: 2, // E
  MEMORY: 3, // M
  REGISTER: 4, // R
  REG_FIELD: 5, // G
  OPCODE_FIELD: 6, // Z
  SEGMENT_FIELD: 7, // S
  CONTROL_FIELD: 8, // C
  DEBUG_FIELD: 9, // D
  IMMEDIATE_BYTE: 10, // Ib
  IMMEDIATE_SIGNED_BYTE: 11, // sIb
  IMMEDIATE_WORD: 12, // Iw
  IMMEDIATE: 13, // Iz, Iv
  RELATIVE_BYTE: 14, // Jb
  RELATIVE: 15, // Jz
  FAR_POINTER: 16, // Ap
  OFFSET: 17, // O
  X87_REGISTER: 18, // STi
  VECTOR_FIELD: 19, // P, V
  VECTOR_OR_MEMORY: 20, // Q, W
  VECTOR_REGISTER: 21, // N, U
} as const;

/** An operand column entry, read. Sizes in bytes with an operand size of 2 and of 4. */
export interface OperandSpec {
  readonly method: number;
  readonly registerSize16: number;
  readonly registerSize32: number;
  readonly memorySize16: number;
  readonly memorySize32: number;
  /** Segment registers that the form may not name, as a bit mask. */
  readonly forbidden: number;
  /** The operand itself for `FIXED`. */
  readonly fixed: Operand | null;
}

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  "": [0, 0],
  b: [1, 1],
  w: [2, 2],
  d: [4, 4],
  q: [8, 8],
  dq: [16, 16],
  o: [16, 16],
  t: [10, 10],
  v: [2, 4],
  z: [2, 4],
  p: [4, 6],
  a: [4, 8],
  s: [6, 6],
  e: [14, 28],
  x: [0, 0],
};

/** Makes an operand that uses only the given fields. */
export function makeOperand(kind: OperandKind, size: number, index: number, value = 0): Operand {
  return { kind, size, index, base: -1, scale: 0, displacement: 0, segment: -1, value, selector: 0 };
}

const REGISTERS = (size: number): readonly Operand[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((index) => makeOperand("register", size, index));

/** The general registers as operands, by size and number. Shared: operands are read only. */
export const REGISTER_OPERANDS = { 1: REGISTERS(1), 2: REGISTERS(2), 4: REGISTERS(4) } as const;

const SEGMENT = (index: number): Operand => makeOperand("segment", 2, index);

const FIXED: Readonly<Record<string, Operand>> = {
  AL: REGISTER_OPERANDS[1][0]!,
  CL: REGISTER_OPERANDS[1][1]!,
  AX: REGISTER_OPERANDS[2][0]!,
  DX: REGISTER_OPERANDS[2][2]!,
  ES: SEGMENT(ES),
  CS: SEGMENT(CS),
  SS: SEGMENT(SS),
  DS: SEGMENT(DS),
  FS: SEGMENT(FS),
  GS: SEGMENT(GS),
  ST: makeOperand("x87", 10, 0),
  "1": makeOperand("immediate", 1, -1, 1),
};

const METHOD_OF_LETTER: Readonly<Record<string, number>> = {
  E: METHOD.REGISTER_OR_MEMORY,
  M: METHOD.MEMORY,
  R: METHOD.REGISTER,
  G: METHOD.REG_FIELD,
  Z: METHOD.OPCODE_FIELD,
  S: METHOD.SEGMENT_FIELD,
  C: METHOD.CONTROL_FIELD,
  D: METHOD.DEBUG_FIELD,
  A: METHOD.FAR_POINTER,
  O: METHOD.OFFSET,
  P: METHOD.VECTOR_FIELD,
  V: METHOD.VECTOR_FIELD,
  Q: METHOD.VECTOR_OR_MEMORY,
  W: METHOD.VECTOR_OR_MEMORY,
  N: METHOD.VECTOR_REGISTER,
  U: METHOD.VECTOR_REGISTER,
};

const METHOD_OF_WORD: Readonly<Record<string, number>> = {
  Ib: METHOD.IMMEDIATE_BYTE,
  sIb: METHOD.IMMEDIATE_SIGNED_BYTE,
  Iw: METHOD.IMMEDIATE_WORD,
  Iz: METHOD.IMMEDIATE,
  Iv: METHOD.IMMEDIATE,
  Jb: METHOD.RELATIVE_BYTE,
  Jz: METHOD.RELATIVE,
  STi: METHOD.X87_REGISTER,
  eAX: METHOD.ACCUMULATOR,
};

/**
 * Reads one entry of the operand column.
 *
 * @throws {RangeError} for an entry that the notation does not know
 */
export function readOperand(text: string): OperandSpec {
  const fixed = FIXED[text];
  if (fixed !== undefined) return spec(METHOD.FIXED, [fixed.size, fixed.size], [0, 0], 0, fixed);
  const word = METHOD_OF_WORD[text];
  if (word !== undefined) return spec(word, [2, 4], [2, 4]);
  const alternatives = /^R([a-z]+)\/M([a-z]+)$/.exec(text);
  if (alternatives !== null) {
    return spec(METHOD.REGISTER_OR_MEMORY, sizesOf(alternatives[1]!, text), sizesOf(alternatives[2]!, text));
  }
  const [plain = "", not] = text.split("!");
  const method = METHOD_OF_LETTER[plain[0] ?? ""];
  if (method === undefined) throw new RangeError(`opcode map: unknown operand "${text}"`);
  const sizes = sizesOf(plain.slice(1), text);
  return spec(method, sizes, sizes, not === "CS" ? 1 << CS : 0);
}

function sizesOf(type: string, text: string): readonly [number, number] {
  const sizes = SIZES[type];
  if (sizes === undefined) throw new RangeError(`opcode map: unknown type in the operand "${text}"`);
  return sizes;
}

function spec(
  method: number,
  register: readonly [number, number],
  memory: readonly [number, number],
  forbidden = 0,
  fixed: Operand | null = null,
): OperandSpec {
  return {
    method,
    registerSize16: register[0],
    registerSize32: register[1],
    memorySize16: memory[0],
    memorySize32: memory[1],
    forbidden,
    fixed,
  };
}
