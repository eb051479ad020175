/** `ringlab boot --technique ...`: run an image in virtual machines. */
import { LEDGER_MACHINES, ProfileError } from "../cycles/mod.ts";
import { ImageError, type Loadable, MachineError, parseSize } from "../machine/mod.ts";
import {
  Monitor,
  MonitorError,
  type MonitorRun,
  type TechniqueName,
  type VirtualMachine,
} from "../vmm/mod.ts";
import type { BootOptions } from "./boot.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** RAM of the physical machine for each virtual machine beyond the guest's own: shadows, translations, monitor area. */
const MONITOR_BYTES = 8 * 2 ** 20;

/** Ports that virtual machines have whatever the options say. */
const EXIT_PORT = 0xf4, POST_PORT = 0x80;

/** Passes on what the virtual machines print: as it is when there is one, else line by line with the machine's name in front. */
class Consoles {
  readonly #machines: readonly VirtualMachine[];
  readonly #done: number[];
  readonly #out: (text: string) => void;

  constructor(machines: readonly VirtualMachine[], out: (text: string) => void) {
    this.#machines = machines;
    this.#done = machines.map(() => 0);
    this.#out = out;
  }

  /** Prints what is new; lines that are not complete wait for their end unless it is the `last` time. */
  flush(last: boolean): void {
    const alone = this.#machines.length === 1;
    this.#machines.forEach((vm, n) => {
      const text = vm.console;
      const from = this.#done[n]!;
      // A character whose last bytes are still to come ends the text as U+FFFD: it is not done yet.
      let to = last ? text.length : text.replace(/\ufffd+$/, "").length;
      if (!alone && !last) to = Math.max(from, text.lastIndexOf("\n", to) + 1);
      if (to <= from) return;
      this.#done[n] = to;
      const piece = text.slice(from, to);
      if (alone) return this.#out(last && !piece.endsWith("\n") ? `${piece}\n` : piece);
      for (const line of piece.replace(/\n$/, "").split("\n")) this.#out(`${vm.name} | ${line}\n`);
    });
    if (last && alone && this.#done[0] === 0) this.#out("\n");
  }
}

function makeMonitor(options: BootOptions, technique: TechniqueName): Monitor {
  const { exitPort, postPort, vms = 1, virtualizable = true } = options;
  if (exitPort !== EXIT_PORT || postPort !== POST_PORT) {
    throw new UsageError("Virtual machines have their exit port at 0xf4 and their POST port at 0x80.");
  }
  if (vms >= LEDGER_MACHINES) {
    throw new UsageError(
      `--vms ${vms} is too many: a monitor runs at most ${LEDGER_MACHINES - 1} virtual machines.`,
    );
  }
  try {
    const monitor = new Monitor({
      memory: vms * (parseSize(options.memory, "memory") + MONITOR_BYTES),
      profile: options.profile,
      technique,
      virtualizable: technique === "trap-and-emulate" && virtualizable,
    });
    for (let n = 0; n < vms; n++) monitor.createVirtualMachine({ memory: options.memory });
    return monitor;
  } catch (error) {
    const known = [MachineError, ProfileError, MonitorError].some((kind) => error instanceof kind);
    if (known) throw new UsageError((error as Error).message);
    throw error;
  }
}

/** The result as one object: of the only virtual machine, or with a list of all. */
function facts(monitor: Monitor, run: MonitorRun, hostSeconds: number): Record<string, unknown> {
  const { instructions, cycles } = run;
  const machines = run.machines.map(({ console, exitCode, ...rest }, n) => ({
    ...rest,
    exitCode: exitCode ?? null,
    postCode: monitor.virtualMachines[n]!.postCodes.at(-1) ?? null,
    serial: console,
  }));
  const only = machines.length === 1 ? machines[0] : undefined;
  return {
    status: run.status === "finished" ? only?.status ?? run.status : run.status,
    ...(only === undefined ? {} : { exitCode: only.exitCode, postCode: only.postCode }),
    instructions,
    cycles: cycles.total,
    hostSeconds,
    mips: hostSeconds > 0 ? instructions / hostSeconds / 1e6 : 0,
    ...(only === undefined ? {} : { serial: only.serial }),
    ledger: cycles.toJSON(),
    machines,
  };
}

function exitStatus(run: MonitorRun): number {
  if (run.status === "aborted") return 130;
  if (run.status !== "finished") return 4;
  return run.machines.every(({ status }) => status === "exited" || status === "halted") ? 0 : 3;
}

/** Boots the image in virtual machines and runs them to their end, a limit, or the user's Ctrl-C. Gives the exit status. */
export async function bootMonitored(
  image: Loadable,
  technique: TechniqueName,
  options: BootOptions,
  terminal: Terminal,
): Promise<number> {
  const monitor = makeMonitor(options, technique);
  const machines = monitor.virtualMachines;
  try {
    for (const vm of machines) vm.load(image);
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof MachineError)) throw error;
    terminal.err(`error: ${error.message}\n`);
    return 1;
  }
  const shown = options.serial === "stdio";
  const consoles = new Consoles(machines, terminal.out);
  const stopInput = shown ? terminal.onInput((data) => machines[0]!.send(data)) : () => {};
  const start = performance.now();
  let run: MonitorRun;
  try {
    run = await monitor.run({
      signal: terminal.signal,
      ...(options.maxInstructions === undefined ? {} : { maxInstructions: options.maxInstructions }),
      ...(options.maxSeconds === undefined ? {} : { maxSeconds: options.maxSeconds }),
      onProgress: () => {
        if (shown) consoles.flush(false);
      },
    });
  } finally {
    stopInput();
  }
  const hostSeconds = (performance.now() - start) / 1000;
  if (shown) consoles.flush(true);
  if (options.json) terminal.out(`${JSON.stringify(facts(monitor, run, hostSeconds))}\n`);
  else {
    const [first, ...rest] = run.toString().split("\n");
    terminal.err(`${terminal.colours.bold(first!)}; ${hostSeconds.toFixed(2)} s\n`);
    terminal.err(`${[...rest, "", run.cycles.toString()].join("\n")}\n`);
  }
  return exitStatus(run);
}
