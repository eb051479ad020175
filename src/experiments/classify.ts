/**
 * The whole instruction set through the experiment.
 *
 * @module
 */

import { allForms, type Form } from "../isa/mod.ts";
import { benchFor, type ProcessorOptions } from "./bench.ts";
import { Classification } from "./classification.ts";
import { experimentOn, type FormFindings, Laboratory } from "./form_experiment.ts";
import { type Premise, USUAL } from "./resources.ts";

/** What is classified, and how. */
export interface ClassifyOptions extends ProcessorOptions {
  /** What differs from {@linkcode MONITOR_PREMISE}. */
  readonly premise?: Partial<Premise>;
  /** Only these forms; all forms of the opcode map by default. */
  readonly forms?: readonly Form[];
  /** Told how many forms are done, after each batch. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Ends the classification. */
  readonly signal?: AbortSignal;
}

/** Executions after which the host gets its turn. */
const BATCH = 2000;

/**
 * Classifies instructions by executing each of them in all rings and in several states, and comparing. Takes a few seconds
 * for the whole instruction set.
 *
 * @throws {DOMException} the signal's reason, when it aborts
 *
 * @example
 * ```ts
 * import { classify, formsOf } from "ringlab";
 *
 * const found = await classify({ forms: [...formsOf("popf"), ...formsOf("cli"), ...formsOf("add")] });
 * if (found.of("POPF").class !== "control sensitive" || !found.of("CLI").privileged) throw new Error(String(found));
 * if (found.of("ADD").class !== "innocuous" || found.theorem1().holds) throw new Error(String(found));
 * ```
 */
export async function classify(options: ClassifyOptions = {}): Promise<Classification> {
  const { forms = allForms(), onProgress, signal, virtualizable = false } = options;
  const resources = { ...USUAL, ...options.premise };
  const laboratory = new Laboratory(benchFor(options), resources);
  const findings: FormFindings[] = [];
  let pause = BATCH;
  for (const form of forms) {
    findings.push(experimentOn(form, laboratory));
    if (laboratory.runs < pause) continue;
    pause = laboratory.runs + BATCH;
    onProgress?.({ done: findings.length, total: forms.length });
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
  }
  onProgress?.({ done: findings.length, total: forms.length });
  const { iopl, portsOpen, timeStampDisable, performanceCounters, umip, gatesOpen } = resources;
  const premise = { iopl, portsOpen, timeStampDisable, performanceCounters, umip, gatesOpen };
  return new Classification(findings, premise, virtualizable);
}
