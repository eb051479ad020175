import { describe, expect, test } from "vitest";
import { Cmos } from "../../src/machine/devices/cmos.ts";
import { attachDebugExit } from "../../src/machine/devices/debug_exit.ts";
import { PostPort } from "../../src/machine/devices/post.ts";
import { SystemControl } from "../../src/machine/devices/system_control.ts";
import { bench } from "./bench_setup.ts";

describe("debug exit", () => {
  test.each([[1, 0, 1], [1, 0x10, 0x21], [1, 0xff, 0x1ff], [4, 0x80000000, 1]] as const)(
    "writing %d byte(s) of %d exits with %d",
    (size, value, code) => {
      const { bus } = bench();
      const codes: number[] = [];
      attachDebugExit(bus, 0xf4, (code) => codes.push(code));
      bus.portWrite(0xf4, size, value);
      expect(codes).toEqual([code]);
    },
  );
});

test("POST port: last code reads back, history is kept and saved", () => {
  const { bus, in: read, out } = bench();
  const post = new PostPort(bus, 0x190);
  expect([post.code, read(0x190)]).toEqual([undefined, 0xff]);
  for (const code of [1, 2, 0xff]) out(0x190, code);
  expect([post.code, read(0x190), post.history]).toEqual([0xff, 0xff, [1, 2, 0xff]]);
  for (let i = 0; i < 5000; i++) out(0x190, i & 0xff);
  expect(post.history).toHaveLength(4096);
  const saved = post.save();
  post.reset();
  expect(post.history).toEqual([]);
  post.restore(saved);
  expect(post.code).toBe(4999 & 0xff);
});

describe("A20 and reset", () => {
  function control() {
    const board = bench();
    const log: string[] = [];
    const device = new SystemControl(board.bus, {
      setA20: (open) => log.push(`a20 ${open}`),
      resetProcessor: () => log.push("reset"),
    });
    return { ...board, log, device };
  }

  test("port 92h", () => {
    const c = control();
    expect(c.in(0x92)).toBe(2);
    c.out(0x92, 0);
    c.out(0x92, 3);
    expect([c.log, c.in(0x92)]).toEqual([["a20 false", "a20 true", "reset"], 2]);
  });

  test("8042: output port, pulse, self-test, status", () => {
    const c = control();
    c.out(0x64, 0xd1);
    c.out(0x60, 0xdd);
    c.out(0x64, 0xd0);
    expect([c.in(0x64) & 1, c.in(0x60), c.in(0x64) & 1]).toEqual([1, 1, 0]);
    c.out(0x64, 0xaa);
    expect(c.in(0x60)).toBe(0x55);
    c.out(0x64, 0xfe);
    expect(c.log).toEqual(["a20 false", "reset"]);
    c.out(0x64, 0x60);
    c.out(0x60, 0x47);
    c.out(0x64, 0x20);
    expect(c.in(0x60)).toBe(0x47);
  });
});

describe("real-time clock", () => {
  const HERTZ = 32_768 * 100;
  function cmos(ram = 64 << 20) {
    const board = bench(HERTZ);
    let irq = false;
    const device = new Cmos(board.bus, board.clock, (level) => irq = level, ram);
    const read = (index: number) => {
      board.out(0x70, index);
      return board.in(0x71);
    };
    const write = (index: number, value: number) => {
      board.out(0x70, index);
      board.out(0x71, value);
    };
    return {
      ...board,
      device,
      read,
      write,
      time: () => [9, 8, 7, 4, 2, 0].map((index) => read(index).toString(16)).join(" "),
      get irq() {
        return irq;
      },
    };
  }

  test("every machine starts at the same moment and follows its cycles", () => {
    const c = cmos();
    expect(c.time()).toBe("6 10 21 0 0 0");
    expect([c.read(6), c.read(0x32)]).toEqual([7, 0x20]); // a Saturday, in the 21st century
    c.pass(HERTZ * (86_400 + 3_661));
    expect(c.time()).toBe("6 10 22 1 1 1");
    expect(c.read(13)).toBe(0x80);
  });

  test("the time can be set while SET holds it, in binary and 12 hours too", () => {
    const c = cmos();
    c.write(11, 0x80 | 4); // SET, binary, 12 hours
    c.write(9, 26);
    c.write(8, 11);
    c.write(7, 30);
    c.write(4, 0x80 | 11);
    c.write(2, 59);
    c.write(0, 59);
    c.pass(HERTZ * 10);
    expect(c.read(0)).toBe(59);
    c.write(11, 2);
    expect(c.time()).toBe("26 11 30 23 59 59");
    c.pass(HERTZ);
    expect(c.time()).toBe("26 12 1 0 0 0");
  });

  test("memory sizes where firmware keeps them", () => {
    const c = cmos();
    const word = (index: number) => c.read(index) | c.read(index + 1) << 8;
    expect([word(0x15), word(0x17), word(0x30), word(0x34)]).toEqual([640, 64512, 64512, 768]);
  });

  test("periodic and update interrupts; reading C ends them; without interest nothing is scheduled", () => {
    const c = cmos();
    expect(c.clock.next()).toBe(Infinity);
    c.write(11, 0x42); // PIE, 1024 Hz
    c.pass(HERTZ / 1024);
    expect([c.irq, c.read(12), c.irq, c.read(12)]).toEqual([true, 0xc0, false, 0]);
    c.write(11, 0x12); // UIE
    c.pass(HERTZ);
    expect([c.irq, c.read(12) & 0x90]).toEqual([true, 0x90]);
    c.write(11, 0x02);
    expect(c.clock.next()).toBe(Infinity);
  });

  test("alarm, with a byte that matches everything", () => {
    const c = cmos();
    c.write(1, 0x05);
    c.write(3, 0xff);
    c.write(5, 0xff);
    c.write(11, 0x22);
    c.pass(HERTZ * 4.5);
    expect(c.irq).toBe(false);
    c.pass(HERTZ);
    expect([c.irq, c.read(12) & 0xa0]).toEqual([true, 0xa0]);
  });
});
