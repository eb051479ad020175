/**
 * Guests that try to get out of their virtual machine.
 *
 * @module
 */

import type { HostileGuest } from "./hostile.ts";
import { MACHINE_ATTACKS } from "./machine.ts";
import { MEMORY_ATTACKS } from "./memory.ts";
import { PRIVILEGE_ATTACKS } from "./privilege.ts";

export { HOSTILE_BYTES, type HostileEnd, type HostileGuest, hostileProgram, LOOT } from "./hostile.ts";
export { SECRET, VICTIM_BYTES, victimProgram } from "./victim.ts";

/** All of them. */
export const HOSTILE_GUESTS: readonly HostileGuest[] = [
  ...MEMORY_ATTACKS,
  ...PRIVILEGE_ATTACKS,
  ...MACHINE_ATTACKS,
];
