/**
 * One instruction in a chosen ring and state.
 *
 * @module
 */

import { EXCEPTION_NAMES, type RegistersSnapshot, STATE_BYTES } from "../cpu/mod.ts";
import { Presentable } from "../cycles/mod.ts";
import { asm, decode, exampleBytes, type Form, formatInstruction } from "../isa/mod.ts";
import { benchFor, type Ending, type Place, type ProcessorOptions } from "./bench.ts";
import { type Difference, readEffect, readResources, resourceChanges, visibleDifferences } from "./effect.ts";
import { BenchError, type GuestState, guestState, type GuestStateOptions } from "./guest_state.ts";
import { PLACES, RAM_BYTES, type Ring, WINDOW_BYTES } from "./layout.ts";
import { type Premise, type Resources, USUAL } from "./resources.ts";
import { hex } from "./hex.ts";
import { endingText, valueText } from "./witness.ts";

/** An instruction: assembly text, machine code, or a form of the opcode map. */
export type InstructionLike = string | Uint8Array | Form;

/**
 * Where and in which state an instruction is executed. The memory that belongs to it is one page: the instruction at
 * offset 400h, data from 800h, the stack pointer at E00h.
 */
export interface InstructionOptions
  extends ProcessorOptions, GuestStateOptions, Partial<Omit<Premise, "umip">> {
  /** Default 3. */
  readonly ring?: Ring;
  /** Default protected mode; the ring counts there only. */
  readonly mode?: "protected" | "virtual-8086" | "real";
  /** EFLAGS.IF, 1 by default. */
  readonly interrupts?: boolean;
}

/** One doubleword of the frame that a delivery pushed. */
export interface FrameWord {
  /** What it is: `EIP`, `error code`. */
  readonly name: string;
  readonly linear: number;
  readonly value: number;
}

/** A doubleword of the program's memory that changed. */
export interface MemoryChange {
  /** Offset in the program's segments. */
  readonly offset: number;
  readonly before: number;
  readonly after: number;
}

interface Parts {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly place: Place;
  readonly ending: Ending;
  readonly before: RegistersSnapshot;
  readonly after: RegistersSnapshot;
  readonly visible: readonly Difference[];
  readonly resources: readonly Difference[];
  readonly memory: readonly MemoryChange[];
  readonly ram: Uint8Array;
}

/** What became of one instruction. */
export class InstructionRun extends Presentable {
  /** The instruction as an assembler writes it. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** A ring of protected mode, or another mode. */
  readonly place: Place;
  readonly how: Ending["how"];
  /** Vector of the exception or of the called handler, else -1. */
  readonly vector: number;
  /** Error code of the exception, -1 without one. */
  readonly errorCode: number;
  /** Registers before and after; after a trap, as the hardware hands them to the handler. */
  readonly before: RegistersSnapshot;
  readonly after: RegistersSnapshot;
  /** What changed of what the program sees, EIP apart. */
  readonly visible: readonly Difference[];
  /** What changed of what belongs to the operating system or monitor. */
  readonly resources: readonly Difference[];
  readonly memory: readonly MemoryChange[];
  /** All cycles, and those that the hardware spent on the way to a handler. */
  readonly cycles: number;
  readonly transition: number;
  readonly #ram: Uint8Array;

  constructor(parts: Parts) {
    super();
    const { ending } = parts;
    this.text = parts.text;
    this.bytes = parts.bytes;
    this.place = parts.place;
    this.how = ending.how;
    this.vector = ending.vector;
    this.errorCode = ending.errorCode;
    this.before = parts.before;
    this.after = parts.after;
    this.visible = parts.visible;
    this.resources = parts.resources;
    this.memory = parts.memory;
    this.cycles = ending.cycles;
    this.transition = ending.transition;
    this.#ram = parts.ram;
  }

  /** In a word or two, for charts: `executes`, `halts`, `#GP`, `INT 80h`. */
  get outcome(): string {
    switch (this.how) {
      case "trap":
        return EXCEPTION_NAMES[this.vector] ?? `exception ${this.vector}`;
      case "interrupt":
        return `INT ${hex(this.vector, 2)}`;
      default:
        return this.how;
    }
  }

  /** Whether an exception came instead of the instruction's effect. */
  get trapped(): boolean {
    return this.how === "trap";
  }

  /** Bytes of memory after the instruction, by linear address (there is no paging, so that it is the physical one). */
  read(linear: number, bytes: number): Uint8Array {
    return this.#ram.slice(linear, linear + bytes);
  }

  /** What the hardware pushed for the handler, from the top of its stack; empty when no handler was called. */
  get frame(): FrameWord[] {
    if ((this.how !== "trap" && this.how !== "interrupt") || this.after.mode !== "protected") return [];
    const { segments, gpr, cpl } = this.after;
    const top = (segments.ss.base + gpr.esp) >>> 0;
    const view = new DataView(this.#ram.buffer, this.#ram.byteOffset);
    const names = [...(this.errorCode < 0 ? [] : ["error code"]), "EIP", "CS", "EFLAGS"];
    if (this.before.mode === "virtual-8086") names.push("ESP", "SS", "ES", "DS", "FS", "GS");
    else if (cpl !== this.before.cpl) names.push("ESP", "SS");
    return names.map((name, n) => ({
      name,
      linear: top + 4 * n,
      value: view.getUint32(top + 4 * n, true),
    }));
  }

  override toString(): string {
    const where = typeof this.place === "number" ? `ring ${this.place}` : `${this.place} mode`;
    const { how, vector, errorCode, cycles, transition } = this;
    const told = how === "executes" ? this.#changes() : [];
    if (how !== "executes" && this.after.cpl !== this.before.cpl) {
      told.push(`CPL ${this.before.cpl} -> ${this.after.cpl}`);
    }
    const end = [endingText({ how, vector, errorCode, cycles, transition }), ...told].join(", ");
    return `${this.text} in ${where}: ${end} (${cycles} ${cycles === 1 ? "cycle" : "cycles"})`;
  }

  #changes(): string[] {
    // A selector that changed says enough; its hidden part follows from the descriptor.
    const told = [...this.visible, ...this.resources].filter(({ name }) =>
      !/ (base|limit|rights)$/.test(name) || /^[gi]dtr/.test(name)
    );
    const text = told.map(({ name, from, to }) =>
      name === "eip" ? `goes on at ${hex(to)}` : `${name} ${valueText(name, from)} -> ${valueText(name, to)}`
    );
    const written = this.memory.map(({ offset, before, after }) =>
      `[${hex(offset)}] ${hex(before, 8)} -> ${hex(after, 8)}`
    );
    return [...text, ...written];
  }
}

/**
 * Executes one instruction on a real processor in protected mode with a flat code and data segment for every ring, a TSS and
 * an interrupt table, and says what happened.
 *
 * @param instruction assembly text such as `"mov cr0, eax"`, its bytes, or a form
 * @throws {AssemblerError} for text that is no instruction
 * @throws {BenchError} for more or less than one instruction, or a state that is impossible
 *
 * @example
 * ```ts
 * import { runInstruction } from "ringlab";
 *
 * const allowed = runInstruction("cli", { ring: 0 });
 * const refused = runInstruction("cli", { ring: 3 });
 * if (allowed.outcome !== "executes" || refused.outcome !== "#GP") throw new Error(`${allowed}; ${refused}`);
 *
 * // POPF wants to turn interrupts off: it is ignored, and nobody learns of it.
 * const ignored = runInstruction("popf", { ring: 3, stack: [0x0002] });
 * if (ignored.trapped || (ignored.after.eflags & 0x200) === 0) throw new Error(String(ignored));
 * ```
 */
export function runInstruction(
  instruction: InstructionLike,
  options: InstructionOptions = {},
): InstructionRun {
  const { ring = 3, mode = "protected" } = options;
  const place: Place = mode === "protected" ? ring : mode;
  const bits = mode === "protected" ? 32 : 16;
  const bytes = machineCode(instruction, bits);
  const bench = benchFor(options);
  const resources = resourcesOf(options);
  const environment = bench.environment(place, resources);
  const guest = guestState(options);
  bench.prepare(environment, guest, bytes);
  const before = bench.cpu.registers();
  const resourcesBefore = readResources(bench, resources.base);
  const ending = bench.execute();
  const effect = readEffect(bench, ending, environment.ram, guest, bytes, resources.base);
  const after = bench.cpu.registers();
  const length = decode(bytes, 0, bits)!.length;
  const start = { ...effect, registers: guest.registers, eip: effect.eip, flags: guest.flags, window: [] };
  const visible = visibleDifferences(start, effect).filter(({ name }) => !name.startsWith("memory"));
  if (ending.how === "executes" && effect.eip !== PLACES.code + length) {
    visible.push({ name: "eip", from: PLACES.code, to: effect.eip });
  }
  return new InstructionRun({
    text: formatInstruction(bytes, { address: PLACES.code, bits }),
    bytes,
    place,
    ending,
    before,
    after,
    visible,
    resources: resourceChanges(resourcesBefore, effect, true),
    memory: memoryChanges(guest, effect.window),
    ram: bench.cpu.u8.slice(STATE_BYTES, STATE_BYTES + RAM_BYTES),
  });
}

function memoryChanges(
  guest: GuestState,
  window: readonly (readonly [word: number, value: number])[],
): MemoryChange[] {
  const original = new DataView(guest.window.buffer, guest.window.byteOffset, WINDOW_BYTES);
  return window.map(([word, value]) => ({
    offset: word * 4,
    before: original.getUint32(word * 4, true),
    after: value >>> 0,
  }));
}

/** The resources that options ask for. Unlike a monitor, an ordinary system lets programs read the time stamp counter. */
export function resourcesOf(options: InstructionOptions): Resources {
  const { iopl = 0, interrupts = true, portsOpen = false, timeStampDisable = false } = options;
  const { performanceCounters = false, gatesOpen = true, umip = false } = options;
  if (!(Number.isInteger(iopl) && iopl >= 0 && iopl <= 3)) {
    throw new BenchError(`IOPL is 0 to 3, not ${iopl}`);
  }
  return {
    ...USUAL,
    iopl,
    interrupts,
    portsOpen,
    timeStampDisable,
    performanceCounters,
    gatesOpen,
    umip,
  };
}

function machineCode(instruction: InstructionLike, bits: 16 | 32): Uint8Array {
  if (typeof instruction === "object" && !(instruction instanceof Uint8Array)) {
    return exampleBytes(instruction, bits);
  }
  const bytes = typeof instruction === "string"
    ? asm(`bits ${bits}\norg ${PLACES.code}\n${instruction}`).bytes
    : instruction;
  const length = decode(bytes, 0, bits)?.length;
  if (length !== bytes.length) {
    const what = typeof instruction === "string" ? `"${instruction.trim()}"` : `the ${bytes.length} bytes`;
    throw new BenchError(
      length === undefined
        ? `${what} is no whole instruction`
        : `the bench executes one instruction at a time, but the first in ${what} ends after ${length} of ${bytes.length} bytes`,
    );
  }
  return bytes;
}
