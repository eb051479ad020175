import { Encoder, Instruction, OpKind, Register } from "iced-x86";
import type { EffectiveAddress } from "./address.ts";
import { Problem, type Span } from "./assembler_error.ts";
import type { Form, OperandSpec } from "./forms.ts";
import { REGISTERS, SEGMENT_PREFIX } from "./registers.ts";
import { fitWidth, type Resolved } from "./select.ts";

/** Sizes that explicit prefixes ask for, and the prefixes themselves. */
export interface Prefixes {
  /** LOCK or REP, then segment overrides, as bytes. */
  readonly bytes: readonly number[];
  readonly operandSize: number;
  readonly addressSize: number;
}

const encoders = new Map<number, Encoder>();

/**
 * Encodes one instruction in a chosen form. A branch gets displacement 0 in its last 1, 2 or 4 bytes, to be filled in
 * by {@link patchBranch}. Prefixes come in NASM's order: WAIT, LOCK or REP, segment, 66, 67.
 */
export function encodeForm(
  form: Form,
  operands: readonly Resolved[],
  prefixes: Prefixes,
  bits: number,
  at: Span,
): Uint8Array {
  const instruction = new Instruction();
  let segment: number[] = [];
  let core: Uint8Array;
  try {
    instruction.code = form.code;
    form.encoded.forEach((spec, i) => {
      const source = form.sources[i]!;
      const operand = typeof source === "number" ? operands[source]! : undefined;
      setOperand(instruction, i, spec, operand, source, prefixes.addressSize || bits, form);
      if (operand?.operand.kind === "memory" && operand.operand.segment) {
        segment = [SEGMENT_PREFIX.get(operand.operand.segment.name)!];
      }
    });
    let encoder = encoders.get(bits);
    if (!encoder) encoders.set(bits, encoder = new Encoder(bits));
    encoder.encode(instruction, 0n);
    core = encoder.takeBuffer();
  } catch (error) {
    if (error instanceof Problem) throw error;
    encoders.get(bits)?.free();
    encoders.delete(bits);
    throw new Problem(
      `this cannot be encoded: ${error instanceof Error ? error.message : String(error)}`,
      at,
    );
  } finally {
    instruction.free();
  }
  return arrange(form, core, [...prefixes.bytes, ...segment], prefixes, bits);
}

/** Puts the prefixes into NASM's order around what the encoder made. */
function arrange(
  form: Form,
  core: Uint8Array,
  explicit: number[],
  prefixes: Prefixes,
  bits: number,
): Uint8Array {
  let start = form.wait ? 1 : 0;
  let size66 = false;
  let size67 = false;
  for (; start < core.length; start++) {
    if (core[start] === 0x67) size67 = true;
    else if (core[start] === 0x66 && !form.mandatoryPrefix) size66 = true;
    else break;
  }
  if (form.operandSize === 0 && prefixes.operandSize !== 0 && prefixes.operandSize !== bits) size66 = true;
  if (prefixes.addressSize !== 0 && prefixes.addressSize !== bits) size67 = true;
  const out: number[] = form.wait ? [0x9b] : [];
  out.push(...explicit);
  if (size66) out.push(0x66);
  if (size67) out.push(0x67);
  const result = new Uint8Array(out.length + core.length - start);
  result.set(out);
  result.set(core.subarray(start), out.length);
  return result;
}

function setOperand(
  instruction: Instruction,
  i: number,
  spec: OperandSpec,
  resolved: Resolved | undefined,
  source: number | string,
  addressSize: number,
  form: Form,
): void {
  switch (spec.kind) {
    case "string":
      setStringOperand(instruction, i, spec, addressSize);
      return;
    case "fixed":
      instruction.setOpKind(i, OpKind.Register);
      instruction.setOpRegister(i, REGISTERS.get(spec.name!)!.id);
      return;
    case "branch":
      instruction.setOpKind(i, form.operandSize === 16 ? OpKind.NearBranch16 : OpKind.NearBranch32);
      return;
    case "one":
      instruction.setOpKind(i, OpKind.Immediate8);
      instruction.immediate8 = 1;
      return;
  }
  if (!resolved) {
    if (spec.kind === "immediate") setImmediate(instruction, i, spec, BigInt(source), undefined);
    else if (spec.kind === "register" || spec.kind === "modrm") {
      instruction.setOpKind(i, OpKind.Register);
      instruction.setOpRegister(i, REGISTERS.get(source as string)!.id);
    }
    return;
  }
  const { operand } = resolved;
  switch (operand.kind) {
    case "register":
      instruction.setOpKind(i, OpKind.Register);
      instruction.setOpRegister(i, fitWidth(spec, operand.register).id);
      return;
    case "memory":
      instruction.setOpKind(i, OpKind.Memory);
      setAddress(instruction, resolved.address!, spec.kind === "offset");
      return;
    case "immediate":
      setImmediate(instruction, i, spec, resolved.number!, operand.expression.at);
      return;
    case "far": {
      checkFits(resolved.selector!, 16, operand.selector.at);
      checkFits(resolved.number!, spec.size, operand.offset.at);
      instruction.setOpKind(i, spec.size === 16 ? OpKind.FarBranch16 : OpKind.FarBranch32);
      instruction.farBranchSelector = Number(BigInt.asUintN(16, resolved.selector!));
      const offset = Number(BigInt.asUintN(spec.size, resolved.number!));
      if (spec.size === 16) instruction.farBranch16 = offset;
      else instruction.farBranch32 = offset;
    }
  }
}

/** MOVS, CMPS, XLAT and their kin: the implied memory operands, in the address size. */
function setStringOperand(instruction: Instruction, i: number, spec: OperandSpec, addressSize: number): void {
  const wide = addressSize === 32;
  if (spec.implied === "seg_rSI") instruction.setOpKind(i, wide ? OpKind.MemorySegESI : OpKind.MemorySegSI);
  else if (spec.implied === "es_rDI") instruction.setOpKind(i, wide ? OpKind.MemoryESEDI : OpKind.MemoryESDI);
  else {
    instruction.setOpKind(i, OpKind.Memory);
    instruction.memoryBase = wide ? Register.EBX : Register.BX;
    instruction.memoryIndex = Register.AL;
  }
}

function setAddress(instruction: Instruction, address: EffectiveAddress, offset: boolean): void {
  instruction.memoryBase = address.base?.id ?? Register.None;
  instruction.memoryIndex = address.index?.id ?? Register.None;
  instruction.memoryIndexScale = address.scale;
  instruction.memoryDisplSize = offset ? address.addressSize / 8 : address.displacementBytes;
  instruction.memoryDisplacementU64 = address.displacement;
}

function setImmediate(
  instruction: Instruction,
  i: number,
  spec: OperandSpec,
  value: bigint,
  at: Span | undefined,
): void {
  if (spec.kind === "signed") {
    const wrapped = Number(BigInt.asIntN(spec.size, value));
    if (wrapped < -128 || wrapped > 127) {
      throw new Problem(`value ${value} does not fit in a sign-extended byte (-128 to 127)`, at);
    }
    instruction.setOpKind(i, spec.size === 16 ? OpKind.Immediate8to16 : OpKind.Immediate8to32);
    if (spec.size === 16) instruction.immediate8to16 = wrapped;
    else instruction.immediate8to32 = wrapped;
    return;
  }
  checkFits(value, spec.size, at);
  const bits = Number(BigInt.asUintN(spec.size, value));
  if (spec.size === 8 && i === 1 && instruction.opKind(0) === OpKind.Immediate16) {
    instruction.setOpKind(i, OpKind.Immediate8_2nd);
    instruction.immediate8_2nd = bits;
  } else if (spec.size === 8) {
    instruction.setOpKind(i, OpKind.Immediate8);
    instruction.immediate8 = bits;
  } else if (spec.size === 16) {
    instruction.setOpKind(i, OpKind.Immediate16);
    instruction.immediate16 = bits;
  } else {
    instruction.setOpKind(i, OpKind.Immediate32);
    instruction.immediate32 = bits;
  }
}

const SIZE_NAMES: Readonly<Record<number, string>> = {
  8: "a byte",
  16: "a word",
  32: "a dword",
  64: "a qword",
};

/**
 * Throws a {@link Problem} unless the value fits in `bits` bits as a signed or unsigned number or as the complement of
 * an unsigned one (so that `~0x80` is a byte), which is what NASM lets pass without a warning.
 */
export function checkFits(value: bigint, bits: number, at: Span | undefined): void {
  const limit = 1n << BigInt(bits);
  if (value < -limit || value >= limit) {
    throw new Problem(`value ${value} does not fit in ${SIZE_NAMES[bits]}`, at);
  }
}

/**
 * Writes the displacement of a relative branch into the end of its encoding. `from` is the address behind the
 * instruction. Throws a {@link Problem} that says by how much a short branch misses.
 */
export function patchBranch(code: Uint8Array, size: number, from: bigint, target: bigint, at: Span): void {
  const distance = target - from;
  if (size === 8 && (distance < -128n || distance > 127n)) {
    const miss = distance > 0n ? distance - 127n : -128n - distance;
    throw new Problem(`short jump out of range by ${miss} byte${miss === 1n ? "" : "s"}`, at);
  }
  const limit = 1n << BigInt(size);
  if (distance >= limit || distance <= -limit) {
    throw new Problem(`the target is ${distance} bytes away, too far for a ${size}-bit displacement`, at);
  }
  const bytes = size / 8;
  let rest = BigInt.asUintN(size, distance);
  for (let i = code.length - bytes; i < code.length; i++) {
    code[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}
