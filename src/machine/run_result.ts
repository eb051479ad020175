/**
 * How a run ended, and what it did and cost.
 *
 * @module
 */

import { type CycleReport, Presentable } from "../cycles/mod.ts";
import type { RegistersSnapshot } from "../cpu/mod.ts";
import { GuestLimitError } from "./errors.ts";

/** How a run ended. All but `exited`, `halted` and `shutdown` can simply be continued. */
export type RunStatus =
  | "exited" // the guest wrote to the debug-exit port
  | "halted" // HLT, and nothing will ever wake the processor
  | "shutdown" // a triple fault
  | "breakpoint" // the next instruction has a breakpoint
  | "limit" // one of the limits was reached
  | "aborted"; // the AbortSignal

/** Which limit ended a run. */
export type RunLimit = "instructions" | "cycles" | "seconds";

/** The facts of a {@linkcode RunResult}. */
export interface RunFacts {
  /** How it ended. */
  readonly status: RunStatus;
  /** For status `limit`. */
  readonly limit?: RunLimit;
  /** What was written to the debug-exit port, times two plus one. */
  readonly exitCode?: number;
  /** The last code on the POST port. */
  readonly postCode?: number;
  /** Instructions retired in this run. */
  readonly instructions: number;
  /** Cycles of this run: by world and virtual machine, with events. */
  readonly cycles: CycleReport;
  /** What came out of the serial port in this run. */
  readonly console: string;
  /** The registers at the end. */
  readonly registers: RegistersSnapshot;
}

/** The result of {@linkcode Machine.run}: plain data, the same for the same run. */
export class RunResult extends Presentable implements RunFacts {
  /** How it ended. */
  readonly status: RunStatus;
  declare readonly limit?: RunLimit;
  declare readonly exitCode?: number;
  declare readonly postCode?: number;
  readonly instructions: number;
  readonly cycles: CycleReport;
  readonly console: string;
  readonly registers: RegistersSnapshot;
  readonly #hostSeconds: number;

  /** Makes a result of its facts and the host's time. */
  constructor(facts: RunFacts, hostSeconds: number) {
    super();
    this.status = facts.status;
    if (facts.limit !== undefined) this.limit = facts.limit;
    if (facts.exitCode !== undefined) this.exitCode = facts.exitCode;
    if (facts.postCode !== undefined) this.postCode = facts.postCode;
    this.instructions = facts.instructions;
    this.cycles = facts.cycles;
    this.console = facts.console;
    this.registers = facts.registers;
    this.#hostSeconds = hostSeconds;
  }

  /** Seconds the host took. Not part of the data, since it is never the same twice. */
  get hostSeconds(): number {
    return this.#hostSeconds;
  }

  /** Million guest instructions per host second. */
  get mips(): number {
    return this.#hostSeconds > 0 ? this.instructions / this.#hostSeconds / 1e6 : 0;
  }

  /**
   * The result itself, if the guest came to an end of its own (`exited` or `halted`).
   *
   * @throws {GuestLimitError} when it did not.
   */
  orThrow(): this {
    if (this.status === "exited" || this.status === "halted") return this;
    const why = this.limit === undefined ? this.status : `${this.status} of ${this.limit}`;
    const { instructions, registers } = this;
    throw new GuestLimitError(
      `the guest did not finish: ${why} after ${instructions} instructions, at EIP ${
        registers.eip.toString(16)
      }h`,
      { status: this.status, instructions, cycles: this.cycles.total },
    );
  }

  /** One flat object, as the command line prints it. */
  toJSON(): Record<string, unknown> {
    return {
      status: this.status,
      ...(this.limit === undefined ? {} : { limit: this.limit }),
      exitCode: this.exitCode ?? null,
      postCode: this.postCode ?? null,
      instructions: this.instructions,
      cycles: this.cycles.total,
      serial: this.console,
      ledger: this.cycles.toJSON(),
    };
  }

  /** A summary for a terminal. */
  override toString(): string {
    const { gpr, eip, eflags, mode, cpl } = this.registers;
    const word = (value: number) => value.toString(16).padStart(8, "0");
    const code = this.exitCode === undefined ? "" : ` (exit code ${this.exitCode})`;
    const lines = [
      `${this.status}${
        this.limit === undefined ? "" : ` of ${this.limit}`
      }${code} after ${this.instructions} instructions, ` +
      `${this.cycles.total} cycles; ${mode} mode, CPL ${cpl}`,
      ["eax", "ebx", "ecx", "edx"].map((name) => `${name} ${word(gpr[name as "eax"])}`).join("  "),
      ["esi", "edi", "ebp", "esp"].map((name) => `${name} ${word(gpr[name as "eax"])}`).join("  "),
      `eip ${word(eip)}  eflags ${word(eflags)}`,
    ];
    if (this.console !== "") lines.push(this.console.replace(/\n$/, ""));
    return lines.join("\n");
  }
}
