/** `ringlab nanobench`: the table of Adams and Agesen, measured on this machine. */
import { profileByName, ProfileError } from "../cycles/mod.ts";
import { GUEST_TECHNIQUES, type GuestTechnique, nanobench as measure } from "../experiments/mod.ts";
import { AbortedError } from "../lecture/mod.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** The options of `ringlab nanobench`, as parsed. */
export interface NanobenchCommandOptions {
  technique?: string[];
  profile: string;
  /** Whether to find out what each figure rests on. */
  parameters: boolean;
  json?: boolean;
}

/** The techniques asked for; native is always among them, for everything is compared with it. */
function techniques(names: readonly string[]): GuestTechnique[] {
  const known: readonly string[] = GUEST_TECHNIQUES;
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError(`There is no technique ${JSON.stringify(name)}: choose from ${known.join(", ")}.`);
  }
  return GUEST_TECHNIQUES.filter((name) => name === "native" || names.includes(name));
}

/** Measures and prints. Gives the exit status. */
export async function nanobench(options: NanobenchCommandOptions, terminal: Terminal): Promise<number> {
  const { technique = ["binary-translation"], profile, parameters, json = false } = options;
  const chosen = techniques(technique);
  try {
    profileByName(profile);
  } catch (error) {
    if (error instanceof ProfileError) throw new UsageError(error.message);
    throw error;
  }
  try {
    const bench = await measure({
      technique: chosen,
      profile,
      parameters,
      signal: terminal.signal,
      onProgress: ({ done, total }) => {
        if (terminal.live) terminal.err(`\r\x1b[2K${done} of ${total} figures`);
      },
    });
    if (terminal.live) terminal.err("\r\x1b[2K");
    if (json) {
      terminal.out(`${JSON.stringify(bench)}\n`);
      return 0;
    }
    terminal.out(`${bench}\n`);
    if (parameters) {
      const width = Math.max(...bench.rows.map(({ name, technique }) => `${name} ${technique}`.length));
      terminal.out(`\nWhat each figure rests on (entries of the profile ${bench.profile}):\n`);
      for (const { name, technique, parameters } of bench.rows) {
        terminal.out(`${`${name} ${technique}`.padEnd(width)}  ${parameters.join(" ")}\n`);
      }
    }
    return 0;
  } catch (error) {
    throw terminal.signal.aborted ? new AbortedError() : error;
  }
}
