/**
 * From a row of the opcode maps to its form: the facts of the operation joined with what the row says.
 *
 * @module
 */

import { familyOf, OPERATION_FACTS } from "../facts/mod.ts";
import type { Form } from "../form.ts";
import type { Operation } from "../operation.ts";
import { METHOD, type OperandSpec, readOperand } from "./notation.ts";
import { OpcodeMapError, type Row } from "./row.ts";

/** What is left to do once the form is known. */
export interface Leaf {
  readonly form: Form;
  /** A ModR/M byte follows. */
  readonly modrm: boolean;
  /** The ModR/M byte names registers whatever its mod field says. */
  readonly anyMod: boolean;
  readonly operands: readonly OperandSpec[];
  /** The row that the form was made from. */
  readonly row: Row;
}

/** Condition mnemonics by condition code (Intel SDM volume 1, appendix B). */
export const CONDITION_NAMES = [
  "o",
  "no",
  "b",
  "ae",
  "e",
  "ne",
  "be",
  "a",
  "s",
  "ns",
  "p",
  "np",
  "l",
  "ge",
  "le",
  "g",
] as const;

/** The form that the decoder gives for bytes that are no instruction. */
export const BAD_FORM: Form = makePseudoForm("(bad)");

/** The form that the decoder gives for an instruction of more than 15 bytes. */
export const TOO_LONG_FORM: Form = makePseudoForm("(too long)");

const MODRM_METHODS: ReadonlySet<number> = new Set([
  METHOD.REGISTER_OR_MEMORY,
  METHOD.MEMORY,
  METHOD.REGISTER,
  METHOD.REG_FIELD,
  METHOD.VECTOR_FIELD,
  METHOD.VECTOR_OR_MEMORY,
  METHOD.VECTOR_REGISTER,
]);

/** The forms of a row: one, or sixteen for `+cc`. */
export function makeLeaves(row: Row): Leaf[] {
  let operands: OperandSpec[];
  try {
    operands = row.operands.map(readOperand);
  } catch (error) {
    throw new OpcodeMapError(row.text, (error as Error).message);
  }
  const modrm = row.digit >= 0 || row.modrm >= 0 ||
    operands.some((operand) => MODRM_METHODS.has(operand.method));
  return Array.from({ length: row.conditional ? 16 : 1 }, (_, condition) => {
    const form = makeForm(row, operands, modrm, row.conditional ? condition : -1);
    return { form, modrm, anyMod: row.anyMod, operands, row };
  });
}

function makeForm(row: Row, operands: readonly OperandSpec[], modrm: boolean, condition: number): Form {
  const facts = OPERATION_FACTS[row.operation];
  return {
    mnemonic: condition < 0 ? row.mnemonic : row.mnemonic.replace("cc", CONDITION_NAMES[condition]!),
    operation: row.operation,
    opcode: opcodeText(row, modrm, condition),
    condition,
    width: widthOf(row, operands),
    family: familyOf(row.operation),
    costClass: row.costClass ?? facts.cost,
    privilege: facts.privilege,
    sensitive: facts.sensitive,
    reads: facts.reads,
    writes: facts.writes,
    lockable: row.lockable,
    since: row.since,
  };
}

function widthOf(row: Row, operands: readonly OperandSpec[]): Form["width"] {
  if (row.byte) return 1;
  const first = operands[0];
  if (first === undefined || first.method >= METHOD.IMMEDIATE_BYTE && first.method !== METHOD.OFFSET) {
    return 0;
  }
  const size = first.method === METHOD.MEMORY || first.method === METHOD.OFFSET
    ? [first.memorySize16, first.memorySize32]
    : [first.registerSize16, first.registerSize32];
  if (size[0] !== size[1] || row.operation === "out") return 0;
  return size[0] === 1 || size[0] === 2 || size[0] === 4 ? size[0] : 0;
}

const SUFFIX: Readonly<Record<string, string>> = {
  Ib: "ib",
  sIb: "ib",
  Iw: "iw",
  Iz: "iw/id",
  Iv: "iw/id",
  Jb: "cb",
  Jz: "cw/cd",
  Ap: "cd/cp",
  Ob: "moffs",
  Ov: "moffs",
};

function opcodeText(row: Row, modrm: boolean, condition: number): string {
  let text = row.text;
  if (condition >= 0) {
    const first = row.opcode.toString(16).toUpperCase();
    text = text.replace(`${first}+cc`, (row.opcode + condition).toString(16).toUpperCase());
  }
  if (modrm && row.digit < 0 && row.modrm < 0) text += " /r";
  for (const operand of row.operands) {
    const suffix = SUFFIX[operand];
    if (suffix !== undefined) text += ` ${suffix}`;
  }
  return text;
}

function makePseudoForm(mnemonic: string): Form {
  const operation: Operation = "ud";
  return {
    mnemonic,
    operation,
    opcode: "",
    condition: -1,
    width: 0,
    family: familyOf(operation),
    costClass: "undefined",
    privilege: "none",
    sensitive: [],
    reads: [],
    writes: [],
    lockable: false,
    since: "8086",
  };
}
