/**
 * Turns the rows of the opcode maps into the arrays that the decoder looks things up in: by opcode byte, then by
 * mandatory prefix, then (where the opcode needs it) by ModR/M byte.
 *
 * @module
 */

import type { Form } from "../form.ts";
import { GROUPS_MAP } from "./groups.ts";
import { type Leaf, makeLeaves } from "./leaf.ts";
import { METHOD, type OperandSpec } from "./notation.ts";
import { ONE_BYTE_MAP } from "./one_byte.ts";
import { type MandatoryPrefix, readRows, type Row } from "./row.ts";
import { THREE_BYTE_MAP } from "./three_byte.ts";
import { TWO_BYTE_MAP } from "./two_byte.ts";
import { VECTOR_MAP } from "./vector.ts";
import { X87_MAP } from "./x87.ts";

/** An opcode with one mandatory prefix (or none): a form, or a form for each ModR/M byte. */
export interface Slot {
  leaf: Leaf | null;
  byModrm: (Leaf | null)[] | null;
}

/** An opcode: slots for no prefix, 66, F3 and F2. Most opcodes take any, and have the same slot four times. */
export type OpcodeEntry = readonly [Slot, Slot, Slot, Slot];

/** Index into an {@linkcode OpcodeEntry}. */
export const SLOT_NONE = 0, SLOT_66 = 1, SLOT_F3 = 2, SLOT_F2 = 3;

/** Every row of every map with its forms, in the order of the files. */
const LEAVES: ReadonlyMap<Row, readonly Leaf[]> = new Map(
  [
    ...readRows(ONE_BYTE_MAP),
    ...readRows(GROUPS_MAP),
    ...readRows(TWO_BYTE_MAP),
    ...readRows(X87_MAP, "x87"),
    ...readRows(VECTOR_MAP, "vector"),
    ...readRows(THREE_BYTE_MAP, "vector"),
  ].map((row) => [row, makeLeaves(row)]),
);

/** What each form was made from, in the order of the maps. */
export const LEAF_OF_FORM: ReadonlyMap<Form, Leaf> = new Map(
  [...LEAVES.values()].flat().map((leaf) => [leaf.form, leaf]),
);

/** Every form, in the order of the maps. */
export const FORMS: readonly Form[] = [...LEAF_OF_FORM.keys()];

function compileMap(escape: Row["escape"]): readonly (OpcodeEntry | null)[] {
  const rows = [...LEAVES.keys()].filter((row) => row.escape === escape);
  // A row for one opcode, or for one ModR/M byte, goes over a row for many.
  rows.sort((a, b) => b.span - a.span || weight(a) - weight(b));
  const entries: (OpcodeEntry | null)[] = [];
  for (let opcode = 0; opcode < 256; opcode++) {
    const here = rows.filter((row) => opcode >= row.opcode && opcode < row.opcode + row.span);
    const leafOf = (row: Row): Leaf => {
      const all = LEAVES.get(row)!;
      return all[row.conditional ? opcode - row.opcode : 0]!;
    };
    entries.push(here.length === 0 ? null : compileOpcode(here, leafOf));
  }
  return entries;
}

const weight = (row: Row): number => row.modrm >= 0 ? 2 : row.digit >= 0 ? 1 : 0;

function compileOpcode(rows: Row[], leafOf: (row: Row) => Leaf): OpcodeEntry {
  const slotFor = (prefix: MandatoryPrefix): Slot =>
    compileSlot([
      ...rows.filter((row) => row.prefix === "any"),
      ...rows.filter((row) => row.prefix === prefix),
    ], leafOf);
  if (rows.every((row) => row.prefix === "any")) {
    const slot = slotFor("any");
    return [slot, slot, slot, slot];
  }
  return [slotFor("NP"), slotFor("66"), slotFor("F3"), slotFor("F2")];
}

function compileSlot(rows: Row[], leafOf: (row: Row) => Leaf): Slot {
  const byModrm: (Leaf | null)[] = new Array(256).fill(null);
  let needsModrm = false;
  let whole: Leaf | null = null;
  for (const row of rows) {
    const leaf = leafOf(row);
    if (row.digit < 0 && row.modrm < 0 && !isRestricted(leaf)) {
      whole = leaf;
      byModrm.fill(leaf);
      continue;
    }
    needsModrm = true;
    for (let modrm = 0; modrm < 256; modrm++) {
      if (admits(row, leaf, modrm)) byModrm[modrm] = leaf;
    }
  }
  return needsModrm ? { leaf: null, byModrm } : { leaf: whole, byModrm: null };
}

const isRestricted = (leaf: Leaf): boolean =>
  !leaf.anyMod && leaf.operands.some(isMemoryOnly) || leaf.operands.some(isRegisterOnly) && !leaf.anyMod;

const isMemoryOnly = (operand: OperandSpec): boolean => operand.method === METHOD.MEMORY;

const isRegisterOnly = (operand: OperandSpec): boolean =>
  operand.method === METHOD.REGISTER || operand.method === METHOD.VECTOR_REGISTER;

/** Whether a row holds for a ModR/M byte: its digit or byte fits, and memory or register is what the operands want. */
function admits(row: Row, leaf: Leaf, modrm: number): boolean {
  if (row.modrm >= 0) return modrm >= row.modrm && modrm < row.modrm + row.modrmSpan;
  if (row.digit >= 0 && ((modrm >> 3) & 7) !== row.digit) return false;
  const isRegister = modrm >= 0xc0;
  return !(isRegister ? leaf.operands.some(isMemoryOnly) : leaf.operands.some(isRegisterOnly));
}

const MAPS = {
  "": compileMap(""),
  "0F": compileMap("0F"),
  "0F 38": compileMap("0F 38"),
  "0F 3A": compileMap("0F 3A"),
} as const;

/** Entries of the one-byte opcode map, `null` for invalid opcodes (and for prefixes and escapes). */
export const ONE_BYTE = MAPS[""];
/** Entries of the two-byte opcode map, after 0F. */
export const TWO_BYTE = MAPS["0F"];
/** Entries of the three-byte opcode map after 0F 38. */
export const THREE_BYTE_38 = MAPS["0F 38"];
/** Entries of the three-byte opcode map after 0F 3A. */
export const THREE_BYTE_3A = MAPS["0F 3A"];
