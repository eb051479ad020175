/**
 * Transfers to other code segments: JMP, CALL and RET far, through call gates and to other tasks, SYSENTER and SYSEXIT. IRET is in
 * interrupt_return.ts. (SDM volume 3A, 5.8.)
 *
 * @module
 */

import { CS, type Instruction, SS } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { FEATURE_SEP } from "../cpuid.ts";
import {
  CALL_GATE_16,
  CALL_GATE_32,
  type Descriptor,
  isNull,
  markAccessed,
  requireDescriptor,
  rpl,
  setFromDescriptor,
  TASK_GATE,
} from "../descriptors.ts";
import { offerSystemCall, withTaskSwitch } from "../exceptions.ts";
import { Fault, GP, NP, UD } from "../fault.ts";
import { readLinear } from "../memory.ts";
import { load, peek, setStackPointer, stackMask } from "../operands.ts";
import { realMode, requireRing0, setFlags, usesDescriptors, virtual8086 } from "../privilege.ts";
import { checkSegment, setRealModeSegment, setSegment } from "../segmentation.ts";
import { StackFrame } from "../stack_frame.ts";
import {
  BASE,
  CPL,
  ECX,
  EDX,
  ESP,
  IF,
  LIMIT,
  NEXT_EIP,
  RF,
  SELECTOR,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  VM,
} from "../state.ts";
import { isAvailableTss, switchTask, taskGateTarget } from "../tasks.ts";
import { innerStack } from "../tss.ts";
import { type FarPointer, readFarPointer } from "./far_pointer.ts";
import { checkReturnSegment, notePrivilegeChange, popOuterStack, returnOutward } from "./outward.ts";

type Transfer = "jump" | "call";

const jmp: Handler = (cpu, instruction) => transfer(cpu, instruction, "jump");
const call: Handler = (cpu, instruction) => transfer(cpu, instruction, "call");

function transfer(cpu: Cpu, instruction: Instruction, how: Transfer): void {
  const target = readFarPointer(cpu, instruction, 0);
  if (!usesDescriptors(cpu)) return transferReal(cpu, instruction, target, how);
  if (isNull(target.selector)) throw new Fault(GP, 0);
  const descriptor = requireDescriptor(cpu, target.selector, GP);
  if (descriptor.segment) transferToCode(cpu, instruction, target, descriptor, how);
  else transferToSystem(cpu, target.selector, descriptor, how);
}

/** Real mode and virtual-8086 mode. */
function transferReal(cpu: Cpu, instruction: Instruction, target: FarPointer, how: Transfer): void {
  const s = cpu.s;
  if (how === "call") {
    pushReturn(cpu, StackFrame.here(cpu, instruction.operandSize), target.offset, s[LIMIT + CS]!);
  } else if (target.offset >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
  setRealModeSegment(cpu, CS, target.selector, virtual8086(cpu));
  s[NEXT_EIP] = target.offset;
  cpu.updateMode();
}

/** Pushes CS and the address of the next instruction, unless the target lies outside its segment. */
function pushReturn(cpu: Cpu, frame: StackFrame, offset: number, limit: number): void {
  const s = cpu.s;
  frame.push(s[SELECTOR + CS]!);
  frame.push(s[NEXT_EIP]!);
  if (offset >>> 0 > limit >>> 0) throw new Fault(GP, 0);
  frame.check();
  frame.write();
  s[ESP] = frame.top;
}

/** A code segment without a gate: the ring stays as it is. */
function transferToCode(
  cpu: Cpu,
  instruction: Instruction,
  target: FarPointer,
  descriptor: Descriptor,
  how: Transfer,
): void {
  const s = cpu.s;
  const { selector, offset } = target;
  const cpl = s[CPL]!;
  const allowed = descriptor.conforming
    ? descriptor.dpl <= cpl
    : rpl(selector) <= cpl && descriptor.dpl === cpl;
  if (!descriptor.code || !allowed) throw new Fault(GP, selector & 0xfffc);
  if (!descriptor.present) throw new Fault(NP, selector & 0xfffc);
  if (offset >>> 0 > descriptor.limit >>> 0 && how === "jump") throw new Fault(GP, 0);
  markAccessed(cpu, descriptor);
  if (how === "call") {
    pushReturn(cpu, StackFrame.here(cpu, instruction.operandSize), offset, descriptor.limit);
  }
  enterCode(cpu, selector, descriptor, offset, cpl);
}

/** Loads CS:EIP and the CPL after all checks. */
function enterCode(cpu: Cpu, selector: number, descriptor: Descriptor, offset: number, cpl: number): void {
  const s = cpu.s;
  s[CPL] = cpl;
  setFromDescriptor(cpu, CS, (selector & 0xfffc) | cpl, descriptor);
  s[NEXT_EIP] = offset;
  cpu.updateMode();
}

/** A call gate, a task gate, or a TSS. */
function transferToSystem(cpu: Cpu, selector: number, descriptor: Descriptor, how: Transfer): void {
  const s = cpu.s;
  const error = selector & 0xfffc;
  const { type } = descriptor;
  const gate = type === CALL_GATE_16 || type === CALL_GATE_32;
  if (!gate && type !== TASK_GATE && !isAvailableTss(descriptor)) throw new Fault(GP, error);
  if (descriptor.dpl < s[CPL]! || descriptor.dpl < rpl(selector)) throw new Fault(GP, error);
  if (!descriptor.present) throw new Fault(NP, error);
  if (gate) return transferThroughGate(cpu, descriptor, how);
  withTaskSwitch(cpu, () => {
    const target = type === TASK_GATE ? taskGateTarget(cpu, descriptor) : { selector, descriptor };
    switchTask(cpu, target.selector, target.descriptor, how, s[NEXT_EIP]!, cpu.flags);
  });
}

function transferThroughGate(cpu: Cpu, gate: Descriptor, how: Transfer): void {
  const s = cpu.s;
  const selector = gate.gateSelector;
  const error = selector & 0xfffc;
  if (isNull(selector)) throw new Fault(GP, 0);
  const target = requireDescriptor(cpu, selector, GP);
  const cpl = s[CPL]!;
  const stays = target.conforming || target.dpl === cpl;
  if (!target.code || target.dpl > cpl || (how === "jump" && !stays)) throw new Fault(GP, error);
  if (!target.present) throw new Fault(NP, error);
  const offset = gate.gateOffset;
  if (how === "call" && !stays) {
    callInward(cpu, gate, target);
  } else {
    if (offset >>> 0 > target.limit >>> 0 && how === "jump") throw new Fault(GP, 0);
    markAccessed(cpu, target);
    if (how === "call") {
      pushReturn(cpu, StackFrame.here(cpu, gate.type === CALL_GATE_32 ? 4 : 2), offset, target.limit);
    }
  }
  cpu.charge(cpu.costs.event["call-gate"]);
  enterCode(cpu, selector, target, offset, stays ? cpl : target.dpl);
}

/** Changes to the inner ring's stack: the old stack, the parameters and the return address go there. */
function callInward(cpu: Cpu, gate: Descriptor, target: Descriptor): void {
  const s = cpu.s;
  const size = gate.type === CALL_GATE_32 ? 4 : 2;
  const inner = innerStack(cpu, target.dpl);
  const frame = StackFrame.on(cpu, inner.selector, inner.descriptor, inner.pointer, size);
  frame.push(s[SELECTOR + SS]!);
  frame.push(s[ESP]!);
  for (let n = gate.gateParameters - 1; n >= 0; n--) frame.push(parameter(cpu, n * size, size));
  frame.push(s[SELECTOR + CS]!);
  frame.push(s[NEXT_EIP]!);
  if (gate.gateOffset >>> 0 > target.limit >>> 0) throw new Fault(GP, 0);
  frame.check();
  markAccessed(cpu, target);
  markAccessed(cpu, inner.descriptor);
  frame.write();
  s[CPL] = target.dpl;
  setFromDescriptor(cpu, SS, inner.selector, inner.descriptor);
  setStackPointer(cpu, frame.top);
  notePrivilegeChange(cpu);
}

/** Reads a parameter from the caller's stack, with the rights of the caller's ring. */
function parameter(cpu: Cpu, at: number, size: 2 | 4): number {
  const s = cpu.s;
  const offset = (s[ESP]! + at) & stackMask(cpu);
  checkSegment(cpu, SS, offset, size, false);
  return readLinear(cpu, (s[BASE + SS]! + offset) | 0, size, cpu.user);
}

const ret: Handler = (cpu, instruction) => {
  const s = cpu.s;
  const size = instruction.operandSize;
  const release = instruction.operands.length > 0 ? load(cpu, instruction, 0) & 0xffff : 0;
  const eip = peek(cpu, 0, size);
  const selector = peek(cpu, size, size) & 0xffff;
  if (!usesDescriptors(cpu)) {
    if (eip >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
    setRealModeSegment(cpu, CS, selector, virtual8086(cpu));
    setStackPointer(cpu, s[ESP]! + 2 * size + release);
    s[NEXT_EIP] = eip;
    cpu.updateMode();
    return;
  }
  const code = checkReturnSegment(cpu, selector);
  if (rpl(selector) > s[CPL]!) {
    const stack = popOuterStack(cpu, 2 * size + release, size, rpl(selector));
    if (eip >>> 0 > code.limit >>> 0) throw new Fault(GP, 0);
    returnOutward(cpu, selector, code, eip, stack, release);
    return;
  }
  if (eip >>> 0 > code.limit >>> 0) throw new Fault(GP, 0);
  markAccessed(cpu, code);
  setStackPointer(cpu, s[ESP]! + 2 * size + release);
  enterCode(cpu, selector, code, eip, s[CPL]!);
};

/** Rights of the flat segments that SYSENTER and SYSEXIT load without looking at a table, but for the DPL. */
const FLAT_CODE = 0xc09b00, FLAT_DATA = 0xc09300;

function enterFlat(cpu: Cpu, code: number, stack: number, cpl: number, eip: number, esp: number): void {
  const s = cpu.s;
  setSegment(cpu, CS, (code & 0xfffc) | cpl, 0, -1, FLAT_CODE | (cpl << 13));
  setSegment(cpu, SS, (stack & 0xfffc) | cpl, 0, -1, FLAT_DATA | (cpl << 13));
  s[CPL] = cpl;
  s[ESP] = esp;
  s[NEXT_EIP] = eip;
  cpu.updateMode();
}

function requireSystemCallInstructions(cpu: Cpu): void {
  if ((cpu.model.features & FEATURE_SEP) === 0) throw new Fault(UD);
}

function requireSystemCalls(cpu: Cpu): number {
  requireSystemCallInstructions(cpu);
  const selector = cpu.s[SYSENTER_CS]!;
  if (realMode(cpu) || isNull(selector)) throw new Fault(GP, 0);
  return selector;
}

const sysenter: Handler = (cpu, instruction) => {
  const s = cpu.s;
  requireSystemCallInstructions(cpu);
  if (!realMode(cpu) && offerSystemCall(cpu, instruction.length)) return;
  const selector = requireSystemCalls(cpu);
  setFlags(cpu, 0, VM | IF | RF);
  enterFlat(cpu, selector, selector + 8, 0, s[SYSENTER_EIP]!, s[SYSENTER_ESP]!);
};

const sysexit: Handler = (cpu) => {
  const s = cpu.s;
  const selector = requireSystemCalls(cpu);
  requireRing0(cpu);
  enterFlat(cpu, selector + 16, selector + 24, 3, s[EDX]!, s[ECX]!);
};

/** Routines of the family "far-transfer", but for IRET. */
export const farTransfer = {
  "jmp-far": jmp,
  "call-far": call,
  "ret-far": ret,
  sysenter,
  sysexit,
} satisfies Record<string, Handler>;
