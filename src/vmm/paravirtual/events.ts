/**
 * Events of a paravirtual guest: exceptions, INT n and timer ticks go to the handlers of its trap table.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  CPL,
  type Cpu,
  type CpuEvent,
  CR2,
  EFLAGS,
  EIP,
  ESP,
  Fault,
  FLAG_OP,
  IF,
  materializeFlags,
  NT,
  probeWrite,
  RF,
  RUNNING,
  SELECTOR,
  setSegment,
  SHADOW,
  SHUTDOWN,
  TF,
  writeLinear,
} from "../../cpu/mod.ts";
import { SHARED_PAGE, TRAP_FLAGS } from "../../hypercall/mod.ts";
import { CS, SS } from "../../isa/mod.ts";
import { PROGRAM_FLAGS } from "../direct_execution.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import type { ParavirtualDescriptors } from "./descriptors.ts";

/** One entry of the trap table. */
export interface TrapEntry {
  readonly flags: number;
  readonly selector: number;
  readonly eip: number;
}

const GP = 13, PAGE_FAULT = 14;
const HYPERCALL = 0x82;
/** Error code bit: the rest is an index into the IDT. */
const IDT_ERROR = 2;
/** Exceptions that are faults: RF is set in the flags they save. */
const FAULTS: ReadonlySet<number> = new Set([0, 5, 6, 7, 10, 11, 12, 13, 14, 16, 17, 19]);

/** Where a guest wants its events, and how they get there. */
export class ParavirtualEvents {
  /** By vector. */
  readonly traps = new Map<number, TrapEntry>();
  /** Stack of ring 1 for events from ring 3. */
  stack = { selector: 0, pointer: 0 };
  /** Guest-physical address of the shared page; -1 before there is one. */
  sharedPage = -1;

  readonly #vm: VirtualMachine;
  readonly #descriptors: ParavirtualDescriptors;

  constructor(vm: VirtualMachine, descriptors: ParavirtualDescriptors) {
    this.#vm = vm;
    this.#descriptors = descriptors;
  }

  /** Nothing is registered. */
  reset(): void {
    this.traps.clear();
    this.stack = { selector: 0, pointer: 0 };
    this.sharedPage = -1;
  }

  /** The mask byte of the shared page. Ticks are masked while there is none. */
  get mask(): boolean {
    return this.sharedPage >= 0 &&
      (this.#vm.memory.read32(this.sharedPage + SHARED_PAGE.mask) & 0xff) !== 0;
  }

  set mask(open: boolean) {
    this.#writeShared(SHARED_PAGE.mask, 1, open ? 1 : 0);
  }

  /** Tells the guest that a tick is held back. */
  set pending(pending: boolean) {
    this.#writeShared(SHARED_PAGE.pending, 1, pending ? 1 : 0);
  }

  #writeShared(offset: number, size: 1 | 4, value: number): void {
    if (this.sharedPage >= 0) this.#vm.memory.write(this.sharedPage + offset, size, value);
  }

  /**
   * Delivers an event in the guest: its virtual processor then stands at the handler. An event that has no handler, or whose
   * handler has no stack, ends the virtual machine.
   */
  deliver(event: CpuEvent): void {
    const vcpu = this.#vm.cpu, v = vcpu.s;
    if (event.kind === "software" && !this.#mayRaise(event.vector)) {
      v[EIP] = (event.returnEip - event.instructionLength) | 0;
      this.deliver({
        kind: "exception",
        vector: GP,
        errorCode: event.vector * 8 + IDT_ERROR,
        returnEip: v[EIP]!,
        instructionLength: 0,
      });
      return;
    }
    const entry = this.traps.get(event.vector);
    const code = entry && this.#descriptors.code(entry.selector, 1);
    if (entry === undefined || code === null || code === undefined) return this.#shutDown();
    try {
      this.#pushFrame(vcpu, event);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return this.#shutDown();
    }
    if (event.vector === PAGE_FAULT) this.#writeShared(SHARED_PAGE.faultAddress, 4, v[CR2]!);
    if ((entry.flags & TRAP_FLAGS.mask) !== 0) this.mask = false;
    v[CPL] = 1;
    setSegment(vcpu, CS, entry.selector, code.base, code.limit, code.rights | 0x100);
    v[EIP] = entry.eip | 0;
    v[EFLAGS] = materializeFlags(v) & ~(TF | NT | RF);
    v[FLAG_OP] = 0;
    v[SHADOW] = 0;
    v[ACTIVITY] = RUNNING;
    vcpu.updateMode();
  }

  /** Whether a program in the present ring may raise a vector by INT n. */
  #mayRaise(vector: number): boolean {
    if (vector === HYPERCALL) return false;
    const entry = this.traps.get(vector);
    return entry !== undefined && (entry.flags & TRAP_FLAGS.ring) >= this.#vm.cpu.s[CPL]!;
  }

  /** The frame of a hardware interrupt. @throws {Fault} when there is no stack for it; nothing has changed then */
  #pushFrame(vcpu: Cpu, event: CpuEvent): void {
    const v = vcpu.s;
    const fromUser = v[CPL] === 3;
    const resume = event.kind === "exception" && FAULTS.has(event.vector) ? RF : 0;
    const maskWas = fromUser || this.mask ? IF : 0;
    const flags = (materializeFlags(v) & PROGRAM_FLAGS) | resume | maskWas | 2;
    const words = [flags, v[SELECTOR + CS]!, event.returnEip];
    if (event.errorCode >= 0) words.push(event.errorCode);
    if (fromUser) words.unshift(v[SELECTOR + SS]!, v[ESP]!);
    const inner = fromUser ? this.#descriptors.stack(this.stack.selector, 1) : null;
    if (fromUser && inner === null) throw new Fault(GP, 0);
    const base = inner?.base ?? v[BASE + SS]!;
    const top = fromUser ? this.stack.pointer : v[ESP]!;
    for (let n = 1; n <= words.length; n++) probeWrite(vcpu, (base + top - 4 * n) | 0, 4, false);
    words.forEach((word, n) => writeLinear(vcpu, (base + top - 4 * (n + 1)) | 0, 4, word, false));
    if (inner !== null) {
      setSegment(vcpu, SS, this.stack.selector, inner.base, inner.limit, inner.rights | 0x100);
    }
    v[ESP] = (top - 4 * words.length) | 0;
  }

  #shutDown(): void {
    this.#vm.cpu.s[ACTIVITY] = SHUTDOWN;
  }
}
