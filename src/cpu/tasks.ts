/**
 * Hardware task switching (SDM volume 3A, chapter 7): far JMP and CALL to a TSS or task gate, interrupts through task gates,
 * IRET with NT.
 *
 * @module
 */

import { eventNumber, WORLD_TRANSITION } from "../cycles/mod.ts";
import type { Cpu } from "./cpu.ts";
import {
  checkStackDescriptor,
  type Descriptor,
  isNull,
  LDT,
  loadDataSegment,
  markAccessed,
  readDescriptor,
  requireDescriptor,
  rpl,
  setFromDescriptor,
  setNullSegment,
  TSS_16,
  TSS_16_BUSY,
  TSS_32,
  TSS_32_BUSY,
} from "./descriptors.ts";
import { Fault, GP, NP, TS } from "./fault.ts";
import { probeWrite, readLinear, writeLinear } from "./memory.ts";
import { push } from "./operands.ts";
import { FLAGS_DEFINED } from "./privilege.ts";
import { setRealModeSegment } from "./segmentation.ts";
import {
  BASE,
  CPL,
  CR0,
  CR0_PG,
  CR0_TS,
  CR3,
  DEBUG_PENDING,
  DR,
  EFLAGS,
  EIP,
  FLAG_OP,
  LDTR,
  LIMIT,
  NT,
  SELECTOR,
  TR,
  VM,
} from "./state.ts";
import { hasTss32, TSS_16_LIMIT, TSS_32_LIMIT, TSS_BACKLINK, TSS_T_FLAG } from "./tss.ts";

const ES = 0, CS = 1, SS = 2, DS = 3, FS = 4, GS = 5;

/** What makes the processor switch tasks. CALL and interrupts nest, IRET returns, JMP forgets. */
export type TaskSwitchCause = "jump" | "call" | "interrupt" | "return";

/** A fault after the point of no return of a task switch: it happens in the new task, before its first instruction. */
export class CommittedFault extends Fault {}

/** Where the dynamic part of a TSS lies: offset and size of each field. */
interface Layout {
  readonly size: 2 | 4;
  readonly eip: number;
  readonly eflags: number;
  /** EAX; the other general registers follow in the machine's order. */
  readonly registers: number;
  /** ES; then CS, SS, DS and, with 32 bits, FS and GS. */
  readonly segments: number;
  readonly segmentStep: number;
  readonly segmentCount: number;
  readonly ldt: number;
  readonly limit: number;
}

const LAYOUT_32: Layout = {
  size: 4,
  eip: 0x20,
  eflags: 0x24,
  registers: 0x28,
  segments: 0x48,
  segmentStep: 4,
  segmentCount: 6,
  ldt: 0x60,
  limit: TSS_32_LIMIT,
};
const LAYOUT_16: Layout = {
  size: 2,
  eip: 0x0e,
  eflags: 0x10,
  registers: 0x12,
  segments: 0x22,
  segmentStep: 2,
  segmentCount: 4,
  ldt: 0x2a,
  limit: TSS_16_LIMIT,
};
const TSS_CR3 = 0x1c;

/** DR7: local breakpoints and LE, which a task switch turns off. */
const LOCAL_BREAKPOINTS = 0x155;
/** DR6.BT: the debug exception came from a task switch. */
const DEBUG_TASK = 0x8000;

const EVENT_TASK_SWITCH = eventNumber("task-switch");

/** The TSS that a task gate names, checked to be available. @throws {Fault} #GP(TSS), #NP(TSS), #PF */
export function taskGateTarget(cpu: Cpu, gate: Descriptor): { selector: number; descriptor: Descriptor } {
  const selector = gate.gateSelector;
  const error = selector & 0xfffc;
  const descriptor = (selector & 4) !== 0 || isNull(selector) ? null : readDescriptor(cpu, selector);
  if (descriptor === null || !isAvailableTss(descriptor)) throw new Fault(GP, error);
  if (!descriptor.present) throw new Fault(NP, error);
  return { selector, descriptor };
}

/** A TSS that is not busy. */
export function isAvailableTss(descriptor: Descriptor): boolean {
  return !descriptor.segment && (descriptor.type === TSS_16 || descriptor.type === TSS_32);
}

/**
 * Returns to the task that the present one is nested in: IRET with NT set.
 *
 * @throws {Fault} #TS(link), #NP(link), and as {@linkcode switchTask}
 */
export function returnFromTask(cpu: Cpu, savedEip: number): void {
  const s = cpu.s;
  const selector = readLinear(cpu, (s[BASE + TR]! + TSS_BACKLINK) | 0, 2, false);
  const error = selector & 0xfffc;
  const descriptor = (selector & 4) !== 0 || isNull(selector) ? null : readDescriptor(cpu, selector);
  const busy = descriptor !== null && !descriptor.segment &&
    (descriptor.type === TSS_16_BUSY || descriptor.type === TSS_32_BUSY);
  if (!busy) throw new Fault(TS, error);
  if (!descriptor.present) throw new Fault(NP, error);
  switchTask(cpu, selector, descriptor, "return", savedEip, cpu.flags);
}

/** What the new task's TSS says. */
interface TaskImage {
  readonly cr3: number;
  readonly eip: number;
  readonly eflags: number;
  readonly registers: readonly number[];
  readonly segments: readonly number[];
  readonly ldt: number;
  readonly debug: boolean;
}

/**
 * Switches to the task of a checked TSS descriptor.
 *
 * @param savedEip EIP that the old task will go on at
 * @param savedFlags its flags
 * @param errorCode to push on the new task's stack, -1 for none
 * @throws {Fault} #TS(TSS), #PF before anything has changed; {@linkcode CommittedFault} afterwards
 */
export function switchTask(
  cpu: Cpu,
  selector: number,
  descriptor: Descriptor,
  cause: TaskSwitchCause,
  savedEip: number,
  savedFlags: number,
  errorCode = -1,
): void {
  const s = cpu.s;
  const next = (descriptor.type & 8) !== 0 ? LAYOUT_32 : LAYOUT_16;
  if (descriptor.limit >>> 0 < next.limit) throw new Fault(TS, selector & 0xfffc);
  const old = hasTss32(cpu) ? LAYOUT_32 : LAYOUT_16;
  const oldBase = s[BASE + TR]!;
  const oldSelector = s[SELECTOR + TR]!;
  if (s[LIMIT + TR]! >>> 0 < old.limit) throw new Fault(TS, oldSelector & 0xfffc);
  const nests = cause === "call" || cause === "interrupt";

  // Everything that may fault is touched before anything changes.
  const saved = old.segments + old.segmentStep * old.segmentCount - old.eip;
  probeWrite(cpu, (oldBase + old.eip) | 0, saved, false);
  const image = readImage(cpu, descriptor.base, next);
  if (nests) probeWrite(cpu, descriptor.base, 2, false);
  const oldDescriptor = nests || isNull(oldSelector) ? null : readDescriptor(cpu, oldSelector);
  if (oldDescriptor !== null) probeWrite(cpu, (oldDescriptor.address + 5) | 0, 1, false);
  probeWrite(cpu, (descriptor.address + 5) | 0, 1, false);

  if (oldDescriptor !== null) setBusy(cpu, oldDescriptor, false);
  saveState(cpu, oldBase, old, savedEip, cause === "return" ? savedFlags & ~NT : savedFlags);
  if (nests) writeLinear(cpu, (descriptor.base + TSS_BACKLINK) | 0, 2, oldSelector, false);
  if (cause !== "return") setBusy(cpu, descriptor, true);

  setFromDescriptor(cpu, TR, selector, descriptor);
  s[40 + TR] = descriptor.rights | 0x200; // busy in the register too
  s[CR0] = s[CR0]! | CR0_TS;
  s[DR + 7] = s[DR + 7]! & ~LOCAL_BREAKPOINTS;
  const cycles = cpu.costs.event["task-switch"];
  if (cause === "interrupt") cpu.chargeTo(WORLD_TRANSITION, cycles);
  else cpu.charge(cycles);
  cpu.ledger.count(EVENT_TASK_SWITCH);
  try {
    loadState(cpu, image, next, nests);
    if (errorCode >= 0) push(cpu, errorCode, next.size);
    if (s[EIP]! >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
  } catch (fault) {
    if (fault instanceof Fault) throw new CommittedFault(fault.vector, fault.errorCode);
    throw fault;
  } finally {
    cpu.updateMode();
    cpu.updateBreakpoints();
    if (image.debug) s[DEBUG_PENDING] = s[DEBUG_PENDING]! | DEBUG_TASK;
  }
}

function setBusy(cpu: Cpu, descriptor: Descriptor, busy: boolean): void {
  const byte = (descriptor.high >>> 8) & 0xff;
  writeLinear(cpu, (descriptor.address + 5) | 0, 1, busy ? byte | 2 : byte & ~2, false);
}

function readImage(cpu: Cpu, base: number, layout: Layout): TaskImage {
  const { size } = layout;
  const field = (offset: number, bytes: 2 | 4): number => readLinear(cpu, (base + offset) | 0, bytes, false);
  const registers = [];
  for (let n = 0; n < 8; n++) registers.push(field(layout.registers + n * size, size));
  const segments = [];
  for (let n = 0; n < 6; n++) {
    segments.push(n < layout.segmentCount ? field(layout.segments + n * layout.segmentStep, 2) : 0);
  }
  return {
    cr3: size === 4 ? field(TSS_CR3, 4) : 0,
    eip: field(layout.eip, size),
    eflags: field(layout.eflags, size),
    registers,
    segments,
    ldt: field(layout.ldt, 2),
    debug: size === 4 && (field(TSS_T_FLAG, 2) & 1) !== 0,
  };
}

function saveState(cpu: Cpu, base: number, layout: Layout, eip: number, eflags: number): void {
  const s = cpu.s;
  const { size } = layout;
  const put = (offset: number, bytes: 2 | 4, value: number): void =>
    writeLinear(cpu, (base + offset) | 0, bytes, value, false);
  put(layout.eip, size, eip);
  put(layout.eflags, size, eflags);
  for (let n = 0; n < 8; n++) put(layout.registers + n * size, size, s[n]!);
  for (let n = 0; n < layout.segmentCount; n++) {
    put(layout.segments + n * layout.segmentStep, 2, s[SELECTOR + n]!);
  }
}

/** Loads the new task's state; from here on faults belong to it. */
function loadState(cpu: Cpu, image: TaskImage, layout: Layout, nested: boolean): void {
  const s = cpu.s;
  if (layout.size === 4 && (s[CR0]! & CR0_PG) !== 0) {
    s[CR3] = image.cr3;
    cpu.flushTlb(true);
  }
  const eflags = ((image.eflags & FLAGS_DEFINED) | 2) | (nested ? NT : 0);
  s[EFLAGS] = eflags;
  s[FLAG_OP] = 0;
  s[EIP] = image.eip;
  for (let n = 0; n < 8; n++) s[n] = image.registers[n]!;
  // First the selectors alone: whatever faults below finds the new task's registers, without descriptors behind them.
  for (let n = 0; n < 6; n++) setNullSegment(cpu, n, image.segments[n]!);
  setNullSegment(cpu, LDTR, image.ldt);
  const v86 = (eflags & VM) !== 0;
  s[CPL] = v86 ? 3 : rpl(image.segments[CS]!);
  loadLdt(cpu, image.ldt, TS);
  if (v86) {
    for (let n = 0; n < 6; n++) setRealModeSegment(cpu, n, image.segments[n]!, true);
    return;
  }
  // The stack before the code, so that a handler of the same ring finds one (table 7-1 allows either order).
  cpu.user = s[CPL] === 3;
  const stack = image.segments[SS]!;
  const descriptor = checkStackDescriptor(cpu, stack, s[CPL]!, TS);
  markAccessed(cpu, descriptor);
  setFromDescriptor(cpu, SS, stack, descriptor);
  loadCode(cpu, image.segments[CS]!);
  for (const register of [DS, ES, FS, GS]) loadDataSegment(cpu, register, image.segments[register]!, TS);
}

/** Loads CS for a new task: its DPL must fit the selector's RPL. */
function loadCode(cpu: Cpu, selector: number): void {
  if (isNull(selector)) throw new Fault(TS, selector & 0xfffc);
  const descriptor = requireDescriptor(cpu, selector, TS);
  const fits = descriptor.conforming ? descriptor.dpl <= rpl(selector) : descriptor.dpl === rpl(selector);
  if (!descriptor.code || !fits) throw new Fault(TS, selector & 0xfffc);
  if (!descriptor.present) throw new Fault(NP, selector & 0xfffc);
  markAccessed(cpu, descriptor);
  setFromDescriptor(cpu, CS, selector, descriptor);
}

/**
 * Loads LDTR.
 *
 * @param vector #GP for LLDT, #TS for a task switch
 * @throws {Fault} `vector`(selector); when not present #NP for LLDT, #TS for a task switch; #PF
 */
export function loadLdt(cpu: Cpu, selector: number, vector: number): void {
  if (isNull(selector)) {
    setNullSegment(cpu, LDTR, selector);
    return;
  }
  const error = selector & 0xfffc;
  const descriptor = (selector & 4) !== 0 ? null : readDescriptor(cpu, selector);
  if (descriptor === null || descriptor.segment || descriptor.type !== LDT) throw new Fault(vector, error);
  if (!descriptor.present) throw new Fault(vector === GP ? NP : TS, error);
  setFromDescriptor(cpu, LDTR, selector, descriptor);
}
