/**
 * The processor: one IA-32 core over a machine's memory. This file holds its parts together and runs it; what the
 * instructions do is in `semantics/`, how decoded code is executed quickly is in `engine/`.
 *
 * @module
 */

import {
  type CostProfile,
  EVENT_INTERRUPT,
  type IntegerCosts,
  integerCosts,
  type Ledger,
  WORLD_GUEST_KERNEL,
  WORLD_GUEST_USER,
  WORLD_IDLE,
  WORLD_PAGE_WALK,
  WORLD_TRANSITION,
} from "../cycles/mod.ts";
import type { Instruction } from "../isa/mod.ts";
import { type CpuModel, PENTIUM_PRO } from "./cpuid.ts";
import { hasInstructionBreakpoints, instructionBreakpoints, watches } from "./debug.ts";
import { CodeCache } from "./engine/code_cache.ts";
import { execute } from "./engine/execute.ts";
import { warmUp } from "./engine/warm_up.ts";
import { raise } from "./exceptions.ts";
import { DB, Fault } from "./fault.ts";
import { materializeFlags } from "./flags.ts";
import { modeKey } from "./mode.ts";
import { flushTlb, refreshTlb } from "./paging.ts";
import type { BusPort, ExtensionPort, InterceptPort, TrapPort } from "./ports.ts";
import { readRegisters, type RegistersSnapshot } from "./registers.ts";
import { resetState } from "./reset.ts";
import {
  A20_MASK,
  AC,
  ACTIVITY,
  ALIGNMENT_CHECK,
  BASE,
  BUDGET,
  BUDGET_START,
  CPL,
  CR0,
  CR0_AM,
  CURRENT,
  CYCLES_F64,
  DEBUG_PENDING,
  DR,
  EFLAGS,
  EIP,
  EPOCH,
  HALTED,
  IF,
  INSTRUCTIONS_F64,
  INTR,
  LEAVE,
  MODE_KEY,
  NMI_BLOCKED,
  NMI_PENDING,
  RETIRED,
  RF,
  RUNNING,
  SHADOW,
  SHUTDOWN,
  TF,
  WORLD,
} from "./state.ts";

/** Why {@linkcode Cpu.run} came back. */
export type StopReason =
  | "limit" // the cycle limit is reached, or endSlice() was called
  | "halted" // HLT, and nothing is pending that wakes it
  | "shutdown" // a triple fault
  | "stopped" // stop() was called
  | "breakpoint"; // the next instruction has a breakpoint

/**
 * The longest slice in cycles. V8 does not replace a running function by a better compiled one, so the engine is left and
 * entered again at least this often.
 */
const SLICE_CYCLES = 100_000;

/** What a processor is made of. */
export interface CpuOptions {
  /** The machine's memory: state block first ({@linkcode STATE_BYTES}), then whatever the bus calls RAM and ROM. */
  readonly memory: WebAssembly.Memory;
  readonly bus: BusPort;
  readonly profile: CostProfile;
  readonly ledger: Ledger;
  /**
   * Makes the processor virtualizable in Popek and Goldberg's sense: every sensitive instruction that is not privileged
   * raises #GP(0) outside ring 0. No IA-32 processor without VMX does.
   */
  readonly virtualizable?: boolean;
  /** What CPUID says. Default: a Pentium Pro without x87. */
  readonly model?: CpuModel;
  /**
   * Byte offset of the state block in the memory, a multiple of 4096; default 0. A monitor keeps the processors of its
   * virtual machines in the memory of the machine it runs on. The bus then counts its frames from here, too.
   */
  readonly stateOffset?: number;
}

/**
 * One IA-32 processor. All its architectural state lies in the state block of the machine's memory (see state.ts), so a
 * copy of that memory, taken between two runs, is a complete snapshot; after restoring one call {@linkcode afterRestore}.
 */
export class Cpu {
  /** The state block and all memory behind it as signed words. */
  readonly s: Int32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  readonly f64: Float64Array;
  readonly view: DataView;
  readonly bus: BusPort;
  readonly profile: CostProfile;
  readonly costs: IntegerCosts;
  readonly ledger: Ledger;
  readonly code: CodeCache;
  readonly model: CpuModel;
  readonly virtualizable: boolean;

  /** Monitors plug in here. */
  trap: TrapPort | null = null;
  /** The VMX extension plugs in here. */
  intercept: InterceptPort | null = null;
  extension: ExtensionPort | null = null;

  /** True when program accesses have user privilege (CPL 3): derived, see {@linkcode updateMode}. */
  user = false;
  /** The world that code at CPL 3 belongs to: a monitor may run a guest's kernel there. */
  userWorld = WORLD_GUEST_USER;
  /** The fault that ended the last slice, if one did. Belongs to the engine. */
  pendingFault: Fault | null = null;
  /** Set when the instruction just executed delivered an event (INT n): it then makes no single-step trap. */
  eventDelivered = false;

  /** Whether the engine has made its tour in this process. */
  static #warm = false;

  #stopRequested = false;
  #sliceEnded = false;
  #skipBreakpoint = false;

  constructor(options: CpuOptions) {
    if (!Cpu.#warm) {
      Cpu.#warm = true;
      warmUp(options.profile, (own) => new Cpu(own));
    }
    const { memory: { buffer }, stateOffset = 0 } = options;
    this.s = new Int32Array(buffer, stateOffset);
    this.u16 = new Uint16Array(buffer, stateOffset);
    this.u8 = new Uint8Array(buffer, stateOffset);
    this.f64 = new Float64Array(buffer, stateOffset);
    this.view = new DataView(buffer, stateOffset);
    this.bus = options.bus;
    this.profile = options.profile;
    this.costs = integerCosts(options.profile);
    this.ledger = options.ledger;
    this.model = options.model ?? PENTIUM_PRO;
    this.virtualizable = options.virtualizable ?? false;
    this.code = new CodeCache(this);
    this.reset();
  }

  /** Power-up state: real mode, CS:EIP = F000:FFF0 with base FFFF0000. The counters of time and the ledger go on. */
  reset(): void {
    resetState(this);
    this.flushTlb();
    this.afterRestore();
  }

  /**
   * To be called when the state block or guest memory was overwritten from outside: recomputes everything derived from it.
   * The TLB is part of the state: a restored snapshot goes on with the translations it had.
   */
  afterRestore(): void {
    this.pendingFault = null;
    this.s[CURRENT] = -1;
    this.code.clear();
    refreshTlb(this);
    this.updateMode();
  }

  // --- Running -------------------------------------------------------------------------------------------------------

  /**
   * Runs until `untilCycle` (in {@linkcode now}'s cycles), or until something else ends it. The instruction that reaches the
   * limit is the last; only walks of page tables may take it further, by the rest of a straight-line block.
   *
   * @param restAfter a cycle at or after which to come back with "limit" at the next opportunity, between two blocks: for a
   * caller that wants to look up now and then without any effect on how the code is executed
   */
  run(untilCycle: number, restAfter = Infinity): StopReason {
    const s = this.s;
    this.#stopRequested = false;
    this.#sliceEnded = false;
    for (;;) {
      if (this.#stopRequested) return "stopped";
      if (s[ACTIVITY] === SHUTDOWN) return "shutdown";
      const now = this.now();
      const left = untilCycle - now;
      if (left <= 0 || now >= restAfter || this.#sliceEnded) return "limit";
      if (this.#deliverPending()) continue;
      if (s[ACTIVITY] === HALTED) return "halted";
      if (this.code.breakpoints.size > 0 && !this.#skipBreakpoint && this.atBreakpoint()) {
        this.#skipBreakpoint = true;
        return "breakpoint";
      }
      this.#skipBreakpoint = false;
      if (this.#mustStep() || !this.#slice(Math.min(left, SLICE_CYCLES))) this.#stepOne(left);
    }
  }

  /** Executes exactly one instruction, or delivers one pending event. A repeated string instruction is left at `untilCycle`. */
  step(untilCycle = Infinity): StopReason {
    const s = this.s;
    this.#stopRequested = false;
    this.#sliceEnded = false;
    this.#skipBreakpoint = false;
    if (s[ACTIVITY] === SHUTDOWN) return "shutdown";
    if (this.#deliverPending()) return "limit";
    if (s[ACTIVITY] === HALTED) return "halted";
    this.#stepOne(untilCycle - this.now());
    if (this.#stopRequested) return "stopped";
    return s[ACTIVITY] === SHUTDOWN ? "shutdown" : "limit";
  }

  /** Ends {@linkcode run} with "stopped" after the present instruction. */
  stop(): void {
    this.#stopRequested = true;
    this.leave();
  }

  /** Ends {@linkcode run} with "limit" soon: something is due earlier than the caller of run() knew. */
  endSlice(): void {
    this.#sliceEnded = true;
    this.leave();
  }

  /** Makes the engine come out of decoded code after the present instruction, to look at modes and pending events. */
  leave(): void {
    const s = this.s;
    s[LEAVE] = 1;
    // The engine gives back what the rest of the block would have cost; nothing may be left of the budget after that.
    const budget = -this.code.unspent(s[CURRENT]!);
    s[BUDGET_START] = s[BUDGET_START]! + budget - s[BUDGET]!;
    s[BUDGET] = budget;
  }

  /** Whether the instruction about to be executed has a breakpoint. */
  atBreakpoint(): boolean {
    return this.code.breakpoints.has((this.s[BASE + 1]! + this.s[EIP]!) >>> 0);
  }

  /** Sets the linear addresses (unsigned) before which {@linkcode run} stops with "breakpoint". */
  setBreakpoints(addresses: Iterable<number>): void {
    this.code.setBreakpoints(addresses);
  }

  /** @returns false when nothing was done since not even the first block fits into so many cycles */
  #slice(cycles: number): boolean {
    const s = this.s;
    const now = this.now();
    const eip = s[EIP];
    s[BUDGET_START] = cycles;
    s[BUDGET] = cycles;
    s[LEAVE] = 0;
    execute(this);
    this.#afterCode();
    return this.now() !== now || s[EIP] !== eip;
  }

  /** One instruction, with the trap flag, the debug registers and the shadow of STI and MOV SS honoured. */
  #stepOne(cycles: number): void {
    const s = this.s;
    const flags = s[EFLAGS]!;
    if ((flags & RF) === 0 && s[SHADOW] !== 2 && hasInstructionBreakpoints(this)) {
      const hits = instructionBreakpoints(this, (s[BASE + 1]! + s[EIP]!) | 0);
      if (hits !== 0) {
        s[DR + 6] = (s[DR + 6]! & ~15) | hits;
        this.#raiseFault(new Fault(DB));
        return;
      }
    }
    s[EFLAGS] = flags & ~RF;
    s[SHADOW] = 0;
    s[BUDGET_START] = s[BUDGET] = Math.max(1, Math.min(cycles, SLICE_CYCLES));
    s[LEAVE] = 0;
    this.code.single = true;
    this.eventDelivered = false;
    const before = this.instructions();
    try {
      execute(this);
    } finally {
      this.code.single = false;
    }
    const completed = this.pendingFault === null;
    const stepped = this.instructions() > before && !this.eventDelivered;
    if (completed && (flags & TF) !== 0 && stepped) {
      s[DEBUG_PENDING] = s[DEBUG_PENDING]! | 0x4000; // DR6.BS
    }
    this.#afterCode();
  }

  #afterCode(): void {
    this.settle();
    const fault = this.pendingFault;
    if (fault !== null) {
      this.pendingFault = null;
      this.s[DEBUG_PENDING] = 0; // what the faulting instruction did before its fault, it will do again
      this.#raiseFault(fault);
    }
  }

  #raiseFault(fault: Fault): void {
    raise(this, {
      kind: "exception",
      vector: fault.vector,
      errorCode: fault.errorCode,
      returnEip: this.s[EIP]!,
      instructionLength: 0,
      during: fault.during,
    });
  }

  /** True when instructions have to be executed one by one. */
  #mustStep(): boolean {
    const s = this.s;
    return (s[EFLAGS]! & (TF | RF)) !== 0 || s[SHADOW] !== 0 || (s[DR + 7]! & 0xff) !== 0;
  }

  /** Delivers what waits between two instructions, the most urgent first (SDM volume 3A, 6.9). */
  #deliverPending(): boolean {
    const s = this.s;
    if (s[DEBUG_PENDING] !== 0 && s[SHADOW] !== 2) {
      s[DR + 6] = (s[DR + 6]! & ~15) | s[DEBUG_PENDING]!;
      s[DEBUG_PENDING] = 0;
      this.#event("exception", DB);
      return true;
    }
    if (s[SHADOW] !== 0) return false;
    if (s[NMI_PENDING] !== 0 && s[NMI_BLOCKED] === 0) {
      if (this.intercept?.active && this.intercept.external(this, "nmi")) return true;
      s[NMI_PENDING] = 0;
      s[NMI_BLOCKED] = 1;
      s[ACTIVITY] = RUNNING;
      this.#event("nmi", 2);
      return true;
    }
    if (s[INTR] !== 0 && this.interruptsEnabled()) {
      if (this.intercept?.active && this.intercept.external(this, "interrupt")) return true;
      s[ACTIVITY] = RUNNING;
      const vector = this.bus.acknowledgeInterrupt();
      this.chargeTo(WORLD_TRANSITION, this.costs.event["interrupt-acknowledge"]);
      this.ledger.count(EVENT_INTERRUPT + vector);
      this.#event("interrupt", vector);
      return true;
    }
    return false;
  }

  #event(kind: "exception" | "nmi" | "interrupt", vector: number): void {
    raise(this, { kind, vector, errorCode: -1, returnEip: this.s[EIP]!, instructionLength: 0 });
  }

  /** Whether a maskable interrupt would be taken now. A monitor that virtualizes IF overrides this through the trap port. */
  interruptsEnabled(): boolean {
    return (this.s[EFLAGS]! & IF) !== 0 || (this.trap?.alwaysInterruptible ?? false);
  }

  /** Whether the processor is halted. */
  get halted(): boolean {
    return this.s[ACTIVITY] === HALTED;
  }

  /** Sets the INTR pin. */
  setInterruptLine(level: boolean): void {
    this.s[INTR] = level ? 1 : 0;
    if (level) this.leave();
  }

  /** A non-maskable interrupt arrives. */
  raiseNmi(): void {
    this.s[NMI_PENDING] = 1;
    this.leave();
  }

  /** Opens (true) or masks (false) address line 20. */
  setA20(open: boolean): void {
    const mask = open ? -1 : ~0x100000;
    if (this.s[A20_MASK] === mask) return;
    this.s[A20_MASK] = mask;
    this.flushTlb();
  }

  // --- Time and accounting -------------------------------------------------------------------------------------------

  /** Cycles since power-up, exact even within an instruction: what the time stamp counter and all devices see. */
  now(): number {
    const s = this.s;
    return this.f64[CYCLES_F64]! + (s[BUDGET_START]! - s[BUDGET]!) - this.code.unspent(s[CURRENT]!);
  }

  /** Instructions retired since power-up. */
  instructions(): number {
    return this.f64[INSTRUCTIONS_F64]! + this.s[RETIRED]!;
  }

  /** Charges cycles to the present world. */
  charge(cycles: number): void {
    const s = this.s;
    const budget = s[BUDGET]! - cycles;
    s[BUDGET] = budget;
    // The limit lies within this block: see to it that the engine looks up after this instruction.
    if (budget < 0 && s[CURRENT]! >= 0) this.leave();
  }

  /** Charges cycles to another world than the present one. */
  chargeTo(world: number, cycles: number): void {
    if (this.ledger.observer !== null) this.#bookSpent();
    // Time passes and the slice gets shorter, but the cycles are not the present world's.
    this.s[BUDGET] = this.s[BUDGET]! - cycles;
    this.s[BUDGET_START] = this.s[BUDGET_START]! - cycles;
    this.f64[CYCLES_F64] = this.f64[CYCLES_F64]! + cycles;
    this.ledger.add(world, cycles);
  }

  /** Charges a walk through `levels` levels of page tables. */
  chargePageWalk(levels: number): void {
    this.chargeTo(WORLD_PAGE_WALK, levels * this.costs.event["tlb-miss"]);
  }

  /** Charges a bus cycle to a memory-mapped device. */
  chargeDeviceMemory(): void {
    this.charge(this.costs.event["device-memory-access"]);
  }

  /** Lets time pass without work, in the world "idle". */
  advance(cycles: number): void {
    this.settle();
    this.f64[CYCLES_F64] = this.f64[CYCLES_F64]! + cycles;
    this.ledger.add(WORLD_IDLE, cycles);
  }

  /** Moves what the present slice has spent so far into the totals and the present world's bucket. Between instructions only. */
  settle(): void {
    const s = this.s;
    const spent = s[BUDGET_START]! - s[BUDGET]!;
    if (spent !== 0) {
      s[BUDGET_START] = s[BUDGET]!;
      this.f64[CYCLES_F64] = this.f64[CYCLES_F64]! + spent;
      this.ledger.add(s[WORLD]!, spent);
    }
    this.f64[INSTRUCTIONS_F64] = this.f64[INSTRUCTIONS_F64]! + s[RETIRED]!;
    s[RETIRED] = 0;
  }

  /** Books what the present world has spent up to this instruction, so that a recorder hears of charges in their order. */
  #bookSpent(): void {
    const s = this.s;
    const spent = s[BUDGET_START]! - s[BUDGET]! - this.code.unspent(s[CURRENT]!);
    if (spent <= 0) return;
    s[BUDGET_START] = s[BUDGET_START]! - spent;
    this.f64[CYCLES_F64] = this.f64[CYCLES_F64]! + spent;
    this.ledger.add(s[WORLD]!, spent);
  }

  /** From now on another world pays. Within an instruction, its whole cost goes to the world it began in. */
  enterWorld(world: number): void {
    if (this.s[WORLD] === world) return;
    this.settle();
    this.s[WORLD] = world;
  }

  // --- State that others are derived from ----------------------------------------------------------------------------

  /** EFLAGS with every bit true. */
  get flags(): number {
    return materializeFlags(this.s);
  }

  /**
   * To be called after any change of CS, SS (hidden parts included), CPL, CR0, EFLAGS.AC, EFLAGS.VM or a port: recomputes
   * what decoded code and the fast paths depend on, and makes the engine look again.
   */
  updateMode(): void {
    const s = this.s;
    this.user = s[CPL] === 3;
    const world = s[WORLD]!;
    if (world === WORLD_GUEST_KERNEL || world === WORLD_GUEST_USER) {
      this.enterWorld(this.user ? this.userWorld : WORLD_GUEST_KERNEL);
    }
    s[MODE_KEY] = modeKey(this);
    this.updateAlignmentCheck();
    this.leave();
  }

  /** To be called after a change of EFLAGS.AC alone. */
  updateAlignmentCheck(): void {
    const s = this.s;
    const check = this.user && (s[CR0]! & CR0_AM) !== 0 && (s[EFLAGS]! & AC) !== 0 ? 1 : 0;
    if (s[ALIGNMENT_CHECK] !== check) {
      s[ALIGNMENT_CHECK] = check;
      refreshTlb(this);
    }
  }

  /** Drops all translations: after a change of the memory map or a MOV to CR3. */
  flushTlb(keepGlobal = false): void {
    flushTlb(this, keepGlobal);
  }

  /** Throws away decoded code that overlaps host bytes [offset, offset + length). */
  invalidateCode(offset: number, length: number): void {
    this.code.invalidate(offset, length);
  }

  /** To be called after a change of DR0..DR3 or DR7. */
  updateBreakpoints(): void {
    refreshTlb(this);
    this.leave();
  }

  /** Whether a data breakpoint lies in the linear page. */
  watches(page: number): boolean {
    return watches(this, page);
  }

  /** Links between decoded blocks made before now are void. */
  newEpoch(): void {
    this.s[EPOCH] = (this.s[EPOCH]! + 1) | 0;
  }

  /** All registers, as plain data. */
  registers(): RegistersSnapshot {
    return readRegisters(this);
  }
}

/** A routine of instruction semantics. EIP is the instruction's; NEXT_EIP is where execution goes on and may be changed. */
export type Handler = (cpu: Cpu, instruction: Instruction) => void;
