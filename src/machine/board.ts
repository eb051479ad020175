/**
 * The hardware of one machine put together: processor, memory, buses, clock and devices, and the loop that lets the
 * processor run up to the next event. {@linkcode Machine} is what users hold; this is what it is made of.
 *
 * @module
 */

import { Cpu, CR0, CR0_PG, LEDGER_OFFSET, STATE_BYTES, type StopReason } from "../cpu/mod.ts";
import { type CostProfile, Ledger } from "../cycles/mod.ts";
import { Bus } from "./bus.ts";
import { Clock } from "./clock.ts";
import { Console } from "./console.ts";
import { SnapshotError } from "./errors.ts";
import type { Device } from "./devices/device.ts";
import type { Image } from "./loaders/image.ts";
import { MemoryImage } from "./memory_image.ts";
import { Pc, type PcOptions } from "./pc.ts";
import { PhysicalMemory } from "./physical_memory.ts";
import { type MachineShape, Snapshot, type SnapshotState } from "./snapshot.ts";
import { applyStartState } from "./start_state.ts";

/** What a board is made of. */
export interface BoardOptions extends PcOptions {
  /** RAM in bytes or as `"4M"`. */
  readonly memory: string | number;
  /** Prices and frequency. */
  readonly profile: CostProfile;
  /** Makes sensitive instructions trap outside ring 0. */
  readonly virtualizable: boolean;
  /** A ROM that stays whatever is loaded. */
  readonly rom?: Uint8Array;
}

/** How far to go: absolute counts, `Infinity` for no limit. */
export interface Goal {
  /** Instructions retired since power-up. */
  readonly instructions: number;
  /** Cycles since power-up. */
  readonly cycles: number;
}

/** Why {@linkcode Board.advance} came back; `slice` when nothing has happened but the end of the slice. */
export type Outcome = "slice" | "instructions" | "cycles" | "exited" | "halted" | "shutdown" | "breakpoint";

/**
 * With paging on the processor may run past a cycle by a block's walks of page tables. Closer than this to an event or a
 * limit it is then stepped: what happens when must not depend on where blocks begin, which depends on where runs were cut.
 */
const STEPPED = 128;

/**
 * Cycles without a retired instruction after which a limit of instructions counts as reached: an exception whose handler
 * raises it again makes no progress for ever, and the limit must end that too. No REP instruction of sense takes as long.
 */
const STALLED_CYCLES = 100_000_000;

/** The hardware of one machine. */
export class Board {
  /** Prices and frequency. */
  readonly profile: CostProfile;
  /** The memory map. */
  readonly memory: PhysicalMemory;
  /** Ports and memory-mapped devices. */
  readonly bus: Bus;
  /** What is to happen when. */
  readonly clock: Clock;
  /** The processor. */
  readonly cpu: Cpu;
  /** Where the cycles go. */
  readonly ledger: Ledger;
  /** The devices. */
  readonly pc: Pc;
  /** What came out of the serial port. */
  readonly console = new Console();
  /** Called for every byte that leaves the serial port. */
  transmitted: (byte: number) => void = () => {};
  /** What was written to the debug-exit port since the last {@linkcode Board.advance}. */
  exitCode: number | undefined;

  readonly #devices: Device[];
  readonly #bytes: Uint8Array;
  readonly #rom: Uint8Array | undefined;
  readonly #virtualizable: boolean;
  #resetWanted = false;
  /** The cycle at which a breakpoint was last reported: it is not reported there again. */
  #reportedAt = -1;
  /** Instructions at the last progress, and the cycle of it. */
  #progress = { instructions: -1, cycle: 0 };

  /** Puts everything together and switches it on. */
  constructor(options: BoardOptions) {
    const { profile, virtualizable, rom } = options;
    this.profile = profile;
    this.#rom = rom;
    this.#virtualizable = virtualizable;
    this.memory = new PhysicalMemory({
      ram: options.memory,
      stateBytes: STATE_BYTES,
      ...(rom === undefined ? {} : { rom }),
    });
    const { memory } = this.memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.bus = new Bus(this.memory);
    this.ledger = new Ledger(memory.buffer, LEDGER_OFFSET);
    this.cpu = new Cpu({ memory, bus: this.bus, profile, ledger: this.ledger, virtualizable });
    this.clock = new Clock(profile.hertz, () => this.cpu.now());
    this.clock.onEarlier(() => this.cpu.endSlice());
    this.pc = new Pc(this.bus, this.clock, {
      interrupt: (level) => this.cpu.setInterruptLine(level),
      setA20: (open) => this.cpu.setA20(open),
      // Both come in the middle of an OUT, which has to be finished first.
      resetProcessor: () => {
        this.#resetWanted = true;
        this.cpu.stop();
      },
      exit: (code) => {
        this.exitCode = code;
        this.cpu.stop();
      },
      transmitted: (byte) => {
        this.console.append(byte);
        this.transmitted(byte);
      },
    }, options);
    this.#devices = [...this.pc.devices];
    this.powerOn();
  }

  /** Takes a device into resets and snapshots; it has attached itself to the buses already. */
  attach(device: Device): void {
    this.#devices.push(device);
    device.reset();
  }

  /** Switches the machine off and on: zero memory, time zero, the ROM it was built with. */
  powerOn(): void {
    this.#bytes.fill(0, 0, STATE_BYTES);
    this.memory.clear();
    if (this.#rom === undefined) this.memory.removeRom();
    else this.memory.setRom(this.#rom);
    this.console.clear();
    this.exitCode = undefined;
    this.#resetWanted = false;
    this.#reportedAt = -1;
    this.cpu.reset();
    this.pc.serial?.discardInput();
    for (const device of this.#devices) device.reset();
  }

  /** Switches the machine off and on with an image in its memory. */
  load(image: Image): void {
    this.powerOn();
    if (image.rom !== undefined) this.memory.setRom(image.rom);
    for (const { address, bytes } of image.pieces) this.memory.write(address, bytes);
    this.cpu.afterRestore();
    applyStartState(this.cpu, image.start);
  }

  /**
   * Lets the machine go until a goal is reached, something ends the run, or the clock reaches `sliceEnd`. Cutting a run into
   * slices changes nothing about its course.
   */
  advance(goal: Goal, sliceEnd: number): Outcome {
    const { cpu, clock } = this;
    this.exitCode = undefined;
    for (;;) {
      clock.dispatch();
      const instructions = cpu.instructions();
      const left = goal.instructions - instructions;
      const now = cpu.now();
      if (left <= 0) return "instructions";
      if (instructions !== this.#progress.instructions) this.#progress = { instructions, cycle: now };
      else if (left < Infinity && !cpu.halted && now - this.#progress.cycle > STALLED_CYCLES) {
        return "instructions";
      }
      if (now >= goal.cycles) return "cycles";
      if (now >= sliceEnd) return "slice";
      // An instruction takes at least a cycle, so this many cycles are never more than the instructions that are left.
      const end = Math.min(clock.next(), goal.cycles, now + left);
      const quick = (cpu.s[CR0]! & CR0_PG) === 0 ? end : end - STEPPED;
      const reason = quick > now ? cpu.run(quick, sliceEnd) : this.#step(now, end);
      const outcome = this.#afterRun(reason, Math.min(goal.cycles, sliceEnd));
      if (outcome !== undefined) return outcome;
    }
  }

  #step(now: number, end: number): StopReason {
    const atBreakpoint = now !== this.#reportedAt && this.cpu.code.breakpoints.size > 0 &&
      this.cpu.atBreakpoint();
    return atBreakpoint ? "breakpoint" : this.cpu.step(end);
  }

  #afterRun(reason: StopReason, end: number): Outcome | undefined {
    const { cpu, clock } = this;
    switch (reason) {
      case "shutdown":
        return "shutdown";
      case "stopped":
        if (this.#resetWanted) this.#resetProcessor();
        return this.exitCode === undefined ? undefined : "exited";
      case "breakpoint":
        if (cpu.now() === this.#reportedAt) {
          cpu.step();
          return undefined;
        }
        this.#reportedAt = cpu.now();
        return "breakpoint";
      case "halted": {
        // Only an interrupt wakes it, and only the clock makes one.
        const next = clock.next();
        if (!cpu.interruptsEnabled() || next === Infinity) return "halted";
        cpu.advance(Math.max(0, Math.min(next, end) - cpu.now()));
        return undefined;
      }
      case "limit":
        return undefined;
    }
  }

  /** RESET of the processor alone: devices and memory stay as they are. */
  #resetProcessor(): void {
    this.#resetWanted = false;
    this.cpu.reset();
    this.cpu.setA20(this.pc.control.a20);
    this.cpu.setInterruptLine(this.pc.interruptControllers.master.output);
  }

  /** What a snapshot must fit. */
  shape(): MachineShape {
    return {
      profile: this.profile.name,
      memoryBytes: this.memory.ramBytes,
      romSpace: this.memory.romSpace,
      stateBytes: STATE_BYTES,
      virtualizable: this.#virtualizable,
      devices: this.#devices.map(({ name }) => name),
    };
  }

  /** Everything, as of now. Between runs only. */
  snapshot(symbols: ReadonlyMap<string, number>, previous?: Snapshot): Snapshot {
    const state: SnapshotState = {
      shape: this.shape(),
      romBytes: this.memory.romBytes,
      instructions: this.cpu.instructions(),
      cycles: this.cpu.now(),
      devices: Object.fromEntries(this.#devices.map((device) => [device.name, device.save()])),
      clock: this.clock.save(),
      console: this.console.save(),
      symbols: [...symbols],
    };
    return new Snapshot(state, MemoryImage.take(this.#bytes, previous?.memory));
  }

  /**
   * Becomes what a snapshot says.
   *
   * @throws {SnapshotError} when the snapshot is of another kind of machine; nothing has changed then.
   */
  restore(snapshot: Snapshot): void {
    const { state } = snapshot;
    snapshot.checkShape(this.shape());
    const missing = this.#devices.find((device) => state.devices[device.name] === undefined);
    if (missing !== undefined) {
      throw new SnapshotError(
        `the snapshot holds nothing of the device ${missing.name}, which this machine has`,
      );
    }
    this.clock.restore(state.clock);
    for (const device of this.#devices) device.restore(state.devices[device.name]);
    snapshot.memory.restore(this.#bytes);
    this.memory.restoreRomBytes(state.romBytes);
    this.console.restore(state.console);
    this.exitCode = undefined;
    this.#resetWanted = false;
    this.#reportedAt = -1;
    this.cpu.afterRestore();
  }
}
