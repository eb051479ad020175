/** The gateway's REST calls, through the functions of `@jupyterlab/services`. */
import { KernelAPI, KernelSpecAPI, ServerConnection } from "@jupyterlab/services";
import { afterAll, expect, test } from "vitest";
import { Gateway } from "../../src/lecture/gateway/mod.ts";
import { kernelsIn, temporaryDirectory, until } from "./support.ts";

const gateway = new Gateway();
const settings = ServerConnection.makeSettings({ ...gateway.settings(), appendToken: false });
afterAll(() => gateway.close());

const ask = (path: string, method = "GET") =>
  ServerConnection.makeRequest(`${settings.baseUrl}${path}`, { method }, settings);

test("kernelspecs, and a kernel's life: started, listed, restarted, shut down", async () => {
  const specs = await KernelSpecAPI.getSpecs(settings);
  expect(specs.default).toBe("ringlab");
  expect(Object.keys(specs.kernelspecs)).toEqual(["ringlab", "deno"]);

  const cwd = temporaryDirectory();
  // A path that is not there means the nearest directory above it, as with Jupyter Server.
  const model = await KernelAPI.startNew(
    { name: "ringlab", path: `${cwd.slice(1)}/absent` } as never,
    settings,
  );
  expect(await KernelAPI.listRunning(settings)).toMatchObject([{ id: model.id, name: "ringlab" }]);
  const before = kernelsIn(cwd);
  expect(before.length).toBeGreaterThan(0);

  await KernelAPI.restartKernel(model.id, settings);
  const after = kernelsIn(cwd);
  expect(after.length).toBeGreaterThan(0);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(await KernelAPI.getKernelModel(model.id, settings)).toMatchObject({ execution_state: "idle" });

  await KernelAPI.shutdownKernel(model.id, settings);
  await until(() => kernelsIn(cwd).length === 0);
  expect(await KernelAPI.listRunning(settings)).toEqual([]);
  expect(await KernelAPI.getKernelModel(model.id, settings)).toBeUndefined();
});

test("what is not there is 404, what is not offered 405, both with a message", async () => {
  const answers = await Promise.all([
    ask("api/kernels/no-such-kernel"),
    ask("api/kernels/no-such-kernel/interrupt", "POST"),
    ask("lab"),
    ask("api/contents"),
    ask("api/kernels", "PUT"),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 405, 405]);
  for (const answer of answers) expect((await answer.json()).message).not.toBe("");
});

test("an unknown kernel is refused by its name", async () => {
  await expect(KernelAPI.startNew({ name: "python3" }, settings)).rejects.toThrow(
    "No such kernel named python3",
  );
});

test("a socket to no kernel closes with a reason", async () => {
  const socket = new settings.WebSocket("ws://ringlab.invalid/api/kernels/none/channels", ["x"]);
  const close = await new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  expect(close).toMatchObject({ code: 1008, reason: "no such kernel" });
});
