/**
 * What an IA-32 instruction is: decoder, forms and their facts.
 *
 * @module
 */

export * from "./asm/mod.ts";
export * from "./cost_class.ts";
export * from "./decode.ts";
export * from "./example_bytes.ts";
export { type OperationFacts } from "./facts/mod.ts";
export * from "./form.ts";
export * from "./forms.ts";
export * from "./instruction.ts";
export * from "./listing.ts";
export { BAD_FORM, CONDITION_NAMES, TOO_LONG_FORM } from "./map/leaf.ts";
export * from "./operation.ts";
