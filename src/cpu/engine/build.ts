/**
 * Makes a block: decodes a straight line of instructions and lowers each to micro-operations.
 *
 * @module
 */

import { decode, type Instruction } from "../../isa/mod.ts";
import type { Cpu } from "../cpu.ts";
import { Fault, GP, UD } from "../fault.ts";
import { MODE_CODE_32, MODE_INTERCEPT } from "../mode.ts";
import { HANDLERS } from "../semantics/mod.ts";
import { REFUSALS } from "../semantics/refusals.ts";
import { BASE, EIP, EPOCH, LIMIT, MODE_KEY } from "../state.ts";
import type { CodeCache } from "./code_cache.ts";
import { instructionCycles } from "./cost.ts";
import { fuse, lower, type Lowering } from "./lower.ts";
import { quieten } from "./quiet.ts";
import { CHECK_SENSITIVE, END, GENERIC, OFFER } from "./micro_operation.ts";
import {
  R_BLOCK_COUNT,
  R_BLOCK_CYCLES,
  R_EIP,
  R_INSTRUCTION,
  R_NEXT_EIP,
  R_NEXT_EPOCH,
  R_OP,
  R_UNRETIRED,
  R_UNSPENT,
  RECORD,
} from "./record.ts";

/** Most instructions in a block. With at most four records each, plus the last, a block fits into 256 records. */
const MAX_INSTRUCTIONS = 60;
/** Longest instruction (SDM volume 2, 2.3.11). */
const MAX_BYTES = 15;

/** Where a block's bytes come from. */
export interface BlockSource {
  /** Byte offset of the first one in the machine's memory, or -1 when a device answers for them. */
  readonly host: number;
  /** Bytes up to the end of the page. */
  readonly room: number;
  /** Byte `i` from the start of the block, on whichever page it lies. @throws {Fault} #PF */
  byte(i: number): number;
  /** Host offset of the page behind this one. @throws {Fault} #PF */
  secondFrame(): number;
}

/** What {@linkcode buildBlock} made. */
export interface BuiltBlock {
  readonly records: number;
  readonly bytes: number;
}

/** Families of operations after which a straight line ends. */
const ENDING = new Set([
  "branch",
  "far-transfer",
  "interrupt",
  "system-register",
  "vmx",
]);
const ENDING_OPERATIONS = new Set(["hlt", "rsm", "mov-to-control", "lmsw", "jcc", "ud"]);

/**
 * Decodes from the present EIP and writes the records of one block from word `at` on.
 *
 * @param single stop after one instruction
 * @throws {Fault} #PF or #GP when not even the first instruction can be fetched
 */
export function buildBlock(
  cpu: Cpu,
  cache: CodeCache,
  at: number,
  source: BlockSource,
  single: boolean,
): BuiltBlock {
  const s = cpu.s;
  const records = cache.records;
  const mode = s[MODE_KEY]!;
  const bits = (mode & MODE_CODE_32) !== 0 ? 32 : 16;
  const start = s[EIP]! >>> 0;
  const limit = s[LIMIT + 1]! >>> 0;
  const staleEpoch = (s[EPOCH]! - 1) | 0;
  const most = single ? 1 : MAX_INSTRUCTIONS;
  // The header record: its R_BLOCK_ fields hold the block's totals.
  let word = at + RECORD;
  records.fill(0, at, word);
  records[at + R_EIP] = s[EIP]!;
  const starts: number[] = [];
  const costs: number[] = [];
  let bytes = 0;
  while (starts.length < most) {
    const eip = (start + bytes) >>> 0;
    if (starts.length > 0 && cache.breakpoints.has(linearOf(cpu, eip))) break;
    const inSegment = eip <= limit ? limit - eip + 1 : 0;
    const instruction = fetch(cpu, source, bytes, bits, inSegment, starts.length === 0);
    if (instruction === null) break;
    const nextEip = bits === 32 ? (eip + instruction.length) | 0 : (eip + instruction.length) & 0xffff;
    const first = word;
    if ((mode & MODE_INTERCEPT) !== 0 && cpu.intercept!.wants(instruction)) {
      word = generic(cpu, cache, word, OFFER, instruction);
    }
    if (cpu.virtualizable && instruction.form.sensitive.length > 0) {
      records.fill(0, word, word + RECORD);
      records[word + R_OP] = CHECK_SENSITIVE;
      word += RECORD;
    }
    const l: Lowering = { records, mode, limit, nextEip, staleEpoch };
    const fused = first === word && starts.length > 0 && !cache.generic &&
      fuse(l, word - RECORD, instruction);
    if (!fused) {
      const lowered = cache.generic ? word : lower(l, word, instruction);
      word = lowered > word ? lowered : generic(cpu, cache, word, GENERIC, instruction);
    }
    const from = fused ? word - RECORD : first;
    for (let r = from; r < word; r += RECORD) {
      if (!fused) records[r + R_EIP] = eip;
      records[r + R_NEXT_EIP] = nextEip;
    }
    starts.push(first);
    costs.push(instructionCycles(cpu.costs, instruction));
    bytes += instruction.length;
    if (ENDING.has(instruction.form.family) || ENDING_OPERATIONS.has(instruction.form.operation)) break;
    if (bytes >= source.room || nextEip !== ((eip + instruction.length) | 0)) break;
  }
  quieten(records, at + RECORD, word - RECORD);
  // A last record that goes on with the next block, for blocks that do not end in a branch.
  records.fill(0, word, word + RECORD);
  records[word + R_OP] = END;
  records[word + R_NEXT_EPOCH] = staleEpoch;
  records[word + R_EIP] = records[word + R_NEXT_EIP] = bits === 32
    ? (start + bytes) | 0
    : (start + bytes) & 0xffff;
  word += RECORD;

  let unspent = 0;
  let r = word - RECORD;
  for (let n = starts.length - 1; n >= 0; n--) {
    for (; r >= starts[n]!; r -= RECORD) {
      records[r + R_UNSPENT] = unspent;
      records[r + R_UNRETIRED] = starts.length - 1 - n;
    }
    unspent += costs[n]!;
  }
  records[word - RECORD + R_UNSPENT] = 0;
  records[word - RECORD + R_UNRETIRED] = 0;
  records[at + R_BLOCK_CYCLES] = unspent;
  records[at + R_BLOCK_COUNT] = starts.length;
  return { records: (word - at) / RECORD, bytes };
}

function linearOf(cpu: Cpu, eip: number): number {
  return (cpu.s[BASE + 1]! + eip) >>> 0;
}

const scratch = new Uint8Array(MAX_BYTES + 1);

/** Decodes the instruction `at` bytes into the block; null when it cannot be fetched and is not the first one. */
function fetch(
  cpu: Cpu,
  source: BlockSource,
  at: number,
  bits: 16 | 32,
  inSegment: number,
  first: boolean,
): Instruction | null {
  const room = Math.min(source.room - at, inSegment);
  if (source.host >= 0 && room > 0) {
    const offset = source.host + at;
    const instruction = decode(cpu.u8, offset, bits, offset + room);
    if (instruction !== null) return instruction;
  }
  if (!first) return null; // let it begin a block of its own, where its fault can be delivered
  // The instruction crosses its page or its segment's limit, or lies in a device: byte by byte, as far as needed.
  for (let length = 0; length <= MAX_BYTES; length++) {
    if (length > 0) {
      const instruction = decode(scratch, 0, bits, length);
      if (instruction !== null) return instruction;
    }
    if (length >= inSegment) throw new Fault(GP, 0);
    scratch[length] = source.byte(at + length);
  }
  throw new Fault(GP, 0); // longer than 15 bytes
}

function generic(cpu: Cpu, cache: CodeCache, word: number, op: number, instruction: Instruction): number {
  const records = cache.records;
  records.fill(0, word, word + RECORD);
  records[word + R_OP] = op;
  records[word + R_INSTRUCTION] = cache.instructions.length;
  cache.instructions.push(instruction);
  cache.refusals.push(REFUSALS[instruction.form.operation] ?? null);
  cache.handlers.push(
    HANDLERS[instruction.form.operation] ?? (() => {
      if (cpu.extension?.execute(cpu, instruction)) return;
      throw new Fault(UD);
    }),
  );
  return word + RECORD;
}
