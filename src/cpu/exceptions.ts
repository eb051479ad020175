/**
 * What becomes of an exception or interrupt: it is offered to the VMX extension, then to a monitor, then delivered to the
 * guest; and when delivery itself faults, that becomes the next exception, a double fault, or shutdown (SDM volume 3A, 6.15,
 * interrupt 8).
 *
 * @module
 */

import { EVENT_TRAP, WORLD_TRANSITION } from "../cycles/mod.ts";
import type { Cpu } from "./cpu.ts";
import { deliver } from "./delivery.ts";
import { DB, DE, DF_VECTOR, Fault, GP, NP, PF_VECTOR, SS_VECTOR, TS } from "./fault.ts";
import type { CpuEvent } from "./ports.ts";
import { ACTIVITY, CPL, CURRENT, DR, EIP, NEXT_EIP, RUNNING, SHUTDOWN } from "./state.ts";
import { CommittedFault } from "./tasks.ts";

/** Error code bit: the exception happened while something from outside the program was being delivered. */
const EXTERNAL = 1;

/** DR7.GD, which a debug exception clears so that its handler can use the debug registers. */
const GENERAL_DETECT = 0x2000;

type Severity = "benign" | "contributory" | "page-fault" | "double-fault";

/** Table 6-4. Interrupts of all kinds are benign. */
function severity(event: CpuEvent): Severity {
  if (event.kind !== "exception") return "benign";
  switch (event.vector) {
    case DE:
    case TS:
    case NP:
    case SS_VECTOR:
    case GP:
      return "contributory";
    case PF_VECTOR:
      return "page-fault";
    case DF_VECTOR:
      return "double-fault";
    default:
      return "benign";
  }
}

/** Vectors whose error code has an EXT bit. */
function hasExternalBit(vector: number): boolean {
  return vector === TS || vector === NP || vector === SS_VECTOR || vector === GP;
}

function byProgram(event: CpuEvent): boolean {
  return event.kind === "software" || event.kind === "software-exception";
}

/** The event that follows when delivering `first` faults: table 6-5. Null for a triple fault. */
function followUp(cpu: Cpu, first: CpuEvent, fault: Fault): CpuEvent | null {
  const external = !byProgram(first) && hasExternalBit(fault.vector) ? EXTERNAL : 0;
  const second: CpuEvent = {
    kind: "exception",
    vector: fault.vector,
    errorCode: fault.errorCode < 0 ? -1 : fault.errorCode | external,
    returnEip: cpu.s[EIP]!,
    instructionLength: 0,
    during: first,
  };
  const before = severity(first), after = severity(second);
  if (after === "benign") return second;
  if (before === "double-fault") return null;
  const doubled = before === "contributory" ? after === "contributory" : before === "page-fault";
  return doubled ? { ...second, vector: DF_VECTOR, errorCode: 0 } : second;
}

/**
 * Counts an event, and charges what the hardware does before its handler's first instruction, a change of stack excepted.
 *
 * @param sign -1 takes back what was booked just before
 */
function book(cpu: Cpu, event: CpuEvent, sign: 1 | -1 = 1): void {
  const { costs } = cpu;
  if (event.kind !== "interrupt") cpu.ledger.count(EVENT_TRAP + event.vector, sign); // interrupts have a count of their own
  const external = event.kind === "interrupt" || event.kind === "nmi";
  const pageFault = event.kind === "exception" && event.vector === PF_VECTOR ? costs.event["page-fault"] : 0;
  const cycles = (external ? costs.event.interrupt : costs.event.exception) + pageFault;
  cpu.chargeTo(WORLD_TRANSITION, sign * cycles);
}

/** Offers an event to the ports. @returns true when one of them took it; nothing has been booked otherwise */
function offer(cpu: Cpu, event: CpuEvent): boolean {
  if (cpu.intercept?.active && cpu.intercept.event(cpu, event)) return true;
  if (cpu.trap === null) return false;
  // The port sees the time that the way to it takes, and may change the virtual machine that is charged: book first. It is in
  // ring 0: from everywhere else, the hardware changes stacks.
  const change = cpu.s[CPL] === 0 ? 0 : cpu.costs.event["exception-ring-change"];
  book(cpu, event);
  cpu.chargeTo(WORLD_TRANSITION, change);
  if (cpu.trap.deliver(cpu, event)) return true;
  cpu.chargeTo(WORLD_TRANSITION, -change);
  book(cpu, event, -1);
  return false;
}

/**
 * Raises an event: intercept port, then trap port, then the guest's IDT. To be called between instructions (or by the last
 * thing an instruction does) with a consistent processor. A triple fault is offered to the intercept port, then shuts the
 * processor down; this function never throws a {@linkcode Fault}.
 */
export function raise(cpu: Cpu, event: CpuEvent): void {
  const s = cpu.s;
  s[EIP] = event.returnEip;
  s[ACTIVITY] = RUNNING;
  if (
    !deliverOrFollowUp(cpu, event) && !(cpu.intercept?.active && cpu.intercept.external(cpu, "triple-fault"))
  ) {
    s[ACTIVITY] = SHUTDOWN;
    cpu.leave();
  }
  // Between instructions nobody else will move what delivery has spent (a stack in a device's memory) into the totals.
  if (s[CURRENT] === -1) cpu.settle();
}

/** Delivers an event, or what becomes of it. @returns false for a triple fault */
function deliverOrFollowUp(cpu: Cpu, event: CpuEvent): boolean {
  let current = event;
  for (;;) {
    if (offer(cpu, current)) return true;
    book(cpu, current);
    const fault = attempt(cpu, current);
    if (fault === null) return true;
    const next = followUp(cpu, current, fault);
    if (next === null) return false;
    current = next;
  }
}

/** Delivers an event. @returns the fault that stood in the way, or null */
function attempt(cpu: Cpu, event: CpuEvent): Fault | null {
  try {
    deliver(cpu, event);
  } catch (fault) {
    if (fault instanceof Fault) return fault;
    throw fault;
  }
  const s = cpu.s;
  if (event.vector === DB && event.kind !== "software") s[DR + 7] = s[DR + 7]! & ~GENERAL_DETECT;
  return null;
}

/**
 * Raises an event on behalf of the instruction being executed, as INT n, INT3, INTO and INT1 do. `event.returnEip` is the next
 * instruction's. What its gate refuses is neither counted nor charged: the processor looks at the gate and delivers #GP instead.
 *
 * @throws {Fault} what is wrong with the gate, before anything has happened: a fault of the instruction itself
 */
export function raiseFromInstruction(cpu: Cpu, event: CpuEvent): void {
  const s = cpu.s;
  const instructionEip = s[EIP]!;
  s[EIP] = event.returnEip;
  cpu.eventDelivered = true;
  if (!offer(cpu, event)) {
    const fault = attempt(cpu, event);
    if (fault === null || fault instanceof CommittedFault) book(cpu, event);
    if (fault instanceof CommittedFault) {
      const next = followUp(cpu, event, fault);
      if (next !== null) raise(cpu, next);
    } else if (fault !== null) {
      s[EIP] = instructionEip;
      const next = followUp(cpu, event, fault)!; // an event of an instruction is benign: never null
      throw new Fault(next.vector, next.errorCode, event);
    }
  }
  s[NEXT_EIP] = s[EIP]!;
  cpu.leave();
}

/**
 * Offers SYSENTER to the trap port: it leads to ring 0, which is the monitor's, without a gate and without an exception's
 * price.
 *
 * @returns true when the port took it; the instruction then has nothing left to do
 */
export function offerSystemCall(cpu: Cpu, instructionLength: number): boolean {
  const s = cpu.s;
  if (cpu.trap === null || s[CPL] === 0) return false;
  const instructionEip = s[EIP]!;
  const returnEip = s[NEXT_EIP]!;
  s[EIP] = returnEip;
  if (!cpu.trap.deliver(cpu, { kind: "sysenter", vector: -1, errorCode: -1, returnEip, instructionLength })) {
    s[EIP] = instructionEip;
    return false;
  }
  cpu.eventDelivered = true;
  s[NEXT_EIP] = s[EIP]!;
  cpu.leave();
  return true;
}

/**
 * Runs what may switch tasks on behalf of the instruction being executed: a fault in the new task is delivered there, all
 * others are the instruction's own.
 *
 * @throws {Fault}
 */
export function withTaskSwitch(cpu: Cpu, transfer: () => void): void {
  try {
    transfer();
  } catch (fault) {
    if (!(fault instanceof CommittedFault)) throw fault;
    const { vector, errorCode } = fault;
    raise(cpu, { kind: "exception", vector, errorCode, returnEip: cpu.s[EIP]!, instructionLength: 0 });
  }
  cpu.s[NEXT_EIP] = cpu.s[EIP]!;
}
