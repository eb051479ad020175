/**
 * The emitted sequences: what guest instructions that cannot be copied become in the translation cache. Each begins and ends
 * with the guest's registers and flags where they belong; in between a recipe says how to get back before the instruction.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import { EAX, ECX, EDX, type Emitter, ESP } from "./emitter.ts";
import { LOOKED_UP } from "./unit.ts";
import * as W from "./window.ts";

/** Bit of a register in a recipe. */
const bit = (register: number): number => 1 << register;
const IF = 0x200;
/** Added to a selector it gives no 0. */
export const NO_SELECTOR = 0x10000;

/** Puts a register aside. */
function spill(e: Emitter, register: number): void {
  e.store(W.SPILL + 4 * register, register);
}

function unspill(e: Emitter, register: number): void {
  e.load(register, W.SPILL + 4 * register);
}

/** CLI: the virtual interrupt flag is cleared. */
export function emitCli(e: Emitter): void {
  e.storeConstant(W.VIRTUAL_IF, 0);
}

/**
 * STI: the virtual interrupt flag is set, unless an interrupt waits: then the monitor does it.
 *
 * @returns the callout's offset
 */
export function emitSti(e: Emitter): number {
  spill(e, ECX);
  e.load(ECX, W.PENDING);
  e.recover({ spilled: bit(ECX) });
  const quiet = e.jumpIfEcxZero();
  unspill(e, ECX);
  const callout = e.callout();
  e.land(quiet);
  unspill(e, ECX);
  e.recovered();
  e.storeConstant(W.VIRTUAL_IF, IF);
  return callout;
}

/**
 * PUSHFD. The real flags are the guest's but for IF, which is always set, and IOPL, which is 0: what is missing is an addition,
 * and LEA adds without touching a flag.
 */
export function emitPushf(e: Emitter): void {
  for (const register of [EAX, ECX, ESP]) spill(e, register);
  // PUSHFD itself may fault, and has then done nothing.
  e.load(ECX, W.VIRTUAL_IF);
  e.recover({ spilled: bit(ECX) });
  e.bytes(0x9c);
  e.recover({ spilled: bit(EAX) | bit(ECX) | bit(ESP) });
  e.peek(EAX);
  e.sum(EAX, EAX, ECX, -IF);
  e.load(ECX, W.VIRTUAL_IOPL);
  e.sum(EAX, EAX, ECX);
  e.poke(EAX);
  unspill(e, EAX);
  unspill(e, ECX);
}

/**
 * POPFD. The monitor does it when it would set TF or an unusual IOPL, touch the flags of the upper half, or let a waiting
 * interrupt in.
 *
 * @returns the callouts' offsets
 */
export function emitPopf(e: Emitter): number[] {
  const callouts: number[] = [];
  const otherwise = (jump: number): void => {
    unspill(e, ECX);
    callouts.push(e.callout());
    e.land(jump);
  };
  spill(e, ECX);
  e.peek(ECX); // faults where POPFD would
  e.recover({ spilled: bit(ECX) });
  e.peekPart(ECX, 2, 2);
  otherwise(e.jumpIfEcxZero());
  e.peekPart(ECX, 1, 1);
  e.loadTable(ECX, ECX, W.POPF_HARD);
  otherwise(e.jumpIfEcxZero());
  e.load(ECX, W.PENDING);
  otherwise(e.jumpIfEcxZero());
  e.load(ECX, W.VIRTUAL_IF);
  e.store(W.SAVED_IF, ECX);
  e.peekPart(ECX, 1, 1);
  e.loadTable(ECX, ECX, W.POPF_IF);
  e.store(W.VIRTUAL_IF, ECX);
  e.recover({ spilled: bit(ECX), interruptFlag: true });
  unspill(e, ECX);
  e.recover({ spilled: 0, interruptFlag: true });
  e.bytes(0x9d);
  return callouts;
}

/** RDTSC: the physical counter plus the virtual machine's offset, with the flags kept. */
export function emitRdtsc(e: Emitter): void {
  spill(e, EAX);
  spill(e, EDX);
  e.bytes(0x9f); // lahf
  e.recover({ spilled: bit(EAX) });
  e.bytes(0x0f, 0x90, 0xc0); // seto al
  e.store(W.SAVED_FLAGS, EAX);
  e.bytes(0x0f, 0x31); // rdtsc
  e.recover({ spilled: bit(EAX) | bit(EDX), flags: true });
  e.bytes(0x65, 0x03, 0x05); // add eax, gs:[...]
  e.word(W.TSC_LOW);
  e.bytes(0x65, 0x13, 0x15); // adc edx, gs:[...]
  e.word(W.TSC_HIGH);
  e.store(W.CACHE_TARGET, EAX);
  e.load(EAX, W.SAVED_FLAGS);
  e.bytes(0x04, 0x7f); // add al, 7fh: OF
  e.bytes(0x9e); // sahf
  e.load(EAX, W.CACHE_TARGET);
}

/**
 * IN AL from a static port.
 *
 * @param latch number of the port among the static ones
 * @param port to compare DX with, or -1 when the instruction names the port
 * @returns the callouts' offsets
 */
export function emitIn(e: Emitter, latch: number, port: number): number[] {
  const callouts: number[] = [];
  spill(e, ECX);
  if (port >= 0) {
    e.low16(ECX, EDX);
    e.recover({ spilled: bit(ECX) });
    e.add(ECX, ECX, -port);
    const same = e.jumpIfEcxZero();
    unspill(e, ECX);
    callouts.push(e.callout());
    e.land(same);
  }
  e.load(ECX, W.PORT_READS);
  e.recover({ spilled: bit(ECX) });
  e.add(ECX, ECX, 1);
  e.store(W.PORT_READS, ECX);
  unspill(e, ECX);
  e.recovered();
  e.bytes(0x65, 0x8a, 0x05); // mov al, gs:[...]
  e.word(W.LATCHES + 4 * latch);
  return callouts;
}

/** PUSH of a segment register: the guest's selector, not the real one. */
export function emitPushSelector(e: Emitter, segment: number): void {
  e.pushSlot(W.SELECTORS + 4 * segment);
}

/** MOV from a segment register to a general register or memory. @param tail ModR/M byte and what follows it, @param prefixes */
export function emitMovSelector(
  e: Emitter,
  instruction: Instruction,
  prefixes: Uint8Array,
  tail: Uint8Array,
): void {
  const [destination, source] = instruction.operands;
  const slot = W.SELECTORS + 4 * source!.index;
  if (destination!.kind === "register") {
    if (destination!.size === 2) e.bytes(0x66);
    e.load(destination!.index, slot);
    return;
  }
  const register = [EAX, ECX, EDX].find((r) => r !== destination!.base && r !== destination!.index)!;
  spill(e, register);
  e.load(register, slot);
  e.recover({ spilled: bit(register) });
  e.bytes(...prefixes, 0x66, 0x89, (tail[0]! & ~0x38) | register << 3, ...tail.subarray(1));
  e.happened({ spilled: bit(register) });
  unspill(e, register);
}

/**
 * A load of ES, DS or FS. The processor does it from the shadow table, once the monitor has seen that it does the same there as
 * natively: for one selector, which is compared with the one to be loaded. Others are the monitor's.
 *
 * @param source general register with the selector, or -1 for the stack
 * @returns the callout's offset, and that of the displacement that holds minus the selector
 */
export function emitLoadSegment(
  e: Emitter,
  source: number,
  bytes: Uint8Array,
): { readonly callout: number; readonly prediction: number } {
  spill(e, ECX);
  if (source < 0) e.peekPart(ECX, 2, 0);
  else e.low16(ECX, source);
  e.recover({ spilled: bit(ECX) });
  e.add(ECX, ECX, NO_SELECTOR);
  const prediction = e.at - 4;
  const same = e.jumpIfEcxZero();
  unspill(e, ECX);
  const callout = e.callout();
  e.land(same);
  unspill(e, ECX);
  e.recovered();
  e.bytes(...bytes);
  return { callout, prediction };
}

/** What a sequence that looks its target up needs to know about its instruction. */
export interface LookUp {
  /** Loads the target into ECX, whose value the guest still needs. May fault. */
  readonly loadTarget: () => void;
  /** Bytes to drop from the stack (RET), or 0. */
  readonly drop: number;
  /** Return address to push (CALL), or null. */
  readonly returnEip: number | null;
  /** Compare with a predicted target first. */
  readonly inlineCache: boolean;
}

/** Where the interesting places of a look-up are. */
export interface EmittedLookUp {
  /** The callout for a target that is not in the table. */
  readonly miss: number;
  /** The inline cache's exit and the displacement that holds minus the predicted target. */
  readonly exit: number;
  readonly prediction: number;
}

/**
 * RET, indirect JMP and indirect CALL: finds the translation of the target, first in the inline cache, then in the look-up table.
 * All comparisons are additions by LEA and tests by JECXZ: no flag changes.
 */
export function emitLookUp(e: Emitter, lookUp: LookUp): EmittedLookUp {
  const depart = (): void => {
    unspill(e, ECX);
    e.recovered();
    if (lookUp.returnEip !== null) e.push(lookUp.returnEip);
    if (lookUp.drop > 0) e.add(ESP, ESP, lookUp.drop);
    e.committed(LOOKED_UP);
  };
  spill(e, ECX);
  lookUp.loadTarget();
  e.recover({ spilled: bit(ECX) });
  e.store(W.TARGET, ECX);
  let hit = 0, prediction = -1, exit = -1;
  if (lookUp.inlineCache) {
    e.add(ECX, ECX, 0);
    prediction = e.at - 4;
    hit = e.jumpIfEcxZero();
  }
  spill(e, EDX);
  e.load(EDX, W.TARGET);
  e.recover({ spilled: bit(ECX) | bit(EDX) });
  e.times8(ECX, EDX);
  e.low16(ECX, ECX);
  e.store(W.ENTRY, ECX);
  e.loadIndexed(ECX, ECX, W.LOOKUP);
  e.sum(ECX, ECX, EDX);
  unspill(e, EDX);
  e.recover({ spilled: bit(ECX) });
  const found = e.jumpIfEcxZero();
  unspill(e, ECX);
  const miss = e.callout();
  e.land(found);
  e.load(ECX, W.ENTRY);
  e.loadIndexed(ECX, ECX, W.LOOKUP + 4);
  e.store(W.CACHE_TARGET, ECX);
  depart();
  e.jumpSlot(W.CACHE_TARGET);
  if (lookUp.inlineCache) {
    e.land(hit);
    e.recover({ spilled: bit(ECX) });
    depart();
    exit = e.exit();
  }
  return { miss, exit, prediction };
}

/** Counts an execution of a unit. */
export function emitCount(e: Emitter, slot: number): void {
  spill(e, ECX);
  e.load(ECX, slot);
  e.recover({ spilled: bit(ECX) });
  e.add(ECX, ECX, 1);
  e.store(slot, ECX);
  unspill(e, ECX);
  e.recovered();
}
