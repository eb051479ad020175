/**
 * The experiment on one form of instruction: executed in every ring and sample state, and again after the monitor has changed
 * things behind its back; then compared. Nothing here knows what the instruction is.
 *
 * Definitions are Popek and Goldberg's (1974), carried over to four rings:
 *
 * - A *trap* is an exception that comes instead of the instruction's effect. Calling a handler (INT n) is an effect.
 * - *Privileged*: traps in rings 1, 2 and 3 in every state, and does not trap in ring 0 in some.
 * - *Control sensitive*: in some state it changes the mode or a resource without trapping.
 * - *Behaviour sensitive*: in two states that the program cannot tell apart it does different things. The states differ in
 *   the ring, or in a resource. A trap that comes in one ring and not in the other is a difference, unless the
 *   instruction is privileged. When a resource differs, only executions without traps are compared, as in the paper: a
 *   trap is how the hardware reports to the owner of the resource.
 *
 * @module
 */

import { UD } from "../cpu/mod.ts";
import type { Form } from "../isa/mod.ts";
import type { Bench, Environment } from "./bench.ts";
import {
  type Difference,
  type Effect,
  readEffect,
  readResources,
  resourceChanges,
  resourceDisagreement,
  visibleDifferences,
} from "./effect.ts";
import { guestState } from "./guest_state.ts";
import type { Ring } from "./layout.ts";
import { EVERYTHING_CHANGED, type Resources, VARIATIONS } from "./resources.ts";
import { type Sample, SAMPLES } from "./samples.ts";
import { variantsOf } from "./subject.ts";
import { endingText, instructionText, telling, valueText, type Witness } from "./witness.ts";

/** What the experiment found out about one form. */
export interface FormFindings {
  readonly form: Form;
  /** Executions it took. */
  readonly runs: number;
  /** It did not trap in some state, by ring. */
  readonly executes: readonly [boolean, boolean, boolean, boolean];
  /** It trapped in some state, by ring. */
  readonly traps: readonly [boolean, boolean, boolean, boolean];
  /** It trapped in every state in rings 1, 2 and 3, and not in ring 0. */
  readonly privileged: boolean;
  /** The first trap outside ring 0 where ring 0 has none. */
  readonly privilege?: Witness;
  readonly control?: Witness;
  /** The same in ring 3, for Theorem 3. */
  readonly userControl?: Witness;
  readonly mode?: Witness;
  /** By name of the variation, the first is the one that was looked for first. */
  readonly resource: ReadonlyMap<string, Witness>;
  readonly userResource?: Witness;
  /** Names of all resources that it changed in any execution. */
  readonly changed: ReadonlySet<string>;
}

const RINGS = [0, 1, 2, 3] as const;
/** Sample states after which an opcode that has always been invalid is taken to be so. */
const ENOUGH_FOR_INVALID = 2;

/** One execution to be made, and made. */
interface Trial {
  readonly bytes: Uint8Array;
  readonly sample: Sample;
}

/** An environment with what its resources look like before any instruction. */
interface Setting {
  readonly environment: Environment;
  readonly before: Int32Array;
}

/** A bench with the settings for a given choice of resources. */
export class Laboratory {
  readonly #bench: Bench;
  readonly #resources: Resources;
  readonly #settings = new Map<string, Setting>();
  runs = 0;

  constructor(bench: Bench, resources: Resources) {
    this.#bench = bench;
    this.#resources = resources;
  }

  /** The processor in a ring, with some resources changed. */
  setting(ring: Ring, name = "", change: Partial<Resources> = {}): Setting {
    const key = `${ring} ${name}`;
    let found = this.#settings.get(key);
    if (found === undefined) {
      const environment = this.#bench.environment(ring, { ...this.#resources, ...change });
      this.#bench.prepare(environment, guestState(), new Uint8Array(0));
      found = { environment, before: readResources(this.#bench, environment.resources.base) };
      this.#settings.set(key, found);
    }
    return found;
  }

  /** Executes. */
  run({ environment }: Setting, { bytes, sample }: Trial): Effect {
    const { base } = environment.resources;
    this.runs++;
    this.#bench.prepare(environment, sample.guest, bytes);
    const ending = this.#bench.execute();
    return readEffect(this.#bench, ending, environment.ram, sample.guest, bytes, base);
  }
}

const trapped = (effect: Effect): boolean => effect.ending.how === "trap" || effect.ending.how === "shutdown";

/** Whether the program still runs where it ran: after a call of a handler or a change of ring, somebody else does. */
function stayed(effect: Effect, before: Int32Array): boolean {
  return effect.ending.how === "executes" && effect.resources[0] === before[0];
}

/** Puts a form through the whole experiment. */
export function experimentOn(form: Form, laboratory: Laboratory): FormFindings {
  const experiment = new FormExperiment(laboratory);
  for (const [n, sample] of SAMPLES.entries()) {
    // What was an invalid opcode wherever it was tried is none of this processor's instructions.
    if (n >= ENOUGH_FOR_INVALID && experiment.invalid) break;
    for (const bytes of variantsOf(form, sample.encoding)) experiment.add({ bytes, sample });
  }
  return experiment.findings(form);
}

class FormExperiment {
  readonly #laboratory: Laboratory;
  readonly #runsBefore: number;
  readonly executes: [boolean, boolean, boolean, boolean] = [false, false, false, false];
  readonly #traps: [boolean, boolean, boolean, boolean] = [false, false, false, false];
  /** So far every execution raised #UD. */
  invalid = true;
  #privilege: Witness | undefined;
  #control: Witness | undefined;
  #controlRank = -1;
  #userControl: Witness | undefined;
  #userControlRank = -1;
  /** Both rings run on, and differ. */
  #silent: Witness | undefined;
  /** One ring traps. */
  #loud: Witness | undefined;
  readonly #resource = new Map<string, Witness>();
  #userResource: Witness | undefined;
  readonly #changed = new Set<string>();

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
    this.#runsBefore = laboratory.runs;
  }

  add(trial: Trial): void {
    const settings = RINGS.map((ring) => this.#laboratory.setting(ring));
    const effects = settings.map((setting) => this.#laboratory.run(setting, trial));
    for (const ring of RINGS) {
      if (effects[ring]!.ending.vector !== UD) this.invalid = false;
      if (trapped(effects[ring]!)) this.#traps[ring] = true;
      else this.executes[ring] = true;
      this.#lookForControl(trial, ring, effects[ring]!, settings[ring]!.before);
    }
    for (const ring of [1, 3, 2] as const) this.#compareRings(trial, ring, settings, effects);
    for (const ring of [0, 3] as const) {
      this.#changeResources(trial, ring, effects[ring]!, settings[ring]!.before);
    }
  }

  /** Whether a change of resources in this ring would be news. */
  #wantsControl(ring: Ring): boolean {
    return this.#control === undefined || (ring === 3 && this.#userControl === undefined);
  }

  #lookForControl(trial: Trial, ring: Ring, effect: Effect, before: Int32Array, although = ""): void {
    if (trapped(effect)) return;
    const differences = resourceChanges(before, effect);
    if (differences.length === 0) return;
    for (const { name } of differences) this.#changed.add(name);
    // A change of ring is the best evidence, then any change in the usual state, then one in a state the monitor has altered.
    const rank = effect.resources[0] !== before[0] ? 2 : although === "" ? 1 : 0;
    const wanted = rank > this.#controlRank, wantedOfUser = ring === 3 && rank > this.#userControlRank;
    if (!wanted && !wantedOfUser) return;
    const { name, from, to } = telling(differences);
    const what = `${name} ${valueText(name, from)} becomes ${valueText(name, to)}, without a trap`;
    const sentence = `${instructionText(trial.bytes)} in ring ${ring}${although}: ${what}.`;
    const witness = this.#witness(trial, "control", ring, differences, sentence);
    if (wanted) [this.#control, this.#controlRank] = [witness, rank];
    if (wantedOfUser) [this.#userControl, this.#userControlRank] = [witness, rank];
  }

  #compareRings(
    trial: Trial,
    ring: 1 | 2 | 3,
    settings: readonly Setting[],
    effects: readonly Effect[],
  ): void {
    const [inner, outer] = [effects[0]!, effects[ring]!];
    const [innerTrap, outerTrap] = [trapped(inner), trapped(outer)];
    if (innerTrap && outerTrap) return;
    const text = instructionText(trial.bytes);
    if (innerTrap || outerTrap) {
      const sentence = innerTrap
        ? `${text}: ${endingText(inner.ending)} in ring 0, but in ring ${ring} ${endingText(outer.ending)}.`
        : `${text}: in ring 0 ${endingText(inner.ending)}, but in ring ${ring} ${endingText(outer.ending)}.`;
      const witness = this.#witness(trial, "mode", ring, [], sentence);
      this.#loud ??= witness;
      if (outerTrap) this.#privilege ??= { ...witness, kind: "privilege" };
      return;
    }
    if (this.#silent !== undefined) return;
    const visible = visibleDifferences(inner, outer);
    const before = [settings[0]!.before, settings[ring]!.before] as const;
    const hidden = resourceDisagreement(inner, before[0], outer, before[1]);
    const differences = [...visible, ...hidden];
    if (differences.length === 0) return;
    const { name, from, to } = telling(differences);
    const sentence = `${text}: in ring 0 it leaves ${name} ${valueText(name, from)}, in ring ${ring} ${
      valueText(name, to)
    }, and no trap tells.`;
    this.#silent = this.#witness(trial, "mode", ring, differences, sentence);
  }

  #changeResources(trial: Trial, ring: 0 | 3, usual: Effect, before: Int32Array): void {
    const all = this.#laboratory.setting(ring, "everything", EVERYTHING_CHANGED);
    const changed = this.#laboratory.run(all, trial);
    if (trapped(usual) && trapped(changed)) return;
    const comparable = stayed(usual, before) && stayed(changed, all.before);
    const same = comparable && visibleDifferences(usual, changed).length === 0;
    const changing = this.#wantsControl(ring) && resourceChanges(all.before, changed).length > 0;
    if (same && !changing) return;
    for (const { name, what, change } of VARIATIONS) {
      const setting = this.#laboratory.setting(ring, name, change);
      const effect = this.#laboratory.run(setting, trial);
      this.#lookForControl(trial, ring, effect, setting.before, `, after the monitor ${what}`);
      if (!stayed(usual, before) || !stayed(effect, setting.before)) continue;
      const differences = visibleDifferences(usual, effect);
      if (differences.length > 0) this.#noteResource(trial, ring, name, what, differences);
    }
  }

  #noteResource(
    trial: Trial,
    ring: 0 | 3,
    variation: string,
    what: string,
    differences: readonly Difference[],
  ): void {
    const known = this.#resource.get(variation);
    if (known !== undefined && (ring === 0 || this.#userResource !== undefined)) return;
    const { name, from, to } = telling(differences);
    const sentence = `${
      instructionText(trial.bytes)
    } in ring ${ring}: after the monitor ${what}, ${name} is ${valueText(name, to)} and not ${
      valueText(name, from)
    }.`;
    const witness = { ...this.#witness(trial, "resource", ring, differences, sentence), variation };
    if (known === undefined) this.#resource.set(variation, witness);
    if (ring === 3) this.#userResource ??= witness;
  }

  #witness(
    trial: Trial,
    kind: Witness["kind"],
    ring: Ring,
    differences: readonly Difference[],
    sentence: string,
  ): Witness {
    const text = instructionText(trial.bytes);
    return { kind, text, bytes: trial.bytes, sample: trial.sample.name, ring, differences, sentence };
  }

  findings(form: Form): FormFindings {
    const { executes } = this;
    const privileged = executes[0] && !executes[1] && !executes[2] && !executes[3];
    const mode = privileged ? undefined : this.#silent ?? this.#loud;
    return {
      form,
      runs: this.#laboratory.runs - this.#runsBefore,
      executes,
      traps: this.#traps,
      privileged,
      ...(this.#privilege === undefined ? {} : { privilege: this.#privilege }),
      ...(this.#control === undefined ? {} : { control: this.#control }),
      ...(this.#userControl === undefined ? {} : { userControl: this.#userControl }),
      ...(mode === undefined ? {} : { mode }),
      resource: this.#resource,
      ...(this.#userResource === undefined ? {} : { userResource: this.#userResource }),
      changed: this.#changed,
    };
  }
}
