/** The scripts that install and find things, as far as they can be tested without installing anything. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { installProblem } from "../../scripts/install.mjs";
import { findDeno, findNode, root } from "../../scripts/runtimes.mjs";
import { put, temporaryDirectory } from "../lecture/support.ts";

interface Entry {
  version?: string;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Entry>;
};

test("the lock file has an entry for every optional package, or `npm ci` refuses it", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => {
      const nested = `${path}/node_modules/${name}`;
      return lock.packages[nested] === undefined && lock.packages[`node_modules/${name}`] === undefined;
    }).map((name) => `${name} of ${path || "the project"}`)
  );
  expect(missing).toEqual([]);
});

describe("what is wrong with node_modules", () => {
  const wanted = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "2.0.0", optional: true },
    },
  };

  function project(present?: Record<string, Entry>, ...folders: string[]): string {
    const directory = temporaryDirectory();
    put(directory, "package-lock.json", JSON.stringify(wanted));
    for (const folder of folders) {
      mkdirSync(join(directory, "node_modules", folder), { recursive: true });
      writeFileSync(join(directory, "node_modules", folder, "package.json"), "{}");
    }
    if (present !== undefined) {
      mkdirSync(join(directory, "node_modules"), { recursive: true });
      put(join(directory, "node_modules"), ".package-lock.json", JSON.stringify({ packages: present }));
    }
    return directory;
  }

  test("nothing, in this checkout and in one without another platform's package", () => {
    expect(installProblem(root)).toBeUndefined();
    expect(installProblem(project({ "node_modules/a": { version: "1.0.0" } }, "a"))).toBeUndefined();
  });

  test("absence, an install that did not end, another version, a missing or removed package", () => {
    expect(installProblem(project())).toBe("node_modules is absent");
    expect(installProblem(project(undefined, "a"))).toBe("node_modules is not a finished install");
    expect(installProblem(project({ "node_modules/a": { version: "1.1.0" } }, "a"))).toMatch(/a is 1\.1\.0/);
    expect(installProblem(project({}))).toBe("node_modules/a is missing");
    expect(installProblem(project({ "node_modules/a": { version: "1.0.0" } }))).toBe(
      "node_modules/a was removed",
    );
  });
});

test("the runtimes found are the pinned ones", () => {
  const version = (program: string) => spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(version(findDeno())).toContain(`deno ${dependencies.deno} `);
  expect(version(findNode())).toMatch(/^v(2[4-9]|22\.(1[3-9]|[2-9]\d))/);
});

describe("the bootstrap", () => {
  const bootstrap = (directory: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, [join(directory, "scripts", "bootstrap.mjs"), ...args], {
      encoding: "utf8",
      env: { ...process.env, npm_execpath: undefined, ...env },
    });

  test("refuses a command it does not know, status 2", () => {
    const { status, stdout, stderr } = bootstrap(root, {}, "frobnicate");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/unknown command "frobnicate"; use one of: lecture,/);
  });

  test.skipIf(process.platform === "win32")(
    "says in npm's words and ours what kept it from installing",
    () => {
      const directory = temporaryDirectory();
      cpSync(join(root, "scripts"), join(directory, "scripts"), { recursive: true });
      put(
        directory,
        "package-lock.json",
        JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1.0.0" } } }),
      );
      const tools = temporaryDirectory();
      put(tools, "npm", "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 7\n");
      spawnSync("chmod", ["+x", join(tools, "npm")]);
      const failed = bootstrap(directory, { PATH: `${tools}:/usr/bin:/bin` }, "ringlab", "--help");
      expect(failed.status).toBe(1);
      expect(failed.stdout).toBe("");
      expect(failed.stderr).toMatch(
        /npm ended with exit status 7 and said\s+\| code ENOTFOUND\s+They come from/,
      );
      expect(existsSync(join(directory, ".cache", "install.lock"))).toBe(false);
      const absent = bootstrap(directory, { PATH: temporaryDirectory() }, "ringlab", "--help");
      expect(absent.stderr).toMatch(/npm was not found/);
    },
  );

  test("a command's exit status and stdout are its own", () => {
    const { status, stdout, stderr } = bootstrap(root, {}, "ringlab", "boot", "/no/such/image");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe("error: There is no file /no/such/image.\n");
  });
});
