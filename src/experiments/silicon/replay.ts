/**
 * Executes recorded 32-bit user-mode instructions on the emulated processor: flat segments, CPL 3, paging on, with the
 * pages of the recorder at the recorder's addresses. What it did is told in the recorder's terms.
 *
 * @module
 */

import {
  CPL,
  type Cpu,
  type CpuEvent,
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
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  setSegment,
  STATE_BYTES,
  TR,
} from "../../cpu/mod.ts";
import { REGISTER_NAMES } from "../../isa/mod.ts";
import { bareProcessor, setAllFlags } from "../bare_processor.ts";
import { fillPages, fromHex, type RecordedCase, type RecordedEffect } from "./recording.ts";
import { CODE, DATA, DATA_BYTES, START } from "./workbench.ts";

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
  DATA_PAGE = 6,
  PAGES = 16;
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
/** Enough for any case; one that loops for ever ends here. */
const MOST_CYCLES = 100_000;

/** What the emulated processor did with a recorded case. */
export interface ReplayedCase {
  /** In the recorder's terms; undefined when the instruction did not come to an end. */
  readonly effect: RecordedEffect | undefined;
  /** How that differs from the recorded one: a line for each register, flags, byte. Empty when it is the same. */
  readonly mismatches: readonly string[];
}

/** Replays cases one after the other on one processor. */
export class SiliconReplay {
  readonly #cpu: Cpu;
  readonly #data: Uint8Array;
  readonly #before = new Uint8Array(DATA_BYTES);
  readonly #filled = new Map<number, Uint8Array>();
  #delivered: CpuEvent | undefined;

  /** @param generic execute every instruction by its routine in `cpu/semantics/`, none by the engine's fast paths */
  constructor(generic = false) {
    const cpu = this.#cpu = bareProcessor({ ramBytes: PAGES * PAGE });
    cpu.code.generic = generic;
    cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => {
        if (event.kind === "software") return false; // INT n asks the descriptor table first
        this.#delivered = event;
        cpu.stop();
        return true;
      },
    };
    const at = STATE_BYTES + DATA_PAGE * PAGE;
    this.#data = cpu.u8.subarray(at, at + DATA_BYTES);
    mapPages(cpu.view);
    makeTables(cpu.view);
  }

  /**
   * Executes the instruction of a case and compares.
   *
   * @param ignoredFlags bits of EFLAGS that are not compared
   */
  run(recorded: RecordedCase, ignoredFlags = 0): ReplayedCase {
    this.#prepare(recorded);
    const cpu = this.#cpu;
    cpu.run(cpu.now() + MOST_CYCLES);
    const event = this.#delivered;
    if (event === undefined) return { effect: undefined, mismatches: ["it did not end"] };
    const effect = this.#effect(event, recorded);
    return { effect, mismatches: this.#compare(effect, recorded, ~(RF | ignoredFlags)) };
  }

  #prepare(recorded: RecordedCase): void {
    const cpu = this.#cpu;
    const { s, u8 } = cpu;
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
    setAllFlags(cpu, (recorded.flags & CHOOSABLE_FLAGS) | FIXED_FLAGS);
    s[EIP] = CODE + START;
    const code = STATE_BYTES + CODE_PAGE * PAGE;
    u8.fill(0xcc, code, code + PAGE);
    u8.set(fromHex(recorded.bytes), code + START);
    this.#fill(recorded.seed);
    for (const [at, bytes] of Object.entries(recorded.memory)) this.#data.set(fromHex(bytes), Number(at));
    this.#before.set(this.#data);
    this.#delivered = undefined;
  }

  #fill(seed: number): void {
    let pages = this.#filled.get(seed);
    if (pages === undefined) {
      pages = new Uint8Array(DATA_BYTES);
      fillPages(new DataView(pages.buffer), seed);
      this.#filled.set(seed, pages);
    }
    this.#data.set(pages);
  }

  #effect({ vector, errorCode, returnEip }: CpuEvent, recorded: RecordedCase): RecordedEffect {
    const { s, flags } = this.#cpu;
    const registers: Record<number, number> = {};
    for (let n = 0; n < 8; n++) if (s[n]! >>> 0 !== recorded.registers[n]) registers[n] = s[n]! >>> 0;
    const memory: Record<number, string> = {};
    for (const at of differingBytes(this.#data, this.#before)) {
      memory[at] = this.#data[at]!.toString(16).padStart(2, "0");
    }
    return {
      vector,
      error: Math.max(errorCode, 0),
      cr2: vector === 14 ? s[CR2]! >>> 0 : 0,
      eip: (returnEip - CODE - (vector === 3 ? 1 : 0)) >>> 0, // INT3 is a trap: back to it
      registers,
      flags: flags >>> 0,
      memory,
    };
  }

  #compare(effect: RecordedEffect, recorded: RecordedCase, comparedFlags: number): string[] {
    const mismatches: string[] = [];
    const compare = (name: string, actual: number, wanted: number): void => {
      if (actual !== wanted) mismatches.push(`${name} is ${hex(actual)}, recorded ${hex(wanted)}`);
    };
    const wanted = recorded.after;
    for (const [name, key] of EVENT_FIELDS) compare(name, effect[key], wanted[key]);
    REGISTER_NAMES[32].forEach((name, n) => {
      const before = recorded.registers[n]!;
      compare(name, effect.registers[n] ?? before, wanted.registers[n] ?? before);
    });
    compare("flags", effect.flags & comparedFlags, wanted.flags & comparedFlags);
    const expected = this.#before;
    for (const [at, bytes] of Object.entries(wanted.memory)) expected.set(fromHex(bytes), Number(at));
    for (const at of differingBytes(this.#data, expected)) {
      compare(`byte ${hex(at)}`, this.#data[at]!, expected[at]!);
    }
    return mismatches;
  }
}

const EVENT_FIELDS = [["vector", "vector"], ["error code", "error"], ["cr2", "cr2"], ["eip", "eip"]] as const;

/** Where two images of the data pages differ. Words are compared first, since nearly all are equal. */
function differingBytes(one: Uint8Array, other: Uint8Array): number[] {
  const words = new Int32Array(one.buffer, one.byteOffset, DATA_BYTES / 4);
  const others = new Int32Array(other.buffer, other.byteOffset, DATA_BYTES / 4);
  const places: number[] = [];
  for (let word = 0; word < words.length; word++) {
    if (words[word] === others[word]) continue;
    for (let at = word * 4; at < word * 4 + 4; at++) if (one[at] !== other[at]) places.push(at);
  }
  return places;
}

/** The recorder's pages, and one that only the processor sees. */
function mapPages(view: DataView): void {
  const entry = (table: number, index: number, page: number, rights: number): void =>
    view.setInt32(STATE_BYTES + table * PAGE + index * 4, page * PAGE | PTE_PRESENT | rights, true);
  const all = PTE_WRITE | PTE_USER;
  entry(DIRECTORY, CODE >>> 22, CODE_TABLE, all);
  entry(DIRECTORY, DATA >>> 22, DATA_TABLE, all);
  entry(DIRECTORY, SYSTEM >>> 22, SYSTEM_TABLE, 0);
  entry(SYSTEM_TABLE, 0, TABLES, PTE_WRITE);
  entry(CODE_TABLE, 0, CODE_PAGE, all);
  entry(DATA_TABLE, 0, DATA_PAGE, all);
  entry(DATA_TABLE, 1, DATA_PAGE + 1, all);
  entry(DATA_TABLE, 2, DATA_PAGE + 2, PTE_USER);
}

function makeTables(view: DataView): void {
  const tables = STATE_BYTES + TABLES * PAGE;
  view.setUint16(tables + TSS_AT + 102, TSS_LIMIT + 1, true);
  view.setBigUint64(tables + (USER_CODE & ~7), 0x00cffb000000ffffn, true);
  view.setBigUint64(tables + (USER_DATA & ~7), 0x00cff3000000ffffn, true);
  for (let vector = 0; vector < 256; vector++) { // interrupt gates; a user program may call 3 and 4
    const dpl = vector === 3 || vector === 4 ? 3 : 0;
    view.setBigUint64(tables + IDT_AT + vector * 8, BigInt(0x8e00 | dpl << 13) << 32n | 0x100000n, true);
  }
}

const hex = (value: number): string => value.toString(16);
