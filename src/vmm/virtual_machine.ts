/**
 * A virtual machine: a virtual processor, guest-physical memory, virtual devices and a console of its own, and what the
 * monitor keeps about it.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  Cpu,
  CYCLES_F64,
  EFLAGS,
  EIP,
  HALTED,
  IF,
  INTR,
  LEDGER_OFFSET,
  type RegistersSnapshot,
  RUNNING,
  SHADOW,
  SHUTDOWN,
  STATE_BYTES,
} from "../cpu/mod.ts";
import { type CostEvent, Ledger, WORLD_MONITOR } from "../cycles/mod.ts";
import { CS, type Instruction } from "../isa/mod.ts";
import {
  applyStartState,
  Bus,
  Clock,
  Console,
  type Loadable,
  type Machine,
  PAGE_BYTES,
  Pc,
  prepareImage,
} from "../machine/mod.ts";
import type { Allocator, ResourceRequests } from "./allocator/allocator.ts";
import type { FrameAllocator } from "./allocator/frames.ts";
import type { TranslationOptions, TranslationReport } from "./binary_translation/mod.ts";
import { AREA_GDT, AREA_LDT, GDT_BYTES, LDT_BYTES, MONITOR_DESCRIPTORS } from "./area.ts";
import type { KernelRing } from "./descriptors/deprivileged.ts";
import { MonitorArea } from "./descriptors/monitor_area.ts";
import { writeMonitorDescriptors } from "./descriptors/monitor_descriptors.ts";
import { type DescriptorSource, ShadowTable } from "./descriptors/shadow_table.ts";
import { DirectExecution } from "./direct_execution.ts";
import { MonitorError } from "./errors.ts";
import { type Interpretation, Interpreter } from "./interpreter/interpreter.ts";
import { GuestMemory } from "./memory/guest_memory.ts";
import { ShadowPager } from "./memory/shadow_pager.ts";
import type { Technique, TechniqueName } from "./technique.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** How a virtual machine is doing. */
export type VirtualMachineStatus =
  | "running"
  | "halted" // HLT; it goes on when an interrupt comes, if one ever does
  | "exited" // the guest wrote to the debug-exit port
  | "shutdown" // a triple fault
  | "killed"; // ended by the monitor, see `reason`

/** What a virtual machine is made of. */
export interface VirtualMachineOptions {
  /** For listings. Default: `vm1`, `vm2`, ... */
  readonly name?: string;
  /** RAM in bytes or as `"4M"`. Default 4 MiB. */
  readonly memory?: string | number;
  /** How it is virtualized. Default: the monitor's. */
  readonly technique?: TechniqueName;
  /** The ring in which the guest's kernel really runs. Default 1. */
  readonly kernelRing?: KernelRing;
  /** Page frames for shadow page tables. Default: a quarter of the guest's own, at least 64. */
  readonly shadowFrames?: number;
  /** Choices for binary translation. */
  readonly translation?: Partial<TranslationOptions>;
}

/** What the monitor gives a virtual machine. */
export interface VirtualMachineParts {
  /** Number in the ledger, 1..15. */
  readonly number: number;
  readonly machine: Machine;
  readonly allocator: Allocator;
  makeTechnique(vm: VirtualMachine, name: TechniqueName): Technique;
  readonly technique: TechniqueName;
}

/** What was counted while a virtual machine ran. */
export interface VirtualMachineCounts {
  /** Instructions that the hardware executed for the guest. */
  direct: number;
  /** Instructions that the monitor interpreted. */
  interpreted: number;
  /** Times the hardware trapped into the monitor while this machine ran. */
  entries: number;
}

const STATE_FRAMES = STATE_BYTES / PAGE_BYTES;

/** One virtual machine. Made by `Monitor.createVirtualMachine`. */
export class VirtualMachine {
  readonly number: number;
  readonly name: string;
  readonly kernelRing: KernelRing;
  /** The physical processor. */
  readonly physical: Cpu;
  /** The virtual processor: what the guest believes its processor to be. */
  readonly cpu: Cpu;
  readonly memory: GuestMemory;
  readonly allocator: Allocator;
  readonly frames: FrameAllocator;
  readonly area: MonitorArea;
  readonly gdt: ShadowTable;
  readonly ldt: ShadowTable;
  readonly pager: ShadowPager;
  readonly direct: DirectExecution;
  readonly interpreter: Interpreter;
  readonly technique: Technique;
  /** What was chosen about binary translation. */
  readonly translation: Partial<TranslationOptions>;
  /** The wires of the virtual processor. */
  readonly bus: VirtualBus;
  /** Ports and devices of the virtual PC. */
  readonly devices: Bus;
  readonly clock: Clock;
  readonly pc: Pc;
  readonly counts: VirtualMachineCounts = { direct: 0, interpreted: 0, entries: 0 };
  /** Where the descriptors come from that the guest loads from its (shadow) GDT. */
  descriptors: DescriptorSource;
  /** The guest's TLB has been emptied since it last went on: so must the real one be, and that is to be paid. */
  tlbEmptied = false;
  /** The guest gives the rest of its slice away. */
  yields = false;
  /** Called before every interpretation while somebody watches. */
  watcher: ((interpretation: Interpretation) => void) | null = null;

  readonly #console = new Console();
  readonly #machine: Machine;
  #origin = 0;
  /** While devices do what was due earlier: the cycle at which it was. */
  #due: number | undefined;
  #symbols: ReadonlyMap<string, number> = new Map();
  #ended: "exited" | "shutdown" | "killed" | undefined;
  #reason: string | undefined;
  #exitCode: number | undefined;
  #resetWanted = false;
  #loaded = false;

  /** @throws {MonitorError} when the machine has not enough free frames, {@linkcode MachineError} for a wrong size */
  constructor(parts: VirtualMachineParts, options: VirtualMachineOptions) {
    const { number, machine, allocator } = parts;
    const { frames } = allocator;
    const { name = `vm${number}`, memory = "4M", kernelRing = 1 } = options;
    if (kernelRing !== 1 && kernelRing !== 3) {
      throw new MonitorError(`a guest's kernel runs in ring 1 or 3, not ${JSON.stringify(kernelRing)}`);
    }
    this.number = number;
    this.name = name;
    this.kernelRing = kernelRing;
    this.allocator = allocator;
    this.frames = frames;
    this.#machine = machine;
    const { board } = machine;
    this.physical = board.cpu;
    this.memory = new GuestMemory({ size: memory, vm: number, frames, cpu: board.cpu });
    this.devices = new Bus(this.memory);
    this.bus = new VirtualBus(this.memory, this.devices);
    this.cpu = this.#makeProcessor();
    this.clock = new Clock(board.profile.hertz, () => this.#due ?? this.now());
    this.pc = new Pc(this.devices, this.clock, {
      interrupt: (level) => this.cpu.setInterruptLine(level),
      setA20: (open) => this.cpu.setA20(open),
      resetProcessor: () => this.#resetWanted = true,
      exit: (code) => {
        this.#exitCode = code;
        this.#ended = "exited";
      },
      transmitted: (byte) => this.#console.append(byte),
    }, {});
    this.area = new MonitorArea(board.cpu, frames, number);
    writeMonitorDescriptors(this.area);
    const { virtualizable } = board.cpu;
    const table = (tableName: string, offset: number, entries: number) =>
      new ShadowTable({
        name: tableName,
        offset,
        entries,
        vcpu: this.cpu,
        memory: this.memory,
        area: this.area,
        kernelRing,
        loadsTrap: virtualizable,
      });
    this.gdt = table("GDT", AREA_GDT, GDT_BYTES / 8 - MONITOR_DESCRIPTORS);
    this.descriptors = this.gdt;
    this.ldt = table("LDT", AREA_LDT, LDT_BYTES / 8);
    const { shadowFrames = Math.max(64, this.memory.pages >>> 2) } = options;
    this.pager = new ShadowPager({
      cpu: board.cpu,
      vcpu: this.cpu,
      memory: this.memory,
      frames,
      monitorTable: this.area.table,
      vm: number,
      charge: (event, times) => this.charge(event, times),
    }, { frames: shadowFrames, ring3Kernel: kernelRing === 3 });
    this.direct = new DirectExecution(this);
    this.interpreter = new Interpreter(this);
    this.translation = options.translation ?? {};
    this.technique = parts.makeTechnique(this, options.technique ?? parts.technique);
    this.#powerOn();
  }

  #makeProcessor(): Cpu {
    const { board } = this.#machine;
    const { memory } = board.memory;
    const first = this.frames.allocateRun({ vm: this.number, use: "monitor-area" }, STATE_FRAMES);
    const stateOffset = this.frames.hostOffset(first);
    return new Cpu({
      memory,
      stateOffset,
      bus: this.bus,
      profile: board.profile,
      model: board.cpu.model,
      // What the virtual processor books is nobody's bill: the monitor pays for interpreting from its own price list.
      ledger: new Ledger(memory.buffer, stateOffset + LEDGER_OFFSET),
    });
  }

  /**
   * Switches the virtual machine off and on with an image in its memory.
   *
   * @throws {ImageError} when it cannot be loaded; the machine is as it was then
   */
  load(loadable: Loadable): this {
    const image = prepareImage(loadable, this.memory);
    this.#powerOn();
    for (const { address, bytes } of image.pieces) this.memory.writeBytes(address, bytes);
    applyStartState(this.cpu, image.start);
    this.technique.start?.();
    this.#symbols = image.symbols;
    this.#loaded = true;
    return this;
  }

  #powerOn(): void {
    this.memory.clear();
    this.#console.clear();
    this.#ended = this.#exitCode = this.#reason = undefined;
    this.#origin = this.physical.now();
    this.#reset();
    this.pc.serial?.discardInput();
    for (const device of this.pc.devices) device.reset();
    this.allocator.forget(this.number);
    Object.assign(this.counts, { direct: 0, interpreted: 0, entries: 0 });
  }

  /** RESET of the processor alone: memory and devices stay as they are. */
  #reset(): void {
    this.#resetWanted = false;
    const { f64 } = this.cpu;
    this.cpu.reset();
    f64[CYCLES_F64] = this.now();
    this.pager.flush();
    this.gdt.invalidate();
    this.ldt.invalidate();
    this.technique.reset();
  }

  /** Cycles since it was switched on: the time that its devices and its time stamp counter see. */
  now(): number {
    return this.physical.now() - this.#origin;
  }

  /** The physical cycle of the next thing its devices do; `Infinity` for none. */
  nextEvent(): number {
    return this.clock.next() + this.#origin;
  }

  /** Pays for the monitor's work on behalf of this machine. */
  charge(event: CostEvent, times = 1): void {
    if (times > 0) this.physical.chargeTo(WORLD_MONITOR, times * this.physical.costs.event[event]);
  }

  /** How it is doing. */
  get status(): VirtualMachineStatus {
    if (this.#ended !== undefined) return this.#ended;
    return this.cpu.s[ACTIVITY] === HALTED ? "halted" : "running";
  }

  /** Why the monitor ended it. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** What was written to the debug-exit port, times two plus one. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** What came out of its serial port. */
  get console(): string {
    return this.#console.text();
  }

  /** Codes written to its POST port, oldest first. */
  get postCodes(): readonly number[] {
    return this.pc.post?.history ?? [];
  }

  /** How often its guest has tried to change what resource, since it was loaded. */
  get requests(): ResourceRequests {
    return this.allocator.requests(this.number);
  }

  /** Names of addresses in what was loaded. */
  get symbols(): ReadonlyMap<string, number> {
    return this.#symbols;
  }

  /** The virtual processor's registers: what the guest believes. */
  get registers(): RegistersSnapshot {
    return this.cpu.registers();
  }

  /** Copies guest-physical memory. */
  read(address: number | string, bytes: number): Uint8Array {
    const at = typeof address === "number" ? address : this.#symbols.get(address);
    if (at === undefined) throw new MonitorError(`${this.name} has no symbol ${JSON.stringify(address)}`);
    return this.memory.readBytes(at, bytes);
  }

  /** Writes guest-physical memory from outside. */
  write(address: number, bytes: Uint8Array): void {
    this.memory.writeBytes(address, bytes);
  }

  /** Sends text or bytes to the guest's serial port. */
  send(data: string | Uint8Array): void {
    this.pc.serial?.send(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Puts a byte on its console. */
  print(byte: number): void {
    this.#console.append(byte);
  }

  /** The monitor ends the machine. */
  kill(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = "killed";
    this.#reason = reason;
  }

  /**
   * The translation cache as plain data: guest code and its translation side by side, links and counts.
   *
   * @throws {MonitorError} when its technique is not binary translation
   */
  translations(): TranslationReport {
    const report = this.technique.report?.();
    if (report !== undefined) return report;
    throw new MonitorError(`${this.name} has no translations: its technique is ${this.technique.name}`);
  }

  // --- For the dispatcher and the techniques -------------------------------------------------------------------------

  /** Lets its devices do what is due, and notices what has become of the guest. */
  settle(): void {
    this.#dispatchDevices();
    if (this.#resetWanted) {
      this.#reset();
      this.cpu.setA20(this.pc.control.a20);
      this.cpu.setInterruptLine(this.pc.interruptControllers.master.output);
    }
    const activity = this.cpu.s[ACTIVITY];
    if (activity === SHUTDOWN && this.#ended === undefined) this.#ended = "shutdown";
  }

  /**
   * The monitor comes late to what was due while somebody else had the processor. Each device is shown the time at which it
   * should have acted, so that a timer's pulse is seen as a pulse however late it is.
   */
  #dispatchDevices(): void {
    const now = this.now();
    while (this.clock.next() <= now) {
      this.#due = this.clock.next();
      this.clock.dispatch();
      this.#due = undefined;
    }
  }

  /** Whether it has been given something to run and has not ended. */
  get alive(): boolean {
    return this.#loaded && this.#ended === undefined;
  }

  /** Whether an interrupt could wake it. */
  get wakeable(): boolean {
    const open = (this.cpu.s[EFLAGS]! & IF) !== 0 || this.technique.deliverPending !== undefined;
    return this.alive && open;
  }

  /** Whether the guest could go on now: not ended, and not waiting for an interrupt. */
  get ready(): boolean {
    return this.alive && (this.cpu.s[ACTIVITY] === RUNNING || this.interruptible);
  }

  /** Whether an interrupt is pending and the guest lets it in. */
  get interruptible(): boolean {
    const { s } = this.cpu;
    return s[INTR] !== 0 && (s[EFLAGS]! & IF) !== 0;
  }

  /** Whether the guest's next instruction is the one after STI or MOV SS, which interrupts have to wait for. */
  get inInterruptShadow(): boolean {
    return this.cpu.s[SHADOW] !== 0;
  }

  /** Interprets one instruction, or delivers one pending event, in the guest. */
  interpret(instruction?: Instruction): void {
    this.interpreter.one(instruction);
  }

  /** The guest has changed what maps its linear addresses: CR3, CR0, CR4. */
  mappingsChanged(): void {
    this.tlbEmptied = true;
    this.pager.flush();
    this.gdt.invalidate();
    this.ldt.invalidate();
  }

  /** The guest has executed INVLPG. */
  pageInvalidated(linear: number): void {
    this.pager.invalidatePage(linear);
    this.gdt.invalidate();
    this.ldt.invalidate();
  }

  /** Tells whoever watches the interpreter. */
  observe(instruction: Instruction | null): void {
    if (this.watcher === null) return;
    const { s } = this.cpu;
    this.watcher({ vm: this, instruction, linear: (s[BASE + CS]! + s[EIP]!) >>> 0 });
  }

  /** Gives all frames back. */
  release(): void {
    this.gdt.release();
    this.ldt.release();
    for (const frame of this.frames.ownedBy(this.number)) this.frames.release(frame);
  }

  /** For a terminal. */
  toString(): string {
    return `${this.name}: ${this.status}, ${this.memory.ramBytes / 1024} KiB, ${this.technique.name}`;
  }

  /** Called by Deno when it prints the value. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
