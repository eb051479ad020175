/**
 * The Jupyter wire protocol 5.x: how a message lies in ZeroMQ frames, and its signature
 * (Jupyter client documentation, "Messaging in Jupyter", section "The Wire Protocol").
 *
 * The gateway only carries messages between a WebSocket and a kernel, so the four JSON parts stay bytes: what the
 * kernel wrote is what the front-end reads.
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { WireError } from "../errors.ts";

const DELIMITER = Buffer.from("<IDS|MSG>", "latin1");

/** A message as it travels: header, parent header, metadata and content as JSON text, then binary buffers. */
export interface WireMessage {
  /** `[header, parent_header, metadata, content]`, each UTF-8 JSON, unparsed. */
  readonly parts: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  /** Binary attachments, in order. */
  readonly buffers: readonly Uint8Array[];
}

/** A Jupyter message header. */
export interface MessageHeader {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

function sign(parts: readonly Uint8Array[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** The ZeroMQ frames of a message, signed with `key` (HMAC-SHA256 over the four parts, as hex). */
export function encodeWire(message: WireMessage, key: string): Uint8Array[] {
  return [DELIMITER, Buffer.from(sign(message.parts, key), "latin1"), ...message.parts, ...message.buffers];
}

/**
 * The message in ZeroMQ frames, its signature checked. Routing identities before the delimiter are dropped.
 *
 * @throws {WireError} when the delimiter or a part is missing, or the signature is not `key`'s.
 */
export function decodeWire(frames: readonly Uint8Array[], key: string): WireMessage {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) throw new WireError("a kernel message has no <IDS|MSG> delimiter");
  const [signature, header, parent, metadata, content, ...buffers] = frames.slice(at + 1);
  if (signature === undefined || content === undefined) {
    throw new WireError(
      `a kernel message has ${frames.length - at - 1} frames after the delimiter; at least 5 are needed`,
    );
  }
  const parts = [header!, parent!, metadata!, content] as const;
  const expected = Buffer.from(sign(parts, key), "latin1");
  if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
    throw new WireError("a kernel message is not signed with this connection's key");
  }
  return { parts, buffers };
}

/** The JSON value of one part. Used sparingly: most messages pass through unread. */
export function readPart<T>(part: Uint8Array): T {
  return JSON.parse(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("utf8")) as T;
}

/** A message built by the gateway itself. */
export function makeMessage(header: MessageHeader, content: unknown, parent: unknown = {}): WireMessage {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value), "utf8");
  return { parts: [json(header), json(parent), json({}), json(content)], buffers: [] };
}
