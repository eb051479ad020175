/**
 * Where kernels come from: the embedded gateway, or any Jupyter Server. Both are reached through the same
 * `ServerConnection` settings of `@jupyterlab/services`; nothing after this file knows which it is.
 */
import { relative, resolve, sep } from "node:path";
import process from "node:process";
import { KernelSpecAPI, ServerConnection } from "@jupyterlab/services";
import { LectureError, ServerError, UnknownKernelError } from "./errors.ts";
import { muteServices } from "./services_console.ts";
import { Gateway, type GatewayOptions } from "./gateway/mod.ts";

const REQUEST_TIMEOUT_MS = 60_000;

/** A source of kernels. */
export interface KernelServer {
  /** Settings for the classes of `@jupyterlab/services`. */
  readonly settings: ServerConnection.ISettings;
  /** How messages call it, such as `the server at http://localhost:8888/`. */
  readonly label: string;
  /** The API path of a directory: what the server resolves to the kernel's working directory. */
  pathOf(directory: string): string;
  /** Lets go of it; ends kernels that it started in this process. */
  close(): Promise<void>;
}

/** Kernels of our own: no Python, nothing to install, ended with this process. */
export function embeddedServer(options: Omit<GatewayOptions, "root"> = {}): KernelServer {
  const gateway = new Gateway({ ...options, root: "/" });
  return {
    settings: ServerConnection.makeSettings({ ...gateway.settings(), appendToken: false }),
    label: "the embedded gateway",
    pathOf: (directory) => resolve(directory).slice(process.platform === "win32" ? 0 : 1),
    close: () => gateway.close(),
  };
}

/** `fetch`, but its errors say why: the runtimes hide the reason in a `cause`. */
async function fetchWithReason(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    if ((error as Error).name === "TimeoutError") {
      throw new TypeError(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`);
    }
    const cause = (error as Error).cause as (Error & { code?: string }) | undefined;
    // Deno's message ends with the reason, Node's cause has it as a code.
    throw new TypeError(cause?.code ?? (error as Error).message.split(": ").at(-1)!, { cause: error });
  }
}

/** Options of {@link remoteServer}. */
export interface RemoteServerOptions {
  /** The server's address, such as `http://localhost:8888/`; a `?token=` in it is taken as the token. */
  url: string;
  /** The server's token, as printed when it starts. */
  token?: string;
  /** The directory the server serves, as seen from here. Default: the current directory. */
  root?: string;
}

/**
 * A Jupyter Server.
 *
 * @throws {LectureError} when the address is not an http(s) URL.
 */
export function remoteServer(options: RemoteServerOptions): KernelServer {
  let url: URL;
  try {
    url = new URL(options.url);
    if (!/^https?:$/.test(url.protocol)) throw new Error(`its scheme is "${url.protocol}"`);
  } catch (error) {
    throw new LectureError(
      `"${options.url}" is not the address of a Jupyter Server (${(error as Error).message}); ` +
        "give one such as http://localhost:8888/",
    );
  }
  const token = options.token ?? url.searchParams.get("token") ?? "";
  url.search = "";
  url.hash = "";
  // Addresses as Jupyter prints them may point at a page of the application.
  url.pathname = url.pathname.replace(/\/(lab|tree|notebooks)(\/.*)?$/, "/");
  const baseUrl = url.href.endsWith("/") ? url.href : `${url.href}/`;
  const root = resolve(options.root ?? ".");
  return {
    settings: ServerConnection.makeSettings({
      baseUrl,
      wsUrl: baseUrl.replace(/^http/, "ws"),
      token,
      appendToken: true,
      fetch: fetchWithReason as typeof fetch,
      Request,
      Headers,
      WebSocket,
    }),
    label: `the server at ${baseUrl}`,
    pathOf: (directory) => {
      const path = relative(root, resolve(directory));
      if (path.startsWith("..")) {
        throw new LectureError(
          `${resolve(directory)} is not below ${root}, which the server is taken to serve; ` +
            "say with --server-root what it serves.",
        );
      }
      return path.split(sep).join("/");
    },
    close: async () => {},
  };
}

/** Turns what `@jupyterlab/services` throws into an error that says what to do. */
export function serverError(error: unknown, server: KernelServer): Error {
  if (error instanceof LectureError) return error;
  const url = server.settings.baseUrl;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ServerConnection.ResponseError) {
    const { status } = error.response;
    if (status === 401 || status === 403) {
      const given = server.settings.token === "" ? "no token was given" : "the token was not accepted";
      return new ServerError(
        url,
        "unauthorized",
        `The Jupyter Server at ${url} refused us (HTTP ${status}): ${given}. ` +
          "`jupyter server list` shows the right one; pass it with --token.",
        status,
      );
    }
    if (status === 404) {
      return new ServerError(
        url,
        "not-jupyter",
        `There is no Jupyter Server at ${url} (HTTP 404: ${message}).`,
        status,
      );
    }
    return new ServerError(
      url,
      "failed",
      `${server.label} answered with an error (HTTP ${status}): ${message}`,
      status,
    );
  }
  if (error instanceof ServerConnection.NetworkError) {
    return new ServerError(
      url,
      "unreachable",
      `The Jupyter Server at ${url} cannot be reached: ${message}. Is it running, and is the port right?`,
    );
  }
  if (error instanceof SyntaxError || /kernel ?spec|unexpected token|json/i.test(message)) {
    return new ServerError(url, "not-jupyter", `What answers at ${url} is not a Jupyter Server: ${message}`);
  }
  return error instanceof Error ? error : new LectureError(message);
}

/**
 * The names of the kernels a server offers: shows that it is there and lets us in.
 *
 * @throws {ServerError} when it is not, or does not.
 */
export async function kernelNames(server: KernelServer): Promise<string[]> {
  const unmute = muteServices();
  try {
    const specs = await KernelSpecAPI.getSpecs(server.settings);
    return Object.keys(specs.kernelspecs);
  } catch (error) {
    throw serverError(error, server);
  } finally {
    unmute();
  }
}

/**
 * Makes sure the server is there, lets us in and has the kernel.
 *
 * @throws {ServerError} or {@link UnknownKernelError}.
 */
export async function requireKernel(server: KernelServer, name: string): Promise<void> {
  const available = await kernelNames(server);
  if (!available.includes(name)) throw new UnknownKernelError(name, available, server.label);
}
