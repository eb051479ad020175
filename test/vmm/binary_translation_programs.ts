/** Random programs that end: straight lines, forward branches, counted loops, subroutines, indirect transfers, flag images. */

import fc from "fast-check";
import { asm } from "../../src/isa/mod.ts";
import { CODE, DATA } from "./binary_translation_bare.ts";

const REGISTERS = ["eax", "ecx", "edx", "ebx", "esi", "edi"];
const CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

const register = fc.constantFrom(...REGISTERS);
const immediate = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.integer({ min: -4, max: 4 }),
);
/** A word of the data area that a register's low bits choose. */
const memory = fc.integer({ min: 0, max: 60 }).map((n) => `[ebp+${n * 4}]`);

const alu = fc.constantFrom("add", "sub", "and", "or", "xor", "cmp", "test", "adc", "sbb", "mov");

const line: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(alu, register, register).map(([op, a, b]) => `${op} ${a}, ${b}`),
  fc.tuple(alu, register, immediate).map(([op, a, n]) => `${op} ${a}, ${n}`),
  fc.tuple(alu, memory, register).map(([op, m, b]) => `${op} ${m}, ${b}`),
  fc.tuple(alu.filter((op) => op !== "test"), register, memory).map(([op, a, m]) => `${op} ${a}, ${m}`),
  fc.tuple(fc.constantFrom("inc", "dec", "neg", "not"), register).map(([op, a]) => `${op} ${a}`),
  fc.tuple(fc.constantFrom("shl", "shr", "sar", "rol", "ror", "rcl"), register, fc.nat(31)).map(
    ([op, a, n]) => `${op} ${a}, ${n}`,
  ),
  fc.tuple(fc.constantFrom(...CONDITIONS), fc.constantFrom("al", "bl", "ch", "dh")).map(
    ([c, a]) => `set${c} ${a}`,
  ),
  fc.tuple(register, register).map(([a, b]) => `xchg ${a}, ${b}`),
  fc.tuple(register, register).map(([a, b]) => `push ${a}\npop ${b}`),
  fc.tuple(register, register).map(([a, b]) => `imul ${a}, ${b}`),
  register.map((a) => `pushfd\npop ${a}`),
  fc.tuple(register, fc.constantFrom(0, 0x200, 0x400)).map(
    ([a, more]) => `and ${a}, 0x8d5\nor ${a}, ${2 | more}\npush ${a}\npopfd`,
  ),
  fc.constantFrom(
    "cli",
    "sti",
    "clc",
    "stc",
    "cmc",
    "cld",
    "std",
    "cld",
    "cdq",
    "cwde",
    "lahf",
    "sahf",
    "pushad\npopad",
  ),
  fc.constantFrom("push cs", "push ds", "push ss").map((push) => `${push}\npop edx`),
  fc.constantFrom("mov eax, cs", "mov bx, ss", "mov [ebp+8], ds", "mov [ebp+12], cs"),
  fc.constantFrom(
    "push ecx\npush esi\npush edi\nmov ecx, 5\nlea esi, [ebp+64]\nlea edi, [ebp+96]\nrep movsb\npop edi\npop esi\npop ecx",
    "push ecx\nmov ecx, 4\nlea edi, [ebp+100]\nrep stosd\npop ecx",
  ),
);

/** What may stand in a body: `%n` is replaced by a fresh number, `%f` by a subroutine that may be called from there. */
const piece: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: line },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...CONDITIONS), fc.array(line, { maxLength: 4 })).map(
      ([c, body]) => `j${c} skip%n\n${body.join("\n")}\nskip%n:`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom("loop", "dec"),
      fc.array(line, { maxLength: 3 }),
    )
      .map(([n, how, body]) => {
        const back = how === "loop" ? "loop again%n" : "dec ecx\njnz again%n";
        return `mov ecx, ${n}\nagain%n:\npush ecx\n${body.join("\n")}\npop ecx\n${back}`;
      }),
  },
  { weight: 1, arbitrary: fc.constant("jecxz skip%n\ninc edx\nskip%n:") },
  { weight: 1, arbitrary: fc.constant("jmp over%n\nnop\nover%n:") },
  { weight: 1, arbitrary: fc.constant("mov eax, over%n\njmp eax\nud2\nover%n:") },
  { weight: 1, arbitrary: fc.constant("mov dword [ebp+40], over%n\njmp [ebp+40]\nud2\nover%n:") },
  { weight: 3, arbitrary: fc.constant("call %f") },
  { weight: 1, arbitrary: fc.constant("mov edi, %f\ncall edi") },
  { weight: 1, arbitrary: fc.constant("push dword %f\ncall [esp]\npop eax") },
  { weight: 1, arbitrary: fc.constant("push eax\npush ebx\ncall two_parameters") },
);

const body = fc.array(piece, { minLength: 1, maxLength: 12 });

/** A program and its bytes, assembled for {@linkcode CODE}. */
export const randomProgram: fc.Arbitrary<{ text: string; bytes: Uint8Array }> = fc.tuple(
  body,
  fc.array(body, { minLength: 3, maxLength: 3 }),
  fc.integer({ min: 1, max: 3 }),
).map(([main, subroutines, rounds]) => {
  let fresh = 0;
  const text = (pieces: readonly string[], level: number): string =>
    pieces.map((one) => {
      const number = fresh++;
      return one.replaceAll("%n", `_${number}`).replaceAll("%f", `sub${level}`);
    }).join("\n");
  const lines = [
    "bits 32",
    `org ${CODE}`,
    `mov ebp, ${DATA}`,
    `mov dword [ebp+400], ${rounds}`,
    "round:",
    text(main, 0),
    "dec dword [ebp+400]",
    "jnz near round",
    "hlt",
    "two_parameters:",
    "mov eax, [esp+4]",
    "add eax, [esp+8]",
    "ret 8",
  ];
  // A subroutine calls only those behind it, and the last one nothing that does not end.
  subroutines.forEach((pieces, level) => lines.push(`sub${level}:`, text(pieces, level + 1), "ret"));
  lines.push(`sub${subroutines.length}:`, "add dword [ebp+404], 1", "ret");
  const source = lines.join("\n");
  return { text: source, bytes: asm(source).bytes };
});
