/**
 * What an instruction did: read off the processor after it, in two parts. The visible part is what the program can see; the
 * resource part is what belongs to the monitor.
 *
 * @module
 */

import {
  ACTIVITY,
  APIC_BASE,
  BASE,
  CPL,
  CR0,
  CR3,
  CR4,
  DR,
  EFLAGS,
  EIP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  IF,
  IOPL,
  LDTR,
  LIMIT,
  NMI_BLOCKED,
  RIGHTS,
  SELECTOR,
  STATE_BYTES,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  TR,
  TSC_OFFSET_F64,
  VM,
} from "../cpu/mod.ts";
import { REGISTER_NAMES, SEGMENT_NAMES } from "../isa/mod.ts";
import type { Bench, Ending } from "./bench.ts";
import { hex } from "./hex.ts";
import { type GuestState, PROGRAM_FLAGS } from "./guest_state.ts";
import { MOVED_AT, PLACES, SYSTEM_AT, SYSTEM_BYTES, WINDOW_BYTES } from "./layout.ts";

/** One thing that is different: between before and after, or between two executions. */
export interface Difference {
  /** What it is: `eax`, `memory 2004h`, `IF`, `gdtr base`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A place in memory, as a word number, and what it holds. */
type MemoryChanges = readonly (readonly [word: number, value: number])[];

/** What one execution left behind. */
export interface Effect {
  readonly ending: Ending;
  readonly registers: Int32Array;
  readonly eip: number;
  /** The program's own flags. */
  readonly flags: number;
  /** Doublewords of the window that changed. */
  readonly window: MemoryChanges;
  /** The resources, in the order of {@linkcode RESOURCE_NAMES}. */
  readonly resources: Int32Array;
  /** Doublewords of the descriptor tables and task state segments that changed. */
  readonly tables: MemoryChanges;
}

interface Word {
  readonly name: string;
  readonly at: number;
}

const segments = [...SEGMENT_NAMES.map((name, n) => [name, n] as const), ["ldtr", LDTR], ["tr", TR]] as const;
const WORDS: readonly Word[] = [
  { name: "CPL", at: CPL },
  ...segments.flatMap(([name, n]) => [
    { name, at: SELECTOR + n },
    { name: `${name} base`, at: BASE + n },
    { name: `${name} limit`, at: LIMIT + n },
    { name: `${name} rights`, at: RIGHTS + n },
  ]),
  { name: "gdtr base", at: GDTR_BASE },
  { name: "gdtr limit", at: GDTR_LIMIT },
  { name: "idtr base", at: IDTR_BASE },
  { name: "idtr limit", at: IDTR_LIMIT },
  { name: "cr0", at: CR0 },
  { name: "cr3", at: CR3 },
  { name: "cr4", at: CR4 },
  ...[0, 1, 2, 3, 6, 7].map((n) => ({ name: `dr${n}`, at: DR + n })),
  { name: "IA32_SYSENTER_CS", at: SYSENTER_CS },
  { name: "IA32_SYSENTER_ESP", at: SYSENTER_ESP },
  { name: "IA32_SYSENTER_EIP", at: SYSENTER_EIP },
  { name: "IA32_APIC_BASE", at: APIC_BASE },
  { name: "activity", at: ACTIVITY },
  { name: "NMIs blocked", at: NMI_BLOCKED },
];
const FLAGS = [["IF", IF, 9], ["IOPL", IOPL, 12], ["VM", VM, 17]] as const;

/** Names of the resources, as {@linkcode Effect.resources} lists them. */
export const RESOURCE_NAMES: readonly string[] = [
  ...WORDS.map(({ name }) => name),
  ...FLAGS.map(([name]) => name),
  "time stamp counter's offset",
  "device: bytes taken",
  "device: writes",
  "device: last value written",
  "translations in the TLB",
];
const AT = WORDS.map(({ at }) => at);

/** Reads the resources as they are now. */
export function readResources(bench: Bench, base: number): Int32Array {
  const { cpu, device } = bench;
  const { s } = cpu;
  const values = new Int32Array(RESOURCE_NAMES.length);
  let n = 0;
  for (; n < AT.length; n++) values[n] = s[AT[n]!]!;
  for (const [, mask, shift] of FLAGS) values[n++] = (s[EFLAGS]! & mask) >>> shift;
  values[n++] = cpu.f64[TSC_OFFSET_F64]! | 0;
  values[n++] = device.reads;
  values[n++] = device.writes;
  values[n++] = device.last;
  values[n] = bench.translations(base);
  return values;
}

/** Reads what an execution did. `code` and `guest` are those it was prepared with. */
export function readEffect(
  bench: Bench,
  ending: Ending,
  ram: Uint8Array,
  guest: GuestState,
  code: Uint8Array,
  base: number,
): Effect {
  const { cpu } = bench;
  const { s } = cpu;
  return {
    ending,
    registers: s.slice(0, 8),
    eip: s[EIP]!,
    flags: cpu.flags & PROGRAM_FLAGS,
    window: windowChanges(s, guest, code, base),
    resources: readResources(bench, base),
    tables: tableChanges(s, ram),
  };
}

function windowChanges(s: Int32Array, guest: GuestState, code: Uint8Array, base: number): MemoryChanges {
  const original = new Int32Array(guest.window.buffer, guest.window.byteOffset, WINDOW_BYTES / 4);
  const changes: [number, number][] = [];
  collectChanges(s, (STATE_BYTES + base) / 4, original, 0, WINDOW_BYTES / 4, changes);
  // The instruction itself is in the window, but not among what the program put there.
  const codeStart = PLACES.code / 4, codeEnd = (PLACES.code + code.length + 3) >>> 2;
  return changes.filter(([word]) => word < codeStart || word >= codeEnd);
}

function tableChanges(s: Int32Array, ram: Uint8Array): MemoryChanges {
  const original = new Int32Array(ram.buffer, ram.byteOffset, ram.length / 4);
  const changes: [number, number][] = [];
  for (const start of [SYSTEM_AT, MOVED_AT]) {
    collectChanges(s, (STATE_BYTES + start) / 4, original, start / 4, SYSTEM_BYTES / 4, changes);
  }
  return changes;
}

/** Compares `count` words (a multiple of 8), eight at a time since nearly all are equal. */
function collectChanges(
  now: Int32Array,
  nowStart: number,
  original: Int32Array,
  start: number,
  count: number,
  changes: [number, number][],
): void {
  for (let n = 0; n < count; n += 8) {
    const i = nowStart + n, o = start + n;
    const differ = (now[i]! ^ original[o]!) | (now[i + 1]! ^ original[o + 1]!) |
      (now[i + 2]! ^ original[o + 2]!) | (now[i + 3]! ^ original[o + 3]!) |
      (now[i + 4]! ^ original[o + 4]!) | (now[i + 5]! ^ original[o + 5]!) |
      (now[i + 6]! ^ original[o + 6]!) | (now[i + 7]! ^ original[o + 7]!);
    if (differ === 0) continue;
    for (let k = 0; k < 8; k++) {
      if (now[i + k] !== original[o + k]) changes.push([o + k, now[i + k]!]);
    }
  }
}

/**
 * Which resources an execution changed.
 *
 * @param delivery also say what changed when it trapped: then the hardware did it, not the instruction
 */
export function resourceChanges(before: Int32Array, effect: Effect, delivery = false): Difference[] {
  if (effect.ending.how === "trap" && !delivery) return [];
  const found = namedDifferences(before, effect.resources);
  for (const [word, value] of effect.tables) {
    found.push({ name: `descriptor table at ${hex(word * 4)}`, from: 0, to: value });
  }
  return found;
}

function namedDifferences(from: Int32Array, to: Int32Array): Difference[] {
  const found: Difference[] = [];
  for (let n = 0; n < from.length; n++) {
    if (from[n] !== to[n]) found.push({ name: RESOURCE_NAMES[n]!, from: from[n]!, to: to[n]! });
  }
  return found;
}

/** In what the program can see, how do two executions differ? Only meaningful when neither trapped. */
export function visibleDifferences(a: Effect, b: Effect): Difference[] {
  const found: Difference[] = [];
  for (let n = 0; n < 8; n++) {
    if (a.registers[n] !== b.registers[n]) {
      found.push({ name: REGISTER_NAMES[32][n]!, from: a.registers[n]!, to: b.registers[n]! });
    }
  }
  if (a.eip !== b.eip) found.push({ name: "eip", from: a.eip, to: b.eip });
  if (a.flags !== b.flags) {
    for (const [name, bit] of PROGRAM_FLAG_NAMES) {
      const [from, to] = [Number((a.flags & bit) !== 0), Number((b.flags & bit) !== 0)];
      if (from !== to) found.push({ name, from, to });
    }
  }
  found.push(...memoryDifferences(a.window, b.window));
  return found;
}

const PROGRAM_FLAG_NAMES = [
  ["CF", 1],
  ["PF", 4],
  ["AF", 0x10],
  ["ZF", 0x40],
  ["SF", 0x80],
  ["TF", 0x100],
  ["DF", 0x400],
  ["OF", 0x800],
  ["NT", 0x4000],
  ["AC", 0x40000],
  ["ID", 0x200000],
] as const;

function memoryDifferences(a: MemoryChanges, b: MemoryChanges): Difference[] {
  if (a.length === 0 && b.length === 0) return [];
  const [left, right] = [new Map(a), new Map(b)];
  const words = [...new Set([...left.keys(), ...right.keys()])].sort((x, y) => x - y);
  return words.flatMap((word) => {
    const [from, to] = [left.get(word), right.get(word)];
    // A word that only one execution wrote: the other one left it, which as a difference is as good as any value.
    return from === to ? [] : [{ name: `memory ${hex(word * 4)}`, from: from ?? 0, to: to ?? 0 }];
  });
}

/**
 * What two executions that differed only in the mode left in the resources. What both left alone is the same, though its
 * value says in which ring they ran (CS and SS); what either changed must now be equal.
 */
export function resourceDisagreement(
  a: Effect,
  beforeA: Int32Array,
  b: Effect,
  beforeB: Int32Array,
): Difference[] {
  const found: Difference[] = [];
  for (let n = 0; n < beforeA.length; n++) {
    const [x, y] = [a.resources[n]!, b.resources[n]!];
    if (x === y || (x === beforeA[n] && y === beforeB[n])) continue;
    found.push({ name: RESOURCE_NAMES[n]!, from: x, to: y });
  }
  return found;
}
