/**
 * What is true of an operation, whoever encodes it: its price class, whether and how it is privileged, and whether
 * and why it is sensitive in the sense of Popek and Goldberg (1974). The groups of sensitive, unprivileged
 * instructions follow Robin and Irvine (2000) and Bugnion et al. (2012).
 *
 * @module
 */

import { type Operation, type OperationFamily, OPERATIONS_BY_FAMILY } from "../operation.ts";
import type { OperationFacts } from "./fact.ts";
import { ORDINARY_FACTS } from "./ordinary.ts";
import { SYSTEM_FACTS } from "./system.ts";

export type { OperationFacts } from "./fact.ts";

/** The facts of every operation. */
export const OPERATION_FACTS: Readonly<Record<Operation, OperationFacts>> = {
  ...ORDINARY_FACTS,
  ...SYSTEM_FACTS,
};

const FAMILY_OF = new Map<Operation, OperationFamily>(
  (Object.keys(OPERATIONS_BY_FAMILY) as OperationFamily[]).flatMap((family) =>
    OPERATIONS_BY_FAMILY[family].map((operation): [Operation, OperationFamily] => [operation, family])
  ),
);

/** True when the text is the name of an operation. */
export function isOperation(name: string): name is Operation {
  return Object.hasOwn(OPERATION_FACTS, name);
}

/** The family that an operation belongs to. */
export function familyOf(operation: Operation): OperationFamily {
  return FAMILY_OF.get(operation)!;
}
