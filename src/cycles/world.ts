/**
 * The worlds between which the ledger splits cycles: who was the processor working for?
 *
 * @module
 */

/**
 * All worlds; a world's index here is its number in the {@linkcode Ledger}.
 *
 * - `guest-user`: guest code at CPL 3, executed directly.
 * - `guest-kernel`: guest code at CPL 0 to 2, executed directly.
 * - `translated`: code of a binary translator's translation cache.
 * - `monitor`: the virtual-machine monitor's own logic.
 * - `transition`: what the hardware does between them: exception delivery, VM entry, VM exit.
 * - `page-walk`: walks of page tables after a TLB miss.
 * - `translation`: making translations.
 * - `idle`: the processor is halted and time passes.
 */
export const WORLDS = [
  "guest-user",
  "guest-kernel",
  "translated",
  "monitor",
  "transition",
  "page-walk",
  "translation",
  "idle",
] as const;

/** Name of a world. */
export type World = typeof WORLDS[number];

/** Number of the world `guest-user`. */
export const WORLD_GUEST_USER = 0;
/** Number of the world `guest-kernel`. */
export const WORLD_GUEST_KERNEL = 1;
/** Number of the world `translated`. */
export const WORLD_TRANSLATED = 2;
/** Number of the world `monitor`. */
export const WORLD_MONITOR = 3;
/** Number of the world `transition`. */
export const WORLD_TRANSITION = 4;
/** Number of the world `page-walk`. */
export const WORLD_PAGE_WALK = 5;
/** Number of the world `translation`. */
export const WORLD_TRANSLATION = 6;
/** Number of the world `idle`. */
export const WORLD_IDLE = 7;
