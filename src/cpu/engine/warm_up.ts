/**
 * A tour through the whole engine before its first use. V8 compiles a function for what it has seen it do; a micro-operation
 * that turns up later throws the compiled engine away, and compiling it again takes a second. After the tour, V8 has seen
 * every micro-operation with every kind of lazy flags before it.
 *
 * @module
 */

import { type CostProfile, Ledger } from "../../cycles/mod.ts";
import type { Cpu, CpuOptions } from "../cpu.ts";
import {
  BASE,
  BUDGET,
  BUDGET_START,
  EAX,
  EBP,
  EBX,
  EDX,
  EIP,
  EPOCH,
  ESP,
  LEDGER_OFFSET,
  LIMIT,
  MODE_KEY,
  READ_SPAN,
  STATE_BYTES,
  WRITE_SPAN,
} from "../state.ts";
import { execute } from "./execute.ts";
import * as M from "./micro_operation.ts";
import {
  JUMP_INDEX,
  R_A,
  R_B,
  R_BASE,
  R_BLOCK_CYCLES,
  R_DISP,
  R_IMM,
  R_INDEX,
  R_MASK,
  R_NEXT,
  R_NEXT_EIP,
  R_NEXT_EPOCH,
  R_OP,
  R_SEGMENT,
  R_TAKEN,
  R_TAKEN_EPOCH,
  R_TARGET,
  RECORD,
} from "./record.ts";

const RAM_BYTES = 65536;
const SS = 2, DS = 3;
/** Rounds: the first leaves no trace, since V8 takes notes only after a while. */
const ROUNDS = 3;

/** Values whose sums and differences overflow, and that are large without a sign: V8 is to see that all of it occurs. */
const VALUES = [
  { first: 0x7fffffff, second: 0x7fffffff, immediate: 0x7ffffff0 },
  { first: 0x80000001 | 0, second: -16, immediate: -3 },
  { first: 0x7fffffff, second: -16, immediate: -3 },
] as const;
type Values = typeof VALUES[number];
const SHIFT_COUNT = 5;
const SEGMENT_BASE = 0x7ffff000, STACK = 0x80000000 | 0, DISPLACEMENT = 0x7ffff102;

/** Micro-operations that leave each kind of lazy flags behind. */
const FLAG_SETTERS = [
  M.ADD32_RR,
  M.SUB32_RR,
  M.AND32_RR,
  M.SHL32_I,
  M.INC32,
  M.DEC32,
  M.ADD16_RI,
  M.SUB8_RI,
  M.TEST8_RR,
  M.ROL32_I,
];
/** Micro-operations that work lazy flags out. */
const FLAG_READERS = [
  M.ADC32_RR,
  M.ADC32_RI,
  M.SBB32_RR,
  M.SBB32_RI,
  M.INC32,
  M.DEC32,
  M.INC16,
  M.DEC16,
  M.INC8,
  M.DEC8,
  M.ROL32_I,
  M.ROR32_I,
];

/** Makes the tour on a processor of its own. */
export function warmUp(profile: CostProfile, make: (options: CpuOptions) => Cpu): void {
  const memory = new WebAssembly.Memory({ initial: (STATE_BYTES + RAM_BYTES) / 65536 });
  const cpu = make({
    memory,
    profile,
    ledger: new Ledger(memory.buffer, LEDGER_OFFSET),
    bus: {
      frame: (page) => STATE_BYTES + ((page << 12) & (RAM_BYTES - 1)), // RAM everywhere, over and over
      writable: () => true,
      physicalRead: () => 0xff,
      physicalWrite: () => {},
      portRead: () => 0xff,
      portWrite: () => {},
      acknowledgeInterrupt: () => 0xff,
    },
  });
  const { s } = cpu;
  s[LIMIT + 1] = -1;
  for (const segment of [SS, DS]) {
    s[BASE + segment] = SEGMENT_BASE;
    s[READ_SPAN + segment] = s[WRITE_SPAN + segment] = -4;
  }
  const tour = new Tour(cpu);
  for (const values of VALUES) {
    straight(tour, values);
    flags(tour, values);
    branches(tour, values);
  }
  tour.close();
  s[EIP] = 0;
  s[BUDGET] = s[BUDGET_START] = ROUNDS;
  execute(cpu);
  if (cpu.pendingFault !== null || s[BUDGET] !== 0) throw new Error("the engine's tour went astray");
}

/** Everything that has no way of its own: on registers, on memory, on the stack. */
function straight(tour: Tour, values: Values): void {
  tour.add(M.MOV32_RI, ESP, 0, STACK);
  for (let op = M.NOTHING; op < M.JMP; op++) {
    if (op === M.SETCC || op === M.CMOV32) continue;
    if (op === M.LEAVE32) tour.add(M.MOV32_RI, EBP, 0, STACK);
    tour.work(op, values);
  }
  for (const load of [M.LOAD32_UPDATE, M.LOAD16_UPDATE, M.LOAD8_UPDATE]) {
    tour.work(load, values);
    tour.add(load - M.LOAD32_UPDATE + M.BACK32);
  }
}

/** Each reader of lazy flags behind each writer. */
function flags(tour: Tour, values: Values): void {
  for (const setter of FLAG_SETTERS) {
    for (let condition = 0; condition < 16; condition++) {
      for (const op of [M.SETCC, M.CMOV32]) {
        tour.work(setter, values);
        tour.add(op, EAX, EDX, condition);
      }
    }
    for (const reader of FLAG_READERS) {
      tour.add(M.MOV32_RI, EAX, 0, values.first);
      tour.work(setter, values);
      tour.add(reader, EAX, EDX, SHIFT_COUNT);
    }
    tour.work(setter, values);
    tour.branch(M.DEC32_JNE, EBX);
    for (const condition of [2, 4, 9, 12]) {
      tour.work(setter, values);
      tour.branch(M.JCC, 0, 0, condition);
    }
  }
}

function branches(tour: Tour, values: Values): void {
  for (let op = M.CMP32_RR_JB; op < M.MICRO_OPERATIONS; op++) {
    tour.registers(values);
    tour.branch(op, EBX, EDX, values.immediate);
  }
  tour.branch(M.JMP);
  tour.branch(M.CALL);
  tour.add(M.PUSH32_I, 0, 0, tour.nextTarget);
  tour.indirect(M.RET);
  for (const op of [M.JMP_SLOT, M.CALL_SLOT]) {
    tour.add(M.MOV32_RI, EAX, 0, tour.nextTarget);
    tour.indirect(op, EAX);
  }
}

/** Blocks of records, one behind the other, linked into a ring. */
class Tour {
  /** The EIP that the next {@linkcode Tour.indirect} has to go to. */
  nextTarget = 0x80000004 | 0;
  readonly #cpu: Cpu;
  readonly #records: Int32Array;
  #word = RECORD;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    this.#records = cpu.code.records;
    this.#enterJump(0, 0);
  }

  /** A micro-operation without a branch. */
  add(op: number, a = 0, b = 0, immediate = 0): void {
    const at = this.#emit(op, a, b, immediate);
    const records = this.#records;
    records[at + R_BASE] = EBX;
    records[at + R_INDEX] = EDX;
    records[at + R_DISP] = DISPLACEMENT;
    records[at + R_SEGMENT] = DS;
    records[at + R_MASK] = -1;
  }

  /** Sets the registers that the tour works with. */
  registers(values: Values): void {
    this.add(M.MOV32_RI, EBX, 0, values.first);
    this.add(M.MOV32_RI, EDX, 0, values.second);
  }

  /** A micro-operation on them. */
  work(op: number, values: Values): void {
    this.registers(values);
    const byte = M.ADD8_RR <= op && op <= M.TEST8_RI;
    const shift = M.SHL32_I <= op && op <= M.ROR32_I;
    this.add(
      op,
      byte ? EBX * 4 : EBX,
      byte ? EDX * 4 : EDX,
      shift ? SHIFT_COUNT : values.immediate,
    );
  }

  /** One that goes to the next block whatever it decides. */
  branch(op: number, a = 0, b = 0, immediate = 0): void {
    const at = this.#emit(op, a, b, immediate);
    this.#link(at, this.#word);
    this.#begin();
  }

  /** One that finds the next block through the jump cache. */
  indirect(op: number, a = 0): void {
    this.#emit(op, a, 0, 0);
    this.#enterJump(this.nextTarget, this.#word);
    this.nextTarget += 4;
    this.#begin();
  }

  /** Ends the last block; a round costs one cycle. */
  close(): void {
    const at = this.#emit(M.END, 0, 0, 0);
    this.#link(at, 0);
    this.#records[R_BLOCK_CYCLES] = 1;
  }

  #begin(): void {
    this.#records.fill(0, this.#word, this.#word + RECORD);
    this.#word += RECORD;
  }

  #emit(op: number, a: number, b: number, immediate: number): number {
    const records = this.#records;
    const at = this.#word;
    records.fill(0, at, at + RECORD);
    records[at + R_OP] = op;
    records[at + R_A] = a;
    records[at + R_B] = b;
    records[at + R_IMM] = immediate;
    this.#word += RECORD;
    return at;
  }

  #link(at: number, block: number): void {
    const records = this.#records;
    records[at + R_TAKEN] = records[at + R_NEXT] = block;
    records[at + R_TAKEN_EPOCH] = records[at + R_NEXT_EPOCH] = this.#cpu.s[EPOCH]!;
    this.#enterJump(this.nextTarget, block);
    records[at + R_TARGET] = records[at + R_NEXT_EIP] = this.nextTarget;
    this.nextTarget += 4;
  }

  #enterJump(eip: number, block: number): void {
    const { s, code } = this.#cpu;
    const at = (eip & JUMP_INDEX) << 2;
    code.jumps[at] = eip;
    code.jumps[at + 1] = s[MODE_KEY]!;
    code.jumps[at + 2] = s[EPOCH]!;
    code.jumps[at + 3] = block;
  }
}
