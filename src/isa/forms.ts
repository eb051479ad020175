/**
 * The opcode map as a list, for whoever wants to look at every instruction there is.
 *
 * @module
 */

import { OPERATION_FACTS, type OperationFacts } from "./facts/mod.ts";
import type { Form } from "./form.ts";
import { FORMS } from "./map/compile.ts";
import type { Operation } from "./operation.ts";

const BY_MNEMONIC = new Map<string, Form[]>();
for (const form of FORMS) {
  const forms = BY_MNEMONIC.get(form.mnemonic);
  if (forms === undefined) BY_MNEMONIC.set(form.mnemonic, [form]);
  else forms.push(form);
}

/** A mnemonic that no form of the opcode map has. */
export class UnknownMnemonicError extends Error {
  /** The mnemonic as asked for. */
  readonly mnemonic: string;

  constructor(mnemonic: string) {
    super(
      `"${mnemonic}" is no mnemonic of the opcode map; they are lower case and without size suffix, like "movs" for MOVSB`,
    );
    this.name = "UnknownMnemonicError";
    this.mnemonic = mnemonic;
  }
}

/**
 * Every form of the opcode map: integer and system instructions first, then x87, MMX and SSE. Conditional instructions
 * count sixteen times, a register in the opcode byte once.
 *
 * @example
 * ```ts
 * import { allForms } from "ringlab";
 *
 * const ringZero = allForms().filter((form) => form.privilege === "ring-0");
 * if (!ringZero.some((form) => form.mnemonic === "lgdt")) throw new Error("LGDT is privileged");
 * ```
 */
export function allForms(): readonly Form[] {
  return FORMS;
}

/**
 * The forms that share a mnemonic, in the order of the opcode map.
 *
 * @param mnemonic lower case, without size suffix
 * @throws {UnknownMnemonicError} when there is none
 *
 * @example
 * ```ts
 * import { formsOf } from "ringlab";
 *
 * const opcodes = formsOf("smsw").map((form) => form.opcode);
 * if (opcodes.join() !== "0F 01 /4") throw new Error("SMSW has one form");
 * ```
 */
export function formsOf(mnemonic: string): readonly Form[] {
  const forms = BY_MNEMONIC.get(mnemonic);
  if (forms === undefined) throw new UnknownMnemonicError(mnemonic);
  return forms;
}

/**
 * What is true of an operation in all of its forms: price class, privilege, sensitivity, control state.
 *
 * @example
 * ```ts
 * import { facts } from "ringlab";
 *
 * const popf = facts("popf");
 * if (popf.sensitive.length === 0 || popf.privilege === "ring-0") throw new Error("POPF is sensitive, not privileged");
 * ```
 */
export function facts(operation: Operation): OperationFacts {
  return OPERATION_FACTS[operation];
}

/**
 * Whether the instruction traps in protected mode for want of privilege alone: always outside ring 0, when CPL > IOPL
 * (CLI, STI), or when the I/O permission bitmap does not help either (IN, OUT, INS, OUTS). RDTSC and RDPMC trap only
 * when CR4 says so, PUSHF and the like only in virtual-8086 mode: these are not privileged.
 */
export function isPrivileged(form: Form): boolean {
  return form.privilege === "ring-0" || form.privilege === "iopl" || form.privilege === "io";
}
