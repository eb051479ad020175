/**
 * One program in several modes of the processor, with every access on the bus counted.
 *
 * Two processors execute it in step. The first one has no memory that it may touch directly: a bus analyser answers for
 * every byte, as a device would, and notes who asked. The second one is an ordinary one; it gives the cycles and the
 * micro-operations. That both end in the same state is checked.
 *
 * @module
 */

import {
  type BusPort,
  CPL,
  type Cpu,
  CR0,
  CR0_ET,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR3,
  decodedBlock,
  EIP,
  EXCEPTION_NAMES,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  readRegisters,
  REAL_MODE_RIGHTS,
  type RegistersSnapshot,
  setSegment,
  STATE_BYTES,
} from "../cpu/mod.ts";
import type { CostProfile } from "../cycles/mod.ts";
import { asm, type Program } from "../isa/mod.ts";
import { bareProcessor, setAllFlags } from "./bare_processor.ts";
import { BenchError } from "./guest_state.ts";
import { hex } from "./hex.ts";

/** The modes in which a program can be watched, the one with the fewest checks first. */
export const WATCHED_MODES = ["real mode", "flat, no paging", "paging, ring 0", "paging, ring 3"] as const;

/** A mode in which a program can be watched. */
export type WatchedMode = typeof WATCHED_MODES[number];

/** How to watch a program. */
export interface WatchOptions {
  /** Default `"flat, no paging"`. */
  readonly mode?: WatchedMode;
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** Default 1,000,000. */
  readonly maxInstructions?: number;
}

/** What a watched program did. Counts are exact. */
export interface WatchedRun {
  readonly mode: WatchedMode;
  readonly instructions: number;
  readonly cycles: number;
  /** Instruction bytes read. */
  readonly codeBytes: number;
  /** Operands and stack elements read and written. */
  readonly dataReads: number;
  readonly dataWrites: number;
  readonly tlbMisses: number;
  /** Entries of page tables read, and written to set accessed and dirty bits. */
  readonly walkReads: number;
  readonly walkWrites: number;
  /** Micro-operations that the engine executes for it, the steps between blocks not counted. */
  readonly microOperations: number;
  readonly registers: RegistersSnapshot;
}

/** Where the program, its data and its stack lie; everything from 0 to FFFFh is the program's. */
export const WATCHED_PLACES = { code: 0x1000, data: 0x2000, stack: 0xf000 } as const;

const PAGE = 4096, RAM_BYTES = 0x14000;
/** Page directory and page table, behind the program's 64 KiB. */
const DIRECTORY = 0x10000, TABLE = 0x11000, TABLES_END = 0x12000;
/** Selector and rights of flat segments: code and data. */
const FLAT = { 0: [0x08, 0xc09b00, 0x10, 0xc09300], 3: [0x1b, 0xc0fb00, 0x23, 0xc0f300] } as const;
const DEFAULT_MOST = 1_000_000;

interface Counts {
  codeBytes: number;
  dataReads: number;
  dataWrites: number;
  walkReads: number;
  walkWrites: number;
}

/**
 * Executes a program in a mode and counts what the processor had to do for it. The program is 32-bit assembly text (in real
 * mode the assembler puts the prefixes) without directives of its own; it may use memory from
 * {@linkcode WATCHED_PLACES}`.data` on and ends where the text ends.
 *
 * @throws {AssemblerError} for text that is no program
 * @throws {BenchError} when the program faults or does not come to its end
 *
 * @example
 * ```ts
 * import { watchProgram } from "ringlab";
 *
 * const run = watchProgram("mov [0x2000], eax\nadd eax, [0x2004]", { mode: "paging, ring 3" });
 * if (run.dataReads !== 1 || run.dataWrites !== 1 || run.tlbMisses !== 2) throw new Error(JSON.stringify(run));
 * ```
 */
export function watchProgram(text: string, options: WatchOptions = {}): WatchedRun {
  const { mode = "flat, no paging", profile = "pentium4-672", maxInstructions = DEFAULT_MOST } = options;
  const program = assemble(text, mode);
  const end = WATCHED_PLACES.code + program.bytes.length;
  const counts: Counts = { codeBytes: 0, dataReads: 0, dataWrites: 0, walkReads: 0, walkWrites: 0 };
  const analysed = prepare(program, mode, profile, counts);
  const ordinary = prepare(program, mode, profile);
  const start = { instructions: ordinary.instructions(), cycles: ordinary.now() };
  let microOperations = 0, left = 0;
  while (ordinary.s[EIP] !== end) {
    if (ordinary.instructions() - start.instructions >= maxInstructions) {
      throw new BenchError(`the program did not reach its end within ${maxInstructions} instructions`);
    }
    if (left === 0) {
      const block = decodedBlock(ordinary);
      left = block.instructions;
      microOperations += block.microOperations.length;
    }
    left -= stepOne(ordinary);
    // A repeated string instruction may take several steps, and more of them where memory is slow.
    while (analysed.instructions() < ordinary.instructions()) stepOne(analysed);
  }
  const tlbMisses = ordinary.ledger.report().count("tlb-miss");
  const registers = readRegisters(ordinary);
  agree(registers, readRegisters(analysed), tlbMisses, analysed.ledger.report().count("tlb-miss"));
  return {
    mode,
    instructions: ordinary.instructions() - start.instructions,
    cycles: ordinary.now() - start.cycles,
    ...counts,
    tlbMisses,
    microOperations,
    registers,
  };
}

function assemble(text: string, mode: WatchedMode): Program {
  const program = asm(text, { bits: mode === "real mode" ? 16 : 32, origin: WATCHED_PLACES.code });
  const most = WATCHED_PLACES.data - WATCHED_PLACES.code;
  if (program.bytes.length === 0) throw new BenchError("there is no program to watch");
  if (program.bytes.length > most) {
    throw new BenchError(`the program has ${program.bytes.length} bytes; there is room for ${most}`);
  }
  return program;
}

function prepare(program: Program, mode: WatchedMode, profile: string | CostProfile, counts?: Counts): Cpu {
  const bus: Partial<BusPort> = counts === undefined ? {} : analyser(() => cpu.u8, counts);
  const cpu = bareProcessor({ ramBytes: RAM_BYTES, profile, bus });
  const { s, u8, view } = cpu;
  u8.set(program.bytes, STATE_BYTES + program.origin);
  const paging = mode.startsWith("paging");
  const rights = PTE_PRESENT | PTE_WRITE | PTE_USER;
  view.setInt32(STATE_BYTES + DIRECTORY, TABLE | rights, true);
  for (let page = 0; page < RAM_BYTES / PAGE; page++) {
    view.setInt32(STATE_BYTES + TABLE + page * 4, page * PAGE | rights, true);
  }
  if (mode === "real mode") {
    for (let register = 0; register < 6; register++) {
      setSegment(cpu, register, 0, 0, 0xffff, REAL_MODE_RIGHTS);
    }
  } else {
    const ring = mode === "paging, ring 3" ? 3 : 0;
    const [code, codeRights, data, dataRights] = FLAT[ring];
    for (const register of [0, 2, 3, 4, 5]) setSegment(cpu, register, data, 0, -1, dataRights);
    setSegment(cpu, 1, code, 0, -1, codeRights);
    s[CPL] = ring;
    s[CR3] = DIRECTORY;
    s[CR0] = CR0_ET | CR0_PE | (paging ? CR0_PG | CR0_WP : 0);
  }
  s[4] = WATCHED_PLACES.stack;
  s[EIP] = program.origin;
  setAllFlags(cpu, 2);
  cpu.flushTlb();
  cpu.afterRestore();
  cpu.trap = {
    alwaysInterruptible: false,
    deliver: (_cpu, { vector, returnEip }) => {
      const name = EXCEPTION_NAMES[vector] ?? `interrupt ${vector}`;
      throw new BenchError(`the program did not reach its end: ${name} at ${hex(returnEip)}`);
    },
  };
  return cpu;
}

/** A bus on which all memory is a device that counts. */
function analyser(memory: () => Uint8Array, counts: Counts): Partial<BusPort> {
  const isTable = (address: number): boolean => address >= DIRECTORY && address < TABLES_END;
  const isCode = (address: number): boolean =>
    address >= WATCHED_PLACES.code && address < WATCHED_PLACES.data;
  return {
    frame: () => -1,
    physicalRead(address, size) {
      if (isTable(address)) counts.walkReads++;
      else if (isCode(address)) counts.codeBytes += size;
      else counts.dataReads++;
      const bytes = memory();
      let value = 0;
      for (let n = size - 1; n >= 0; n--) value = value * 256 + bytes[STATE_BYTES + address + n]!;
      return value;
    },
    physicalWrite(address, size, value) {
      if (isTable(address)) counts.walkWrites++;
      else counts.dataWrites++;
      const bytes = memory();
      for (let n = 0; n < size; n++) bytes[STATE_BYTES + address + n] = value >>> (8 * n);
    },
  };
}

/** @returns 1 when an instruction was finished, 0 when a repeated string instruction has to go on */
function stepOne(cpu: Cpu): number {
  const before = cpu.instructions();
  cpu.step();
  if (cpu.halted) throw new BenchError(`the program did not reach its end: HLT before ${hex(cpu.s[EIP]!)}`);
  return cpu.instructions() - before;
}

/** Cycles differ, since a device is slower than memory; nothing else may. */
function agree(
  one: RegistersSnapshot,
  other: RegistersSnapshot,
  misses: number,
  otherMisses: number,
): void {
  const { cycles: _, ...rest } = one;
  const { cycles: __, ...otherRest } = other;
  if (JSON.stringify(rest) !== JSON.stringify(otherRest) || misses !== otherMisses) {
    throw new BenchError("the analysed processor and the ordinary one came to different results");
  }
}
