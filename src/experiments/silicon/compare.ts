/**
 * The whole recording against the emulated processor, as rows to tabulate and to draw.
 *
 * @module
 */

import { Presentable } from "../../cycles/mod.ts";
import { decode, formatInstruction } from "../../isa/mod.ts";
import { SILICON_DIFFERENCES, type SiliconDifference } from "./differences.ts";
import { fromHex, type RecordedCase, recordedSilicon, type Recording } from "./recording.ts";
import { SiliconReplay } from "./replay.ts";
import { CODE, START } from "./workbench.ts";

/** How a case came out. All but `different` have a documented reason. */
export type SiliconVerdict =
  | "identical" // registers, all flags, memory, exception with error code and CR2
  | "undefined flags" // but for flags that the manual leaves undefined
  | "other generation" // but for something that later processors do differently
  | "different";

/** The verdicts, best first. */
export const SILICON_VERDICTS: readonly SiliconVerdict[] = [
  "identical",
  "undefined flags",
  "other generation",
  "different",
];

/** One recorded case and what the emulated processor made of it. */
export interface ComparedCase {
  /** Its number in the recording. */
  readonly index: number;
  /** The instruction as an assembler writes it. */
  readonly text: string;
  readonly mnemonic: string;
  readonly family: string;
  readonly verdict: SiliconVerdict;
  /** The documented reasons for what differs; empty for `identical` and `different`. */
  readonly reasons: readonly string[];
  /** What differs, every flag compared. */
  readonly mismatches: readonly string[];
}

/** The cases of one family or mnemonic, counted. */
export interface SiliconRow {
  readonly name: string;
  readonly vectors: number;
  readonly identical: number;
  /** Different in undefined flags only. */
  readonly undefinedFlags: number;
  readonly otherGeneration: number;
  readonly different: number;
  readonly [column: string]: string | number;
}

/** How often a documented difference was met. */
export interface SiliconReason {
  readonly reason: string;
  readonly kind: SiliconDifference["kind"];
  readonly vectors: number;
  /** The first instruction that shows it. */
  readonly example: string;
}

/** The outcome of {@linkcode replaySilicon}. */
export class SiliconComparison extends Presentable {
  /** The processor that the recording was made on. */
  readonly processor: string;
  readonly cases: readonly ComparedCase[];

  /** Collects the outcomes. */
  constructor(processor: string, cases: readonly ComparedCase[]) {
    super();
    this.processor = processor;
    this.cases = cases;
  }

  /** How many cases came out so. */
  count(verdict: SiliconVerdict): number {
    return this.cases.filter((each) => each.verdict === verdict).length;
  }

  /** Cases counted by family of instructions, the largest family first. */
  byFamily(): SiliconRow[] {
    return this.#countBy(({ family }) => family.replaceAll("-", " "));
  }

  /** Cases counted by mnemonic, the most frequent first. */
  byMnemonic(): SiliconRow[] {
    return this.#countBy(({ mnemonic }) => mnemonic);
  }

  /** The documented differences that were met, the most frequent first. */
  reasons(): SiliconReason[] {
    const rows = SILICON_DIFFERENCES.map(({ reason, kind }) => {
      const met = this.cases.filter(({ reasons }) => reasons.includes(reason));
      return { reason, kind, vectors: met.length, example: met[0]?.text ?? "" };
    });
    return rows.filter(({ vectors }) => vectors > 0).sort((a, b) => b.vectors - a.vectors);
  }

  override toString(): string {
    const told = SILICON_VERDICTS.map((verdict) => `${this.count(verdict)} ${verdict}`).join(", ");
    return `${this.cases.length} instructions recorded on ${this.processor}: ${told}`;
  }

  #countBy(nameOf: (each: ComparedCase) => string): SiliconRow[] {
    const groups = new Map<string, ComparedCase[]>();
    for (const each of this.cases) {
      const name = nameOf(each);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [each]);
      else group.push(each);
    }
    const rows = [...groups].map(([name, group]) => {
      const count = (verdict: SiliconVerdict) => group.filter((each) => each.verdict === verdict).length;
      return {
        name,
        vectors: group.length,
        identical: count("identical"),
        undefinedFlags: count("undefined flags"),
        otherGeneration: count("other generation"),
        different: count("different"),
      };
    });
    return rows.sort((a, b) => b.vectors - a.vectors || (a.name < b.name ? -1 : 1));
  }
}

/** Options of {@linkcode replaySilicon}. */
export interface ReplaySiliconOptions {
  /** Default: the recording that ships with Ringlab. */
  readonly recording?: Recording;
  /** Execute every instruction by its routine, none by the engine's fast paths. Default false. */
  readonly generic?: boolean;
  /** Told how many cases are done, now and then. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Ends the replay. */
  readonly signal?: AbortSignal;
}

/** Cases after which the host gets its turn. */
const BATCH = 500;

/**
 * Executes every recorded instruction on the emulated processor and compares registers, flags (undefined ones included),
 * memory and exceptions with what the silicon did. Takes a few seconds.
 *
 * @throws {DOMException} the signal's reason, when it aborts
 *
 * @example
 * ```ts
 * import { recordedSilicon, replaySilicon } from "ringlab";
 *
 * const { header, cases } = recordedSilicon();
 * const some = await replaySilicon({ recording: { header, cases: cases.slice(0, 200) } });
 * if (some.count("different") !== 0 || some.cases.length !== 200) throw new Error(String(some));
 * ```
 */
export async function replaySilicon(options: ReplaySiliconOptions = {}): Promise<SiliconComparison> {
  const { recording = recordedSilicon(), generic = false, onProgress, signal } = options;
  const { header, cases } = recording;
  const replay = new SiliconReplay(generic);
  const compared: ComparedCase[] = [];
  for (const [index, recorded] of cases.entries()) {
    compared.push(compareCase(replay, recorded, index));
    if (compared.length % BATCH !== 0) continue;
    onProgress?.({ done: compared.length, total: cases.length });
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  onProgress?.({ done: compared.length, total: cases.length });
  return new SiliconComparison(header.processor, compared);
}

/** Replays one case and judges it by the documented differences. */
export function compareCase(replay: SiliconReplay, recorded: RecordedCase, index: number): ComparedCase {
  const bytes = fromHex(recorded.bytes);
  const instruction = decode(bytes, 0, 32)!;
  const { mnemonic, family } = instruction.form;
  const text = formatInstruction(bytes, { address: CODE + START, bits: 32 });
  const { mismatches } = replay.run(recorded);
  const about = { index, text, mnemonic, family, mismatches };
  if (mismatches.length === 0) return { ...about, verdict: "identical", reasons: [] };

  const known = SILICON_DIFFERENCES.filter(({ applies }) => applies(instruction, recorded));
  const ignored = known.reduce((flags, difference) => flags | (difference.flags ?? 0), 0);
  const left = ignored === 0 ? mismatches : replay.run(recorded, ignored).mismatches;
  const excused = left.map((line) => known.find((difference) => difference.mismatches?.test(line)));
  if (excused.includes(undefined)) return { ...about, verdict: "different", reasons: [] };
  const reasons = new Set(excused.map((difference) => difference!.reason));
  const byFlags = left.length < mismatches.length;
  if (byFlags) { for (const { reason, flags } of known) if (flags !== undefined) reasons.add(reason); }
  const verdict = excused.length > 0 ? "other generation" : "undefined flags";
  return { ...about, verdict, reasons: [...reasons] };
}
