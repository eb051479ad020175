/**
 * The interpreter: executes one instruction of a guest on its virtual processor. The semantics are those of the processor
 * itself, applied to virtual registers, guest memory and virtual devices; whatever faults, faults in the guest.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  BUDGET,
  BUDGET_START,
  type Cpu,
  CYCLES_F64,
  DEBUG_PENDING,
  DR,
  EFLAGS,
  EIP,
  EPOCH,
  Fault,
  HANDLERS,
  LIMIT,
  NEXT_EIP,
  raise,
  RF,
  RIGHTS,
  RIGHTS_BIG,
  RUNNING,
  SHADOW,
  TF,
  translate,
  UD,
} from "../../cpu/mod.ts";
import { EVENT_TRAP, eventNumber } from "../../cycles/mod.ts";
import { CS, decode, type Instruction } from "../../isa/mod.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import { ROUTINES } from "./routines.ts";

const EVENT_INTERPRETATION = eventNumber("monitor-interpretation");
/** A repeated string instruction is taken this many cycles further at a time. */
const BUDGET_CYCLES = 10_000;
const MAX_BYTES = 15;
/** Decoded instructions that are remembered. */
const REMEMBERED = 4096;

/** What was interpreted, for those who watch. */
export interface Interpretation {
  readonly vm: VirtualMachine;
  /** Null when it was decoded on the way: a single step, code across a page. */
  readonly instruction: Instruction | null;
  /** The guest's linear address of it. */
  readonly linear: number;
}

/** Interprets the instructions of one virtual machine. */
export class Interpreter {
  readonly #vm: VirtualMachine;
  readonly #vcpu: Cpu;
  /** By host address and code size. */
  readonly #decoded = new Map<number, { instruction: Instruction; bytes: Uint8Array }>();

  constructor(vm: VirtualMachine) {
    this.#vm = vm;
    this.#vcpu = vm.cpu;
  }

  /**
   * Executes the instruction at the guest's CS:EIP and pays for it: decoding, the routine, every access to guest memory.
   * What it raises is delivered in the guest.
   *
   * @param known the instruction, when the caller has decoded it already (and decoding need not be paid)
   */
  one(known?: Instruction): void {
    const vm = this.#vm, vcpu = this.#vcpu, v = vcpu.s;
    const { bus } = vm;
    this.begin();
    const accesses = bus.accesses;
    if (known === undefined) vm.charge("monitor-decode");
    const instruction = this.#mustStep() ? null : known ?? this.#decode();
    vm.observe(instruction);
    if (instruction === null) vcpu.step();
    else this.#run(instruction, () => this.#carryOut(instruction));
    v[BUDGET] = v[BUDGET_START] = BUDGET_CYCLES;
    vm.counts.interpreted++;
    vm.physical.ledger.count(EVENT_INTERPRETATION);
    vm.charge("monitor-interpret");
    vm.charge("monitor-memory-access", bus.accesses - accesses);
    this.end();
  }

  /** The routine of a privileged or sensitive instruction; any other has no more to it than its semantics. */
  #carryOut(instruction: Instruction): void {
    const vm = this.#vm;
    const routine = ROUTINES.get(instruction.form.operation);
    if (routine === undefined) {
      const handler = HANDLERS[instruction.form.operation];
      if (handler === undefined) throw new Fault(UD);
      handler(vm.cpu, instruction);
      return;
    }
    if (routine.resource !== null) vm.allocator.ask(vm.number, routine.resource);
    if (routine.run(vm, instruction)) this.#epoch = vm.cpu.s[EPOCH]!;
  }

  /** Delivers the interrupt that waits in the guest, through the guest's gate, and pays for it. */
  interrupt(): void {
    const vm = this.#vm;
    const accesses = vm.bus.accesses;
    this.begin();
    this.#vcpu.s[SHADOW] = 0;
    this.#vcpu.step();
    vm.charge("monitor-interpret");
    vm.charge("monitor-memory-access", vm.bus.accesses - accesses);
    this.end();
  }

  /** Delivers an exception in the guest and pays for it. */
  inject(deliver: () => void): void {
    const vm = this.#vm;
    const { bus } = vm;
    this.begin();
    const accesses = bus.accesses;
    this.#run(null, deliver);
    vm.charge("monitor-interpret");
    vm.charge("monitor-memory-access", bus.accesses - accesses);
    this.end();
  }

  /** The virtual processor's clock is set: its time is that of its machine. */
  begin(): void {
    const vcpu = this.#vcpu, v = vcpu.s;
    vcpu.f64[CYCLES_F64] = this.#vm.now();
    v[BUDGET] = v[BUDGET_START] = BUDGET_CYCLES;
    this.#epoch = v[EPOCH]!;
  }

  #epoch = 0;

  /** Tells memory virtualization when what was done (a task switch, for example) has changed the guest's mappings. */
  end(): void {
    const { s } = this.#vm.cpu;
    if (s[EPOCH] !== this.#epoch) this.#vm.mappingsChanged();
  }

  /** Runs a routine of the processor's semantics; what it throws becomes an exception in the guest. */
  #run(instruction: Instruction | null, routine: () => void): void {
    const vcpu = this.#vcpu, v = vcpu.s;
    v[SHADOW] = 0;
    if (instruction !== null) {
      const eip = v[EIP]!;
      const next = eip + instruction.length;
      v[NEXT_EIP] = (v[RIGHTS + CS]! & RIGHTS_BIG) !== 0 ? next | 0 : next & 0xffff;
    }
    try {
      routine();
      if (instruction !== null) v[EIP] = v[NEXT_EIP]!;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      v[DEBUG_PENDING] = 0;
      this.#vm.physical.ledger.count(EVENT_TRAP + fault.vector);
      raise(vcpu, {
        kind: "exception",
        vector: fault.vector,
        errorCode: fault.errorCode,
        returnEip: v[EIP]!,
        instructionLength: 0,
        during: fault.during,
      });
    }
  }

  /** Single steps, breakpoints and the instruction after STI or MOV SS are the processor's own business. */
  #mustStep(): boolean {
    const v = this.#vcpu.s;
    return (v[EFLAGS]! & (TF | RF)) !== 0 || v[SHADOW] !== 0 || (v[DR + 7]! & 0xff) !== 0 ||
      v[DEBUG_PENDING] !== 0 || v[ACTIVITY] !== RUNNING || this.#vm.interruptible;
  }

  /** The instruction at CS:EIP; null when it has to be fetched byte by byte (or cannot be fetched). */
  #decode(): Instruction | null {
    const vm = this.#vm, vcpu = this.#vcpu, v = vcpu.s;
    const eip = v[EIP]! >>> 0;
    const limit = v[LIMIT + CS]! >>> 0;
    if (eip > limit) return null;
    const linear = (v[BASE + CS]! + eip) | 0;
    let gpa: number;
    try {
      gpa = translate(vcpu, linear, false, vcpu.user);
    } catch (fault) {
      if (fault instanceof Fault) return null; // found out again by the step that follows, and delivered there
      throw fault;
    }
    const frame = vm.memory.frame(gpa >>> 12);
    if (frame < 0) return null;
    const at = frame + (gpa & 0xfff);
    const bits = (v[RIGHTS + CS]! & RIGHTS_BIG) !== 0 ? 32 : 16;
    const room = Math.min(4096 - (gpa & 0xfff), limit - eip + 1, MAX_BYTES);
    return this.#decodeAt(at, bits, room);
  }

  #decodeAt(at: number, bits: 16 | 32, room: number): Instruction | null {
    const { u8 } = this.#vm.physical;
    const key = at * 2 + (bits === 32 ? 1 : 0);
    const known = this.#decoded.get(key);
    if (known !== undefined && known.bytes.length <= room && same(u8, at, known.bytes)) {
      return known.instruction;
    }
    const instruction = decode(u8, at, bits, at + room);
    if (instruction === null) return null;
    if (this.#decoded.size >= REMEMBERED) this.#decoded.clear();
    this.#decoded.set(key, { instruction, bytes: u8.slice(at, at + instruction.length) });
    return instruction;
  }
}

function same(u8: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (u8[at + i] !== bytes[i]) return false;
  return true;
}
