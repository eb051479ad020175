import { Problem } from "./assembler_error.ts";
import { isRegister, type Scope, type Term, type Value } from "./evaluate.ts";
import type { MemoryOperand } from "./operand.ts";
import type { RegisterInfo } from "./registers.ts";

/** A memory operand as ModRM, SIB and displacement will express it. */
export interface EffectiveAddress {
  readonly base: RegisterInfo | undefined;
  readonly index: RegisterInfo | undefined;
  readonly scale: number;
  /** Unsigned, in the address size. */
  readonly displacement: bigint;
  readonly displacementBytes: number;
  /** 16 or 32. */
  readonly addressSize: number;
  /** Bytes behind ModRM: SIB and displacement. */
  readonly length: number;
}

/** What the surroundings of a memory operand decide. */
export interface AddressContext {
  /** Address size if no register tells: of the code, or of an a16/a32 prefix. */
  readonly defaultSize: number;
  /** An explicit a16/a32 prefix, or 0. */
  readonly forcedSize: number;
  /** Do not use an 8-bit displacement unless the source asks for it. */
  readonly noShort: boolean;
}

/**
 * Chooses base, index, scale and the width of the displacement as NASM does: the first register mentioned is the base
 * unless it was multiplied; `eax*2` becomes `eax+eax` and `eax*3` becomes `eax+eax*2`; a label never gets an 8-bit
 * displacement. NASM manual, section 3.3.
 */
export function resolveAddress(
  operand: MemoryOperand,
  value: Value,
  scope: Scope,
  context: AddressContext,
): EffectiveAddress {
  const registers = value.terms.filter((term): term is Term & { of: RegisterInfo } => isRegister(term.of));
  const relocatable = registers.length < value.terms.length;
  let displacement = value.scalar;
  for (const { of, coefficient } of value.terms) {
    if (!isRegister(of)) displacement += of.address * coefficient;
  }
  const addressSize = addressSizeOf(operand, registers, context);
  checkRange(operand, displacement, addressSize);
  const shape = addressSize === 32
    ? shape32(operand, registers, scope)
    : { ...shape16(operand, registers), scale: 1 };
  const { base, index, scale } = shape;
  const signedDisplacement = BigInt.asIntN(addressSize, displacement);
  const full = addressSize / 8;
  const fitsByte = signedDisplacement >= -128n && signedDisplacement <= 127n;
  let displacementBytes: number;
  if (!base) {
    displacementBytes = full;
  } else if (operand.displacementSize === 8) {
    if (!fitsByte) {
      throw new Problem(
        `displacement ${signedDisplacement} does not fit in a signed byte`,
        operand.expression.at,
      );
    }
    displacementBytes = 1;
  } else if (operand.displacementSize !== 0) {
    displacementBytes = full;
  } else {
    const needsOne = base.number === 5 && (addressSize === 32 || !index);
    if (signedDisplacement === 0n && !relocatable && !needsOne) displacementBytes = 0;
    else displacementBytes = fitsByte && !relocatable && !context.noShort ? 1 : full;
  }
  const sib = addressSize === 32 && (index !== undefined || base?.number === 4) ? 1 : 0;
  return {
    base,
    index,
    scale,
    displacement: BigInt.asUintN(addressSize, displacement),
    displacementBytes,
    addressSize,
    length: sib + displacementBytes,
  };
}

function addressSizeOf(
  operand: MemoryOperand,
  registers: readonly { of: RegisterInfo }[],
  context: AddressContext,
): number {
  const keyword = operand.displacementSize > 8 ? operand.displacementSize : 0;
  const wanted = keyword || context.forcedSize;
  if (registers.length === 0) return wanted || context.defaultSize;
  const size = registers[0]!.of.size;
  const odd = registers.find(({ of }) => of.class !== "general" || of.size === 8);
  if (odd) throw new Problem(`register '${odd.of.name}' cannot be part of an address`, operand.at);
  if (registers.some(({ of }) => of.size !== size)) {
    throw new Problem("an address mixes 16-bit and 32-bit registers", operand.at);
  }
  if (wanted !== 0 && wanted !== size) {
    throw new Problem(
      `a ${wanted}-bit address cannot use the ${size}-bit register '${registers[0]!.of.name}'`,
      operand.at,
    );
  }
  return size;
}

function checkRange(operand: MemoryOperand, displacement: bigint, addressSize: number): void {
  const limit = 1n << BigInt(addressSize);
  if (displacement >= limit || displacement < -limit) {
    const hint = addressSize === 16 ? "; write [dword ...] for a 32-bit address" : "";
    throw new Problem(
      `address ${displacement} does not fit in ${addressSize} bits${hint}`,
      operand.expression.at,
    );
  }
}

interface Shape {
  base: RegisterInfo | undefined;
  index: RegisterInfo | undefined;
}

function shape32(
  operand: MemoryOperand,
  registers: readonly (Term & { of: RegisterInfo })[],
  scope: Scope,
): Shape & { scale: number } {
  const invalid = () =>
    new Problem("no such 32-bit address: it is base + index*1, 2, 4 or 8, and ESP is no index", operand.at);
  if (registers.length > 2) throw invalid();
  let base: RegisterInfo | undefined;
  let index: RegisterInfo | undefined;
  let scale = 1n;
  const { firstRegister: first, firstIsIndex = false } = scope;
  if (registers.length === 2) {
    const [a, b] = registers as [Term & { of: RegisterInfo }, Term & { of: RegisterInfo }];
    if (a.coefficient === 1n && b.coefficient === 1n) {
      const lead = a.of === first || b.of !== first ? a : b;
      const other = lead === a ? b : a;
      [base, index] = firstIsIndex ? [other.of, lead.of] : [lead.of, other.of];
    } else {
      const plain = a.coefficient === 1n ? a : b;
      const scaled = plain === a ? b : a;
      if (plain.coefficient !== 1n) throw invalid();
      [base, index, scale] = [plain.of, scaled.of, scaled.coefficient];
    }
  } else if (registers.length === 1) {
    const only = registers[0]!;
    if (only.coefficient === 1n) {
      if (operand.noSplit && firstIsIndex && only.of.number !== 4) index = only.of;
      else base = only.of;
    } else {
      index = only.of;
      scale = only.coefficient;
      const split = scale === 2n && index.number !== 4 && (!operand.noSplit || scope.summed === true);
      if (split || scale === 3n || scale === 5n || scale === 9n) {
        base = index;
        scale -= 1n;
      }
    }
  }
  if (scale === 1n && index?.number === 4) [base, index] = [index, base];
  if (index?.number === 4 || (index && ![1n, 2n, 4n, 8n].includes(scale))) throw invalid();
  return { base, index, scale: Number(scale) };
}

function shape16(operand: MemoryOperand, registers: readonly (Term & { of: RegisterInfo })[]): Shape {
  const names = registers.map(({ of }) => of.name);
  const base = registers.find(({ of }) => of.name === "bx" || of.name === "bp");
  const index = registers.find(({ of }) => of.name === "si" || of.name === "di");
  const used = (base ? 1 : 0) + (index ? 1 : 0);
  if (used !== registers.length || registers.some(({ coefficient }) => coefficient !== 1n)) {
    throw new Problem(`no such 16-bit address: ${names.join("+")}; it is [bx|bp] + [si|di]`, operand.at);
  }
  return base ? { base: base.of, index: index?.of } : { base: index?.of, index: undefined };
}
