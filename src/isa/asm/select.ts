import { type EffectiveAddress, resolveAddress } from "./address.ts";
import { Problem, type Span } from "./assembler_error.ts";
import { absolute, evaluate, type Scope, type Value } from "./evaluate.ts";
import type { Form, MnemonicEntry, OperandSpec } from "./forms.ts";
import type { Operand } from "./operand.ts";
import { narrow, type RegisterInfo, widen } from "./registers.ts";

/** An operand with everything evaluated that this pass knows. */
export interface Resolved {
  readonly operand: Operand;
  /** Value of an immediate, or offset of a far pointer. */
  readonly value?: Value;
  readonly number?: bigint;
  /** Selector of a far pointer. */
  readonly selector?: bigint;
  readonly address?: EffectiveAddress;
}

/** What is growing and may not shrink again, once a layout takes long to settle. */
export interface Growth {
  near: boolean;
  wideImmediate: boolean;
  wideDisplacement: boolean;
}

/** The surroundings of one instruction. */
export interface SelectContext {
  /** Code size, 16 or 32. */
  readonly bits: number;
  /** Operand size asked for by a prefix or by the spelling of the mnemonic, or 0. */
  readonly operandSize: number;
  /** Address size asked for by a prefix or a CX/ECX operand, or 0. */
  readonly addressSize: number;
  /** Bytes of explicit prefixes in front. */
  readonly prefixLength: number;
  /** Address of the statement. */
  readonly here: bigint;
  readonly growth: Growth;
}

/** Evaluates the operands of an instruction. */
export function resolveOperands(
  operands: readonly Operand[],
  scope: Scope,
  context: SelectContext,
): Resolved[] {
  return operands.map((operand): Resolved => {
    switch (operand.kind) {
      case "register":
        return { operand };
      case "immediate": {
        const value = evaluate(operand.expression, scope);
        return { operand, value, number: absolute(value, operand.expression.at) };
      }
      case "far": {
        const value = evaluate(operand.offset, scope);
        const selector = absolute(evaluate(operand.selector, scope), operand.selector.at);
        return { operand, value, number: absolute(value, operand.offset.at), selector };
      }
      case "memory": {
        scope.firstRegister = undefined;
        scope.firstIsIndex = false;
        scope.summed = false;
        const value = evaluate(operand.expression, scope);
        const address = resolveAddress(operand, value, scope, {
          defaultSize: context.bits,
          forcedSize: context.addressSize,
          noShort: context.growth.wideDisplacement,
        });
        return { operand, value, address };
      }
    }
  });
}

/**
 * The encoding NASM would choose: of the forms that fit, one in the operand size of the code before one that needs a
 * prefix, then the shortest, then one with a sign-extended byte, then the first in the opcode map. Throws a {@link Problem} that says what does not fit.
 */
export function selectForm(
  mnemonic: string,
  entry: MnemonicEntry,
  operands: readonly Resolved[],
  context: SelectContext,
  at: Span,
): Form {
  const fitting = entry.forms.filter((form) => fits(form, operands, context));
  if (fitting.length === 0) throw explain(mnemonic, entry, operands, context, at);
  const sized = settleMemorySize(mnemonic, fitting, operands);
  let best: Form | undefined;
  let bestCost = Infinity;
  for (const form of sized) {
    const tie = form.written.some((spec) => spec.kind === "signed") ? 0 : 1;
    const cost = sizeMismatch(form, context) * 1000 + lengthOf(form, operands, context) * 2 + tie;
    if (cost < bestCost) {
      best = form;
      bestCost = cost;
    }
  }
  return best!;
}

/** Total length of the instruction in a form, its explicit prefixes included. */
function lengthOf(form: Form, operands: readonly Resolved[], context: SelectContext): number {
  let length = context.prefixLength + form.length;
  const operandSize = form.operandSize || context.operandSize;
  if (operandSize !== 0 && operandSize !== context.bits) length++;
  const address = operands.find((resolved) => resolved.address)?.address;
  const addressSize = form.addressSize || address?.addressSize || context.addressSize;
  if (addressSize !== 0 && addressSize !== context.bits) length++;
  if (address) {
    length += form.encoded.some((spec) => spec.kind === "offset") ? address.addressSize / 8 : address.length;
  }
  return length;
}

function sizeMismatch(form: Form, context: SelectContext): number {
  const operand = form.operandSize !== 0 && form.operandSize !== (context.operandSize || context.bits)
    ? 1
    : 0;
  const address = form.addressSize !== 0 && form.addressSize !== (context.addressSize || context.bits)
    ? 1
    : 0;
  return operand + address;
}

function fits(form: Form, operands: readonly Resolved[], context: SelectContext): boolean {
  if (form.written.length !== operands.length) return false;
  if (context.operandSize !== 0 && form.operandSize !== 0 && form.operandSize !== context.operandSize) {
    return false;
  }
  if (context.addressSize !== 0 && form.addressSize !== 0 && form.addressSize !== context.addressSize) {
    return false;
  }
  for (let i = 0; i < operands.length; i++) {
    if (!fitsOperand(form, form.written[i]!, operands[i]!, operands, context)) return false;
  }
  return true;
}

function fitsOperand(
  form: Form,
  spec: OperandSpec,
  resolved: Resolved,
  all: readonly Resolved[],
  context: SelectContext,
): boolean {
  const { operand } = resolved;
  switch (operand.kind) {
    case "register":
      return fitsRegister(spec, operand.register, operand.to) &&
        (operand.size === 0 || operand.register.class !== "general" ||
          operand.size === operand.register.size);
    case "memory":
      if (spec.kind === "offset") {
        return !resolved.address!.base && !resolved.address!.index &&
          fitsMemory(form, operand.size, operand.jump);
      }
      return (spec.kind === "modrm" || spec.kind === "memory") &&
        fitsMemory(form, operand.size, operand.jump);
    case "far":
      return spec.kind === "far" && (operand.size === 0 || operand.size === spec.size);
    case "immediate":
      if (spec.kind === "branch") return fitsBranch(form, spec, resolved, all, context);
      return operand.jump === undefined && fitsImmediate(spec, resolved, context.growth);
  }
}

function fitsRegister(spec: OperandSpec, register: RegisterInfo, to: boolean): boolean {
  if (to !== (spec.name === "to")) return false;
  if (spec.kind === "fixed") return spec.name === register.name;
  if (spec.kind !== "register" && spec.kind !== "modrm") return false;
  if (spec.class !== register.class) return false;
  if (register.class !== "general" || register.size === spec.size) return true;
  return spec.anyWidth === true && register.size !== 8;
}

function fitsMemory(form: Form, size: number, jump: string | undefined): boolean {
  if (form.far !== (jump === "far") || jump === "short") return false;
  if (size === 0 || form.memorySize === 0) return true;
  return form.far ? size === form.operandSize : size === form.memorySize * 8;
}

function fitsImmediate(spec: OperandSpec, resolved: Resolved, growth: Growth): boolean {
  const operand = resolved.operand as Operand & { kind: "immediate" };
  const value = resolved.value!;
  switch (spec.kind) {
    case "immediate":
      return operand.size === 0 || operand.size === spec.size;
    case "signed": {
      if (operand.size === 8) return true;
      if (operand.strict || (operand.size !== 0 && operand.size !== spec.size) || growth.wideImmediate) {
        return false;
      }
      if (value.terms.length > 0) return false;
      const wrapped = BigInt.asIntN(spec.size, value.scalar);
      return wrapped >= -128n && wrapped <= 127n;
    }
    case "one":
      return operand.size === 0 && !operand.strict && !growth.wideImmediate &&
        value.terms.length === 0 && (value.unknown || value.scalar === 1n);
    default:
      return false;
  }
}

function fitsBranch(
  form: Form,
  spec: OperandSpec,
  resolved: Resolved,
  all: readonly Resolved[],
  context: SelectContext,
): boolean {
  const operand = resolved.operand as Operand & { kind: "immediate" };
  if (operand.jump === "far") return false;
  if (spec.size !== 8) return operand.jump !== "short" && (operand.size === 0 || operand.size === spec.size);
  if (operand.jump === "near" || operand.size !== 0) return false;
  // LOOP and JCXZ have no longer form: let them through, a target out of reach is reported when they are encoded.
  if (operand.jump === "short" || form.addressSize !== 0 || resolved.value!.unknown) return true;
  if (context.growth.near) return false;
  const distance = resolved.number! - context.here - BigInt(lengthOf(form, all, context));
  return distance >= -128n && distance <= 127n;
}

const KEYWORD_SIZES: ReadonlySet<number> = new Set([1, 2, 4, 8, 10]);

const isImmediate = (spec: OperandSpec) => spec.kind === "immediate" || spec.kind === "signed";

/** Refuses a memory operand whose size neither a register nor a keyword tells. */
function settleMemorySize(
  mnemonic: string,
  forms: readonly Form[],
  operands: readonly Resolved[],
): readonly Form[] {
  const memory = operands.find(({ operand }) => operand.kind === "memory");
  if (!memory || (memory.operand as { size: number }).size !== 0) return forms;
  const sizes = new Set(forms.map((form) => form.memorySize).filter((size) => KEYWORD_SIZES.has(size)));
  if (sizes.size < 2 || mnemonic === "call" || mnemonic === "jmp") return forms;
  const immediate = operands.find(({ operand }) => operand.kind === "immediate" && operand.size !== 0);
  const widths = new Set(forms.map((form) => form.written.find(isImmediate)?.size));
  if (immediate && widths.size > 1) {
    const size = (immediate.operand as { size: number }).size;
    const sized = forms.filter((form) => form.memorySize * 8 === size);
    if (sized.length > 0) return sized;
  }
  const words = { 1: "byte", 2: "word", 4: "dword", 8: "qword", 10: "tword" };
  const choices = [...sizes].sort((a, b) => a - b).map((size) => words[size as keyof typeof words]);
  throw new Problem(
    `operand size not specified; write ${list(choices)} before the bracket`,
    memory.operand.at,
  );
}

/** `byte, word or dword`. */
function list(words: readonly (string | undefined)[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** Finds out why nothing fits. */
function explain(
  mnemonic: string,
  entry: MnemonicEntry,
  operands: readonly Resolved[],
  context: SelectContext,
  at: Span,
): Problem {
  const counts = [...new Set(entry.forms.map((form) => form.written.length))].sort();
  if (!counts.includes(operands.length)) {
    const wanted = list(counts.map((count) => count === 0 ? "no" : String(count)));
    return new Problem(
      `'${mnemonic}' takes ${wanted} operand${wanted === "1" ? "" : "s"}, not ${operands.length}`,
      at,
    );
  }
  const kinds = operands.map(({ operand }) => operand.kind);
  if (kinds.filter((kind) => kind === "memory").length > 1) {
    return new Problem("only one operand can be memory; go through a register", operands[1]!.operand.at);
  }
  const jump = operands.find(({ operand }) => "jump" in operand && operand.jump === "far");
  if (jump?.operand.kind === "immediate") {
    return new Problem("a far target needs a selector: write 'jmp selector:offset'", jump.operand.at);
  }
  if (
    context.operandSize !== 0 &&
    entry.forms.some((form) => fits(form, operands, { ...context, operandSize: 0 }))
  ) {
    return new Problem(`operand size ${context.operandSize} contradicts the operands`, at);
  }
  const widths = operands.map(({ operand }) =>
    operand.kind === "register" && operand.register.class === "general"
      ? operand.register.size
      : operand.kind === "memory" || operand.kind === "immediate"
      ? operand.size
      : 0
  );
  const [first = 0, second = 0] = widths;
  if (first !== 0 && second !== 0 && first !== second && fitsAnySize(entry, kinds)) {
    return new Problem(`operand sizes differ: ${first} and ${second} bits`, at);
  }
  const [lead] = operands;
  const near = entry.forms.filter((form) =>
    lead && form.written.length === operands.length &&
    fitsOperand(form, form.written[0]!, lead, operands, context)
  );
  const known = [...new Set((near.length > 0 ? near : entry.forms).map((form) => form.describe()))];
  const shown = known.slice(0, 6).join("; ") + (known.length > 6 ? "; ..." : "");
  return new Problem(`'${mnemonic}' does not take these operands; it has ${shown}`, at);
}

function fitsAnySize(entry: MnemonicEntry, kinds: readonly string[]): boolean {
  return entry.forms.some((form) =>
    form.written.length === kinds.length && form.written.every((spec, i) => {
      if (kinds[i] === "register") return spec.kind === "register" || spec.kind === "modrm";
      if (kinds[i] === "memory") return spec.kind === "modrm" || spec.kind === "memory";
      return spec.kind === "immediate" || spec.kind === "signed";
    })
  );
}

/** The register to encode where the specification asks for one of the other width. */
export function fitWidth(spec: OperandSpec, register: RegisterInfo): RegisterInfo {
  if (!spec.anyWidth) return register;
  return spec.size === 32 ? widen(register) : narrow(register);
}
