/**
 * Reads a row of the opcode maps. The maps are text so that they can be laid next to appendix A of the manual.
 *
 * @module
 */

import { COST_CLASSES, type CostClass } from "../cost_class.ts";
import { isOperation } from "../facts/mod.ts";
import type { Operation } from "../operation.ts";

/** Which prefixes an opcode wants: any, none of 66/F3/F2 (`NP` in the manual), or exactly one of them. */
export type MandatoryPrefix = "any" | "NP" | "66" | "F3" | "F2";

/** One row of an opcode map, read. */
export interface Row {
  readonly prefix: MandatoryPrefix;
  /** Opcode bytes in front of the last one: none, 0F, 0F 38 or 0F 3A. */
  readonly escape: "" | "0F" | "0F 38" | "0F 3A";
  /** Last opcode byte. */
  readonly opcode: number;
  /** How many opcodes the row stands for: 16 with `+cc`, up to 8 with `+r`. */
  readonly span: number;
  /** True for `+cc`: mnemonics and conditions count up. */
  readonly conditional: boolean;
  /** ModR/M `reg` field of `/digit` rows, else -1. */
  readonly digit: number;
  /** First whole ModR/M byte of rows such as `D9 E8` and `D8 C0+i`, else -1. */
  readonly modrm: number;
  /** How many ModR/M bytes the row stands for: 8 with `+i`. */
  readonly modrmSpan: number;
  /** The opcode column as written. */
  readonly text: string;
  readonly mnemonic: string;
  readonly operation: Operation;
  /** Operands in the notation of appendix A. */
  readonly operands: readonly string[];
  readonly lockable: boolean;
  /** The ModR/M byte names a register whatever its mod field says (moves of control and debug registers). */
  readonly anyMod: boolean;
  /** A byte form without an operand that shows it (MOVSB). */
  readonly byte: boolean;
  readonly costClass: CostClass | undefined;
  readonly since: string;
}

/** A row of an opcode map that does not follow the notation. */
export class OpcodeMapError extends Error {
  /** The row as written. */
  readonly row: string;

  constructor(row: string, problem: string) {
    super(`opcode map: ${problem} in the row "${row}"`);
    this.name = "OpcodeMapError";
    this.row = row;
  }
}

const HEX = /^[0-9A-F]{2}$/;

/**
 * Reads the rows of one map. Blank lines and lines that start with `#` are comments; columns are two or more spaces
 * apart: opcode, mnemonic, operands (`-` for none), notes.
 *
 * Notes are `lock` (LOCK is allowed with a memory destination), `byte`, `any-mod`, `cost=CLASS`, or the first
 * processor with `_` for a space; without one, 8086.
 *
 * @param map text of the map
 * @param defaultOperation operation of rows that name none and whose mnemonic is none
 * @throws {OpcodeMapError} for a row that does not follow the notation
 */
export function readRows(map: string, defaultOperation?: Operation): Row[] {
  const rows: Row[] = [];
  for (const line of map.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    rows.push(readRow(line.trim(), defaultOperation));
  }
  return rows;
}

function readRow(line: string, defaultOperation: Operation | undefined): Row {
  const [opcodeText = "", name = "", operandText = "-", notes = ""] = line.split(/\s{2,}/);
  const [mnemonic = "", operationText] = name.split(":");
  const operation = operationText ?? defaultOperation ??
    (mnemonic === "cmovcc" ? "cmov" : mnemonic === "setcc" ? "set" : mnemonic);
  if (!isOperation(operation)) throw new OpcodeMapError(line, `no operation is called "${operation}"`);
  return {
    ...readOpcode(opcodeText, line),
    text: opcodeText,
    mnemonic,
    operation,
    operands: operandText === "-" ? [] : operandText.split(","),
    ...readNotes(notes, line),
  };
}

function readOpcode(text: string, line: string) {
  const words = text.split(" ");
  let prefix: MandatoryPrefix = "any";
  if (words.length > 1 && /^(NP|66|F3|F2)$/.test(words[0]!)) prefix = words.shift() as MandatoryPrefix;
  let escape: Row["escape"] = "";
  if (words.at(0) === "0F") {
    words.shift();
    escape = "0F";
    const third = words.at(0);
    if (words.length > 1 && (third === "38" || third === "3A")) escape = `0F ${third}`;
    if (escape !== "0F") words.shift();
  }
  const [opcodeHex = "", plus] = words.shift()?.split("+") ?? [];
  if (!HEX.test(opcodeHex)) throw new OpcodeMapError(line, "no opcode");
  const opcode = parseInt(opcodeHex, 16);
  const span = plus === "cc" ? 16 : plus === "r" ? 8 : 1;
  let digit = -1, modrm = -1, modrmSpan = 1;
  const rest = words.shift();
  if (rest?.startsWith("/")) digit = Number(rest.slice(1));
  else if (rest !== undefined) {
    const [modrmHex = "", plusI] = rest.split("+");
    if (!HEX.test(modrmHex)) throw new OpcodeMapError(line, `"${rest}" is no ModR/M byte`);
    modrm = parseInt(modrmHex, 16);
    modrmSpan = plusI === "i" ? 8 : 1;
  }
  return { prefix, escape, opcode, span, conditional: plus === "cc", digit, modrm, modrmSpan };
}

function readNotes(text: string, line: string) {
  let lockable = false, anyMod = false, byte = false, since = "8086";
  let costClass: CostClass | undefined;
  for (const note of text.split(" ")) {
    if (note === "lock") lockable = true;
    else if (note === "any-mod") anyMod = true;
    else if (note === "byte") byte = true;
    else if (note.startsWith("cost=")) {
      costClass = COST_CLASSES.find((name) => name === note.slice(5));
      if (costClass === undefined) {
        throw new OpcodeMapError(line, `no cost class is called "${note.slice(5)}"`);
      }
    } else if (note !== "") since = note.replaceAll("_", " ");
  }
  return { lockable, anyMod, byte, costClass, since };
}
