/** `ringlab boot`: run an image on the machine, its serial port on the standard streams. */
import { readFileSync } from "node:fs";
import { ProfileError } from "../cycles/mod.ts";
import { ImageError, type Loadable, Machine, MachineError, type RunResult } from "../machine/mod.ts";
import { type TechniqueName, TECHNIQUES } from "../vmm/mod.ts";
import { bootMonitored } from "./boot_monitored.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** The options of `ringlab boot`, as parsed. */
export interface BootOptions {
  kind?: "flat" | "rom" | "elf" | "multiboot";
  memory: string;
  profile: string;
  maxInstructions?: number;
  maxSeconds?: number;
  serial: "stdio" | "none";
  exitPort: number | null;
  postPort: number | null;
  bits?: 16 | 32;
  origin?: number;
  commandLine?: string;
  json?: boolean;
  /** On the machine itself, or in virtual machines by one of the monitor's techniques. Default `native`. */
  technique?: string;
  /** Virtual machines that run the image at the same time. Default 1. */
  vms?: number;
  /** With trap-and-emulate: make the processor virtualizable. Default true. */
  virtualizable?: boolean;
}

/** Exit status for each way a run can end; the guest's own exit code is in the result. */
const STATUS: Record<RunResult["status"], number> = {
  exited: 0,
  halted: 0,
  shutdown: 3,
  limit: 4,
  breakpoint: 4,
  aborted: 130,
};

function readImage(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === "ENOENT" ? `There is no file ${path}.` : `${path} cannot be read: ${message}`,
    );
  }
}

function makeMachine(
  options: BootOptions,
  terminal: Terminal,
  onOutput: (bytes: Uint8Array) => void,
): Machine {
  try {
    return new Machine({
      memory: options.memory,
      profile: options.profile,
      exitPort: options.exitPort,
      postPort: options.postPort,
      history: false,
      onSerial: (bytes) => {
        if (options.serial !== "stdio") return;
        onOutput(bytes);
        terminal.outBytes(bytes);
      },
    });
  } catch (error) {
    if (error instanceof MachineError || error instanceof ProfileError) throw new UsageError(error.message);
    throw error;
  }
}

/** The result as one flat object. */
function facts(run: RunResult): Record<string, unknown> {
  const { status, exitCode, postCode, instructions, cycles, serial, ledger, ...rest } = run.toJSON();
  const { hostSeconds, mips } = run;
  return { status, exitCode, postCode, instructions, cycles, hostSeconds, mips, serial, ledger, ...rest };
}

function techniqueOf(name: string): TechniqueName {
  const known: readonly string[] = TECHNIQUES;
  if (known.includes(name)) return name as TechniqueName;
  throw new UsageError(
    `There is no technique ${JSON.stringify(name)}: choose from native, ${known.join(", ")}.`,
  );
}

/** Boots the image and runs it to its end, a limit, or the user's Ctrl-C. Gives the exit status. */
export async function boot(image: string, options: BootOptions, terminal: Terminal): Promise<number> {
  const bytes = readImage(image);
  const { kind, bits, origin, commandLine, technique = "native", vms = 1 } = options;
  const loadable: Loadable = {
    bytes,
    file: image,
    ...(kind === undefined ? {} : { kind }),
    ...(bits === undefined ? {} : { bits }),
    ...(origin === undefined ? {} : { origin }),
    ...(commandLine === undefined ? {} : { commandLine }),
  };
  if (technique !== "native") return await bootMonitored(loadable, techniqueOf(technique), options, terminal);
  if (vms > 1) throw new UsageError("Without a monitor there is one machine: add --technique to --vms.");
  let last = 10;
  const machine = makeMachine(options, terminal, (piece) => last = piece.at(-1) ?? last);
  try {
    machine.load(loadable);
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof MachineError)) throw error;
    terminal.err(`error: ${error.message}\n`);
    return 1;
  }
  const stopInput = options.serial === "stdio" ? terminal.onInput((data) => machine.send(data)) : () => {};
  let run: RunResult;
  try {
    run = await machine.run({
      signal: terminal.signal,
      ...(options.maxInstructions === undefined ? {} : { maxInstructions: options.maxInstructions }),
      ...(options.maxSeconds === undefined ? {} : { maxSeconds: options.maxSeconds }),
      onProgress: ({ instructions, mips }) => {
        if (terminal.live && options.serial === "none") {
          terminal.err(
            `\r\x1b[2K${(instructions / 1e6).toFixed(0)} million instructions, ${mips.toFixed(0)} MIPS`,
          );
        }
      },
    });
  } finally {
    stopInput();
  }
  if (terminal.live && options.serial === "none") terminal.err("\r\x1b[2K");
  // The guest's last line may lack its end; what follows begins a line of its own.
  if (last !== 10) terminal.out("\n");
  if (options.json) terminal.out(`${JSON.stringify(facts(run))}\n`);
  else summarize(run, terminal);
  return STATUS[run.status];
}

function summarize(run: RunResult, terminal: Terminal): void {
  const { colours } = terminal;
  const code = run.exitCode === undefined ? "" : ` with code ${run.exitCode}`;
  const post = run.postCode === undefined ? "" : `, POST code ${run.postCode.toString(16).padStart(2, "0")}h`;
  const limit = run.limit === undefined ? "" : ` of ${run.limit}`;
  terminal.err(
    `${colours.bold(run.status)}${limit}${code}${post} after ${
      run.instructions.toLocaleString("en")
    } instructions, ` +
      `${run.cycles.total.toLocaleString("en")} cycles; ${run.hostSeconds.toFixed(2)} s, ${
        run.mips.toFixed(1)
      } MIPS\n\n` +
      `${run.cycles.toString()}\n`,
  );
}
