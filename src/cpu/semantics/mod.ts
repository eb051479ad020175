/**
 * The routines of instruction semantics, by operation.
 *
 * @module
 */

import type { Operation } from "../../isa/mod.ts";
import type { Handler } from "../cpu.ts";

/** What every operation does. Operations without an entry raise #UD, unless an extension port executes them. */
export const HANDLERS: Partial<Record<Operation, Handler>> = {};
