import type { Cpu } from "../cpu.ts";
import { Fault, GP } from "../fault.ts";
import { BUDGET, CPL, CURRENT, EIP, LEAVE, NEXT_EIP, RETIRED } from "../state.ts";
import { CHECK_SENSITIVE, END, GENERIC, OFFER } from "./micro_operation.ts";
import {
  R_BLOCK_COUNT,
  R_BLOCK_CYCLES,
  R_EIP,
  R_INSTRUCTION,
  R_NEXT_EIP,
  R_OP,
  R_UNRETIRED,
  R_UNSPENT,
  RECORD,
} from "./record.ts";

/** Executes decoded code until the budget is used up or something makes the engine leave. */
export function execute(cpu: Cpu): void {
  const s = cpu.s;
  const cache = cpu.code;
  const records = cache.records;
  let pc = -1;
  try {
    for (;;) {
      pc = -1;
      const block = cache.find();
      s[LEAVE] = 0;
      s[BUDGET] = s[BUDGET]! - records[block + R_BLOCK_CYCLES]!;
      s[RETIRED] = s[RETIRED]! + records[block + R_BLOCK_COUNT]!;
      pc = block;
      run: for (;;) {
        pc += RECORD;
        switch (records[pc + R_OP]) {
          case END:
            s[EIP] = records[pc + R_NEXT_EIP]!;
            break run;
          case GENERIC: {
            s[EIP] = records[pc + R_EIP]!;
            s[NEXT_EIP] = records[pc + R_NEXT_EIP]!;
            s[CURRENT] = pc;
            const n = records[pc + R_INSTRUCTION]!;
            cache.handlers[n]!(cpu, cache.instructions[n]!);
            s[EIP] = s[NEXT_EIP]!;
            s[CURRENT] = -1;
            if (s[LEAVE] !== 0 || s[EIP] !== records[pc + R_NEXT_EIP]) {
              s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
              s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]!;
              break run;
            }
            break;
          }
          case OFFER: {
            s[EIP] = records[pc + R_EIP]!;
            s[NEXT_EIP] = records[pc + R_NEXT_EIP]!;
            s[CURRENT] = pc;
            const taken = cpu.intercept!.instruction(cpu, cache.instructions[records[pc + R_INSTRUCTION]!]!);
            s[CURRENT] = -1;
            if (taken) {
              s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
              s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]! - 1;
              return;
            }
            break;
          }
          case CHECK_SENSITIVE:
            if (s[CPL] !== 0) throw new Fault(GP, 0);
            break;
        }
      }
      if (s[LEAVE] !== 0 || s[BUDGET]! <= 0 || cache.single) return;
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (pc >= 0) {
      s[EIP] = records[pc + R_EIP]!;
      s[BUDGET] = s[BUDGET]! + records[pc + R_UNSPENT]!;
      s[RETIRED] = s[RETIRED]! - records[pc + R_UNRETIRED]! - 1;
    }
    s[CURRENT] = -1;
    cpu.pendingFault = error;
  }
}
