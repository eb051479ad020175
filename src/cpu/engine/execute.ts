/**
 * The engine, generated from interpret.ts by scripts/generate_engine.ts: read that one.
 *
 * @module
 */

import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import { executeSlowly } from "./slow.ts";

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
      if (
        !first &&
        (s[97 /* BUDGET */]! <= 0 || cache.single || (cache.breakpoints.size > 0 && cpu.atBreakpoint()))
      ) {
        return;
      }
      first = false;
      pc = -1;
      const epoch = s[100 /* EPOCH */]!;
      const block = cache.find();
      if (link >= 0 && s[100 /* EPOCH */] === epoch && !cache.transient) {
        records[link] = block;
        records[link + 1] = epoch;
      }
      link = -1;
      s[101 /* LEAVE */] = 0;
      // A block is begun only if it can be paid for; what does not fit is stepped, so that a limit is met exactly.
      if (s[97 /* BUDGET */]! < records[block + 0]! && !cache.single) return;
      s[97 /* BUDGET */] = s[97 /* BUDGET */]! - records[block + 0]!;
      s[99 /* RETIRED */] = s[99 /* RETIRED */]! + records[block + 1]!;
      pc = block;
      for (;;) {
        const exit = executeFast(cpu, pc);
        pc = exit & ~(16 - 1);
        switch (exit & (16 - 1)) {
          case 2 /* EXIT_BUDGET */:
            return;
          case 1 /* EXIT_FIND */:
            continue find;
          case 4:
          case 6:
            link = exit;
            continue find;
        }
        const outcome = executeSlowly(cpu, pc);
        if (outcome === 0 /* GO_ON */) continue;
        if (outcome === 2 /* STOP */) return;
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
  const readTags = 20480 /* TLB_READ */ + (cpu.user ? 1024 /* TLB_USER */ : 0);
  const writeTags = 22528 /* TLB_WRITE */ + (cpu.user ? 1024 /* TLB_USER */ : 0);
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
    pc = (pc + 16) & 1048560 /* RECORDS_MASK */; // the mask tells V8 that no sum with it overflows
    switch (records[pc + 0]) {
      case 0 /* END */:
        break;
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
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        s[records[pc + 1]!] = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
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
          s[readTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        s[records[pc + 1]!] = view.getUint16((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
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
          s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) {
          return pc;
        }
        s[records[pc + 1]!] = u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0]!;
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
          s[readTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        s[records[pc + 1]!] =
          (view.getUint16((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true) << 16) >> 16;
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
          s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) {
          return pc;
        }
        s[records[pc + 1]!] = (u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0]! << 24) >> 24;
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
          s[readTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        u16[records[pc + 1]!] = view.getUint16((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
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
          s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) {
          return pc;
        }
        u8[records[pc + 1]!] = u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0]!;
        continue;
      }
      case 19 /* LOAD32_UPDATE */: {
        updateHost = -1;
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0;
        s[8 /* TEMP */] = view.getInt32(updateHost, true);
        continue;
      }
      case 20 /* LOAD16_UPDATE */: {
        updateHost = -1;
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0;
        s[8 /* TEMP */] = view.getUint16(updateHost, true);
        continue;
      }
      case 21 /* LOAD8_UPDATE */: {
        updateHost = -1;
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        updateHost = (linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0;
        s[8 /* TEMP */] = u8[updateHost]!;
        continue;
      }
      case 22 /* BACK32 */: {
        if (updateHost < 0) return pc;
        view.setInt32(updateHost, s[8 /* TEMP */]!, true);
        continue;
      }
      case 23 /* BACK16 */: {
        if (updateHost < 0) return pc;
        view.setInt16(updateHost, u16[8 /* TEMP */ * 2]!, true);
        continue;
      }
      case 24 /* BACK8 */: {
        if (updateHost < 0) return pc;
        u8[updateHost] = u8[8 /* TEMP */ * 4]!;
        continue;
      }
      case 25 /* STORE32 */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, s[records[pc + 1]!]!, true);
        continue;
      }
      case 26 /* STORE16 */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 1) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        view.setInt16((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, u16[records[pc + 1]!]!, true);
        continue;
      }
      case 27 /* STORE8 */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0] = u8[records[pc + 1]!]!;
        continue;
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
      case 32 /* ADC32_RR */:
      case 33 /* ADC32_RI */:
      case 34 /* SBB32_RR */:
      case 35 /* SBB32_RI */: {
        n = records[pc + 0]!;
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          c = s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0;
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          c = s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0;
        } else if (op === (24 /* FLAGS_ADC */ | 3 /* SIZE_32 */)) {
          c = s[14 /* FLAG_RESULT */]! >>> 0 <= s[13 /* FLAG_A */]! >>> 0 ? 1 : 0;
        } else if (op === (28 /* FLAGS_SBB */ | 3 /* SIZE_32 */)) {
          c = s[14 /* FLAG_RESULT */]! >>> 0 >= s[13 /* FLAG_A */]! >>> 0 ? 1 : 0;
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) c = 0;
        else if (
          (op & INC_OR_DEC) === 16 /* FLAGS_INC */ || (op & ~3) === 32 /* FLAGS_RESULT */ || op === 0
        ) {
          c = s[11 /* EFLAGS */]! & 1 /* CF */;
        } else return pc;
        b = n === 32 /* ADC32_RR */ || n === 34 /* SBB32_RR */ ? s[records[pc + 2]!]! : records[pc + 3]!;
        at = records[pc + 1]!;
        a = s[at]!;
        if (n <= 33 /* ADC32_RI */) {
          result = (a + b + c) | 0;
          s[12 /* FLAG_OP */] = (c === 0 ? 4 /* FLAGS_ADD */ : 24 /* FLAGS_ADC */) | 3 /* SIZE_32 */;
        } else {
          result = (a - b - c) | 0;
          s[12 /* FLAG_OP */] = (c === 0 ? 8 /* FLAGS_SUB */ : 28 /* FLAGS_SBB */) | 3 /* SIZE_32 */;
        }
        s[at] = result;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
          (((a ^ (a << 1)) >>> 31) << 11);
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
          ((a >>> 31) << 11);
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
          (((a ^ (a << 1)) >>> 31) << 11);
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
          ((a >>> 31) << 11);
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
      case 85 /* ROL32_I */:
      case 86 /* ROR32_I */: {
        // CF and OF change, the others stay: turn what they follow from into FLAGS_RESULT, where EFLAGS has CF, OF and AF.
        op = s[12 /* FLAG_OP */]!;
        value = s[14 /* FLAG_RESULT */]!;
        a = s[13 /* FLAG_A */]!;
        switch (op & ~3) {
          case 4 /* FLAGS_ADD */:
            n = (a ^ (value - a) ^ value) & 16 /* AF */;
            break;
          case 8 /* FLAGS_SUB */:
            n = (a ^ (a - value) ^ value) & 16 /* AF */;
            break;
          case 16 /* FLAGS_INC */:
          case 20 /* FLAGS_DEC */:
            n = (a ^ 1 ^ value) & 16 /* AF */;
            break;
          case 12 /* FLAGS_LOGIC */:
            n = 0;
            break;
          case 32 /* FLAGS_RESULT */:
            n = s[11 /* EFLAGS */]! & 16 /* AF */;
            break;
          default:
            return pc;
        }
        count = records[pc + 3]!;
        at = records[pc + 1]!;
        a = s[at]!;
        if (records[pc + 0]! === 85 /* ROL32_I */) {
          result = (a << count) | (a >>> (32 - count));
          c = (result & 1) | (((a ^ (a << 1)) >>> 31) << 11);
        } else {
          result = (a >>> count) | (a << (32 - count));
          c = (result >>> 31) | (((a >>> 31) ^ (a & 1)) << 11);
        }
        s[at] = result;
        s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) | n | c;
        s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | (op & 3);
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
        s[14 /* FLAG_RESULT */] = result || 0x100; // PF and SF of the result, but ZF always clear
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
        s[14 /* FLAG_RESULT */] = result || 0x100; // PF and SF of the result, but ZF always clear
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
      case 99 /* SETCC */:
      case 100 /* CMOV32 */:
      case 136 /* JCC */: {
        n = records[pc + 3]!;
        op = s[12 /* FLAG_OP */]!;
        if (op === 0) {
          value = s[11 /* EFLAGS */]!;
          switch (n >> 1) {
            case 0:
              taken = (value & 2048 /* OF */) !== 0;
              break;
            case 1:
              taken = (value & 1 /* CF */) !== 0;
              break;
            case 2:
              taken = (value & 64 /* ZF */) !== 0;
              break;
            case 3:
              taken = (value & (1 /* CF */ | 64 /* ZF */)) !== 0;
              break;
            case 4:
              taken = (value & 128 /* SF */) !== 0;
              break;
            default:
              return pc;
          }
        } else {
          count = (0x101800 >>> ((op & 3) << 3)) & 31; // brings the operand's top bit to bit 31
          a = s[13 /* FLAG_A */]! << count;
          result = s[14 /* FLAG_RESULT */]! << count;
          op &= ~3;
          switch (n >> 1) {
            case 1:
            case 3:
              if (op === 4 /* FLAGS_ADD */) taken = result >>> 0 < a >>> 0;
              else if (op === 8 /* FLAGS_SUB */) taken = result >>> 0 > a >>> 0;
              else if (op === 12 /* FLAGS_LOGIC */) taken = false;
              else if (
                op === 32 /* FLAGS_RESULT */ || op === 16 /* FLAGS_INC */ || op === 20 /* FLAGS_DEC */
              ) {
                taken = (s[11 /* EFLAGS */]! & 1 /* CF */) !== 0;
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
              if (op === 8 /* FLAGS_SUB */) taken = a < ((a - result) | 0);
              else if (op === 12 /* FLAGS_LOGIC */) taken = result < 0;
              else return pc;
              if ((n >> 1) === 7 && result === 0) taken = true;
              break;
            default:
              return pc;
          }
        }
        if ((n & 1) !== 0) taken = !taken;
        n = records[pc + 0]!;
        if (n === 136 /* JCC */) break;
        if (n === 99 /* SETCC */) u8[records[pc + 1]!] = taken ? 1 : 0;
        else if (taken) s[records[pc + 1]!] = s[records[pc + 2]!]!;
        continue;
      }
      case 101 /* PUSH32 */: {
        value = s[records[pc + 1]!]!;
        offset = (s[4 /* ESP */]! - 4) | 0;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, value, true);
        s[4 /* ESP */] = offset;
        continue;
      }
      case 102 /* PUSH32_I */: {
        value = records[pc + 3]!;
        offset = (s[4 /* ESP */]! - 4) | 0;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, value, true);
        s[4 /* ESP */] = offset;
        continue;
      }
      case 103 /* POP32 */: {
        offset = s[4 /* ESP */]!;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + SS]! >>> 0
        ) {
          return pc;
        }
        value = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        s[4 /* ESP */] = offset + 4;
        s[records[pc + 1]!] = value; // after ESP has moved: POP ESP
        continue;
      }
      case 104 /* LEAVE32 */: {
        offset = s[5 /* EBP */]!;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + SS]! >>> 0
        ) {
          return pc;
        }
        s[5 /* EBP */] = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        s[4 /* ESP */] = offset + 4;
        continue;
      }
      case 105 /* LOAD32_BASE */: {
        offset = (s[records[pc + 4]!]! + records[pc + 7]!) | 0;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        s[records[pc + 1]!] = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        continue;
      }
      case 106 /* LOAD8_ZERO_BASE */: {
        offset = (s[records[pc + 4]!]! + records[pc + 7]!) | 0;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) {
          return pc;
        }
        s[records[pc + 1]!] = u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0]!;
        continue;
      }
      case 107 /* STORE32_BASE */: {
        offset = (s[records[pc + 4]!]! + records[pc + 7]!) | 0;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, s[records[pc + 1]!]!, true);
        continue;
      }
      case 108 /* STORE8_BASE */: {
        offset = (s[records[pc + 4]!]! + records[pc + 7]!) | 0;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0] = u8[records[pc + 1]!]!;
        continue;
      }
      case 109 /* STORE32_I */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, records[pc + 3]!, true);
        continue;
      }
      case 110 /* STORE8_I */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== (linear & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + segment]! >>> 0
        ) return pc;
        u8[(linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0] = records[pc + 3]!;
        continue;
      }
      case 111 /* ADD32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = (a + b) | 0;
        s[at] = result;
        s[12 /* FLAG_OP */] = 4 /* FLAGS_ADD */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 112 /* OR32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = a | b;
        s[at] = result;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 113 /* AND32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = a & b;
        s[at] = result;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 114 /* SUB32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = (a - b) | 0;
        s[at] = result;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 115 /* XOR32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = a ^ b;
        s[at] = result;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 116 /* IMUL32_RM */: {
        offset = (s[records[pc + 4]!]! + (s[records[pc + 5]!]! << records[pc + 6]!) +
          records[pc + 7]!) &
          records[pc + 9]!;
        segment = records[pc + 8]!;
        linear = (s[24 /* BASE */ + segment]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) ||
          offset >>> 0 >= s[48 /* READ_SPAN */ + segment]! >>> 0
        ) return pc;
        b = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        at = records[pc + 1]!;
        a = s[at]!;
        result = Math.imul(a, b);
        s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~(1 /* CF */ | 2048 /* OF */ | 16 /* AF */)) |
          (a * b === result ? 0 : 1 /* CF */ | 2048 /* OF */);
        s[at] = result;
        s[12 /* FLAG_OP */] = 32 /* FLAGS_RESULT */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        continue;
      }
      case 117 /* ADD32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = (s[at]! + s[records[pc + 2]!]!) | 0;
        continue;
      case 118 /* ADD32_RI_QUIET */:
        at = records[pc + 1]!;
        s[at] = (s[at]! + records[pc + 3]!) | 0;
        continue;
      case 119 /* OR32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! | s[records[pc + 2]!]!;
        continue;
      case 120 /* OR32_RI_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! | records[pc + 3]!;
        continue;
      case 121 /* AND32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! & s[records[pc + 2]!]!;
        continue;
      case 122 /* AND32_RI_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! & records[pc + 3]!;
        continue;
      case 123 /* SUB32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = (s[at]! - s[records[pc + 2]!]!) | 0;
        continue;
      case 124 /* XOR32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! ^ s[records[pc + 2]!]!;
        continue;
      case 125 /* XOR32_RI_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! ^ records[pc + 3]!;
        continue;
      case 126 /* SHL32_I_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! << records[pc + 3]!;
        continue;
      case 127 /* SHR32_I_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! >>> records[pc + 3]!;
        continue;
      case 128 /* SAR32_I_QUIET */:
        at = records[pc + 1]!;
        s[at] = s[at]! >> records[pc + 3]!;
        continue;
      case 129 /* IMUL32_RR_QUIET */:
        at = records[pc + 1]!;
        s[at] = Math.imul(s[at]!, s[records[pc + 2]!]!);
        continue;
      case 130 /* IMUL32_RRI_QUIET */:
        at = records[pc + 1]!;
        s[at] = Math.imul(s[records[pc + 2]!]!, records[pc + 3]!);
        continue;
      case 131 /* JMP */:
        taken = true;
        break;
      case 133 /* CALL */: {
        value = records[pc + 11]!;
        offset = (s[4 /* ESP */]! - 4) | 0;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, value, true);
        s[4 /* ESP */] = offset;
        taken = true;
        break;
      }
      case 132 /* JMP_SLOT */: {
        target = s[records[pc + 1]!]!;
        if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) return pc;
        indirect = true;
        break;
      }
      case 134 /* CALL_SLOT */: {
        target = s[records[pc + 1]!]!;
        if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) return pc;
        value = records[pc + 11]!;
        offset = (s[4 /* ESP */]! - 4) | 0;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[writeTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[56 /* WRITE_SPAN */ + SS]! >>> 0
        ) return pc;
        view.setInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, value, true);
        s[4 /* ESP */] = offset;
        indirect = true;
        break;
      }
      case 135 /* RET */: {
        offset = s[4 /* ESP */]!;
        linear = (s[24 /* BASE */ + SS]! + offset) | 0;
        entry = (linear >>> 12) & 1023 /* TLB_INDEX */;
        if (
          s[readTags + entry] !== ((linear + 3) & PAGE) || offset >>> 0 >= s[48 /* READ_SPAN */ + SS]! >>> 0
        ) {
          return pc;
        }
        target = view.getInt32((linear + s[19456 /* TLB_ADDEND */ + entry]!) | 0, true);
        if (target >>> 0 > s[32 /* LIMIT */ + CS]! >>> 0) return pc;
        s[4 /* ESP */] = offset + 4 + records[pc + 3]!;
        indirect = true;
        break;
      }
      case 137 /* CMP32_RR_JB */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 < b >>> 0;
        break;
      }
      case 138 /* CMP32_RR_JAE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 >= b >>> 0;
        break;
      }
      case 139 /* CMP32_RR_JE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a === b;
        break;
      }
      case 140 /* CMP32_RR_JNE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a !== b;
        break;
      }
      case 141 /* CMP32_RR_JBE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 <= b >>> 0;
        break;
      }
      case 142 /* CMP32_RR_JA */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 > b >>> 0;
        break;
      }
      case 143 /* CMP32_RR_JS */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        result = (a - b) | 0;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = result < 0;
        break;
      }
      case 144 /* CMP32_RR_JNS */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        result = (a - b) | 0;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = result >= 0;
        break;
      }
      case 145 /* CMP32_RR_JL */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a < b;
        break;
      }
      case 146 /* CMP32_RR_JGE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >= b;
        break;
      }
      case 147 /* CMP32_RR_JLE */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a <= b;
        break;
      }
      case 148 /* CMP32_RR_JG */: {
        a = s[records[pc + 1]!]!;
        b = s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a > b;
        break;
      }
      case 149 /* CMP32_RI_JB */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 < b >>> 0;
        break;
      }
      case 150 /* CMP32_RI_JAE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 >= b >>> 0;
        break;
      }
      case 151 /* CMP32_RI_JE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a === b;
        break;
      }
      case 152 /* CMP32_RI_JNE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a !== b;
        break;
      }
      case 153 /* CMP32_RI_JBE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 <= b >>> 0;
        break;
      }
      case 154 /* CMP32_RI_JA */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >>> 0 > b >>> 0;
        break;
      }
      case 155 /* CMP32_RI_JS */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        result = (a - b) | 0;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = result < 0;
        break;
      }
      case 156 /* CMP32_RI_JNS */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        result = (a - b) | 0;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = result >= 0;
        break;
      }
      case 157 /* CMP32_RI_JL */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a < b;
        break;
      }
      case 158 /* CMP32_RI_JGE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a >= b;
        break;
      }
      case 159 /* CMP32_RI_JLE */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a <= b;
        break;
      }
      case 160 /* CMP32_RI_JG */: {
        a = s[records[pc + 1]!]!;
        b = records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 3 /* SIZE_32 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = a - b;
        taken = a > b;
        break;
      }
      case 161 /* TEST32_RR_JE */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result === 0;
        break;
      }
      case 162 /* TEST32_RR_JNE */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result !== 0;
        break;
      }
      case 163 /* TEST32_RR_JS */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result < 0;
        break;
      }
      case 164 /* TEST32_RR_JNS */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result >= 0;
        break;
      }
      case 165 /* TEST32_RR_JLE */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result <= 0;
        break;
      }
      case 166 /* TEST32_RR_JG */: {
        result = s[records[pc + 1]!]! & s[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result > 0;
        break;
      }
      case 167 /* TEST32_RI_JE */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result === 0;
        break;
      }
      case 168 /* TEST32_RI_JNE */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result !== 0;
        break;
      }
      case 169 /* TEST32_RI_JS */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result < 0;
        break;
      }
      case 170 /* TEST32_RI_JNS */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result >= 0;
        break;
      }
      case 171 /* TEST32_RI_JLE */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result <= 0;
        break;
      }
      case 172 /* TEST32_RI_JG */: {
        result = s[records[pc + 1]!]! & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 3 /* SIZE_32 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = result > 0;
        break;
      }
      case 173 /* DEC32_JNE */: {
        op = s[12 /* FLAG_OP */]!;
        if (op === (4 /* FLAGS_ADD */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 < s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if (op === (8 /* FLAGS_SUB */ | 3 /* SIZE_32 */)) {
          s[11 /* EFLAGS */] = (s[11 /* EFLAGS */]! & ~1 /* CF */) |
            (s[14 /* FLAG_RESULT */]! >>> 0 > s[13 /* FLAG_A */]! >>> 0 ? 1 : 0);
        } else if ((op & ~3) === 12 /* FLAGS_LOGIC */) s[11 /* EFLAGS */] = s[11 /* EFLAGS */]! & ~1 /* CF */;
        else if (
          (op & INC_OR_DEC) !== 16 /* FLAGS_INC */ && (op & ~3) !== 32 /* FLAGS_RESULT */ && op !== 0
        ) return pc;
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
      case 174 /* CMP8_RR_JE */: {
        a = u8[records[pc + 1]!]!;
        result = a - u8[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) === 0;
        break;
      }
      case 175 /* CMP8_RR_JNE */: {
        a = u8[records[pc + 1]!]!;
        result = a - u8[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) !== 0;
        break;
      }
      case 176 /* CMP8_RI_JE */: {
        a = u8[records[pc + 1]!]!;
        result = a - records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) === 0;
        break;
      }
      case 177 /* CMP8_RI_JNE */: {
        a = u8[records[pc + 1]!]!;
        result = a - records[pc + 3]!;
        s[12 /* FLAG_OP */] = 8 /* FLAGS_SUB */ | 1 /* SIZE_8 */;
        s[13 /* FLAG_A */] = a;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) !== 0;
        break;
      }
      case 178 /* TEST8_RR_JE */: {
        a = u8[records[pc + 1]!]!;
        result = a & u8[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) === 0;
        break;
      }
      case 179 /* TEST8_RR_JNE */: {
        a = u8[records[pc + 1]!]!;
        result = a & u8[records[pc + 2]!]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) !== 0;
        break;
      }
      case 180 /* TEST8_RI_JE */: {
        a = u8[records[pc + 1]!]!;
        result = a & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) === 0;
        break;
      }
      case 181 /* TEST8_RI_JNE */: {
        a = u8[records[pc + 1]!]!;
        result = a & records[pc + 3]!;
        s[12 /* FLAG_OP */] = 12 /* FLAGS_LOGIC */ | 1 /* SIZE_8 */;
        s[14 /* FLAG_RESULT */] = result;
        taken = (result & 0xff) !== 0;
        break;
      }

      default:
        return pc;
    }
    // The block has come to its end: on to the next one.
    if (indirect) {
      at = ((target ^ (target >>> 12)) & 4095 /* JUMP_INDEX */) << 2;
      if (
        jumps[at] !== target || jumps[at + 1] !== s[96 /* MODE_KEY */] ||
        jumps[at + 2] !== s[100 /* EPOCH */] || !jumping
      ) {
        s[10 /* EIP */] = target;
        return pc + 1 /* EXIT_FIND */;
      }
      block = jumps[at + 3]!;
    } else {
      at = pc + (taken ? 4 : 6);
      if (records[at + 1] !== s[100 /* EPOCH */]) {
        s[10 /* EIP */] = taken ? records[pc + 8]! : records[pc + 11]!;
        return at;
      }
      block = records[at]!;
    }
    n = s[97 /* BUDGET */]!;
    if (n < records[block + 0]!) {
      s[10 /* EIP */] = records[block + 10]!;
      return pc + 2 /* EXIT_BUDGET */;
    }
    s[97 /* BUDGET */] = n - records[block + 0]!;
    s[99 /* RETIRED */] = s[99 /* RETIRED */]! + records[block + 1]!;
    pc = block;
  }
}
