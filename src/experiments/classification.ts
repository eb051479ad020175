/**
 * The instruction set after Popek and Goldberg, as the experiment found it.
 *
 * @module
 */

import { Presentable } from "../cycles/mod.ts";
import type { Operation } from "../isa/mod.ts";
import type { FormFindings } from "./form_experiment.ts";
import type { Premise } from "./resources.ts";
import { instructionName } from "./subject.ts";
import type { Witness } from "./witness.ts";

/**
 * The class that an instruction is shown under. An instruction that traps outside ring 0 is "privileged", whatever else it
 * is; the two sensitive classes hold those that are not.
 */
export type ClassName =
  | "privileged"
  | "control sensitive"
  | "behaviour sensitive"
  | "innocuous"
  | "traps everywhere";

/** The classes in the order of charts. */
export const CLASS_NAMES: readonly ClassName[] = [
  "privileged",
  "control sensitive",
  "behaviour sensitive",
  "innocuous",
  "traps everywhere",
];

/** Which part of the processor an instruction belongs to. */
export type Unit = "integer and system" | "x87" | "MMX and SSE";

/** One instruction with everything that was found out about it. */
export interface ClassifiedInstruction {
  /** Mnemonic in capitals, with the kind of operand where it makes another instruction: `MOV r, CRn`. */
  readonly name: string;
  readonly operation: Operation;
  readonly unit: Unit;
  /** First processor that had it. */
  readonly since: string;
  /** How many forms of the opcode map it has. */
  readonly forms: number;
  readonly class: ClassName;
  readonly privileged: boolean;
  readonly controlSensitive: boolean;
  /** The ring shows in what it does. */
  readonly modeSensitive: boolean;
  /** A resource shows in what it does. */
  readonly resourceSensitive: boolean;
  /** Control or behaviour sensitive, or both. */
  readonly sensitive: boolean;
  /** Sensitive in ring 3 already: what Theorem 3 asks for. */
  readonly userSensitive: boolean;
  /** Kinds of resource it changed in any execution. */
  readonly changes: readonly string[];
  /** Names of the variations that it let the program see. */
  readonly shows: readonly string[];
  /** The evidence, the most telling first. */
  readonly witnesses: readonly Witness[];
}

/** What a theorem says about this processor. */
export interface TheoremResult {
  /** Its condition is met. */
  readonly holds: boolean;
  /** Names of the instructions that break it. */
  readonly counterexamples: readonly string[];
  /** The result in a sentence. */
  readonly sentence: string;
}

/** Kinds of resource, by the beginning of the resource's name. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^CPL/, "ring"],
  [/^(IF|IOPL|VM)/, "system flags"],
  [/^cs/, "CS"],
  [/^(es|ss|ds|fs|gs)\b/, "data segments"],
  [/^(gdtr|idtr|ldtr|tr|descriptor)/, "descriptor tables and tasks"],
  [/^cr/, "control registers"],
  [/^dr/, "debug registers"],
  [/^IA32/, "MSRs"],
  [/^time/, "time"],
  [/^(activity|NMI)/, "running or halted"],
  [/^device/, "devices"],
  [/^translations/, "TLB"],
];

/** Kind of a resource by its name. */
export function resourceKind(name: string): string {
  return KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

/** The kinds in the order of charts. */
export const RESOURCE_KINDS: readonly string[] = KINDS.map(([, kind]) => kind);

/** A classification of all instructions of one processor under one premise. */
export class Classification extends Presentable {
  readonly instructions: readonly ClassifiedInstruction[];
  readonly premise: Premise;
  readonly virtualizable: boolean;
  /** Executions it took. */
  readonly runs: number;

  constructor(findings: readonly FormFindings[], premise: Premise, virtualizable: boolean) {
    super();
    this.premise = premise;
    this.virtualizable = virtualizable;
    this.runs = findings.reduce((sum, { runs }) => sum + runs, 0);
    const groups = new Map<string, FormFindings[]>();
    for (const found of findings) {
      const key = `${unitOf(found)} ${instructionName(found.form)}`;
      groups.set(key, [...groups.get(key) ?? [], found]);
    }
    this.instructions = [...groups.values()].map(summarize);
  }

  /** Integer and system instructions: what a kernel without floating point is made of. */
  get core(): readonly ClassifiedInstruction[] {
    return this.instructions.filter(({ unit }) => unit === "integer and system");
  }

  /** The instruction of this name, in capitals or not. @throws {RangeError} when there is none */
  of(name: string): ClassifiedInstruction {
    const wanted = name.toUpperCase();
    const found = this.instructions.find((each) => each.name.toUpperCase() === wanted);
    if (found !== undefined) return found;
    const like = this.instructions.filter((each) =>
      each.name.toUpperCase().startsWith(wanted.split(" ")[0]!)
    );
    const offer = like.length > 0 ? `; did you mean ${like.map((each) => each.name).join(", ")}?` : "";
    throw new RangeError(`"${name}" was not classified${offer}`);
  }

  /** Names of the sensitive instructions that are not privileged: what stands in a monitor's way. */
  get violations(): readonly string[] {
    return this.instructions.filter((each) => each.sensitive && !each.privileged).map(({ name }) => name);
  }

  /** How many instructions each class has, as rows for a chart. */
  counts(instructions: readonly ClassifiedInstruction[] = this.core): { class: ClassName; count: number }[] {
    return CLASS_NAMES.map((name) => ({
      class: name,
      count: instructions.filter((each) => each.class === name).length,
    }));
  }

  /** Theorem 1: a virtual machine monitor can be built if every sensitive instruction is privileged. */
  theorem1(): TheoremResult {
    return judge(
      "Theorem 1",
      "sensitive",
      "a trap-and-emulate monitor",
      this.instructions,
      ({ sensitive }) => sensitive,
    );
  }

  /** Theorem 3: a hybrid monitor, which interprets the kernel, needs this only of what is sensitive in user mode. */
  theorem3(): TheoremResult {
    const user = ({ userSensitive }: ClassifiedInstruction): boolean => userSensitive;
    return judge("Theorem 3", "user-sensitive", "a hybrid monitor", this.instructions, user);
  }

  override toString(): string {
    const counts = this.counts().filter(({ count }) => count > 0).map((row) => `${row.count} ${row.class}`);
    return `${this.core.length} integer and system instructions, ${this.runs} executions: ${
      counts.join(", ")
    }.`;
  }
}

function judge(
  theorem: string,
  adjective: string,
  monitor: string,
  instructions: readonly ClassifiedInstruction[],
  sensitive: (instruction: ClassifiedInstruction) => boolean,
): TheoremResult {
  const all = instructions.filter(sensitive);
  const counterexamples = all.filter(({ privileged }) => !privileged).map(({ name }) => name);
  const holds = counterexamples.length === 0;
  const sentence = holds
    ? `${theorem} applies: all ${all.length} ${adjective} instructions are privileged, so ${monitor} can be built.`
    : `${theorem} does not apply: ${counterexamples.length} of ${all.length} ${adjective} instructions are not privileged.`;
  return { holds, counterexamples, sentence };
}

function unitOf({ form }: FormFindings): Unit {
  return form.operation === "vector"
    ? "MMX and SSE"
    : form.operation === "x87"
    ? "x87"
    : "integer and system";
}

function summarize(group: readonly FormFindings[]): ClassifiedInstruction {
  const [{ form }] = group as [FormFindings];
  const running = group.filter(({ executes }) => executes.includes(true));
  const privileged = running.length > 0 && running.every((each) => each.privileged);
  const first = (pick: (found: FormFindings) => Witness | undefined): Witness | undefined =>
    running.map(pick).find((witness) => witness !== undefined);
  const control = best(running.map((found) => found.control));
  const mode = privileged ? undefined : best(running.map((found) => found.mode));
  const resources = running.flatMap(({ resource }) => [...resource]);
  const resource = resources[0]?.[1];
  const sensitive = control !== undefined || mode !== undefined || resource !== undefined;
  const privilege = privileged ? first((found) => found.privilege) : undefined;
  const user = running.some((found) => found.userControl !== undefined || found.userResource !== undefined);
  return {
    name: instructionName(form),
    operation: form.operation,
    unit: unitOf(group[0]!),
    since: form.since,
    forms: group.length,
    class: running.length === 0
      ? "traps everywhere"
      : privileged
      ? "privileged"
      : control !== undefined
      ? "control sensitive"
      : sensitive
      ? "behaviour sensitive"
      : "innocuous",
    privileged,
    controlSensitive: control !== undefined,
    modeSensitive: mode !== undefined,
    resourceSensitive: resource !== undefined,
    sensitive,
    userSensitive: user,
    changes: [...new Set(running.flatMap(({ changed }) => [...changed].map(resourceKind)))],
    shows: [...new Set(resources.map(([variation]) => variation))],
    witnesses: [privilege, control, mode, resource].filter((witness) => witness !== undefined),
  };
}

/** Of several pieces of evidence one without a trap is best: silence is what breaks a monitor. */
function best(witnesses: readonly (Witness | undefined)[]): Witness | undefined {
  const given = witnesses.filter((witness) => witness !== undefined);
  return given.find(({ differences }) => differences.length > 0) ?? given[0];
}
