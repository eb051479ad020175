/** The Stop button and lost errors against a real Deno kernel behind the launcher, driven as a front-end drives it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dealer, Subscriber } from "zeromq";
import { ConnectionFileError, runKernel } from "../../src/notebook/mod.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const deno = join(root, "node_modules", ".bin", "deno");
const room = join(root, "src", "notebook");

interface Reply {
  readonly channel: string;
  readonly type: string;
  readonly parent: string;
  readonly content: Record<string, string>;
}

/** A front-end of the smallest size. */
class FrontEnd {
  readonly log: Reply[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "ringlab-front-"));
  readonly key = randomUUID();
  sockets: { shell: Dealer; control: Dealer; iopub: Subscriber } | undefined;
  exit: Promise<number | null> | undefined;
  child: ChildProcess | undefined;

  async start(): Promise<void> {
    const names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
    const ports: Record<string, number> = {};
    for (const name of names) ports[name] = await freePort();
    const file = join(this.folder, "kernel.json");
    writeFileSync(
      file,
      JSON.stringify({
        transport: "tcp",
        ip: "127.0.0.1",
        key: this.key,
        signature_scheme: "hmac-sha256",
        ...ports,
      }),
    );
    const child = spawn(deno, ["run", "-A", join(room, "launch.ts"), file], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: "ignore",
    });
    this.child = child;
    this.exit = new Promise((resolve) => child.once("exit", resolve));
    const shell = new Dealer({ linger: 0 });
    const control = new Dealer({ linger: 0 });
    const iopub = new Subscriber({ linger: 0 });
    this.sockets = { shell, control, iopub };
    iopub.subscribe();
    for (const [channel, socket] of Object.entries(this.sockets)) {
      socket.connect(`tcp://127.0.0.1:${ports[`${channel}_port`]}`);
      void this.#listen(channel, socket);
    }
    const id = await this.send("shell", "kernel_info_request", {});
    await this.wait((reply) => reply.parent === id && reply.channel === "shell");
    await sleep(300);
  }

  async #listen(channel: string, socket: AsyncIterable<Uint8Array[]>): Promise<void> {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) =>
        String(frame) === "<IDS|MSG>" || Buffer.from(frame).toString() === "<IDS|MSG>"
      );
      const [header, parent, , content] = frames.slice(at + 2).map((frame) =>
        JSON.parse(Buffer.from(frame).toString())
      );
      this.log.push({ channel, type: header.msg_type, parent: parent.msg_id, content });
    }
  }

  async send(channel: "shell" | "control", type: string, content: unknown): Promise<string> {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: "s",
      username: "u",
      date: "2026-01-01T00:00:00Z",
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const hmac = createHmac("sha256", this.key);
    for (const part of parts) hmac.update(part);
    await this.sockets![channel].send(["<IDS|MSG>", hmac.digest("hex"), ...parts]);
    return id;
  }

  execute(code: string): Promise<string> {
    const options = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    };
    return this.send("shell", "execute_request", { code, ...options });
  }

  async wait(found: (reply: Reply) => boolean, seconds = 15): Promise<Reply> {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(10)) {
      const reply = this.log.find(found);
      if (reply) return reply;
    }
    throw new Error(`nothing of the kind arrived within ${seconds} s: ${JSON.stringify(this.log.slice(-6))}`);
  }

  /** Runs a cell to its end; gives its reply. */
  async run(code: string): Promise<Reply> {
    const id = await this.execute(code);
    return await this.wait((reply) => reply.parent === id && reply.type === "execute_reply");
  }

  /** Runs a cell, presses Stop when it has begun, and gives what came of it. */
  async stop(code: string): Promise<{ id: string; reply: Reply }> {
    const id = await this.execute(`console.log("begun");\n${code}`);
    await this.wait((reply) => reply.parent === id && reply.type === "stream");
    await sleep(150);
    const interrupt = await this.send("control", "interrupt_request", {});
    await this.wait((reply) => reply.parent === interrupt && reply.type === "interrupt_reply");
    return { id, reply: await this.wait((reply) => reply.parent === id && reply.type === "execute_reply") };
  }

  said(id: string, text: string): Promise<Reply> {
    return this.wait((reply) =>
      reply.parent === id && reply.type === "stream" && reply.content["text"]!.includes(text)
    );
  }

  async value(expression: string): Promise<string> {
    const id = await this.execute(expression);
    const result = await this.wait((reply) => reply.parent === id && reply.type === "execute_result");
    return (result.content["data"] as unknown as Record<string, string>)["text/plain"]!;
  }
}

const front = new FrontEnd();

beforeAll(async () => {
  await front.start();
  await front.run(`
    const { interruptible } = await import("${room}/interrupt.ts");
    let steps = 0;
    const step = () => { const start = performance.now(); while (performance.now() - start < 20) steps++; return true; };`);
});

afterAll(() => {
  for (const socket of Object.values(front.sockets ?? {})) socket.close();
  rmSync(front.folder, { recursive: true, force: true });
});

describe("the Stop button, real Deno kernel behind the launcher", () => {
  test("ends a run cleanly, says so, and keeps the variables", async () => {
    const { reply } = await front.stop(`await interruptible({ step, describe: () => "some steps" });`);
    expect(reply.content).toMatchObject({
      status: "error",
      ename: "StoppedError",
      evalue: "Stopped by the Stop button after some steps; the machine can be continued.",
    });
    expect(await front.value("steps > 0")).toBe("true");
  });

  test("ends a busy loop before the first await", async () => {
    const { id, reply } = await front.stop(`let early = 0; while (true) early++;`);
    expect(reply.content["status"]).toBe("error");
    await front.said(id, "Stopped by the Stop button");
    expect(await front.value("early > 0 && steps > 0")).toBe("true");
  });

  test("ends a busy loop after an await, whose promise never settles", async () => {
    const { id, reply } = await front.stop(
      `await new Promise((go) => setTimeout(go, 5)); let late = 0; while (true) late++;`,
    );
    expect(reply.content["status"]).toBe("error");
    await front.said(id, "Stopped by the Stop button");
    expect(await front.value("late > 0 && steps > 0")).toBe("true");
  });

  test("does no harm to a cell that waits, and says that it cannot end it", async () => {
    const { id, reply } = await front.stop(`await new Promise((go) => setTimeout(go, 1200)); steps = -1;`);
    expect(reply.content["status"]).toBe("ok");
    await front.said(id, "cannot be broken off");
    expect(await front.value("steps")).toBe("-1");
  });
});

describe("errors nobody waits for, real Deno kernel", () => {
  test.each([
    [`Promise.reject(new RangeError("lost")); 1`, "Unhandled rejection: RangeError: lost"],
    [`setTimeout(() => { throw new Error("in a timer"); }, 5); 1`, "Uncaught error: Error: in a timer"],
  ])("%s", async (code, message) => {
    const id = await front.execute(code);
    await front.said(id, message);
    expect(await front.value("1 + 1")).toBe("2");
  });
});

test("a shutdown request ends kernel and launcher", async () => {
  await front.send("control", "shutdown_request", { restart: false });
  expect(await front.exit).toBe(0);
});

test("a launcher that is killed takes its kernel along, even one in an endless loop", async () => {
  const other = new FrontEnd();
  await other.start();
  const id = await other.execute(`console.log(Deno.pid); while (true);`);
  const pid = Number(
    (await other.wait((reply) => reply.parent === id && reply.type === "stream")).content["text"],
  );
  expect(alive(pid)).toBe(true);
  other.child!.kill("SIGKILL");
  for (const end = performance.now() + 5000; alive(pid) && performance.now() < end;) await sleep(20);
  expect(alive(pid)).toBe(false);
  for (const socket of Object.values(other.sockets ?? {})) socket.close();
  rmSync(other.folder, { recursive: true, force: true });
});

test("a connection file that cannot be used is refused", async () => {
  const file = join(front.folder, "bad.json");
  await expect(runKernel(join(front.folder, "none.json"), { deno })).rejects.toThrow(ConnectionFileError);
  writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", shell_port: 1 }));
  await expect(runKernel(file, { deno })).rejects.toThrow("has no iopub_port");
});

/** Whether a process runs; one that has ended and waits to be reaped does not. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
