/**
 * The engine in readable form, which `scripts/generate_engine.ts` turns into execute.ts: the same with the numbers of all
 * imported constants written out, as V8 needs it (a switch over imported constants is no jump table, and their values are
 * looked up at run time). Change this file, then run the script.
 *
 * The engine executes decoded code in two loops. The inner one, executeFast(), does all that is common, one round per
 * micro-operation, and goes from block to block through their links; it calls nothing. Whatever it cannot do, or not this
 * time (a TLB miss, a device, a segment limit, an instruction without micro-operations), it leaves at that micro-operation
 * to the outer loop, which has it done by executeSlowly() or finds a block.
 *
 * That the inner loop calls nothing is what makes it fast: V8 then checks the arrays once before it, not at every access
 * (anything called might detach them), and keeps their addresses. What V8 needs besides: every value an int32, a function
 * below its size limit for optimization, and regular exits (see SLICE_CYCLES in cpu.ts). `bench/` shows when one of them is
 * lost.
 *
 * @module
 */

import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import {
  FLAGS_ADC,
  FLAGS_ADD,
  FLAGS_DEC,
  FLAGS_INC,
  FLAGS_LOGIC,
  FLAGS_RESULT,
  FLAGS_SBB,
  FLAGS_SUB,
  SIZE_16,
  SIZE_32,
  SIZE_8,
} from "../flags.ts";
import {
  AF,
  BASE,
  BUDGET,
  CF,
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
  MODE_KEY,
  OF,
  READ_SPAN,
  RETIRED,
  SF,
  TEMP,
  TLB_ADDEND,
  TLB_INDEX,
  TLB_READ,
  TLB_USER,
  TLB_WRITE,
  WRITE_SPAN,
  ZF,
} from "../state.ts";
import * as M from "./micro_operation.ts";
import {
  EXIT_BUDGET,
  EXIT_FIND,
  JUMP_INDEX,
  R_A,
  R_B,
  R_BASE,
  R_BLOCK_COUNT,
  R_BLOCK_CYCLES,
  R_DISP,
  R_EIP,
  R_IMM,
  R_INDEX,
  R_MASK,
  R_NEXT,
  R_NEXT_EIP,
  R_OP,
  R_SCALE,
  R_SEGMENT,
  R_TAKEN,
  R_TARGET,
  R_UNRETIRED,
  R_UNSPENT,
  RECORD,
  RECORDS_MASK,
} from "./record.ts";
import { executeSlowly, GO_ON, STOP } from "./slow.ts";

/**
 * Executes decoded code from the present EIP until the budget is used up or something makes the engine leave. A guest fault
 * is left in `cpu.pendingFault`, with EIP and the counters back at the faulting instruction.
 */
export function execute(cpu: Cpu): void {
  const s = cpu.s;
  const cache = cpu.code;
  const records = cache.records;
  let pc = -1;
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
      const block = cache.find();
      if (link >= 0 && s[EPOCH] === epoch && !cache.transient) {
        records[link] = block;
        records[link + 1] = epoch;
      }
      link = -1;
      s[LEAVE] = 0;
      // A block is begun only if it can be paid for; what does not fit is stepped, so that a limit is met exactly.
      if (s[BUDGET]! < records[block + R_BLOCK_CYCLES]! && !cache.single) return;
      s[BUDGET] = s[BUDGET]! - records[block + R_BLOCK_CYCLES]!;
      s[RETIRED] = s[RETIRED]! + records[block + R_BLOCK_COUNT]!;
      pc = block;
      for (;;) {
        const exit = executeFast(cpu, pc);
        pc = exit & ~(RECORD - 1);
        switch (exit & (RECORD - 1)) {
          case EXIT_BUDGET:
            return;
          case EXIT_FIND:
            continue find;
          case R_TAKEN:
          case R_NEXT:
            link = exit;
            continue find;
        }
        const outcome = executeSlowly(cpu, pc);
        if (outcome === GO_ON) continue;
        if (outcome === STOP) return;
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

/**
 * The fast loop: executes what follows the micro-operation (or the block header) at word `pc`, and on through links and the
 * jump cache.
 *
 * @returns where and why it stopped: the word of the micro-operation at hand plus 0 when that has to be done slowly,
 * EXIT_FIND or EXIT_BUDGET when EIP says where to go on, R_TAKEN or R_NEXT when besides the branch can be linked that way
 */
function executeFast(cpu: Cpu, start: number): number {
  const s = cpu.s;
  const u8 = cpu.u8;
  const u16 = cpu.u16;
  const view = cpu.view;
  const cache = cpu.code;
  const records = cache.records;
  const jumps = cache.jumps;
  const jumping = !cache.single && cache.breakpoints.size === 0;
  const readTags = TLB_READ + (cpu.user ? TLB_USER : 0);
  const writeTags = TLB_WRITE + (cpu.user ? TLB_USER : 0);
  const PAGE = ~0xfff, CS = 1, SS = 2;
  /** Leaves FLAGS_INC of a FLAG_OP that is FLAGS_INC or FLAGS_DEC, of any size: CF is in EFLAGS already. */
  const INC_OR_DEC = ~7;
  let pc = start | 0;
  // Where LOAD_UPDATE found its operand: a host offset, or -1 when it took the slow path.
  let updateHost = -1;
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
    op = 0,
    block = 0;
  // Touching every array here is what brings V8's checks out of the loop.
  let n = s[0]! | u8[0]! | u16[0]! | view.getInt32(0, true) | view.getUint16(0, true) | records[0]! |
    jumps[0]!;
  for (;;) {
    let taken = false;
    let indirect = false;
    let target = 0;
    pc = (pc + RECORD) & RECORDS_MASK; // the mask tells V8 that no sum with it overflows
    switch (records[pc + R_OP]) {
      case M.END:
        break;
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
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        s[records[pc + R_A]!] = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
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
          s[readTags + entry] !== ((linear + 1) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        s[records[pc + R_A]!] = view.getUint16((linear + s[TLB_ADDEND + entry]!) | 0, true);
        continue;
      }
      case M.LOAD8_ZERO: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0) {
          return pc;
        }
        s[records[pc + R_A]!] = u8[(linear + s[TLB_ADDEND + entry]!) | 0]!;
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
          s[readTags + entry] !== ((linear + 1) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        s[records[pc + R_A]!] = (view.getUint16((linear + s[TLB_ADDEND + entry]!) | 0, true) << 16) >> 16;
        continue;
      }
      case M.LOAD8_SIGN: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0) {
          return pc;
        }
        s[records[pc + R_A]!] = (u8[(linear + s[TLB_ADDEND + entry]!) | 0]! << 24) >> 24;
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
          s[readTags + entry] !== ((linear + 1) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        u16[records[pc + R_A]!] = view.getUint16((linear + s[TLB_ADDEND + entry]!) | 0, true);
        continue;
      }
      case M.LOAD8: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0) {
          return pc;
        }
        u8[records[pc + R_A]!] = u8[(linear + s[TLB_ADDEND + entry]!) | 0]!;
        continue;
      }
      case M.LOAD32_UPDATE: {
        updateHost = -1;
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[TLB_ADDEND + entry]!) | 0;
        s[TEMP] = view.getInt32(updateHost, true);
        continue;
      }
      case M.LOAD16_UPDATE: {
        updateHost = -1;
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[TLB_ADDEND + entry]!) | 0;
        s[TEMP] = view.getUint16(updateHost, true);
        continue;
      }
      case M.LOAD8_UPDATE: {
        updateHost = -1;
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[TLB_ADDEND + entry]!) | 0;
        s[TEMP] = u8[updateHost]!;
        continue;
      }
      case M.BACK32: {
        if (updateHost < 0) return pc;
        view.setInt32(updateHost, s[TEMP]!, true);
        continue;
      }
      case M.BACK16: {
        if (updateHost < 0) return pc;
        view.setInt16(updateHost, u16[TEMP * 2]!, true);
        continue;
      }
      case M.BACK8: {
        if (updateHost < 0) return pc;
        u8[updateHost] = u8[TEMP * 4]!;
        continue;
      }
      case M.STORE32: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, s[records[pc + R_A]!]!, true);
        continue;
      }
      case M.STORE16: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        view.setInt16((linear + s[TLB_ADDEND + entry]!) | 0, u16[records[pc + R_A]!]!, true);
        continue;
      }
      case M.STORE8: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        u8[(linear + s[TLB_ADDEND + entry]!) | 0] = u8[records[pc + R_A]!]!;
        continue;
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
      case M.ADC32_RR:
      case M.ADC32_RI:
      case M.SBB32_RR:
      case M.SBB32_RI: {
        n = records[pc + R_OP]!;
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) c = s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0;
        else if (op === (FLAGS_SUB | SIZE_32)) c = s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0;
        else if (op === (FLAGS_ADC | SIZE_32)) c = s[FLAG_RESULT]! >>> 0 <= s[FLAG_A]! >>> 0 ? 1 : 0;
        else if (op === (FLAGS_SBB | SIZE_32)) c = s[FLAG_RESULT]! >>> 0 >= s[FLAG_A]! >>> 0 ? 1 : 0;
        else if ((op & ~3) === FLAGS_LOGIC) c = 0;
        else if ((op & INC_OR_DEC) === FLAGS_INC || (op & ~3) === FLAGS_RESULT || op === 0) {
          c = s[EFLAGS]! & CF;
        } else return pc;
        b = n === M.ADC32_RR || n === M.SBB32_RR ? s[records[pc + R_B]!]! : records[pc + R_IMM]!;
        at = records[pc + R_A]!;
        a = s[at]!;
        if (n <= M.ADC32_RI) {
          result = (a + b + c) | 0;
          s[FLAG_OP] = (c === 0 ? FLAGS_ADD : FLAGS_ADC) | SIZE_32;
        } else {
          result = (a - b - c) | 0;
          s[FLAG_OP] = (c === 0 ? FLAGS_SUB : FLAGS_SBB) | SIZE_32;
        }
        s[at] = result;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | (((a ^ (a << 1)) >>> 31) << 11);
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
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | ((a >>> 31) << 11);
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
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | (((a ^ (a << 1)) >>> 31) << 11);
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
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | c | ((a >>> 31) << 11);
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
      case M.ROL32_I:
      case M.ROR32_I: {
        // CF and OF change, the others stay: turn what they follow from into FLAGS_RESULT, where EFLAGS has CF, OF and AF.
        op = s[FLAG_OP]!;
        value = s[FLAG_RESULT]!;
        a = s[FLAG_A]!;
        switch (op & ~3) {
          case FLAGS_ADD:
            n = (a ^ (value - a) ^ value) & AF;
            break;
          case FLAGS_SUB:
            n = (a ^ (a - value) ^ value) & AF;
            break;
          case FLAGS_INC:
          case FLAGS_DEC:
            n = (a ^ 1 ^ value) & AF;
            break;
          case FLAGS_LOGIC:
            n = 0;
            break;
          case FLAGS_RESULT:
            n = s[EFLAGS]! & AF;
            break;
          default:
            return pc;
        }
        count = records[pc + R_IMM]!;
        at = records[pc + R_A]!;
        a = s[at]!;
        if (records[pc + R_OP]! === M.ROL32_I) {
          result = (a << count) | (a >>> (32 - count));
          c = (result & 1) | (((a ^ (a << 1)) >>> 31) << 11);
        } else {
          result = (a >>> count) | (a << (32 - count));
          c = (result >>> 31) | (((a >>> 31) ^ (a & 1)) << 11);
        }
        s[at] = result;
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | n | c;
        s[FLAG_OP] = FLAGS_RESULT | (op & 3);
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
        s[FLAG_RESULT] = result || 0x100; // PF and SF of the result, but ZF always clear
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
        s[FLAG_RESULT] = result || 0x100; // PF and SF of the result, but ZF always clear
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
      case M.SETCC:
      case M.CMOV32:
      case M.JCC: {
        n = records[pc + R_IMM]!;
        op = s[FLAG_OP]!;
        if (op === 0) {
          value = s[EFLAGS]!;
          switch (n >> 1) {
            case 0:
              taken = (value & OF) !== 0;
              break;
            case 1:
              taken = (value & CF) !== 0;
              break;
            case 2:
              taken = (value & ZF) !== 0;
              break;
            case 3:
              taken = (value & (CF | ZF)) !== 0;
              break;
            case 4:
              taken = (value & SF) !== 0;
              break;
            default:
              return pc;
          }
        } else {
          count = (0x101800 >>> ((op & 3) << 3)) & 31; // brings the operand's top bit to bit 31
          a = s[FLAG_A]! << count;
          result = s[FLAG_RESULT]! << count;
          op &= ~3;
          switch (n >> 1) {
            case 1:
            case 3:
              if (op === FLAGS_ADD) taken = result >>> 0 < a >>> 0;
              else if (op === FLAGS_SUB) taken = result >>> 0 > a >>> 0;
              else if (op === FLAGS_LOGIC) taken = false;
              else if (op === FLAGS_RESULT || op === FLAGS_INC || op === FLAGS_DEC) {
                taken = (s[EFLAGS]! & CF) !== 0;
              } else return pc;
              if ((n >> 1) === 3 && result === 0) taken = true;
              break;
            case 2:
              taken = result === 0;
              break;
            case 4:
              taken = result < 0;
              break;
            case 6:
            case 7:
              if (op === FLAGS_SUB) taken = a < ((a - result) | 0);
              else if (op === FLAGS_LOGIC) taken = result < 0;
              else return pc;
              if ((n >> 1) === 7 && result === 0) taken = true;
              break;
            default:
              return pc;
          }
        }
        if ((n & 1) !== 0) taken = !taken;
        n = records[pc + R_OP]!;
        if (n === M.JCC) break;
        if (n === M.SETCC) u8[records[pc + R_A]!] = taken ? 1 : 0;
        else if (taken) s[records[pc + R_A]!] = s[records[pc + R_B]!]!;
        continue;
      }
      case M.PUSH32: {
        value = s[records[pc + R_A]!]!;
        offset = (s[ESP]! - 4) | 0;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[WRITE_SPAN + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, value, true);
        s[ESP] = offset;
        continue;
      }
      case M.PUSH32_I: {
        value = records[pc + R_IMM]!;
        offset = (s[ESP]! - 4) | 0;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[WRITE_SPAN + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, value, true);
        s[ESP] = offset;
        continue;
      }
      case M.POP32: {
        offset = s[ESP]!;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + SS]! >>> 0) {
          return pc;
        }
        value = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        s[ESP] = offset + 4;
        s[records[pc + R_A]!] = value; // after ESP has moved: POP ESP
        continue;
      }
      case M.LEAVE32: {
        offset = s[EBP]!;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + SS]! >>> 0) {
          return pc;
        }
        s[EBP] = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        s[ESP] = offset + 4;
        continue;
      }
      case M.LOAD32_BASE: {
        offset = (s[records[pc + R_BASE]!]! + records[pc + R_DISP]!) | 0;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        s[records[pc + R_A]!] = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        continue;
      }
      case M.LOAD8_ZERO_BASE: {
        offset = (s[records[pc + R_BASE]!]! + records[pc + R_DISP]!) | 0;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0) {
          return pc;
        }
        s[records[pc + R_A]!] = u8[(linear + s[TLB_ADDEND + entry]!) | 0]!;
        continue;
      }
      case M.STORE32_BASE: {
        offset = (s[records[pc + R_BASE]!]! + records[pc + R_DISP]!) | 0;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, s[records[pc + R_A]!]!, true);
        continue;
      }
      case M.STORE8_BASE: {
        offset = (s[records[pc + R_BASE]!]! + records[pc + R_DISP]!) | 0;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        u8[(linear + s[TLB_ADDEND + entry]!) | 0] = u8[records[pc + R_A]!]!;
        continue;
      }
      case M.STORE32_I: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, records[pc + R_IMM]!, true);
        continue;
      }
      case M.STORE8_I: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[WRITE_SPAN + segment]! >>> 0
        ) return pc;
        u8[(linear + s[TLB_ADDEND + entry]!) | 0] = records[pc + R_IMM]!;
        continue;
      }
      case M.ADD32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = (a + b) | 0;
        s[at] = result;
        s[FLAG_OP] = FLAGS_ADD | SIZE_32;
        s[FLAG_A] = a;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.OR32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = a | b;
        s[at] = result;
        s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.AND32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = a & b;
        s[at] = result;
        s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.SUB32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = (a - b) | 0;
        s[at] = result;
        s[FLAG_OP] = FLAGS_SUB | SIZE_32;
        s[FLAG_A] = a;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.XOR32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = a ^ b;
        s[at] = result;
        s[FLAG_OP] = FLAGS_LOGIC | SIZE_32;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.IMUL32_RM: {
        offset = (s[records[pc + R_BASE]!]! + (s[records[pc + R_INDEX]!]! << records[pc + R_SCALE]!) +
          records[pc + R_DISP]!) &
          records[pc + R_MASK]!;
        segment = records[pc + R_SEGMENT]!;
        linear = (s[BASE + segment]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        at = records[pc + R_A]!;
        a = s[at]!;
        result = Math.imul(a, b);
        s[EFLAGS] = (s[EFLAGS]! & ~(CF | OF | AF)) | (a * b === result ? 0 : CF | OF);
        s[at] = result;
        s[FLAG_OP] = FLAGS_RESULT | SIZE_32;
        s[FLAG_RESULT] = result;
        continue;
      }
      case M.ADD32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = (s[at]! + s[records[pc + R_B]!]!) | 0;
        continue;
      case M.ADD32_RI_QUIET:
        at = records[pc + R_A]!;
        s[at] = (s[at]! + records[pc + R_IMM]!) | 0;
        continue;
      case M.OR32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! | s[records[pc + R_B]!]!;
        continue;
      case M.OR32_RI_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! | records[pc + R_IMM]!;
        continue;
      case M.AND32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! & s[records[pc + R_B]!]!;
        continue;
      case M.AND32_RI_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! & records[pc + R_IMM]!;
        continue;
      case M.SUB32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = (s[at]! - s[records[pc + R_B]!]!) | 0;
        continue;
      case M.XOR32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! ^ s[records[pc + R_B]!]!;
        continue;
      case M.XOR32_RI_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! ^ records[pc + R_IMM]!;
        continue;
      case M.SHL32_I_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! << records[pc + R_IMM]!;
        continue;
      case M.SHR32_I_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! >>> records[pc + R_IMM]!;
        continue;
      case M.SAR32_I_QUIET:
        at = records[pc + R_A]!;
        s[at] = s[at]! >> records[pc + R_IMM]!;
        continue;
      case M.IMUL32_RR_QUIET:
        at = records[pc + R_A]!;
        s[at] = Math.imul(s[at]!, s[records[pc + R_B]!]!);
        continue;
      case M.IMUL32_RRI_QUIET:
        at = records[pc + R_A]!;
        s[at] = Math.imul(s[records[pc + R_B]!]!, records[pc + R_IMM]!);
        continue;
      case M.JMP:
        taken = true;
        break;
      case M.CALL: {
        value = records[pc + R_NEXT_EIP]!;
        offset = (s[ESP]! - 4) | 0;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[WRITE_SPAN + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, value, true);
        s[ESP] = offset;
        taken = true;
        break;
      }
      case M.JMP_SLOT: {
        target = s[records[pc + R_A]!]!;
        if (target >>> 0 > s[LIMIT + CS]! >>> 0) return pc;
        indirect = true;
        break;
      }
      case M.CALL_SLOT: {
        target = s[records[pc + R_A]!]!;
        if (target >>> 0 > s[LIMIT + CS]! >>> 0) return pc;
        value = records[pc + R_NEXT_EIP]!;
        offset = (s[ESP]! - 4) | 0;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[WRITE_SPAN + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[TLB_ADDEND + entry]!) | 0, value, true);
        s[ESP] = offset;
        indirect = true;
        break;
      }
      case M.RET: {
        offset = s[ESP]!;
        linear = (s[BASE + SS]! + offset) | 0;
        entry = (linear >>> 12) & TLB_INDEX;
        if (s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[READ_SPAN + SS]! >>> 0) {
          return pc;
        }
        target = view.getInt32((linear + s[TLB_ADDEND + entry]!) | 0, true);
        if (target >>> 0 > s[LIMIT + CS]! >>> 0) return pc;
        s[ESP] = offset + 4 + records[pc + R_IMM]!;
        indirect = true;
        break;
      }
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
        op = s[FLAG_OP]!;
        if (op === (FLAGS_ADD | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 < s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if (op === (FLAGS_SUB | SIZE_32)) {
          s[EFLAGS] = (s[EFLAGS]! & ~CF) | (s[FLAG_RESULT]! >>> 0 > s[FLAG_A]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === FLAGS_LOGIC) s[EFLAGS] = s[EFLAGS]! & ~CF;
        else if ((op & INC_OR_DEC) !== FLAGS_INC && (op & ~3) !== FLAGS_RESULT && op !== 0) return pc;
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

      default:
        return pc;
    }
    // The block has come to its end: on to the next one.
    if (indirect) {
      at = ((target ^ (target >>> 12)) & JUMP_INDEX) << 2;
      if (
        jumps[at] !== target || jumps[at + 1] !== s[MODE_KEY] || jumps[at + 2] !== s[EPOCH] || !jumping
      ) {
        s[EIP] = target;
        return pc + EXIT_FIND;
      }
      block = jumps[at + 3]!;
    } else {
      at = pc + (taken ? R_TAKEN : R_NEXT);
      if (records[at + 1] !== s[EPOCH]) {
        s[EIP] = taken ? records[pc + R_TARGET]! : records[pc + R_NEXT_EIP]!;
        return at;
      }
      block = records[at]!;
    }
    n = s[BUDGET]!;
    if (n < records[block + R_BLOCK_CYCLES]!) {
      s[EIP] = records[block + R_EIP]!;
      return pc + EXIT_BUDGET;
    }
    s[BUDGET] = n - records[block + R_BLOCK_CYCLES]!;
    s[RETIRED] = s[RETIRED]! + records[block + R_BLOCK_COUNT]!;
    pc = block;
  }
}
