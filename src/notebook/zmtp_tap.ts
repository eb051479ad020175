/** Reads and writes ZMTP 3.x as it passes over a TCP connection (ZeroMQ RFC 23, NULL mechanism): greeting, commands, messages. */

/** What passed by: one whole message, a whole command or a piece of the greeting, with the bytes it came in. */
export interface ZmtpItem {
  /** The bytes as they were on the wire. */
  readonly raw: Uint8Array;
  /** The frames of a message; undefined for a greeting or a command. */
  readonly frames: readonly Uint8Array[] | undefined;
}

const [more, long, command] = [1, 2, 4];
const greetingLength = 64;

/** Larger frames than this are not a kernel's. */
const maxFrame = 2 ** 30;

/** Cuts one direction of a connection into greeting, commands and whole messages. */
export class ZmtpTap {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Bytes of the greeting that are still to come. */
  #greeting = greetingLength;

  /**
   * Takes bytes as they arrive and returns what is complete.
   *
   * @throws {RangeError} for a frame that claims more than 1 GiB.
   */
  feed(chunk: Uint8Array): ZmtpItem[] {
    this.#bytes = concat([this.#bytes, chunk]);
    const items: ZmtpItem[] = [];
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      items.push(item);
      this.#bytes = this.#bytes.slice(item.raw.length);
    }
    return items;
  }

  #next(): ZmtpItem | undefined {
    const bytes = this.#bytes;
    if (this.#greeting > 0) {
      if (bytes.length === 0) return undefined;
      // At once and in pieces: libzmq sends the rest of its greeting only when it has seen the beginning of the other's.
      const raw = bytes.slice(0, this.#greeting);
      this.#greeting -= raw.length;
      return { raw, frames: undefined };
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const frames: Uint8Array[] = [];
    for (let at = 0;;) {
      if (bytes.length < at + 2) return undefined;
      const flags = bytes[at]!;
      if (flags & long && bytes.length < at + 9) return undefined;
      const size = flags & long ? Number(view.getBigUint64(at + 1)) : bytes[at + 1]!;
      if (size > maxFrame) throw new RangeError(`a ZMTP frame of ${size} bytes is larger than ${maxFrame}`);
      const start = at + (flags & long ? 9 : 2);
      if (bytes.length < start + size) return undefined;
      at = start + size;
      if (flags & command) return { raw: bytes.slice(0, at), frames: undefined };
      frames.push(bytes.slice(start, at));
      if (!(flags & more)) return { raw: bytes.slice(0, at), frames };
    }
  }
}

/** A message as bytes on the wire. */
export function zmtpMessage(frames: readonly Uint8Array[]): Uint8Array {
  return concat(frames.map((frame, i) => zmtpFrame(frame, i < frames.length - 1 ? more : 0)));
}

/** What a DEALER socket sends before its first message: greeting and READY command. */
export function zmtpDealerOpening(): Uint8Array {
  const greeting = new Uint8Array(greetingLength);
  greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
  greeting.set(bytesOf("NULL"), 12);
  const ready = concat([bytesOf("\x05READY\x0bSocket-Type"), Uint8Array.of(0, 0, 0, 6), bytesOf("DEALER")]);
  return concat([greeting, zmtpFrame(ready, command)]);
}

function zmtpFrame(body: Uint8Array, flags: number): Uint8Array {
  if (body.length < 256) return concat([Uint8Array.of(flags, body.length), body]);
  const head = new Uint8Array(9);
  head[0] = flags | long;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concat([head, body]);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
