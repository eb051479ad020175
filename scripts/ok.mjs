// Everything that can be said about the code without running it: format, lint, types, imports, documentation; and the
// examples in the documentation, which are run. Every step runs, whatever the others say; one line each.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findDeno, findNode, root, SetupError } from "./runtimes.mjs";

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code, text) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;

const here = (...names) => names.filter((name) => existsSync(join(root, name)));
const sources = here("src", "mod.ts", "test", "bench", "scripts", "vitest.config.ts");
const documented = here("mod.ts", "src");
const door = existsSync(join(root, "mod.ts"));

const deno = findDeno();
const cruiser = join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");

/** Of a step that fails, so many lines are shown: enough to begin with, few enough to see the other steps. */
const SHOWN_LINES = 60;

/** name, what it looks at, program, arguments; a step without a subject is left out, not passed. */
const steps = [
  ["format", deno, ["fmt", "--check"]],
  ["lint", deno, ["lint", "--quiet"]],
  ["types", deno, ["check", "--quiet", ...sources.filter((name) => name !== "scripts")]],
  ["generated", deno, ["run", "-A", join("scripts", "generate_engine.ts"), "--check"]],
  ["imports", findNode(), [
    cruiser,
    "--config",
    ".dependency-cruiser.cjs",
    "--output-type",
    "err",
    ...here("src", "mod.ts"),
  ]],
  ...(door ? [["docs", findNode(), [join("scripts", "docs.mjs")]]] : []),
  ...(door ? [["examples", deno, ["test", "--doc", "-A", "--quiet", ...documented]]] : []),
];

function runStep(program, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: colour ? process.env.NO_COLOR : "1", DENO_NO_UPDATE_CHECK: "1" };
    if (env.NO_COLOR === undefined) delete env.NO_COLOR;
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => output += chunk);
    child.stderr.on("data", (chunk) => output += chunk);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

try {
  const only = process.argv.slice(2);
  const unknown = only.filter((name) => !steps.some(([step]) => step === name));
  if (unknown.length > 0) {
    throw new SetupError(
      `unknown step ${unknown.join(", ")}; there are: ${steps.map(([name]) => name).join(", ")}`,
    );
  }
  let failed = 0;
  const chosen = steps.filter(([name]) => only.length === 0 || only.includes(name));
  for (const [name, program, args] of chosen) {
    const start = Date.now();
    const { ok, output } = await runStep(program, args);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    process.stdout.write(
      `${ok ? paint(32, "ok    ") : paint(31, "FAILED")} ${name.padEnd(9)} ${seconds} s\n`,
    );
    if (!ok) {
      failed++;
      const lines = output.trimEnd().split("\n");
      const shown = lines.slice(0, SHOWN_LINES).map((line) => `       ${line}\n`).join("");
      const rest = lines.length > SHOWN_LINES ? `       ... ${lines.length - SHOWN_LINES} more lines\n` : "";
      process.stdout.write(shown + rest);
    }
  }
  process.stdout.write(`${chosen.length - failed} of ${chosen.length} checks passed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(error instanceof SetupError ? `ok: ${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
