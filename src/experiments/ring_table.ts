/**
 * What every ring makes of the system instructions.
 *
 * @module
 */

import { EXCEPTION_NAMES } from "../cpu/mod.ts";
import { asm } from "../isa/mod.ts";
import { benchFor, type Ending } from "./bench.ts";
import {
  type Effect,
  readEffect,
  readResources,
  resourceDisagreement,
  visibleDifferences,
} from "./effect.ts";
import { guestState, type GuestStateOptions } from "./guest_state.ts";
import { PLACES, type Ring, SELECTORS } from "./layout.ts";
import { type InstructionOptions, resourcesOf } from "./run_instruction.ts";
import { endingText, telling, valueText } from "./witness.ts";

/** An instruction with the operands it needs to make sense. */
export interface SystemInstruction {
  /** Assembly text. */
  readonly text: string;
  readonly state?: GuestStateOptions;
}

const pseudoDescriptor = { memory: { [PLACES.data]: [0xff, 0, 0, 0x20, 0, 0] } };

/** One example of every instruction that some ring may not execute, in the order in which the lecture tells them. */
export const SYSTEM_INSTRUCTIONS: readonly SystemInstruction[] = [
  { text: "hlt" },
  { text: "cli" },
  { text: "sti" },
  { text: "in al, 0x80" },
  { text: "out 0x80, al" },
  { text: "insb", state: { registers: { edx: 0x80 } } },
  { text: "outsb", state: { registers: { edx: 0x80 } } },
  { text: "lgdt [0x800]", state: pseudoDescriptor },
  { text: "lidt [0x800]", state: pseudoDescriptor },
  { text: "lldt ax", state: { registers: { eax: SELECTORS.spareLdt } } },
  { text: "ltr ax", state: { registers: { eax: SELECTORS.spareTss } } },
  { text: "lmsw ax", state: { registers: { eax: 3 } } },
  { text: "clts" },
  { text: "mov cr0, eax", state: { registers: { eax: 0x31 } } },
  { text: "mov cr3, eax", state: { registers: { eax: 0x6000 } } },
  { text: "mov cr4, eax" },
  { text: "mov eax, cr0" },
  { text: "mov eax, cr3" },
  { text: "mov dr0, eax" },
  { text: "mov eax, dr0" },
  { text: "rdmsr", state: { registers: { ecx: 0x174 } } },
  { text: "wrmsr", state: { registers: { ecx: 0x174, eax: 8 } } },
  { text: "invlpg [0x800]" },
  { text: "invd" },
  { text: "wbinvd" },
  { text: "sysexit", state: { registers: { ecx: PLACES.stack, edx: PLACES.code } } },
  { text: "rdtsc" },
  { text: "rdpmc" },
];

/** What happened to one instruction in one ring. */
export interface RingRow {
  readonly instruction: string;
  /** "0" to "3". */
  readonly ring: string;
  /** `executes`, an exception, or `silently different`: it runs on, but does not do what it does in ring 0. */
  readonly outcome: string;
  /** The same in a sentence. */
  readonly detail: string;
  readonly cycles: number;
  readonly [column: string]: string | number;
}

const RINGS = [0, 1, 2, 3] as const;

/**
 * Executes each instruction in all four rings, from the same state, and compares with ring 0.
 *
 * @param options as of {@linkcode runInstruction}; the ring and the program state come from here
 *
 * @example
 * ```ts
 * import { ringTable } from "ringlab";
 *
 * const rows = ringTable([{ text: "hlt" }, { text: "popf", state: { stack: [0x0002] } }]);
 * const outcomes = rows.map((row) => row.outcome).join();
 * const expected = "executes,#GP,#GP,#GP,executes,silently different,silently different,silently different";
 * if (outcomes !== expected) throw new Error(outcomes);
 * ```
 */
export function ringTable(
  instructions: readonly SystemInstruction[] = SYSTEM_INSTRUCTIONS,
  options: Omit<InstructionOptions, "ring" | "mode"> = {},
): RingRow[] {
  return instructions.flatMap(({ text, state = {} }) => {
    const bytes = asm(`bits 32\norg ${PLACES.code}\n${text}`).bytes;
    const trials = RINGS.map((ring) => execute(bytes, state, ring, options));
    return trials.map((trial, ring) => ({
      instruction: text,
      ring: String(ring),
      ...judge(text, trials[0]!, trial),
    }));
  });
}

interface Trial {
  readonly ring: Ring;
  readonly before: Int32Array;
  readonly effect: Effect;
}

function execute(
  bytes: Uint8Array,
  state: GuestStateOptions,
  ring: Ring,
  options: InstructionOptions,
): Trial {
  const bench = benchFor(options);
  const resources = resourcesOf(options);
  const environment = bench.environment(ring, resources);
  const guest = guestState(state);
  bench.prepare(environment, guest, bytes);
  const before = readResources(bench, resources.base);
  const ending = bench.execute();
  return { ring, before, effect: readEffect(bench, ending, environment.ram, guest, bytes, resources.base) };
}

function judge(text: string, inner: Trial, trial: Trial): Pick<RingRow, "outcome" | "detail" | "cycles"> {
  const { ending } = trial.effect;
  const { cycles } = ending;
  const sentence = `${text} in ring ${trial.ring}: ${endingText(ending)}`;
  if (ending.how === "trap") {
    return {
      outcome: EXCEPTION_NAMES[ending.vector] ?? `exception ${ending.vector}`,
      detail: sentence,
      cycles,
    };
  }
  const differences = failed(inner.effect.ending) ? [] : [
    ...visibleDifferences(inner.effect, trial.effect),
    ...resourceDisagreement(inner.effect, inner.before, trial.effect, trial.before),
  ];
  if (differences.length === 0) return { outcome: "executes", detail: sentence, cycles };
  const { name, from, to } = telling(differences);
  const detail = `${sentence}, and leaves ${name} ${valueText(name, to)} where ring 0 leaves ${
    valueText(name, from)
  }`;
  return { outcome: "silently different", detail, cycles };
}

function failed({ how }: Ending): boolean {
  return how === "trap" || how === "shutdown";
}
