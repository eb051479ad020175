import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../lecture/support.ts";
import { ringlab } from "./support.ts";

const saved = process.env["JUPYTER_DATA_DIR"];
afterEach(() => {
  if (saved === undefined) delete process.env["JUPYTER_DATA_DIR"];
  else process.env["JUPYTER_DATA_DIR"] = saved;
});

describe("ringlab kernel", () => {
  test("install --prefix writes a kernelspec with which Stop keeps the variables; uninstall removes it", async () => {
    const prefix = temporaryDirectory();
    const installed = await ringlab(["kernel", "install", "--prefix", prefix]);
    const directory = join(prefix, "share", "jupyter", "kernels", "ringlab");
    expect(installed).toEqual({
      status: 0,
      err: "",
      out: `Installed the kernel "Ringlab (Deno)" in ${directory}\n`,
    });
    const spec = JSON.parse(readFileSync(join(directory, "kernel.json"), "utf8"));
    expect(spec).toMatchObject({
      display_name: "Ringlab (Deno)",
      language: "typescript",
      interrupt_mode: "message",
      env: { NO_COLOR: "1" },
    });
    expect(existsSync(spec.argv[0])).toBe(true);
    expect(spec.argv.slice(1, 4)).toEqual(["run", "-A", "--no-prompt"]);
    expect(existsSync(spec.argv[4])).toBe(true);
    expect(spec.argv[5]).toBe("{connection_file}");
    expect((await ringlab(["kernel", "install", "--prefix", prefix])).status).toBe(0);

    expect((await ringlab(["kernel", "uninstall", "--prefix", prefix])).status).toBe(0);
    expect(existsSync(directory)).toBe(false);
    const again = await ringlab(["kernel", "uninstall", "--prefix", prefix]);
    expect(again).toMatchObject({ status: 1, err: `There is no kernelspec in ${directory}.\n` });
  });

  test("--user and --name: in the user's Jupyter data directory", async () => {
    const data = temporaryDirectory();
    process.env["JUPYTER_DATA_DIR"] = data;
    expect((await ringlab(["kernel", "install", "--user", "--name", "mine"])).status).toBe(0);
    expect(existsSync(join(data, "kernels", "mine", "kernel.json"))).toBe(true);
    const strange = await ringlab(["kernel", "install", "--name", "../up"]);
    expect(strange).toMatchObject({ status: 1, err: expect.stringMatching(/"\.\.\/up" cannot be the name/) });
  });

  test("somebody else's kernelspec is left alone", async () => {
    const prefix = temporaryDirectory();
    const directory = join(prefix, "share", "jupyter", "kernels", "ringlab");
    mkdirSync(directory, { recursive: true });
    const theirs = '{"argv": ["python3", "-m", "ipykernel_launcher"]}';
    writeFileSync(join(directory, "kernel.json"), theirs);
    for (const verb of ["install", "uninstall"]) {
      const { status, err } = await ringlab(["kernel", verb, "--prefix", prefix]);
      expect(status).toBe(1);
      expect(err).toMatch(/does not start Deno's kernel, so it was not/);
    }
    expect(readFileSync(join(directory, "kernel.json"), "utf8")).toBe(theirs);
  });
});

test("ringlab lab without Jupyter: says how to get it, status 1", async () => {
  const before = process.env["RINGLAB_JUPYTER"];
  try {
    process.env["RINGLAB_JUPYTER"] = join(temporaryDirectory(), "jupyter-lab");
    const { status, err } = await ringlab(["lab"]);
    expect(status).toBe(1);
    expect(err).toMatch(/JupyterLab was not found[\s\S]*node scripts\/jupyter\.mjs lab/);
  } finally {
    if (before === undefined) delete process.env["RINGLAB_JUPYTER"];
    else process.env["RINGLAB_JUPYTER"] = before;
  }
});
