/**
 * The experiment beside the facts that the opcode map states of each instruction. Two witnesses that do not know of each other:
 * the facts were written down from the manual, the findings come from executions.
 *
 * @module
 */

import { allForms, type Form, isPrivileged } from "../isa/mod.ts";
import type { Classification, ClassifiedInstruction } from "./classification.ts";
import { instructionName } from "./subject.ts";

/** A property on which the two disagree. */
export interface FactDisagreement {
  readonly name: string;
  readonly property: "privileged" | "control sensitive" | "behaviour sensitive";
  readonly measured: boolean;
  readonly stated: boolean;
}

/** All disagreements over instructions that execute at all. */
export function factDisagreements(classification: Classification): FactDisagreement[] {
  const forms = new Map<string, Form[]>();
  for (const form of allForms()) {
    const key = `${form.operation} ${instructionName(form)}`;
    forms.set(key, [...forms.get(key) ?? [], form]);
  }
  const running = classification.instructions.filter((each) => each.class !== "traps everywhere");
  return running.flatMap((found) => {
    const own = forms.get(`${found.operation} ${found.name}`) ?? [];
    return compare(found, stated(own, classification));
  });
}

type Properties = Record<FactDisagreement["property"], boolean>;

function stated(forms: readonly Form[], { premise }: Classification): Properties {
  const kind = (wanted: "control" | "behaviour"): boolean =>
    forms.some(({ sensitive }) => sensitive.some((each) => each.kind === wanted));
  return {
    // RDTSC and RDPMC trap when the monitor says so, CLI and the like unless IOPL lets them.
    privileged: forms.length > 0 &&
      forms.every((form) =>
        form.privilege === "tsd"
          ? (form.operation === "rdtsc" ? premise.timeStampDisable : !premise.performanceCounters)
          : isPrivileged(form)
      ),
    "control sensitive": kind("control"),
    "behaviour sensitive": kind("behaviour"),
  };
}

function compare(found: ClassifiedInstruction, facts: Properties): FactDisagreement[] {
  const measured: Properties = {
    privileged: found.privileged,
    "control sensitive": found.controlSensitive,
    "behaviour sensitive": found.modeSensitive || found.resourceSensitive,
  };
  return (Object.keys(measured) as FactDisagreement["property"][])
    .filter((property) => measured[property] !== facts[property])
    .map((property) => ({
      name: found.name,
      property,
      measured: measured[property],
      stated: facts[property],
    }));
}
