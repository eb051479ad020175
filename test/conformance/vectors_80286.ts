/**
 * Compares the processor with 32,500 instructions recorded on a Harris N80C286-12 in real mode (SingleStepTests/80286:
 * https://github.com/SingleStepTests/80286). Each vector gives registers and memory before an instruction, and
 * what of them has changed when the HLT behind it (or at the start of an exception handler) has been executed.
 */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DIFFERENCES_80286 } from "./differences_80286.ts";
import { setSegment } from "../../src/cpu/segmentation.ts";
import { ACTIVITY, EAX, EBP, EBX, ECX, EDI, EDX, EIP, ESI, ESP, SELECTOR } from "../../src/cpu/state.ts";
import { profileByName } from "../../src/cycles/mod.ts";
import { type BareCpu, makeCpu, setFlags } from "../support/cpu.ts";

/** Registers as a vector names them. */
type Registers = Record<
  "ax" | "bx" | "cx" | "dx" | "cs" | "ss" | "ds" | "es" | "sp" | "bp" | "si" | "di" | "ip" | "flags",
  number
>;

/** One line of the recording. */
export interface Vector80286 {
  /** Opcode in hexadecimal, `.digit` for opcode groups. */
  readonly op: string;
  /** Number of the vector within its opcode. */
  readonly i: number;
  /** Disassembly. */
  readonly name: string;
  readonly bytes: readonly number[];
  readonly initial: { readonly regs: Registers; readonly ram: readonly (readonly [number, number])[] };
  readonly final: { readonly regs: Partial<Registers>; readonly ram: readonly (readonly [number, number])[] };
  /** Vector, and bus address of the flags image that was pushed. */
  readonly exception?: readonly [number, number];
}

/** How our processor's outcome differs from a vector's. */
export interface Outcome80286 {
  /** One line for every register, flag and byte that is not as recorded. */
  readonly mismatches: readonly string[];
  /** Vectors of the exceptions that our processor delivered. */
  readonly exceptions: readonly number[];
  /** Whether it halted, as every vector does in the end. */
  readonly halted: boolean;
}

/** The result of all vectors. */
export interface Report80286 {
  readonly total: number;
  readonly passed: number;
  /** How many differ for each documented reason. */
  readonly excused: Readonly<Record<string, number>>;
  /** Descriptions of the vectors that differ for no documented reason. */
  readonly failed: readonly string[];
}

interface OpcodeMetadata {
  readonly "flags-mask"?: number;
  readonly reg?: Readonly<Record<string, OpcodeMetadata>>;
}

/** Enough for any vector; one that loops for ever ends here. */
const CYCLES = 20_000;
const RAM_BYTES = 0x110000;
/** Bits 12 to 15 of FLAGS read as zero on an 80286 in real mode; IA-32 keeps IOPL and NT. */
const FLAGS_80286 = 0x0fff;
const GENERAL: readonly (readonly [keyof Registers, number])[] = [
  ["ax", EAX],
  ["bx", EBX],
  ["cx", ECX],
  ["dx", EDX],
  ["sp", ESP],
  ["bp", EBP],
  ["si", ESI],
  ["di", EDI],
];
const SEGMENTS: readonly (readonly [keyof Registers, number])[] = [["es", 0], ["cs", 1], ["ss", 2], [
  "ds",
  3,
]];

function load(bare: BareCpu, vector: Vector80286): void {
  const { cpu, ram } = bare;
  const { regs } = vector.initial;
  cpu.reset();
  for (const [name, index] of GENERAL) cpu.s[index] = regs[name];
  for (const [name, index] of SEGMENTS) setSegment(cpu, index, regs[name], regs[name] << 4, 0xffff, 0x9300);
  cpu.s[EIP] = regs.ip;
  setFlags(cpu, regs.flags & FLAGS_80286 & ~0x28);
  for (const [address, value] of vector.initial.ram) cpu.u8[ram + address] = value;
  bare.events.length = 0;
  cpu.updateMode();
}

/** Executes one vector and compares. The RAM is zero before and, unless writes went astray, after. */
export function runVector80286(bare: BareCpu, vector: Vector80286, flagsMask: number): Outcome80286 {
  const { cpu, ram } = bare;
  load(bare, vector);
  cpu.run(cpu.now() + CYCLES);
  const expected: Registers = { ...vector.initial.regs, ...vector.final.regs };
  const mask = flagsMask & FLAGS_80286;
  const mismatches: string[] = [];
  const compare = (name: string, actual: number, wanted: number): void => {
    if (actual !== wanted) {
      mismatches.push(`${name} is ${actual.toString(16)}, recorded ${wanted.toString(16)}`);
    }
  };
  for (const [name, index] of GENERAL) compare(name, cpu.s[index]! & 0xffff, expected[name]);
  for (const [name, index] of SEGMENTS) compare(name, cpu.s[SELECTOR + index]!, expected[name]);
  compare("ip", cpu.s[EIP]!, expected.ip);
  compare("flags", cpu.flags & mask, expected.flags & mask);
  const bytes = new Map([...vector.initial.ram, ...vector.final.ram]);
  // The address that the recording gives is the bus's, which is even; the stack may be odd.
  const image = vector.exception === undefined ? -2 : (expected.ss << 4) + ((expected.sp + 4) & 0xffff);
  for (const [address, value] of bytes) {
    const bits = address === image ? mask & 0xff : address === image + 1 ? mask >>> 8 : 0xff;
    compare(`byte ${address.toString(16)}`, cpu.u8[ram + address]! & bits, value & bits);
    cpu.u8[ram + address] = 0;
  }
  return {
    mismatches,
    exceptions: bare.events.filter((event) => event.kind !== "software").map((event) => event.vector),
    halted: cpu.s[ACTIVITY] === 1,
  };
}

function flagsMaskOf(opcodes: Readonly<Record<string, OpcodeMetadata>>, op: string): number {
  const [opcode, digit] = op.split(".") as [string, string?];
  const entry = opcodes[opcode];
  const own = digit === undefined ? entry : entry?.reg?.[digit];
  return own?.["flags-mask"] ?? 0xffff;
}

/**
 * Runs the vectors.
 *
 * @param folder holds `80286-metadata.json` and `80286-real-mode.jsonl.gz`
 * @param every 1 for all of them, n for every n-th
 */
export function checkVectors80286(folder: string, every = 1): Report80286 {
  const metadata = JSON.parse(readFileSync(`${folder}/80286-metadata.json`, "utf8")) as {
    readonly opcodes: Readonly<Record<string, OpcodeMetadata>>;
  };
  const lines = gunzipSync(readFileSync(`${folder}/80286-real-mode.jsonl.gz`)).toString().trimEnd().split(
    "\n",
  ).filter((_, n) => n % every === 0);
  const profile = profileByName("pentium4-672");
  const quickPorts = {
    ...profile.event,
    "port-access": { cycles: 1, source: "so that INS and OUTS end in time" },
  };
  const bare = makeCpu({ ramBytes: RAM_BYTES, profile: { ...profile, event: quickPorts } });
  const ram = bare.cpu.s.subarray(bare.ram / 4, (bare.ram + RAM_BYTES) / 4);
  const excused: Record<string, number> = {};
  const failed: string[] = [];
  let passed = 0;
  let previous: Vector80286 | null = null;
  for (const line of lines) {
    const vector = JSON.parse(line) as Vector80286;
    if (previous !== null && previous.op !== vector.op) expectClean(ram, previous, failed);
    previous = vector;
    const outcome = runVector80286(bare, vector, flagsMaskOf(metadata.opcodes, vector.op));
    if (outcome.halted && outcome.mismatches.length === 0) {
      passed++;
      continue;
    }
    ram.fill(0);
    const difference = DIFFERENCES_80286.find(({ applies }) => applies(vector, outcome));
    if (difference === undefined) {
      failed.push(`${vector.op} #${vector.i} ${vector.name}: ${describe(outcome)}`);
    } else excused[difference.reason] = (excused[difference.reason] ?? 0) + 1;
  }
  if (previous !== null) expectClean(ram, previous, failed);
  return { total: lines.length, passed, excused, failed };
}

function describe({ mismatches, exceptions, halted }: Outcome80286): string {
  const raised = exceptions.length === 0 ? "" : `; raised ${exceptions.join(", ")}`;
  return `${mismatches.join("; ")}${raised}${halted ? "" : "; did not halt"}`;
}

/** Writes that no vector lists are found once per opcode, since looking through all memory takes long. */
function expectClean(ram: Int32Array, after: Vector80286, failed: string[]): void {
  for (let word = 0; word < ram.length; word++) {
    if (ram[word] === 0) continue;
    failed.push(`${after.op}: a vector wrote to ${(word * 4).toString(16)}, which is not recorded`);
    ram.fill(0);
  }
}
