/**
 * Guests that try to get out of their virtual machine.
 *
 * @module
 */

import type { HostileGuest } from "./hostile.ts";
import { HYPERCALL_ATTACKS } from "./hypercalls.ts";
import { MACHINE_ATTACKS } from "./machine.ts";
import { MEMORY_ATTACKS } from "./memory.ts";
import { PRIVILEGE_ATTACKS } from "./privilege.ts";

export { HOSTILE_BYTES, type HostileEnd, type HostileGuest, hostileProgram, LOOT } from "./hostile.ts";
export { hostileParavirtualProgram } from "./hypercalls.ts";
export { SECRET, VICTIM_BYTES, victimProgram } from "./victim.ts";

/** All that attack as an unmodified system would. */
export const HOSTILE_GUESTS: readonly HostileGuest[] = [
  ...MEMORY_ATTACKS,
  ...PRIVILEGE_ATTACKS,
  ...MACHINE_ATTACKS,
];

/** All that know of the hypercalls; they run under paravirtualization. */
export const HOSTILE_PARAVIRTUAL_GUESTS: readonly HostileGuest[] = HYPERCALL_ATTACKS;
