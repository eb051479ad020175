/**
 * The laboratory bench: one processor with little round it, on which an instruction is executed in a chosen ring and state,
 * thousands of times a second. Every execution starts from the same snapshot, so none knows of the ones before.
 *
 * @module
 */

import {
  ACTIVITY,
  BASE,
  CPL,
  Cpu,
  type CpuEvent,
  type CpuModel,
  CR0,
  CR0_ET,
  CURRENT,
  CYCLES_F64,
  EFLAGS,
  EIP,
  FLAG_OP,
  HALTED,
  IDTR_BASE,
  IDTR_LIMIT,
  LEDGER_OFFSET,
  modelFor,
  readLinear,
  setSegment,
  SHUTDOWN,
  STATE_BYTES,
  TLB_INDEX,
  TLB_TAG,
  TSC_OFFSET_F64,
} from "../cpu/mod.ts";
import { type CostProfile, Ledger, profileByName, WORLD_TRANSITION } from "../cycles/mod.ts";
import { bootProgram, type Destination } from "./boot.ts";
import { BenchError, type GuestState } from "./guest_state.ts";
import { HANDLERS, PLACES, RAM_BYTES, type Ring, SYSTEM_AT, WINDOW_BYTES } from "./layout.ts";
import type { Resources } from "./resources.ts";
import { buildTables, systemAddress } from "./tables.ts";

const PAGE = 4096;
/** Words of the state block that a snapshot keeps: all before the ledger. */
const STATE_WORDS = LEDGER_OFFSET / 4;
/** Cycle at which every instruction under test begins. */
const START_CYCLE = 1_000_000;
/** Steps that entering a ring takes at most. */
const MOST_BOOT_STEPS = 200;
const FLAT_CODE = 0xc09b00, FLAT_DATA = 0xc09300, REAL_RIGHTS = 0x9300;
const HLT = 0xf4;

/** Where an instruction is to run: a ring of protected mode, or one of the older modes. */
export type Place = Ring | "virtual-8086" | "real";

/** A snapshot of the processor in a ring, ready for any program state. */
export interface Environment {
  readonly place: Place;
  readonly resources: Resources;
  readonly state: Int32Array;
  readonly ram: Uint8Array;
}

/** How an instruction ended. */
export interface Ending {
  readonly how:
    | "executes" // and the next instruction is due
    | "halts" // HLT
    | "interrupt" // it called a handler through the IDT, as INT n does, and was allowed to
    | "trap" // an exception came instead of its effect
    | "shutdown"; // a triple fault
  /** Of the exception or software interrupt, else -1. */
  readonly vector: number;
  /** Error code of the exception, -1 without one. */
  readonly errorCode: number;
  /** All cycles, and those of them that the hardware spent between programs. */
  readonly cycles: number;
  readonly transition: number;
}

/** What the processor of a bench is. */
export interface ProcessorOptions {
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** All sensitive instructions trap outside ring 0. Default false. */
  readonly virtualizable?: boolean;
  /** The processor knows CR4.UMIP. Default false. */
  readonly umip?: boolean;
}

/** A device with a queue: every IN takes a byte out, every OUT is counted. */
export interface QueueDevice {
  reads: number;
  writes: number;
  last: number;
  first: number;
}

/** One processor and its snapshots. */
export class Bench {
  readonly cpu: Cpu;
  readonly device: QueueDevice = { reads: 0, writes: 0, last: 0, first: 0 };
  readonly #ledger: Ledger;
  readonly #environments = new Map<string, Environment>();
  #event: CpuEvent | undefined;
  #called: CpuEvent | undefined;

  /** @throws {ProfileError} for an unknown profile */
  constructor(options: ProcessorOptions = {}) {
    const { profile: named = "pentium4-672", virtualizable = false, umip = false } = options;
    const profile = typeof named === "string" ? profileByName(named) : named;
    const pages = Math.ceil((STATE_BYTES + RAM_BYTES) / 65536);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const model: CpuModel = { ...modelFor(profile.name), umip };
    this.#ledger = new Ledger(memory.buffer, LEDGER_OFFSET);
    const { device } = this;
    this.cpu = new Cpu({
      memory,
      profile,
      model,
      virtualizable,
      ledger: this.#ledger,
      bus: {
        frame: (page) => page < RAM_BYTES / PAGE ? STATE_BYTES + page * PAGE : -1,
        writable: () => true,
        physicalRead: (_address, size) => size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff,
        physicalWrite: () => {},
        portRead(port, size) {
          device.reads++;
          const byte = (device.first + device.reads * 7 + port) & 0xff;
          return size === 1 ? byte : size === 2 ? byte * 0x101 : (byte * 0x1010101) >>> 0;
        },
        portWrite(_port, _size, value) {
          device.writes++;
          device.last = value;
        },
        acknowledgeInterrupt: () => 0xff,
      },
    });
    this.cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => {
        if (event.kind === "exception") this.#event ??= event;
        else if (event.kind !== "sysenter") this.#called ??= event;
        return false; // the hardware goes on and delivers it
      },
    };
  }

  /** The processor in `place` with these resources: taken from the shelf, or brought there by a program. */
  environment(place: Place, resources: Resources): Environment {
    const key = `${place} ${JSON.stringify(resources)}`;
    let found = this.#environments.get(key);
    if (found === undefined) {
      found = this.#bring(place, resources);
      this.#environments.set(key, found);
    }
    return found;
  }

  #bring(place: Place, resources: Resources): Environment {
    const { cpu } = this;
    const { s, u8 } = cpu;
    u8.fill(0, STATE_BYTES, STATE_BYTES + RAM_BYTES);
    u8.fill(HLT, STATE_BYTES + HANDLERS, STATE_BYTES + HANDLERS + 0x1000);
    u8.set(buildTables(resources), STATE_BYTES + systemAddress(resources));
    cpu.reset();
    if (place === "real") this.#enterRealMode();
    else this.#enterRing(place, resources);
    cpu.f64[CYCLES_F64] = START_CYCLE;
    cpu.f64[TSC_OFFSET_F64] = resources.time - START_CYCLE;
    return {
      place,
      resources,
      state: s.slice(0, STATE_WORDS),
      ram: u8.slice(STATE_BYTES, STATE_BYTES + RAM_BYTES),
    };
  }

  #enterRealMode(): void {
    const { cpu } = this;
    const { s } = cpu;
    s[CR0] = CR0_ET;
    for (let register = 0; register < 6; register++) setSegment(cpu, register, 0, 0, 0xffff, REAL_RIGHTS);
    s[IDTR_BASE] = SYSTEM_AT;
    s[IDTR_LIMIT] = 0x3ff;
    s[EIP] = PLACES.code;
    cpu.updateMode();
  }

  #enterRing(destination: Destination, resources: Resources): void {
    const { cpu } = this;
    const { s, u8 } = cpu;
    const program = bootProgram(resources, destination);
    u8.set(program.bytes, STATE_BYTES + program.origin);
    s[CR0] = CR0_ET | 1;
    for (const register of [0, 2, 3, 4, 5]) setSegment(cpu, register, 0x10, 0, -1, FLAT_DATA);
    setSegment(cpu, 1, 0x08, 0, -1, FLAT_CODE);
    s[EIP] = program.origin;
    cpu.updateMode();
    this.#event = undefined;
    for (let step = 0; s[EIP] !== PLACES.code; step++) {
      cpu.step();
      const trapped = this.#trapped();
      if (trapped === undefined && step < MOST_BOOT_STEPS) continue;
      const why = trapped === undefined
        ? ""
        : `: exception ${trapped.vector} at ${trapped.returnEip.toString(16)}h`;
      throw new BenchError(`the bench could not get to ${place(destination)}${why}`);
    }
  }

  #trapped(): CpuEvent | undefined {
    return this.#event;
  }

  /** Sets the processor up: this ring, these resources, this program state, this instruction. */
  prepare(environment: Environment, guest: GuestState, code: Uint8Array): void {
    const { cpu, device } = this;
    const { s, u8 } = cpu;
    const { resources } = environment;
    s.set(environment.state);
    u8.set(environment.ram, STATE_BYTES);
    const window = STATE_BYTES + resources.base;
    u8.set(guest.window, window);
    u8.set(code, window + PLACES.code);
    s.set(guest.registers);
    s[EFLAGS] = s[EFLAGS]! | guest.flags;
    s[FLAG_OP] = 0;
    device.reads = device.writes = device.last = 0;
    device.first = resources.port;
    // What afterRestore() does, without its clearing of decoded code: single steps leave none behind.
    cpu.pendingFault = null;
    s[CURRENT] = -1;
    cpu.flushTlb();
    cpu.updateMode();
    // The program has used its memory before: the TLB knows the window.
    for (let page = 0; page < WINDOW_BYTES; page += PAGE) readLinear(cpu, resources.base + page, 1, false);
    this.#event = this.#called = undefined;
  }

  /** Executes the one instruction. What it did is in {@linkcode Bench.cpu} afterwards. */
  execute(): Ending {
    const { cpu } = this;
    const start = cpu.now();
    const transition = this.#ledger.bucket(0, WORLD_TRANSITION);
    const stop = cpu.step();
    const event = this.#event ?? this.#called;
    const activity = cpu.s[ACTIVITY];
    return {
      how: stop === "shutdown" || activity === SHUTDOWN
        ? "shutdown"
        : this.#event !== undefined
        ? "trap"
        : this.#called !== undefined
        ? "interrupt"
        : activity === HALTED
        ? "halts"
        : "executes",
      vector: event?.vector ?? -1,
      errorCode: event?.errorCode ?? -1,
      cycles: cpu.now() - start,
      transition: this.#ledger.bucket(0, WORLD_TRANSITION) - transition,
    };
  }

  /** Pages of the window that the TLB still knows. */
  translations(base: number): number {
    const { s } = this.cpu;
    let known = 0;
    for (let page = base; page < base + WINDOW_BYTES; page += PAGE) {
      if (s[TLB_TAG + ((page >>> 12) & TLB_INDEX)] === page) known++;
    }
    return known;
  }

  /** Where the top of the present stack lies in RAM, and the present ring. */
  stackTop(): { readonly linear: number; readonly ring: number } {
    const { s } = this.cpu;
    return { linear: (s[BASE + 2]! + s[4]!) >>> 0, ring: s[CPL]! };
  }
}

function place(destination: Destination): string {
  return destination === "virtual-8086" ? "virtual-8086 mode" : `ring ${destination}`;
}

const benches = new Map<string, Bench>();

/** A bench with such a processor; the same one for the same options. */
export function benchFor(options: ProcessorOptions = {}): Bench {
  const { profile = "pentium4-672", virtualizable = false, umip = false } = options;
  if (typeof profile !== "string") return new Bench(options);
  const key = `${profile} ${virtualizable} ${umip}`;
  let bench = benches.get(key);
  if (bench === undefined) benches.set(key, bench = new Bench(options));
  return bench;
}
