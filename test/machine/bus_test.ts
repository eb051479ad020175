import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bus } from "../../src/machine/bus.ts";
import { Clock, Oscillator } from "../../src/machine/clock.ts";
import { MachineError, SnapshotError } from "../../src/machine/errors.ts";
import { PhysicalMemory } from "../../src/machine/physical_memory.ts";
import { parseSize } from "../../src/machine/size.ts";
import { bench } from "./bench_setup.ts";

describe("sizes", () => {
  test.each([["4M", 4194304], ["64K", 65536], [4096, 4096], ["0x1000", 4096], ["1.5M", 1572864], [
    "2GiB",
    2 ** 31,
  ], [
    "512",
    512,
  ], ["8 kb", 8192]])("%s is %d bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(["", "M", "4X", "-1", "1e9", "0.3K", NaN, -4, 1.5, "4M4"])("%s is no size", (text) => {
    expect(() => parseSize(text, "memory")).toThrow(/^memory .* is not a size/);
  });
});

describe("physical memory", () => {
  const rom = Uint8Array.from({ length: 512 * 1024 }, (_, i) => i >>> 12);

  test("RAM below the hole and above 1 MiB, nothing in between and above", () => {
    const memory = new PhysicalMemory({ ram: "2M", stateBytes: 8192 });
    expect(memory.frame(0)).toBe(8192);
    expect(memory.frame(0x9f)).toBe(8192 + 0x9f000);
    for (const page of [0xa0, 0xbf, 0xc0, 0xff, 0x200, 0xfffff]) expect(memory.frame(page)).toBe(-1);
    expect(memory.frame(0x100)).toBe(8192 + 0x100000);
    expect(memory.writable(0x1ff)).toBe(true);
    expect(memory.isRam(0x9ffff, 1)).toBe(true);
    expect(memory.isRam(0x9ffff, 2)).toBe(false);
    expect(memory.isRam(0x1ffffc, 4)).toBe(true);
    expect(memory.isRam(0x1ffffd, 4)).toBe(false);
  });

  test("a ROM appears below 4 GiB whole and below 1 MiB with its end", () => {
    const memory = new PhysicalMemory({ ram: "1M", stateBytes: 4096, rom });
    expect(memory.read(0xfffff000, 1)[0]).toBe(127);
    expect(memory.read(0xfff80000, 1)[0]).toBe(0);
    expect(memory.read(0xff000, 1)[0]).toBe(127);
    expect(memory.read(0xc0000, 1)[0]).toBe(64);
    expect(memory.writable(0xff)).toBe(false);
    expect(() => memory.write(0xff000, Uint8Array.of(1))).toThrow(/not all RAM/);
    expect(memory.read(0xfff7ffff, 2)).toEqual(Uint8Array.of(0xff, 0));
  });

  test("what was written is read, over any range within RAM; outside nothing is written", () => {
    const memory = new PhysicalMemory({ ram: "2M", stateBytes: 4096 });
    fc.assert(
      fc.property(fc.nat(0x210000), fc.uint8Array({ minLength: 1, maxLength: 9000 }), (address, bytes) => {
        const before = memory.read(address, bytes.length);
        if (memory.isRam(address, bytes.length)) {
          memory.write(address, bytes);
          expect(memory.read(address, bytes.length)).toEqual(bytes);
        } else {
          expect(() => memory.write(address, bytes)).toThrow(MachineError);
          expect(memory.read(address, bytes.length)).toEqual(before);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each(["0", "63K", "4097", "2G", "3G"])("refuses %s of RAM", (ram) => {
    expect(() => new PhysicalMemory({ ram, stateBytes: 0 })).toThrow(MachineError);
  });

  test("refuses a ROM of an odd size", () => {
    const memory = new PhysicalMemory({ ram: "1M", stateBytes: 0 });
    expect(() => memory.setRom(new Uint8Array(100))).toThrow(/multiple of 4096/);
    expect(() => memory.setRom(new Uint8Array(512 * 1024))).toThrow(/constructor/);
  });
});

describe("ports", () => {
  test("nothing answers with all ones", () => {
    const { bus } = bench();
    expect([1, 2, 4].map((size) => bus.portRead(0x1234, size as 1 | 2 | 4))).toEqual([
      0xff,
      0xffff,
      0xffffffff,
    ]);
    bus.portWrite(0x1234, 4, 1);
  });

  test("a wide access to 8-bit devices is split into bytes, also across two of them", () => {
    const { bus } = bench();
    const written: number[][] = [];
    const device = (first: number, last: number) => ({
      owner: "test",
      first,
      last,
      read: (port: number) => port & 0xff,
      write: (port: number, value: number) => written.push([port, value]),
    });
    bus.attachPorts(device(0x10, 0x11));
    bus.attachPorts(device(0x12, 0x12));
    expect(bus.portRead(0x10, 4)).toBe(0xff121110);
    bus.portWrite(0x10, 4, 0x44332211);
    expect(written).toEqual([[0x10, 0x11], [0x11, 0x22], [0x12, 0x33]]);
  });

  test("a device that says so gets a wide access whole", () => {
    const { bus } = bench();
    const seen: unknown[] = [];
    bus.attachPorts({ owner: "wide", first: 0xf4, last: 0xf4, width: 4, write: (...all) => seen.push(all) });
    bus.portWrite(0xf4, 4, 0xdeadbeef | 0);
    expect(seen).toEqual([[0xf4, 0xdeadbeef, 4]]);
  });

  test("two devices on one port, or a port that does not exist, are errors that name them", () => {
    const { bus } = bench();
    bus.attachPorts({ owner: "first", first: 0x60, last: 0x64 });
    expect(() => bus.attachPorts({ owner: "second", first: 0x64, last: 0x65 })).toThrow(
      "second: port 64h is taken by first",
    );
    expect(bus.portRead(0x65, 1)).toBe(0xff);
    expect(() => bus.attachPorts({ owner: "x", first: 0xffff, last: 0x10000 })).toThrow(MachineError);
  });
});

describe("memory-mapped devices", () => {
  test("answer at their offset; conflicts with RAM and each other are errors", () => {
    const { bus } = bench();
    const words = new Map<number, number>();
    const range = (address: number, bytes: number) => ({
      owner: "frame buffer",
      address,
      bytes,
      read: (offset: number) => words.get(offset) ?? 0,
      write: (offset: number, value: number) => void words.set(offset, value),
    });
    bus.attachMemory(range(0xb8000, 0x8000));
    bus.physicalWrite(0xb8010, 2, 0x12345);
    expect(bus.physicalRead(0xb8010, 2)).toBe(0x2345);
    expect(bus.physicalRead(0xa0000, 4)).toBe(0xffffffff);
    expect(() => bus.attachMemory(range(0x9f000, 0x2000))).toThrow(/0009F000h is taken by RAM/);
    expect(() => bus.attachMemory(range(0xbf000, 0x1000))).toThrow(/taken by frame buffer/);
    expect(() => bus.attachMemory(range(0xa0001, 0x1000))).toThrow(/whole pages/);
  });
});

describe("clock", () => {
  test("fires what is due in order of cycle, then of making; what is set while firing fires too", () => {
    let now = 0;
    const fired: string[] = [];
    const clock = new Clock(1000, () => now);
    const b = clock.timer("b", () => fired.push("b"));
    const a = clock.timer("a", () => {
      fired.push("a");
      b.set(now);
    });
    const c = clock.timer("c", () => fired.push("c"));
    a.set(10);
    c.set(10);
    b.set(10);
    expect(clock.next()).toBe(10);
    now = 9;
    clock.dispatch();
    expect(fired).toEqual([]);
    now = 12;
    clock.dispatch();
    expect(fired).toEqual(["b", "a", "c", "b"]);
    expect(clock.next()).toBe(Infinity);
    expect(() => clock.timer("a", () => {})).toThrow(MachineError);
  });

  test("tells the processor about anything earlier than it knew", () => {
    const clock = new Clock(1000, () => 0);
    let told = 0;
    clock.onEarlier(() => told++);
    const timer = clock.timer("t", () => {});
    timer.set(100);
    timer.set(200);
    timer.set(50);
    timer.cancel();
    expect(told).toBe(2);
  });

  test("saving and restoring the queue is identity", () => {
    const make = () => {
      const clock = new Clock(1, () => 0);
      return { clock, timers: ["x", "y", "z"].map((name) => clock.timer(name, () => {})) };
    };
    fc.assert(fc.property(fc.array(fc.option(fc.nat()), { minLength: 3, maxLength: 3 }), (cycles) => {
      const one = make(), other = make();
      cycles.forEach((at, i) => at !== null && one.timers[i]!.set(at));
      other.timers[0]!.set(5);
      other.clock.restore(one.clock.save());
      expect(other.clock.save()).toEqual(one.clock.save());
      expect(other.clock.next()).toBe(one.clock.next());
    }));
    expect(() => make().clock.restore([["w", 3]])).toThrow(SnapshotError);
  });

  test("ticks and cycles convert exactly, without drift (against big integers)", () => {
    const frequencies = fc.constantFrom(3_800_000_000, 1_000_000_000, 2_660_000_000, 3_400_000_000);
    const devices = fc.constantFrom(1_193_182, 1_843_200, 32_768);
    fc.assert(
      fc.property(
        frequencies,
        devices,
        fc.maxSafeInteger().map((n) => Math.abs(n) / 16 | 0),
        fc.nat(2 ** 31 - 1),
        (hz, device, high, low) => {
          const oscillator = new Oscillator(device, hz);
          const cycle = (Math.abs(high) % 2 ** 18) * 2 ** 31 + low;
          const tick = oscillator.ticksAt(cycle);
          expect(BigInt(tick)).toBe(BigInt(cycle) * BigInt(device) / BigInt(hz));
          const first = oscillator.cycleOf(tick);
          expect(oscillator.ticksAt(first)).toBe(tick);
          if (first > 0) expect(oscillator.ticksAt(first - 1)).toBe(tick - 1);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("a bus without an interrupt controller answers the acknowledge cycle with FFh", () => {
  expect(new Bus(new PhysicalMemory({ ram: "64K", stateBytes: 0 })).acknowledgeInterrupt()).toBe(255);
});
