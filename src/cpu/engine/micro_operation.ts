/**
 * The micro-operations of the engine, numbered densely so that the engine's switch becomes a jump table.
 *
 * @module
 */

/** The end of a block that has no branch: go on at NEXT_EIP. */
export const END = 0;
/** Call the instruction's routine in semantics/. */
export const GENERIC = 1;
/** Offer the instruction to the intercept port. */
export const OFFER = 2;
/** On a virtualizable processor: #GP(0) unless CPL = 0. */
export const CHECK_SENSITIVE = 3;
