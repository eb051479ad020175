/**
 * A Jupyter Server in a value: the REST calls and the WebSocket that `@jupyterlab/services` needs to run kernels,
 * served in-process. Nothing listens; the only sockets are the kernels' own ZeroMQ ports on loopback, signed.
 *
 * The calls are those of the Jupyter Server REST API: `GET api/kernelspecs`, `GET|POST api/kernels`,
 * `GET|DELETE api/kernels/ID`, `POST api/kernels/ID/interrupt|restart`, and the socket `api/kernels/ID/channels`.
 */
import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { KernelStartError } from "../errors.ts";
import { KERNEL_NAME, type KernelSpec, kernelSpec } from "../kernelspec.ts";
import { KernelProcess, type KernelProcessOptions } from "./kernel_process.ts";
import { GatewaySocket } from "./socket.ts";

/** The address the gateway answers under; `.invalid` never resolves, so a request that leaks out reaches nobody. */
const BASE_URL = "http://ringlab.invalid/";

/** Options of {@link Gateway}. */
export interface GatewayOptions {
  /** The kernelspecs on offer by name. Default: Ringlab's own, as "ringlab" and as "deno". */
  specs?: Record<string, KernelSpec>;
  /** The directory against which the `path` of a new kernel is resolved. Default: the file system's root. */
  root?: string;
  /** How long a kernel may take to start, in milliseconds. Default 30 000. */
  startTimeoutMs?: number;
  /** Finds ports to try; replaced in tests. */
  ports?: KernelProcessOptions["ports"];
}

interface Kernel {
  readonly id: string;
  readonly name: string;
  readonly cwd: string;
  process: KernelProcess;
  dead: boolean;
}

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const json = (status: number, value: unknown) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

/**
 * The embedded gateway. Hand {@link Gateway.settings} to `ServerConnection.makeSettings`; call {@link Gateway.close}
 * when done: it ends every kernel.
 */
export class Gateway {
  readonly #specs: Record<string, KernelSpec>;
  readonly #root: string;
  readonly #startTimeoutMs: number;
  readonly #ports: KernelProcessOptions["ports"];
  readonly #kernels = new Map<string, Kernel>();
  #closed = false;

  constructor(options: GatewayOptions = {}) {
    this.#specs = options.specs ?? { [KERNEL_NAME]: kernelSpec(), deno: kernelSpec() };
    this.#root = options.root ?? "/";
    this.#startTimeoutMs = options.startTimeoutMs ?? 30_000;
    this.#ports = options.ports;
  }

  /** What `@jupyterlab/services` needs to talk to this gateway and to nothing else. */
  settings(): {
    baseUrl: string;
    wsUrl: string;
    token: string;
    fetch: typeof fetch;
    WebSocket: typeof WebSocket;
    Request: typeof Request;
    Headers: typeof Headers;
  } {
    const find = (url: string) =>
      this.#kernels.get(decodeURIComponent(new URL(url).pathname.split("/")[3] ?? ""));
    class Socket extends GatewaySocket {
      constructor(url: string, protocols: string | string[] = []) {
        const kernel = find(url);
        super(url, [protocols].flat(), kernel?.dead ? undefined : kernel?.process);
      }
    }
    return {
      baseUrl: BASE_URL,
      wsUrl: BASE_URL.replace("http", "ws"),
      token: "",
      fetch: ((input: Request) => this.#answer(input)) as typeof fetch,
      WebSocket: Socket as unknown as typeof WebSocket,
      Request,
      Headers,
    };
  }

  async #answer(request: Request): Promise<Response> {
    try {
      return await this.#route(request);
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      return json(status, { message: (error as Error).message, reason: null });
    }
  }

  async #route(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.split("/").filter((part) => part !== "").map(
      decodeURIComponent,
    );
    const [api, collection, id, action] = path;
    const call = `${request.method} ${collection}${id === undefined ? "" : "/ID"}${
      action ? `/${action}` : ""
    }`;
    if (api !== "api" || path.length > 4) throw new HttpError(404, `no such resource: ${request.url}`);
    if (call === "GET kernelspecs") return json(200, this.#specModels());
    if (call === "GET kernels") return json(200, [...this.#kernels.values()].map(model));
    if (call === "POST kernels") return json(201, model(await this.#start(await request.json())));
    const kernel = this.#kernels.get(id ?? "");
    if (collection === "kernels" && id !== undefined && kernel === undefined) {
      throw new HttpError(404, `Kernel does not exist: ${id}`);
    }
    if (kernel !== undefined) {
      if (call === "GET kernels/ID") return json(200, model(kernel));
      if (call === "DELETE kernels/ID") {
        this.#kernels.delete(kernel.id);
        await kernel.process.kill();
        return new Response(null, { status: 204 });
      }
      if (call === "POST kernels/ID/interrupt") {
        kernel.process.interrupt();
        return new Response(null, { status: 204 });
      }
      if (call === "POST kernels/ID/restart") {
        await kernel.process.kill();
        kernel.process = await this.#launch(kernel.name, kernel.cwd);
        kernel.dead = false;
        this.#watch(kernel);
        return json(200, model(kernel));
      }
    }
    throw new HttpError(405, `${request.method} is not offered for ${request.url}`);
  }

  #specModels() {
    const kernelspecs = Object.fromEntries(
      Object.entries(this.#specs).map(([name, spec]) => [name, { name, spec, resources: {} }]),
    );
    return { default: Object.keys(this.#specs)[0], kernelspecs };
  }

  async #start(body: { name?: string; path?: string }): Promise<Kernel> {
    const name = body.name ?? Object.keys(this.#specs)[0]!;
    if (this.#specs[name] === undefined) throw new HttpError(404, `No such kernel named ${name}`);
    // As Jupyter Server does: the nearest existing directory at or above the path.
    let cwd = resolve(this.#root, body.path ?? "");
    while (!existsSync(cwd) || !statSync(cwd).isDirectory()) cwd = resolve(cwd, "..");
    const kernel: Kernel = {
      id: randomUUID(),
      name,
      cwd,
      process: await this.#launch(name, cwd),
      dead: false,
    };
    this.#kernels.set(kernel.id, kernel);
    this.#watch(kernel);
    return kernel;
  }

  async #launch(name: string, cwd: string): Promise<KernelProcess> {
    const process = await KernelProcess.start({
      spec: this.#specs[name]!,
      name,
      cwd,
      timeoutMs: this.#startTimeoutMs,
      ports: this.#ports,
    });
    if (this.#closed) {
      await process.kill();
      throw new KernelStartError("the gateway was closed while a kernel started");
    }
    return process;
  }

  #watch(kernel: Kernel): void {
    const { process } = kernel;
    void process.exited.then(() => {
      if (kernel.process === process) kernel.dead = true;
    });
  }

  /** Ends every kernel and waits until their processes are gone. The gateway starts none afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    const kernels = [...this.#kernels.values()];
    this.#kernels.clear();
    await Promise.all(kernels.map((kernel) => kernel.process.kill()));
  }
}

function model(kernel: Kernel) {
  return {
    id: kernel.id,
    name: kernel.name,
    last_activity: new Date().toISOString(),
    execution_state: kernel.dead ? "dead" : "idle",
    connections: 0,
  };
}
