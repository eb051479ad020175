/**
 * Delivery of an exception or interrupt: through the vector table of real mode, or through the gates of the IDT (SDM volume
 * 3A, 6.10 to 6.12 and 20.1.4; volume 2, INT n).
 *
 * @module
 */

import { eventNumber, WORLD_TRANSITION } from "../cycles/mod.ts";
import type { Cpu } from "./cpu.ts";
import {
  Descriptor,
  INTERRUPT_GATE_16,
  INTERRUPT_GATE_32,
  isNull,
  markAccessed,
  requireDescriptor,
  setFromDescriptor,
  setNullSegment,
  TASK_GATE,
  TRAP_GATE_16,
  TRAP_GATE_32,
} from "./descriptors.ts";
import { AC_VECTOR, BR, DE, Fault, GP, MF, NM, NP, PF_VECTOR, SS_VECTOR, TS, UD, XM } from "./fault.ts";
import { materializeFlags } from "./flags.ts";
import { readLinear } from "./memory.ts";
import { setStackPointer } from "./operands.ts";
import type { CpuEvent } from "./ports.ts";
import { realMode, virtual8086 } from "./privilege.ts";
import { setRealModeSegment } from "./segmentation.ts";
import { StackFrame } from "./stack_frame.ts";
import {
  AC,
  CPL,
  EFLAGS,
  EIP,
  ESP,
  FLAG_OP,
  IDTR_BASE,
  IDTR_LIMIT,
  IF,
  NT,
  RF,
  SELECTOR,
  TF,
  VM,
} from "./state.ts";
import { switchTask, taskGateTarget } from "./tasks.ts";
import { innerStack } from "./tss.ts";

const ES = 0, CS = 1, SS = 2, DS = 3, FS = 4, GS = 5;

/** Error code bit: the rest is an index into the IDT. */
const IDT_ERROR = 2;

const EVENT_PRIVILEGE_CHANGE = eventNumber("privilege-change");

/** Exceptions that are faults; #DB is one or is none (SDM volume 3A, table 6-1). */
const FAULTS: ReadonlySet<number> = new Set([
  DE,
  BR,
  UD,
  NM,
  TS,
  NP,
  SS_VECTOR,
  GP,
  PF_VECTOR,
  MF,
  AC_VECTOR,
  XM,
]);

/**
 * EFLAGS as delivery saves it. Faults set RF, so that returning to the instruction does not run into its own instruction
 * breakpoint again; #DB leaves it to whoever detected it (SDM volume 3B, 17.3.1.1).
 */
function flagsImage(cpu: Cpu, event: CpuEvent): number {
  const flags = materializeFlags(cpu.s);
  return event.kind === "exception" && FAULTS.has(event.vector) ? flags | RF : flags;
}

/**
 * Delivers an event: EIP becomes that of the handler. Nothing has changed when it throws, except when the event went through
 * a task gate and the new task was at fault ({@linkcode CommittedFault}).
 *
 * @throws {Fault} whatever the processor finds wrong on the way; error codes are without the EXT bit
 */
export function deliver(cpu: Cpu, event: CpuEvent): void {
  if (realMode(cpu)) deliverReal(cpu, event);
  else deliverProtected(cpu, event);
}

function deliverReal(cpu: Cpu, event: CpuEvent): void {
  const s = cpu.s;
  const entry = event.vector * 4;
  if (entry + 3 > s[IDTR_LIMIT]!) throw new Fault(GP, entry * 2 + IDT_ERROR);
  const address = (s[IDTR_BASE]! + entry) | 0;
  const ip = readLinear(cpu, address, 2, false);
  const cs = readLinear(cpu, (address + 2) | 0, 2, false);
  const flags = materializeFlags(s);
  const frame = StackFrame.here(cpu, 2);
  frame.push(flags);
  frame.push(s[SELECTOR + CS]!);
  frame.push(event.returnEip);
  frame.check();
  frame.write();
  s[ESP] = frame.top;
  s[EFLAGS] = flags & ~(IF | TF | AC | RF);
  s[FLAG_OP] = 0;
  setRealModeSegment(cpu, CS, cs, false);
  s[EIP] = ip;
  cpu.updateMode();
}

function deliverProtected(cpu: Cpu, event: CpuEvent): void {
  const s = cpu.s;
  const { kind, vector } = event;
  const code = vector * 8 + IDT_ERROR;
  if (vector * 8 + 7 > s[IDTR_LIMIT]!) throw new Fault(GP, code);
  const gate = readGate(cpu, vector);
  switch (gate.segment ? -1 : gate.type) {
    case TASK_GATE:
    case INTERRUPT_GATE_16:
    case TRAP_GATE_16:
    case INTERRUPT_GATE_32:
    case TRAP_GATE_32:
      break;
    default:
      throw new Fault(GP, code);
  }
  const byProgram = kind === "software" || kind === "software-exception";
  if (byProgram && gate.dpl < s[CPL]!) throw new Fault(GP, code);
  if (!gate.present) throw new Fault(NP, code);
  if (gate.type === TASK_GATE) deliverToTask(cpu, event, gate);
  else deliverThroughGate(cpu, event, gate);
}

function readGate(cpu: Cpu, vector: number): Descriptor {
  const address = (cpu.s[IDTR_BASE]! + vector * 8) | 0;
  const low = readLinear(cpu, address, 4, false);
  return new Descriptor(address, low, readLinear(cpu, (address + 4) | 0, 4, false));
}

function deliverToTask(cpu: Cpu, event: CpuEvent, gate: Descriptor): void {
  const { selector, descriptor } = taskGateTarget(cpu, gate);
  switchTask(
    cpu,
    selector,
    descriptor,
    "interrupt",
    event.returnEip,
    flagsImage(cpu, event),
    event.errorCode,
  );
}

function deliverThroughGate(cpu: Cpu, event: CpuEvent, gate: Descriptor): void {
  const s = cpu.s;
  const selector = gate.gateSelector;
  if (isNull(selector)) throw new Fault(GP, 0);
  const target = requireDescriptor(cpu, selector, GP);
  const oldCpl = s[CPL]!;
  const from8086 = virtual8086(cpu);
  if (!target.code || target.dpl > oldCpl) throw new Fault(GP, selector & 0xfffc);
  if (!target.present) throw new Fault(NP, selector & 0xfffc);
  const cpl = target.conforming ? oldCpl : target.dpl;
  if (from8086 && cpl !== 0) throw new Fault(GP, selector & 0xfffc);

  const wide = (gate.type & 8) !== 0;
  const size = wide ? 4 : 2;
  const inner = cpl < oldCpl ? innerStack(cpu, cpl) : null;
  const frame = inner === null
    ? StackFrame.here(cpu, size)
    : StackFrame.on(cpu, inner.selector, inner.descriptor, inner.pointer, size);
  if (from8086) { for (const register of [GS, FS, DS, ES]) frame.push(s[SELECTOR + register]!); }
  if (inner !== null) {
    frame.push(s[SELECTOR + SS]!);
    frame.push(s[ESP]!);
  }
  const flags = flagsImage(cpu, event);
  frame.push(flags);
  frame.push(s[SELECTOR + CS]!);
  frame.push(event.returnEip);
  if (event.errorCode >= 0) frame.push(event.errorCode);
  const offset = gate.gateOffset;
  if (offset >>> 0 > target.limit >>> 0) throw new Fault(GP, 0);
  frame.check();
  markAccessed(cpu, target);
  if (inner !== null) markAccessed(cpu, inner.descriptor);

  // From here on nothing can fault.
  frame.write();
  if (inner !== null) {
    setFromDescriptor(cpu, SS, inner.selector, inner.descriptor);
    setStackPointer(cpu, frame.top);
    cpu.ledger.count(EVENT_PRIVILEGE_CHANGE);
    cpu.chargeTo(WORLD_TRANSITION, cpu.costs.event["exception-ring-change"]);
  } else s[ESP] = frame.top;
  if (from8086) { for (const register of [GS, FS, DS, ES]) setNullSegment(cpu, register); }
  const interruptGate = gate.type === INTERRUPT_GATE_16 || gate.type === INTERRUPT_GATE_32;
  s[EFLAGS] = materializeFlags(s) & ~(TF | NT | RF | VM | (interruptGate ? IF : 0));
  s[CPL] = cpl;
  setFromDescriptor(cpu, CS, (selector & 0xfffc) | cpl, target);
  s[EIP] = offset;
  cpu.updateMode();
}
