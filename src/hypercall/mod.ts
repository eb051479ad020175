/**
 * The paravirtual interface, as data that both sides import: the monitor that answers and the guest kernels that ask.
 *
 * @module
 */

export * from "./interface.ts";
export * from "./reference.ts";
