/**
 * Ringlab's kernelspec: Deno's own kernel behind a launcher, so that the Stop button ends a run and keeps the variables.
 *
 * `deno jupyter --install` writes no `interrupt_mode`, so front-ends send SIGINT, which ends the kernel
 * (denoland/deno#24491). With `"interrupt_mode": "message"` the Stop button is a message, which the launcher
 * (`src/notebook/launch.ts`, a program of its own) takes to the run. `NO_COLOR` keeps terminal colour codes out of saved
 * results.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { LectureError } from "./errors.ts";

/** The contents of a `kernel.json` (Jupyter client documentation, "Kernel specs"). */
export interface KernelSpec {
  /** The command line; `{connection_file}` stands for the connection file's path. */
  argv: string[];
  /** The name a user sees. */
  display_name: string;
  /** The language of the cells. */
  language: string;
  /** How a running cell is interrupted. */
  interrupt_mode: "message" | "signal";
  /** Environment variables the kernel gets on top of its parent's. */
  env: Record<string, string>;
  /** Free data; front-ends use `debugger` among others. */
  metadata: Record<string, unknown>;
}

/** The name under which the kernelspec is registered, and which Ringlab's notebooks carry. */
export const KERNEL_NAME = "ringlab";

/** The directory that holds Ringlab's `deno.json`, `mod.ts` and `node_modules`. */
export const projectRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The Deno binary to run kernels with: the pinned one in `node_modules`, else the first on PATH.
 *
 * @throws {LectureError} when there is none.
 */
export function findDeno(): string {
  const exe = process.platform === "win32" ? "deno.exe" : "deno";
  const libc = process.platform === "linux" ? "-glibc" : "";
  // As a dependency of someone else's project, Ringlab lies inside that project's node_modules.
  const homes = [join(projectRoot, "node_modules"), resolve(projectRoot, "..")];
  const candidates = [
    ...homes.map((home) => join(home, "@deno", `${process.platform}-${process.arch}${libc}`, exe)),
    ...homes.map((home) => join(home, "deno", exe)),
    ...(process.env["PATH"] ?? "").split(delimiter).filter((dir) => dir !== "").map((dir) => join(dir, exe)),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) {
    throw new LectureError(
      `Deno was not found: neither in ${
        homes[0]
      } nor on PATH. Run \`npm ci\`; the npm package "deno" brings it.`,
    );
  }
  return found;
}

/** The program that starts `deno jupyter` and stands between it and the front-end's Stop button. */
const launcher = join(projectRoot, "src", "notebook", "launch.ts");

/** Ringlab's kernelspec, with the full path of the pinned Deno, so that it works from any front-end. */
export function kernelSpec(deno: string = findDeno()): KernelSpec {
  return {
    argv: [deno, "run", "-A", "--no-prompt", launcher, "{connection_file}"],
    display_name: "Ringlab (Deno)",
    language: "typescript",
    interrupt_mode: "message",
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    metadata: {},
  };
}

/** Where a kernelspec goes. */
export interface KernelLocation {
  /** A Python or other installation prefix: `<prefix>/share/jupyter/kernels`. Without it: the user's own directory. */
  prefix?: string;
  /** A Jupyter data directory itself: `<dataDirectory>/kernels`. Wins over `prefix`. */
  dataDirectory?: string;
  /** The name of the kernelspec; letters, digits, `.`, `-` and `_`. Default {@link KERNEL_NAME}. */
  name?: string;
}

/** Jupyter's per-user data directory (Jupyter core documentation, "Common directories"). */
export function userDataDirectory(): string {
  const env = process.env;
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(env["APPDATA"] ?? homedir(), "jupyter");
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "jupyter");
}

/** The directory of a kernelspec at a location. */
export function kernelDirectory(location: KernelLocation = {}): string {
  const name = location.name ?? KERNEL_NAME;
  if (!/^[A-Za-z0-9._-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new LectureError(
      `"${name}" cannot be the name of a kernelspec: use letters, digits, ".", "-" and "_", such as "${KERNEL_NAME}".`,
    );
  }
  const data = location.dataDirectory ??
    (location.prefix === undefined
      ? userDataDirectory()
      : join(resolve(location.prefix), "share", "jupyter"));
  return join(data, "kernels", name);
}

/**
 * Writes the kernelspec; an existing one of Ringlab's is replaced. Returns the directory.
 *
 * @throws {LectureError} when the directory holds somebody else's kernelspec or cannot be written.
 */
export function installKernel(location: KernelLocation = {}): string {
  const directory = kernelDirectory(location);
  refuseForeign(directory, "replaced");
  const file = join(directory, "kernel.json");
  try {
    mkdirSync(directory, { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(kernelSpec(), undefined, 2) + "\n");
    renameSync(temporary, file);
  } catch (error) {
    throw new LectureError(
      `The kernelspec could not be written to ${directory}: ${(error as Error).message}. ` +
        "Choose a place you may write to with --user or --prefix.",
    );
  }
  return directory;
}

/** Removes the kernelspec. Returns its directory, or undefined when there was none. */
export function uninstallKernel(location: KernelLocation = {}): string | undefined {
  const directory = kernelDirectory(location);
  if (!existsSync(directory)) return undefined;
  refuseForeign(directory, "removed");
  rmSync(directory, { recursive: true });
  return directory;
}

/** A kernelspec that does not start Deno is not ours to touch. */
function refuseForeign(directory: string, verb: string): void {
  const file = join(directory, "kernel.json");
  if (!existsSync(file)) return;
  let argv: unknown;
  try {
    argv = JSON.parse(readFileSync(file, "utf8")).argv;
  } catch {
    argv = undefined;
  }
  if (!Array.isArray(argv) || !/deno(\.exe)?$/.test(String(argv[0]))) {
    throw new LectureError(
      `${file} does not start Deno's kernel, so it was not ${verb}. Use another --name.`,
    );
  }
}
