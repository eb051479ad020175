/**
 * The `WebSocket` that `@jupyterlab/services` gets: no network between them, only the kernel's ZeroMQ behind it.
 */
import { KernelDiedError } from "../errors.ts";
import { header, KernelChannels } from "./channels.ts";
import type { KernelExit, KernelProcess } from "./kernel_process.ts";
import { decodeV1, encodeV1, V1_PROTOCOL } from "./websocket_frames.ts";
import { makeMessage } from "./wire.ts";

const OPEN_TIMEOUT_MS = 20_000;

type Handler = ((event: Event) => void) | null;

/** Says what is known about a kernel's end. */
export function describeExit(exit: KernelExit): string {
  const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal;
  return exit.stderr === "" ? how : `${how}; it said: ${exit.stderr}`;
}

/** The part of the WebSocket interface that `@jupyterlab/services` uses, for one kernel. */
export class GatewaySocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readonly url: string;
  binaryType = "arraybuffer";
  protocol = "";
  readyState: 0 | 1 | 2 | 3 = 0;
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  #channels: KernelChannels | undefined;

  constructor(url: string, protocols: readonly string[], kernel: KernelProcess | undefined) {
    this.url = url;
    if (kernel === undefined) {
      queueMicrotask(() => this.#closed(1008, "no such kernel"));
    } else if (!protocols.includes(V1_PROTOCOL)) {
      queueMicrotask(() => this.#closed(1002, `this gateway speaks ${V1_PROTOCOL}`));
    } else {
      void this.#open(kernel);
    }
  }

  async #open(kernel: KernelProcess): Promise<void> {
    void kernel.exited.then((exit) => this.#kernelEnded(exit));
    try {
      const channels = await KernelChannels.open(kernel.connection, {
        message: (channel, message) => this.#deliver(encodeV1(channel, message)),
        broken: (error) => {
          // A dying kernel breaks its channels just before its process ends; the end says more.
          setTimeout(() => this.#closed(1011, error.message), 500);
        },
      }, OPEN_TIMEOUT_MS);
      if (this.readyState !== 0) return channels.close();
      this.#channels = channels;
    } catch (error) {
      return this.#closed(1011, (error as Error).message);
    }
    this.protocol = V1_PROTOCOL;
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }

  #deliver(data: ArrayBuffer): void {
    if (this.readyState === 1) this.onmessage?.(new MessageEvent("message", { data }));
  }

  #kernelEnded(exit: KernelExit): void {
    if (this.readyState === 1) {
      const content = { execution_state: "dead", reason: new KernelDiedError(describeExit(exit)).detail };
      this.#deliver(encodeV1("iopub", makeMessage(header("status", "gateway"), content)));
    }
    this.#closed(1001, "the kernel ended");
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#channels?.close();
    this.onclose?.(Object.assign(new Event("close"), { code, reason, wasClean: code < 1002 }));
  }

  /** Takes one message for the kernel. */
  send(data: ArrayBuffer | ArrayBufferView): void {
    if (this.readyState !== 1) throw new Error("the gateway's socket is not open");
    const bytes = ArrayBuffer.isView(data)
      ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer
      : data;
    const { channel, message } = decodeV1(bytes);
    this.#channels?.send(channel, message);
  }

  /** Closes this front-end's channels; the kernel stays. */
  close(code = 1000, reason = ""): void {
    this.#closed(code, reason);
  }
}
