/**
 * The shape of a fact, and a short way to write one.
 *
 * @module
 */

import type { CostClass } from "../cost_class.ts";
import type { ControlState, Privilege, Sensitivity } from "../form.ts";

/** The facts of one operation; the opcode map may name another cost class or a later first processor for a form. */
export interface OperationFacts {
  readonly cost: CostClass;
  readonly privilege: Privilege;
  readonly sensitive: readonly Sensitivity[];
  readonly reads: readonly ControlState[];
  readonly writes: readonly ControlState[];
}

/** What is not innocuous about an operation. */
export interface Extra {
  readonly privilege?: Privilege;
  /** Why it is control sensitive. */
  readonly control?: string;
  /** Why it is behaviour sensitive. */
  readonly behaviour?: string;
  readonly reads?: readonly ControlState[];
  readonly writes?: readonly ControlState[];
}

/** Writes the facts of an operation: what is left out is innocuous. */
export function fact(cost: CostClass, extra: Extra = {}): OperationFacts {
  const sensitive: Sensitivity[] = [];
  if (extra.control !== undefined) sensitive.push({ kind: "control", why: extra.control });
  if (extra.behaviour !== undefined) sensitive.push({ kind: "behaviour", why: extra.behaviour });
  return {
    cost,
    privilege: extra.privilege ?? "none",
    sensitive,
    reads: extra.reads ?? [],
    writes: extra.writes ?? [],
  };
}
