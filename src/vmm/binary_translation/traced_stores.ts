/**
 * Adaptive retranslation ("innocent until proven guilty"): a store that keeps hitting the trace of a guest page table is
 * translated again, into code that does it without a trap.
 *
 * The code writes through an alias, a second mapping of the page in the monitor area that is not write-protected, and leaves a
 * note in a queue. The monitor reads the queue whenever it gets the processor, before anything else, and then tells those who
 * trace the page. Until then the shadow page tables are behind the guest's, no more than a TLB may be: a translation
 * that the guest has taken away can be used until its INVLPG, which is a callout; one that it has added faults, and the fault is
 * the monitor's.
 *
 * @module
 */

import {
  BASE,
  CR0,
  CR0_PG,
  CR0_WP,
  CR3,
  CR4,
  CR4_PSE,
  effectiveAddress,
  EIP,
  invalidatePage,
  LIMIT,
  PDE_LARGE,
  probe,
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_WRITE,
  RIGHTS,
  RIGHTS_CODE,
  RIGHTS_DOWN,
  RIGHTS_PRESENT,
  RIGHTS_WRITE,
  SELECTOR,
} from "../../cpu/mod.ts";
import { type Instruction, SS } from "../../isa/mod.ts";
import { AREA_DATA, MONITOR_BASE } from "../area.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import { EAX, ECX, EDX, type Emitter } from "./emitter.ts";
import type { TranslationOptions } from "./options.ts";
import type { SpecialSequence } from "./translate.ts";
import {
  ALIAS,
  ALIAS_TAGS,
  ALIASES,
  AREA_ALIAS,
  FLAT_SELECTORS,
  QUEUE,
  QUEUE_LENGTH,
  SAVED_FLAGS,
  SPILL,
} from "./window.ts";

/** Callouts of such an instruction for pages that nobody traces, after which it is innocent again. */
const COLD = 32;
const PAGE_MASK = ~0xfff;
/** Below it all linear addresses are the guest's. */
const LAST = MONITOR_BASE - 1;

interface Alias {
  readonly page: number;
  readonly gfn: number;
}

/** The stores of one virtual machine that are done in the cache. */
export class TracedStores {
  /** Such stores that the monitor has heard of so far. */
  heard = 0;
  readonly #vm: VirtualMachine;
  readonly #options: Pick<TranslationOptions, "traceHits" | "traceQueue">;
  /** Trace hits by guest EIP, and callouts in vain. */
  readonly #hits = new Map<number, number>();
  readonly #vain = new Map<number, number>();
  /** Instructions translated in this way, by EIP: the segment they store through. */
  readonly #stores = new Map<number, number>();
  readonly #aliases: (Alias | null)[] = new Array<Alias | null>(ALIASES).fill(null);
  #tags = 0;

  constructor(vm: VirtualMachine, options: Pick<TranslationOptions, "traceHits" | "traceQueue">) {
    this.#vm = vm;
    this.#options = options;
    this.reset();
  }

  /** How many instructions are translated in this way. */
  get size(): number {
    return this.#stores.size;
  }

  /** Forgets everything. */
  reset(): void {
    this.#hits.clear();
    this.#vain.clear();
    this.#stores.clear();
    this.forgetAliases();
    const { area } = this.#vm;
    for (let segment = 0; segment < 6; segment++) area.write32(AREA_DATA + FLAT_SELECTORS + 4 * segment, -1);
    area.write32(AREA_DATA + QUEUE_LENGTH, 0);
  }

  /**
   * The instruction at `eip` has hit a trace at a linear address.
   *
   * @returns true when it is to be translated again
   */
  hit(eip: number, instruction: Instruction, linear: number): boolean {
    if (this.#stores.has(eip) || !isPlainStore(instruction) || this.#tracedFrame(linear) < 0) return false;
    const hits = (this.#hits.get(eip) ?? 0) + 1;
    this.#hits.set(eip, hits);
    if (hits < this.#options.traceHits) return false;
    this.#hits.delete(eip);
    this.#stores.set(eip, instruction.operands[0]!.segment);
    return true;
  }

  /** Whether the instruction at `eip` is done in this way. */
  has(eip: number): boolean {
    return this.#stores.has(eip);
  }

  /** The linear address that a store goes to. */
  address(instruction: Instruction): number {
    const { cpu } = this.#vm;
    const operand = instruction.operands[0]!;
    return (cpu.s[BASE + operand.segment]! + effectiveAddress(cpu, instruction, operand)) | 0;
  }

  /**
   * The monitor has done the store of `eip`, which had no alias for its page: gives it one.
   *
   * @returns true when the instruction is to be translated as it was at first, since what it stores to is not traced any more
   */
  served(eip: number, instruction: Instruction, linear: number): boolean {
    if (this.#vm.cpu.s[EIP] !== ((eip + instruction.length) | 0)) return false; // it has faulted
    const gfn = (linear & 3) === 0 ? this.#tracedFrame(linear) : -1;
    if (gfn >= 0 && writableFrame(this.#vm, linear) === gfn) {
      const { segment } = instruction.operands[0]!;
      const slot = AREA_DATA + FLAT_SELECTORS + 4 * segment;
      this.#vm.area.write32(slot, this.#isFlat(segment) ? this.#selector(segment) : -1);
      this.#setAlias({ page: linear & PAGE_MASK, gfn });
      return false;
    }
    const vain = (this.#vain.get(eip) ?? 0) + 1;
    this.#vain.set(eip, vain);
    if (vain < COLD) return false;
    this.#vain.delete(eip);
    return this.#stores.delete(eip);
  }

  /** The guest frame behind a page that the shadow pager alone traces; -1 otherwise. */
  #tracedFrame(linear: number): number {
    const { cpu, memory } = this.#vm;
    const gpa = probe(cpu, linear);
    return gpa >= 0 && memory.frame(gpa >>> 12) >= 0 && this.#deferrable(gpa >>> 12) ? gpa >>> 12 : -1;
  }

  /** Descriptor tables and code have to be known at once. */
  #deferrable(gfn: number): boolean {
    const { pager, memory } = this.#vm;
    return memory.traces.only(gfn, pager);
  }

  #setAlias(alias: Alias): void {
    const { area, memory, physical } = this.#vm;
    const n = (alias.page >>> 12) & (ALIASES - 1);
    const present = this.#aliases[n];
    if (present?.page === alias.page && present.gfn === alias.gfn) return;
    const offset = AREA_ALIAS + n * 4096;
    area.mapFrame(offset, memory.hostFrame(alias.gfn) << 12);
    invalidatePage(physical, (MONITOR_BASE + offset) | 0);
    if (this.#aliases[n] === null) this.#tags++;
    this.#aliases[n] = alias;
    area.write32(AREA_DATA + ALIAS_TAGS + 4 * n, alias.page);
  }

  /** After a change of mappings: which aliases are still what the guest would write to? */
  revalidate(): void {
    this.#aliases.forEach((alias, n) => {
      if (alias !== null && writableFrame(this.#vm, alias.page) !== alias.gfn) this.#forget(n);
    });
  }

  #forget(n: number): void {
    if (this.#aliases[n] !== null) this.#tags--;
    this.#aliases[n] = null;
    this.#vm.area.write32(AREA_DATA + ALIAS_TAGS + 4 * n, -1);
  }

  /** Takes all aliases back. */
  forgetAliases(): void {
    for (let n = 0; n < ALIASES; n++) this.#forget(n);
  }

  /** Before translated code goes on: selectors and aliases must be good for what they are used for. */
  prepare(): void {
    if (this.#stores.size === 0) return;
    for (const segment of new Set(this.#stores.values())) this.#prepareSegment(segment);
    if (this.#tags === 0) return;
    this.#aliases.forEach((alias, n) => {
      if (alias !== null && !this.#deferrable(alias.gfn)) this.#forget(n);
    });
  }

  /** Translated code may load a segment register itself: what counts is what a selector has loaded or would load. */
  #prepareSegment(segment: number): void {
    const { area, gdt, ldt } = this.#vm;
    const slot = AREA_DATA + FLAT_SELECTORS + 4 * segment;
    const flat = area.read32(slot);
    if (flat < 0) return;
    if (flat === this.#selector(segment)) {
      if (!this.#isFlat(segment)) area.write32(slot, -1);
      return;
    }
    const original = ((flat & 4) !== 0 ? ldt : gdt).original(flat >>> 3);
    if (original === null || !isFlat(original.base, original.limit, original.rights)) area.write32(slot, -1);
  }

  #isFlat(segment: number): boolean {
    const v = this.#vm.cpu.s;
    return isFlat(v[BASE + segment]!, v[LIMIT + segment]!, v[RIGHTS + segment]!);
  }

  /** The selector that translated code finds: the processor itself keeps the RPL of SS equal to the real CPL. */
  #selector(segment: number): number {
    const selector = this.#vm.cpu.s[SELECTOR + segment]!;
    return segment === SS ? (selector & ~3) | 1 : selector;
  }

  /** Tells those who trace pages of the stores that were done in the cache. */
  drain(): void {
    if (this.#stores.size === 0) return;
    const { area, memory } = this.#vm;
    const length = area.read32(AREA_DATA + QUEUE_LENGTH);
    if (length === 0) return;
    area.write32(AREA_DATA + QUEUE_LENGTH, 0);
    this.#vm.charge("monitor-memory-access", length);
    for (let n = 0; n < length; n++) {
      const at = area.read32(AREA_DATA + QUEUE + 4 * n);
      const alias = this.#aliases[at >>> 12] ?? null;
      if (alias === null) continue;
      this.heard++;
      memory.traces.notify(((alias.gfn << 12) | (at & 0xfff)) >>> 0, 4);
    }
  }

  /** The translation of the instruction at `eip`, if it is done in this way. */
  readonly special = (eip: number, instruction: Instruction, bytes: Uint8Array): SpecialSequence | null => {
    if (!this.#stores.has(eip) || !isPlainStore(instruction)) return null;
    this.#stores.set(eip, instruction.operands[0]!.segment);
    return (e) => emitTracedStore(e, instruction, bytes, this.#options.traceQueue);
  };
}

/** Where a linear page is mapped for a write of the guest's kernel, without side effects; -1 when a bit would be set or it would fault. */
function writableFrame({ cpu, memory }: VirtualMachine, linear: number): number {
  const v = cpu.s;
  const page = linear >>> 12;
  if ((v[CR0]! & CR0_PG) === 0) return page;
  const needed = PTE_PRESENT | PTE_ACCESSED | ((v[CR0]! & CR0_WP) !== 0 ? PTE_WRITE : 0);
  const directory = memory.read32(((v[CR3]! & PAGE_MASK) | (page >>> 10) << 2) >>> 0);
  if ((directory & needed) !== needed) return -1;
  if ((directory & PDE_LARGE) !== 0 && (v[CR4]! & CR4_PSE) !== 0) {
    return (directory & PTE_DIRTY) !== 0 ? (directory & ~0x3fffff) >>> 12 | page & 0x3ff : -1;
  }
  const entry = memory.read32(((directory & PAGE_MASK) | (page & 0x3ff) << 2) >>> 0);
  return (entry & (needed | PTE_DIRTY)) === (needed | PTE_DIRTY) ? entry >>> 12 : -1;
}

/** MOV of a whole word to memory. */
function isPlainStore({ form, operands, operandSize, addressSize, segment }: Instruction): boolean {
  const [to, from] = operands;
  return form.operation === "mov" && operandSize === 4 && addressSize === 4 && to!.kind === "memory" &&
    to!.size === 4 &&
    (from!.kind === "register" || from!.kind === "immediate") && segment !== 1 && segment !== 5;
}

/** Whether an aligned store through a segment can only be refused by paging. */
function isFlat(base: number, limit: number, rights: number): boolean {
  const wanted = RIGHTS_PRESENT | RIGHTS_WRITE;
  return (rights & (wanted | RIGHTS_CODE | RIGHTS_DOWN)) === wanted && base === 0 && limit >>> 0 >= LAST;
}

/** Emits the store. @returns the callouts' offsets */
function emitTracedStore(
  e: Emitter,
  instruction: Instruction,
  bytes: Uint8Array,
  queueEntries: number,
): number[] {
  const [to, from] = instruction.operands;
  const registers = [EAX, ECX, EDX];
  const spilled = 7;
  for (const register of registers) e.store(SPILL + 4 * register, register);
  leaOf(e, ECX, instruction, bytes);
  e.recover({ spilled });
  e.bytes(0x9f); // lahf
  e.bytes(0x0f, 0x90, 0xc0); // seto al
  e.store(SAVED_FLAGS, EAX);
  e.recover({ spilled, flags: true });
  e.bytes(0x8c, 0xc0 | to!.segment << 3); // mov eax, segment
  e.bytes(0x65, 0x3b, 0x05); // cmp eax, gs:[flat selector]
  e.word(FLAT_SELECTORS + 4 * to!.segment);
  const elsewhere = e.jumpIf(5); // jne
  e.bytes(0x89, 0xca); // mov edx, ecx
  e.bytes(0xc1, 0xea, 12); // shr edx, 12
  e.bytes(0x83, 0xe2, ALIASES - 1); // and edx, ALIASES - 1
  e.bytes(0x89, 0xc8); // mov eax, ecx
  e.bytes(0x25); // and eax, the page and what must be 0
  e.word(~0xffc);
  e.bytes(0x65, 0x3b, 0x04, 0x95); // cmp eax, gs:[edx * 4 + tags]
  e.word(ALIAS_TAGS);
  const other = e.jumpIf(5); // jne
  e.load(EAX, QUEUE_LENGTH);
  e.bytes(0x83, 0xf8, queueEntries); // cmp eax, entries
  const full = e.jumpIf(3); // jae
  e.bytes(0x81, 0xe1); // and ecx, offset among the aliases
  e.word(ALIASES * 4096 - 1);
  e.bytes(0x65, 0x89, 0x0c, 0x85); // mov gs:[eax * 4 + queue], ecx
  e.word(QUEUE);
  e.bytes(0x40); // inc eax
  e.store(QUEUE_LENGTH, EAX);
  if (from!.kind === "immediate") {
    e.bytes(0xb8); // mov eax, value
    e.word(from!.value);
  } else if (registers.includes(from!.index)) e.load(EAX, SPILL + 4 * from!.index);
  else e.bytes(0x89, 0xc0 | from!.index << 3); // mov eax, register
  e.bytes(0x65, 0x89, 0x81); // mov gs:[ecx + alias], eax
  e.word(ALIAS);
  e.happened({ spilled, flags: true });
  restore(e, registers);
  const done = e.jump();
  e.fill(elsewhere, e.at);
  e.fill(other, e.at);
  e.fill(full, e.at);
  e.recover({ spilled, flags: true });
  restore(e, registers);
  const callout = e.callout();
  e.fill(done, e.at);
  return [callout];
}

/** Flags, then registers. */
function restore(e: Emitter, registers: readonly number[]): void {
  e.load(EAX, SAVED_FLAGS);
  e.bytes(0x04, 0x7f, 0x9e); // add al, 7fh; sahf
  for (const register of registers) e.load(register, SPILL + 4 * register);
}

/** LEA register, the memory operand. */
function leaOf(e: Emitter, register: number, instruction: Instruction, bytes: Uint8Array): void {
  let at = 0;
  while (PREFIXES.has(bytes[at]!)) at++;
  const opcode = bytes[at]!;
  if (opcode === 0xa3) { // moffs
    e.bytes(0xb8 | register);
    e.word(instruction.operands[0]!.displacement);
    return;
  }
  const tail = bytes.subarray(at + 1, bytes.length - (opcode === 0xc7 ? 4 : 0));
  e.bytes(0x8d, (tail[0]! & ~0x38) | register << 3, ...tail.subarray(1));
}

const PREFIXES = new Set([0x26, 0x36, 0x3e, 0x64]);
