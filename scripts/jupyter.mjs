// Makes .venv, a virtual environment of this project with Jupyter in it: `node scripts/jupyter.mjs [server|lab]`.
// "server" (the default) is what the tests against a real Jupyter Server need; "lab" is what `ringlab lab` opens.
// Does nothing when it is already there. Prints the path of the `jupyter` command.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtimes.mjs";

const packages = { server: "jupyter_server==2.21.1", lab: "jupyterlab==4.6.6" };
const what = process.argv[2] ?? "server";
const requirement = Object.hasOwn(packages, what) ? packages[what] : undefined;
if (requirement === undefined) {
  process.stderr.write(`jupyter: "${what}" is not one of ${Object.keys(packages).join(", ")}\n`);
  process.exit(2);
}

const windows = process.platform === "win32";
const venv = join(root, ".venv");
const bin = (name) => join(venv, windows ? "Scripts" : "bin", windows ? `${name}.exe` : name);

/** Runs a program with its output on stderr; ends with a message when it fails. */
function must(program, args, hint) {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  process.stderr.write(
    `jupyter: ${program} ${args.join(" ")} failed${error ? ` (${error.message})` : ""}. ${hint}\n`,
  );
  process.exit(1);
}

function installed() {
  const [name, version] = requirement.split("==");
  const code = `import importlib.metadata as m, sys; sys.exit(m.version("${name}") != "${version}")`;
  return existsSync(bin("python")) &&
    spawnSync(bin("python"), ["-c", code], { stdio: "ignore" }).status === 0;
}

if (!installed()) {
  const python = process.env.PYTHON ?? (windows ? "python" : "python3");
  if (!existsSync(bin("python"))) {
    must(
      python,
      ["-m", "venv", venv],
      "Python 3.9 or newer with its venv module is needed; $PYTHON may name it.",
    );
  }
  const quiet = ["--quiet", "--disable-pip-version-check"];
  must(
    bin("python"),
    ["-m", "pip", "install", ...quiet, requirement],
    "Can the Python package index be reached?",
  );
}
process.stdout.write(`${bin("jupyter")}\n`);
