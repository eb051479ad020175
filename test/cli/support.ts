/** A terminal that remembers. */
import pico from "picocolors";
import { run, type Terminal } from "../../src/cli/mod.ts";

/** What a command said and how it ended. */
export interface Outcome {
  status: number;
  out: string;
  err: string;
}

/** Runs `ringlab` with these words, in this process. */
export async function ringlab(
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<Outcome> {
  const outcome: Outcome = { status: -1, out: "", err: "" };
  const terminal: Terminal = {
    out: (text) => outcome.out += text,
    outBytes: (bytes) => outcome.out += Buffer.from(bytes).toString("latin1"),
    err: (text) => outcome.err += text,
    onInput: () => () => {},
    live: false,
    colours: pico.createColors(false),
    outColours: pico.createColors(false),
    signal,
  };
  outcome.status = await run(args, terminal);
  return outcome;
}
