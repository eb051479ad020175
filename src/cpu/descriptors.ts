/**
 * Segment descriptors: reading them from the tables, what their bits mean, and loading segment registers with every check
 * (SDM volume 3A, 3.4.5 and 5.2 to 5.8).
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { Fault, GP, NP, SS_VECTOR } from "./fault.ts";
import { readLinear, writeLinear } from "./memory.ts";
import { usesDescriptors, virtual8086 } from "./privilege.ts";
import { setRealModeSegment, setSegment } from "./segmentation.ts";
import {
  BASE,
  CPL,
  GDTR_BASE,
  GDTR_LIMIT,
  LDTR,
  LIMIT,
  RIGHTS,
  RIGHTS_CODE,
  RIGHTS_SEGMENT,
} from "./state.ts";

const SS = 2;

/** System descriptor types (SDM volume 3A, table 3-2). */
export const TSS_16 = 1,
  LDT = 2,
  TSS_16_BUSY = 3,
  CALL_GATE_16 = 4,
  TASK_GATE = 5,
  INTERRUPT_GATE_16 = 6,
  TRAP_GATE_16 = 7,
  TSS_32 = 9,
  TSS_32_BUSY = 11,
  CALL_GATE_32 = 12,
  INTERRUPT_GATE_32 = 14,
  TRAP_GATE_32 = 15;

/** The requested privilege level of a selector. */
export function rpl(selector: number): number {
  return selector & 3;
}

/** True for the null selectors 0 to 3. */
export function isNull(selector: number): boolean {
  return (selector & 0xfffc) === 0;
}

/** One entry of a descriptor table, as read from memory. */
export class Descriptor {
  /** Linear address of the entry. */
  readonly address: number;
  readonly low: number;
  readonly high: number;

  constructor(address: number, low: number, high: number) {
    this.address = address;
    this.low = low;
    this.high = high;
  }

  /** Access rights in the form of RIGHTS: byte 5 in bits 8..15, the flags in bits 20..23. */
  get rights(): number {
    return this.high & 0xf0ff00;
  }

  get base(): number {
    return (this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff000000);
  }

  /** In bytes: scaled by the granularity bit. As a signed word. */
  get limit(): number {
    const limit = (this.low & 0xffff) | (this.high & 0xf0000);
    return (this.high & 0x800000) !== 0 ? (limit << 12) | 0xfff : limit;
  }

  get dpl(): number {
    return (this.high >>> 13) & 3;
  }

  get present(): boolean {
    return (this.high & 0x8000) !== 0;
  }

  /** A code or data segment; otherwise a system descriptor with a {@linkcode type}. */
  get segment(): boolean {
    return (this.high & 0x1000) !== 0;
  }

  /** Type of a system descriptor, 0..15; of a segment its four type bits. */
  get type(): number {
    return (this.high >>> 8) & 15;
  }

  get code(): boolean {
    return (this.high & 0x1800) === 0x1800;
  }

  get conforming(): boolean {
    return (this.high & 0x400) !== 0;
  }

  /** A data segment, or code that may be read. */
  get readable(): boolean {
    return this.segment && (!this.code || (this.high & 0x200) !== 0);
  }

  get writableData(): boolean {
    return (this.high & 0x1a00) === 0x1200;
  }

  // Gates.

  /** Selector in a gate. */
  get gateSelector(): number {
    return this.low >>> 16;
  }

  /** Entry point in a gate: 32 bits in a 32-bit gate, else 16. */
  get gateOffset(): number {
    return (this.type & 8) !== 0 ? (this.low & 0xffff) | (this.high & 0xffff0000) : this.low & 0xffff;
  }

  /** Number of parameters that a call gate copies, words or doublewords. */
  get gateParameters(): number {
    return this.high & 31;
  }
}

/**
 * Reads the descriptor that a selector names.
 *
 * @returns null when the selector lies outside its table, or names the LDT while there is none
 * @throws {Fault} #PF (the tables are read with supervisor privilege)
 */
export function readDescriptor(cpu: Cpu, selector: number): Descriptor | null {
  const s = cpu.s;
  const offset = selector & 0xfff8;
  let base = s[GDTR_BASE]!;
  if ((selector & 4) !== 0) {
    if (s[RIGHTS + LDTR] === 0 || offset + 7 > s[LIMIT + LDTR]! >>> 0) return null;
    base = s[BASE + LDTR]!;
  } else if (offset + 7 > s[GDTR_LIMIT]!) return null;
  const address = (base + offset) | 0;
  return new Descriptor(
    address,
    readLinear(cpu, address, 4, false),
    readLinear(cpu, (address + 4) | 0, 4, false),
  );
}

/**
 * Like {@linkcode readDescriptor}, for selectors that must be inside their table.
 *
 * @param vector exception to raise otherwise, with the selector as error code
 * @throws {Fault}
 */
export function requireDescriptor(cpu: Cpu, selector: number, vector: number): Descriptor {
  const descriptor = readDescriptor(cpu, selector);
  if (descriptor === null) throw new Fault(vector, selector & 0xfffc);
  return descriptor;
}

/** Sets the accessed bit of a segment descriptor in memory, if it is clear. @throws {Fault} #PF */
export function markAccessed(cpu: Cpu, descriptor: Descriptor): void {
  if ((descriptor.high & 0x100) !== 0) return;
  writeLinear(cpu, (descriptor.address + 5) | 0, 1, ((descriptor.high >>> 8) & 0xff) | 1, false);
}

/** Puts a descriptor that has passed its checks into a segment register; the accessed bit is set in the register too. */
export function setFromDescriptor(
  cpu: Cpu,
  register: number,
  selector: number,
  descriptor: Descriptor,
): void {
  const rights = descriptor.rights | (descriptor.segment ? 0x100 : 0);
  setSegment(cpu, register, selector, descriptor.base, descriptor.limit, rights);
}

/** Makes a segment register unusable: a null selector. The selector's own RPL bits stay. */
export function setNullSegment(cpu: Cpu, register: number, selector = 0): void {
  setSegment(cpu, register, selector, 0, 0, 0);
}

/**
 * Checks the descriptor of a stack segment for ring `cpl` (SDM volume 3A, 5.7).
 *
 * @param vector of the exception for everything but a segment that is not present: #GP, or #TS where a TSS named the stack
 * @throws {Fault} `vector`(selector), #SS(selector), #PF
 */
export function checkStackDescriptor(cpu: Cpu, selector: number, cpl: number, vector: number): Descriptor {
  if (isNull(selector)) throw new Fault(vector, vector === GP ? 0 : selector & 0xfffc);
  const descriptor = requireDescriptor(cpu, selector, vector);
  if (rpl(selector) !== cpl || !descriptor.writableData || descriptor.dpl !== cpl) {
    throw new Fault(vector, selector & 0xfffc);
  }
  if (!descriptor.present) throw new Fault(SS_VECTOR, selector & 0xfffc);
  return descriptor;
}

/**
 * Loads ES, SS, DS, FS or GS as a program does it, in every mode. Callers load SS for MOV and POP add the shadow
 * ({@linkcode SHADOW}) themselves.
 *
 * @throws {Fault} #GP, #SS, #NP, #PF; the register is unchanged then
 */
export function loadSegmentRegister(cpu: Cpu, register: number, selector: number): void {
  if (!usesDescriptors(cpu)) {
    setRealModeSegment(cpu, register, selector, virtual8086(cpu));
  } else if (register === SS) {
    const descriptor = checkStackDescriptor(cpu, selector, cpu.s[CPL]!, GP);
    markAccessed(cpu, descriptor);
    setFromDescriptor(cpu, SS, selector, descriptor);
  } else {
    loadDataSegment(cpu, register, selector, GP);
    return;
  }
  if (register === SS) cpu.updateMode();
}

/**
 * Loads ES, DS, FS or GS in protected mode (SDM volume 3A, 5.6).
 *
 * @param vector #GP, or #TS when a task switch loads the register
 * @throws {Fault} `vector`(selector), #NP(selector), #PF
 */
export function loadDataSegment(cpu: Cpu, register: number, selector: number, vector: number): void {
  if (isNull(selector)) {
    setNullSegment(cpu, register, selector);
    return;
  }
  const descriptor = requireDescriptor(cpu, selector, vector);
  const checked = !descriptor.code || !descriptor.conforming;
  const allowed = !checked || (descriptor.dpl >= rpl(selector) && descriptor.dpl >= cpu.s[CPL]!);
  if (!descriptor.readable || !allowed) throw new Fault(vector, selector & 0xfffc);
  if (!descriptor.present) throw new Fault(NP, selector & 0xfffc);
  markAccessed(cpu, descriptor);
  setFromDescriptor(cpu, register, selector, descriptor);
}

/**
 * Makes ES, DS, FS or GS null when the ring that the processor returns to may not use the segment (SDM volume 3A, 5.8.6).
 *
 * @param cpl the new ring
 */
export function dropInnerSegment(cpu: Cpu, register: number, cpl: number): void {
  const rights = cpu.s[RIGHTS + register]!;
  const conformingCode =
    (rights & (RIGHTS_SEGMENT | RIGHTS_CODE | 0x400)) === (RIGHTS_SEGMENT | RIGHTS_CODE | 0x400);
  if (((rights >>> 13) & 3) < cpl && !conformingCode) setNullSegment(cpu, register);
}
