/**
 * One front-end's view of a kernel: its four ZeroMQ channels, opened together, with IOPub known to be subscribed.
 */
import { randomUUID } from "node:crypto";
import { Buffer } from "node:buffer";
import { KernelTimeoutError } from "../errors.ts";
import type { ConnectionInfo } from "./connection.ts";
import type { Channel } from "./websocket_frames.ts";
import {
  decodeWire,
  encodeWire,
  makeMessage,
  type MessageHeader,
  readPart,
  type WireMessage,
} from "./wire.ts";
import { connectZmtp, type ZmtpSocket } from "./zmtp.ts";

const NUDGE_INTERVAL_MS = 40;

/** What {@link KernelChannels} tells its owner. */
export interface ChannelEvents {
  /** A message from the kernel, in the order of its channel. */
  message(channel: Channel, message: WireMessage): void;
  /** A channel broke. Not called after {@link KernelChannels.close}. */
  broken(error: Error): void;
}

/** A header for a message of our own. */
export function header(type: string, session: string): MessageHeader {
  return {
    msg_id: randomUUID(),
    session,
    username: "ringlab",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
}

/** The open channels to one kernel. */
export class KernelChannels {
  readonly #connection: ConnectionInfo;
  readonly #events: ChannelEvents;
  readonly #sockets = new Map<Channel, ZmtpSocket>();
  readonly #session = `nudge-${randomUUID()}`;
  readonly #sessionBytes = Buffer.from(this.#session, "latin1");
  #closed = false;
  #ready: (() => void) | undefined;
  #sawShell = false;
  #sawIopub = false;

  private constructor(connection: ConnectionInfo, events: ChannelEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  /**
   * Connects to a listening kernel and waits until it answers *and* its IOPub messages arrive here. A SUB socket that
   * connects late misses what was published before (jupyter_client#593), so the kernel is nudged until a status comes.
   *
   * @throws Error when nobody listens; {@link KernelTimeoutError} when the kernel does not answer in time.
   */
  static async open(
    connection: ConnectionInfo,
    events: ChannelEvents,
    timeoutMs: number,
  ): Promise<KernelChannels> {
    const channels = new KernelChannels(connection, events);
    try {
      await channels.#connect(timeoutMs);
      await channels.#nudge(timeoutMs);
    } catch (error) {
      channels.close();
      throw error;
    }
    return channels;
  }

  async #connect(timeoutMs: number): Promise<void> {
    const { ip, shell_port, control_port, stdin_port, iopub_port } = this.#connection;
    const ports: [Channel, number][] = [
      ["shell", shell_port],
      ["control", control_port],
      ["stdin", stdin_port],
      ["iopub", iopub_port],
    ];
    // A kernel answers an input request on stdin to the identity that asked on shell, so all three share it.
    const identity = randomUUID();
    for (const [channel, port] of ports) {
      const socket = await connectZmtp({
        host: ip,
        port,
        role: channel === "iopub" ? "SUB" : "DEALER",
        identity: channel === "iopub" ? "" : identity,
        timeoutMs,
        events: {
          message: (frames) => this.#receive(channel, frames),
          close: (error) => {
            if (!this.#closed) {
              this.#events.broken(error ?? new Error(`the kernel closed its ${channel} channel`));
            }
          },
        },
      });
      if (this.#closed) return socket.close();
      this.#sockets.set(channel, socket);
    }
  }

  #receive(channel: Channel, frames: Uint8Array[]): void {
    let message: WireMessage;
    try {
      message = decodeWire(frames, this.#connection.key);
    } catch (error) {
      if (!this.#closed) this.#events.broken(error as Error);
      return;
    }
    if (Buffer.from(message.parts[1]).includes(this.#sessionBytes)) {
      // An answer to our own nudge: it proves the channel and goes no further.
      if (channel === "shell") this.#sawShell = true;
      if (channel === "iopub" && readPart<MessageHeader>(message.parts[0]).msg_type === "status") {
        this.#sawIopub = true;
      }
      if (this.#sawShell && this.#sawIopub) this.#ready?.();
      return;
    }
    this.#events.message(channel, message);
  }

  async #nudge(timeoutMs: number): Promise<void> {
    const ready = new Promise<void>((resolve) => this.#ready = resolve);
    const nudge = () => this.send("shell", makeMessage(header("kernel_info_request", this.#session), {}));
    nudge();
    const timer = setInterval(nudge, NUDGE_INTERVAL_MS);
    let limit: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        const what = this.#sawShell ? "its IOPub channel stays silent" : "it does not answer";
        reject(
          new KernelTimeoutError(
            `the kernel is running, but ${what} after ${timeoutMs / 1000} s`,
            timeoutMs / 1000,
          ),
        );
      }, timeoutMs);
    });
    try {
      await Promise.race([ready, late]);
    } finally {
      clearInterval(timer);
      clearTimeout(limit);
    }
  }

  /** Sends a message to the kernel. */
  send(channel: Channel, message: WireMessage): void {
    this.#sockets.get(channel)?.send(encodeWire(message, this.#connection.key));
  }

  /** Closes all channels; no event follows. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }
}
