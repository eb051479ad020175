// Where the pinned runtimes are. Plain Node >= 20, no dependency: this runs before anything is installed.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root directory. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const modules = join(root, "node_modules");
const exe = process.platform === "win32" ? ".exe" : "";

/** A message for the user, not a stack trace. */
export class SetupError extends Error {
  name = "SetupError";
}

function versionAtLeast(version, major, minor) {
  const [a = 0, b = 0] = version.replace(/^v/, "").split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

/**
 * The pinned Deno: the real binary, not npm's wrapper script, because the wrapper neither passes signals on nor
 * exits with the child's status when a signal ends it.
 */
export function findDeno() {
  const libc = process.platform === "linux" ? "-glibc" : "";
  const candidates = [
    join(modules, "@deno", `${process.platform}-${process.arch}${libc}`, `deno${exe}`),
    join(modules, "deno", `deno${exe}`),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) {
    throw new SetupError(
      `No Deno for ${process.platform}-${process.arch} in node_modules.\n` +
        `Looked for:\n  ${candidates.join("\n  ")}\n` +
        "Run `npm ci` without --omit=optional; the npm package `deno` brings the binary.",
    );
  }
  return found;
}

/** The pinned Node 24, or the running Node when it is recent enough for the tools (>= 22.13). */
export function findNode() {
  const pinned = join(modules, `node-${process.platform}-${process.arch}`, "bin", `node${exe}`);
  if (existsSync(pinned)) return pinned;
  if (versionAtLeast(process.version, 22, 13)) return process.execPath;
  throw new SetupError(
    `The tests need Node 22.13 or newer. This is Node ${process.version}, and the pinned one is not at\n  ${pinned}\n` +
      "Run `npm ci` without --omit=optional, or use a newer Node.",
  );
}
