/**
 * The kernel launcher: starts `deno jupyter` for a Jupyter front-end and stands between the two on the control channel
 * only, so that the Stop button asks before it terminates (`interrupt.ts` says why). All other channels go straight to Deno.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { sendToShell, tapControl } from "./control_tap.ts";
import { StopFile, stopVariable } from "./stop.ts";

/** How long a kernel has to answer a request to stop before its JavaScript is terminated, in milliseconds. */
export const patienceMs = 600;

const ports = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"] as const;

/**
 * Runs the kernel under its own process id, with a watcher beside it on a pipe from the launcher. When the pipe ends without
 * a line, the launcher is gone, however it went: the watcher then ends the kernel, even one in an endless loop.
 */
const watched = `exec 3<&0 </dev/null
(read -r _ <&3 || { kill -9 $$; rm -rf -- "$RINGLAB_LAUNCH_DIR"; }) >/dev/null 2>&1 &
exec "$@" 3<&-`;

/** What a launcher reads in a Jupyter connection file. */
export type ConnectionFile = Readonly<Record<typeof ports[number], number>> & {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme: string;
};

/** Raised for a connection file that cannot be used. */
export class ConnectionFileError extends Error {
  override name = "ConnectionFileError";
  /** The path of the file. */
  readonly path: string;
  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

/** Options of {@link runKernel}. */
export interface RunKernelOptions {
  /** The Deno executable. */
  readonly deno: string;
}

/**
 * Runs a Deno kernel for a front-end until the kernel ends.
 *
 * @param connectionFile path of the connection file that the front-end wrote.
 * @returns the kernel's exit code (143 if a signal ended it).
 * @throws {ConnectionFileError} if the file cannot be read or lacks a port.
 */
export async function runKernel(connectionFile: string, options: RunKernelOptions): Promise<number> {
  const outer = readConnection(connectionFile);
  const folder = mkdtempSync(join(tmpdir(), "ringlab-launch-"));
  const inner: ConnectionFile = { ...outer, control_port: await freePort(outer.ip) };
  const innerFile = join(folder, "connection.json");
  writeFileSync(innerFile, JSON.stringify(inner), { mode: 0o600 });
  const stop = new StopFile(join(folder, "stop"));
  const host = outer.ip;
  const tap = await tapControl({
    host,
    outerPort: outer.control_port,
    innerPort: inner.control_port,
    signing: outer,
    onInterrupt: () => askToStop(stop),
  }).catch((error: Error) => {
    rmSync(folder, { recursive: true, force: true });
    throw new ConnectionFileError(
      `the control port ${outer.control_port} of ${connectionFile} cannot be opened: ${error.message}`,
      connectionFile,
    );
  });

  const command = [options.deno, "jupyter", "--kernel", "--conn", innerFile];
  const [program, ...rest] = process.platform === "win32"
    ? command
    : ["/bin/sh", "-c", watched, "ringlab", ...command];
  const child = spawn(program!, rest, {
    env: { ...process.env, [stopVariable]: stop.path, RINGLAB_LAUNCH_DIR: folder },
    stdio: ["pipe", "inherit", "inherit"],
  });
  child.stdin!.on("error", () => {});
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 143));
  });
  let over = false;
  let shell: Socket | undefined;
  const terminate = () => void child.kill();
  // A terminal's Ctrl-C reaches the whole process group, but the front-end's Stop comes as a message.
  const ignore = () => {};
  process.once("SIGTERM", terminate);
  process.on("SIGINT", ignore);
  sendToShell(
    { host, port: inner.shell_port, signing: outer, type: "execute_request", content: guardCell() },
    () => over,
  )
    .then((socket) => shell = socket, () => {});
  try {
    return await exit;
  } finally {
    over = true;
    process.off("SIGTERM", terminate);
    process.off("SIGINT", ignore);
    child.stdin!.end("over\n");
    shell?.destroy();
    tap.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the kernel took the request within {@link patienceMs}; if not, it is to be terminated. */
async function askToStop(stop: StopFile): Promise<boolean> {
  stop.request();
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (stop.answered() !== undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  if (!stop.withdraw()) return true;
  stop.noteTermination();
  return false;
}

/** Installs the guard before the first cell, without a trace in the history. */
function guardCell(): Record<string, unknown> {
  const guard = new URL("./guard.ts", import.meta.url).href;
  return {
    code: `(await import(${JSON.stringify(guard)})).installGuard(); undefined`,
    silent: true,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: false,
  };
}

function readConnection(path: string): ConnectionFile {
  let info: ConnectionFile;
  try {
    info = JSON.parse(readFileSync(path, "utf8")) as ConnectionFile;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConnectionFileError(`the connection file ${path} cannot be read: ${why}`, path);
  }
  for (const port of ports) {
    if (!Number.isInteger(info[port])) {
      throw new ConnectionFileError(
        `the connection file ${path} has no ${port}; a Jupyter front-end writes one`,
        path,
      );
    }
  }
  if (info.transport !== "tcp") {
    throw new ConnectionFileError(
      `the connection file ${path} asks for transport "${info.transport}"; Deno's kernel speaks "tcp"`,
      path,
    );
  }
  return info;
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject).listen(0, host, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
