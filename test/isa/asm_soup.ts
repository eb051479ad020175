/** Random text that looks like assembly, for fuzzing. */
import fc from "fast-check";

const WORDS =
  ("mov add push jmp call lea db dw dd dq dt times resb resd align alignb org bits 16 32 equ section .text .data .bss " +
    "absolute struc endstruc istruc at iend eax ax al ebx bx esp bp si cs es fs cr0 st0 byte word dword qword tword short near " +
    "far strict to nosplit rep lock o16 o32 a16 a32 label label: .local .local: other.local $ $$ $label 0 1 5 255 256 0x10 0ffh " +
    "1010b 1.5 -1 65536 0x100000000 18446744073709551616 99999999999 'a' \"text\" `\\x41` ' [ ] ( ) { } , : + - * / // % %% << >> & | ^ " +
    "~ ! ? == != < > && || %define %xdefine %assign %macro %endmacro %rep %endrep %exitrep %if %elif %else %endif %ifdef %ifidn %undef " +
    "%rotate %error %strlen %substr %1 %0 %%x %+ %{1} %-1 m n M(x) f( x y ; \\ fadd fxch loop jz enter int in out imul shl aam " +
    "lgdt vmread movzx constructor toString __proto__ hasOwnProperty \u00e9 \u27e84 bytes #0\u27e9 mvo")
    .split(" ");

/** Lines of words that belong to the language, in any order. */
export const soup = fc.array(
  fc.array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(" ", " ", " ", "")), { maxLength: 9 }),
  { maxLength: 14 },
).map((lines) => lines.map((words) => words.map(([word, gap]) => word + gap).join("")).join("\n"));

const REGISTER = fc.constantFrom("eax", "ebx", "cx", "bp", "al", "ds", "cr3", "st1");
const NUMBER = fc.oneof(
  fc.integer({ min: -300, max: 70000 }).map(String),
  fc.constantFrom("a", "b-a", "$", "b", "$-$$", "c"),
);
const MEMORY = fc.tuple(fc.constantFrom("", "byte ", "dword "), REGISTER, NUMBER).map(([size, r, n]) =>
  `${size}[${r}+${n}]`
);
const OPERAND = fc.oneof(REGISTER, NUMBER, MEMORY);

/** Lines that are nearly right. */
export const nearlyRight = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom("mov", "add", "push", "jmp", "jz", "call", "imul", "shl", "test", "loop"),
      fc.array(OPERAND, { maxLength: 3 }),
    )
      .map(([mnemonic, operands]) => `${mnemonic} ${operands.join(", ")}`),
    fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(":", " equ b-a", " equ 5", ": times 3 nop")).map(
      ([n, t]) => n + t,
    ),
    fc.tuple(
      fc.constantFrom("times ", "align ", "resb ", "%assign i ", "%if ", "%rep "),
      NUMBER,
      fc.constantFrom("", " nop", " db 1"),
    )
      .map((parts) => parts.join("")),
    fc.constantFrom("%endif", "%endrep", "%macro a 1", "%endmacro", "bits 16", "bits 32", "section .data"),
  ),
  { maxLength: 25 },
).map((lines) => lines.join("\n"));
