/** What a command may say, and where: its result on stdout, everything else on stderr. */
import process from "node:process";
import pico from "picocolors";

/** The standard streams of a command; replaced in tests. */
export interface Terminal {
  /** Writes to standard output: the command's result and nothing else. */
  out(text: string): void;
  /** Writes bytes to standard output as they are. */
  outBytes(bytes: Uint8Array): void;
  /** Hands over what comes in on standard input, until the returned function is called. */
  onInput(take: (bytes: Uint8Array) => void): () => void;
  /** Writes to standard error: progress, messages, errors. */
  err(text: string): void;
  /** True when standard error is a screen on which a line can be overwritten. */
  live: boolean;
  /** Colours for standard error; they do nothing where colours are unwanted. */
  colours: ReturnType<typeof pico.createColors>;
  /** Colours for standard output. */
  outColours: ReturnType<typeof pico.createColors>;
  /** Fires when the user wants the command to stop. */
  signal: AbortSignal;
}

function wantsColour(stream: { isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}

/** The terminal of this process. */
export function processTerminal(signal: AbortSignal): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    outBytes: (bytes) => void process.stdout.write(bytes),
    onInput: (take) => {
      process.stdin.on("data", take);
      return () => {
        process.stdin.off("data", take);
        process.stdin.pause();
      };
    },
    err: (text) => void process.stderr.write(text),
    live: process.stderr.isTTY === true && process.env["CI"] === undefined,
    colours: pico.createColors(wantsColour(process.stderr)),
    outColours: pico.createColors(wantsColour(process.stdout)),
    signal,
  };
}

/** A command line that asks for something impossible: shown without a stack trace, exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
