/**
 * The virtual-machine monitor: takes a physical machine over and runs virtual machines on it.
 *
 * @module
 */

import {
  ACTIVITY,
  CPL,
  type Cpu,
  type CpuEvent,
  CR0,
  CR0_ET,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR3,
  CR4,
  EFLAGS,
  EIP,
  FLAG_OP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  IF,
  PTE_ACCESSED,
  PTE_PRESENT,
  PTE_WRITE,
  RUNNING,
  setSegment,
  SHADOW,
  type TrapPort,
} from "../cpu/mod.ts";
import {
  type CostProfile,
  eventNumber,
  LEDGER_MACHINES,
  WORLD_MONITOR,
  WORLD_TRANSITION,
} from "../cycles/mod.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/mod.ts";
import { DEBUG_EXIT_PORT, Machine, type RunOptions, type SyncRunOptions } from "../machine/mod.ts";
import { Allocator } from "./allocator/allocator.ts";
import type { FrameAllocator } from "./allocator/frames.ts";
import {
  AREA_GDT,
  AREA_IDT,
  AREA_STUBS,
  MONITOR_BASE,
  MONITOR_CODE,
  MONITOR_STACK,
  STUB_CONTINUE,
  STUB_IDLE,
} from "./area.ts";
import { RING0_CODE, RING0_DATA } from "./descriptors/deprivileged.ts";
import { MonitorArea } from "./descriptors/monitor_area.ts";
import { writeMonitorDescriptors } from "./descriptors/monitor_descriptors.ts";
import { dispatch } from "./dispatcher.ts";
import { MonitorError } from "./errors.ts";
import { MonitorRun } from "./monitor_run.ts";
import { Scheduler } from "./scheduler.ts";
import { type Technique, type TechniqueName, TECHNIQUES } from "./technique.ts";
import { TECHNIQUE_MAKERS } from "./techniques.ts";
import { VirtualMachine, type VirtualMachineOptions } from "./virtual_machine.ts";

const EVENT_MONITOR_ENTRY = eventNumber("monitor-entry");
const EVENT_WORLD_SWITCH = eventNumber("world-switch");

/** Instructions interpreted, or interrupts delivered, in a row before the processor looks at its own interrupts again. */
const STEPS_IN_A_ROW = 64;

/** What a monitor is made of. Everything has a default. */
export interface MonitorOptions {
  /** RAM of the physical machine in bytes or as `"64M"`. Default 64 MiB. */
  readonly memory?: string | number;
  /** Cost profile of the physical machine, or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** How virtual machines are virtualized unless they say otherwise. Default `binary-translation`. */
  readonly technique?: TechniqueName;
  /** Makes the physical processor virtualizable in Popek and Goldberg's sense. Default false. */
  readonly virtualizable?: boolean;
  /** Seconds of machine time that a virtual machine may run while others wait. Default 1 ms. */
  readonly slice?: number;
}

/**
 * A monitor on a physical machine of its own.
 *
 * @example
 * ```ts
 * import { asm, Monitor } from "ringlab";
 *
 * const monitor = new Monitor({ memory: "16M", technique: "trap-and-emulate", virtualizable: true });
 * const guest = asm`
 *   bits 32
 *       cli               ; privileged: traps, and clears the virtual IF
 *       mov eax, 42
 *       hlt
 * `;
 * const vm = monitor.createVirtualMachine({ memory: "1M" }).load(guest);
 * await monitor.run();
 * if (vm.status !== "halted" || vm.registers.gpr.eax !== 42) throw new Error("wrong");
 * ```
 */
export class Monitor implements TrapPort {
  /** The physical machine. It is the monitor's: load nothing there. */
  readonly machine: Machine;
  /** Who owns what. */
  readonly allocator: Allocator;
  readonly alwaysInterruptible = true;

  readonly #options: Required<Pick<MonitorOptions, "technique" | "slice">>;
  readonly #machines: VirtualMachine[] = [];
  readonly #scheduler: Scheduler;
  readonly #area: MonitorArea;
  readonly #directory: number;
  /** Whose state is on the processor; null while the monitor's own stubs run. */
  #current: VirtualMachine | null = null;
  #finished = true;

  /** @throws {MonitorError}, {@linkcode MachineError} or {@linkcode ProfileError} for options that are wrong */
  constructor(options: MonitorOptions = {}) {
    const {
      memory = "64M",
      profile = "pentium4-672",
      technique = "binary-translation",
      virtualizable = false,
      slice = 1e-3,
    } = options;
    checkTechnique(technique);
    if (!(slice > 0)) throw new MonitorError(`slice is ${JSON.stringify(slice)}: it must be seconds above 0`);
    this.#options = { technique, slice };
    this.machine = new Machine({ memory, profile, virtualizable, history: false });
    this.allocator = new Allocator(this.machine);
    this.#scheduler = new Scheduler(Math.ceil(slice * this.machine.profile.hertz));
    const { cpu } = this.#board;
    this.#area = new MonitorArea(cpu, this.frames, 0);
    writeMonitorDescriptors(this.#area);
    const frame = this.frames.allocate({ vm: 0, use: "monitor-area" });
    this.#directory = frame << 12;
    cpu.view.setInt32(
      this.frames.hostOffset(frame) + 1023 * 4,
      this.#area.table | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED,
      true,
    );
    cpu.trap = this;
    this.#enterStub(STUB_IDLE);
    cpu.enterWorld(WORLD_MONITOR);
    this.allocator.timer.start();
  }

  /** Who owns which page frame. */
  get frames(): FrameAllocator {
    return this.allocator.frames;
  }

  get #board(): Machine["board"] {
    return this.machine.board;
  }

  /** All virtual machines, in the order in which they were made. */
  get virtualMachines(): readonly VirtualMachine[] {
    return this.#machines;
  }

  /**
   * Makes a virtual machine, to be loaded and run.
   *
   * @throws {MonitorError} when there is no room for it in the ledger or in memory
   */
  createVirtualMachine(options: VirtualMachineOptions = {}): VirtualMachine {
    const taken = new Set(this.#machines.map(({ number }) => number));
    let number = 1;
    while (taken.has(number)) number++;
    if (number >= LEDGER_MACHINES) {
      throw new MonitorError(
        `a monitor runs at most ${LEDGER_MACHINES - 1} virtual machines: destroy one first`,
      );
    }
    if (options.technique !== undefined) checkTechnique(options.technique);
    const parts = {
      number,
      machine: this.machine,
      allocator: this.allocator,
      technique: this.#options.technique,
      makeTechnique: (vm: VirtualMachine, name: TechniqueName): Technique => TECHNIQUE_MAKERS[name](vm),
    };
    try {
      const vm = new VirtualMachine(parts, options);
      this.#machines.push(vm);
      return vm;
    } catch (error) {
      // What it had been given before something ran short goes back.
      for (const frame of this.frames.ownedBy(number)) this.frames.release(frame);
      throw error;
    }
  }

  /** Ends a virtual machine and gives its memory back. @throws {MonitorError} when it is not one of this monitor's */
  destroyVirtualMachine(vm: VirtualMachine): void {
    const at = this.#machines.indexOf(vm);
    if (at < 0) throw new MonitorError(`${vm.name} is not a virtual machine of this monitor`);
    vm.kill("destroyed");
    if (this.#current === vm) this.#enterStub(STUB_CONTINUE);
    this.#machines.splice(at, 1);
    vm.release();
  }

  /**
   * Runs the virtual machines until all have ended or wait for ever, or a limit (all counted on the physical machine) is
   * reached. Then all can go on.
   */
  async run(options: RunOptions = {}): Promise<MonitorRun> {
    const since = this.#begin();
    return new MonitorRun(this, await this.machine.run(options), since);
  }

  /** The same without giving the host its turn: for tests and short programs. */
  runSync(options: SyncRunOptions = {}): MonitorRun {
    const since = this.#begin();
    return new MonitorRun(this, this.machine.runSync(options), since);
  }

  #begin(): readonly number[] {
    const before = this.#machines.map(({ console }) => console.length);
    if (this.#current === null) {
      this.#finished = false;
      this.#enterStub(STUB_CONTINUE);
    } else {
      // The one that has the processor may have company since it was given it.
      this.#setTimer(this.#current);
    }
    return before;
  }

  // --- The trap port -------------------------------------------------------------------------------------------------

  /** The hardware has trapped into ring 0. */
  deliver(cpu: Cpu, event: CpuEvent): boolean {
    const vm = this.#current;
    if (vm?.technique.bypasses?.(event)) return false;
    if (event.kind === "interrupt") this.allocator.timer.fired();
    if (vm !== null) {
      cpu.ledger.count(EVENT_MONITOR_ENTRY);
      vm.counts.entries++;
      this.#current = null;
      cpu.enterWorld(WORLD_MONITOR);
      this.#contained(vm, () => this.#handle(vm, event));
    }
    this.#goOn();
    return true;
  }

  #handle(vm: VirtualMachine, event: CpuEvent): void {
    const seen = vm.technique.leave(vm, event);
    if (vm.technique.trap(vm, seen)) return;
    vm.charge("monitor-dispatch");
    dispatch(vm, seen);
  }

  /** What the monitor cannot do for a guest ends that guest, not the monitor. */
  #contained<T>(vm: VirtualMachine, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      vm.kill(error.message);
      return undefined;
    }
  }

  /**
   * Chooses who goes on, and lets it. A guest that the hardware cannot run, or that takes one interrupt after the other, is
   * dealt with for a while; then the processor looks at its own interrupts and comes back.
   */
  #goOn(): void {
    const { cpu } = this.#board;
    for (let n = 0; n < STEPS_IN_A_ROW; n++) {
      for (const vm of this.#machines) if (vm.alive) vm.settle();
      const vm = this.#scheduler.pick(this.#machines, cpu.now());
      if (vm === null) return this.#idle();
      if (cpu.ledger.vm !== vm.number) this.#switchTo(vm);
      if (this.#contained(vm, () => this.#letGoOn(vm))) return;
    }
    this.#setTimer(null);
    this.#enterStub(STUB_CONTINUE);
  }

  #switchTo(vm: VirtualMachine): void {
    const { cpu } = this.#board;
    cpu.enterWorld(WORLD_MONITOR);
    cpu.settle();
    cpu.ledger.vm = vm.number;
    cpu.ledger.count(EVENT_WORLD_SWITCH);
  }

  /** One step of a guest. @returns whether it has the processor now */
  #letGoOn(vm: VirtualMachine): boolean {
    if (vm.interruptible) {
      if (vm.inInterruptShadow) vm.interpret();
      else vm.interpreter.interrupt();
      return false;
    }
    if (vm.technique.deliverPending?.(vm)) return false;
    if (!vm.technique.enter(vm)) {
      vm.interpret();
      return false;
    }
    this.#current = vm;
    const { cpu } = this.#board;
    const { instruction, event } = cpu.costs;
    cpu.chargeTo(WORLD_TRANSITION, instruction["interrupt-return"] + event["privilege-change"]);
    this.#setTimer(vm);
    return true;
  }

  /** An interrupt when something is due, or when the slice is over and others wait. */
  #setTimer(vm: VirtualMachine | null): void {
    let deadline = Infinity;
    for (const each of this.#machines) {
      if (!each.alive) continue;
      if (each !== vm && each.ready) deadline = Math.min(deadline, this.#scheduler.sliceEnd);
      deadline = Math.min(deadline, each.nextEvent());
    }
    if (deadline < Infinity) this.allocator.timer.set(deadline);
  }

  /** Nobody can go on: the processor halts until a device has something for one of them, or the run is over. */
  #idle(): void {
    const { cpu, bus } = this.#board;
    cpu.enterWorld(WORLD_MONITOR);
    cpu.settle();
    cpu.ledger.vm = 0;
    const waiting = this.#machines.filter((vm) => vm.wakeable);
    const due = Math.min(...waiting.map((vm) => vm.nextEvent()), Infinity);
    this.#enterStub(STUB_IDLE);
    if (due < Infinity) this.allocator.timer.set(due);
    else if (!this.#finished) {
      this.#finished = true;
      bus.portWrite(DEBUG_EXIT_PORT, 1, 0);
    }
  }

  /** Puts the processor on one of the monitor's own loops in ring 0. */
  #enterStub(stub: number): void {
    const { cpu } = this.#board;
    const { s } = cpu;
    this.#current = null;
    s[CR0] = CR0_PE | CR0_PG | CR0_WP | CR0_ET;
    s[CR4] = 0;
    s[CPL] = 0;
    s[EFLAGS] = IF | 2;
    s[FLAG_OP] = 0;
    s[SHADOW] = 0;
    s[ACTIVITY] = RUNNING;
    setSegment(cpu, CS, MONITOR_CODE, 0, -1, RING0_CODE);
    for (const r of [ES, SS, DS, FS, GS]) setSegment(cpu, r, MONITOR_STACK, 0, -1, RING0_DATA);
    s[GDTR_BASE] = (MONITOR_BASE + AREA_GDT) | 0;
    s[GDTR_LIMIT] = 0xffff;
    s[IDTR_BASE] = (MONITOR_BASE + AREA_IDT) | 0;
    s[IDTR_LIMIT] = 0x7ff;
    if (s[CR3] !== this.#directory) {
      s[CR3] = this.#directory;
      cpu.flushTlb();
    }
    s[EIP] = (MONITOR_BASE + AREA_STUBS + stub) | 0;
    cpu.enterWorld(WORLD_MONITOR);
    cpu.updateMode();
  }

  /** For a terminal. */
  toString(): string {
    return [`monitor on ${this.machine}`, ...this.#machines.map(String)].join("\n");
  }

  /** Called by Deno when it prints the value. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function checkTechnique(name: string): void {
  if (!(TECHNIQUES as readonly string[]).includes(name)) {
    throw new MonitorError(
      `there is no technique ${JSON.stringify(name)}: choose from ${TECHNIQUES.join(", ")}`,
    );
  }
}
