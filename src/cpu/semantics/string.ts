/**
 * String instructions: MOVS, CMPS, STOS, LODS, SCAS. The destination lies in ES always, the source in DS or in the segment
 * of an override.
 *
 * @module
 */

import { DS, ES, type Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { FLAGS_SUB, zero } from "../flags.ts";
import { readMemory, readRegister, writeMemory, writeRegister } from "../operands.ts";
import {
  BASE,
  BUDGET,
  DF,
  EAX,
  EDI,
  EFLAGS,
  ESI,
  READ_SPAN,
  TLB_ADDEND,
  TLB_INDEX,
  TLB_READ,
  TLB_USER,
  TLB_WRITE,
  WRITE_SPAN,
} from "../state.ts";
import { noteFlags } from "./arithmetic_flags.ts";
import {
  advanceIndex,
  type Block,
  type Element,
  elementSize,
  readIndex,
  type RepeatOptions,
  repeatString,
} from "./string_loop.ts";

/** Bytes of a cache line. */
const LINE = 64;

function sourceSegment(instruction: Instruction): number {
  return instruction.segment >= 0 ? instruction.segment : DS;
}

const readSource = (cpu: Cpu, instruction: Instruction): number =>
  readMemory(
    cpu,
    sourceSegment(instruction),
    readIndex(cpu, instruction, ESI),
    elementSize(instruction),
  );

const readDestination = (cpu: Cpu, instruction: Instruction): number =>
  readMemory(cpu, ES, readIndex(cpu, instruction, EDI), elementSize(instruction));

const writeDestination = (cpu: Cpu, instruction: Instruction, value: number): void =>
  writeMemory(cpu, ES, readIndex(cpu, instruction, EDI), elementSize(instruction), value);

const moveElement: Element = (cpu, instruction) => {
  writeDestination(cpu, instruction, readSource(cpu, instruction));
  advanceIndex(cpu, instruction, ESI);
  advanceIndex(cpu, instruction, EDI);
};

const storeElement: Element = (cpu, instruction) => {
  writeDestination(cpu, instruction, cpu.s[EAX]!);
  advanceIndex(cpu, instruction, EDI);
};

const loadElement: Element = (cpu, instruction) => {
  writeRegister(cpu, EAX, elementSize(instruction), readSource(cpu, instruction));
  advanceIndex(cpu, instruction, ESI);
};

/** Flags of source - destination. Where both would fault, the destination does. */
const compareElement: Element = (cpu, instruction) => {
  const b = readDestination(cpu, instruction), a = readSource(cpu, instruction);
  advanceIndex(cpu, instruction, ESI);
  advanceIndex(cpu, instruction, EDI);
  noteFlags(cpu.s, FLAGS_SUB, elementSize(instruction), a, (a - b) | 0);
};

/** Flags of accumulator - destination. */
const scanElement: Element = (cpu, instruction) => {
  const size = elementSize(instruction);
  const a = readRegister(cpu, EAX, size), b = readDestination(cpu, instruction);
  advanceIndex(cpu, instruction, EDI);
  noteFlags(cpu.s, FLAGS_SUB, size, a, (a - b) | 0);
};

// --- Blocks: as many elements as lie on one page, moved or filled at once ------------------------------------------------

/** Byte offset in the machine's memory of a page's byte, where the TLB says that an access needs no further thought; else -1. */
function hostOffset(cpu: Cpu, tags: number, linear: number): number {
  const s = cpu.s;
  const index = (linear >>> 12) & TLB_INDEX;
  if (s[tags + (cpu.user ? TLB_USER : 0) + index] !== (linear & ~0xfff)) return -1;
  return (linear + s[TLB_ADDEND + index]!) | 0;
}

/** How many elements from `offset` up lie on its page, within the segment, and below the end of a 16-bit address. */
function elementsAhead(
  cpu: Cpu,
  instruction: Instruction,
  segment: number,
  offset: number,
  spans: number,
): number {
  const size = elementSize(instruction);
  const start = offset >>> 0;
  const linear = (cpu.s[BASE + segment]! + offset) | 0;
  // The span counts offsets at which four bytes may be accessed.
  const inSegment = Math.max(0, (cpu.s[spans + segment]! >>> 0) - start);
  const inAddress = (instruction.addressSize === 4 ? 0x100000000 : 0x10000) - start;
  return Math.floor(Math.min(0x1000 - (linear & 0xfff), inSegment, inAddress) / size);
}

/** How many elements it takes until the price of the lines left behind has used up the budget. */
function elementsAffordable(cpu: Cpu, instruction: Instruction, to: number): number {
  const price = cpu.costs.event["string-block"];
  if (price === 0) return Infinity;
  const lines = Math.ceil(cpu.s[BUDGET]! / price);
  return lines <= 0 ? 1 : Math.ceil((lines * LINE - (to & (LINE - 1))) / elementSize(instruction));
}

const moveBlock: Block = (cpu, instruction, count) => {
  const s = cpu.s;
  if ((s[EFLAGS]! & DF) !== 0) return 0;
  const size = elementSize(instruction);
  const segment = sourceSegment(instruction);
  const from = readIndex(cpu, instruction, ESI), to = readIndex(cpu, instruction, EDI);
  const source = hostOffset(cpu, TLB_READ, (s[BASE + segment]! + from) | 0);
  const target = hostOffset(cpu, TLB_WRITE, (s[BASE + ES]! + to) | 0);
  if (source < 0 || target < 0) return 0;
  let elements = Math.min(
    count,
    elementsAhead(cpu, instruction, segment, from, READ_SPAN),
    elementsAhead(cpu, instruction, ES, to, WRITE_SPAN),
    elementsAffordable(cpu, instruction, to),
  );
  // Where the destination overlaps the source from above, later elements read what earlier ones have written.
  if (target > source) elements = Math.min(elements, Math.floor((target - source) / size));
  const bytes = elements * size;
  cpu.u8.copyWithin(target, source, source + bytes);
  writeRegister(cpu, ESI, instruction.addressSize, from + bytes);
  writeRegister(cpu, EDI, instruction.addressSize, to + bytes);
  return elements;
};

const storeBlock: Block = (cpu, instruction, count) => {
  const s = cpu.s;
  if ((s[EFLAGS]! & DF) !== 0) return 0;
  const size = elementSize(instruction);
  const to = readIndex(cpu, instruction, EDI);
  const target = hostOffset(cpu, TLB_WRITE, (s[BASE + ES]! + to) | 0);
  if (target < 0 || (target & (size - 1)) !== 0) return 0;
  const elements = Math.min(
    count,
    elementsAhead(cpu, instruction, ES, to, WRITE_SPAN),
    elementsAffordable(cpu, instruction, to),
  );
  const first = target / size;
  (size === 4 ? s : size === 2 ? cpu.u16 : cpu.u8).fill(s[EAX]!, first, first + elements);
  writeRegister(cpu, EDI, instruction.addressSize, to + elements * size);
  return elements;
};

/**
 * Processors move and store upward strings by cache lines: what costs is every line of 64 bytes that the destination
 * leaves behind.
 */
const priceByLine: RepeatOptions["price"] = (cpu, instruction, from, count) => {
  if ((cpu.s[EFLAGS]! & DF) !== 0) return count * cpu.costs.instruction[instruction.form.costClass];
  const lines = Math.floor(((from & (LINE - 1)) + count * elementSize(instruction)) / LINE);
  return lines * cpu.costs.event["string-block"];
};

// --- The instructions ---------------------------------------------------------------------------------------------------

const MOVE: RepeatOptions = { block: moveBlock, price: priceByLine };
const STORE: RepeatOptions = { block: storeBlock, price: priceByLine };
/** REPE (F3) goes on while ZF is set, REPNE (F2) while it is clear. */
const COMPARE: RepeatOptions = { goOn: (cpu, instruction) => zero(cpu.s) === (instruction.repeat === 0xf3) };

const movs: Handler = (cpu, instruction) => repeatString(cpu, instruction, moveElement, MOVE);
const cmps: Handler = (cpu, instruction) => repeatString(cpu, instruction, compareElement, COMPARE);
const stos: Handler = (cpu, instruction) => repeatString(cpu, instruction, storeElement, STORE);
const lods: Handler = (cpu, instruction) => repeatString(cpu, instruction, loadElement);
const scas: Handler = (cpu, instruction) => repeatString(cpu, instruction, scanElement, COMPARE);

/** What the string operations do. */
export const string = { movs, cmps, stos, lods, scas } satisfies Record<string, Handler>;
