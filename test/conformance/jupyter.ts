/**
 * The lecture runner against a real Jupyter Server from PyPI, and the full proof that no output is lost.
 *
 * `node scripts/jupyter.mjs` makes the server; then `deno run -A test/conformance/jupyter.ts`. One line per check, a
 * line `N passed, M failed` at the end, exit status 1 if any failed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  compareNotebooks,
  embeddedServer,
  executeNotebook,
  formatNotebook,
  installKernel,
  KernelDiedError,
  type KernelServer,
  KernelSession,
  OutputLostError,
  projectRoot,
  remoteServer,
  runNotebooks,
  ServerError,
  UnknownKernelError,
} from "../../src/lecture/mod.ts";
import { code, markdown, notebookOf } from "../lecture/notebooks.ts";
import { reliabilityNotebook, reliabilityProblems } from "../lecture/reliability.ts";

const RUNS = Number(process.env["RUNS"] ?? 10);
const token = "a-token-of-our-own";
const bin = join(projectRoot, ".venv", process.platform === "win32" ? "Scripts" : "bin");
const scratch = mkdtempSync(join(tmpdir(), "ringlab-jupyter-"));

let passed = 0;
let failed = 0;

/** Runs one check; an exception or a list of problems fails it. */
async function check(name: string, work: () => Promise<string[] | void>): Promise<void> {
  const start = performance.now();
  let problems: string[];
  try {
    problems = await work() ?? [];
  } catch (error) {
    problems = [(error as Error).stack ?? String(error)];
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (problems.length === 0) passed++;
  else failed++;
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  for (const problem of problems.slice(0, 5)) console.log(`       ${problem}`);
}

/** Expects an error of a class whose message says something. */
async function refused(
  work: Promise<unknown>,
  kind: new (...args: never[]) => Error,
  message: RegExp,
): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof kind && message.test(error.message)) return [];
    return [`expected ${kind.name} ${message}, got ${error}`];
  }
  return [`expected ${kind.name}, and nothing was thrown`];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}

interface Jupyter {
  url: string;
  process: ChildProcess;
}

/** Starts a Jupyter Server that knows only Ringlab's kernel and serves the file system. */
async function startJupyter(...options: string[]): Promise<Jupyter> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const child = spawn(join(bin, "jupyter-server"), [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--ServerApp.port_retries=0",
    `--IdentityProvider.token=${token}`,
    "--ServerApp.root_dir=/",
    "--KernelSpecManager.ensure_native_kernel=False",
    ...options,
  ], {
    cwd: scratch,
    env: {
      ...process.env,
      JUPYTER_PATH: join(scratch, "data"),
      JUPYTER_RUNTIME_DIR: join(scratch, "runtime"),
      JUPYTER_CONFIG_DIR: join(scratch, "config"),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr!.on("data", (chunk) => log += chunk);
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) break;
    try {
      const answer = await fetch(`${url}api/status`, { headers: { authorization: `token ${token}` } });
      await answer.body?.cancel();
      if (answer.ok) return { url, process: child };
    } catch {
      // not yet listening
    }
    await sleep(100);
  }
  child.kill();
  throw new Error(`jupyter-server did not come up:\n${log.slice(-2000)}`);
}

const remote = (jupyter: Jupyter, withToken = token): KernelServer =>
  remoteServer({ url: jupyter.url, token: withToken, root: "/" });

/** Every kind of output a kernel can give. */
const variety = notebookOf(
  markdown("title", "# Variety\n\nOf outputs."),
  code("streams", 'console.log("out"); console.error("err"); console.log("out again"); 1'),
  code("html", 'Deno.jupyter.html`<b>${"bold"}</b>`'),
  code(
    "bundle",
    '({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "plain", "application/json": { a: [1, null, "é☃"] } }) })',
  ),
  code(
    "display",
    'for (const id of ["a", "b"]) {\n' +
      '  await Deno.jupyter.broadcast("display_data", { data: { "text/plain": id }, metadata: {}, transient: { display_id: id } });\n}',
  ),
  code(
    "update",
    'await Deno.jupyter.broadcast("update_display_data", { data: { "text/plain": "changed" }, metadata: {}, transient: { display_id: "a" } });',
  ),
  code(
    "clear",
    'console.log("gone"); await Deno.jupyter.broadcast("clear_output", { wait: true }); console.log("stays");',
  ),
  code("nothing", "undefined"),
  code("big", '"x".repeat(300_000).length + " " + "y".repeat(300_000)'),
  code("fails", 'throw new RangeError("expected")', "raises-exception"),
  code("after", "const a = 1;\nconst b: number = a + 1;\nb"),
  code("redeclare", "const a = 2; a"),
);

async function main(): Promise<void> {
  if (!existsSync(join(bin, "jupyter-server"))) {
    console.error("There is no Jupyter Server in .venv; make it with `node scripts/jupyter.mjs`.");
    process.exit(1);
  }
  const own = embeddedServer();

  await check(
    `gateway: 100 cells x 100 lines x a value, ${RUNS} runs, nothing missing or misplaced`,
    async () => {
      const problems: string[] = [];
      for (let run = 1; run <= RUNS; run++) {
        const { notebook } = await executeNotebook(reliabilityNotebook(), { server: own, cwd: scratch });
        problems.push(...reliabilityProblems(notebook).map((problem) => `run ${run}, ${problem}`));
      }
      return problems;
    },
  );

  installKernel({ dataDirectory: join(scratch, "data") });
  const jupyter = await startJupyter(
    "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=0",
    "--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=0",
  );
  try {
    await againstServer(jupyter, own);
  } finally {
    jupyter.process.kill();
    await own.close();
  }
}

async function againstServer(jupyter: Jupyter, own: KernelServer): Promise<void> {
  const server = remote(jupyter);

  await check("server: 100 cells x 100 lines x a value, 2 runs, nothing missing or misplaced", async () => {
    const problems: string[] = [];
    for (let run = 1; run <= 2; run++) {
      const { notebook } = await executeNotebook(reliabilityNotebook(), { server, cwd: scratch });
      problems.push(...reliabilityProblems(notebook).map((problem) => `run ${run}, ${problem}`));
    }
    return problems;
  });

  await check("gateway and server give the same bytes for every kind of output", async () => {
    const [a, b] = await Promise.all(
      [own, server].map((where) => executeNotebook(variety, { server: where, cwd: scratch })),
    );
    if (a!.failure !== undefined) return [`stopped at ${a!.failure.id}: ${a!.failure.evalue}`];
    const difference = compareNotebooks(a!.notebook, b!.notebook);
    if (difference !== undefined) return [difference.message];
    return formatNotebook(a!.notebook) === formatNotebook(b!.notebook) ? [] : ["the metadata differ"];
  });

  await check(
    "the executed notebook is valid for Python's nbformat, which writes the same text",
    async () => {
      const { notebook } = await executeNotebook(variety, { server: own, cwd: scratch });
      const path = join(scratch, "variety.ipynb");
      writeFileSync(path, formatNotebook(notebook));
      const code = "import nbformat, sys\n" +
        "notebook = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)\n" +
        "nbformat.validate(notebook)\nnbformat.write(notebook, sys.argv[2])\n";
      const again = join(scratch, "again.ipynb");
      const { status, stderr } = spawnSync(join(bin, "python"), ["-W", "error", "-c", code, path, again], {
        encoding: "utf8",
      });
      if (status !== 0) return [stderr];
      return readFileSync(again, "utf8") === readFileSync(path, "utf8")
        ? []
        : ["nbformat writes it differently"];
    },
  );

  const directory = join(projectRoot, "notebooks");
  const notebooks = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.endsWith(".ipynb")).sort().map((name) =>
      join(directory, name)
    )
    : [];
  if (notebooks.length > 0) {
    await check(`gateway and server agree on the ${notebooks.length} notebooks of the lecture`, async () => {
      const ours = await runNotebooks({ notebooks, server: own });
      const theirs = await runNotebooks({ notebooks, server });
      return ours.flatMap((result, index) => {
        const other = theirs[index]!;
        const why = [result, other].find((one) => one.status === "failed");
        if (why !== undefined) return [`${why.name} failed: ${why.failure?.evalue ?? why.error?.message}`];
        const difference = compareNotebooks(result.notebook!, other.notebook!);
        return difference === undefined ? [] : [`${result.name}: ${difference.message}`];
      });
    });
  }

  await check("server: a busy loop is interrupted, the variables stay", async () => {
    const session = await KernelSession.open({ server, kernel: "ringlab", cwd: scratch });
    try {
      await session.execute("let kept = 7;");
      const running = session.execute("while (true) {}");
      setTimeout(() => void session.interrupt(), 300);
      const { status } = await running;
      const { outputs } = await session.execute("kept");
      const text = JSON.stringify(outputs);
      return [
        ...(status === "error" ? [] : [`the loop ended with "${status}"`]),
        ...(text.includes('"text/plain":"7"') ? [] : [`kept is ${text}`]),
      ];
    } finally {
      await session.close();
    }
  });

  await check("server: a kernel that dies in a cell is an error", async () => {
    const session = await KernelSession.open({ server, kernel: "ringlab", cwd: scratch });
    try {
      return await refused(session.execute("Deno.exit(3)"), KernelDiedError, /the kernel died/);
    } finally {
      await session.close();
    }
  });

  await check("server: closing a session ends its kernel", async () => {
    const session = await KernelSession.open({ server, kernel: "ringlab", cwd: scratch });
    await session.close();
    const answer = await fetch(`${jupyter.url}api/kernels`, { headers: { authorization: `token ${token}` } });
    const kernels = await answer.json();
    return kernels.length === 0 ? [] : [JSON.stringify(kernels)];
  });

  const open = (where: KernelServer, kernel = "ringlab") =>
    KernelSession.open({ server: where, kernel, cwd: scratch });

  await check(
    "server: a wrong token is refused with advice",
    () =>
      refused(
        open(remote(jupyter, "wrong")),
        ServerError,
        /refused us \(HTTP 403\): the token was not accepted/,
      ),
  );

  await check(
    "server: an unknown kernel is named with the known ones",
    () => refused(open(server, "ir"), UnknownKernelError, /no kernel named "ir"; it offers "ringlab"/),
  );

  await check("server: nobody listening is said plainly", async () => {
    const port = await freePort();
    return refused(
      open(remoteServer({ url: `http://127.0.0.1:${port}/` })),
      ServerError,
      /cannot be reached/,
    );
  });

  await check("server: outputs it drops by its rate limit are an error, not a gap", async () => {
    const strict = await startJupyter(
      "--ZMQChannelsWebsocketConnection.limit_rate=True",
      "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=100",
    );
    try {
      const session = await open(remote(strict));
      const lines =
        "for (let i = 0; i < 5000; i++) { console.log(i); if (i % 50 === 0) await new Promise((r) => setTimeout(r, 1)); }";
      try {
        return await refused(session.execute(lines), OutputLostError, /dropped outputs/);
      } finally {
        await session.close();
      }
    } finally {
      strict.process.kill();
    }
  });
}

mkdirSync(join(scratch, "data"), { recursive: true });
try {
  await main();
} finally {
  rmSync(resolve(scratch), { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
