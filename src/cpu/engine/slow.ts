/**
 * What the engine's fast loop leaves: micro-operations done the general way, one at a time, through the same routines that
 * instruction semantics use. Correct for every micro-operation that the fast loop may leave; fast for none.
 *
 * @module
 */

import type { Cpu } from "../cpu.ts";
import { Fault, GP } from "../fault.ts";
import {
  carry,
  condition,
  FLAGS_ADC,
  FLAGS_ADD,
  FLAGS_DEC,
  FLAGS_INC,
  FLAGS_LOGIC,
  FLAGS_RESULT,
  FLAGS_SBB,
  FLAGS_SUB,
  materializeFlags,
  SIZE_16,
  SIZE_32,
  SIZE_8,
} from "../flags.ts";
import { probeMemory, readMemory, writeMemory } from "../operands.ts";
import {
  AF,
  BUDGET,
  CF,
  CPL,
  CURRENT,
  EBP,
  EFLAGS,
  EIP,
  ESP,
  FLAG_A,
  FLAG_OP,
  FLAG_RESULT,
  LEAVE,
  LIMIT,
  NEXT_EIP,
  OF,
  RETIRED,
  TEMP,
} from "../state.ts";
import type { CodeCache } from "./code_cache.ts";
import * as M from "./micro_operation.ts";
import {
  R_A,
  R_B,
  R_BASE,
  R_DISP,
  R_EIP,
  R_IMM,
  R_INDEX,
  R_INSTRUCTION,
  R_MASK,
  R_NEXT_EIP,
  R_OP,
  R_SCALE,
  R_SEGMENT,
  R_TARGET,
  R_UNRETIRED,
  R_UNSPENT,
} from "./record.ts";

const CS = 1, SS = 2;

/** Done: go on with the next micro-operation of the block. */
export const GO_ON = 0;
/** Done, and EIP says where: find the block. The counters are right. */
export const FIND = 1;
/** Leave the engine. */
export const STOP = 2;

type Size = 1 | 2 | 4;

/**
 * Does the micro-operation at word `pc`.
 *
 * @returns {@linkcode GO_ON}, {@linkcode FIND} or {@linkcode STOP}
 * @throws {Fault} nothing of the instruction has happened then
 */
export function executeSlowly(cpu: Cpu, pc: number): number {
  const s = cpu.s;
  const cache = cpu.code;
  const { records } = cache;
  const op = records[pc + R_OP]!;
  const a = records[pc + R_A]!;
  switch (op) {
    case M.GENERIC: {
      const next = records[pc + R_NEXT_EIP]!;
      s[EIP] = records[pc + R_EIP]!;
      s[NEXT_EIP] = next;
      s[CURRENT] = pc;
      const n = records[pc + R_INSTRUCTION]!;
      if (s[CPL] !== 0 && cache.refusals[n]?.(cpu, cache.instructions[n]!)) return refuse(cpu, cache, pc);
      cache.handlers[n]!(cpu, cache.instructions[n]!);
      s[CURRENT] = -1;
      if (s[LEAVE] === 0 && s[NEXT_EIP] === next) return GO_ON;
      return leave(cpu, cache, pc, s[NEXT_EIP]!);
    }
    case M.OFFER:
      return offer(cpu, cache, pc) ? STOP : GO_ON;
    case M.CHECK_SENSITIVE:
      return s[CPL] !== 0 ? refuse(cpu, cache, pc) : GO_ON;
    case M.LOAD32:
    case M.LOAD32_BASE:
      s[a] = load(cpu, pc, 4);
      return GO_ON;
    case M.LOAD16_ZERO:
      s[a] = load(cpu, pc, 2);
      return GO_ON;
    case M.LOAD8_ZERO:
    case M.LOAD8_ZERO_BASE:
      s[a] = load(cpu, pc, 1);
      return GO_ON;
    case M.LOAD16_SIGN:
      s[a] = (load(cpu, pc, 2) << 16) >> 16;
      return GO_ON;
    case M.LOAD8_SIGN:
      s[a] = (load(cpu, pc, 1) << 24) >> 24;
      return GO_ON;
    case M.LOAD16:
      cpu.u16[a] = load(cpu, pc, 2);
      return GO_ON;
    case M.LOAD8:
      cpu.u8[a] = load(cpu, pc, 1);
      return GO_ON;
    case M.LOAD32_UPDATE:
      s[TEMP] = loadForUpdate(cpu, pc, 4);
      return GO_ON;
    case M.LOAD16_UPDATE:
      s[TEMP] = loadForUpdate(cpu, pc, 2);
      return GO_ON;
    case M.LOAD8_UPDATE:
      s[TEMP] = loadForUpdate(cpu, pc, 1);
      return GO_ON;
    case M.BACK32:
      return store(cpu, cache, pc, 4, s[TEMP]!);
    case M.BACK16:
      return store(cpu, cache, pc, 2, cpu.u16[TEMP * 2]!);
    case M.BACK8:
      return store(cpu, cache, pc, 1, cpu.u8[TEMP * 4]!);
    case M.STORE32:
    case M.STORE32_BASE:
      return store(cpu, cache, pc, 4, s[a]!);
    case M.STORE16:
      return store(cpu, cache, pc, 2, cpu.u16[a]!);
    case M.STORE8:
    case M.STORE8_BASE:
      return store(cpu, cache, pc, 1, cpu.u8[a]!);
    case M.STORE32_I:
      return store(cpu, cache, pc, 4, records[pc + R_IMM]!);
    case M.STORE8_I:
      return store(cpu, cache, pc, 1, records[pc + R_IMM]! & 0xff);
    case M.ADD32_RM:
    case M.OR32_RM:
    case M.AND32_RM:
    case M.SUB32_RM:
    case M.XOR32_RM:
    case M.IMUL32_RM:
      withMemory(s, op, a, load(cpu, pc, 4));
      return GO_ON;
    case M.PUSH32:
      return push(cpu, cache, pc, s[a]!, records[pc + R_NEXT_EIP]!, false);
    case M.PUSH32_I:
      return push(cpu, cache, pc, records[pc + R_IMM]!, records[pc + R_NEXT_EIP]!, false);
    case M.POP32: {
      const offset = s[ESP]!;
      const value = read(cpu, pc, SS, offset, 4);
      s[ESP] = offset + 4;
      s[a] = value; // after ESP has moved: POP ESP
      return GO_ON;
    }
    case M.LEAVE32: {
      const offset = s[EBP]!;
      s[EBP] = read(cpu, pc, SS, offset, 4);
      s[ESP] = offset + 4;
      return GO_ON;
    }
    case M.CALL:
      return push(cpu, cache, pc, records[pc + R_NEXT_EIP]!, records[pc + R_TARGET]!, true);
    case M.CALL_SLOT:
      return push(cpu, cache, pc, records[pc + R_NEXT_EIP]!, checked(s, s[a]!), true);
    case M.JMP_SLOT:
      s[EIP] = checked(s, s[a]!);
      return FIND;
    case M.RET: {
      const offset = s[ESP]!;
      s[EIP] = checked(s, read(cpu, pc, SS, offset, 4));
      s[ESP] = offset + 4 + records[pc + R_IMM]!;
      return FIND;
    }
    case M.JCC:
      s[EIP] = condition(s, records[pc + R_IMM]!) ? records[pc + R_TARGET]! : records[pc + R_NEXT_EIP]!;
      return FIND;
    case M.SETCC:
      cpu.u8[a] = condition(s, records[pc + R_IMM]!) ? 1 : 0;
      return GO_ON;
    case M.CMOV32:
      if (condition(s, records[pc + R_IMM]!)) s[a] = s[records[pc + R_B]!]!;
      return GO_ON;
    case M.ADC32_RR:
    case M.ADC32_RI:
    case M.SBB32_RR:
    case M.SBB32_RI:
      withCarry(
        s,
        op,
        a,
        op === M.ADC32_RR || op === M.SBB32_RR ? s[records[pc + R_B]!]! : records[pc + R_IMM]!,
      );
      return GO_ON;
    case M.INC32:
    case M.DEC32:
    case M.DEC32_JNE:
      count(s, s, a, op === M.INC32, SIZE_32);
      if (op !== M.DEC32_JNE) return GO_ON;
      s[EIP] = s[a] !== 0 ? records[pc + R_TARGET]! : records[pc + R_NEXT_EIP]!;
      return FIND;
    case M.INC16:
    case M.DEC16:
      count(s, cpu.u16, a, op === M.INC16, SIZE_16);
      return GO_ON;
    case M.INC8:
    case M.DEC8:
      count(s, cpu.u8, a, op === M.INC8, SIZE_8);
      return GO_ON;
    case M.ROL32_I:
    case M.ROR32_I:
      rotate(s, a, op === M.ROL32_I ? records[pc + R_IMM]! : 32 - records[pc + R_IMM]!, op === M.ROL32_I);
      return GO_ON;
    default:
      throw new Error(`the engine left micro-operation ${op}, which has no other way`);
  }
}

/** The block may have become stale: what it charged for the instructions behind this one is given back. */
function leave(cpu: Cpu, cache: CodeCache, pc: number, eip: number): number {
  const s = cpu.s;
  const { records } = cache;
  s[EIP] = eip;
  s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
  s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]!;
  return FIND;
}

/** The instruction raises #GP(0) and has done nothing: what catching a {@linkcode Fault} comes to, without the throw. */
function refuse(cpu: Cpu, cache: CodeCache, pc: number): number {
  const s = cpu.s;
  const { records } = cache;
  s[EIP] = records[pc + R_EIP]!;
  s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
  s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]! - 1;
  s[CURRENT] = -1;
  cpu.pendingFault = new Fault(GP, 0);
  return STOP;
}

/** Offers an instruction to the intercept port. @returns true when the port took over */
function offer(cpu: Cpu, cache: CodeCache, pc: number): boolean {
  const s = cpu.s;
  const { records, instructions } = cache;
  s[EIP] = records[pc + R_EIP]!;
  s[NEXT_EIP] = records[pc + R_NEXT_EIP]!;
  s[CURRENT] = pc;
  const taken = cpu.intercept!.instruction(cpu, instructions[records[pc + R_INSTRUCTION]!]!);
  s[CURRENT] = -1;
  if (!taken) return false;
  s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
  s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]! - 1;
  return true;
}

/** Offset of the memory operand in its segment. */
function address(s: Int32Array, records: Int32Array, pc: number): number {
  return (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
    records[pc + R_DISP]!) & records[pc + R_MASK]!;
}

function read(cpu: Cpu, pc: number, segment: number, offset: number, size: Size): number {
  const s = cpu.s;
  s[CURRENT] = pc;
  const value = readMemory(cpu, segment, offset, size);
  s[CURRENT] = -1;
  return value;
}

function load(cpu: Cpu, pc: number, size: Size): number {
  const { records } = cpu.code;
  return read(cpu, pc, records[pc + R_SEGMENT]!, address(cpu.s, records, pc), size);
}

function loadForUpdate(cpu: Cpu, pc: number, size: Size): number {
  const { records } = cpu.code;
  probeMemory(cpu, records[pc + R_SEGMENT]!, address(cpu.s, records, pc), size);
  return load(cpu, pc, size);
}

/** Writes the memory operand. */
function store(cpu: Cpu, cache: CodeCache, pc: number, size: Size, value: number): number {
  const s = cpu.s;
  const { records } = cache;
  s[CURRENT] = pc;
  writeMemory(cpu, records[pc + R_SEGMENT]!, address(s, records, pc), size, value);
  s[CURRENT] = -1;
  return s[LEAVE] === 0 ? GO_ON : leave(cpu, cache, pc, records[pc + R_NEXT_EIP]!);
}

/** Pushes a word; `branch` when execution then goes on elsewhere than behind the instruction. */
function push(cpu: Cpu, cache: CodeCache, pc: number, value: number, eip: number, branch: boolean): number {
  const s = cpu.s;
  const offset = (s[ESP]! - 4) | 0;
  s[CURRENT] = pc;
  writeMemory(cpu, SS, offset, 4, value);
  s[CURRENT] = -1;
  s[ESP] = offset;
  return s[LEAVE] === 0 && !branch ? GO_ON : leave(cpu, cache, pc, eip);
}

/** A branch target, if it lies within the code segment. @throws {Fault} #GP(0) */
function checked(s: Int32Array, target: number): number {
  if (target >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
  return target;
}

function withMemory(s: Int32Array, op: number, at: number, b: number): void {
  const a = s[at]!;
  let flags = FLAGS_LOGIC;
  let result: number;
  switch (op) {
    case M.ADD32_RM:
      result = a + b;
      flags = FLAGS_ADD;
      break;
    case M.SUB32_RM:
      result = a - b;
      flags = FLAGS_SUB;
      break;
    case M.OR32_RM:
      result = a | b;
      break;
    case M.AND32_RM:
      result = a & b;
      break;
    case M.XOR32_RM:
      result = a ^ b;
      break;
    default:
      result = Math.imul(a, b);
      flags = FLAGS_RESULT;
      s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | (a * b === result ? 0 : CF | OF);
  }
  s[FLAG_OP] = flags | SIZE_32;
  s[FLAG_A] = a;
  s[FLAG_RESULT] = result;
  s[at] = result;
}

function withCarry(s: Int32Array, op: number, at: number, b: number): void {
  const a = s[at]!;
  const c = carry(s);
  const add = op === M.ADC32_RR || op === M.ADC32_RI;
  const result = add ? a + b + c : a - b - c;
  s[FLAG_OP] = (add ? (c === 0 ? FLAGS_ADD : FLAGS_ADC) : (c === 0 ? FLAGS_SUB : FLAGS_SBB)) | SIZE_32;
  s[FLAG_A] = a;
  s[FLAG_RESULT] = result;
  s[at] = result;
}

/** INC or DEC, which keep CF. */
function count(
  s: Int32Array,
  places: Int32Array | Uint16Array | Uint8Array,
  at: number,
  up: boolean,
  size: number,
): void {
  s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
  const a = places[at]!;
  const result = up ? a + 1 : a - 1;
  places[at] = result;
  s[FLAG_OP] = (up ? FLAGS_INC : FLAGS_DEC) | size;
  s[FLAG_A] = a;
  s[FLAG_RESULT] = result;
}

/** Rotates left by `count`, which for a rotation to the right is 32 less its count. */
function rotate(s: Int32Array, at: number, count: number, left: boolean): void {
  const a = s[at]!;
  const result = (a << count) | (a >>> (32 - count));
  const c = left ? result & 1 : result >>> 31;
  const o = left ? (a ^ (a << 1)) >>> 31 : (a >>> 31) ^ (a & 1); // of the first step, see semantics/shift.ts
  s[EFLAGS] = (materializeFlags(s) & ~(CF | OF)) | c | (o !== 0 ? OF : 0);
  s[at] = result;
}
