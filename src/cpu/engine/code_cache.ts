/**
 * The cache of decoded code: blocks by physical address and mode, and what it takes to throw them away in time.
 *
 * @module
 */

import { eventNumber } from "../../cycles/mod.ts";
import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { refreshTlb, translate } from "../paging.ts";
import type { Refusal } from "../semantics/refusals.ts";
import { BASE, EIP, EPOCH, LEAVE, MODE_KEY } from "../state.ts";
import { type BlockSource, buildBlock } from "./build.ts";
import { JUMP_ENTRIES, JUMP_INDEX, R_UNRETIRED, R_UNSPENT, RECORD, RECORDS } from "./record.ts";

const EVENT_BLOCK_DECODED = eventNumber("block-decoded");
const EVENT_CODE_INVALIDATION = eventNumber("code-invalidation");

/** Room a block may need at most; see MAX_INSTRUCTIONS in build.ts. */
const LARGEST_BLOCK = 256;

interface Block {
  /** Host byte range of the instruction bytes on its first page. */
  readonly start: number;
  readonly end: number;
  /** Host page (byte offset) of the second page, or -1. */
  readonly secondFrame: number;
  readonly secondEnd: number;
  readonly record: number;
  readonly eip: number;
  readonly key: number;
}

/** All decoded code of one processor. */
export class CodeCache {
  readonly records = new Int32Array(RECORDS * RECORD);
  /** The jump cache, see {@linkcode JUMP_ENTRIES}. */
  readonly jumps = new Int32Array(JUMP_ENTRIES * 4);
  /** Decoded instructions and their routines, by the number in R_INSTRUCTION. */
  readonly instructions: Instruction[] = [];
  readonly handlers: Handler[] = [];
  /** What they are asked first, null for most. */
  readonly refusals: (Refusal | null)[] = [];
  /** Linear addresses (unsigned) before which the processor stops. */
  readonly breakpoints = new Set<number>();
  /** Decode one instruction only, into a scratch area: for single steps. */
  single = false;
  /** Lower nothing: every instruction goes through its routine in semantics/. The engine's tests compare the two ways. */
  generic = false;

  readonly #cpu: Cpu;
  /** Blocks by host address and mode key. */
  readonly #blocks = new Map<number, Block>();
  /** Blocks by host page (byte offset / 4096). */
  readonly #pages = new Map<number, Block[]>();
  /** One byte per host page: is there decoded code on it? */
  readonly #codePages: Uint8Array;
  readonly #segments = new Map<number, number>();
  /** The segment asked for last: most changes of mode leave it as it is. */
  #lastBase = 0;
  #lastLimit = 0;
  #lastNumber = -1;
  #used = 0;
  #keptInstructions = 0;
  /** The block built last is not in the tables: a single step, or code in a device's memory. */
  transient = false;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    this.#codePages = new Uint8Array(Math.ceil(cpu.u8.length / 4096));
  }

  /** Number of blocks held. */
  get size(): number {
    return this.#blocks.size;
  }

  /** Forgets everything. */
  clear(): void {
    this.#used = 0;
    this.#keptInstructions = 0;
    this.instructions.length = 0;
    this.handlers.length = 0;
    this.refusals.length = 0;
    this.#blocks.clear();
    this.#pages.clear();
    this.#codePages.fill(0);
    this.jumps.fill(-1);
    this.#cpu.newEpoch();
    this.#cpu.s[LEAVE] = 1;
  }

  /** A small number for a code segment, by base and limit. */
  segmentNumber(base: number, limit: number, most: number): number {
    if (this.#lastNumber >= 0 && base === this.#lastBase && limit === this.#lastLimit) {
      return this.#lastNumber;
    }
    const key = (base >>> 0) * 0x100000000 + (limit >>> 0);
    let number = this.#segments.get(key);
    if (number === undefined) {
      if (this.#segments.size >= most) {
        this.#segments.clear();
        this.clear();
      }
      number = this.#segments.size;
      this.#segments.set(key, number);
    }
    this.#lastBase = base;
    this.#lastLimit = limit;
    this.#lastNumber = number;
    return number;
  }

  /** Whether decoded code lies on the page at host byte offset `frame`. */
  holdsCode(frame: number): boolean {
    return this.#codePages[frame >>> 12] !== 0;
  }

  /**
   * The record to execute for the present EIP and mode: from the jump cache, the block table, or by decoding.
   *
   * @throws {Fault} #PF when the code is not mapped; #GP beyond the segment's limit
   */
  find(): number {
    const cpu = this.#cpu;
    const s = cpu.s;
    if (this.single) return this.#build(true);
    this.transient = false;
    const eip = s[EIP]!;
    const mode = s[MODE_KEY]!;
    const slot = ((eip ^ (eip >>> 12)) & JUMP_INDEX) << 2;
    const jumps = this.jumps;
    if (jumps[slot] === eip && jumps[slot + 1] === mode && jumps[slot + 2] === s[EPOCH]) {
      return jumps[slot + 3]!;
    }
    const known = this.#lookUp(eip, mode);
    const record = known ?? this.#build(false);
    if (this.transient) return record;
    jumps[slot] = eip;
    jumps[slot + 1] = mode;
    jumps[slot + 2] = s[EPOCH]!;
    jumps[slot + 3] = record;
    return record;
  }

  #lookUp(eip: number, mode: number): number | undefined {
    const cpu = this.#cpu;
    const linear = (cpu.s[BASE + 1]! + eip) | 0;
    const frame = cpu.bus.frame(translate(cpu, linear, false, cpu.user) >>> 12);
    if (frame < 0) return undefined;
    const block = this.#blocks.get(blockKey(frame + (linear & 0xfff), mode));
    if (block === undefined || block.eip !== eip) return undefined;
    if (block.secondFrame >= 0) {
      const second = translate(cpu, ((linear & ~0xfff) + 0x1000) | 0, false, cpu.user);
      if (cpu.bus.frame(second >>> 12) !== block.secondFrame) return undefined;
    }
    return block.record;
  }

  #build(single: boolean): number {
    const cpu = this.#cpu;
    if (this.#used + LARGEST_BLOCK > RECORDS) this.clear();
    const source = this.#source();
    const record = this.#used * RECORD;
    this.instructions.length = this.#keptInstructions;
    this.handlers.length = this.#keptInstructions;
    this.refusals.length = this.#keptInstructions;
    const built = buildBlock(cpu, this, record, source, single);
    const start = source.host;
    this.transient = single || start < 0;
    if (this.transient) return record; // the next block overwrites it
    this.#used += built.records;
    this.#keptInstructions = this.instructions.length;
    cpu.ledger.count(EVENT_BLOCK_DECODED);
    const second = built.bytes > source.room;
    const block: Block = {
      start,
      end: start + Math.min(built.bytes, source.room),
      secondFrame: second ? source.secondFrame() : -1,
      secondEnd: second ? built.bytes - source.room : 0,
      record,
      eip: cpu.s[EIP]!,
      key: blockKey(start, cpu.s[MODE_KEY]!),
    };
    this.#blocks.set(block.key, block);
    this.#enter(start & ~0xfff, block);
    if (second) this.#enter(block.secondFrame, block);
    return record;
  }

  #enter(frame: number, block: Block): void {
    const page = frame >>> 12;
    let list = this.#pages.get(page);
    if (list === undefined) {
      list = [];
      this.#pages.set(page, list);
      this.#codePages[page] = 1;
      refreshTlb(this.#cpu, frame);
    }
    list.push(block);
  }

  /** Where the bytes at the present EIP are. */
  #source(): BlockSource {
    const cpu = this.#cpu;
    const s = cpu.s;
    const linear = (s[BASE + 1]! + s[EIP]!) | 0;
    const physical = translate(cpu, linear, false, cpu.user);
    const frame = cpu.bus.frame(physical >>> 12);
    const room = 0x1000 - (linear & 0xfff);
    const byte = (i: number): number => {
      const address = i < room ? physical + i : translate(cpu, (linear + i) | 0, false, cpu.user);
      const from = i < room ? frame : cpu.bus.frame(address >>> 12);
      return from >= 0 ? cpu.u8[from + (address & 0xfff)]! : cpu.bus.physicalRead(address >>> 0, 1);
    };
    return {
      host: frame < 0 ? -1 : frame + (physical & 0xfff),
      room,
      byte,
      secondFrame: () =>
        cpu.bus.frame(translate(cpu, ((linear & ~0xfff) + 0x1000) | 0, false, cpu.user) >>> 12),
    };
  }

  /** Bytes on a page with decoded code are about to be written: blocks they belong to are thrown away. */
  onWrite(host: number, length: number): void {
    const page = host >>> 12;
    const list = this.#pages.get(page);
    if (list === undefined) return;
    if (list.length === 0) {
      // Its blocks are gone and none was made since: from now on the page takes writes on the fast path again. Doing this
      // here and not when the last block goes spares code that changes itself the trouble.
      this.#pages.delete(page);
      this.#codePages[page] = 0;
      refreshTlb(this.#cpu, host & ~0xfff);
      return;
    }
    const end = host + length;
    for (const block of list) {
      if (overlaps(block, host, end)) {
        this.invalidate(host, length);
        return;
      }
    }
  }

  /** Throws away the blocks that overlap host bytes [host, host + length). */
  invalidate(host: number, length: number): void {
    const end = host + length;
    let dropped = 0;
    for (let page = host >>> 12; page <= (end - 1) >>> 12; page++) {
      const list = this.#pages.get(page);
      if (list === undefined) continue;
      for (const block of [...list]) {
        if (!overlaps(block, host, end)) continue;
        this.#drop(block);
        dropped++;
      }
    }
    if (dropped === 0) return;
    this.#cpu.ledger.count(EVENT_CODE_INVALIDATION, dropped);
    this.#cpu.newEpoch();
    this.#cpu.s[LEAVE] = 1;
  }

  #drop(block: Block): void {
    if (this.#blocks.get(block.key) === block) this.#blocks.delete(block.key);
    this.#leave(block.start & ~0xfff, block);
    if (block.secondFrame >= 0) this.#leave(block.secondFrame, block);
  }

  #leave(frame: number, block: Block): void {
    const page = frame >>> 12;
    const list = this.#pages.get(page);
    if (list === undefined) return;
    const at = list.indexOf(block);
    if (at >= 0) list.splice(at, 1);
  }

  /** Replaces the set of breakpoints. */
  setBreakpoints(addresses: Iterable<number>): void {
    this.breakpoints.clear();
    for (const address of addresses) this.breakpoints.add(address >>> 0);
    this.clear();
  }

  /** Cycles of the block being executed that belong to instructions behind the one at `record`. */
  unspent(record: number): number {
    return record < 0 ? 0 : this.records[record + R_UNSPENT]!;
  }

  /** The number of those instructions. */
  unretired(record: number): number {
    return record < 0 ? 0 : this.records[record + R_UNRETIRED]!;
  }
}

/** Whether a block's bytes, on either of its pages, overlap host bytes [host, end). */
function overlaps(block: Block, host: number, end: number): boolean {
  const second = block.secondFrame;
  return (host < block.end && block.start < end) ||
    (second >= 0 && host < second + block.secondEnd && second < end);
}

/** Host address and mode key in one exact number: 31 bits and 17. */
function blockKey(host: number, mode: number): number {
  return host * 0x20000 + mode;
}
