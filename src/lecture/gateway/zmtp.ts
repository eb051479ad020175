/**
 * A ZeroMQ client socket: ZMTP 3.0 (RFC 23) with the NULL mechanism over TCP, for the DEALER and SUB roles a Jupyter
 * front-end plays.
 *
 * Why not the native `zeromq` package: under Deno its read loop misses wake-ups (measured: in every run, the first
 * reply lay unseen until the next send). A protocol of two hundred lines needs no native code and behaves the same
 * under Deno and Node; the tests hold it against libzmq.
 */
import { Buffer } from "node:buffer";
import { createConnection, type Socket } from "node:net";
import { WireError } from "../errors.ts";

const FLAG_MORE = 1;
const FLAG_LONG = 2;
const FLAG_COMMAND = 4;
const GREETING_LENGTH = 64;
/** A frame larger than this is not a kernel's: refuse it before allocating. */
const MAX_FRAME = 1 << 30;

/** The role a socket plays; a Jupyter kernel binds ROUTER (shell, control, stdin) and PUB (iopub) to match. */
export type ZmtpRole = "DEALER" | "SUB";

/** What a {@link ZmtpSocket} tells its owner. */
export interface ZmtpEvents {
  /** A whole multipart message arrived. */
  message(frames: Uint8Array[]): void;
  /** The connection ended, with an error unless we closed it. */
  close(error: Error | undefined): void;
}

/** The 64 octets that open a ZMTP 3.0 connection with the NULL mechanism. */
export function greeting(): Uint8Array {
  const bytes = new Uint8Array(GREETING_LENGTH);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3; // major version; minor 0: subscriptions are messages, and there is no heartbeat to answer
  bytes.set(Buffer.from("NULL", "latin1"), 12);
  return bytes;
}

/** One frame: a flags octet, the size in one octet or eight, the body. */
export function encodeFrame(body: Uint8Array, flags: number): Uint8Array {
  const long = body.length > 255;
  const head = long ? 9 : 2;
  const bytes = new Uint8Array(head + body.length);
  bytes[0] = flags | (long ? FLAG_LONG : 0);
  if (long) new DataView(bytes.buffer).setBigUint64(1, BigInt(body.length));
  else bytes[1] = body.length;
  bytes.set(body, head);
  return bytes;
}

/** The READY command, which names the socket's role and its identity. */
export function encodeReady(role: ZmtpRole, identity: string): Uint8Array {
  const parts: Buffer[] = [Buffer.from("\x05READY", "latin1")];
  for (const [name, value] of [["Socket-Type", role], ["Identity", identity]] as const) {
    const bytes = Buffer.from(value, "utf8");
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    parts.push(Buffer.from([name.length]), Buffer.from(name, "latin1"), size, bytes);
  }
  return encodeFrame(Buffer.concat(parts), FLAG_COMMAND);
}

/**
 * Cuts a byte stream into frames. Bytes may arrive in any portions; what is incomplete waits.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** Adds bytes to the end. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#length += chunk.length;
  }

  #peek(count: number): Buffer | undefined {
    if (count === 0) return Buffer.alloc(0);
    if (this.#length < count) return undefined;
    if (this.#chunks[0]!.length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!.subarray(0, count);
  }

  /** Takes `count` bytes off the front, or nothing while there are fewer. */
  take(count: number): Buffer | undefined {
    const bytes = this.#peek(count);
    if (bytes === undefined || count === 0) return bytes;
    const first = this.#chunks[0]!;
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#length -= count;
    return bytes;
  }

  /** Takes one whole frame off the front, or nothing while it is incomplete. */
  frame(): { flags: number; body: Buffer } | undefined {
    const flags = this.#peek(1)?.[0];
    if (flags === undefined) return undefined;
    const long = (flags & FLAG_LONG) !== 0;
    const head = this.#peek(long ? 9 : 2);
    if (head === undefined) return undefined;
    const size = long ? Number(head.readBigUInt64BE(1)) : head[1]!;
    if (size > MAX_FRAME) {
      throw new WireError(`a ZeroMQ frame of ${size} bytes was announced; ${MAX_FRAME} is the limit`);
    }
    if (this.#length < head.length + size) return undefined;
    this.take(head.length);
    return { flags, body: this.take(size)! };
  }
}

/**
 * A connected ZeroMQ socket. It is made by {@link connectZmtp} once the peer has said READY.
 */
export class ZmtpSocket {
  readonly #socket: Socket;
  #closed = false;

  /** @internal Use {@link connectZmtp}. */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Sends one multipart message. Frames are queued by the operating system and the socket in order. */
  send(frames: readonly Uint8Array[]): void {
    if (this.#closed) return;
    const encoded = frames.map((body, index) => encodeFrame(body, index + 1 < frames.length ? FLAG_MORE : 0));
    this.#socket.write(Buffer.concat(encoded));
  }

  /** Closes the connection. Messages not yet sent are dropped. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }
}

/**
 * Connects to a ZeroMQ peer on loopback and waits for its READY. A SUB socket subscribes to everything.
 *
 * @throws Error as `node:net` gives it when nobody listens; {@link WireError} when the peer does not speak ZMTP 3.
 */
export function connectZmtp(
  options: {
    host: string;
    port: number;
    role: ZmtpRole;
    identity?: string;
    /** How long the handshake may take, in milliseconds. Default 10 000. */
    timeoutMs?: number;
    events: ZmtpEvents;
  },
): Promise<ZmtpSocket> {
  const { host, port, role, identity = "", timeoutMs = 10_000, events } = options;
  return new Promise((resolve, reject) => {
    const reader = new FrameReader();
    const stream = createConnection({ host, port });
    const socket = new ZmtpSocket(stream);
    let state: "greeting" | "handshake" | "ready" | "closed" = "greeting";
    let frames: Uint8Array[] = [];
    stream.setNoDelay(true);

    const limit = setTimeout(
      () =>
        fail(new WireError(`${host}:${port} did not complete the ZeroMQ handshake in ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const fail = (error: Error | undefined) => {
      if (state === "closed") return;
      clearTimeout(limit);
      const before = state;
      state = "closed";
      stream.destroy();
      if (before === "ready") events.close(error);
      else {reject(
          error ?? new WireError(`the connection to ${host}:${port} ended before the ZeroMQ handshake did`),
        );}
    };

    const read = () => {
      if (state === "greeting") {
        const bytes = reader.take(GREETING_LENGTH);
        if (bytes === undefined) return;
        if (bytes[0] !== 0xff || bytes[9] !== 0x7f || bytes[10]! < 3) {
          throw new WireError(`${host}:${port} does not speak ZeroMQ 3 or later`);
        }
        const mechanism = bytes.subarray(12, 32).toString("latin1").replace(/\0+$/, "");
        if (mechanism !== "NULL") {
          throw new WireError(`${host}:${port} asks for ZeroMQ security "${mechanism}"`);
        }
        state = "handshake";
        stream.write(encodeReady(role, identity));
      }
      for (let frame = reader.frame(); frame !== undefined; frame = reader.frame()) {
        if ((frame.flags & FLAG_COMMAND) !== 0) {
          const name = frame.body.subarray(1, 1 + (frame.body[0] ?? 0)).toString("latin1");
          if (name === "ERROR") throw new WireError(`${host}:${port} refused the ZeroMQ handshake`);
          if (name === "READY" && state === "handshake") {
            state = "ready";
            clearTimeout(limit);
            if (role === "SUB") socket.send([Uint8Array.of(1)]);
            resolve(socket);
          }
          continue;
        }
        if (state !== "ready") throw new WireError(`${host}:${port} sent a message before READY`);
        frames.push(frame.body);
        if ((frame.flags & FLAG_MORE) === 0) {
          const message = frames;
          frames = [];
          events.message(message);
        }
      }
    };

    stream.on("connect", () => stream.write(greeting()));
    stream.on("data", (chunk: Uint8Array) => {
      reader.push(chunk);
      try {
        read();
      } catch (error) {
        fail(error as Error);
      }
    });
    stream.on("error", fail);
    stream.on("close", () => fail(undefined));
  });
}
