/**
 * Runs recorded 32-bit user-mode instructions on the emulated processor and compares: flat segments, CPL 3, paging on, with
 * the pages of the recorder at the recorder's addresses.
 */

import { makeCpu, setFlags } from "../support/cpu.ts";
import type { CpuEvent } from "../../src/cpu/ports.ts";
import { setSegment } from "../../src/cpu/segmentation.ts";
import {
  CPL,
  CR0,
  CR0_AM,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR2,
  CR3,
  EIP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  LDTR,
  TR,
} from "../../src/cpu/state.ts";
import { CODE, DATA, DATA_BYTES, START } from "./harness/workshop.ts";
import { fillPages, type RecordedCase } from "./harness/recording.ts";

const PAGE = 4096;
/** Linear address of the descriptor tables, for the processor only. */
const SYSTEM = 0x30000000;
// Physical pages.
const DIRECTORY = 0,
  CODE_TABLE = 1,
  DATA_TABLE = 2,
  SYSTEM_TABLE = 3,
  TABLES = 4,
  CODE_PAGE = 5,
  DATA_PAGE = 6;
const PRESENT = 1, WRITE = 2, USER = 4;
/** Selectors of flat user segments as Linux has them. */
const USER_CODE = 0x23, USER_DATA = 0x2b;
/** Descriptor table as Linux has it: 16 entries. */
const GDT_LIMIT = 127;
/** A 32-bit TSS without an I/O permission bitmap: no access to ports. */
const TSS_LIMIT = 103;
const IDT_AT = 0x800, TSS_AT = 0x400;
/** IF and bit 1 are always set; a program can choose CF, PF, AF, ZF, SF, DF, OF and AC. */
const FIXED_FLAGS = 0x202, CHOOSABLE_FLAGS = 0x40cd5;
/** Faults push RF set so that a debugger can resume: not a property of the instruction. */
const RF = 0x10000;

/** How the emulated processor's outcome differs from the recorded one: a line for each register, flags, byte. */
export type Mismatches = readonly string[];

/**
 * Makes a function that replays cases one after the other on one processor.
 *
 * @param generic execute every instruction by its routine in `semantics/`, none by the engine's fast paths
 */
export function makeReplay(generic: boolean): (recorded: RecordedCase, ignoredFlags?: number) => Mismatches {
  const { cpu, ram } = makeCpu({ ramBytes: 16 * PAGE });
  cpu.code.generic = generic;
  const { s, u8, view } = cpu;
  let delivered: CpuEvent | null = null;
  cpu.trap = {
    alwaysInterruptible: false,
    deliver(_cpu, event) {
      if (event.kind === "software") return false; // INT n asks the descriptor table first
      delivered = event;
      cpu.stop();
      return true;
    },
  };
  const data = new DataView(view.buffer, ram + DATA_PAGE * PAGE, DATA_BYTES);
  const before = new Uint8Array(DATA_BYTES);
  const after = u8.subarray(ram + DATA_PAGE * PAGE, ram + DATA_PAGE * PAGE + DATA_BYTES);
  const entry = (table: number, index: number, value: number): void =>
    view.setInt32(ram + table * PAGE + index * 4, value, true);
  entry(DIRECTORY, CODE >>> 22, CODE_TABLE * PAGE | PRESENT | WRITE | USER);
  entry(DIRECTORY, DATA >>> 22, DATA_TABLE * PAGE | PRESENT | WRITE | USER);
  entry(DIRECTORY, SYSTEM >>> 22, SYSTEM_TABLE * PAGE | PRESENT);
  entry(SYSTEM_TABLE, 0, TABLES * PAGE | PRESENT | WRITE);
  entry(CODE_TABLE, 0, CODE_PAGE * PAGE | PRESENT | WRITE | USER);
  entry(DATA_TABLE, 0, DATA_PAGE * PAGE | PRESENT | WRITE | USER);
  entry(DATA_TABLE, 1, (DATA_PAGE + 1) * PAGE | PRESENT | WRITE | USER);
  entry(DATA_TABLE, 2, (DATA_PAGE + 2) * PAGE | PRESENT | USER);
  const tables = ram + TABLES * PAGE;
  view.setUint16(tables + TSS_AT + 102, TSS_LIMIT + 1, true);
  view.setBigUint64(tables + (USER_CODE & ~7), 0x00cffb000000ffffn, true);
  view.setBigUint64(tables + (USER_DATA & ~7), 0x00cff3000000ffffn, true);
  for (let vector = 0; vector < 256; vector++) { // interrupt gates; a user program may call 3 and 4
    const dpl = vector === 3 || vector === 4 ? 3 : 0;
    view.setBigUint64(tables + IDT_AT + vector * 8, BigInt(0x8e00 | dpl << 13) << 32n | 0x100000n, true);
  }

  const filled = new Map<number, Uint8Array>();
  const fill = (seed: number): void => {
    const known = filled.get(seed);
    if (known !== undefined) return after.set(known);
    fillPages(data, seed);
    filled.set(seed, after.slice());
  };

  return (recorded, ignoredFlags = 0) => {
    cpu.reset();
    s[CR3] = DIRECTORY * PAGE;
    s[CR0] = CR0_PE | CR0_PG | CR0_WP | CR0_AM;
    s[GDTR_BASE] = SYSTEM;
    s[GDTR_LIMIT] = GDT_LIMIT;
    s[IDTR_BASE] = SYSTEM + IDT_AT;
    s[IDTR_LIMIT] = 0x7ff;
    for (const register of [0, 2, 3]) setSegment(cpu, register, USER_DATA, 0, -1, 0xcff300);
    for (const register of [4, 5, LDTR]) setSegment(cpu, register, 0, 0, 0, 0);
    setSegment(cpu, TR, 0x40, SYSTEM + TSS_AT, TSS_LIMIT, 0x8b00);
    setSegment(cpu, 1, USER_CODE, 0, -1, 0xcffb00);
    s[CPL] = 3;
    cpu.afterRestore();
    for (let n = 0; n < 8; n++) s[n] = recorded.registers[n]!;
    setFlags(cpu, (recorded.flags & CHOOSABLE_FLAGS) | FIXED_FLAGS);
    s[EIP] = CODE + START;
    u8.fill(0xcc, ram + CODE_PAGE * PAGE, ram + (CODE_PAGE + 1) * PAGE);
    u8.set(fromHex(recorded.bytes), ram + CODE_PAGE * PAGE + START);
    fill(recorded.seed);
    for (const [at, bytes] of Object.entries(recorded.memory)) after.set(fromHex(bytes), Number(at));
    before.set(after);
    delivered = null;
    cpu.run(cpu.now() + 100_000);

    const event = delivered as CpuEvent | null; // set while it ran
    if (event === null) return ["it did not end"];
    const mismatches: string[] = [];
    const compare = (name: string, actual: number, wanted: number): void => {
      if (actual !== wanted) mismatches.push(`${name} is ${hex(actual)}, recorded ${hex(wanted)}`);
    };
    const wanted = recorded.after;
    // INT3 is a trap: back to it.
    const eip = (event.returnEip - CODE - (event.vector === 3 ? 1 : 0)) >>> 0;
    compare("vector", event.vector, wanted.vector);
    compare("error code", Math.max(event.errorCode, 0), wanted.error);
    compare("cr2", event.vector === 14 ? s[CR2]! >>> 0 : 0, wanted.cr2);
    compare("eip", eip, wanted.eip);
    for (let n = 0; n < 8; n++) {
      compare(REGISTERS[n]!, s[n]! >>> 0, wanted.registers[n] ?? recorded.registers[n]!);
    }
    const compared = ~(RF | ignoredFlags);
    compare("flags", cpu.flags & compared, wanted.flags & compared);
    for (const [at, bytes] of Object.entries(wanted.memory)) before.set(fromHex(bytes), Number(at));
    for (let at = 0; at < DATA_BYTES; at++) {
      if (before[at] !== after[at]) compare(`byte ${hex(at)}`, after[at]!, before[at]!);
    }
    return mismatches;
  };
}

const REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;

const hex = (value: number): string => value.toString(16);

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16));
}
