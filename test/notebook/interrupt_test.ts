import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Dealer, Router } from "zeromq";
import { tapControl } from "../../src/notebook/control_tap.ts";
import { runActive } from "../../src/notebook/interrupt.ts";
import { drive, interruptible, StoppedError } from "../../src/notebook/mod.ts";
import { StopFile } from "../../src/notebook/stop.ts";
import { zmtpDealerOpening, zmtpMessage, ZmtpTap } from "../../src/notebook/zmtp_tap.ts";

const folder = mkdtempSync(join(tmpdir(), "ringlab-test-"));
const stopFile = () => new StopFile(join(folder, `stop-${Math.random().toString(36).slice(2)}`));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("interruptible", () => {
  test("runs to the end in growing slices, and gives way between them", async () => {
    let left = 50_000_000;
    const budgets: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    let clock = 0; // a host on which every slice takes 2 ms
    const now = vi.spyOn(performance, "now").mockImplementation(() => clock);
    const step = (budget: number) => {
      budgets.push(budget);
      clock += 2;
      return (left -= budget) > 0;
    };
    expect(await interruptible({ step, budget: 1000 }, undefined)).toBe("finished");
    now.mockRestore();
    clearInterval(timer);
    expect(budgets.slice(0, 3)).toEqual([1000, 8000, 64_000]);
    expect(turns).toBeGreaterThan(0);
    expect(runActive()).toBe(false);
  });

  test("ends between two slices when asked, and says how far it came", async () => {
    const { mkdirSync } = await import("node:fs");
    mkdirSync(folder, { recursive: true });
    const stop = stopFile();
    let steps = 0;
    const step = () => {
      if (++steps === 3) stop.request();
      return true;
    };
    const error = await interruptible({ step, describe: () => `${steps} steps` }, stop).catch((e) => e);
    expect(error).toBeInstanceOf(StoppedError);
    expect(error).toMatchObject({ after: "3 steps", torn: false });
    expect(error.message).toBe("Stopped by the Stop button after 3 steps; the machine can be continued.");
    expect(stop.answered()).toBe("run");
    expect(stop.requested()).toBe(false);
  });

  test("ends at a signal", async () => {
    const abort = new AbortController();
    let steps = 0;
    const step = () => (++steps === 5 && abort.abort(), true);
    expect(await interruptible({ step, signal: abort.signal }, undefined)).toBe("aborted");
    expect(steps).toBe(5);
  });

  test("passes on what a slice throws", async () => {
    const step = () => {
      throw new RangeError("bad guest");
    };
    await expect(interruptible({ step }, undefined)).rejects.toThrow("bad guest");
    expect(runActive()).toBe(false);
  });
});

describe("drive", () => {
  test("lets the run end by itself before it says that it was stopped", async () => {
    let asked = false;
    const stop = { requested: () => asked, answer: () => true };
    const log: string[] = [];
    const body = async (pause: () => Promise<boolean>) => {
      while (!await pause()) {
        log.push("slice");
        asked = log.length === 2;
      }
      log.push("flushed");
      return 7;
    };
    const end = drive({ body, describe: () => `${log.length} entries` }, stop);
    await expect(end).rejects.toMatchObject({ after: "3 entries", torn: false });
    expect(log).toEqual(["slice", "slice", "flushed"]);
    expect(await drive({ body: async (pause) => (await pause(), 7) })).toBe(7);
  });

  test("notices a slice that never came back", async () => {
    let torn = 0;
    // A termination leaves the promise of the run unsettled, with a slice begun and not ended.
    const body = async (pause: () => Promise<boolean>) => {
      await pause();
      return await new Promise<never>(() => {});
    };
    await expect(drive({ body, torn: () => torn++, describe: () => "9 cycles" }, undefined)).rejects
      .toMatchObject({
        name: "StoppedError",
        torn: true,
        after: "9 cycles",
      });
    expect(torn).toBe(1);
  });
});

describe("the stop file", () => {
  test("a request is answered once, and can be withdrawn only before", async () => {
    const { mkdirSync } = await import("node:fs");
    mkdirSync(folder, { recursive: true });
    const stop = stopFile();
    expect(stop.requested()).toBe(false);
    stop.request();
    expect([stop.requested(), stop.answered()]).toEqual([true, undefined]);
    expect(stop.answer("waiting")).toBe(true);
    expect([stop.answered(), stop.answer("run"), stop.withdraw()]).toEqual(["waiting", false, false]);
    stop.request();
    expect(stop.answered()).toBeUndefined();
    expect([stop.withdraw(), stop.answer("run")]).toEqual([true, false]);
    stop.noteTermination();
    expect([stop.takeTermination(), stop.takeTermination()]).toEqual([true, false]);
  });
});

describe("ZMTP on the wire", () => {
  test("messages survive any cut of the stream", () => {
    const message = fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.integer({ min: 1, max: 700 }), (messages, cut) => {
        const parts = [zmtpDealerOpening(), ...messages.map(zmtpMessage)];
        const stream = Buffer.concat(parts);
        const tap = new ZmtpTap();
        const items = [];
        for (let at = 0; at < stream.length; at += cut) {
          items.push(...tap.feed(stream.subarray(at, at + cut)));
        }
        expect(Buffer.concat(items.map((item) => item.raw)).equals(stream)).toBe(true);
        expect(items.filter((item) => item.frames).map((item) => item.frames!.map((frame) => [...frame])))
          .toEqual(messages.map((frames) => frames.map((frame) => [...frame])));
      }),
    );
  });

  test("a frame of absurd size is refused", () => {
    const tap = new ZmtpTap();
    tap.feed(new Uint8Array(64));
    expect(() => tap.feed(Uint8Array.of(2, 0x7f, 0, 0, 0, 0, 0, 0, 0))).toThrow(RangeError);
  });

  test("libzmq on both sides: all messages pass but interrupts that are dealt with", async () => {
    const [outerPort, innerPort] = [await freePort(), await freePort()];
    const signing = { key: "", signature_scheme: "hmac-sha256" };
    let asked = 0;
    const server = await tapControl({
      host: "127.0.0.1",
      outerPort,
      innerPort,
      signing,
      onInterrupt: () => Promise.resolve(++asked === 1),
    });
    const client = new Dealer({ linger: 0 });
    client.connect(`tcp://127.0.0.1:${outerPort}`);
    const kernel = new Router({ linger: 0 });
    await kernel.bind(`tcp://127.0.0.1:${innerPort}`);
    const seen: string[] = [];
    const serve = (async () => {
      for await (const [identity, ...frames] of kernel) {
        seen.push(JSON.parse(String(frames[2])).msg_type);
        await kernel.send([identity!, ...frames]);
      }
    })();
    const ask = async (type: string) => {
      await client.send(["<IDS|MSG>", "", JSON.stringify({ msg_type: type, msg_id: "1" }), "{}", "{}", "{}"]);
      const frames = await client.receive();
      return [JSON.parse(String(frames[2])).msg_type, JSON.parse(String(frames[5])).status];
    };
    expect(await ask("kernel_info_request")).toEqual(["kernel_info_request", undefined]);
    expect(await ask("interrupt_request")).toEqual(["interrupt_reply", "ok"]);
    expect(await ask("interrupt_request")).toEqual(["interrupt_request", undefined]);
    expect(await ask("shutdown_request")).toEqual(["shutdown_request", undefined]);
    expect(seen).toEqual(["kernel_info_request", "interrupt_request", "shutdown_request"]);
    client.close();
    kernel.close();
    server.close();
    await serve;
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
