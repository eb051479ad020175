/**
 * The price lists there are, by name.
 *
 * @module
 */

import { nearest } from "./nearest.ts";
import type { CostProfile } from "./profile.ts";
import { core2_conroe } from "./profiles/core2_conroe.ts";
import { pentium3_coppermine } from "./profiles/pentium3_coppermine.ts";
import { pentium4_672 } from "./profiles/pentium4_672.ts";
import { skylake } from "./profiles/skylake.ts";

/** All profiles, oldest processor first. */
export const PROFILES: readonly CostProfile[] = [pentium3_coppermine, pentium4_672, core2_conroe, skylake];

/** A profile name that does not exist. */
export class ProfileError extends Error {
  /** The class's name. */
  override readonly name = "ProfileError";
  /** The name that was asked for. */
  readonly profile: string;
  /** The names there are. */
  readonly known: readonly string[];

  /** Makes the error for a name that was asked for. */
  constructor(profile: string) {
    const known = PROFILES.map(({ name }) => name);
    super(
      `there is no cost profile ${JSON.stringify(profile)}: did you mean ${
        nearest(profile, known)
      }? (known: ${known.join(", ")})`,
    );
    this.profile = profile;
    this.known = known;
  }
}

/**
 * Finds a profile by its name.
 *
 * @throws {ProfileError} when there is none; the message names the nearest.
 *
 * @example
 * ```ts
 * import { profileByName } from "ringlab";
 *
 * if (profileByName("pentium4-672").hertz !== 3_800_000_000) throw new Error("wrong");
 * ```
 */
export function profileByName(name: string): CostProfile {
  const profile = PROFILES.find((candidate) => candidate.name === name);
  if (profile === undefined) throw new ProfileError(name);
  return profile;
}
