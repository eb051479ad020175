/**
 * Paravirtualization: a guest kernel that knows it runs in ring 1 and asks the monitor, by INT 82h, for what needs ring 0. The calls
 * are described in the room `hypercall`.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  CPL,
  type CpuEvent,
  CR0,
  CR0_PG,
  CR0_WP,
  CR3,
  CR4,
  CR4_PSE,
  EAX,
  EBX,
  ECX,
  EDX,
  EFLAGS,
  EIP,
  ESP,
  Fault,
  FLAG_OP,
  GDTR_LIMIT,
  HALTED,
  IDTR_LIMIT,
  IF,
  materializeFlags,
  readLinear,
  RUNNING,
  setSegment,
  TR,
} from "../../cpu/mod.ts";
import { eventNumber } from "../../cycles/mod.ts";
import {
  HYPERCALL_ERRORS,
  HYPERCALL_VECTOR,
  HYPERCALLS,
  PARAVIRTUAL_MAGIC,
  SHARED_PAGE,
  TRAP_FLAGS,
} from "../../hypercall/mod.ts";
import { CS, DS, ES, FS, GS, SS } from "../../isa/mod.ts";
import { DEBUG_EXIT_PORT, type Timer } from "../../machine/mod.ts";
import { MONITOR_BASE } from "../area.ts";
import { PROGRAM_FLAGS } from "../direct_execution.ts";
import type { Technique } from "../technique.ts";
import type { VirtualMachine } from "../virtual_machine.ts";
import { MOST_DESCRIPTORS, ParavirtualDescriptors } from "./descriptors.ts";
import { ParavirtualEvents } from "./events.ts";
import { ParavirtualPageTables } from "./page_tables.ts";

const EVENT_HYPERCALL = eventNumber("hypercall");

const { notPermitted, badAddress, invalid, unknown } = HYPERCALL_ERRORS;
/** Rights of a task register whose task state is empty. */
const NO_TASK_STATE = 0x8b00;
const NAMES: ReadonlyMap<number, string> = new Map(HYPERCALLS.map(({ number, name }) => [number, name]));

/** A hypercall that is refused: the result for EAX. */
class Refused {
  readonly result: number;
  constructor(result: number) {
    this.result = result;
  }
}

/** What an argument must be. @throws {Refused} */
function require(holds: boolean, result: number): asserts holds {
  if (!holds) throw new Refused(result);
}

/** The technique for one virtual machine. */
export class Paravirtual implements Technique {
  readonly name = "paravirtual";
  /** How often each hypercall was made, by name. */
  readonly calls = new Map<string, number>();

  readonly #vm: VirtualMachine;
  readonly #descriptors: ParavirtualDescriptors;
  readonly #events: ParavirtualEvents;
  readonly #tables: ParavirtualPageTables;
  readonly #timer: Timer;
  readonly #direct = new Set<number>();
  #period = 0;
  #vector = 0;
  #tick = false;

  constructor(vm: VirtualMachine) {
    this.#vm = vm;
    this.#descriptors = new ParavirtualDescriptors(vm.area);
    this.#events = new ParavirtualEvents(vm, this.#descriptors);
    this.#tables = new ParavirtualPageTables(vm.memory);
    this.#timer = vm.clock.timer("paravirtual timer", () => this.#ticked());
    vm.descriptors = this.#descriptors;
    // Whatever is raised in the guest goes to its trap table; it has no IDT.
    vm.cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => {
        this.#events.deliver(event);
        return true;
      },
    };
  }

  reset(): void {
    this.#descriptors.reset();
    this.#events.reset();
    this.#tables.reset();
    this.#closeDirectEntries();
    this.#timer.cancel();
    this.#period = 0;
    this.#tick = false;
    this.calls.clear();
  }

  /** A paravirtual guest starts in ring 1, in flat segments, and finds a sign of it in EAX. */
  start(): void {
    const vcpu = this.#vm.cpu, v = vcpu.s;
    const code = this.#descriptors.original(1)!, data = this.#descriptors.original(2)!;
    v[CPL] = 1;
    v[EAX] = PARAVIRTUAL_MAGIC;
    v[GDTR_LIMIT] = 0;
    v[IDTR_LIMIT] = 0;
    // No task state, and so no map of ports that a program might be let to.
    setSegment(vcpu, TR, 0, 0, 0, NO_TASK_STATE);
    setSegment(vcpu, CS, 0x09, code.base, code.limit, code.rights);
    for (const r of [ES, SS, DS, FS, GS]) setSegment(vcpu, r, 0x11, data.base, data.limit, data.rights);
    vcpu.updateMode();
  }

  enter(vm: VirtualMachine): boolean {
    if (!vm.direct.runnable()) return false;
    vm.direct.enter({ timeStampTraps: true });
    return true;
  }

  leave(vm: VirtualMachine, event: CpuEvent): CpuEvent {
    vm.direct.leave(event);
    return event;
  }

  /** INT n that goes straight from ring 3 to the guest's kernel. */
  bypasses(event: CpuEvent): boolean {
    return event.kind === "software" && this.#direct.has(event.vector) && this.#vm.physical.s[CPL] === 3;
  }

  trap(vm: VirtualMachine, event: CpuEvent): boolean {
    if (event.kind !== "software" || event.vector !== HYPERCALL_VECTOR || vm.cpu.s[CPL] !== 1) return false;
    this.#hypercall();
    return true;
  }

  /** Delivers the tick that waits, if the guest lets it in. */
  deliverPending(vm: VirtualMachine): boolean {
    if (!this.#tick) return false;
    if (vm.cpu.s[CPL] === 1 && !this.#events.mask) {
      this.#events.pending = true;
      return false;
    }
    this.#tick = false;
    this.#events.pending = false;
    vm.interpreter.inject(() => this.#events.deliver(this.#tickEvent()));
    return true;
  }

  #tickEvent(): CpuEvent {
    const returnEip = this.#vm.cpu.s[EIP]!;
    return { kind: "interrupt", vector: this.#vector, errorCode: -1, returnEip, instructionLength: 0 };
  }

  #ticked(): void {
    this.#timer.set(this.#vm.clock.now() + this.#period);
    if (this.#events.sharedPage < 0) return;
    this.#tick = true;
    const v = this.#vm.cpu.s;
    if (v[ACTIVITY] === HALTED) v[ACTIVITY] = RUNNING;
  }

  // --- Hypercalls ----------------------------------------------------------------------------------------------------

  #hypercall(): void {
    const vm = this.#vm, v = vm.cpu.s;
    const name = NAMES.get(v[EAX]!);
    vm.charge("hypercall");
    vm.physical.ledger.count(EVENT_HYPERCALL);
    const { accesses } = vm.bus;
    vm.interpreter.begin();
    try {
      require(name !== undefined, unknown);
      this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
      const result = CALLS[name]!.call(this, v[EBX]!, v[ECX]!, v[EDX]!);
      if (result !== undefined) v[EAX] = result;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      v[EAX] = refused.result;
    }
    vm.charge("monitor-memory-access", vm.bus.accesses - accesses);
    vm.interpreter.end();
  }

  /** A word that the guest's kernel could read itself. @throws {Refused} */
  #read(linear: number, size: 1 | 4 = 4): number {
    require((linear >>> 0) < MONITOR_BASE, badAddress);
    try {
      return readLinear(this.#vm.cpu, linear | 0, size, false);
    } catch (fault) {
      if (fault instanceof Fault) throw new Refused(badAddress);
      throw fault;
    }
  }

  #closeDirectEntries(): void {
    for (const vector of this.#direct) this.#vm.area.closeGate(vector);
    this.#direct.clear();
  }

  registerSharedPage(gpa: number): number {
    require((gpa & 15) === 0, invalid);
    require(this.#vm.memory.isRam(gpa >>> 0, SHARED_PAGE.bytes), notPermitted);
    this.#events.sharedPage = gpa >>> 0;
    for (let n = 0; n < 8; n += 4) this.#vm.memory.write((gpa + n) >>> 0, 4, 0);
    return 0;
  }

  setGdt(pointer: number, count: number): number {
    require(count >= 1 && count <= MOST_DESCRIPTORS, invalid);
    const words: [number, number][] = [];
    for (let n = 0; n < count; n++) {
      words.push([this.#read(pointer + n * 8), this.#read(pointer + n * 8 + 4)]);
    }
    require(words[0]![0] === 0 && words[0]![1] === 0, invalid);
    require(words.every(([low, high]) => ParavirtualDescriptors.permitted(low, high)), notPermitted);
    this.#descriptors.set(words);
    return 0;
  }

  setDescriptor(selector: number, low: number, high: number): number {
    const inside = (selector & ~0xfff8) === 0 && selector !== 0 && selector >>> 3 < this.#descriptors.count;
    require(inside, invalid);
    require(ParavirtualDescriptors.permitted(low, high), notPermitted);
    this.#descriptors.replace(selector >>> 3, low, high);
    return 0;
  }

  setTrapTable(pointer: number, count: number): number {
    require(count >= 0 && count <= 256, invalid);
    const { ring, mask, direct } = TRAP_FLAGS;
    const entries = new Map<number, { flags: number; selector: number; eip: number }>();
    for (let n = 0; n < count; n++) {
      const word = this.#read(pointer + n * 8), eip = this.#read(pointer + n * 8 + 4);
      const vector = word & 0xff, flags = (word >>> 8) & 0xff, selector = word >>> 16;
      require(
        (flags & ~(ring | mask | direct)) === 0 && ((flags & ring) === 1 || (flags & ring) === 3),
        invalid,
      );
      require(
        (flags & direct) === 0 || (vector >= 0x20 && (flags & ring) === 3 && (flags & mask) === 0),
        invalid,
      );
      require(vector !== HYPERCALL_VECTOR && !entries.has(vector), invalid);
      require(this.#descriptors.code(selector, 1) !== null, notPermitted);
      require(eip >>> 0 < MONITOR_BASE, invalid);
      entries.set(vector, { flags, selector, eip });
    }
    this.#closeDirectEntries();
    this.#events.traps.clear();
    for (const [vector, entry] of entries) {
      this.#events.traps.set(vector, entry);
      if ((entry.flags & direct) === 0) continue;
      this.#direct.add(vector);
      this.#vm.area.openGate(vector, entry.selector, entry.eip);
    }
    return 0;
  }

  stackSwitch(selector: number, pointer: number): number {
    require((selector & ~0xffff) === 0 && this.#descriptors.stack(selector, 1) !== null, notPermitted);
    this.#events.stack = { selector, pointer };
    this.#vm.area.setRing1Stack(selector, pointer);
    return 0;
  }

  setPageDirectory(gpa: number): number {
    const vm = this.#vm, vcpu = vm.cpu, v = vcpu.s;
    require((gpa & 0xfff) === 0, invalid);
    require(vm.memory.isRam(gpa >>> 0, 4096), notPermitted);
    if (!this.#tables.has(gpa)) vm.charge("monitor-memory-access", 1024);
    require(this.#tables.use(gpa), notPermitted);
    v[CR3] = gpa;
    v[CR0] = v[CR0]! | CR0_PG | CR0_WP;
    v[CR4] = v[CR4]! | CR4_PSE;
    vcpu.flushTlb();
    return 0;
  }

  releasePageDirectory(gpa: number): number {
    require(this.#tables.has(gpa) && this.#vm.cpu.s[CR3] !== gpa, invalid);
    this.#tables.release(gpa);
    return 0;
  }

  updatePageTable(address: number, value: number): number {
    const { memory } = this.#vm;
    require((address & 3) === 0, invalid);
    require(memory.isRam(address >>> 0, 4), notPermitted);
    require(this.#tables.permitted(address, value), notPermitted);
    this.#vm.charge("monitor-memory-access");
    memory.write(address >>> 0, 4, value);
    return 0;
  }

  multicall(pointer: number, count: number): number {
    require(count >= 0 && count <= 512, invalid);
    for (let n = 0; n < count; n++) this.#read(pointer + n * 8 + 4);
    for (let n = 0; n < count; n++) {
      try {
        this.updatePageTable(this.#read(pointer + n * 8), this.#read(pointer + n * 8 + 4));
      } catch (refused) {
        if (refused instanceof Refused) return n;
        throw refused;
      }
    }
    return count;
  }

  invalidate(linear: number): number {
    require(linear >>> 0 < MONITOR_BASE, invalid);
    this.#vm.pageInvalidated(linear);
    return 0;
  }

  unmask(): number {
    require(this.#events.sharedPage >= 0, invalid);
    this.#events.mask = true;
    return 0;
  }

  iret(): undefined {
    const vcpu = this.#vm.cpu, v = vcpu.s;
    const at = (n: number) => this.#read((v[BASE + SS]! + v[ESP]! + 4 * n) | 0);
    const [eax, eip, selector, flags] = [at(0), at(1), at(2) & 0xffff, at(3)];
    const ring = selector & 3;
    const code = this.#descriptors.code(selector, ring);
    require((ring === 1 || ring === 3) && code !== null, notPermitted);
    if (ring === 3) {
      const [esp, stackSelector] = [at(4), at(5) & 0xffff];
      const stack = this.#descriptors.stack(stackSelector, 3);
      require(stack !== null, notPermitted);
      setSegment(vcpu, SS, stackSelector, stack.base, stack.limit, stack.rights | 0x100);
      v[ESP] = esp;
    } else v[ESP] = (v[ESP]! + 16) | 0;
    v[CPL] = ring;
    setSegment(vcpu, CS, selector, code.base, code.limit, code.rights | 0x100);
    v[EAX] = eax;
    v[EIP] = eip;
    v[EFLAGS] = (materializeFlags(v) & ~PROGRAM_FLAGS) | (flags & PROGRAM_FLAGS) | 2;
    v[FLAG_OP] = 0;
    this.#events.mask = ring === 3 || (flags & IF) !== 0;
    vcpu.updateMode();
    return undefined;
  }

  consoleWrite(pointer: number, count: number): number {
    require(count >= 0 && count <= 4096, invalid);
    const bytes: number[] = [];
    for (let n = 0; n < count; n++) bytes.push(this.#read(pointer + n, 1));
    for (const byte of bytes) this.#vm.print(byte);
    return count;
  }

  ioRead(port: number, size: number): number {
    require(isPort(port, size), invalid);
    return this.#vm.devices.portRead(port, size) | 0;
  }

  ioWrite(port: number, size: number, value: number): number {
    require(isPort(port, size), invalid);
    const bits = size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
    this.#vm.devices.portWrite(port, size, bits);
    return 0;
  }

  yield(): number {
    this.#vm.yields = true;
    return 0;
  }

  block(): number {
    require(this.#events.sharedPage >= 0, invalid);
    this.#events.mask = true;
    if (!this.#tick) this.#vm.cpu.s[ACTIVITY] = HALTED;
    return 0;
  }

  setTimer(nanoseconds: number, vector: number): number {
    const period = nanoseconds >>> 0;
    require(period === 0 || (period >= 10_000 && period <= 1_000_000_000), invalid);
    require(vector >= 0x20 && vector <= 0xff && vector !== HYPERCALL_VECTOR, invalid);
    const { clock } = this.#vm;
    this.#vector = vector;
    this.#period = Math.max(1, Math.round(period * clock.hertz / 1e9));
    if (period === 0) this.#timer.cancel();
    else this.#timer.set(clock.now() + this.#period);
    return 0;
  }

  shutdown(code: number): number {
    this.#vm.devices.portWrite(DEBUG_EXIT_PORT, 1, code & 0xff);
    return 0;
  }
}

function isPort(port: number, size: number): size is 1 | 2 | 4 {
  return port >= 0 && port <= 0xffff && (size === 1 || size === 2 || size === 4);
}

type Call = (this: Paravirtual, ebx: number, ecx: number, edx: number) => number | undefined;

/** The routine behind each hypercall, by the name that the interface gives it. */
const CALLS: Readonly<Record<string, Call>> = {
  register_shared_page: Paravirtual.prototype.registerSharedPage,
  set_gdt: Paravirtual.prototype.setGdt,
  set_descriptor: Paravirtual.prototype.setDescriptor,
  set_trap_table: Paravirtual.prototype.setTrapTable,
  stack_switch: Paravirtual.prototype.stackSwitch,
  set_page_directory: Paravirtual.prototype.setPageDirectory,
  release_page_directory: Paravirtual.prototype.releasePageDirectory,
  update_page_table: Paravirtual.prototype.updatePageTable,
  multicall: Paravirtual.prototype.multicall,
  invalidate: Paravirtual.prototype.invalidate,
  unmask: Paravirtual.prototype.unmask,
  iret: Paravirtual.prototype.iret,
  console_write: Paravirtual.prototype.consoleWrite,
  io_read: Paravirtual.prototype.ioRead,
  io_write: Paravirtual.prototype.ioWrite,
  yield: Paravirtual.prototype.yield,
  block: Paravirtual.prototype.block,
  set_timer: Paravirtual.prototype.setTimer,
  shutdown: Paravirtual.prototype.shutdown,
};
