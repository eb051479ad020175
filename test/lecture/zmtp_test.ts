import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Publisher, Router } from "zeromq";
import { connectZmtp, encodeFrame, FrameReader } from "../../src/lecture/gateway/zmtp.ts";

const text = (frames: Uint8Array[]) => frames.map((frame) => Buffer.from(frame).toString());
const bytes = (...parts: string[]) => parts.map((part) => Buffer.from(part));

/** Messages as they come, to be awaited one by one. */
function inbox() {
  const arrived: Uint8Array[][] = [];
  let wake = () => {};
  return {
    events: {
      message: (frames: Uint8Array[]) => {
        arrived.push(frames);
        wake();
      },
      close: () => {},
    },
    async next(): Promise<Uint8Array[]> {
      while (arrived.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return arrived.shift()!;
    },
  };
}

const portOf = (endpoint: string | null) => Number(/:(\d+)$/.exec(endpoint!)![1]);

describe("a ZeroMQ client socket, against libzmq (npm zeromq)", () => {
  test("a DEALER exchanges multipart messages with a ROUTER, under the identity it gave", async () => {
    const router = new Router({ linger: 0 });
    await router.bind("tcp://127.0.0.1:*");
    const box = inbox();
    const port = portOf(router.lastEndpoint);
    const dealer = await connectZmtp({
      host: "127.0.0.1",
      port,
      role: "DEALER",
      identity: "me",
      events: box.events,
    });
    dealer.send(bytes("a", "", "b"));
    expect(text(await router.receive())).toEqual(["me", "a", "", "b"]);
    await router.send(["me", "answer", "x".repeat(70_000)]);
    expect(text(await box.next())).toEqual(["answer", "x".repeat(70_000)]);
    dealer.close();
    router.close();
  });

  test("a SUB receives all that a PUB sends once subscribed, in order", async () => {
    const publisher = new Publisher({ linger: 0, sendHighWaterMark: 0 });
    await publisher.bind("tcp://127.0.0.1:*");
    const box = inbox();
    const port = portOf(publisher.lastEndpoint);
    const subscriber = await connectZmtp({ host: "127.0.0.1", port, role: "SUB", events: box.events });
    const first = box.next();
    let subscribed = false;
    void first.then(() => subscribed = true);
    while (!subscribed) {
      await publisher.send(["probe"]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (let i = 0; i < 2000; i++) await publisher.send(["topic", String(i)]);
    const seen: number[] = [];
    while (seen.length < 2000) {
      const [topic, number] = text(await box.next());
      if (topic === "topic") seen.push(Number(number));
    }
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    subscriber.close();
    publisher.close();
  });
});

describe("frames", () => {
  test("are read back whatever portions the bytes arrive in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 600 }), fc.boolean()), { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
        (frames, portions) => {
          const stream = Buffer.concat(frames.map(([body, more]) => encodeFrame(body, more ? 1 : 0)));
          const reader = new FrameReader();
          const read: [number[], boolean][] = [];
          for (let at = 0; at < stream.length;) {
            const size = portions.next().value as number;
            reader.push(stream.subarray(at, at + size));
            at += size;
            for (let frame = reader.frame(); frame !== undefined; frame = reader.frame()) {
              read.push([[...frame.body], (frame.flags & 1) === 1]);
            }
          }
          expect(read).toEqual(frames.map(([body, more]) => [[...body], more]));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("announced beyond all reason are refused before anything is allocated", () => {
    const reader = new FrameReader();
    reader.push(Uint8Array.of(2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
    expect(() => reader.frame()).toThrow(/is the limit/);
  });
});

test("a server that does not speak ZeroMQ is named as such", async () => {
  const { createServer } = await import("node:net");
  const server = createServer((socket) => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${" ".repeat(80)}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await expect(connectZmtp({ host: "127.0.0.1", port, role: "SUB", events: inbox().events }))
    .rejects.toThrow(`127.0.0.1:${port} does not speak ZeroMQ 3`);
  server.close();
});
