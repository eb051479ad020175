/**
 * The decoder against iced-x86's, on millions of byte strings in 16- and 32-bit mode: length, validity, mnemonic
 * and, for the integer instructions, operands.
 *
 * @module
 */

import {
  Code,
  CodeExt,
  CpuidFeature,
  Decoder,
  DecoderOptions,
  EncodingKind,
  Instruction as IcedInstruction,
  MemorySizeExt,
  Mnemonic,
  OpKind,
  Register,
} from "iced-x86";
import { decode, type Instruction, type Operand, type Operation, SEGMENT_NAMES } from "../../src/isa/mod.ts";
import { KNOWN_DIFFERENCES } from "./decode_differences.ts";
import { randomNumbers, SLOT, SYSTEMATIC_COUNT, writeRandom, writeSystematic } from "./decode_strings.ts";

/** What a comparison found. */
export interface DecoderComparison {
  /** Byte strings compared. */
  checked: number;
  /** Of these, how many both decoders see alike. */
  agreements: number;
  /** Known differences that were met. */
  differences: { group: string; explained: string; count: number; example: string }[];
  /** Differences that nobody has explained: must be empty. */
  unexplained: { bytes: string; bits: number; ours: string; iced: string }[];
}

/** iced-x86 with the choices of a 32-bit Intel processor of the Pentium Pro family. */
const OPTIONS = DecoderOptions.ForceReservedNop | DecoderOptions.NoWbnoinvd | DecoderOptions.NoMPFX_0FBC |
  DecoderOptions.NoMPFX_0FBD;

const BATCH = 4096;

/**
 * Compares the decoder with iced-x86's.
 *
 * @param options.count byte strings in all; by default every systematic string in both modes and a million random
 *   ones; fewer are a sample of both kinds
 * @param options.seed of the random bytes
 */
export async function checkDecoderAgainstIced(
  options: { count?: number; seed?: number } = {},
): Promise<DecoderComparison> {
  const { count = 2 * SYSTEMATIC_COUNT + 1_000_000, seed = 1 } = options;
  const systematic = Math.min(2 * SYSTEMATIC_COUNT, Math.ceil(count * 0.7));
  // A sample takes every k-th systematic string, k odd, so that both modes are in it.
  const stride = Math.max(1, Math.floor(2 * SYSTEMATIC_COUNT / systematic)) | 1;
  const random = randomNumbers(seed);
  const result: DecoderComparison = { checked: 0, agreements: 0, differences: [], unexplained: [] };
  const buffer = new Uint8Array(BATCH * SLOT);
  const theirs = new IcedInstruction();
  try {
    for (let from = 0; from < count; from += BATCH) {
      const strings = Math.min(BATCH, count - from);
      for (let i = 0; i < strings; i++) {
        const n = from + i;
        if (n < systematic) {
          writeSystematic(buffer, i * SLOT, ((n * stride) % (2 * SYSTEMATIC_COUNT)) >>> 1, random);
        } else writeRandom(buffer, i * SLOT, random);
      }
      compareBatch(
        buffer,
        strings,
        (i) => ((from + i) * (from + i < systematic ? stride : 1)) & 1,
        theirs,
        result,
      );
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    theirs.free();
  }
  return result;
}

function compareBatch(
  buffer: Uint8Array,
  strings: number,
  modeOf: (i: number) => number,
  theirs: IcedInstruction,
  result: DecoderComparison,
): void {
  const decoders = [new Decoder(16, buffer, OPTIONS), new Decoder(32, buffer, OPTIONS)] as const;
  for (let i = 0; i < strings; i++) {
    const mode = modeOf(i) as 0 | 1;
    const bits = mode === 0 ? 16 : 32;
    const decoder = decoders[mode];
    decoder.position = i * SLOT;
    decoder.decodeOut(theirs);
    const ours = decode(buffer, i * SLOT, bits, (i + 1) * SLOT);
    result.checked++;
    const problem = compare(ours, theirs);
    if (problem === "") {
      result.agreements++;
      continue;
    }
    const bytes = hex(buffer.subarray(i * SLOT, (i + 1) * SLOT));
    const known = problem === INVALID_HERE ? explain(theirs) : undefined;
    const example = `${bytes} (${bits} bit): ${problem}`;
    if (known === undefined) {
      if (result.unexplained.length < 1000) {
        result.unexplained.push({
          bytes,
          bits,
          ours: `${describe(ours)} [${problem}]`,
          iced: describeIced(theirs),
        });
      }
    } else {
      const seen = result.differences.find((difference) => difference.group === known.group);
      if (seen === undefined) {
        result.differences.push({ group: known.group, explained: known.explained, count: 1, example });
      } else seen.count++;
    }
  }
  for (const decoder of decoders) decoder.free();
}

const INVALID_HERE = "invalid here";

const featuresOfCode = new Map<Code, readonly string[]>();

function explain(theirs: IcedInstruction) {
  const code = theirs.code;
  let features = featuresOfCode.get(code);
  if (features === undefined) {
    const opCode = CodeExt.opCode(code);
    features = [
      EncodingKind[opCode.encoding]!,
      Mnemonic[theirs.mnemonic]!,
      ...[...theirs.cpuidFeatures()].map((feature) => CpuidFeature[feature]!),
    ];
    opCode.free();
    featuresOfCode.set(code, features);
  }
  const [encoding = "", mnemonic = "", ...extensions] = features;
  return KNOWN_DIFFERENCES.find((known) =>
    known.encodings?.includes(encoding) || known.mnemonics?.includes(mnemonic) ||
    extensions.some((extension) => known.features?.includes(extension))
  );
}

/** Mnemonics that iced-x86 keeps apart by operand size, or names otherwise, by ours. */
const MNEMONICS: Readonly<Record<string, readonly string[]>> = {
  cbw: ["cbw", "cwde"],
  cwd: ["cwd", "cdq"],
  pusha: ["pusha", "pushad"],
  popa: ["popa", "popad"],
  pushf: ["pushf", "pushfd"],
  popf: ["popf", "popfd"],
  iret: ["iret", "iretd"],
  movs: ["movsb", "movsw", "movsd"],
  cmps: ["cmpsb", "cmpsw", "cmpsd"],
  stos: ["stosb", "stosw", "stosd"],
  lods: ["lodsb", "lodsw", "lodsd"],
  scas: ["scasb", "scasw", "scasd"],
  ins: ["insb", "insw", "insd"],
  outs: ["outsb", "outsw", "outsd"],
  jcxz: ["jcxz", "jecxz"],
  ret: ["ret", "retf"],
  xlat: ["xlatb"],
  nop: ["nop", "reservednop"],
};

const MNEMONIC_NAMES: readonly string[] = Object.keys(Mnemonic)
  .filter((key) => !Number.isNaN(Number(key)))
  .map((key) => Mnemonic[Number(key)]!.toLowerCase());

function compare(ours: Instruction | null, theirs: IcedInstruction): string {
  if (ours === null) return "ours ran out of bytes";
  const oursIsGood = ours.form.opcode !== "";
  const theirsIsGood = theirs.code !== Code.INVALID;
  if (!oursIsGood) return theirsIsGood ? INVALID_HERE : "";
  if (!theirsIsGood) return "invalid for iced";
  if (ours.length !== theirs.length) return `length ${ours.length}, iced ${theirs.length}`;
  const mnemonic = ours.form.mnemonic;
  const name = MNEMONIC_NAMES[theirs.mnemonic]!;
  if (name !== mnemonic && !MNEMONICS[mnemonic]?.includes(name)) return `mnemonic ${mnemonic}, iced ${name}`;
  const operation = ours.form.operation;
  if (operation === "x87" || operation === "vector") return "";
  if (ours.lock !== theirs.hasLockPrefix) return "LOCK";
  if (STRING_OPERATIONS.has(operation)) return compareString(ours, name, theirs);
  return compareOperands(ours, theirs);
}

const STRING_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(
  ["movs", "cmps", "stos", "lods", "scas", "ins", "outs", "xlat"],
);

function compareString(ours: Instruction, name: string, theirs: IcedInstruction): string {
  const size = ours.form.width || ours.operandSize;
  if ("_bw_d"[size] !== name.at(-1) && name !== "xlatb") return "element size";
  if (ours.form.operation !== "xlat") {
    const repeat = theirs.hasRepnePrefix ? 0xf2 : theirs.hasRepePrefix ? 0xf3 : 0;
    if (ours.repeat !== repeat) return `repeat prefix ${ours.repeat}, iced ${repeat}`;
  }
  const override = REGISTERS.get(theirs.segmentPrefix)?.index ?? -1;
  return ours.segment === override ? "" : "segment override";
}

const REGISTERS: ReadonlyMap<Register, { kind: string; size: number; index: number }> = new Map([
  ...registers("register", 1, ["AL", "CL", "DL", "BL", "AH", "CH", "DH", "BH"]),
  ...registers("register", 2, ["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"]),
  ...registers("register", 4, ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"]),
  ...registers("segment", 2, SEGMENT_NAMES.map((name) => name.toUpperCase())),
  ...registers("control", 4, [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `CR${n}`)),
  ...registers("debug", 4, [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `DR${n}`)),
]);

function registers(kind: string, size: number, names: readonly string[]) {
  return names.map((name, index) =>
    [Register[name as keyof typeof Register], { kind, size, index }] as [Register, {
      kind: string;
      size: number;
      index: number;
    }]
  );
}

/** Forms whose register operand iced-x86 calls 32 bits wide and we 16: only its low half is read. */
const SELECTOR_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(
  ["lar", "lsl", "lldt", "ltr", "verr", "verw", "lmsw", "mov-to-segment", "arpl"],
);

/** Forms whose memory operand has no size that the processor's work depends on. */
const UNSIZED_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(["lea", "invlpg", "nop", "ud"]);

function compareOperands(ours: Instruction, theirs: IcedInstruction): string {
  const operation = ours.form.operation;
  // The third operand of LDS and its like is the segment register, which iced-x86 leaves implicit.
  const count = operation === "load-far-pointer" ? 2 : ours.operands.length;
  if (theirs.opCount !== count) return `${count} operands, iced ${theirs.opCount}`;
  for (let i = 0; i < count; i++) {
    const problem = compareOperand(ours, ours.operands[i]!, theirs, i);
    if (problem !== "") return `operand ${i}: ${problem}`;
  }
  return "";
}

function compareOperand(ours: Instruction, operand: Operand, theirs: IcedInstruction, i: number): string {
  switch (theirs.opKind(i)) {
    case OpKind.Register: {
      const register = REGISTERS.get(theirs.opRegister(i));
      if (register === undefined || register.kind !== operand.kind || register.index !== operand.index) {
        return "register";
      }
      if (register.size !== operand.size && !SELECTOR_OPERATIONS.has(ours.form.operation)) {
        return "register size";
      }
      return "";
    }
    case OpKind.Memory:
      return compareMemory(ours, operand, theirs);
    case OpKind.NearBranch16:
      return sameNumber(operand, "relative", 2, theirs.nearBranch16 - theirs.nextIP16, 0xffff);
    case OpKind.NearBranch32:
      return sameNumber(operand, "relative", 4, theirs.nearBranch32 - theirs.nextIP32, -1);
    case OpKind.FarBranch16:
      if (theirs.farBranchSelector !== operand.selector) return "selector";
      return sameNumber(operand, "far", 4, theirs.farBranch16, -1);
    case OpKind.FarBranch32:
      if (theirs.farBranchSelector !== operand.selector) return "selector";
      return sameNumber(operand, "far", 6, theirs.farBranch32, -1);
    case OpKind.Immediate8:
      return sameNumber(operand, "immediate", 1, theirs.immediate8, -1);
    case OpKind.Immediate8_2nd:
      return sameNumber(operand, "immediate", 1, theirs.immediate8_2nd, -1);
    case OpKind.Immediate8to16:
      return sameNumber(operand, "immediate", 2, theirs.immediate8to16, -1);
    case OpKind.Immediate8to32:
      return sameNumber(operand, "immediate", 4, theirs.immediate8to32, -1);
    case OpKind.Immediate16:
      return sameNumber(operand, "immediate", 2, theirs.immediate16, -1);
    case OpKind.Immediate32:
      return sameNumber(operand, "immediate", 4, theirs.immediate32, -1);
    default:
      return `a kind we do not have (${OpKind[theirs.opKind(i)]})`;
  }
}

function sameNumber(operand: Operand, kind: string, size: number, value: number, mask: number): string {
  if (operand.kind !== kind || operand.size !== size) {
    return `${operand.kind} of ${operand.size}, iced ${kind} of ${size}`;
  }
  return (operand.value & mask) === (value & mask) ? "" : `value ${operand.value}, iced ${value}`;
}

const MEMORY_SIZES = new Map<number, number>();

function compareMemory(ours: Instruction, operand: Operand, theirs: IcedInstruction): string {
  if (operand.kind !== "memory") return `${operand.kind}, iced memory`;
  const base = REGISTERS.get(theirs.memoryBase)?.index ?? -1;
  const index = REGISTERS.get(theirs.memoryIndex)?.index ?? -1;
  if (operand.base !== base || operand.index !== index) return "base or index register";
  if (index >= 0 && 1 << operand.scale !== theirs.memoryIndexScale) return "scale";
  const displacement = Number(BigInt.asIntN(32, theirs.memoryDisplacement));
  const mask = ours.addressSize === 2 ? 0xffff : -1;
  if ((operand.displacement & mask) !== (displacement & mask)) return "displacement";
  if (operand.segment !== REGISTERS.get(theirs.memorySegment)?.index) return "segment";
  if (UNSIZED_OPERATIONS.has(ours.form.operation)) return "";
  let size = MEMORY_SIZES.get(theirs.memorySize);
  if (size === undefined) MEMORY_SIZES.set(theirs.memorySize, size = MemorySizeExt.size(theirs.memorySize));
  return operand.size === size ? "" : `memory size ${operand.size}, iced ${size}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function describe(ours: Instruction | null): string {
  if (ours === null) return "null";
  return `${ours.form.mnemonic} ${ours.form.opcode} (length ${ours.length})`;
}

function describeIced(theirs: IcedInstruction): string {
  if (theirs.code === Code.INVALID) return "INVALID";
  return `${theirs.toString()} ${Code[theirs.code]} (length ${theirs.length}; ${
    [...theirs.cpuidFeatures()].map((feature) => CpuidFeature[feature]).join(", ")
  })`;
}
