/** Against a real Deno kernel, through the embedded gateway. */
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  AbortedError,
  embeddedServer,
  KernelDiedError,
  KernelSession,
  kernelSpec,
  KernelStartError,
  KernelTimeoutError,
  UnknownKernelError,
} from "../../src/lecture/mod.ts";
import { freePorts } from "../../src/lecture/gateway/connection.ts";
import { kernelsIn, temporaryDirectory, until } from "./support.ts";

const server = embeddedServer();
/** One kernel for the tests that leave it usable. */
let shared: Promise<KernelSession> | undefined;
afterAll(async () => {
  await (await shared)?.close();
  await server.close();
});

async function withSession(work: (session: KernelSession) => Promise<void>): Promise<void> {
  shared ??= KernelSession.open({ server, kernel: "ringlab", cwd: temporaryDirectory() });
  await work(await shared);
}

/** A kernel of its own for a test that ends it. */
async function withDoomedSession(work: (session: KernelSession) => Promise<void>): Promise<void> {
  const session = await KernelSession.open({ server, kernel: "ringlab", cwd: temporaryDirectory() });
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

describe("a session with a Deno kernel", () => {
  test("gives texts, values, displays and errors, in order, the kernel working in its directory", async () => {
    const cwd = temporaryDirectory();
    const session = await KernelSession.open({ server, kernel: "ringlab", cwd });
    const first = await session.execute(
      'console.log("one"); console.error("two"); console.log(Deno.cwd()); 6 * 7',
    );
    expect(first).toEqual({
      status: "ok",
      executionCount: 1,
      outputs: [
        { output_type: "stream", name: "stdout", text: "one\n" },
        { output_type: "stream", name: "stderr", text: "two\n" },
        { output_type: "stream", name: "stdout", text: `${cwd}\n` },
        { output_type: "execute_result", execution_count: 1, data: { "text/plain": "42" }, metadata: {} },
      ],
    });
    const second = await session.execute("Deno.jupyter.html`<b>x</b>`");
    expect(second.outputs).toMatchObject([{ data: { "text/html": "<b>x</b>" } }]);
    const third = await session.execute('throw new RangeError("too far")');
    expect(third).toMatchObject({ status: "error", error: { ename: "RangeError", evalue: "too far" } });
    expect(third.outputs).toMatchObject([{ output_type: "error", ename: "RangeError", evalue: "too far" }]);
    await session.close();
    expect(kernelsIn(cwd)).toEqual([]);
  });

  test("interrupts a busy loop and keeps the variables", () =>
    withSession(async (session) => {
      await session.execute("let kept = 7;");
      const running = session.execute("while (true) {}");
      setTimeout(() => void session.interrupt(), 200);
      expect((await running).status).toBe("error");
      const { outputs } = await session.execute("kept");
      expect(outputs.at(-1)).toMatchObject({ data: { "text/plain": "7" } });
    }));

  test("ends a cell at its time limit; the kernel can be used afterwards", () =>
    withSession(async (session) => {
      await expect(session.execute("for (;;);", 0.3)).rejects.toThrow(
        new KernelTimeoutError("the cell ran longer than 0.3 s", 0.3),
      );
      expect((await session.execute("1 + 1")).status).toBe("ok");
    }));

  test("does not wait for ever for a timer that prints without end", () =>
    withSession(async (session) => {
      const first = await session.execute('const timer = setInterval(() => console.log("tick"), 5); 1');
      expect(first.status).toBe("ok");
      expect((await session.execute("clearInterval(timer)")).status).toBe("ok");
    }));

  test("updates a display in the cell that showed it", () =>
    withSession(async (session) => {
      const show = (type: string, text: string) =>
        `await Deno.jupyter.broadcast("${type}", { data: { "text/plain": "${text}" }, metadata: {}, transient: { display_id: "d" } });`;
      const first = await session.execute(show("display_data", "before"));
      await session.execute(show("update_display_data", "after"));
      expect(first.outputs).toEqual([{
        output_type: "display_data",
        data: { "text/plain": "after" },
        metadata: {},
      }]);
    }));
});

describe("a kernel that goes away", () => {
  test("in a cell, by itself: the error says how it ended, and later cells say it too", () =>
    withDoomedSession(async (session) => {
      await expect(session.execute('console.log("last"); Deno.exit(3)')).rejects.toThrow(
        new KernelDiedError("exit code 3"),
      );
      await expect(session.execute("1")).rejects.toThrow(KernelDiedError);
    }));

  test("in a cell, by a signal", () =>
    withDoomedSession(async (session) => {
      await expect(session.execute('Deno.kill(Deno.pid, "SIGKILL")')).rejects.toThrow(
        /the kernel died: exit code 143/,
      );
    }));
});

describe("a kernel never outlives its session", () => {
  test("when the signal fires in mid-cell", async () => {
    const cwd = temporaryDirectory();
    const stop = new AbortController();
    const session = await KernelSession.open({ server, kernel: "ringlab", cwd, signal: stop.signal });
    const running = session.execute("while (true) {}");
    expect(kernelsIn(cwd)).not.toEqual([]);
    setTimeout(() => stop.abort(), 50);
    await expect(running).rejects.toThrow(AbortedError);
    await session.close();
    await until(() => kernelsIn(cwd).length === 0);
  });

  test("when the gateway closes, even while a kernel starts", async () => {
    const cwd = temporaryDirectory();
    const own = embeddedServer();
    const opening = KernelSession.open({ server: own, kernel: "ringlab", cwd });
    opening.catch(() => {});
    await until(() => kernelsIn(cwd).length > 0);
    await own.close();
    await expect(opening).rejects.toThrow();
    await until(() => kernelsIn(cwd).length === 0);
  });

  test.skipIf(process.platform === "win32")("when this process is killed outright", async () => {
    const { spawn } = await import("node:child_process");
    const cwd = temporaryDirectory();
    const program = `
      import { embeddedServer, KernelSession } from ${
      JSON.stringify(new URL("../../src/lecture/mod.ts", import.meta.url).href)
    };
      const session = await KernelSession.open({ server: embeddedServer(), kernel: "ringlab", cwd: ${
      JSON.stringify(cwd)
    } });
      console.log("ready");
      await session.execute("while (true) {}");
    `;
    const child = spawn(kernelSpec().argv[0]!, ["run", "-A", "-"], {
      cwd: new URL("../..", import.meta.url).pathname,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(program);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await until(() => kernelsIn(cwd).length > 0);
    child.kill("SIGKILL");
    await until(() => kernelsIn(cwd).length === 0);
  });

  test.skipIf(process.platform === "win32")(
    "and leaves no file behind; its key is for this user's eyes",
    async () => {
      const cwd = temporaryDirectory();
      const before = process.env["TMPDIR"];
      const directory = process.env["TMPDIR"] = temporaryDirectory();
      try {
        const session = await KernelSession.open({ server, kernel: "ringlab", cwd });
        const [made, ...others] = readdirSync(directory);
        expect(others).toEqual([]);
        expect(statSync(join(directory, made!)).mode & 0o777).toBe(0o700);
        expect(statSync(join(directory, made!, "connection.json")).mode & 0o777).toBe(0o600);
        await session.close();
        await until(() => readdirSync(directory).length === 0);
      } finally {
        if (before === undefined) delete process.env["TMPDIR"];
        else process.env["TMPDIR"] = before;
      }
    },
  );
});

describe("what keeps a kernel from starting", () => {
  test("an unknown name: the error offers the known ones", async () => {
    const opening = KernelSession.open({ server, kernel: "python3", cwd: temporaryDirectory() });
    await expect(opening).rejects.toThrow(UnknownKernelError);
    await expect(opening).rejects.toThrow('has no kernel named "python3"; it offers "ringlab", "deno"');
  });

  test("a port that is taken: others are tried", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    let attempts = 0;
    const own = embeddedServer({
      ports: async (count) => {
        const free = await freePorts(count);
        return attempts++ < 2 ? [port, ...free.slice(1)] : free;
      },
    });
    const session = await KernelSession.open({ server: own, kernel: "ringlab", cwd: temporaryDirectory() });
    expect(attempts).toBe(3);
    expect((await session.execute("40 + 2")).status).toBe("ok");
    await session.close();
    await own.close();
    taken.close();
  });

  test("a program that ends at once: the error repeats its last words", async () => {
    const argv = ["/bin/sh", "-c", "echo no such luck >&2; exit 9"];
    const own = embeddedServer({ specs: { ringlab: { ...kernelSpec(), argv } } });
    const opening = KernelSession.open({ server: own, kernel: "ringlab", cwd: temporaryDirectory() });
    await expect(opening).rejects.toThrow(/it ended at once \(exit code 9\)[\s\S]*no such luck/);
    await own.close();
  });

  test("a program that never listens: the start is given up, the program ended", async () => {
    const cwd = temporaryDirectory();
    const own = embeddedServer({
      specs: { ringlab: { ...kernelSpec(), argv: ["sleep", "1000"] } },
      startTimeoutMs: 300,
    });
    await expect(KernelSession.open({ server: own, kernel: "ringlab", cwd })).rejects.toThrow(
      /could not be started/,
    );
    await until(() => kernelsIn(cwd).length === 0);
    await own.close();
  });
});

test("KernelStartError keeps the standard error as a field", () => {
  expect(new KernelStartError("no", "why").stderr).toBe("why");
});
