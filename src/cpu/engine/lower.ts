/**
 * Lowers instructions to micro-operations. What has no micro-operations is left to its routine in `semantics/`, which does
 * the same more slowly: the engine's tests hold the two against each other.
 *
 * @module
 */

import type { Instruction, Operand, Operation } from "../../isa/mod.ts";
import { MODE_CODE_32, MODE_STACK_32 } from "../mode.ts";
import { TEMP, ZERO } from "../state.ts";
import * as M from "./micro_operation.ts";
import {
  R_A,
  R_B,
  R_BASE,
  R_DISP,
  R_EIP,
  R_IMM,
  R_INDEX,
  R_MASK,
  R_NEXT_EPOCH,
  R_OP,
  R_SCALE,
  R_SEGMENT,
  R_TAKEN_EPOCH,
  R_TARGET,
  RECORD,
} from "./record.ts";

/** The block being made. */
export interface Lowering {
  readonly records: Int32Array;
  /** Mode key the block is made for. */
  readonly mode: number;
  /** Limit of the code segment, unsigned: branches beyond it are left to their routine, which faults. */
  readonly limit: number;
  /** EIP behind the instruction. */
  readonly nextEip: number;
  /** An epoch that has passed: links between blocks begin with it. */
  readonly staleEpoch: number;
}

type Sizes = Readonly<Record<1 | 2 | 4, number>>;
type Forms = { readonly rr: Sizes; readonly ri: Sizes };

const NONE = -1;

const ALU: Partial<Record<Operation, Forms>> = {
  add: {
    rr: { 4: M.ADD32_RR, 2: M.ADD16_RR, 1: M.ADD8_RR },
    ri: { 4: M.ADD32_RI, 2: M.ADD16_RI, 1: M.ADD8_RI },
  },
  or: { rr: { 4: M.OR32_RR, 2: M.OR16_RR, 1: M.OR8_RR }, ri: { 4: M.OR32_RI, 2: M.OR16_RI, 1: M.OR8_RI } },
  adc: { rr: { 4: M.ADC32_RR, 2: NONE, 1: NONE }, ri: { 4: M.ADC32_RI, 2: NONE, 1: NONE } },
  sbb: { rr: { 4: M.SBB32_RR, 2: NONE, 1: NONE }, ri: { 4: M.SBB32_RI, 2: NONE, 1: NONE } },
  and: {
    rr: { 4: M.AND32_RR, 2: M.AND16_RR, 1: M.AND8_RR },
    ri: { 4: M.AND32_RI, 2: M.AND16_RI, 1: M.AND8_RI },
  },
  sub: {
    rr: { 4: M.SUB32_RR, 2: M.SUB16_RR, 1: M.SUB8_RR },
    ri: { 4: M.SUB32_RI, 2: M.SUB16_RI, 1: M.SUB8_RI },
  },
  xor: {
    rr: { 4: M.XOR32_RR, 2: M.XOR16_RR, 1: M.XOR8_RR },
    ri: { 4: M.XOR32_RI, 2: M.XOR16_RI, 1: M.XOR8_RI },
  },
  cmp: {
    rr: { 4: M.CMP32_RR, 2: M.CMP16_RR, 1: M.CMP8_RR },
    ri: { 4: M.CMP32_RI, 2: M.CMP16_RI, 1: M.CMP8_RI },
  },
  test: {
    rr: { 4: M.TEST32_RR, 2: M.TEST16_RR, 1: M.TEST8_RR },
    ri: { 4: M.TEST32_RI, 2: M.TEST16_RI, 1: M.TEST8_RI },
  },
};

const UNARY: Partial<Record<Operation, Sizes>> = {
  inc: { 4: M.INC32, 2: M.INC16, 1: M.INC8 },
  dec: { 4: M.DEC32, 2: M.DEC16, 1: M.DEC8 },
  neg: { 4: M.NEG32, 2: NONE, 1: NONE },
  not: { 4: M.NOT32, 2: NONE, 1: NONE },
};

const SHIFT_BY_CONSTANT: Partial<Record<Operation, number>> = {
  shl: M.SHL32_I,
  shr: M.SHR32_I,
  sar: M.SAR32_I,
  rol: M.ROL32_I,
  ror: M.ROR32_I,
};
const SHIFT_BY_CL: Partial<Record<Operation, number>> = { shl: M.SHL32_CL, shr: M.SHR32_CL, sar: M.SAR32_CL };

const UPDATE: Sizes = { 4: M.LOAD32_UPDATE, 2: M.LOAD16_UPDATE, 1: M.LOAD8_UPDATE };
const BACK: Sizes = { 4: M.BACK32, 2: M.BACK16, 1: M.BACK8 };
const STORE: Sizes = { 4: M.STORE32, 2: M.STORE16, 1: M.STORE8 };
const LOAD_REGISTER: Sizes = { 4: M.LOAD32, 2: M.LOAD16, 1: M.LOAD8 };
const LOAD_TEMP: Sizes = { 4: M.LOAD32, 2: M.LOAD16_ZERO, 1: M.LOAD8_ZERO };
/** Micro-operations that are simpler when the address is a base register and a displacement. */
const WITH_BASE: Readonly<Record<number, number>> = {
  [M.LOAD32]: M.LOAD32_BASE,
  [M.LOAD8_ZERO]: M.LOAD8_ZERO_BASE,
  [M.STORE32]: M.STORE32_BASE,
  [M.STORE8]: M.STORE8_BASE,
};
const STORE_IMMEDIATE: Sizes = { 4: M.STORE32_I, 2: NONE, 1: M.STORE8_I };
const FROM_MEMORY: Partial<Record<Operation, number>> = {
  add: M.ADD32_RM,
  or: M.OR32_RM,
  and: M.AND32_RM,
  sub: M.SUB32_RM,
  xor: M.XOR32_RM,
};
const MOVE: Forms = {
  rr: { 4: M.MOV32_RR, 2: M.MOV16_RR, 1: M.MOV8_RR },
  ri: { 4: M.MOV32_RI, 2: M.MOV16_RI, 1: M.MOV8_RI },
};

/** Where a general register of a size lies: word slot, index of u16, or byte offset. */
function place(index: number, size: number): number {
  if (size === 4) return index;
  if (size === 2) return index * 2;
  return index < 4 ? index * 4 : (index - 4) * 4 + 1;
}

/** Where TEMP lies, in the same terms. */
function temporary(size: number): number {
  return TEMP * (size === 4 ? 1 : size === 2 ? 2 : 4);
}

function emit(l: Lowering, word: number, op: number, a = 0, b = 0, immediate = 0): number {
  const { records } = l;
  records.fill(0, word, word + RECORD);
  records[word + R_OP] = op;
  records[word + R_A] = a;
  records[word + R_B] = b;
  records[word + R_IMM] = immediate;
  return word + RECORD;
}

function emitMemory(
  l: Lowering,
  word: number,
  op: number,
  a: number,
  operand: Operand,
  instruction: Instruction,
): number {
  const simple = operand.index < 0 && instruction.addressSize === 4;
  const next = emit(l, word, simple ? WITH_BASE[op] ?? op : op, a);
  const { records } = l;
  records[word + R_BASE] = operand.base < 0 ? ZERO : operand.base;
  records[word + R_INDEX] = operand.index < 0 ? ZERO : operand.index;
  records[word + R_SCALE] = operand.scale;
  records[word + R_DISP] = operand.displacement;
  records[word + R_SEGMENT] = operand.segment < 0 ? 0 : operand.segment;
  records[word + R_MASK] = instruction.addressSize === 4 ? -1 : 0xffff;
  return next;
}

function emitBranch(
  l: Lowering,
  word: number,
  op: number,
  target: number,
  a = 0,
  b = 0,
  immediate = 0,
): number {
  const next = emit(l, word, op, a, b, immediate);
  const { records } = l;
  records[word + R_TAKEN_EPOCH] = l.staleEpoch;
  records[word + R_NEXT_EPOCH] = l.staleEpoch;
  records[word + R_TARGET] = target;
  return next;
}

/**
 * Writes the micro-operations of one instruction from `word` on.
 *
 * @returns the word behind them; `word` itself when there are none
 */
export function lower(l: Lowering, word: number, instruction: Instruction): number {
  const { form, operands } = instruction;
  const operation = form.operation;
  const first = operands[0];
  const second = operands[1];
  const alu = ALU[operation];
  if (alu !== undefined) {
    return twoOperands(l, word, instruction, alu, operation !== "cmp" && operation !== "test");
  }
  const unary = UNARY[operation];
  if (unary !== undefined) {
    const size = first!.size as 1 | 2 | 4;
    if (unary[size] === NONE) return word;
    if (first!.kind === "register") return emit(l, word, unary[size], place(first!.index, size));
    const loaded = emitMemory(l, word, UPDATE[size], 0, first!, instruction);
    return emitMemory(l, emit(l, loaded, unary[size], temporary(size)), BACK[size], 0, first!, instruction);
  }
  switch (operation) {
    case "mov":
      return move(l, word, instruction);
    case "lea":
      return instruction.operandSize === 4
        ? emitMemory(l, word, M.LEA32, first!.index, second!, instruction)
        : word;
    case "movzx":
    case "movsx":
      return extend(l, word, instruction, operation === "movsx");
    case "shl":
    case "shr":
    case "sar":
    case "rol":
    case "ror":
      return shift(l, word, instruction);
    case "imul":
      return multiply(l, word, instruction);
    case "xchg":
      return first!.kind === "register" && second!.kind === "register" && first!.size === 4
        ? emit(l, word, M.XCHG32, first!.index, second!.index)
        : word;
    case "cwd":
      return instruction.operandSize === 4 ? emit(l, word, M.CDQ) : word;
    case "cbw":
      return instruction.operandSize === 4 ? emit(l, word, M.CWDE) : word;
    case "set":
      return first!.kind === "register"
        ? emit(l, word, M.SETCC, place(first!.index, 1), 0, form.condition)
        : word;
    case "cmov":
      if (instruction.operandSize !== 4) return word;
      if (second!.kind === "register") {
        return emit(l, word, M.CMOV32, first!.index, second!.index, form.condition);
      }
      return emit(
        l,
        emitMemory(l, word, M.LOAD32, TEMP, second!, instruction),
        M.CMOV32,
        first!.index,
        TEMP,
        form.condition,
      );
    case "nop":
      return emit(l, word, M.NOTHING);
    case "push":
    case "pop":
    case "leave":
      return stack(l, word, instruction);
    case "jmp":
    case "call":
    case "ret":
    case "jcc":
      return branch(l, word, instruction);
    default:
      return word;
  }
}

/** ADD and its like: register or memory with register, memory or immediate. */
function twoOperands(
  l: Lowering,
  word: number,
  instruction: Instruction,
  forms: Forms,
  writes: boolean,
): number {
  const [first, second] = instruction.operands as [Operand, Operand];
  const size = first.size as 1 | 2 | 4;
  if (forms.rr[size] === NONE) return word;
  if (first.kind === "register") {
    const a = place(first.index, size);
    if (second.kind === "register") return emit(l, word, forms.rr[size], a, place(second.index, size));
    if (second.kind === "immediate") return emit(l, word, forms.ri[size], a, 0, second.value);
    const direct = size === 4 ? FROM_MEMORY[instruction.form.operation] : undefined;
    if (direct !== undefined) return emitMemory(l, word, direct, a, second, instruction);
    const loaded = emitMemory(l, word, LOAD_TEMP[size], TEMP, second, instruction);
    return emit(l, loaded, forms.rr[size], a, temporary(size));
  }
  const load = writes ? UPDATE[size] : LOAD_TEMP[size];
  const loaded = emitMemory(l, word, load, TEMP, first, instruction);
  const done = second.kind === "register"
    ? emit(l, loaded, forms.rr[size], temporary(size), place(second.index, size))
    : emit(l, loaded, forms.ri[size], temporary(size), 0, second.value);
  return writes ? emitMemory(l, done, BACK[size], 0, first, instruction) : done;
}

function move(l: Lowering, word: number, instruction: Instruction): number {
  const [first, second] = instruction.operands as [Operand, Operand];
  const size = first.size as 1 | 2 | 4;
  if (first.kind === "register") {
    const a = place(first.index, size);
    if (second.kind === "register") return emit(l, word, MOVE.rr[size], a, place(second.index, size));
    if (second.kind === "immediate") return emit(l, word, MOVE.ri[size], a, 0, second.value);
    return emitMemory(l, word, LOAD_REGISTER[size], a, second, instruction);
  }
  if (second.kind === "register") {
    return emitMemory(l, word, STORE[size], place(second.index, size), first, instruction);
  }
  const direct = STORE_IMMEDIATE[size];
  if (direct !== NONE) {
    const next = emitMemory(l, word, direct, 0, first, instruction);
    l.records[word + R_IMM] = second.value;
    return next;
  }
  const loaded = emit(l, word, M.MOV32_RI, TEMP, 0, second.value);
  return emitMemory(l, loaded, STORE[size], temporary(size), first, instruction);
}

function extend(l: Lowering, word: number, instruction: Instruction, signed: boolean): number {
  const [first, second] = instruction.operands as [Operand, Operand];
  if (instruction.operandSize !== 4) return word;
  const byte = second.size === 1;
  if (second.kind === "register") {
    const op = byte ? (signed ? M.MOVSX8 : M.MOVZX8) : (signed ? M.MOVSX16 : M.MOVZX16);
    return emit(l, word, op, first.index, place(second.index, second.size));
  }
  const op = byte ? (signed ? M.LOAD8_SIGN : M.LOAD8_ZERO) : (signed ? M.LOAD16_SIGN : M.LOAD16_ZERO);
  return emitMemory(l, word, op, first.index, second, instruction);
}

function shift(l: Lowering, word: number, instruction: Instruction): number {
  const [first, second] = instruction.operands as [Operand, Operand];
  if (first.size !== 4) return word;
  const operation = instruction.form.operation;
  const byCl = second.kind === "register";
  const op = byCl ? SHIFT_BY_CL[operation] : SHIFT_BY_CONSTANT[operation];
  const count = second.value & 31;
  if (op === undefined || (!byCl && count === 0)) return word;
  if (first.kind === "register") return emit(l, word, op, first.index, 0, count);
  const loaded = emitMemory(l, word, M.LOAD32_UPDATE, 0, first, instruction);
  return emitMemory(l, emit(l, loaded, op, TEMP, 0, count), M.BACK32, 0, first, instruction);
}

function multiply(l: Lowering, word: number, instruction: Instruction): number {
  const [first, second, third] = instruction.operands;
  if (instruction.operandSize !== 4 || second === undefined || first!.size !== 4) return word;
  let b = second.index;
  let at = word;
  if (second.kind === "memory") {
    if (third === undefined) return emitMemory(l, word, M.IMUL32_RM, first!.index, second, instruction);
    at = emitMemory(l, word, M.LOAD32, TEMP, second, instruction);
    b = TEMP;
  } else if (second.kind !== "register") return word;
  return third === undefined
    ? emit(l, at, M.IMUL32_RR, first!.index, b)
    : emit(l, at, M.IMUL32_RRI, first!.index, b, third.value);
}

function stack(l: Lowering, word: number, instruction: Instruction): number {
  const operand = instruction.operands[0];
  if (instruction.operandSize !== 4 || (l.mode & MODE_STACK_32) === 0) return word;
  switch (instruction.form.operation) {
    case "leave":
      return emit(l, word, M.LEAVE32);
    case "push":
      if (operand!.kind === "register") return emit(l, word, M.PUSH32, operand!.index);
      if (operand!.kind === "immediate") return emit(l, word, M.PUSH32_I, 0, 0, operand!.value);
      return emit(l, emitMemory(l, word, M.LOAD32, TEMP, operand!, instruction), M.PUSH32, TEMP);
    default:
      return operand!.kind === "register" ? emit(l, word, M.POP32, operand!.index) : word;
  }
}

function branch(l: Lowering, word: number, instruction: Instruction): number {
  const operand = instruction.operands[0];
  if (instruction.operandSize !== 4 || (l.mode & MODE_CODE_32) === 0) return word;
  const operation = instruction.form.operation;
  if (operation === "ret") {
    if ((l.mode & MODE_STACK_32) === 0) return word;
    return emitBranch(l, word, M.RET, 0, 0, 0, operand?.value ?? 0);
  }
  if (operation === "call" && (l.mode & MODE_STACK_32) === 0) return word;
  if (operand!.kind === "relative") {
    const target = (l.nextEip + operand!.value) | 0;
    if (target >>> 0 > l.limit) return word;
    if (operation === "jcc") {
      return emitBranch(l, word, M.JCC, target, 0, 0, instruction.form.condition);
    }
    return emitBranch(l, word, operation === "call" ? M.CALL : M.JMP, target);
  }
  const op = operation === "call" ? M.CALL_SLOT : M.JMP_SLOT;
  if (operand!.kind === "register") return emitBranch(l, word, op, 0, operand!.index);
  return emitBranch(l, emitMemory(l, word, M.LOAD32, TEMP, operand!, instruction), op, 0, TEMP);
}

/** Conditions in the order of the CMP32_.._J micro-operations; -1 where there is none. */
const AFTER_CMP = [-1, -1, 0, 1, 2, 3, 4, 5, 6, 7, -1, -1, 8, 9, 10, 11];
/** The same for TEST: JE, JNE, JS, JNS, JLE, JG. */
const AFTER_TEST = [-1, -1, -1, -1, 0, 1, -1, -1, 2, 3, -1, -1, -1, -1, 4, 5];

/**
 * Fuses a compare with the conditional branch behind it: the record at `at`, the last of `previous`, becomes both.
 *
 * @returns whether it did
 */
export function fuse(l: Lowering, at: number, instruction: Instruction): boolean {
  if (
    instruction.form.operation !== "jcc" || (l.mode & MODE_CODE_32) === 0 || instruction.operandSize !== 4
  ) {
    return false;
  }
  const target = (l.nextEip + instruction.operands[0]!.value) | 0;
  if (target >>> 0 > l.limit) return false;
  const { records } = l;
  const code = instruction.form.condition;
  const op = fusedOperation(records[at + R_OP]!, code);
  if (op < 0) return false;
  const eip = records[at + R_EIP]!;
  emitBranch(l, at, op, target, records[at + R_A], records[at + R_B], records[at + R_IMM]);
  records[at + R_EIP] = eip;
  return true;
}

function fusedOperation(op: number, code: number): number {
  const cmp = AFTER_CMP[code]!;
  const test = AFTER_TEST[code]!;
  const equality = code === 4 ? 0 : code === 5 ? 1 : -1;
  switch (op) {
    case M.CMP32_RR:
      return cmp < 0 ? -1 : M.CMP32_RR_JB + cmp;
    case M.CMP32_RI:
      return cmp < 0 ? -1 : M.CMP32_RI_JB + cmp;
    case M.TEST32_RR:
      return test < 0 ? -1 : M.TEST32_RR_JE + test;
    case M.TEST32_RI:
      return test < 0 ? -1 : M.TEST32_RI_JE + test;
    case M.CMP8_RR:
      return equality < 0 ? -1 : M.CMP8_RR_JE + equality;
    case M.CMP8_RI:
      return equality < 0 ? -1 : M.CMP8_RI_JE + equality;
    case M.TEST8_RR:
      return equality < 0 ? -1 : M.TEST8_RR_JE + equality;
    case M.TEST8_RI:
      return equality < 0 ? -1 : M.TEST8_RI_JE + equality;
    case M.DEC32:
      return code === 5 ? M.DEC32_JNE : -1;
    default:
      return -1;
  }
}
