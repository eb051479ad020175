/**
 * The engine in readable form, which `scripts/generate_engine.ts` turns into execute.ts: the same with the numbers of all
 * imported constants written out, as V8 needs it (a switch over imported constants is no jump table, and their values are
 * looked up at run time). Change this file, then run the script.
 *
 * The engine executes decoded code. One switch over micro-operations; straight-line ones `continue`, branches `break` out
 * of it with what they decided, to the shared code behind it that finds the next block.
 *
 * What V8 needs: every value an int32, no calls on the fast paths, a function below V8's size limit for optimization, and
 * regular exits (see SLICE_CYCLES in cpu.ts). `bench/` shows when one of them is lost.
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
  BASE,
  BUDGET,
  CF,
  CPL,
  CURRENT,
  EAX,
  EBP,
  ECX,
  EDX,
  EFLAGS,
  EIP,
  EPOCH,
  ESP,
  FLAG_A,
  FLAG_OP,
  FLAG_RESULT,
  LEAVE,
  LIMIT,
  NEXT_EIP,
  OF,
  READ_SPAN,
  RETIRED,
  TEMP,
  TLB_ADDEND,
  TLB_INDEX,
  TLB_READ,
  TLB_USER,
  TLB_WRITE,
  WRITE_SPAN,
} from "../state.ts";
import * as M from "./micro_operation.ts";
import {
  R_A,
  R_B,
  R_BASE,
  R_BLOCK_COUNT,
  R_BLOCK_CYCLES,
  R_DISP,
  R_EIP,
  R_IMM,
  R_INDEX,
  R_INSTRUCTION,
  R_MASK,
  R_NEXT,
  R_NEXT_EIP,
  R_OP,
  R_SCALE,
  R_SEGMENT,
  R_TAKEN,
  R_TAKEN_EPOCH,
  R_TARGET,
  R_UNRETIRED,
  R_UNSPENT,
  RECORD,
} from "./record.ts";

const PAGE = ~0xfff;
/** Leaves FLAGS_INC of a FLAG_OP that is FLAGS_INC or FLAGS_DEC, of any size: CF is in EFLAGS already. */
const INC_OR_DEC = ~7;
const CS = 1, SS = 2;

/**
 * Executes decoded code from the present EIP until the budget is used up or something makes the engine leave. A guest fault
 * is left in `cpu.pendingFault`, with EIP and the counters back at the faulting instruction.
 */
export function execute(cpu: Cpu): void {
  const s = cpu.s;
  const u8 = cpu.u8;
  const u16 = cpu.u16;
  const view = cpu.view;
  const cache = cpu.code;
  const records = cache.records;
  let pc = -1;
  // Where LOAD_UPDATE found its operand: a host offset, or -1 and the address for the slow path.
  let updateHost = -1;
  let updateSegment = 0;
  let updateOffset = 0;
  // Scratch variables of the micro-operations, shared: V8 gives every declared variable a register of its own, and above 256
  // of them the bytecode doubles.
  let a = 0,
    b = 0,
    c = 0,
    at = 0,
    result = 0,
    count = 0,
    offset = 0,
    segment = 0,
    linear = 0,
    entry = 0,
    value = 0,
    n = 0;
  let next = 0;
  try {
    // The word of a branch that wants to be linked to the block found next.
    let link = -1;
    let first = true;
    find: for (;;) {
      if (!first && (s[BUDGET]! <= 0 || cache.single || (cache.breakpoints.size > 0 && cpu.atBreakpoint()))) {
        return;
      }
      first = false;
      pc = -1;
      const epoch = s[EPOCH]!;
      let block = cache.find();
      if (link >= 0 && s[EPOCH] === epoch && !cache.transient) {
        records[link] = block;
        records[link + 1] = epoch;
      }
      link = -1;
      s[LEAVE] = 0;
      const readTags = TLB_READ + (cpu.user ? TLB_USER : 0);
      const writeTags = TLB_WRITE + (cpu.user ? TLB_USER : 0);
      for (;;) { // one round per block
        const budget = s[BUDGET]!;
        if (budget <= 0) {
          s[EIP] = records[block + R_EIP]!;
          return;
        }
        s[BUDGET] = budget - records[block + R_BLOCK_CYCLES]!;
        s[RETIRED] = s[RETIRED]! + records[block + R_BLOCK_COUNT]!;
        pc = block;
        let taken = false;
        let indirect = false;
        let target = 0;
        for (;;) { // one round per micro-operation
          pc = (pc + RECORD) | 0;
          switch (records[pc + R_OP]) {
            case M.END:
              break;
            case M.GENERIC: {
              s[EIP] = records[pc + R_EIP]!;
              s[NEXT_EIP] = records[pc + R_NEXT_EIP]!;
              s[CURRENT] = pc;
              n = records[pc + R_INSTRUCTION]!;
              cache.handlers[n]!(cpu, cache.instructions[n]!);
              s[CURRENT] = -1;
              next = s[NEXT_EIP]!;
              s[EIP] = next;
              if (s[LEAVE] === 0 && next === records[pc + R_NEXT_EIP]) continue;
              s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
              s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]!;
              continue find;
            }
            case M.OFFER:
              if (!offer(cpu, pc)) continue;
              return;
            case M.CHECK_SENSITIVE:
              if (s[CPL] !== 0) throw new Fault(GP, 0);
              continue;
            case M.NOTHING:
              continue;
            case M.MOV32_RR: {
              s[records[pc + R_A]!] = s[records[pc + R_B]!]!;
              continue;
            }
            case M.MOV32_RI: {
              s[records[pc + R_A]!] = records[pc + R_IMM]!;
              continue;
            }
            case M.MOV16_RR: {
              u16[records[pc + R_A]!] = u16[records[pc + R_B]!]!;
              continue;
            }
            case M.MOV16_RI: {
              u16[records[pc + R_A]!] = records[pc + R_IMM]!;
              continue;
            }
            case M.MOV8_RR: {
              u8[records[pc + R_A]!] = u8[records[pc + R_B]!]!;
              continue;
            }
            case M.MOV8_RI: {
              u8[records[pc + R_A]!] = records[pc + R_IMM]!;
              continue;
            }
            case M.LEA32: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              s[records[pc + R_A]!] = offset;
              continue;
            }
            case M.LOAD32: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[readTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0
              ) {
                s[records[pc + R_A]!] = view.getInt32(linear + s[TLB_ADDEND + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 4);
              s[records[pc + R_A]!] = value;
              continue;
            }
            case M.LOAD16_ZERO: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0
              ) {
                s[records[pc + R_A]!] = view.getUint16(linear + s[TLB_ADDEND + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              s[records[pc + R_A]!] = value;
              continue;
            }
            case M.LOAD8_ZERO: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (s[readTags + entry] === (linear & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0) {
                s[records[pc + R_A]!] = u8[linear + s[TLB_ADDEND + entry]!]!;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              s[records[pc + R_A]!] = value;
              continue;
            }
            case M.LOAD16_SIGN: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0
              ) {
                s[records[pc + R_A]!] = (view.getUint16(linear + s[TLB_ADDEND + entry]!, true) << 16) >> 16;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              s[records[pc + R_A]!] = (value << 16) >> 16;
              continue;
            }
            case M.LOAD8_SIGN: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (s[readTags + entry] === (linear & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0) {
                s[records[pc + R_A]!] = (u8[linear + s[TLB_ADDEND + entry]!]! << 24) >> 24;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              s[records[pc + R_A]!] = (value << 24) >> 24;
              continue;
            }
            case M.LOAD16: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0
              ) {
                u16[records[pc + R_A]!] = view.getUint16(linear + s[TLB_ADDEND + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              u16[records[pc + R_A]!] = value;
              continue;
            }
            case M.LOAD8: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (s[readTags + entry] === (linear & PAGE) && offset >>> 0 < s[READ_SPAN + segment]! >>> 0) {
                u8[records[pc + R_A]!] = u8[linear + s[TLB_ADDEND + entry]!]!;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              u8[records[pc + R_A]!] = value;
              continue;
            }
            case M.LOAD32_UPDATE: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0
              ) {
                updateHost = linear + s[TLB_ADDEND + entry]!;
                s[TEMP] = view.getInt32(updateHost, true);
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[TEMP] = readForUpdateAt(cpu, pc, segment, offset, 4);
              continue;
            }
            case M.LOAD16_UPDATE: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0
              ) {
                updateHost = linear + s[TLB_ADDEND + entry]!;
                s[TEMP] = view.getUint16(updateHost, true);
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[TEMP] = readForUpdateAt(cpu, pc, segment, offset, 2);
              continue;
            }
            case M.LOAD8_UPDATE: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (s[writeTags + entry] === (linear & PAGE) && offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0) {
                updateHost = linear + s[TLB_ADDEND + entry]!;
                s[TEMP] = u8[updateHost]!;
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[TEMP] = readForUpdateAt(cpu, pc, segment, offset, 1);
              continue;
            }
            case M.BACK32:
              if (updateHost >= 0) {
                view.setInt32(updateHost, s[TEMP]!, true);
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 4, s[TEMP]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case M.BACK16:
              if (updateHost >= 0) {
                view.setInt16(updateHost, u16[TEMP * 2]!, true);
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 2, u16[TEMP * 2]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case M.BACK8:
              if (updateHost >= 0) {
                u8[updateHost] = u8[TEMP * 4]!;
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 1, u8[TEMP * 4]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case M.STORE32: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0
              ) {
                view.setInt32(linear + s[TLB_ADDEND + entry]!, s[records[pc + R_A]!]!, true);
                continue;
              }
              writeAt(cpu, pc, segment, offset, 4, s[records[pc + R_A]!]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case M.STORE16: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0
              ) {
                view.setInt16(linear + s[TLB_ADDEND + entry]!, u16[records[pc + R_A]!]!, true);
                continue;
              }
              writeAt(cpu, pc, segment, offset, 2, u16[records[pc + R_A]!]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case M.STORE8: {
              offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
                records[pc + R_DISP]!) &
                records[pc + R_MASK]!;
              segment = records[pc + R_SEGMENT]!;
              linear = (s[BASE + segment]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (s[writeTags + entry] === (linear & PAGE) && offset >>> 0 < s[WRITE_SPAN + segment]! >>> 0) {
                u8[linear + s[TLB_ADDEND + entry]!] = u8[records[pc + R_A]!]!;
                continue;
              }
              writeAt(cpu, pc, segment, offset, 1, u8[records[pc + R_A]!]!);
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case M.ADD32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a + s[records[pc + R_B]!]!) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADD32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a + records[pc + R_IMM]!) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a | s[records[pc + R_B]!]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a | records[pc + R_IMM]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADC32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              c = carry(s);
              result = (a + s[records[pc + R_B]!]! + c) | 0;
              s[at] = result;
              s[FLAG_OP] = (c === 0 ? FLAGS_ADD : FLAGS_ADC) | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADC32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              c = carry(s);
              result = (a + records[pc + R_IMM]! + c) | 0;
              s[at] = result;
              s[FLAG_OP] = (c === 0 ? FLAGS_ADD : FLAGS_ADC) | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SBB32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              c = carry(s);
              result = (a - s[records[pc + R_B]!]! - c) | 0;
              s[at] = result;
              s[FLAG_OP] = (c === 0 ? FLAGS_SUB : FLAGS_SBB) | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SBB32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              c = carry(s);
              result = (a - records[pc + R_IMM]! - c) | 0;
              s[at] = result;
              s[FLAG_OP] = (c === 0 ? FLAGS_SUB : FLAGS_SBB) | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a & s[records[pc + R_B]!]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a & records[pc + R_IMM]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a - s[records[pc + R_B]!]!) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a - records[pc + R_IMM]!) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR32_RR: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a ^ s[records[pc + R_B]!]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR32_RI: {
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a ^ records[pc + R_IMM]!;
              s[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP32_RR: {
              a = s[records[pc + R_A]!]!;
              result = (a - s[records[pc + R_B]!]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP32_RI: {
              a = s[records[pc + R_A]!]!;
              result = (a - records[pc + R_IMM]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST32_RR: {
              a = s[records[pc + R_A]!]!;
              result = a & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST32_RI: {
              a = s[records[pc + R_A]!]!;
              result = a & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADD16_RR: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a + u16[records[pc + R_B]!]!) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADD16_RI: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a + records[pc + R_IMM]!) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR16_RR: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a | u16[records[pc + R_B]!]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR16_RI: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a | records[pc + R_IMM]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND16_RR: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a & u16[records[pc + R_B]!]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND16_RI: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a & records[pc + R_IMM]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB16_RR: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a - u16[records[pc + R_B]!]!) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB16_RI: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a - records[pc + R_IMM]!) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR16_RR: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a ^ u16[records[pc + R_B]!]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR16_RI: {
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = a ^ records[pc + R_IMM]!;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP16_RR: {
              a = u16[records[pc + R_A]!]!;
              result = (a - u16[records[pc + R_B]!]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP16_RI: {
              a = u16[records[pc + R_A]!]!;
              result = (a - records[pc + R_IMM]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST16_RR: {
              a = u16[records[pc + R_A]!]!;
              result = a & u16[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST16_RI: {
              a = u16[records[pc + R_A]!]!;
              result = a & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_16;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADD8_RR: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a + u8[records[pc + R_B]!]!) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ADD8_RI: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a + records[pc + R_IMM]!) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_ADD | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR8_RR: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a | u8[records[pc + R_B]!]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.OR8_RI: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a | records[pc + R_IMM]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND8_RR: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a & u8[records[pc + R_B]!]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.AND8_RI: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a & records[pc + R_IMM]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB8_RR: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a - u8[records[pc + R_B]!]!) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SUB8_RI: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a - records[pc + R_IMM]!) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR8_RR: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a ^ u8[records[pc + R_B]!]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.XOR8_RI: {
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = a ^ records[pc + R_IMM]!;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP8_RR: {
              a = u8[records[pc + R_A]!]!;
              result = (a - u8[records[pc + R_B]!]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.CMP8_RI: {
              a = u8[records[pc + R_A]!]!;
              result = (a - records[pc + R_IMM]!) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST8_RR: {
              a = u8[records[pc + R_A]!]!;
              result = a & u8[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.TEST8_RI: {
              a = u8[records[pc + R_A]!]!;
              result = a & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.INC32: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a + 1) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_INC | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.DEC32: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a - 1) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_DEC | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.INC16: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a + 1) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_INC | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.DEC16: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = u16[at]!;
              result = (a - 1) | 0;
              u16[at] = result;
              s[FLAG_OP] = FLAGS_DEC | SIZE_16;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.INC8: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a + 1) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_INC | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.DEC8: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = u8[at]!;
              result = (a - 1) | 0;
              u8[at] = result;
              s[FLAG_OP] = FLAGS_DEC | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.NEG32: {
              at = records[pc + R_A]!;
              result = (0 - s[at]!) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = 0;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.NOT32: {
              at = records[pc + R_A]!;
              s[at] = ~s[at]!;
              continue;
            }
            case M.SHL32_I: {
              count = records[pc + R_IMM]!;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a << count;
              c = (a >>> (32 - count)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SHR32_I: {
              count = records[pc + R_IMM]!;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a >>> count;
              c = (a >>> (count - 1)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SAR32_I: {
              count = records[pc + R_IMM]!;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a >> count;
              c = (a >> (count - 1)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c;
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SHL32_CL: {
              count = s[ECX]! & 31;
              if (count === 0) continue;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a << count;
              c = (a >>> (32 - count)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SHR32_CL: {
              count = s[ECX]! & 31;
              if (count === 0) continue;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a >>> count;
              c = (a >>> (count - 1)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.SAR32_CL: {
              count = s[ECX]! & 31;
              if (count === 0) continue;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = a >> count;
              c = (a >> (count - 1)) & 1;
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c;
              s[at] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.ROL32_I: {
              count = records[pc + R_IMM]!;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a << count) | (a >>> (32 - count));
              c = result & 1;
              s[EFLAGS] = (materializeFlags(s) & ~(CF | OF)) | c | ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              continue;
            }
            case M.ROR32_I: {
              count = records[pc + R_IMM]!;
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a >>> count) | (a << (32 - count));
              c = result >>> 31;
              s[EFLAGS] = (materializeFlags(s) & ~(CF | OF)) | c | (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              continue;
            }
            case M.IMUL32_RR: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              result = Math.imul(a, b);
              // The double product is exact whenever it fits, and never equals `result` when it does not.
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | (a * b === result ? 0 : CF | OF);
              s[records[pc + R_A]!] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.IMUL32_RRI: {
              a = s[records[pc + R_B]!]!;
              b = records[pc + R_IMM]!;
              result = Math.imul(a, b);
              // The double product is exact whenever it fits, and never equals `result` when it does not.
              s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | (a * b === result ? 0 : CF | OF);
              s[records[pc + R_A]!] = result;
              s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
              s[FLAG_RESULT] = result;
              continue;
            }
            case M.MOVZX8: {
              s[records[pc + R_A]!] = u8[records[pc + R_B]!]!;
              continue;
            }
            case M.MOVZX16: {
              s[records[pc + R_A]!] = u16[records[pc + R_B]!]!;
              continue;
            }
            case M.MOVSX8: {
              s[records[pc + R_A]!] = (u8[records[pc + R_B]!]! << 24) >> 24;
              continue;
            }
            case M.MOVSX16: {
              s[records[pc + R_A]!] = (u16[records[pc + R_B]!]! << 16) >> 16;
              continue;
            }
            case M.XCHG32: {
              a = s[records[pc + R_A]!]!;
              s[records[pc + R_A]!] = s[records[pc + R_B]!]!;
              s[records[pc + R_B]!] = a;
              continue;
            }
            case M.CDQ: {
              s[EDX] = s[EAX]! >> 31;
              continue;
            }
            case M.CWDE: {
              s[EAX] = (s[EAX]! << 16) >> 16;
              continue;
            }
            case M.SETCC: {
              u8[records[pc + R_A]!] = condition(s, records[pc + R_IMM]!) ? 1 : 0;
              continue;
            }
            case M.CMOV32: {
              if (condition(s, records[pc + R_IMM]!)) s[records[pc + R_A]!] = s[records[pc + R_B]!]!;
              continue;
            }
            case M.PUSH32: {
              value = s[records[pc + R_A]!]!;
              offset = (s[ESP]! - 4) | 0;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[WRITE_SPAN + SS]! >>> 0
              ) {
                view.setInt32(linear + s[TLB_ADDEND + entry]!, value, true);
                s[ESP] = offset;
                continue;
              }
              writeAt(cpu, pc, SS, offset, 4, value);
              s[ESP] = offset;
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case M.PUSH32_I: {
              value = records[pc + R_IMM]!;
              offset = (s[ESP]! - 4) | 0;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[WRITE_SPAN + SS]! >>> 0
              ) {
                view.setInt32(linear + s[TLB_ADDEND + entry]!, value, true);
                s[ESP] = offset;
                continue;
              }
              writeAt(cpu, pc, SS, offset, 4, value);
              s[ESP] = offset;
              if (s[LEAVE] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case M.POP32: {
              offset = s[ESP]!;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              value = s[readTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[READ_SPAN + SS]! >>> 0
                ? view.getInt32(linear + s[TLB_ADDEND + entry]!, true)
                : readAt(cpu, pc, SS, offset, 4);
              s[ESP] = offset + 4;
              s[records[pc + R_A]!] = value; // after ESP has moved: POP ESP
              continue;
            }
            case M.LEAVE32: {
              offset = s[EBP]!;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              value = s[readTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[READ_SPAN + SS]! >>> 0
                ? view.getInt32(linear + s[TLB_ADDEND + entry]!, true)
                : readAt(cpu, pc, SS, offset, 4);
              s[ESP] = offset + 4;
              s[EBP] = value;
              continue;
            }
            case M.JMP:
              taken = true;
              break;
            case M.CALL: {
              value = records[pc + R_NEXT_EIP]!;
              offset = (s[ESP]! - 4) | 0;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[WRITE_SPAN + SS]! >>> 0
              ) {
                view.setInt32(linear + s[TLB_ADDEND + entry]!, value, true);
              } else writeAt(cpu, pc, SS, offset, 4, value);
              s[ESP] = offset;
              taken = true;
              break;
            }
            case M.JMP_SLOT: {
              target = s[records[pc + R_A]!]!;
              if (target >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
              indirect = true;
              break;
            }
            case M.CALL_SLOT: {
              target = s[records[pc + R_A]!]!;
              if (target >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
              value = records[pc + R_NEXT_EIP]!;
              offset = (s[ESP]! - 4) | 0;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[WRITE_SPAN + SS]! >>> 0
              ) {
                view.setInt32(linear + s[TLB_ADDEND + entry]!, value, true);
              } else writeAt(cpu, pc, SS, offset, 4, value);
              s[ESP] = offset;
              indirect = true;
              break;
            }
            case M.RET: {
              offset = s[ESP]!;
              linear = (s[BASE + SS]! + offset) | 0;
              entry = (linear >>> 12) & TLB_INDEX;
              target =
                s[readTags + entry] === ((linear + 3) & PAGE) && offset >>> 0 < s[READ_SPAN + SS]! >>> 0
                  ? view.getInt32(linear + s[TLB_ADDEND + entry]!, true)
                  : readAt(cpu, pc, SS, offset, 4);
              if (target >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
              s[ESP] = offset + 4 + records[pc + R_IMM]!;
              indirect = true;
              break;
            }
            case M.JCC:
              taken = condition(s, records[pc + R_IMM]!);
              break;
            case M.CMP32_RR_JB: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 < b >>> 0;
              break;
            }
            case M.CMP32_RR_JAE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 >= b >>> 0;
              break;
            }
            case M.CMP32_RR_JE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a === b;
              break;
            }
            case M.CMP32_RR_JNE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a !== b;
              break;
            }
            case M.CMP32_RR_JBE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 <= b >>> 0;
              break;
            }
            case M.CMP32_RR_JA: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 > b >>> 0;
              break;
            }
            case M.CMP32_RR_JS: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              result = (a - b) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = result < 0;
              break;
            }
            case M.CMP32_RR_JNS: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              result = (a - b) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = result >= 0;
              break;
            }
            case M.CMP32_RR_JL: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a < b;
              break;
            }
            case M.CMP32_RR_JGE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >= b;
              break;
            }
            case M.CMP32_RR_JLE: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a <= b;
              break;
            }
            case M.CMP32_RR_JG: {
              a = s[records[pc + R_A]!]!;
              b = s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a > b;
              break;
            }
            case M.CMP32_RI_JB: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 < b >>> 0;
              break;
            }
            case M.CMP32_RI_JAE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 >= b >>> 0;
              break;
            }
            case M.CMP32_RI_JE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a === b;
              break;
            }
            case M.CMP32_RI_JNE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a !== b;
              break;
            }
            case M.CMP32_RI_JBE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 <= b >>> 0;
              break;
            }
            case M.CMP32_RI_JA: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >>> 0 > b >>> 0;
              break;
            }
            case M.CMP32_RI_JS: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              result = (a - b) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = result < 0;
              break;
            }
            case M.CMP32_RI_JNS: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              result = (a - b) | 0;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = result >= 0;
              break;
            }
            case M.CMP32_RI_JL: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a < b;
              break;
            }
            case M.CMP32_RI_JGE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a >= b;
              break;
            }
            case M.CMP32_RI_JLE: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a <= b;
              break;
            }
            case M.CMP32_RI_JG: {
              a = s[records[pc + R_A]!]!;
              b = records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = a - b;
              taken = a > b;
              break;
            }
            case M.TEST32_RR_JE: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result === 0;
              break;
            }
            case M.TEST32_RR_JNE: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result !== 0;
              break;
            }
            case M.TEST32_RR_JS: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result < 0;
              break;
            }
            case M.TEST32_RR_JNS: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result >= 0;
              break;
            }
            case M.TEST32_RR_JLE: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result <= 0;
              break;
            }
            case M.TEST32_RR_JG: {
              result = s[records[pc + R_A]!]! & s[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result > 0;
              break;
            }
            case M.TEST32_RI_JE: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result === 0;
              break;
            }
            case M.TEST32_RI_JNE: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result !== 0;
              break;
            }
            case M.TEST32_RI_JS: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result < 0;
              break;
            }
            case M.TEST32_RI_JNS: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result >= 0;
              break;
            }
            case M.TEST32_RI_JLE: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result <= 0;
              break;
            }
            case M.TEST32_RI_JG: {
              result = s[records[pc + R_A]!]! & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
              s[FLAG_RESULT] = result;
              taken = result > 0;
              break;
            }
            case M.DEC32_JNE: {
              if ((s[FLAG_OP]! & INC_OR_DEC) !== FLAGS_INC) s[EFLAGS] = (s[EFLAGS]! & ~CF) | carry(s);
              at = records[pc + R_A]!;
              a = s[at]!;
              result = (a - 1) | 0;
              s[at] = result;
              s[FLAG_OP] = FLAGS_DEC | SIZE_32;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = result !== 0;
              break;
            }
            case M.CMP8_RR_JE: {
              a = u8[records[pc + R_A]!]!;
              result = a - u8[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case M.CMP8_RR_JNE: {
              a = u8[records[pc + R_A]!]!;
              result = a - u8[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case M.CMP8_RI_JE: {
              a = u8[records[pc + R_A]!]!;
              result = a - records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case M.CMP8_RI_JNE: {
              a = u8[records[pc + R_A]!]!;
              result = a - records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_SUB | SIZE_8;
              s[FLAG_A] = a;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case M.TEST8_RR_JE: {
              a = u8[records[pc + R_A]!]!;
              result = a & u8[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case M.TEST8_RR_JNE: {
              a = u8[records[pc + R_A]!]!;
              result = a & u8[records[pc + R_B]!]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case M.TEST8_RI_JE: {
              a = u8[records[pc + R_A]!]!;
              result = a & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case M.TEST8_RI_JNE: {
              a = u8[records[pc + R_A]!]!;
              result = a & records[pc + R_IMM]!;
              s[FLAG_OP] = FLAGS_LOGIC | SIZE_8;
              s[FLAG_RESULT] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
          }
          break;
        }
        if (indirect) { // the link holds for one target: the last one
          if (records[pc + R_TARGET] === target && records[pc + R_TAKEN_EPOCH] === s[EPOCH]) {
            block = records[pc + R_TAKEN]!;
            continue;
          }
          s[EIP] = target;
          records[pc + R_TARGET] = target;
          records[pc + R_TAKEN_EPOCH] = ~s[EPOCH]!; // the slice may end before there is a new link
          link = pc + R_TAKEN;
          continue find;
        }
        const way = pc + (taken ? R_TAKEN : R_NEXT);
        if (records[way + 1] === s[EPOCH]) {
          block = records[way]!;
          continue;
        }
        s[EIP] = taken ? records[pc + R_TARGET]! : records[pc + R_NEXT_EIP]!;
        link = way;
        continue find;
      }
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (pc >= 0) { // otherwise fetching failed, and EIP is where it is
      s[EIP] = records[pc + R_EIP]!;
      s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
      s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]! - 1;
    }
    s[CURRENT] = -1;
    cpu.pendingFault = error;
  }
}

/** Offers an instruction to the intercept port. @returns true when the port took over */
function offer(cpu: Cpu, pc: number): boolean {
  const s = cpu.s;
  const { records, instructions } = cpu.code;
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

/** A read off the fast path. */
function readAt(cpu: Cpu, pc: number, segment: number, offset: number, size: 1 | 2 | 4): number {
  const s = cpu.s;
  s[CURRENT] = pc;
  const value = readMemory(cpu, segment, offset, size);
  s[CURRENT] = -1;
  return value;
}

/** A read off the fast path that will be followed by a write. */
function readForUpdateAt(cpu: Cpu, pc: number, segment: number, offset: number, size: 1 | 2 | 4): number {
  probeMemory(cpu, segment, offset, size);
  return readAt(cpu, pc, segment, offset, size);
}

/** A write off the fast path. */
function writeAt(
  cpu: Cpu,
  pc: number,
  segment: number,
  offset: number,
  size: 1 | 2 | 4,
  value: number,
): void {
  const s = cpu.s;
  s[CURRENT] = pc;
  writeMemory(cpu, segment, offset, size, value);
  s[CURRENT] = -1;
}

/** The block may have become stale: what it charged for the instructions behind this one is given back. */
function leaveBehind(cpu: Cpu, pc: number): void {
  const s = cpu.s;
  const { records } = cpu.code;
  s[EIP] = records[pc + R_NEXT_EIP]!;
  s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
  s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]!;
}
