/** `ringlab lab`: JupyterLab with Ringlab's kernel, registered for this run only. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { installKernel, projectRoot } from "../lecture/mod.ts";
import type { Terminal } from "./terminal.ts";

/** Where a JupyterLab may be: named by the user, in the project's virtual environment, or on PATH. */
function findJupyter(): string | undefined {
  const exe = process.platform === "win32" ? "jupyter-lab.exe" : "jupyter-lab";
  const bin = process.platform === "win32" ? "Scripts" : "bin";
  const { RINGLAB_JUPYTER, VIRTUAL_ENV, PATH = "" } = process.env;
  const candidates = RINGLAB_JUPYTER ? [RINGLAB_JUPYTER] : [
    ...(VIRTUAL_ENV ? [join(VIRTUAL_ENV, bin, exe)] : []),
    join(projectRoot, ".venv", bin, exe),
    ...PATH.split(delimiter).filter((directory) => directory !== "").map((directory) => join(directory, exe)),
  ];
  return candidates.find((path) => existsSync(path));
}

const advice =
  `JupyterLab was not found. Ringlab's notebooks run without it (npm start). To work in them interactively, make a
virtual environment of this project with JupyterLab in it (Python 3.9 or newer):

    node scripts/jupyter.mjs lab

and start \`npm run -s ringlab -- lab\` again. It looks for jupyter-lab in $VIRTUAL_ENV, .venv and PATH; $RINGLAB_JUPYTER may
name one. VS Code works too: \`npm run -s ringlab -- kernel install --user\`, then choose the kernel "Ringlab (Deno)".
`;

/** Starts JupyterLab in the project; arguments go to it. Gives its exit status. */
export function lab(args: readonly string[], terminal: Terminal): Promise<number> {
  const jupyter = findJupyter();
  if (jupyter === undefined) {
    terminal.err(advice);
    return Promise.resolve(1);
  }
  const dataDirectory = join(projectRoot, ".cache", "jupyter");
  installKernel({ dataDirectory });
  const path = [dataDirectory, process.env["JUPYTER_PATH"]].filter((part) =>
    part !== undefined && part !== ""
  );
  terminal.err(`Starting JupyterLab (${jupyter}) with the kernel "Ringlab (Deno)"; stop it with Ctrl-C.\n`);
  return new Promise((resolve) => {
    const child = spawn(jupyter, [`--ServerApp.root_dir=${projectRoot}`, ...args], {
      cwd: projectRoot,
      env: { ...process.env, JUPYTER_PATH: path.join(delimiter) },
      stdio: "inherit",
    });
    terminal.signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    child.on("error", (error) => {
      terminal.err(`${jupyter} could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.on(
      "exit",
      (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
