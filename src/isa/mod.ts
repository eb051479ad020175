/**
 * What an IA-32 instruction is: decoder, forms and their facts.
 *
 * @module
 */

export * from "./cost_class.ts";
export * from "./decode.ts";
export * from "./form.ts";
export * from "./instruction.ts";
export * from "./operation.ts";
