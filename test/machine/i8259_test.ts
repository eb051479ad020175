import { describe, expect, test } from "vitest";
import { I8259Pair } from "../../src/machine/devices/i8259.ts";
import { bench } from "./bench_setup.ts";

const EOI = 0x20;

function pair({ icw1 = 0x11, icw4 = 0x01, slaveIcw4 = 0x01, masks = [0, 0] } = {}) {
  const board = bench();
  let intr = false;
  const pics = new I8259Pair(board.bus, (level) => intr = level);
  const initialize = (port: number, base: number, icw3: number, last: number) => {
    board.out(port, icw1);
    for (const value of [base, icw3, last]) board.out(port + 1, value);
  };
  initialize(0x20, 0x20, 4, icw4);
  initialize(0xa0, 0x28, 2, slaveIcw4);
  board.out(0x21, masks[0]!);
  board.out(0xa1, masks[1]!);
  const register = (port: number, ocw3: number) => {
    board.out(port, ocw3);
    return board.in(port);
  };
  return {
    ...board,
    pics,
    get intr() {
      return intr;
    },
    raise: (irq: number) => pics.line(irq)(true),
    lower: (irq: number) => pics.line(irq)(false),
    acknowledge: () => board.bus.acknowledgeInterrupt(),
    irr: (port = 0x20) => register(port, 0x0a),
    isr: (port = 0x20) => register(port, 0x0b),
  };
}

describe("8259A", () => {
  test("edge: a request is served once, at its vector, and again only after a new edge", () => {
    const p = pair();
    p.raise(3);
    expect(p.intr).toBe(true);
    expect(p.acknowledge()).toBe(0x23);
    expect([p.intr, p.isr(), p.irr()]).toEqual([false, 8, 0]);
    p.out(0x20, EOI);
    expect([p.intr, p.isr()]).toEqual([false, 0]);
    p.lower(3);
    p.raise(3);
    expect(p.acknowledge()).toBe(0x23);
  });

  test("level (ELCR): the request stays as long as the line", () => {
    const p = pair();
    p.out(0x4d0, 0xff);
    expect(p.in(0x4d0)).toBe(0xf8); // 0 to 2 are edge always
    p.raise(5);
    expect(p.acknowledge()).toBe(0x25);
    p.out(0x20, EOI);
    expect(p.intr).toBe(true);
    p.lower(5);
    expect(p.intr).toBe(false);
  });

  test("fully nested: a higher request interrupts a lower one, not the other way round", () => {
    const p = pair();
    p.raise(4);
    expect(p.acknowledge()).toBe(0x24);
    p.raise(6);
    expect(p.intr).toBe(false);
    p.raise(1);
    expect(p.intr).toBe(true);
    expect(p.acknowledge()).toBe(0x21);
    expect(p.isr()).toBe(0x12);
    p.out(0x20, EOI); // the highest in service: 1
    expect([p.isr(), p.intr]).toEqual([0x10, false]);
    p.out(0x20, EOI);
    expect(p.acknowledge()).toBe(0x26);
  });

  test("mask: a masked request waits in IRR; the mask reads back", () => {
    const p = pair({ masks: [0x04 ^ 0xff, 0xff] });
    p.raise(0);
    expect([p.intr, p.irr(), p.in(0x21)]).toEqual([false, 1, 0xfb]);
    p.out(0x21, 0);
    expect([p.intr, p.acknowledge()]).toEqual([true, 0x20]);
  });

  test("a request that goes away before INTA becomes the spurious IRQ 7, without ISR", () => {
    const p = pair();
    p.raise(2 + 1);
    p.lower(3);
    expect(p.acknowledge()).toBe(0x27);
    expect(p.isr()).toBe(0);
  });

  test("cascade: IRQ 12 comes from the slave, both ISR bits are set", () => {
    const p = pair();
    p.raise(12);
    expect(p.acknowledge()).toBe(0x2c);
    expect([p.isr(), p.isr(0xa0)]).toEqual([4, 0x10]);
    p.raise(9); // higher in the slave, but the master's input 2 is in service
    expect(p.intr).toBe(false);
    p.out(0xa0, EOI);
    p.out(0x20, EOI);
    expect(p.acknowledge()).toBe(0x29);
    p.out(0xa0, EOI);
    p.out(0x20, EOI);
    // A request of the slave that vanishes is gone from the master too.
    p.raise(14);
    p.lower(14);
    expect(p.acknowledge()).toBe(0x27);
  });

  test("special fully nested master: a higher request of the slave interrupts a lower one of it", () => {
    const p = pair({ icw4: 0x11 });
    p.raise(12);
    expect(p.acknowledge()).toBe(0x2c);
    p.raise(9);
    expect(p.intr).toBe(true);
    expect(p.acknowledge()).toBe(0x29);
    p.raise(8);
    expect(p.acknowledge()).toBe(0x28);
    expect(p.isr(0xa0)).toBe(0x13);
  });

  test("automatic EOI: nothing stays in service; with rotation the served one becomes the lowest", () => {
    const p = pair({ icw4: 0x03 });
    p.raise(4);
    p.acknowledge();
    expect(p.isr()).toBe(0);
    p.out(0x20, 0x80); // rotate in automatic EOI mode
    p.raise(1);
    expect(p.acknowledge()).toBe(0x21);
    p.lower(1);
    p.raise(1);
    p.lower(4);
    p.raise(4);
    expect([p.acknowledge(), p.acknowledge()]).toEqual([0x24, 0x21]);
  });

  test("specific EOI, rotation and set priority", () => {
    const p = pair();
    p.raise(4);
    p.acknowledge();
    p.raise(2 - 1);
    p.acknowledge();
    p.out(0x20, 0x64); // specific EOI of 4
    expect(p.isr()).toBe(2);
    p.out(0x20, 0xa0); // rotate on non-specific EOI: 1 becomes the lowest
    p.lower(1);
    p.raise(0);
    p.raise(1);
    p.raise(3);
    expect(p.acknowledge()).toBe(0x23);
    p.out(0x20, 0xe0 | 3); // rotate on specific EOI
    p.out(0x20, 0xc0 | 0); // set priority: 0 is the lowest, so 1 the highest
    expect([p.acknowledge()]).toEqual([0x21]);
    p.out(0x20, EOI);
    expect(p.acknowledge()).toBe(0x20);
  });

  test("special mask mode: a masked level in service lets lower ones through", () => {
    const p = pair();
    p.raise(1);
    p.acknowledge();
    p.raise(6);
    expect(p.intr).toBe(false);
    p.out(0x20, 0x68);
    p.out(0x21, 0x02);
    expect(p.intr).toBe(true);
    expect(p.acknowledge()).toBe(0x26);
    p.out(0x20, EOI); // leaves the masked level alone
    expect(p.isr()).toBe(2);
    p.out(0x20, 0x48);
    p.raise(7);
    expect(p.intr).toBe(false);
  });

  test("poll: a read acknowledges without INTA", () => {
    const p = pair();
    p.raise(5);
    p.out(0x20, 0x0c);
    expect(p.in(0x20)).toBe(0x85);
    expect([p.isr(), p.intr]).toEqual([0x20, false]);
    p.out(0x20, 0x0c);
    expect(p.in(0x20)).toBe(0);
  });

  test("ICW1 clears the mask and forgets edges; a single chip takes no ICW3, and without IC4 no ICW4", () => {
    const p = pair();
    p.raise(6);
    p.out(0x21, 0x55);
    p.out(0x20, 0x12); // single, no ICW4
    p.out(0x21, 0x40);
    expect(p.in(0x21)).toBe(0);
    p.out(0x21, 0xaa); // OCW1 already
    expect([p.in(0x21), p.irr(), p.intr]).toEqual([0xaa, 0, false]);
    p.out(0x21, 0);
    p.lower(6);
    p.raise(6);
    expect(p.acknowledge()).toBe(0x46);
  });

  test("level triggering for all inputs by ICW1", () => {
    const p = pair({ icw1: 0x19 });
    p.raise(0);
    expect(p.acknowledge()).toBe(0x20);
    p.out(0x20, EOI);
    expect(p.intr).toBe(true);
  });

  test("before initialization everything is masked; reset returns there", () => {
    const p = pair();
    p.raise(1);
    p.pics.master.reset();
    expect([p.intr, p.in(0x21)]).toEqual([false, 0xff]);
  });

  test("save and restore keep everything in the middle of the work", () => {
    const p = pair({ icw4: 0x11 });
    p.raise(12);
    p.acknowledge();
    p.raise(1);
    p.out(0xa1, 0x42);
    const saved = JSON.parse(JSON.stringify([p.pics.master.save(), p.pics.slave.save()]));
    const other = pair();
    other.pics.slave.restore(saved[1]);
    other.pics.master.restore(saved[0]);
    expect(other.intr).toBe(true);
    expect([other.acknowledge(), other.isr(0xa0), other.in(0xa1)]).toEqual([0x21, 0x10, 0x42]);
  });
});
