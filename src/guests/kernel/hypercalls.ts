/**
 * The paravirtual interface as the kernel sees it; it has a room of its own, since the monitor imports it too.
 *
 * @module
 */

export * from "../../hypercall/mod.ts";
