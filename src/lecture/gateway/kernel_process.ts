/**
 * A kernel as a process of ours: started on free ports, ready when this returns, and never outliving us.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { KernelStartError } from "../errors.ts";
import type { KernelSpec } from "../kernelspec.ts";
import { header, KernelChannels } from "./channels.ts";
import { type ConnectionInfo, freePorts, makeConnection, writeConnection } from "./connection.ts";
import { makeMessage } from "./wire.ts";

const ATTEMPTS = 5;
const STDERR_KEPT = 4000;

/**
 * Runs the kernel under its own process id, with a watcher beside it that holds the other end of a pipe from us. A
 * line on the pipe means an orderly end. Its end without a line means that we are gone, however we went (even by
 * SIGKILL): the watcher then ends the kernel and whatever it has started, which all share its process group. Either
 * way it removes the directory with the connection file.
 */
const WATCHED = `
exec 3<&0 </dev/null
( read -r _ <&3; gone=$?; rm -rf -- "$RINGLAB_KERNEL_DIR"; [ $gone -eq 0 ] || kill -9 -$$ ) >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** How a kernel process ended. */
export interface KernelExit {
  code: number | null;
  signal: string | null;
  /** The last lines on its standard error. */
  stderr: string;
}

/** Options of {@link KernelProcess.start}. */
export interface KernelProcessOptions {
  spec: KernelSpec;
  name: string;
  cwd: string;
  /** How long one attempt to start may take, in milliseconds. */
  timeoutMs: number;
  /** Finds ports to try; replaced in tests. */
  ports?: (count: number) => Promise<number[]>;
}

/** A running kernel. */
export class KernelProcess {
  /** How to reach it. */
  readonly connection: ConnectionInfo;
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<KernelExit>;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #grouped: boolean;
  readonly #killOnExit = () => this.#killGroup();
  #stderr = "";
  #channels: KernelChannels | undefined;
  #ended = false;

  private constructor(options: KernelProcessOptions, connection: ConnectionInfo) {
    this.connection = connection;
    const { directory, file } = writeConnection(connection);
    this.#directory = directory;
    const argv = options.spec.argv.map((word) => word.replaceAll("{connection_file}", file));
    const watched = process.platform !== "win32";
    this.#grouped = watched;
    const [command, args] = watched
      ? ["/bin/sh", ["-c", WATCHED, "ringlab-kernel", ...argv]]
      : [argv[0]!, argv.slice(1)];
    this.#child = spawn(command, args, {
      cwd: options.cwd,
      env: {
        ...process.env,
        ...options.spec.env,
        RINGLAB_KERNEL_DIR: directory,
        // What the launcher and the kernel leave lying about when they are ended outright goes with the directory.
        ...(watched ? { TMPDIR: directory } : {}),
      },
      stdio: ["pipe", "ignore", "pipe"],
      // A process group of its own: a Ctrl-C at the terminal is ours to handle, and the group can be ended whole.
      detached: watched,
    });
    process.on("exit", this.#killOnExit);
    this.#child.stdin!.on("error", () => {});
    this.#child.stderr!.on("data", (chunk: Uint8Array) => {
      this.#stderr = (this.#stderr + new TextDecoder().decode(chunk)).slice(-STDERR_KEPT);
    });
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        if (this.#ended) return;
        this.#ended = true;
        this.#killGroup(); // what the kernel has started does not outlive it
        process.off("exit", this.#killOnExit);
        this.#channels?.close();
        this.#child.stdin!.end("\n");
        rmSync(this.#directory, { recursive: true, force: true });
        // The last words may still be in the pipe.
        setTimeout(() => resolve({ code, signal, stderr: this.#lastWords() }), 20);
      };
      this.#child.on("exit", end);
      this.#child.on("error", (error) => {
        this.#stderr += error.message;
        end(null, null);
      });
    });
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(this.#grouped ? -pid : pid, "SIGKILL");
    } catch {
      // Nobody is left in it.
    }
  }

  #lastWords(): string {
    return this.#stderr.split("\n").filter((line) => !line.includes('"deno jupyter" is unstable')).join("\n")
      .trim();
  }

  /**
   * Starts a kernel and waits until it answers. Ports may be taken between finding and binding them, which ends the
   * kernel at once: then others are tried.
   *
   * @throws {KernelStartError} when it does not come up.
   */
  static async start(options: KernelProcessOptions): Promise<KernelProcess> {
    const findPorts = options.ports ?? freePorts;
    for (let attempt = 1;; attempt++) {
      const kernel = new KernelProcess(options, makeConnection(await findPorts(5), options.name));
      try {
        await kernel.#becomeReady(options.timeoutMs);
        return kernel;
      } catch (error) {
        // A stranger on one of our ports may answer nonsense before the kernel has failed to bind it.
        await Promise.race([kernel.exited, sleep(300)]);
        const diedAtOnce = kernel.#ended;
        await kernel.kill();
        const { stderr, code, signal } = await kernel.exited;
        const taken = /address (already )?in use|EADDRINUSE|os error 98/i.test(stderr);
        if (diedAtOnce && taken && attempt < ATTEMPTS) continue;
        const what = taken
          ? `its ports were taken ${attempt} times in a row`
          : diedAtOnce
          ? `it ended at once (${signal ?? `exit code ${code}`})`
          : (error as Error).message;
        throw new KernelStartError(`the kernel "${options.name}" could not be started: ${what}`, stderr);
      }
    }
  }

  async #becomeReady(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const events = { message: () => {}, broken: () => {} };
    const ended = this.exited.then(() => undefined);
    while (!this.#ended) {
      // Whoever else sits on one of our ports may accept and stay silent, so the kernel's end ends the wait too.
      const opening = KernelChannels.open(this.connection, events, Math.max(deadline - Date.now(), 1));
      opening.then((channels) => this.#ended && channels.close(), () => {});
      try {
        const channels = await Promise.race([opening, ended]);
        if (channels === undefined) break;
        this.#channels = channels;
        return;
      } catch (error) {
        const refused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
        if (!refused || Date.now() > deadline) throw error;
        await Promise.race([sleep(15), ended]);
      }
    }
    throw new Error("the kernel process ended");
  }

  /** Asks the kernel to stop what it is executing, by message on the control channel. */
  interrupt(): void {
    this.#channels?.send("control", makeMessage(header("interrupt_request", "gateway"), {}));
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.#ended) this.#killGroup();
    await this.exited;
  }
}
