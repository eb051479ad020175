/**
 * A machine-code example of every form of the opcode map.
 *
 * @module
 */

import type { Form } from "./form.ts";
import { LEAF_OF_FORM } from "./map/compile.ts";
import { METHOD, type OperandSpec } from "./map/notation.ts";
import type { Operation } from "./operation.ts";

/** What an example's open operands should be. */
export interface ExampleOptions {
  /** Offset of memory operands, as an absolute displacement. Without it they are `[ebx]` (`[bx]` with 16 bits). */
  readonly address?: number;
  /** True: memory wherever the form allows it. By default a register where it allows that. */
  readonly memory?: boolean;
  /** Number of the register in ModR/M `r/m` or in the opcode byte, 0..7; by default 3 (EBX, BL). */
  readonly register?: number;
  /** Number of the register (general, segment, control or debug) in ModR/M `reg`; by default 1, or 0 for the special ones. */
  readonly other?: number;
  /** Immediate operand, where the form has one. Port numbers default to 80h, ENTER's frame to 8 bytes, the rest to small numbers. */
  readonly immediate?: number;
  /** Branch displacement from the end of the instruction; by default 0, the next instruction. */
  readonly displacement?: number;
  /** Far pointer's selector and offset; by default 8:0. */
  readonly selector?: number;
  readonly offset?: number;
}

/** The pseudo-forms for invalid bytes have no example. */
export class NoExampleError extends Error {
  readonly form: Form;

  constructor(form: Form) {
    super(`the form "${form.mnemonic}" is not in the opcode map, so it has no example`);
    this.name = "NoExampleError";
    this.form = form;
  }
}

const IMMEDIATES: Partial<Record<Operation, number>> = {
  aam: 10,
  aad: 10,
  enter: 8,
  ret: 4,
  "ret-far": 4,
  in: 0x80,
  out: 0x80,
  int: 0x80,
};

/**
 * A minimal encoding of a form: it decodes to this form with the default operand and address size of the mode.
 *
 * @param form a form of {@linkcode allForms}
 * @param bits mode that the bytes are for
 * @throws {NoExampleError} for the forms of invalid instructions
 *
 * @example
 * ```ts
 * import { decode, exampleBytes, formsOf } from "ringlab";
 *
 * for (const form of formsOf("lgdt")) {
 *   const bytes = exampleBytes(form, 32, { address: 0x1000 }); // lgdt [0x1000]
 *   if (decode(bytes, 0, 32)!.form !== form) throw new Error("another form");
 * }
 * ```
 */
export function exampleBytes(form: Form, bits: 16 | 32, options: ExampleOptions = {}): Uint8Array {
  const leaf = LEAF_OF_FORM.get(form);
  if (leaf === undefined) throw new NoExampleError(form);
  const { row, operands } = leaf;
  const bytes: number[] = [];
  if (row.prefix !== "any" && row.prefix !== "NP") bytes.push(parseInt(row.prefix, 16));
  for (const escape of row.escape.split(" ")) if (escape !== "") bytes.push(parseInt(escape, 16));
  const inOpcode = operands.some((operand) => operand.method === METHOD.OPCODE_FIELD);
  bytes.push(row.opcode + (inOpcode ? register(options) : Math.max(form.condition, 0)));
  if (row.modrm >= 0) bytes.push(row.modrm);
  else if (leaf.modrm) pushModrm(bytes, leaf.anyMod, row.digit, operands, bits, options);
  const wide = (bits === 32) !== (row.prefix === "66");
  for (const operand of operands) pushRest(bytes, operand, form.operation, bits, wide, options);
  return Uint8Array.from(bytes);
}

const register = (options: ExampleOptions): number => (options.register ?? 3) & 7;

function pushModrm(
  bytes: number[],
  anyMod: boolean,
  digit: number,
  operands: readonly OperandSpec[],
  bits: 16 | 32,
  options: ExampleOptions,
): void {
  const special = operands.some((operand) => SPECIAL.has(operand.method));
  const reg = digit >= 0 ? digit : options.other ?? (special ? 0 : 1);
  const memoryOnly = operands.some((operand) => operand.method === METHOD.MEMORY);
  const eitherWay = operands.some((operand) => EITHER.has(operand.method));
  const wantsMemory = options.memory === true || options.address !== undefined;
  if (anyMod || !memoryOnly && !(eitherWay && wantsMemory)) {
    bytes.push(0xc0 | reg << 3 | register(options));
  } else if (options.address === undefined) {
    bytes.push(reg << 3 | (bits === 32 ? 3 : 7));
  } else {
    bytes.push(reg << 3 | (bits === 32 ? 5 : 6));
    pushNumber(bytes, options.address, bits / 8);
  }
}

const SPECIAL: ReadonlySet<number> = new Set([
  METHOD.SEGMENT_FIELD,
  METHOD.CONTROL_FIELD,
  METHOD.DEBUG_FIELD,
]);
const EITHER: ReadonlySet<number> = new Set([METHOD.REGISTER_OR_MEMORY, METHOD.VECTOR_OR_MEMORY]);

function pushRest(
  bytes: number[],
  operand: OperandSpec,
  operation: Operation,
  bits: 16 | 32,
  wide: boolean,
  options: ExampleOptions,
): void {
  const immediate = options.immediate ?? IMMEDIATES[operation] ?? 1;
  const size = wide ? 4 : 2;
  switch (operand.method) {
    case METHOD.IMMEDIATE_BYTE:
      // ENTER's second immediate is the nesting level.
      return pushNumber(bytes, operation === "enter" ? 0 : immediate, 1);
    case METHOD.IMMEDIATE_SIGNED_BYTE:
      return pushNumber(bytes, immediate, 1);
    case METHOD.IMMEDIATE_WORD:
      return pushNumber(bytes, immediate, 2);
    case METHOD.IMMEDIATE:
      return pushNumber(bytes, immediate, size);
    case METHOD.RELATIVE_BYTE:
      return pushNumber(bytes, options.displacement ?? 0, 1);
    case METHOD.RELATIVE:
      return pushNumber(bytes, options.displacement ?? 0, size);
    case METHOD.FAR_POINTER:
      pushNumber(bytes, options.offset ?? 0, size);
      return pushNumber(bytes, options.selector ?? 8, 2);
    case METHOD.OFFSET:
      return pushNumber(bytes, options.address ?? 0, bits / 8);
  }
}

function pushNumber(bytes: number[], value: number, size: number): void {
  for (let i = 0; i < size; i++) bytes.push(value >> 8 * i & 255);
}
