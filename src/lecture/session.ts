/**
 * One kernel, driven headless through `@jupyterlab/services`, without losing an output or misplacing one.
 *
 * Two things go wrong with standard runners and Deno's kernel (both measured). A front-end whose IOPub subscription
 * comes late misses outputs: here nothing is executed before an IOPub message has answered a request of ours. And text
 * printed by a cell may leave the kernel after the cell's `idle`: here a cell is over only when, after `idle`, IOPub
 * has been silent for a while *and* the kernel has answered another request meanwhile, so that a kernel the operating
 * system keeps waiting is not taken for a silent one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Kernel, KernelAPI, KernelConnection, KernelMessage } from "@jupyterlab/services";
import {
  AbortedError,
  KernelDiedError,
  KernelTimeoutError,
  LectureError,
  OutputLostError,
} from "./errors.ts";
import { OutputCollector, type OutputMessage } from "./outputs.ts";
import type { Output } from "./notebook.ts";
import { type KernelServer, requireKernel, serverError } from "./server.ts";
import { muteServices } from "./services_console.ts";

const SILENCE_MS = 20;
const SETTLE_LIMIT_MS = 1000;
const READY_RETRY_MS = 150;
const END_ATTEMPTS = 10;
const END_RETRY_MS = 500;
const INTERRUPT_GRACE_MS = 3000;

/** What came of one cell. */
export interface CellResult {
  status: "ok" | "error";
  /** The kernel's execution count. */
  executionCount: number | null;
  outputs: Output[];
  /** What was thrown, when status is "error". */
  error?: { ename: string; evalue: string; traceback: string[] };
}

/** Options of {@link KernelSession.open}. */
export interface SessionOptions {
  server: KernelServer;
  /** The kernel's name, as registered with the server. */
  kernel: string;
  /** The kernel's working directory, on this machine. */
  cwd: string;
  /** How long the kernel may take to start, in seconds. Default 60. */
  startSeconds?: number;
  /** Ends the session. */
  signal?: AbortSignal;
}

type AnyMessage = { msg: KernelMessage.IMessage; direction: "send" | "recv" };

/** A running kernel and the outputs of what it executed. */
export class KernelSession {
  /** What the kernel says about its language, for the notebook's metadata. */
  languageInfo: Record<string, unknown> = {};
  readonly #server: KernelServer;
  readonly #connection: KernelConnection;
  readonly #collector = new OutputCollector();
  readonly #unmute = muteServices();
  readonly #watchers = new Set<(message: KernelMessage.IMessage) => void>();
  readonly #over: Promise<never>;
  #end: (error: Error) => void = () => {};
  #nowConnected: () => void = () => {};
  readonly #connected = new Promise<void>((resolve) => this.#nowConnected = resolve);
  #lastOutput = 0;
  #lost: string | undefined;
  #closing = false;
  #revived = false;

  private constructor(server: KernelServer, connection: KernelConnection, signal: AbortSignal | undefined) {
    this.#server = server;
    this.#connection = connection;
    this.#over = new Promise((_, reject) => this.#end = reject);
    this.#over.catch(() => {});
    // A server restarts a kernel that died, and the library would follow it; its variables are gone, so we do not.
    connection.reconnect = () => Promise.resolve();
    connection.anyMessage.connect((_, { msg, direction }: AnyMessage) => {
      if (direction === "recv") this.#receive(msg);
    });
    connection.statusChanged.connect((_, status) => {
      if (status !== "dead" && status !== "autorestarting") return;
      this.#revived = status === "autorestarting";
      this.#end(new KernelDiedError(""));
    });
    connection.connectionStatusChanged.connect((_, status) => {
      if (status === "connected") this.#nowConnected();
      if (status === "disconnected") this.#end(new KernelDiedError("the connection to it was lost"));
    });
    signal?.addEventListener("abort", () => this.#end(new AbortedError()), { once: true });
  }

  /**
   * Starts a kernel and waits until it answers on every channel.
   *
   * @throws {LectureError} of the fitting class when the server, the kernel or the signal stands in the way.
   */
  static async open(options: SessionOptions): Promise<KernelSession> {
    const { server, kernel, cwd, startSeconds = 60, signal } = options;
    const unmute = muteServices();
    try {
      if (signal?.aborted) throw new AbortedError();
      await requireKernel(server, kernel);
      let model: Kernel.IModel;
      try {
        const request = { name: kernel, path: server.pathOf(cwd) };
        model = await KernelAPI.startNew(request, server.settings);
      } catch (error) {
        throw serverError(error, server);
      }
      const connection = new KernelConnection({ model, serverSettings: server.settings, handleComms: false });
      const session = new KernelSession(server, connection, signal);
      try {
        if (signal?.aborted) throw new AbortedError();
        await session.#becomeReady(startSeconds);
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    } finally {
      unmute();
    }
  }

  #receive(message: KernelMessage.IMessage): void {
    const type = message.header.msg_type as string;
    if (message.channel === "iopub") {
      const content = message.content as Record<string, unknown>;
      if (type === "status" && content["execution_state"] === "dead") {
        this.#end(new KernelDiedError(String(content["reason"] ?? "")));
      }
      // Jupyter Server's own words when it throttles a kernel.
      const text = type === "stream" && content["name"] === "stderr" ? String(content["text"]) : "";
      if (/^IOPub (message|data) rate exceeded/m.test(text)) this.#lost = text.trim().split("\n")[0];
      if (this.#collector.take(message as unknown as OutputMessage)) this.#lastOutput = performance.now();
    }
    for (const watch of this.#watchers) watch(message);
  }

  /** Sends a shell message and waits for its reply and its `idle`; `kernel_info_request` is the harmless one. */
  #exchange(message: KernelMessage.IShellMessage, onStdin?: () => void): Promise<KernelMessage.IMessage> {
    const id = message.header.msg_id;
    return new Promise((resolve, reject) => {
      let reply: KernelMessage.IMessage | undefined;
      let idle = false;
      const watch = (received: KernelMessage.IMessage) => {
        if ((received.parent_header as { msg_id?: string }).msg_id !== id) return;
        if (received.channel === "shell") reply = received;
        if (received.channel === "stdin") onStdin?.();
        if (received.channel === "iopub" && received.header.msg_type === "status") {
          idle = (received.content as { execution_state: string }).execution_state === "idle";
        }
        if (reply !== undefined && idle) {
          this.#watchers.delete(watch);
          resolve(reply);
        }
      };
      this.#watchers.add(watch);
      this.#over.catch((error) => {
        this.#watchers.delete(watch);
        reject(error);
      });
      try {
        const future = this.#connection.sendShellMessage(message, true);
        future.done.catch(() => {}); // rejected when the connection is disposed; `over` says why
      } catch (error) {
        reject(error);
      }
    });
  }

  #kernelInfo(): Promise<KernelMessage.IMessage> {
    const message = KernelMessage.createMessage<KernelMessage.IInfoRequestMsg>({
      msgType: "kernel_info_request",
      channel: "shell",
      session: this.#connection.clientId,
      username: "ringlab",
      content: {},
    });
    return this.#exchange(message);
  }

  async #becomeReady(seconds: number): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    // An exchange ends only with an IOPub `idle`, so the first that ends proves the subscription.
    const answers: Promise<KernelMessage.IMessage>[] = [];
    let answer: KernelMessage.IMessage | undefined;
    while (answer === undefined) {
      if (performance.now() > deadline) {
        throw new KernelTimeoutError(`the kernel did not answer within ${seconds} s of its start`, seconds);
      }
      if (this.#connection.connectionStatus !== "connected") {
        await Promise.race([this.#over, this.#connected, sleep(READY_RETRY_MS)]);
        continue;
      }
      answers.push(this.#kernelInfo());
      answer = await Promise.race([this.#over, sleep(READY_RETRY_MS).then(() => undefined), ...answers]);
    }
    for (const other of answers) other.catch(() => {});
    this.languageInfo = (answer.content as { language_info?: Record<string, unknown> }).language_info ?? {};
  }

  /** Waits until what the last cell printed has arrived; not for ever, since a timer may go on printing. */
  async #settle(): Promise<void> {
    const end = performance.now() + SETTLE_LIMIT_MS;
    while (performance.now() < end) {
      const silent = performance.now() - this.#lastOutput;
      if (silent < SILENCE_MS) {
        await Promise.race([this.#over, sleep(SILENCE_MS - silent + 1)]);
        continue;
      }
      const before = this.#lastOutput;
      await this.#kernelInfo();
      if (this.#lastOutput === before) return;
    }
  }

  /**
   * Executes code and returns when every output of it is there. A thrown error is a result, not a rejection.
   *
   * @param seconds the time the code may take; no limit by default. On passing it the kernel is interrupted.
   * @throws {KernelDiedError}, {@link KernelTimeoutError}, {@link OutputLostError}, {@link AbortedError};
   *   {@link LectureError} when the code asks for input.
   */
  async execute(code: string, seconds?: number): Promise<CellResult> {
    const message = KernelMessage.createMessage<KernelMessage.IExecuteRequestMsg>({
      msgType: "execute_request",
      channel: "shell",
      session: this.#connection.clientId,
      username: "ringlab",
      content: {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      },
    });
    const id = message.header.msg_id;
    await Promise.race([this.#over, undefined]); // nothing is sent to a kernel that is gone
    this.#collector.begin(id);
    this.#lastOutput = performance.now();
    let asked = false;
    const reply = this.#exchange(message, () => asked = true);
    reply.catch(() => {});
    await this.#withLimit(reply, seconds, () => asked);
    const content = (await reply).content as KernelMessage.IExecuteReplyMsg["content"];
    await this.#settle();
    if (this.#lost !== undefined) {
      throw new OutputLostError(
        `${this.#server.label} dropped outputs ("${this.#lost}"). Start it with ` +
          "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=0 " +
          "--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=0",
      );
    }
    const result: CellResult = {
      status: content.status === "ok" ? "ok" : "error",
      executionCount: content.execution_count ?? null,
      outputs: this.#collector.outputs(id),
    };
    if (content.status !== "ok") {
      const { ename = "Error", evalue = "", traceback = [] } = content as Partial<
        KernelMessage.IReplyErrorContent
      >;
      result.error = { ename, evalue, traceback };
      // An interrupted cell has no `error` output: the reply alone says it.
      if (!result.outputs.some((output) => output.output_type === "error")) {
        result.outputs.push({ output_type: "error", ename, evalue, traceback });
      }
    }
    return result;
  }

  /** The outputs that the running cell, or the last one, has produced up to now. */
  partialOutputs(): Output[] {
    return this.#collector.current();
  }

  async #withLimit(
    reply: Promise<unknown>,
    seconds: number | undefined,
    asked: () => boolean,
  ): Promise<void> {
    const start = performance.now();
    for (;;) {
      const left = seconds === undefined ? Infinity : start + seconds * 1000 - performance.now();
      const settled = await Promise.race([
        reply.then(() => true),
        sleep(Math.max(Math.min(left, 250), 0), false, { ref: true }),
      ]);
      if (settled) return;
      const late = seconds !== undefined && performance.now() - start >= seconds * 1000;
      if (!late && !asked()) continue;
      await this.interrupt();
      await Promise.race([reply.catch(() => {}), sleep(INTERRUPT_GRACE_MS)]);
      if (asked()) throw new LectureError("the cell asks for input, which a headless run cannot give");
      throw new KernelTimeoutError(`the cell ran longer than ${seconds} s`, seconds!);
    }
  }

  /** Interrupts what is running. With Ringlab's kernelspec the kernel keeps its variables. */
  async interrupt(): Promise<void> {
    try {
      await KernelAPI.interruptKernel(this.#connection.id, this.#server.settings);
    } catch (error) {
      throw serverError(error, this.#server);
    }
  }

  /** Ends the kernel. Never throws: a server that is gone has no kernel to end. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const { id } = this.#connection;
    this.#end(new AbortedError("the session was closed"));
    try {
      this.#connection.dispose();
      // A server that is restarting a kernel which died may bring it back while it is being ended: look, and ask again.
      for (let attempt = 0; attempt < END_ATTEMPTS; attempt++) {
        await KernelAPI.shutdownKernel(id, this.#server.settings).catch(() => {});
        if (!this.#revived) return;
        await sleep(END_RETRY_MS);
        if (await KernelAPI.getKernelModel(id, this.#server.settings) === undefined) return;
      }
    } catch {
      // The server is gone, and the kernel with it.
    } finally {
      this.#unmute();
    }
  }
}
