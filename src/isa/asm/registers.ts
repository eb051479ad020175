import { Register } from "iced-x86";

/** The kinds of register an operand can name. */
export type RegisterClass = "general" | "segment" | "control" | "debug" | "test" | "x87";

/** A register as the assembler sees it. */
export interface RegisterInfo {
  readonly name: string;
  readonly class: RegisterClass;
  /** Width in bits. */
  readonly size: number;
  /** Number in the encoding, 0-7. */
  readonly number: number;
  /** The encoder's constant. */
  readonly id: Register;
}

const SETS: readonly (readonly [string, RegisterClass, number])[] = [
  ["al cl dl bl ah ch dh bh", "general", 8],
  ["ax cx dx bx sp bp si di", "general", 16],
  ["eax ecx edx ebx esp ebp esi edi", "general", 32],
  ["es cs ss ds fs gs", "segment", 16],
  ["cr0 cr1 cr2 cr3 cr4 cr5 cr6 cr7", "control", 32],
  ["dr0 dr1 dr2 dr3 dr4 dr5 dr6 dr7", "debug", 32],
  ["tr0 tr1 tr2 tr3 tr4 tr5 tr6 tr7", "test", 32],
  ["st0 st1 st2 st3 st4 st5 st6 st7", "x87", 80],
];

/** Every register the assembler knows, by lower-case name. */
export const REGISTERS: ReadonlyMap<string, RegisterInfo> = new Map(
  SETS.flatMap(([names, kind, size]) =>
    names.split(" ").map((name, number) => {
      const id = Register[name.toUpperCase() as keyof typeof Register];
      return [name, { name, class: kind, size, number, id }] as const;
    })
  ),
);

/** The opcode byte of a segment override prefix. */
export const SEGMENT_PREFIX: ReadonlyMap<string, number> = new Map([
  ["es", 0x26],
  ["cs", 0x2e],
  ["ss", 0x36],
  ["ds", 0x3e],
  ["fs", 0x64],
  ["gs", 0x65],
]);

/** The 32-bit register with the same number as a 16-bit one, or the register itself. */
export function widen(register: RegisterInfo): RegisterInfo {
  return register.class === "general" && register.size === 16
    ? REGISTERS.get("e" + register.name)!
    : register;
}

/** The 16-bit register with the same number as a 32-bit one, or the register itself. */
export function narrow(register: RegisterInfo): RegisterInfo {
  return register.class === "general" && register.size === 32
    ? REGISTERS.get(register.name.slice(1))!
    : register;
}
