/**
 * A monitor at work: every entry into it, what brought the processor there, which part of the monitor dealt with it, and how long
 * the guest had to wait.
 *
 * @module
 */

import { type Cpu, type CpuEvent, Fault, RIGHTS, RIGHTS_BIG, translate, type TrapPort } from "../cpu/mod.ts";
import { CS, type Form, type Instruction, listing } from "../isa/mod.ts";
import {
  type Interpretation,
  type Monitor,
  VECTOR_CALLOUT,
  VECTOR_CONTINUE,
  VECTOR_HYPERCALL,
  type VirtualMachine,
} from "../vmm/mod.ts";
import { instructionName } from "./subject.ts";

/** The parts of a monitor that an entry can lead to. */
export const MONITOR_PARTS = [
  "interpreter", // an instruction was carried out on virtual state
  "memory", // shadow page tables
  "delivery", // an exception or software interrupt was handed to the guest
  "scheduler", // an interrupt of the physical machine: devices, and whose turn it is
  "technique", // a callout or hypercall
] as const;

/** Part of a monitor. */
export type MonitorPart = typeof MONITOR_PARTS[number];

/** One entry into the monitor. */
export interface MonitorEntry {
  /** Physical cycle, counted from the beginning of the trace. */
  readonly at: number;
  /** Number of the virtual machine that ran; 0 for none. */
  readonly vm: number;
  /** What the hardware said: `#GP`, `#PF`, `interrupt`, `INT 80h`, `SYSENTER`. */
  readonly cause: string;
  /** EIP that the hardware saved: of the guest, or of the translation cache. */
  readonly eip: number;
  readonly part: MonitorPart;
  /** What was done, in words. */
  readonly what: string;
  /** Instructions that were interpreted before the guest went on. */
  readonly interpreted: number;
  /** Cycles from the monitor's first action until the next guest goes on. */
  readonly cycles: number;
}

/** How often one routine of the interpreter was used. */
export interface RoutineCount {
  /** The instruction, as the classification names it: `POPFD`, `MOV CRn, r`. */
  readonly routine: string;
  /** The operation by which the monitor's `ROUTINES` are found. */
  readonly operation: string;
  /** What it is after Popek and Goldberg: `privileged`, `sensitive`, `I/O` or `innocuous`. */
  readonly kind: string;
  readonly count: number;
  /** Linear address of the first one, in the guest. */
  readonly first: number;
}

/** What {@linkcode RoutineCount.routine} says of an instruction that the virtual processor was single-stepped over. */
const SINGLE_STEP = "single step";

/** How a {@linkcode MonitorTrace} is kept. */
export interface MonitorTraceOptions {
  /** Entries that are kept; the counts go on. Default 20,000. */
  readonly most?: number;
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: "#DE",
  1: "#DB",
  3: "#BP",
  4: "#OF",
  5: "#BR",
  6: "#UD",
  7: "#NM",
  10: "#TS",
  11: "#NP",
  12: "#SS",
  13: "#GP",
  14: "#PF",
  17: "#AC",
};

/** What the hardware said, in a word. */
function causeOf({ kind, vector }: CpuEvent): string {
  if (kind === "sysenter") return "SYSENTER";
  if (kind === "interrupt" || kind === "nmi") return kind;
  if (kind === "exception") return EXCEPTIONS[vector] ?? `exception ${vector}`;
  return `INT ${vector.toString(16).toUpperCase().padStart(2, "0")}h`;
}

/** What an instruction is to a monitor. */
function kindOf(form: Form): string {
  if (form.privilege === "io") return "I/O";
  if (form.privilege !== "none" && form.privilege !== "vm86-iopl") return "privileged";
  return form.sensitive.length > 0 ? "sensitive" : "innocuous";
}

/**
 * Writes down what a monitor does, until it is stopped. The monitor runs as it does without.
 *
 * @example
 * ```ts
 * import { asm, Monitor, MonitorTrace } from "ringlab";
 *
 * const monitor = new Monitor({ memory: "16M", technique: "trap-and-emulate", virtualizable: true });
 * monitor.createVirtualMachine({ memory: "1M" }).load(asm("bits 32\n cli\n hlt"));
 * const trace = new MonitorTrace(monitor);
 * await monitor.run();
 * trace.stop();
 * const names = trace.routines().map(({ routine }) => routine);
 * if (names.join() !== "CLI,HLT") throw new Error(names.join());
 * ```
 */
export class MonitorTrace implements TrapPort {
  readonly alwaysInterruptible: boolean;
  /** The first entries, in order. */
  readonly entries: readonly MonitorEntry[];
  readonly #entries: MonitorEntry[] = [];
  readonly #monitor: Monitor;
  readonly #cpu: Cpu;
  readonly #inner: TrapPort;
  readonly #machines: readonly VirtualMachine[];
  readonly #most: number;
  readonly #start: number;
  readonly #routines = new Map<string, { operation: string; kind: string; count: number; first: number }>();
  readonly #totals = new Map<string, { cause: string; part: MonitorPart; count: number; cycles: number }>();
  /** The first instruction interpreted in the present entry, and how many there were. */
  #first: string | null = null;
  #count = 0;

  /**
   * Begins to write.
   *
   * @throws {RangeError} when somebody else watches one of the virtual machines
   */
  constructor(monitor: Monitor, options: MonitorTraceOptions = {}) {
    this.entries = this.#entries;
    this.#monitor = monitor;
    this.#cpu = monitor.machine.board.cpu;
    this.#inner = this.#cpu.trap ?? monitor;
    this.alwaysInterruptible = this.#inner.alwaysInterruptible;
    this.#machines = [...monitor.virtualMachines];
    this.#most = options.most ?? 20_000;
    this.#start = this.#cpu.now();
    const watched = this.#machines.find(({ watcher }) => watcher !== null);
    if (watched !== undefined) throw new RangeError(`${watched.name} is being watched already`);
    for (const vm of this.#machines) vm.watcher = (interpretation) => this.#interpreted(interpretation);
    this.#cpu.trap = this;
  }

  /** Ends the trace. */
  stop(): void {
    for (const vm of this.#machines) vm.watcher = null;
    if (this.#cpu.trap === this) this.#cpu.trap = this.#inner;
  }

  /** Routines of the interpreter that were used, the most used first. */
  routines(): RoutineCount[] {
    return [...this.#routines].map(([routine, facts]) => ({ routine, ...facts }))
      .sort((a, b) => b.count - a.count || a.routine.localeCompare(b.routine));
  }

  /** Entries by cause and part, with their number and cycles, the most expensive first. */
  totals(): { cause: string; part: MonitorPart; count: number; cycles: number }[] {
    return [...this.#totals.values()].sort((a, b) => b.cycles - a.cycles);
  }

  /** The trap port's side: lets the monitor do its work, and notes it. */
  deliver(cpu: Cpu, event: CpuEvent): boolean {
    const { vm } = cpu.ledger;
    const machine = this.#machines.find(({ number }) => number === vm);
    const at = cpu.now();
    const before = { ...machine?.pager.counts };
    this.#first = null;
    this.#count = 0;
    const taken = this.#inner.deliver(cpu, event);
    const cycles = cpu.now() - at;
    const cause = causeOf(event);
    const { part, what } = this.#explain(event, machine, before);
    const key = `${cause} ${part}`;
    const total = this.#totals.get(key) ?? { cause, part, count: 0, cycles: 0 };
    total.count++;
    total.cycles += cycles;
    this.#totals.set(key, total);
    if (this.#entries.length < this.#most) {
      const interpreted = this.#count;
      const eip = event.returnEip >>> 0;
      this.#entries.push({ at: at - this.#start, vm, cause, eip, part, what, interpreted, cycles });
    }
    return taken;
  }

  #interpreted(interpretation: Interpretation): void {
    const { instruction, linear } = interpretation;
    if (this.#count++ === 0 && this.#entries.length < this.#most) {
      this.#first = instruction === null ? "one step" : textOf(instruction, interpretation);
    }
    // What the virtual processor steps over as a whole (the instruction after STI, say) has no routine of its own.
    const name = instruction === null ? SINGLE_STEP : instructionName(instruction.form);
    const known = this.#routines.get(name);
    if (known !== undefined) known.count++;
    else {
      const operation = instruction?.form.operation ?? "";
      const kind = instruction === null ? "innocuous" : kindOf(instruction.form);
      this.#routines.set(name, { operation, kind, count: 1, first: linear });
    }
  }

  /** Which part of the monitor dealt with an event, seen from what it left behind. */
  #explain(
    event: CpuEvent,
    machine: VirtualMachine | undefined,
    before: Partial<VirtualMachine["pager"]["counts"]>,
  ): { part: MonitorPart; what: string } {
    const done = this.#sentence();
    if (event.kind === "interrupt") {
      const next = this.#monitor.virtualMachines.find(({ number }) => number === this.#cpu.ledger.vm);
      return { part: "scheduler", what: `the timer; next runs ${next?.name ?? "nobody"}` };
    }
    if (event.kind === "exception" && event.vector === 14 && machine !== undefined) {
      const { hiddenFaults, trueFaults, traceHits } = machine.pager.counts;
      if (hiddenFaults !== before.hiddenFaults) {
        return { part: "memory", what: "hidden page fault: shadow entry made" };
      }
      if (trueFaults !== before.trueFaults) {
        return { part: "delivery", what: "true page fault: given to the guest's handler" };
      }
      if (traceHits !== before.traceHits) {
        return { part: "memory", what: `write to a guest page table: ${done ?? "noticed"}` };
      }
    }
    if (done !== null) return { part: "interpreter", what: done };
    if (event.vector === VECTOR_CONTINUE) return { part: "scheduler", what: "the monitor goes on" };
    const technique = machine?.technique.name;
    if (technique === "binary-translation" && event.vector === VECTOR_CALLOUT) {
      return { part: "technique", what: "callout of translated code" };
    }
    if (technique === "paravirtual" && event.vector === VECTOR_HYPERCALL) {
      return { part: "technique", what: "hypercall" };
    }
    return { part: "delivery", what: "given to the guest's handler" };
  }

  /** The instructions interpreted in the present entry, in words; null for none. */
  #sentence(): string | null {
    if (this.#count === 0) return null;
    const first = this.#first ?? "an instruction";
    return this.#count === 1 ? first : `${first}, and ${this.#count - 1} more`;
  }
}

/** An instruction as an assembler would write it, read where the guest fetches it. */
function textOf(instruction: Instruction, { vm, linear }: Interpretation): string {
  try {
    const gpa = translate(vm.cpu, linear, false, vm.cpu.user);
    const bytes = vm.memory.readBytes(gpa, instruction.length);
    const bits = (vm.cpu.s[RIGHTS + CS]! & RIGHTS_BIG) !== 0 ? 32 : 16;
    return listing(bytes, { address: linear, bits })[0]!.text;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return instructionName(instruction.form);
  }
}
