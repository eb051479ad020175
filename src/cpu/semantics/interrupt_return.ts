/**
 * IRET in all its variants: real mode, virtual-8086 mode, the same ring, an outer ring, virtual-8086 mode from ring 0, and the
 * return to the task that the present one is nested in (SDM volume 2, IRET).
 *
 * @module
 */

import { CS, DS, ES, FS, GS, type Instruction, SS } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { markAccessed, rpl, setFromDescriptor } from "../descriptors.ts";
import { withTaskSwitch } from "../exceptions.ts";
import { Fault, GP } from "../fault.ts";
import { peek, setStackPointer } from "../operands.ts";
import { FLAGS_DEFINED, ioPrivilegeLevel, realMode, setFlags, virtual8086 } from "../privilege.ts";
import { setRealModeSegment } from "../segmentation.ts";
import {
  AC,
  ARITHMETIC_FLAGS,
  CPL,
  DF,
  EFLAGS,
  ESP,
  FLAG_OP,
  ID,
  IF,
  IOPL,
  LIMIT,
  NEXT_EIP,
  NMI_BLOCKED,
  NT,
  RF,
  TF,
  VIF,
  VIP,
  VM,
} from "../state.ts";
import { returnFromTask } from "../tasks.ts";
import { checkReturnSegment, notePrivilegeChange, popOuterStack, returnOutward } from "./outward.ts";

/** The flags that IRET takes from the stack, given who executes it. */
function flagMask(cpu: Cpu, size: 2 | 4): number {
  let mask = ARITHMETIC_FLAGS | TF | DF | NT;
  const cpl = cpu.s[CPL]!;
  if (realMode(cpu) || cpl === 0) mask |= IF | IOPL;
  else if (cpl <= ioPrivilegeLevel(cpu)) mask |= IF;
  if (size === 4) mask |= RF | AC | ID | (!realMode(cpu) && cpl === 0 ? VIF | VIP : 0);
  return mask;
}

const iret: Handler = (cpu, instruction) => {
  const s = cpu.s;
  if (virtual8086(cpu)) {
    if (ioPrivilegeLevel(cpu) < 3) throw new Fault(GP, 0);
    returnReal(cpu, instruction);
  } else if (realMode(cpu)) returnReal(cpu, instruction);
  else if ((s[EFLAGS]! & NT) !== 0) withTaskSwitch(cpu, () => returnFromTask(cpu, s[NEXT_EIP]!));
  else returnProtected(cpu, instruction);
};

/** NMIs are let in again by the execution of an IRET, even one that faults (SDM volume 3A, 6.7.1). */
const iretUnblocking: Handler = (cpu, instruction) => {
  cpu.s[NMI_BLOCKED] = 0;
  iret(cpu, instruction);
};

function returnReal(cpu: Cpu, instruction: Instruction): void {
  const s = cpu.s;
  const size = instruction.operandSize;
  const eip = peek(cpu, 0, size);
  const selector = peek(cpu, size, size) & 0xffff;
  const flags = peek(cpu, 2 * size, size);
  if (eip >>> 0 > s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
  setStackPointer(cpu, s[ESP]! + 3 * size);
  setRealModeSegment(cpu, CS, selector, virtual8086(cpu));
  s[NEXT_EIP] = eip;
  const mask = flagMask(cpu, size);
  cpu.updateMode();
  setFlags(cpu, flags, mask);
}

function returnProtected(cpu: Cpu, instruction: Instruction): void {
  const s = cpu.s;
  const size = instruction.operandSize;
  const eip = peek(cpu, 0, size);
  const selector = peek(cpu, size, size) & 0xffff;
  const flags = peek(cpu, 2 * size, size);
  if (size === 4 && (flags & VM) !== 0 && s[CPL] === 0) {
    return returnTo8086(cpu, eip, selector, flags);
  }
  const code = checkReturnSegment(cpu, selector);
  const mask = flagMask(cpu, size);
  if (rpl(selector) > s[CPL]!) {
    const stack = popOuterStack(cpu, 3 * size, size, rpl(selector));
    if (eip >>> 0 > code.limit >>> 0) throw new Fault(GP, 0);
    returnOutward(cpu, selector, code, eip, stack, 0);
  } else {
    if (eip >>> 0 > code.limit >>> 0) throw new Fault(GP, 0);
    markAccessed(cpu, code);
    setStackPointer(cpu, s[ESP]! + 3 * size);
    setFromDescriptor(cpu, CS, selector, code);
    s[NEXT_EIP] = eip;
    cpu.updateMode();
  }
  setFlags(cpu, flags, mask);
}

/** Ring 0 enters virtual-8086 mode: ESP, SS and the four data segments lie above the flags. */
function returnTo8086(cpu: Cpu, eip: number, selector: number, flags: number): void {
  const s = cpu.s;
  const pointer = peek(cpu, 12, 4);
  const segments = [16, 20, 24, 28, 32].map((at) => peek(cpu, at, 4) & 0xffff);
  if (eip >>> 0 > 0xffff) throw new Fault(GP, 0);
  notePrivilegeChange(cpu);
  s[EFLAGS] = (flags & FLAGS_DEFINED) | 2;
  s[FLAG_OP] = 0;
  s[CPL] = 3;
  setRealModeSegment(cpu, CS, selector, true);
  [SS, ES, DS, FS, GS].forEach((register, n) => setRealModeSegment(cpu, register, segments[n]!, true));
  s[ESP] = pointer;
  s[NEXT_EIP] = eip;
  cpu.updateMode();
}

/** The routine of IRET, IRETD. */
export const interruptReturn = { iret: iretUnblocking } satisfies Record<string, Handler>;
