/**
 * The machine that a user holds: load something, run it, look at it, go back.
 *
 * @module
 */

import { type CostProfile, type CycleReport, nearest, profileByName } from "../cycles/mod.ts";
import { type Cpu, EFLAGS, EIP, FLAG_OP, type RegistersSnapshot } from "../cpu/mod.ts";
import { REGISTER_NAMES } from "../isa/mod.ts";
import { Board, type Goal, type Outcome } from "./board.ts";
import type { Device } from "./devices/device.ts";
import { MachineError } from "./errors.ts";
import { History } from "./history.ts";
import { type Loadable, prepareImage } from "./loaders/load.ts";
import type { PcOptions } from "./pc.ts";
import { hex } from "./physical_memory.ts";
import { absoluteGoal, type RunOptions, type RunProgress, type SyncRunOptions } from "./run_options.ts";
import { type RunLimit, RunResult, type RunStatus } from "./run_result.ts";
import { Pace } from "./pace.ts";
import { underHost } from "./run_host.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a machine is made of. Everything has a default. */
export interface MachineOptions extends PcOptions {
  /** RAM in bytes or as `"4M"`: 64 KiB to 1984 MiB. Default 16 MiB. */
  readonly memory?: string | number;
  /** Cost profile, or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** Makes every sensitive instruction trap outside ring 0, as no IA-32 processor without VMX does. */
  readonly virtualizable?: boolean;
  /** A ROM that belongs to the machine and stays whatever is loaded. */
  readonly rom?: Uint8Array;
  /** Receives what leaves the serial port, in pieces, while the machine runs. */
  readonly onSerial?: (bytes: Uint8Array) => void;
  /** Whether to keep snapshots for {@linkcode Machine.stepBack}. Default true. */
  readonly history?: boolean;
}

/** A register that {@linkcode Machine.setRegister} sets. */
export type RegisterName = typeof REGISTER_NAMES[32][number] | "eip" | "eflags";

const STATUS: Readonly<Record<Exclude<Outcome, "slice">, RunStatus>> = {
  instructions: "limit",
  cycles: "limit",
  exited: "exited",
  halted: "halted",
  shutdown: "shutdown",
  breakpoint: "breakpoint",
};

type End = Exclude<Outcome, "slice"> | "seconds" | "aborted";

/** A run in progress. */
interface Session {
  readonly goal: Goal;
  readonly instructions: number;
  readonly cycles: CycleReport;
  readonly consoleStart: number;
  /** There is a breakpoint for this run only. */
  readonly until: boolean;
  readonly pace: Pace;
}

/**
 * A PC round one IA-32 processor.
 *
 * @example
 * ```ts
 * import { asm, Machine } from "ringlab";
 *
 * const machine = new Machine({ memory: "4M" });
 * machine.load(asm`
 *   bits 32
 *       mov eax, 41
 *       inc eax
 *       hlt
 * `);
 * const run = await machine.run();
 * if (run.status !== "halted" || run.registers.gpr.eax !== 42) throw new Error("wrong");
 * ```
 */
export class Machine {
  readonly #board: Board;
  readonly #history: History | undefined;
  readonly #onSerial: ((bytes: Uint8Array) => void) | undefined;
  #symbols: ReadonlyMap<string, number> = new Map();
  readonly #breakpoints = new Set<number>();
  /** Something outside the machine has changed it since the last snapshot of the history. */
  #touched = true;
  #running = false;
  /** Cycle at which the present slice began while one is executed; -1 otherwise. Stays when the host tears the slice off. */
  #sliceStart = -1;
  #stopWanted = false;
  #serialSent = 0;

  /**
   * Builds a machine and switches it on, with nothing loaded.
   *
   * @throws {MachineError} or {@linkcode ProfileError} for options that are wrong.
   */
  constructor(options: MachineOptions = {}) {
    const { memory = "16M", profile = "pentium4-672", virtualizable = false, onSerial, history = true } =
      options;
    this.#board = new Board({
      ...options,
      memory,
      profile: typeof profile === "string" ? profileByName(profile) : profile,
      virtualizable,
    });
    this.#onSerial = onSerial;
    if (history) this.#history = new History(this.#board.memory.ramBytes);
  }

  /** The processor, for monitors and views. */
  get cpu(): Cpu {
    return this.#board.cpu;
  }

  /** The hardware, for monitors and for devices that attach themselves. */
  get board(): Board {
    return this.#board;
  }

  /** Name, frequency and prices. */
  get profile(): CostProfile {
    return this.#board.profile;
  }

  /** Names of addresses in what was loaded. */
  get symbols(): ReadonlyMap<string, number> {
    return this.#symbols;
  }

  /** The registers as they are. */
  get registers(): RegistersSnapshot {
    this.#idle();
    return this.#board.cpu.registers();
  }

  /** Where all cycles since power-up went. */
  get cycles(): CycleReport {
    return this.#board.ledger.report();
  }

  /** Everything that has come out of the serial port since power-up (at most 4 MiB). */
  get console(): string {
    return this.#board.console.text();
  }

  /** Codes written to the POST port, oldest first. */
  get postCodes(): readonly number[] {
    return this.#board.pc.post?.history ?? [];
  }

  /** Takes a further device into resets and snapshots; its constructor has attached it to `board.bus`. */
  attach(device: Device): void {
    this.#idle();
    this.#board.attach(device);
    this.#history?.clear();
    this.#touched = true;
  }

  /**
   * Switches the machine off and on with a program or image in its memory, ready to start: an assembled program at its
   * origin (16-bit code in real mode, 32-bit code in flat protected mode, ring 0), or bytes with a `kind`.
   *
   * @throws {ImageError} when the image cannot be loaded; the machine is as it was then.
   * @throws {MachineError} when it is not an image.
   */
  load(loadable: Loadable): this {
    this.#idle();
    const image = prepareImage(loadable, this.#board.memory);
    this.#board.load(image);
    this.#symbols = image.symbols;
    this.clearBreakpoints();
    this.#history?.clear();
    this.#touched = true;
    this.#serialSent = 0;
    return this;
  }

  /**
   * Runs until the guest ends the run, a limit is reached, a breakpoint is met, or the signal aborts. Other work of the host
   * gets its turn about every 50 ms. Whatever ended the run, the machine is between two instructions and can go on.
   *
   * Nothing that a guest does makes this throw.
   *
   * @throws {MachineError} when the machine runs already, or an option is wrong.
   * @throws {StoppedError} in a notebook, when the Stop button was pressed; the machine can be continued all the same.
   */
  async run(options: RunOptions = {}): Promise<RunResult> {
    const { signal, onProgress } = options;
    const session = this.#begin(options);
    const body = async (pause: () => Promise<boolean>): Promise<RunResult> => {
      for (;;) {
        if (await pause()) this.#stopWanted = true;
        session.pace.resumed();
        if (this.#sliceStart >= 0) throw new MachineError("this run was torn off by the host");
        do {
          if (signal?.aborted || this.#stopWanted) return this.#end(session, "aborted");
          const end = this.#slice(session);
          if (end !== undefined) return this.#end(session, end);
        } while (!session.pace.mustYield());
        onProgress?.(this.#progress(session));
      }
    };
    const describe = () => `${this.#progress(session).cycles.toLocaleString("en-US")} cycles`;
    try {
      return await underHost({ body, describe });
    } finally {
      this.#running = false;
    }
  }

  /** The same without giving the host its turn: for tests and short programs. */
  runSync(options: SyncRunOptions = {}): RunResult {
    const session = this.#begin(options);
    try {
      for (;;) {
        const end = this.#slice(session);
        if (end !== undefined) return this.#end(session, end);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Executes `count` instructions (fewer when something ends the run). Interrupts that are delivered on the way do not count. */
  step(count = 1): RunResult {
    return this.runSync({ maxInstructions: count });
  }

  /** Makes the run in progress end with `aborted` when the host next gets its turn. */
  stop(): void {
    if (this.#running) this.#stopWanted = true;
  }

  /**
   * Goes back to the moment right after the instruction `count` instructions ago, by restoring a snapshot and executing
   * again. The result is the machine as it was then, to the last bit.
   *
   * @throws {MachineError} when the history does not reach back that far, or none is kept.
   */
  stepBack(count = 1): void {
    this.#idle();
    if (!Number.isInteger(count) || count < 0) throw new MachineError(`cannot go back ${count} instructions`);
    if (this.#history === undefined) {
      throw new MachineError("this machine keeps no history (option history: false)");
    }
    const now = this.#board.cpu.instructions();
    const target = now - count;
    if (count === 0) return;
    const snapshot = this.#history.before(target);
    if (snapshot === undefined) {
      const start = this.#history.start;
      throw new MachineError(
        start > now
          ? `cannot go back ${count} instructions: nothing has run since the machine was loaded or changed`
          : `cannot go back ${count} instructions: the history begins ${now - start} instructions ago`,
      );
    }
    this.#replay(snapshot, { instructions: target, cycles: Infinity });
  }

  /** The whole machine as plain data. */
  snapshot(): Snapshot {
    this.#idle();
    return this.#board.snapshot(this.#symbols);
  }

  /**
   * Becomes what a snapshot says.
   *
   * @throws {SnapshotError} when it is of a machine of another size, profile or set of devices; this one is as it was then.
   */
  restore(snapshot: Snapshot): void {
    this.#idle();
    this.#board.restore(snapshot);
    this.#symbols = new Map(snapshot.state.symbols);
    this.#history?.clear();
    this.#history?.add(snapshot, true);
    this.#touched = false;
    this.#serialSent = this.#board.console.length;
  }

  /** Copies `bytes` bytes of guest-physical memory; where there is neither RAM nor ROM they are FFh. */
  read(address: number | string, bytes: number): Uint8Array {
    this.#idle();
    return this.#board.memory.read(this.#address(address), bytes);
  }

  /** Writes guest-physical RAM from outside. @throws {MachineError} when not all of it is RAM. */
  write(address: number | string, bytes: Uint8Array): void {
    this.#idle();
    const { offset, length } = this.#board.memory.write(this.#address(address), bytes);
    this.#board.cpu.invalidateCode(offset, length);
    this.#touched = true;
  }

  /** Sets a general register, EIP or EFLAGS from outside. */
  setRegister(name: RegisterName, value: number): void {
    this.#idle();
    const { cpu } = this.#board;
    const index = (REGISTER_NAMES[32] as readonly string[]).indexOf(name);
    if (index >= 0) cpu.s[index] = value | 0;
    else if (name === "eip") cpu.s[EIP] = value | 0;
    else if (name === "eflags") {
      cpu.s[FLAG_OP] = 0;
      cpu.s[EFLAGS] = value & 0x3f7fd7 | 2;
      cpu.updateMode();
    } else {
      throw new MachineError(`${JSON.stringify(name)} is not a register that can be set`);
    }
    this.#touched = true;
  }

  /** Sends text (as UTF-8) or bytes to the serial port. */
  send(data: string | Uint8Array): void {
    if (!this.#running || this.#sliceStart >= 0) this.#idle();
    const { serial } = this.#board.pc;
    if (serial === undefined) throw new MachineError("this machine has no serial port");
    serial.send(typeof data === "string" ? new TextEncoder().encode(data) : data);
    this.#touched = true;
  }

  /** Makes runs stop before the instruction at a linear address or symbol. */
  breakpoint(at: number | string): void {
    this.#idle();
    this.#breakpoints.add(this.#address(at));
    this.#board.cpu.setBreakpoints(this.#breakpoints);
  }

  /** Removes one breakpoint, or all. */
  clearBreakpoints(at?: number | string): void {
    this.#idle();
    if (at === undefined) this.#breakpoints.clear();
    else this.#breakpoints.delete(this.#address(at));
    this.#board.cpu.setBreakpoints(this.#breakpoints);
  }

  #address(at: number | string): number {
    if (typeof at === "number") {
      if (Number.isInteger(at) && at >= 0 && at < 2 ** 32) return at;
      throw new MachineError(`${at} is not an address (0 to FFFFFFFFh)`);
    }
    const address = this.#symbols.get(at);
    if (address !== undefined) return address >>> 0;
    const known = [...this.#symbols.keys()];
    throw new MachineError(
      `there is no symbol ${JSON.stringify(at)}` +
        (known.length > 0 ? `: did you mean ${nearest(at, known)}?` : ""),
    );
  }

  /** Makes sure that nothing runs, and mends a machine whose last slice the host tore off in the middle. */
  #idle(): void {
    if (this.#sliceStart >= 0) this.#recover();
    if (this.#running) throw new MachineError("the machine is running: await the run, or stop() it");
  }

  #begin(options: SyncRunOptions): Session {
    this.#idle();
    const { cpu, ledger, console } = this.#board;
    const goal = absoluteGoal(options, cpu.instructions(), cpu.now());
    // Setting breakpoints makes the processor forget its decoded code, so this is done only for a change.
    if (options.until !== undefined) cpu.setBreakpoints([...this.#breakpoints, this.#address(options.until)]);
    this.#running = true;
    this.#stopWanted = false;
    return {
      goal,
      instructions: cpu.instructions(),
      cycles: ledger.report(),
      consoleStart: console.length,
      until: options.until !== undefined,
      pace: new Pace(options.maxSeconds ?? Infinity),
    };
  }

  #slice(session: Session): End | undefined {
    if (session.pace.isOver()) return "seconds";
    this.#remember();
    const now = this.#board.cpu.now();
    this.#sliceStart = now;
    const outcome = this.#board.advance(session.goal, now + session.pace.cycles);
    this.#sliceStart = -1;
    session.pace.measured();
    this.#passSerialOn();
    return outcome === "slice" ? undefined : outcome;
  }

  #end(session: Session, end: End): RunResult {
    this.#running = false;
    const { cpu, ledger, console, exitCode, pc } = this.#board;
    if (session.until) cpu.setBreakpoints(this.#breakpoints);
    const limit: RunLimit | undefined = end === "instructions" || end === "cycles" || end === "seconds"
      ? end
      : undefined;
    const postCode = pc.post?.code;
    return new RunResult({
      status: limit !== undefined
        ? "limit"
        : end === "aborted"
        ? "aborted"
        : STATUS[end as keyof typeof STATUS],
      ...(limit === undefined ? {} : { limit }),
      ...(end === "exited" && exitCode !== undefined ? { exitCode } : {}),
      ...(postCode === undefined ? {} : { postCode }),
      instructions: cpu.instructions() - session.instructions,
      cycles: ledger.report(session.cycles),
      console: console.text(session.consoleStart),
      registers: cpu.registers(),
    }, session.pace.seconds());
  }

  #progress(session: Session): RunProgress {
    const { cpu } = this.#board;
    const instructions = cpu.instructions() - session.instructions;
    const hostSeconds = session.pace.seconds();
    return {
      instructions,
      cycles: cpu.now() - session.cycles.total,
      hostSeconds,
      mips: instructions / hostSeconds / 1e6,
    };
  }

  /** Takes a snapshot into the history when it is time, or when something came from outside. */
  #remember(): void {
    const history = this.#history;
    if (history === undefined || !(this.#touched || history.due(this.#board.cpu.instructions()))) return;
    history.add(this.#board.snapshot(this.#symbols, history.last), this.#touched);
    this.#touched = false;
  }

  #passSerialOn(): void {
    const { console } = this.#board;
    if (this.#onSerial === undefined || console.length <= this.#serialSent) return;
    const bytes = console.bytes(this.#serialSent);
    this.#serialSent = console.length;
    this.#onSerial(bytes);
  }

  /** Restores a snapshot and executes again up to a goal, whatever ended the runs in between. */
  #replay(snapshot: Snapshot, goal: Goal): void {
    const { cpu } = this.#board;
    cpu.setBreakpoints([]);
    this.#board.restore(snapshot);
    for (;;) {
      const outcome = this.#board.advance(goal, Infinity);
      if (outcome !== "exited") break;
    }
    cpu.setBreakpoints(this.#breakpoints);
    this.#history?.truncate(cpu.now());
    this.#touched = false;
  }

  /**
   * The host can end JavaScript anywhere (a notebook's Stop button does), also in the middle of an instruction, without so
   * much as a `finally`. The machine then goes back to where that slice began.
   */
  #recover(): void {
    const cycle = this.#sliceStart;
    this.#sliceStart = -1;
    this.#running = false;
    const snapshot = this.#history?.beforeCycle(cycle);
    if (snapshot === undefined) {
      throw new MachineError(
        `the host stopped this machine in the middle of an instruction after cycle ${cycle}, and it keeps no history: load it again`,
      );
    }
    this.#replay(snapshot, { instructions: Infinity, cycles: cycle });
  }

  /** What it is, for a terminal. */
  toString(): string {
    const { memory, cpu } = this.#board;
    return `machine with ${memory.ramBytes / 1024} KiB, ${this.profile.title}, at EIP ${
      hex(cpu.registers().eip)
    } after ` +
      `${cpu.instructions()} instructions, ${cpu.now()} cycles`;
  }
}
