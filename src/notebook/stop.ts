/**
 * How a press of the Stop button reaches a run: through files beside the kernel's connection file.
 *
 * Deno's kernel answers an interrupt by terminating JavaScript wherever it is, and JavaScript cannot see it coming: no
 * `catch` and no `finally` runs, and a machine may be left between two writes of one instruction. Ringlab's own kernel
 * launcher therefore asks first. It creates the file named by `RINGLAB_STOP_FILE`; whoever sees it in the kernel removes
 * it and answers in a second file with one word.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** The environment variable with the path of the stop file. */
export const stopVariable = "RINGLAB_STOP_FILE";

/** What the kernel answers: a run was ended, or the cell is waiting for something that cannot be ended. */
export type StopAnswer = "run" | "waiting";

/** Both ends of the channel. */
export class StopFile {
  /** The path of the request's file. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The kernel's end, if a launcher started it. */
  static fromEnvironment(): StopFile | undefined {
    const path = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env
      ?.[stopVariable];
    return path ? new StopFile(path) : undefined;
  }

  /** Launcher: asks the kernel to stop. */
  request(): void {
    rmSync(this.#answer, { force: true });
    rmSync(this.#terminated, { force: true });
    writeFileSync(this.path, "stop\n");
  }

  /** Kernel: whether a stop is asked for. */
  requested(): boolean {
    return existsSync(this.path);
  }

  /** Kernel: answers a request; false if it was withdrawn meanwhile. */
  answer(answer: StopAnswer): boolean {
    try {
      renameSync(this.path, `${this.path}.taken`);
    } catch {
      return false;
    }
    writeFileSync(`${this.path}.taken`, answer);
    renameSync(`${this.path}.taken`, this.#answer);
    return true;
  }

  /** Launcher: the kernel's answer so far. */
  answered(): StopAnswer | undefined {
    try {
      return readFileSync(this.#answer, "utf8") as StopAnswer;
    } catch {
      return undefined;
    }
  }

  /** Launcher: takes the request back; false if the kernel has just taken it. */
  withdraw(): boolean {
    try {
      renameSync(this.path, `${this.path}.withdrawn`);
    } catch {
      return false;
    }
    rmSync(`${this.path}.withdrawn`, { force: true });
    return true;
  }

  /** Launcher: notes that the kernel's JavaScript is being terminated. */
  noteTermination(): void {
    writeFileSync(this.#terminated, "terminated\n");
  }

  /** Kernel: whether JavaScript was terminated since the last call. */
  takeTermination(): boolean {
    if (!existsSync(this.#terminated)) return false;
    rmSync(this.#terminated, { force: true });
    return true;
  }

  get #answer(): string {
    return `${this.path}.answer`;
  }

  get #terminated(): string {
    return `${this.path}.terminated`;
  }
}
