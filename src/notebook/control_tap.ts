/** Stands on a Jupyter control channel and takes interrupt requests that a run can answer itself; all else passes unchanged. */
import { createHmac, randomUUID } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { zmtpDealerOpening, zmtpMessage, ZmtpTap } from "./zmtp_tap.ts";

/** How messages of a kernel are signed (its connection file). */
export interface Signing {
  /** The HMAC key; empty for no signatures. */
  readonly key: string;
  /** "hmac-sha256". */
  readonly signature_scheme: string;
}

/** Options of {@link tapControl}. */
export interface ControlTapOptions {
  readonly host: string;
  /** The port the front-end connects to. */
  readonly outerPort: number;
  /** The port the kernel listens on. */
  readonly innerPort: number;
  readonly signing: Signing;
  /** Called for an interrupt request: true if it is dealt with, false if the kernel shall get it. */
  readonly onInterrupt: () => Promise<boolean>;
}

/** Starts listening; resolves once the port is open. Closing the server ends its connections. */
export function tapControl(options: ControlTapOptions): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((front) => {
    sockets.add(front);
    const tap = new Connection(front, options);
    front.once("close", () => {
      sockets.delete(front);
      tap.close();
    });
  });
  const close = server.close.bind(server);
  server.close = (callback) => {
    for (const socket of sockets) socket.destroy();
    return close(callback);
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(options.outerPort, options.host, () => resolve(server));
  });
}

/** One front-end's connection and the one to the kernel behind it. */
class Connection {
  readonly #front: Socket;
  readonly #options: ControlTapOptions;
  readonly #requests = new ZmtpTap();
  readonly #replies = new ZmtpTap();
  #back: Socket | undefined;
  #closed = false;
  /** Requests pass one after the other, so that none overtakes an interrupt that is being asked about. */
  #turn: Promise<void> = Promise.resolve();

  constructor(front: Socket, options: ControlTapOptions) {
    this.#front = front;
    this.#options = options;
    front.on("error", () => front.destroy());
    front.on(
      "data",
      (chunk) => this.#turn = this.#turn.then(() => this.#request(chunk)).catch(() => void front.destroy()),
    );
    this.#turn = connectWhenOpen(options.host, options.innerPort, () => this.#closed).then((back) => {
      this.#back = back;
      back.on("data", (chunk) => {
        // Whole messages only, so that a reply of ours never lands inside one of the kernel's.
        for (const { raw } of this.#replies.feed(chunk)) front.write(raw);
      });
      back.on("error", () => front.destroy());
      back.on("close", () => front.destroy());
    }).catch(() => void front.destroy());
  }

  close(): void {
    this.#closed = true;
    this.#back?.destroy();
  }

  async #request(chunk: Uint8Array): Promise<void> {
    for (const { raw, frames } of this.#requests.feed(chunk)) {
      const header = frames && interruptHeader(frames, this.#options.signing);
      if (header === undefined || !await this.#options.onInterrupt()) this.#back?.write(raw);
      else {this.#front.write(
          jupyterMessage("interrupt_reply", { status: "ok" }, this.#options.signing, header),
        );}
    }
  }
}

/** Sends one request to a kernel's shell channel as a DEALER and lets its replies go; returns the connection. */
export async function sendToShell(
  { host, port, signing, type, content }: {
    host: string;
    port: number;
    signing: Signing;
    type: string;
    content: Record<string, unknown>;
  },
  given: () => boolean = () => false,
): Promise<Socket> {
  const socket = await connectWhenOpen(host, port, given);
  socket.on("data", () => {});
  socket.on("error", () => socket.destroy());
  socket.write(zmtpDealerOpening());
  socket.write(jupyterMessage(type, content, signing, {}));
  return socket;
}

/** A kernel opens its ports some time after it is started. */
async function connectWhenOpen(host: string, port: number, givenUp: () => boolean): Promise<Socket> {
  for (let attempt = 0; attempt < 600 && !givenUp(); attempt++) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const trial = connect(port, host);
      trial.once("connect", () => resolve(trial));
      trial.once("error", () => resolve(undefined));
    });
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}

const delimiter = "<IDS|MSG>";

/** The header of a well signed interrupt request; undefined for anything else. */
function interruptHeader(
  frames: readonly Uint8Array[],
  signing: Signing,
): Record<string, unknown> | undefined {
  const at = frames.findIndex((frame) => frame.length === delimiter.length && textOf(frame) === delimiter);
  if (at < 0 || frames.length < at + 6) return undefined;
  const parts = frames.slice(at + 2, at + 6);
  if (textOf(frames[at + 1]!) !== sign(signing, parts)) return undefined;
  try {
    const header = JSON.parse(textOf(parts[0]!)) as Record<string, unknown>;
    return header["msg_type"] === "interrupt_request" ? header : undefined;
  } catch {
    return undefined;
  }
}

function jupyterMessage(
  type: string,
  content: Record<string, unknown>,
  signing: Signing,
  parent: Record<string, unknown>,
): Uint8Array {
  const header = {
    msg_id: randomUUID(),
    session: String(parent["session"] ?? randomUUID()),
    username: "ringlab",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
  const encode = (text: string) => new TextEncoder().encode(text);
  const parts = [header, parent, {}, content].map((part) => encode(JSON.stringify(part)));
  return zmtpMessage([encode(delimiter), encode(sign(signing, parts)), ...parts]);
}

function sign({ key, signature_scheme: scheme }: Signing, parts: readonly Uint8Array[]): string {
  if (key === "") return "";
  const hmac = createHmac(scheme.replace(/^hmac-/, ""), key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
