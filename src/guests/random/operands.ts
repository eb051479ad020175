/**
 * Random registers, addresses and ordinary instructions.
 *
 * @module
 */

import { AT, HIGH, LARGE0, LARGE3, RECURSIVE, TEST, TEST_PAGES, TOP } from "./layout.ts";
import type { Random } from "./random.ts";

/** General registers that steps may change. */
const DWORDS = "eax ebx ecx edx esi edi ebp";
const WORDS = "ax bx cx dx si di bp";
const BYTES = "al bl cl dl ah bh ch dh";

/** Operand sizes in bytes. */
export type Size = 1 | 2 | 4;

/** The name of a register of the given size. */
export function register(r: Random, size: Size): string {
  return r.word(size === 4 ? DWORDS : size === 2 ? WORDS : BYTES);
}

/** A size, most often 4. */
export function anySize(r: Random): Size {
  return r.pick([4, 4, 4, 2, 1] as const);
}

/** NASM's word for a size. */
export function sizeWord(size: Size): string {
  return size === 4 ? "dword" : size === 2 ? "word" : "byte";
}

/** Offset in a page, sometimes so that an access crosses its end. */
function offset(r: Random): number {
  return r.chance(0.08) ? 0xffd + r.below(3) : r.below(0xfe0) & (r.chance(0.7) ? ~3 : ~0);
}

/** The test pages whose contents are plain data. */
const PLAIN: readonly number[] = [
  ...TEST_PAGES.kernel,
  ...TEST_PAGES.user,
  ...TEST_PAGES.readOnlyKernel,
  ...TEST_PAGES.readOnlyUser,
  ...TEST_PAGES.demand,
  ...TEST_PAGES.absent,
  TEST_PAGES.alias,
];

/** A linear address in one of the test pages. */
export function testAddress(r: Random): number {
  const page = r.chance(0.05) ? TEST_PAGES.nowhere : r.chance(0.1) ? 16 + r.below(10) : r.pick(PLAIN);
  // The page behind page 13 is a page table: nothing may cross into it.
  const at = page === TEST_PAGES.alias || page === TEST_PAGES.nowhere ? r.below(0xf00) : offset(r);
  return TEST + page * 0x1000 + at;
}

/** A linear address that ordinary kernel code uses; most do not fault. */
export function kernelAddress(r: Random): number {
  const data = AT.data + r.below(15) * 0x1000 + offset(r);
  switch (r.below(30)) {
    case 0:
    case 6:
      return HIGH + data;
    case 7:
      return TOP + 0x4000 + offset(r);
    case 1:
      return LARGE0 + data;
    case 2:
    case 8:
      return LARGE3 + data;
    case 3:
    case 4:
    case 5:
    case 9:
    case 10:
      return testAddress(r);
    default:
      return data;
  }
}

/** A linear address that ring-3 code uses; about half of them fault. */
export function userAddress(r: Random): number {
  switch (r.below(12)) {
    case 0:
      return AT.data + 0xf000 + r.below(0xf00);
    case 1:
      return LARGE3 + AT.data + offset(r);
    case 2:
      return LARGE0 + AT.data + offset(r);
    case 3:
      return HIGH + AT.data + offset(r);
    case 4:
      return r.chance(0.5) ? TOP + 0x4000 + offset(r) : RECURSIVE + r.below(0x1000);
    case 5:
    case 6:
      return testAddress(r);
    default:
      return TEST + r.pick(TEST_PAGES.user) * 0x1000 + r.below(0xf00);
  }
}

/** Hexadecimal for the assembler. */
export function h(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** A memory operand: an address as it is, or through a register that `setup` loads. */
export function memory(r: Random, address: number): { setup: string[]; operand: string; base: string } {
  if (r.chance(0.5)) return { setup: [], operand: `[${h(address)}]`, base: "" };
  const base = r.word("ebx esi edi ebp edx");
  const displacement = r.chance(0.5) ? 0 : r.below(256) - 128;
  if (r.chance(0.2)) {
    const index = base === "ecx" ? "eax" : "ecx", count = r.below(64), scale = r.pick([1, 2, 4, 8]);
    return {
      setup: [`mov ${index}, ${count}`, `mov ${base}, ${h(address - displacement - count * scale)}`],
      // A base of EBP or ESP makes SS the segment.
      operand: `[${base} + ${index} * ${scale} + ${displacement}]`,
      base,
    };
  }
  return {
    setup: [`mov ${base}, ${h(address - displacement)}`],
    operand: `[${base} + ${displacement}]`,
    base,
  };
}

const BINARY = "add or adc sbb and sub xor cmp mov test";
const UNARY = "inc dec not neg";
const SHIFTS = "rol ror rcl rcr shl shr sar";
const CONDITIONS = "o no b ae e ne be a s ns p np l ge le g";
const FLAG_OPERATIONS = "clc stc cmc lahf sahf cwde cdq cbw cwd salc";

/** One or a few random instructions that compute. `addressOf` says where memory operands may lie. */
export function computing(r: Random, addressOf: (r: Random) => number): string[] {
  const size = anySize(r), a = register(r, size), b = register(r, size);
  const from = () => memory(r, addressOf(r));
  switch (r.below(24)) {
    case 0:
    case 1:
      return [`${r.word(BINARY)} ${a}, ${b}`];
    case 2:
    case 3:
      return [`${r.word(BINARY)} ${a}, ${h(r.value() & (2 ** (8 * size) - 1))}`];
    case 4:
    case 5:
    case 6: {
      const { setup, operand } = from();
      const operation = r.word("add or adc sbb and sub xor cmp mov mov mov");
      return [...setup, `${operation} ${a}, ${operand}`];
    }
    case 7:
    case 8:
    case 9: {
      const { setup, operand } = from();
      return [...setup, `${r.word(BINARY)} ${operand}, ${a}`];
    }
    case 10: {
      const { setup, operand } = from();
      const value = h(r.value() & (2 ** (8 * size) - 1));
      return [...setup, `${r.word(BINARY)} ${sizeWord(size)} ${operand}, ${value}`];
    }
    case 11:
      return [`${r.word(UNARY)} ${a}`];
    case 12: {
      const { setup, operand } = from();
      return [...setup, `${r.chance(0.3) ? "lock " : ""}${r.word(UNARY)} ${sizeWord(size)} ${operand}`];
    }
    case 13:
      return [`${r.word(SHIFTS)} ${a}, ${r.chance(0.3) ? "cl" : r.below(33)}`];
    case 14: {
      const { setup, operand } = from();
      return [...setup, `${r.word(SHIFTS)} ${sizeWord(size)} ${operand}, ${1 + r.below(20)}`];
    }
    case 15:
      return [
        `mov ${register(r, 4)}, ${h(r.value())}`,
        `${r.word("shld shrd")} ${register(r, 4)}, ${register(r, 4)}, ${r.below(32)}`,
      ];
    case 16:
      return [`imul ${register(r, 4)}, ${register(r, 4)}, ${h(r.value())}`, `${r.word("mul imul")} ${a}`];
    case 17:
      return [`${r.word("div idiv")} ${r.chance(0.5) ? a : "ebx"}`];
    case 18: {
      const { setup, operand } = from();
      return [...setup, `${r.word("movzx movsx")} ${register(r, 4)}, ${r.word("byte word")} ${operand}`];
    }
    case 19:
      return [
        `set${r.word(CONDITIONS)} ${register(r, 1)}`,
        `cmov${r.word(CONDITIONS)} ${register(r, 4)}, ${register(r, 4)}`,
      ];
    case 20: {
      const { setup, operand } = from();
      const operation = r.word("xchg xadd cmpxchg");
      return [...setup, `${operation} ${operand}, ${a}`];
    }
    case 21: {
      const bit = register(r, 4), { setup, operand } = from();
      return r.chance(0.5)
        ? [`${r.word("bt bts btr btc")} ${register(r, 4)}, ${bit}`, `bswap ${bit}`]
        : [...setup, `${r.word("bt bts btr btc")} dword ${operand}, ${r.below(32)}`];
    }
    case 22:
      return [
        r.word(FLAG_OPERATIONS),
        `lea ${register(r, 4)}, [${register(r, 4)} + ${register(r, 4)} * 4 + ${h(r.value())}]`,
      ];
    default: {
      const { setup, operand } = from();
      return [
        `push ${register(r, 4)}`,
        ...setup,
        `push dword ${operand}`,
        `pop ${register(r, 4)}`,
        `pop ${register(r, 4)}`,
      ];
    }
  }
}

/** An address for strings of up to 1,200 bytes in either direction: none of them reaches a page table. */
export function stringAddress(r: Random): number {
  if (r.chance(0.5)) return r.pick([0, HIGH, LARGE0]) + AT.data + 0x800 + r.below(0xe000);
  return TEST + (r.chance(0.2) ? 18 + r.below(8) : 1 + r.below(11)) * 0x1000 + offset(r);
}

/** The same for ring 3. */
export function userStringAddress(r: Random): number {
  if (r.chance(0.1)) return stringAddress(r);
  return TEST + r.pick(TEST_PAGES.user) * 0x1000 + r.below(0x1000);
}

/** A string instruction with everything it needs. */
export function stringInstruction(r: Random, addressOf: (r: Random) => number): string[] {
  const suffix = r.word("b w d");
  const name = r.word("movs stos lods cmps scas movs stos");
  const prefix = r.chance(0.25) ? "" : name === "cmps" || name === "scas" ? r.word("repe repne") : "rep";
  const count = r.below(r.chance(0.2) ? 300 : 20);
  return [
    r.chance(0.25) ? "std" : "cld",
    `mov esi, ${h(addressOf(r))}`,
    `mov edi, ${h(addressOf(r))}`,
    `mov ecx, ${count}`,
    `${prefix} ${name}${suffix}`.trim(),
    "cld",
  ];
}

/** A conditional jump. */
export function condition(r: Random): string {
  return r.word(CONDITIONS);
}
