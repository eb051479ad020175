// Installs the pinned packages when, and only when, node_modules does not hold them. Plain Node >= 20.
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "./runtimes.mjs";

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with node_modules, or undefined when it is good.
 *
 * npm writes node_modules/.package-lock.json last, so its presence says that an install went to its end, and its
 * versions say what was installed. Optional packages (other platforms) may be missing; nothing else may.
 */
export function installProblem(root) {
  const wanted = readJson(join(root, "package-lock.json"));
  if (wanted === undefined) {
    throw new SetupError(`${join(root, "package-lock.json")} is missing or not JSON.`);
  }
  if (!existsSync(join(root, "node_modules"))) return "node_modules is absent";
  const present = readJson(join(root, "node_modules", ".package-lock.json"));
  if (present === undefined) return "node_modules is not a finished install";
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === "" || entry.link) continue;
    const have = present.packages?.[path];
    if (have === undefined) {
      if (entry.optional || entry.peer) continue;
      return `${path} is missing`;
    }
    if (have.version !== entry.version) {
      return `${path} is ${have.version}, the lock file says ${entry.version}`;
    }
    if (!existsSync(join(root, path, "package.json"))) {
      if (entry.optional) continue;
      return `${path} was removed`;
    }
  }
  return undefined;
}

function processLives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs `work` while this process alone holds the lock file; waits for another holder, takes over from a dead one. */
async function withLock(path, work) {
  for (let waited = false;; await sleep(200)) {
    let handle;
    try {
      handle = openSync(path, "wx");
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const holder = Number((() => {
        try {
          return readFileSync(path, "utf8");
        } catch {
          return "0";
        }
      })());
      // An empty file is a holder that has not written its id yet: give it a moment before judging it dead.
      const age = (() => {
        try {
          return Date.now() - statSync(path).mtimeMs;
        } catch {
          return 0;
        }
      })();
      if (holder > 0 ? !processLives(holder) : age > 5000) {
        rmSync(path, { force: true });
        continue;
      }
      if (!waited) {
        process.stderr.write(`ringlab: waiting for another install (process ${holder || "?"}) ...\n`);
      }
      waited = true;
      continue;
    }
    try {
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return await work();
    } finally {
      rmSync(path, { force: true });
    }
  }
}

/** Runs npm; gives its exit status (or signal) and what it said. stdout stays the user's command's. */
function runNpm(root, ...words) {
  // npm tells its scripts where it is; without it (node scripts/bootstrap.mjs ...), npm is looked up on PATH.
  const cli = process.env.npm_execpath;
  const viaNode = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli);
  const windows = process.platform === "win32";
  const command = viaNode ? process.execPath : windows ? "npm.cmd" : "npm";
  const args = [...(viaNode ? [cli] : []), ...words, "--no-audit", "--no-fund", "--loglevel=error"];
  const env = { ...process.env };
  for (const key of Object.keys(env)) {
    // `npm run -s` and friends must not leak into the inner npm: its errors have to be seen.
    if (/^npm_config_(loglevel|silent|omit|only|production|dry_run)$/i.test(key)) delete env[key];
  }
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], shell: windows && !viaNode };
    const child = spawn(command, args, options);
    let said = "";
    child.stdout.on("data", (chunk) => said += chunk);
    child.stderr.on("data", (chunk) => said += chunk);
    child.on("error", (error) =>
      reject(
        new SetupError(
          error.code === "ENOENT"
            ? "npm was not found. Ringlab needs Node >= 20 with npm (https://nodejs.org)."
            : `npm could not be started: ${error.message}`,
        ),
      ));
    child.on("close", (code, signal) => resolve({ code, signal, said }));
  });
}

/** The part of npm's words that says what happened, without its page of usage. */
function reason(said) {
  const lines = said.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "  | "));
  const usage = lines.findIndex((line) => /^ {2}\| (Clean install a project|Usage:)/.test(line));
  return (usage < 0 ? lines : lines.slice(0, usage)).filter((line) => line.replace("  |", "").trim() !== "")
    .slice(0, 15)
    .join("\n");
}

async function installPackages(root) {
  let result = await runNpm(root, "ci");
  if (result.code !== 0 && /EUSAGE/.test(result.said)) {
    // `npm ci` wants every optional package of every platform in the lock file, and `npm install` against a registry
    // that lacks some leaves them out. The pinned versions can be installed all the same.
    result = await runNpm(root, "install", "--no-save");
  }
  if (result.code === 0) return;
  throw new SetupError(
    `the packages could not be installed: npm ended with ${
      result.signal ?? `exit status ${result.code}`
    } and said\n` +
      `${
        reason(result.said)
      }\nThey come from the registry that \`npm config get registry\` names: check that it can be ` +
      "reached and that the disk has space, then run the command again.",
  );
}

/** Makes node_modules what package-lock.json says. Does nothing, quickly, when it already is. */
export async function ensureInstalled(root) {
  if (installProblem(root) === undefined) return;
  mkdirSync(join(root, ".cache"), { recursive: true });
  await withLock(join(root, ".cache", "install.lock"), async () => {
    const problem = installProblem(root);
    if (problem === undefined) return; // the process we waited for did it
    process.stderr.write(`ringlab: installing packages (${problem}) ...\n`);
    const start = Date.now();
    await installPackages(root);
    const still = installProblem(root);
    if (still !== undefined) throw new SetupError(`npm ended without an error, and yet ${still}.`);
    process.stderr.write(`ringlab: packages installed in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  });
}
