/**
 * The engine, generated from interpret.ts by scripts/generate_engine.ts: read that one.
 *
 * @module
 */

import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import { carry, condition, materializeFlags } from "../flags.ts";
import { probeMemory, readMemory, writeMemory } from "../operands.ts";

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
      if (
        !first &&
        (s[97 /* BUDGET */]! <= 0 || cache.single || (cache.breakpoints.size > 0 && cpu.atBreakpoint()))
      ) {
        return;
      }
      first = false;
      pc = -1;
      const epoch = s[100 /* EPOCH */]!;
      let block = cache.find();
      if (link >= 0 && s[100 /* EPOCH */] === epoch && !cache.transient) {
        records[link] = block;
        records[link + 1] = epoch;
      }
      link = -1;
      s[101 /* LEAVE */] = 0;
      const readTags = 20480 /* TLB_READ */ + (cpu.user ? 1024 /* TLB_USER */ : 0);
      const writeTags = 22528 /* TLB_WRITE */ + (cpu.user ? 1024 /* TLB_USER */ : 0);
      for (;;) { // one round per block
        const budget = s[97 /* BUDGET */]!;
        if (budget <= 0) {
          s[10 /* EIP */] = records[block + 10]!;
          return;
        }
        s[97 /* BUDGET */] = budget - records[block + 0]!;
        s[99 /* RETIRED */] = s[99 /* RETIRED */]! + records[block + 1]!;
        pc = block;
        let taken = false;
        let indirect = false;
        let target = 0;
        for (;;) { // one round per micro-operation
          pc = (pc + 16) | 0;
          switch (records[pc + 0]) {
            case 0 /* END */:
              break;
            case 1 /* GENERIC */: {
              s[10 /* EIP */] = records[pc + 10]!;
              s[109 /* NEXT_EIP */] = records[pc + 11]!;
              s[108 /* CURRENT */] = pc;
              n = records[pc + 14]!;
              cache.handlers[n]!(cpu, cache.instructions[n]!);
              s[108 /* CURRENT */] = -1;
              next = s[109 /* NEXT_EIP */]!;
              s[10 /* EIP */] = next;
              if (s[101 /* LEAVE */] === 0 && next === records[pc + 11]) continue;
              s[97 /* BUDGET */] = s[97 /* BUDGET */]! + records[pc + 12]!;
              s[99 /* RETIRED */] = s[99 /* RETIRED */]! - records[pc + 13]!;
              continue find;
            }
            case 2 /* OFFER */:
              if (!offer(cpu, pc)) continue;
              return;
            case 3 /* CHECK_SENSITIVE */:
              if (s[15 /* CPL */] !== 0) throw new Fault(13, /* GP */ 0);
              continue;
            case 4 /* NOTHING */:
              continue;
            case 5 /* MOV32_RR */: {
              s[records[pc + 1]!] = s[records[pc + 2]!]!;
              continue;
            }
            case 6 /* MOV32_RI */: {
              s[records[pc + 1]!] = records[pc + 3]!;
              continue;
            }
            case 7 /* MOV16_RR */: {
              u16[records[pc + 1]!] = u16[records[pc + 2]!]!;
              continue;
            }
            case 8 /* MOV16_RI */: {
              u16[records[pc + 1]!] = records[pc + 3]!;
              continue;
            }
            case 9 /* MOV8_RR */: {
              u8[records[pc + 1]!] = u8[records[pc + 2]!]!;
              continue;
            }
            case 10 /* MOV8_RI */: {
              u8[records[pc + 1]!] = records[pc + 3]!;
              continue;
            }
            case 11 /* LEA32 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              s[records[pc + 1]!] = offset;
              continue;
            }
            case 12 /* LOAD32 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                s[records[pc + 1]!] = view.getInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 4);
              s[records[pc + 1]!] = value;
              continue;
            }
            case 13 /* LOAD16_ZERO */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                s[records[pc + 1]!] = view.getUint16(linear + s[19456 /* TLB_ADDEND */ + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              s[records[pc + 1]!] = value;
              continue;
            }
            case 14 /* LOAD8_ZERO */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === (linear & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                s[records[pc + 1]!] = u8[linear + s[19456 /* TLB_ADDEND */ + entry]!]!;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              s[records[pc + 1]!] = value;
              continue;
            }
            case 15 /* LOAD16_SIGN */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                s[records[pc + 1]!] =
                  (view.getUint16(linear + s[19456 /* TLB_ADDEND */ + entry]!, true) << 16) >> 16;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              s[records[pc + 1]!] = (value << 16) >> 16;
              continue;
            }
            case 16 /* LOAD8_SIGN */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === (linear & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                s[records[pc + 1]!] = (u8[linear + s[19456 /* TLB_ADDEND */ + entry]!]! << 24) >> 24;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              s[records[pc + 1]!] = (value << 24) >> 24;
              continue;
            }
            case 17 /* LOAD16 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                u16[records[pc + 1]!] = view.getUint16(linear + s[19456 /* TLB_ADDEND */ + entry]!, true);
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 2);
              u16[records[pc + 1]!] = value;
              continue;
            }
            case 18 /* LOAD8 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[readTags + entry] === (linear & PAGE) &&
                offset >>> 0 < s[48 /* READ_SPAN */ + segment]! >>> 0
              ) {
                u8[records[pc + 1]!] = u8[linear + s[19456 /* TLB_ADDEND */ + entry]!]!;
                continue;
              }
              value = readAt(cpu, pc, segment, offset, 1);
              u8[records[pc + 1]!] = value;
              continue;
            }
            case 19 /* LOAD32_UPDATE */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                updateHost = linear + s[19456 /* TLB_ADDEND */ + entry]!;
                s[8 /* TEMP */] = view.getInt32(updateHost, true);
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[8 /* TEMP */] = readForUpdateAt(cpu, pc, segment, offset, 4);
              continue;
            }
            case 20 /* LOAD16_UPDATE */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                updateHost = linear + s[19456 /* TLB_ADDEND */ + entry]!;
                s[8 /* TEMP */] = view.getUint16(updateHost, true);
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[8 /* TEMP */] = readForUpdateAt(cpu, pc, segment, offset, 2);
              continue;
            }
            case 21 /* LOAD8_UPDATE */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === (linear & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                updateHost = linear + s[19456 /* TLB_ADDEND */ + entry]!;
                s[8 /* TEMP */] = u8[updateHost]!;
                continue;
              }
              updateHost = -1;
              updateSegment = segment;
              updateOffset = offset;
              s[8 /* TEMP */] = readForUpdateAt(cpu, pc, segment, offset, 1);
              continue;
            }
            case 22 /* BACK32 */:
              if (updateHost >= 0) {
                view.setInt32(updateHost, s[8 /* TEMP */]!, true);
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 4, s[8 /* TEMP */]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case 23 /* BACK16 */:
              if (updateHost >= 0) {
                view.setInt16(updateHost, u16[8 /* TEMP */ * 2]!, true);
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 2, u16[8 /* TEMP */ * 2]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case 24 /* BACK8 */:
              if (updateHost >= 0) {
                u8[updateHost] = u8[8 /* TEMP */ * 4]!;
                continue;
              }
              writeAt(cpu, pc, updateSegment, updateOffset, 1, u8[8 /* TEMP */ * 4]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            case 25 /* STORE32 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                view.setInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, s[records[pc + 1]!]!, true);
                continue;
              }
              writeAt(cpu, pc, segment, offset, 4, s[records[pc + 1]!]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case 26 /* STORE16 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 1) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                view.setInt16(linear + s[19456 /* TLB_ADDEND */ + entry]!, u16[records[pc + 1]!]!, true);
                continue;
              }
              writeAt(cpu, pc, segment, offset, 2, u16[records[pc + 1]!]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case 27 /* STORE8 */: {
              offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
                records[pc + 7]!) &
                records[pc + 9]!;
              segment = records[pc + 8]!;
              linear = (s[24 /* BASE */ + segment]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === (linear & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + segment]! >>> 0
              ) {
                u8[linear + s[19456 /* TLB_ADDEND */ + entry]!] = u8[records[pc + 1]!]!;
                continue;
              }
              writeAt(cpu, pc, segment, offset, 1, u8[records[pc + 1]!]!);
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case 28 /* ADD32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a + s[records[pc + 2]!]!) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 29 /* ADD32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a + records[pc + 3]!) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 30 /* OR32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a | s[records[pc + 2]!]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 31 /* OR32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a | records[pc + 3]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 32 /* ADC32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              c = carry(s);
              result = (a + s[records[pc + 2]!]! + c) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = (c === 0 ? 4 /* FLAGS_ADD */ : 24 /* FLAGS_ADC */) | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 33 /* ADC32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              c = carry(s);
              result = (a + records[pc + 3]! + c) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = (c === 0 ? 4 /* FLAGS_ADD */ : 24 /* FLAGS_ADC */) | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 34 /* SBB32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              c = carry(s);
              result = (a - s[records[pc + 2]!]! - c) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = (c === 0 ? 8 /* FLAGS_SUB */ : 28 /* FLAGS_SBB */) | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 35 /* SBB32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              c = carry(s);
              result = (a - records[pc + 3]! - c) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = (c === 0 ? 8 /* FLAGS_SUB */ : 28 /* FLAGS_SBB */) | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 36 /* AND32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a & s[records[pc + 2]!]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 37 /* AND32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a & records[pc + 3]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 38 /* SUB32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a - s[records[pc + 2]!]!) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 39 /* SUB32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a - records[pc + 3]!) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 40 /* XOR32_RR */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a ^ s[records[pc + 2]!]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 41 /* XOR32_RI */: {
              at = records[pc + 1]!;
              a = s[at]!;
              result = a ^ records[pc + 3]!;
              s[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 42 /* CMP32_RR */: {
              a = s[records[pc + 1]!]!;
              result = (a - s[records[pc + 2]!]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 43 /* CMP32_RI */: {
              a = s[records[pc + 1]!]!;
              result = (a - records[pc + 3]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 44 /* TEST32_RR */: {
              a = s[records[pc + 1]!]!;
              result = a & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 45 /* TEST32_RI */: {
              a = s[records[pc + 1]!]!;
              result = a & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 46 /* ADD16_RR */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a + u16[records[pc + 2]!]!) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 47 /* ADD16_RI */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a + records[pc + 3]!) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 48 /* OR16_RR */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a | u16[records[pc + 2]!]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 49 /* OR16_RI */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a | records[pc + 3]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 50 /* AND16_RR */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a & u16[records[pc + 2]!]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 51 /* AND16_RI */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a & records[pc + 3]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 52 /* SUB16_RR */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a - u16[records[pc + 2]!]!) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 53 /* SUB16_RI */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a - records[pc + 3]!) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 54 /* XOR16_RR */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a ^ u16[records[pc + 2]!]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 55 /* XOR16_RI */: {
              at = records[pc + 1]!;
              a = u16[at]!;
              result = a ^ records[pc + 3]!;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 56 /* CMP16_RR */: {
              a = u16[records[pc + 1]!]!;
              result = (a - u16[records[pc + 2]!]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 57 /* CMP16_RI */: {
              a = u16[records[pc + 1]!]!;
              result = (a - records[pc + 3]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 58 /* TEST16_RR */: {
              a = u16[records[pc + 1]!]!;
              result = a & u16[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 59 /* TEST16_RI */: {
              a = u16[records[pc + 1]!]!;
              result = a & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 2 /* SIZE_16 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 60 /* ADD8_RR */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a + u8[records[pc + 2]!]!) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 61 /* ADD8_RI */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a + records[pc + 3]!) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 62 /* OR8_RR */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a | u8[records[pc + 2]!]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 63 /* OR8_RI */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a | records[pc + 3]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 64 /* AND8_RR */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a & u8[records[pc + 2]!]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 65 /* AND8_RI */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a & records[pc + 3]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 66 /* SUB8_RR */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a - u8[records[pc + 2]!]!) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 67 /* SUB8_RI */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a - records[pc + 3]!) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 68 /* XOR8_RR */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a ^ u8[records[pc + 2]!]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 69 /* XOR8_RI */: {
              at = records[pc + 1]!;
              a = u8[at]!;
              result = a ^ records[pc + 3]!;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 70 /* CMP8_RR */: {
              a = u8[records[pc + 1]!]!;
              result = (a - u8[records[pc + 2]!]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 71 /* CMP8_RI */: {
              a = u8[records[pc + 1]!]!;
              result = (a - records[pc + 3]!) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 72 /* TEST8_RR */: {
              a = u8[records[pc + 1]!]!;
              result = a & u8[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 73 /* TEST8_RI */: {
              a = u8[records[pc + 1]!]!;
              result = a & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 74 /* INC32 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a + 1) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 16 /* FLAGS_INC */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 75 /* DEC32 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a - 1) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 20 /* FLAGS_DEC */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 78 /* INC16 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a + 1) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 16 /* FLAGS_INC */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 79 /* DEC16 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = u16[at]!;
              result = (a - 1) | 0;
              u16[at] = result;
              s[12 /* FLAG_OP */] = 20 /* FLAGS_DEC */ | 2 /* SIZE_16 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 80 /* INC8 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a + 1) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 16 /* FLAGS_INC */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 81 /* DEC8 */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = u8[at]!;
              result = (a - 1) | 0;
              u8[at] = result;
              s[12 /* FLAG_OP */] = 20 /* FLAGS_DEC */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 76 /* NEG32 */: {
              at = records[pc + 1]!;
              result = (0 - s[at]!) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = 0;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 77 /* NOT32 */: {
              at = records[pc + 1]!;
              s[at] = ~s[at]!;
              continue;
            }
            case 82 /* SHL32_I */: {
              count = records[pc + 3]!;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a << count;
              c = (a >>> (32 - count)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c |
                ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 83 /* SHR32_I */: {
              count = records[pc + 3]!;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a >>> count;
              c = (a >>> (count - 1)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c |
                (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 84 /* SAR32_I */: {
              count = records[pc + 3]!;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a >> count;
              c = (a >> (count - 1)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c;
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 87 /* SHL32_CL */: {
              count = s[1 /* ECX */]! & 31;
              if (count === 0) continue;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a << count;
              c = (a >>> (32 - count)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c |
                ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 88 /* SHR32_CL */: {
              count = s[1 /* ECX */]! & 31;
              if (count === 0) continue;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a >>> count;
              c = (a >>> (count - 1)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c |
                (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 89 /* SAR32_CL */: {
              count = s[1 /* ECX */]! & 31;
              if (count === 0) continue;
              at = records[pc + 1]!;
              a = s[at]!;
              result = a >> count;
              c = (a >> (count - 1)) & 1;
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | c;
              s[at] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 85 /* ROL32_I */: {
              count = records[pc + 3]!;
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a << count) | (a >>> (32 - count));
              c = result & 1;
              s[11 /* EFLAGS */] = (materializeFlags(s) & ~(1 /* CF */ | 2048 /* OF */)) | c |
                ((c ^ (result >>> 31)) << 11);
              s[at] = result;
              continue;
            }
            case 86 /* ROR32_I */: {
              count = records[pc + 3]!;
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a >>> count) | (a << (32 - count));
              c = result >>> 31;
              s[11 /* EFLAGS */] = (materializeFlags(s) & ~(1 /* CF */ | 2048 /* OF */)) | c |
                (((result ^ (result << 1)) >>> 31) << 11);
              s[at] = result;
              continue;
            }
            case 90 /* IMUL32_RR */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              result = Math.imul(a, b);
              // The double product is exact whenever it fits, and never equals `result` when it does not.
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) |
                (a * b === result ? 0 : 1 /* CF */ | 2048 /* OF */);
              s[records[pc + 1]!] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 91 /* IMUL32_RRI */: {
              a = s[records[pc + 2]!]!;
              b = records[pc + 3]!;
              result = Math.imul(a, b);
              // The double product is exact whenever it fits, and never equals `result` when it does not.
              s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) |
                (a * b === result ? 0 : 1 /* CF */ | 2048 /* OF */);
              s[records[pc + 1]!] = result;
              s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              continue;
            }
            case 92 /* MOVZX8 */: {
              s[records[pc + 1]!] = u8[records[pc + 2]!]!;
              continue;
            }
            case 93 /* MOVZX16 */: {
              s[records[pc + 1]!] = u16[records[pc + 2]!]!;
              continue;
            }
            case 94 /* MOVSX8 */: {
              s[records[pc + 1]!] = (u8[records[pc + 2]!]! << 24) >> 24;
              continue;
            }
            case 95 /* MOVSX16 */: {
              s[records[pc + 1]!] = (u16[records[pc + 2]!]! << 16) >> 16;
              continue;
            }
            case 96 /* XCHG32 */: {
              a = s[records[pc + 1]!]!;
              s[records[pc + 1]!] = s[records[pc + 2]!]!;
              s[records[pc + 2]!] = a;
              continue;
            }
            case 97 /* CDQ */: {
              s[2 /* EDX */] = s[0 /* EAX */]! >> 31;
              continue;
            }
            case 98 /* CWDE */: {
              s[0 /* EAX */] = (s[0 /* EAX */]! << 16) >> 16;
              continue;
            }
            case 99 /* SETCC */: {
              u8[records[pc + 1]!] = condition(s, records[pc + 3]!) ? 1 : 0;
              continue;
            }
            case 100 /* CMOV32 */: {
              if (condition(s, records[pc + 3]!)) s[records[pc + 1]!] = s[records[pc + 2]!]!;
              continue;
            }
            case 101 /* PUSH32 */: {
              value = s[records[pc + 1]!]!;
              offset = (s[4 /* ESP */]! - 4) | 0;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + SS]! >>> 0
              ) {
                view.setInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, value, true);
                s[4 /* ESP */] = offset;
                continue;
              }
              writeAt(cpu, pc, SS, offset, 4, value);
              s[4 /* ESP */] = offset;
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case 102 /* PUSH32_I */: {
              value = records[pc + 3]!;
              offset = (s[4 /* ESP */]! - 4) | 0;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + SS]! >>> 0
              ) {
                view.setInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, value, true);
                s[4 /* ESP */] = offset;
                continue;
              }
              writeAt(cpu, pc, SS, offset, 4, value);
              s[4 /* ESP */] = offset;
              if (s[101 /* LEAVE */] === 0) continue;
              leaveBehind(cpu, pc);
              continue find;
            }
            case 103 /* POP32 */: {
              offset = s[4 /* ESP */]!;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              value = s[readTags + entry] === ((linear + 3) & PAGE) &&
                  offset >>> 0 < s[48 /* READ_SPAN */ + SS]! >>> 0
                ? view.getInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, true)
                : readAt(cpu, pc, SS, offset, 4);
              s[4 /* ESP */] = offset + 4;
              s[records[pc + 1]!] = value; // after ESP has moved: POP ESP
              continue;
            }
            case 104 /* LEAVE32 */: {
              offset = s[5 /* EBP */]!;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              value = s[readTags + entry] === ((linear + 3) & PAGE) &&
                  offset >>> 0 < s[48 /* READ_SPAN */ + SS]! >>> 0
                ? view.getInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, true)
                : readAt(cpu, pc, SS, offset, 4);
              s[4 /* ESP */] = offset + 4;
              s[5 /* EBP */] = value;
              continue;
            }
            case 105 /* JMP */:
              taken = true;
              break;
            case 107 /* CALL */: {
              value = records[pc + 11]!;
              offset = (s[4 /* ESP */]! - 4) | 0;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + SS]! >>> 0
              ) {
                view.setInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, value, true);
              } else writeAt(cpu, pc, SS, offset, 4, value);
              s[4 /* ESP */] = offset;
              taken = true;
              break;
            }
            case 106 /* JMP_SLOT */: {
              target = s[records[pc + 1]!]!;
              if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) throw new Fault(13, /* GP */ 0);
              indirect = true;
              break;
            }
            case 108 /* CALL_SLOT */: {
              target = s[records[pc + 1]!]!;
              if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) throw new Fault(13, /* GP */ 0);
              value = records[pc + 11]!;
              offset = (s[4 /* ESP */]! - 4) | 0;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              if (
                s[writeTags + entry] === ((linear + 3) & PAGE) &&
                offset >>> 0 < s[56 /* WRITE_SPAN */ + SS]! >>> 0
              ) {
                view.setInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, value, true);
              } else writeAt(cpu, pc, SS, offset, 4, value);
              s[4 /* ESP */] = offset;
              indirect = true;
              break;
            }
            case 109 /* RET */: {
              offset = s[4 /* ESP */]!;
              linear = (s[24 /* BASE */ + SS]! + offset) | 0;
              entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
              target = s[readTags + entry] === ((linear + 3) & PAGE) &&
                  offset >>> 0 < s[48 /* READ_SPAN */ + SS]! >>> 0
                ? view.getInt32(linear + s[19456 /* TLB_ADDEND */ + entry]!, true)
                : readAt(cpu, pc, SS, offset, 4);
              if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) throw new Fault(13, /* GP */ 0);
              s[4 /* ESP */] = offset + 4 + records[pc + 3]!;
              indirect = true;
              break;
            }
            case 110 /* JCC */:
              taken = condition(s, records[pc + 3]!);
              break;
            case 111 /* CMP32_RR_JB */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 < b >>> 0;
              break;
            }
            case 112 /* CMP32_RR_JAE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 >= b >>> 0;
              break;
            }
            case 113 /* CMP32_RR_JE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a === b;
              break;
            }
            case 114 /* CMP32_RR_JNE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a !== b;
              break;
            }
            case 115 /* CMP32_RR_JBE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 <= b >>> 0;
              break;
            }
            case 116 /* CMP32_RR_JA */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 > b >>> 0;
              break;
            }
            case 117 /* CMP32_RR_JS */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              result = (a - b) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = result < 0;
              break;
            }
            case 118 /* CMP32_RR_JNS */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              result = (a - b) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = result >= 0;
              break;
            }
            case 119 /* CMP32_RR_JL */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a < b;
              break;
            }
            case 120 /* CMP32_RR_JGE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >= b;
              break;
            }
            case 121 /* CMP32_RR_JLE */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a <= b;
              break;
            }
            case 122 /* CMP32_RR_JG */: {
              a = s[records[pc + 1]!]!;
              b = s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a > b;
              break;
            }
            case 123 /* CMP32_RI_JB */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 < b >>> 0;
              break;
            }
            case 124 /* CMP32_RI_JAE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 >= b >>> 0;
              break;
            }
            case 125 /* CMP32_RI_JE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a === b;
              break;
            }
            case 126 /* CMP32_RI_JNE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a !== b;
              break;
            }
            case 127 /* CMP32_RI_JBE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 <= b >>> 0;
              break;
            }
            case 128 /* CMP32_RI_JA */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >>> 0 > b >>> 0;
              break;
            }
            case 129 /* CMP32_RI_JS */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              result = (a - b) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = result < 0;
              break;
            }
            case 130 /* CMP32_RI_JNS */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              result = (a - b) | 0;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = result >= 0;
              break;
            }
            case 131 /* CMP32_RI_JL */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a < b;
              break;
            }
            case 132 /* CMP32_RI_JGE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a >= b;
              break;
            }
            case 133 /* CMP32_RI_JLE */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a <= b;
              break;
            }
            case 134 /* CMP32_RI_JG */: {
              a = s[records[pc + 1]!]!;
              b = records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = a - b;
              taken = a > b;
              break;
            }
            case 135 /* TEST32_RR_JE */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result === 0;
              break;
            }
            case 136 /* TEST32_RR_JNE */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result !== 0;
              break;
            }
            case 137 /* TEST32_RR_JS */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result < 0;
              break;
            }
            case 138 /* TEST32_RR_JNS */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result >= 0;
              break;
            }
            case 139 /* TEST32_RR_JLE */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result <= 0;
              break;
            }
            case 140 /* TEST32_RR_JG */: {
              result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result > 0;
              break;
            }
            case 141 /* TEST32_RI_JE */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result === 0;
              break;
            }
            case 142 /* TEST32_RI_JNE */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result !== 0;
              break;
            }
            case 143 /* TEST32_RI_JS */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result < 0;
              break;
            }
            case 144 /* TEST32_RI_JNS */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result >= 0;
              break;
            }
            case 145 /* TEST32_RI_JLE */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result <= 0;
              break;
            }
            case 146 /* TEST32_RI_JG */: {
              result = s[records[pc + 1]!]! & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = result > 0;
              break;
            }
            case 147 /* DEC32_JNE */: {
              if ((s[12 /* FLAG_OP */]! & INC_OR_DEC) !== 16 /* FLAGS_INC */) {
                s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) | carry(s);
              }
              at = records[pc + 1]!;
              a = s[at]!;
              result = (a - 1) | 0;
              s[at] = result;
              s[12 /* FLAG_OP */] = 20 /* FLAGS_DEC */ | 3 /* SIZE_32 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = result !== 0;
              break;
            }
            case 148 /* CMP8_RR_JE */: {
              a = u8[records[pc + 1]!]!;
              result = a - u8[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case 149 /* CMP8_RR_JNE */: {
              a = u8[records[pc + 1]!]!;
              result = a - u8[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case 150 /* CMP8_RI_JE */: {
              a = u8[records[pc + 1]!]!;
              result = a - records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case 151 /* CMP8_RI_JNE */: {
              a = u8[records[pc + 1]!]!;
              result = a - records[pc + 3]!;
              s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
              s[13 /* FLAG_A */] = a;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case 152 /* TEST8_RR_JE */: {
              a = u8[records[pc + 1]!]!;
              result = a & u8[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case 153 /* TEST8_RR_JNE */: {
              a = u8[records[pc + 1]!]!;
              result = a & u8[records[pc + 2]!]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
            case 154 /* TEST8_RI_JE */: {
              a = u8[records[pc + 1]!]!;
              result = a & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) === 0;
              break;
            }
            case 155 /* TEST8_RI_JNE */: {
              a = u8[records[pc + 1]!]!;
              result = a & records[pc + 3]!;
              s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
              s[14 /* FLAG_RESULT */] = result;
              taken = (result & 0xff) !== 0;
              break;
            }
          }
          break;
        }
        if (indirect) { // the link holds for one target: the last one
          if (records[pc + 8] === target && records[pc + 5] === s[100 /* EPOCH */]) {
            block = records[pc + 4]!;
            continue;
          }
          s[10 /* EIP */] = target;
          records[pc + 8] = target;
          records[pc + 5] = ~s[100 /* EPOCH */]!; // the slice may end before there is a new link
          link = pc + 4;
          continue find;
        }
        const way = pc + (taken ? 4 : 6);
        if (records[way + 1] === s[100 /* EPOCH */]) {
          block = records[way]!;
          continue;
        }
        s[10 /* EIP */] = taken ? records[pc + 8]! : records[pc + 11]!;
        link = way;
        continue find;
      }
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (pc >= 0) { // otherwise fetching failed, and EIP is where it is
      s[10 /* EIP */] = records[pc + 10]!;
      s[97 /* BUDGET */] = s[97 /* BUDGET */]! + records[pc + 12]!;
      s[99 /* RETIRED */] = s[99 /* RETIRED */]! - records[pc + 13]! - 1;
    }
    s[108 /* CURRENT */] = -1;
    cpu.pendingFault = error;
  }
}

/** Offers an instruction to the intercept port. @returns true when the port took over */
function offer(cpu: Cpu, pc: number): boolean {
  const s = cpu.s;
  const { records, instructions } = cpu.code;
  s[10 /* EIP */] = records[pc + 10]!;
  s[109 /* NEXT_EIP */] = records[pc + 11]!;
  s[108 /* CURRENT */] = pc;
  const taken = cpu.intercept!.instruction(cpu, instructions[records[pc + 14]!]!);
  s[108 /* CURRENT */] = -1;
  if (!taken) return false;
  s[97 /* BUDGET */] = s[97 /* BUDGET */]! + records[pc + 12]!;
  s[99 /* RETIRED */] = s[99 /* RETIRED */]! - records[pc + 13]! - 1;
  return true;
}

/** A read off the fast path. */
function readAt(cpu: Cpu, pc: number, segment: number, offset: number, size: 1 | 2 | 4): number {
  const s = cpu.s;
  s[108 /* CURRENT */] = pc;
  const value = readMemory(cpu, segment, offset, size);
  s[108 /* CURRENT */] = -1;
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
  s[108 /* CURRENT */] = pc;
  writeMemory(cpu, segment, offset, size, value);
  s[108 /* CURRENT */] = -1;
}

/** The block may have become stale: what it charged for the instructions behind this one is given back. */
function leaveBehind(cpu: Cpu, pc: number): void {
  const s = cpu.s;
  const { records } = cpu.code;
  s[10 /* EIP */] = records[pc + 11]!;
  s[97 /* BUDGET */] = s[97 /* BUDGET */]! + records[pc + 12]!;
  s[99 /* RETIRED */] = s[99 /* RETIRED */]! - records[pc + 13]!;
}
