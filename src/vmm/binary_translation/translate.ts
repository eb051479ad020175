/**
 * The translator proper: from guest code to the code of one unit.
 *
 * @module
 */

import { decode, type Instruction, MAX_INSTRUCTION_LENGTH } from "../../isa/mod.ts";
import { branchTarget, KIND_OF_PLAN, type Plan, planFor, staticPort } from "./classify.ts";
import { ECX, Emitter } from "./emitter.ts";
import type { TranslationOptions } from "./options.ts";
import {
  emitCli,
  emitCount,
  emitIn,
  emitLoadSegment,
  emitLookUp,
  emitMovSelector,
  emitPopf,
  emitPushf,
  emitPushSelector,
  emitRdtsc,
  emitSti,
} from "./sequences.ts";
import type { Mark, TranslationKind } from "./unit.ts";

/** What a translation depends on besides the guest's code. All units that can run at the same time share it. */
export interface TranslationContext {
  /** Base of the guest's code segment. */
  readonly base: number;
  /** Its limit in bytes, unsigned. */
  readonly limit: number;
}

/** Guest code, byte by byte. */
export interface GuestCode {
  /** Most bytes that can be read from the first EIP on: up to the end of the page, or further if the first instruction needs it. */
  readonly bytes: Uint8Array;
  /** How many of them lie on the first page. */
  readonly onFirstPage: number;
}

/** A place where the monitor is called. */
export interface CalloutPlan {
  readonly at: number;
  readonly kind: "interpret" | "look-up" | "exit" | "segment";
  readonly instruction: number;
  /** For a load of a segment register: offset of the displacement that holds minus the selector. */
  readonly prediction?: number;
  /** Number of the exit, for exits and for look-ups with an inline cache; else -1. */
  readonly exit: number;
}

/** An exit to be made. */
export interface ExitPlan {
  readonly at: number;
  readonly target: number;
  readonly condition: number;
  readonly prediction: number;
}

/** One translated instruction. */
export interface InstructionPlan {
  readonly eip: number;
  readonly instruction: Instruction;
  readonly bytes: Uint8Array;
  readonly kind: TranslationKind;
  readonly start: number;
  readonly end: number;
}

/** The code of a unit before it has a place in the cache. */
export interface Translation {
  readonly eip: number;
  /** Guest bytes. */
  readonly length: number;
  readonly code: Uint8Array;
  readonly marks: readonly Mark[];
  readonly instructions: readonly InstructionPlan[];
  readonly callouts: readonly CalloutPlan[];
  readonly exits: readonly ExitPlan[];
}

/** What else is to be known about the place of a unit. */
export interface TranslationHints {
  /** Slot of its execution counter, or -1. */
  readonly counter: number;
  /** Another way to do an instruction, which returns the offsets of its callouts; null where the usual one is good. */
  readonly special: (eip: number, instruction: Instruction, bytes: Uint8Array) => SpecialSequence | null;
}

/** Emits an instruction. @returns the offsets of its callouts, at which the monitor does it */
export type SpecialSequence = (e: Emitter) => readonly number[];

const NO_HINTS: TranslationHints = { counter: -1, special: () => null };
const NOTHING_EXIT = -1;
/** A unit gets no further instruction once its code is so long. The longest sequence and the way on are some 200 bytes more. */
const LONG = 2048;

/**
 * Translates one unit: at most `unitInstructions` instructions, up to the first that goes on elsewhere, to the end of the page
 * or of the code segment. An instruction that crosses the page's end has a unit of its own.
 *
 * @param eip guest EIP of the first instruction
 * @returns the translation, or null when not even the first instruction is complete in `guest.bytes`
 */
export function translate(
  guest: GuestCode,
  eip: number,
  context: TranslationContext,
  options: TranslationOptions,
  hints: TranslationHints = NO_HINTS,
): Translation | null {
  const unit = new UnitTranslator(guest, eip, context, options, hints);
  return unit.run();
}

class UnitTranslator {
  readonly #guest: GuestCode;
  readonly #eip: number;
  readonly #context: TranslationContext;
  readonly #options: TranslationOptions;
  readonly #hints: TranslationHints;
  readonly #e = new Emitter();
  readonly #instructions: InstructionPlan[] = [];
  readonly #callouts: CalloutPlan[] = [];
  readonly #exits: ExitPlan[] = [];

  constructor(
    guest: GuestCode,
    eip: number,
    context: TranslationContext,
    options: TranslationOptions,
    hints: TranslationHints,
  ) {
    this.#guest = guest;
    this.#eip = eip;
    this.#context = context;
    this.#options = options;
    this.#hints = hints;
  }

  run(): Translation | null {
    const e = this.#e;
    let length = 0;
    let open = true; // execution may come to the end of what is translated so far
    let shadow = false;
    // The instruction after STI is in STI's unit: only there it is known to be that.
    while (open && (shadow || this.#instructions.length < this.#options.unitInstructions)) {
      const eip = (this.#eip + length) | 0;
      const instruction = this.#decode(length);
      if (instruction === null) break;
      const start = e.at;
      const next = (eip + instruction.length) | 0;
      e.boundary(eip, next, shadow);
      if (length === 0 && this.#hints.counter >= 0) emitCount(e, this.#hints.counter);
      const bytes = this.#guest.bytes.slice(length, length + instruction.length);
      const special = this.#hints.special(eip, instruction, bytes);
      let plan = planFor(instruction, next, this.#context.limit, this.#options);
      if (plan === "sti" && this.#decode(length + instruction.length) === null) plan = "callout";
      let kind = KIND_OF_PLAN[plan];
      if (special !== null) {
        for (const at of special(e)) this.#interpret(at);
        kind = "emulated";
      } else open = this.#emit(plan, instruction, bytes, next);
      shadow = plan === "sti";
      this.#instructions.push({ eip, instruction, bytes, kind, start, end: e.at });
      length += instruction.length;
      if (e.at >= LONG && !shadow) break;
      if (length >= this.#guest.onFirstPage) break;
    }
    if (this.#instructions.length === 0) return null;
    if (open) this.#exit((this.#eip + length) | 0);
    return {
      eip: this.#eip,
      length,
      code: e.code(),
      marks: e.marks(),
      instructions: this.#instructions,
      callouts: this.#callouts,
      exits: this.#exits,
    };
  }

  #decode(offset: number): Instruction | null {
    const { bytes, onFirstPage } = this.#guest;
    const first = offset === 0;
    const room = this.#context.limit - ((this.#eip + offset) >>> 0) + 1;
    const end = Math.min(first ? bytes.length : onFirstPage, offset + Math.max(0, room));
    const instruction = decode(bytes, offset, 32, end);
    // What is too long or invalid is raised by the monitor, from the guest's own bytes.
    if (instruction !== null && instruction.tooLong && end - offset < MAX_INSTRUCTION_LENGTH) return null;
    return instruction;
  }

  /** @returns whether execution goes on behind the instruction */
  #emit(plan: Plan, instruction: Instruction, bytes: Uint8Array, next: number): boolean {
    const e = this.#e;
    const { operands } = instruction;
    switch (plan) {
      case "ident":
        e.bytes(...bytes);
        return true;
      case "jcc": {
        const condition = e.jumpIf(instruction.form.condition);
        this.#exit(next);
        e.fill(condition, e.at);
        this.#exit(branchTarget(instruction, next), condition);
        return false;
      }
      case "count": {
        // These have short displacements only: one over the way on.
        const prefix = instruction.addressSize === 2 ? [0x67] : [];
        e.bytes(...prefix, bytes[prefixes(bytes)]!, 5);
        this.#exit(next);
        this.#exit(branchTarget(instruction, next));
        return false;
      }
      case "jmp":
        this.#exit(branchTarget(instruction, next));
        return false;
      case "call":
        e.push(next);
        this.#exit(branchTarget(instruction, next));
        return false;
      case "jmp-indirect":
      case "call-indirect":
        this.#lookUp(this.#options.inlineCaches !== false, plan === "jmp-indirect" ? null : next, 0, () => {
          const at = prefixes(bytes);
          e.bytes(...addressing(bytes), 0x8b, (bytes[at + 1]! & ~0x38) | ECX << 3, ...bytes.subarray(at + 2));
        });
        return false;
      case "ret": {
        const drop = 4 + (operands.length > 0 ? operands[0]!.value & 0xffff : 0);
        this.#lookUp(this.#options.inlineCaches === "returns too", null, drop, () => e.peek(ECX));
        return false;
      }
      case "cli":
        emitCli(e);
        return true;
      case "sti":
        this.#interpret(emitSti(e));
        return true;
      case "pushf":
        emitPushf(e);
        return true;
      case "popf":
        for (const at of emitPopf(e)) this.#interpret(at);
        return true;
      case "rdtsc":
        emitRdtsc(e);
        return true;
      case "in": {
        const known = staticPort(instruction, this.#options);
        const latch = Math.max(0, known);
        for (const at of emitIn(e, latch, known < 0 ? this.#options.staticPorts[0]! : -1)) {
          this.#interpret(at);
        }
        return true;
      }
      case "push-selector":
        emitPushSelector(e, operands[0]!.index);
        return true;
      case "mov-selector":
        emitMovSelector(e, instruction, addressing(bytes), bytes.subarray(prefixes(bytes) + 1));
        return true;
      case "load-segment": {
        const source = operands.length > 1 ? operands[1]!.index : -1;
        const { callout, prediction } = emitLoadSegment(e, source, bytes);
        const instruction = this.#instructions.length;
        this.#callouts.push({ at: callout, kind: "segment", instruction, exit: NOTHING_EXIT, prediction });
        return true;
      }
      case "callout":
      case "callout-end":
        this.#interpret(e.callout());
        return plan === "callout";
    }
  }

  #interpret(at: number): void {
    this.#callouts.push({
      at,
      kind: "interpret",
      instruction: this.#instructions.length,
      exit: NOTHING_EXIT,
    });
  }

  #exit(target: number, condition = NOTHING_EXIT): void {
    this.#e.committed(target);
    const at = this.#e.exit();
    this.#callouts.push({
      at,
      kind: "exit",
      instruction: this.#instructions.length,
      exit: this.#exits.length,
    });
    this.#exits.push({ at, target, condition, prediction: NOTHING_EXIT });
  }

  #lookUp(inlineCache: boolean, returnEip: number | null, drop: number, loadTarget: () => void): void {
    const { miss, exit, prediction } = emitLookUp(this.#e, { loadTarget, drop, returnEip, inlineCache });
    const instruction = this.#instructions.length;
    const number = inlineCache ? this.#exits.length : NOTHING_EXIT;
    this.#callouts.push({ at: miss, kind: "look-up", instruction, exit: number });
    if (!inlineCache) return;
    this.#callouts.push({ at: exit, kind: "exit", instruction, exit: number });
    this.#exits.push({ at: exit, target: 0, condition: NOTHING_EXIT, prediction });
  }
}

/** Bytes by which code may say otherwise what the opcode does. */
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** Those that say where memory is. */
const ADDRESSING = new Set([0x26, 0x36, 0x3e, 0x64, 0x67]);

/** How many prefixes there are. */
function prefixes(bytes: Uint8Array): number {
  let n = 0;
  while (PREFIXES.has(bytes[n]!)) n++;
  return n;
}

/** The prefixes that say where memory is. */
function addressing(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, prefixes(bytes)).filter((byte) => ADDRESSING.has(byte));
}
