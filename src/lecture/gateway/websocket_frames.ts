/**
 * The binary sub-protocol `v1.kernel.websocket.jupyter.org`: one kernel message in one WebSocket message. A table of
 * 64-bit little-endian offsets (their number first), then the channel's name, the four JSON parts and the buffers
 * (Jupyter Server documentation, "WebSocket kernel wire protocols").
 */
import { Buffer } from "node:buffer";
import { WireError } from "../errors.ts";
import type { WireMessage } from "./wire.ts";

/** The name both ends put into the WebSocket handshake. */
export const V1_PROTOCOL = "v1.kernel.websocket.jupyter.org";

/** The kernel's channels that a WebSocket multiplexes. */
export type Channel = "shell" | "control" | "stdin" | "iopub";

/** The bytes of one WebSocket message. */
export function encodeV1(channel: Channel, message: WireMessage): ArrayBuffer {
  const pieces = [Buffer.from(channel, "latin1"), ...message.parts, ...message.buffers];
  const offsets = [8 * (pieces.length + 2)];
  for (const piece of pieces) offsets.push(offsets.at(-1)! + piece.length);
  const bytes = new Uint8Array(offsets.at(-1)!);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(offsets.length), true);
  offsets.forEach((offset, index) => view.setBigUint64(8 * (index + 1), BigInt(offset), true));
  pieces.forEach((piece, index) => bytes.set(piece, offsets[index]!));
  return bytes.buffer;
}

/**
 * The channel and message in the bytes of one WebSocket message.
 *
 * @throws {WireError} when the offset table does not describe the bytes.
 */
export function decodeV1(data: ArrayBuffer): { channel: Channel; message: WireMessage } {
  const view = new DataView(data);
  const bad = () =>
    new WireError(`a WebSocket message of ${data.byteLength} bytes has no valid offset table`);
  if (data.byteLength < 8) throw bad();
  const count = Number(view.getBigUint64(0, true));
  if (count < 6 || 8 * (count + 1) > data.byteLength) throw bad();
  const offsets: number[] = [];
  for (let i = 0; i < count; i++) {
    const offset = Number(view.getBigUint64(8 * (i + 1), true));
    if (offset < (offsets.at(-1) ?? 8 * (count + 1)) || offset > data.byteLength) throw bad();
    offsets.push(offset);
  }
  const pieces = offsets.slice(1).map((end, i) => new Uint8Array(data, offsets[i]!, end - offsets[i]!));
  const [channel, header, parent, metadata, content, ...buffers] = pieces;
  return {
    channel: Buffer.from(channel!).toString("latin1") as Channel,
    message: { parts: [header!, parent!, metadata!, content!], buffers },
  };
}
