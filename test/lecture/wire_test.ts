import fc from "fast-check";
import { type KernelMessage, ServerConnection } from "@jupyterlab/services";
import { describe, expect, test } from "vitest";
import { WireError } from "../../src/lecture/mod.ts";
import { header } from "../../src/lecture/gateway/channels.ts";
import { decodeV1, encodeV1, V1_PROTOCOL } from "../../src/lecture/gateway/websocket_frames.ts";
import { decodeWire, encodeWire, makeMessage, readPart } from "../../src/lecture/gateway/wire.ts";

describe("the Jupyter wire protocol", () => {
  test("a message survives signing and reading, with identities before it and buffers after it", () => {
    fc.assert(fc.property(fc.jsonValue(), fc.array(fc.uint8Array()), fc.string(), (value, buffers, key) => {
      const message = { ...makeMessage(header("test", "s"), { value }), buffers };
      const frames = [Buffer.from("identity"), ...encodeWire(message, key)];
      const read = decodeWire(frames, key);
      expect(readPart<{ value: unknown }>(read.parts[3]).value).toEqual(JSON.parse(JSON.stringify(value)));
      expect(read.buffers.map((buffer) => [...buffer])).toEqual(buffers.map((buffer) => [...buffer]));
    }));
  });

  test("the signature is HMAC-SHA256 over the four parts, as Python's hmac computes it", () => {
    const parts = ["a", "b", "c", "d"].map((part) => Buffer.from(part)) as never;
    const signature = encodeWire({ parts, buffers: [] }, "key")[1]!;
    // python3 -c "import hmac; print(hmac.new(b'key', b'abcd', 'sha256').hexdigest())"
    expect(Buffer.from(signature).toString()).toBe(
      "2a31ec0ee8d878c9eece9fb0df79b3b90b2256240163aa5ee50d176d3d1121f8",
    );
  });

  test("a changed byte, a wrong key or a missing part is refused", () => {
    const frames = encodeWire(makeMessage(header("test", "s"), {}), "key");
    expect(() => decodeWire(frames, "other")).toThrow(WireError);
    const changed = frames.map((frame) => Buffer.from(frame));
    changed[5]![0]! ^= 1;
    expect(() => decodeWire(changed, "key")).toThrow(/not signed/);
    expect(() => decodeWire(frames.slice(0, 4), "key")).toThrow(/at least 5/);
    expect(() => decodeWire(frames.slice(1), "key")).toThrow(/delimiter/);
  });
});

describe("the WebSocket protocol, against @jupyterlab/services", () => {
  const { serialize, deserialize } =
    ServerConnection.makeSettings({ baseUrl: "http://localhost/" }).serializer;

  test("what we write it reads, and the other way round", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.array(fc.uint8Array({ minLength: 1 })),
        (text, buffers) => {
          const ours = { ...makeMessage(header("stream", "s"), { name: "stdout", text }), buffers };
          const theirs = deserialize(encodeV1("iopub", ours), V1_PROTOCOL);
          expect(theirs.channel).toBe("iopub");
          expect(theirs.content).toEqual({ name: "stdout", text });
          const views = (theirs.buffers ?? []).map((view) => [...new Uint8Array((view as DataView).buffer)]);
          expect(views).toEqual(buffers.map((buffer) => [...buffer]));

          const back = decodeV1(serialize(theirs as KernelMessage.IMessage, V1_PROTOCOL) as ArrayBuffer);
          expect(back.channel).toBe("iopub");
          expect(readPart(back.message.parts[3])).toEqual({ name: "stdout", text });
        },
      ),
    );
  });

  test("bytes that are no message are refused, whatever they are", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
      try {
        decodeV1(noise.slice().buffer);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }));
  });
});
