// One entry for every npm script: `node scripts/bootstrap.mjs <command> [args]`. Plain Node >= 20: it installs what
// is missing, finds the pinned runtimes and hands over. Signals are passed on, exit codes kept, stdout left alone.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { ensureInstalled } from "./install.mjs";
import { findDeno, findNode, root, SetupError } from "./runtimes.mjs";

const cli = join(root, "src", "cli", "main.ts");
const denoRun = ["run", "-A", "--no-prompt", "--config", join(root, "deno.json")];
/** Where the user stood when they called npm, which itself moves to the project's root. */
const userDirectory = process.env.INIT_CWD && existsSync(process.env.INIT_CWD)
  ? process.env.INIT_CWD
  : process.cwd();

const commands = {
  lecture: (args) => [findDeno(), [...denoRun, cli, "lecture", ...args], userDirectory],
  ringlab: (args) => [findDeno(), [...denoRun, cli, ...args], userDirectory],
  bench: (args) => [findDeno(), [...denoRun, join(root, "bench", "main.ts"), ...args], root],
  conformance: (
    args,
  ) => [findDeno(), [...denoRun, join(root, "test", "conformance", "main.ts"), ...args], root],
  // Any other program of ours, under the pinned Deno: `node scripts/bootstrap.mjs run test/conformance/jupyter.ts`.
  run: (args) => [findDeno(), [...denoRun, ...args], root],
  test: (args) => [findNode(), [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args], root],
  ok: (args) => [findNode(), [join(root, "scripts", "ok.mjs"), ...args], root],
};

/** Runs a program in our place: same standard streams, our signals, its exit status. */
function handOver(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env };
    if (program.includes("deno")) env.DENO_NO_UPDATE_CHECK = "1";
    const child = spawn(program, args, { cwd, env, stdio: "inherit" });
    const forward = (signal) => child.kill(signal);
    // At a terminal, Ctrl-C reaches the child by itself (same process group): once is enough. We still have to
    // survive it, to report the child's status.
    process.on("SIGINT", process.stdin.isTTY ? () => {} : forward);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, forward);
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

const [command, ...args] = process.argv.slice(2);
const make = Object.hasOwn(commands, command ?? "") ? commands[command] : undefined;
if (make === undefined) {
  process.stderr.write(
    `bootstrap: ${command === undefined ? "no command given" : `unknown command "${command}"`}; ` +
      `use one of: ${Object.keys(commands).join(", ")}\n`,
  );
  process.exitCode = 2;
} else {
  try {
    await ensureInstalled(root);
    process.exitCode = await handOver(...make(args));
  } catch (error) {
    process.stderr.write(error instanceof SetupError ? `ringlab: ${error.message}\n` : `${error.stack}\n`);
    process.exitCode = 1;
  }
}
