import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CycleReport,
  DISPLAY,
  EVENT_EXIT,
  EVENT_INTERRUPT,
  EVENT_TRAP,
  eventName,
  eventNumber,
  Ledger,
  NAMED_EVENTS,
  present,
  WORLD_GUEST_USER,
  WORLD_MONITOR,
  WORLDS,
} from "../../src/cycles/mod.ts";

const ledger = () => new Ledger(new ArrayBuffer(Ledger.BYTES + 64), 64);

describe("ledger", () => {
  test("buckets sum to the total after any sequence of charges and switches", () => {
    const step = fc.oneof(
      fc.record({ world: fc.nat(WORLDS.length - 1), cycles: fc.nat(1_000_000) }),
      fc.record({ vm: fc.nat(15) }),
    );
    fc.assert(fc.property(fc.array(step), (steps) => {
      const book = ledger();
      let expected = 0;
      for (const step of steps) {
        if ("vm" in step) book.vm = step.vm;
        else {
          book.add(step.world, step.cycles);
          expected += step.cycles;
        }
      }
      const report = book.report();
      const sum = report.shares.reduce((sum, { cycles }) => sum + cycles, 0);
      expect(book.total).toBe(expected);
      expect(sum).toBe(expected);
      expect(Object.values(report.worlds).reduce((a, b) => a + b, 0)).toBe(expected);
    }));
  });

  test("charges the current virtual machine and no other", () => {
    const book = ledger();
    book.add(WORLD_GUEST_USER, 5);
    book.vm = 3;
    book.add(WORLD_GUEST_USER, 7);
    expect([book.bucket(0, WORLD_GUEST_USER), book.bucket(3, WORLD_GUEST_USER)]).toEqual([5, 7]);
    expect(() => book.vm = 16).toThrow(RangeError);
  });

  test("lives in its buffer: a copy of the bytes is a copy of the account", () => {
    const bytes = new ArrayBuffer(Ledger.BYTES + 64);
    const book = new Ledger(bytes, 64);
    book.vm = 2;
    book.add(WORLD_MONITOR, 42);
    book.count(EVENT_TRAP + 13, 3);
    const restored = new Ledger(bytes.slice(0), 64);
    expect(restored.report().toJSON()).toEqual(book.report().toJSON());
    expect(restored.vm).toBe(2);
  });

  test("a report since an earlier one holds only what came after", () => {
    const book = ledger();
    book.add(WORLD_GUEST_USER, 10);
    book.count(EVENT_TRAP + 6);
    const before = book.report();
    book.add(WORLD_MONITOR, 4);
    book.count(EVENT_TRAP + 6, 2);
    const delta = book.report(before);
    expect(delta.toJSON()).toEqual({
      total: 4,
      worlds: { monitor: 4 },
      events: { "trap #UD invalid opcode": 2 },
    });
    book.reset();
    expect(book.report().toJSON()).toEqual({ total: 0, worlds: {}, events: {} });
  });

  test("the text of a report is a table with shares", () => {
    const book = ledger();
    book.add(WORLD_GUEST_USER, 7500);
    book.add(WORLD_MONITOR, 2500);
    book.count(EVENT_EXIT + 12);
    expect(book.report().toString()).toBe([
      "guest-user   7,500   75.0 %",
      "monitor      2,500   25.0 %",
      "total       10,000  100.0 %",
      "VM exit 12       1",
    ].join("\n"));
  });
});

test("event numbers do not collide", () => {
  const numbers = NAMED_EVENTS.map(eventNumber);
  expect(new Set(numbers).size).toBe(NAMED_EVENTS.length);
  expect(Math.min(...numbers)).toBeGreaterThan(EVENT_EXIT + 69);
  expect(eventName(EVENT_TRAP + 14)).toBe("trap #PF page fault");
  expect(eventName(EVENT_TRAP + 0x80)).toBe("trap INT 80h");
  expect(eventName(EVENT_INTERRUPT + 0x20)).toBe("interrupt 20h");
  expect(eventName(eventNumber("tlb-miss"))).toBe("tlb-miss");
});

test("a registered presenter decides how a report looks", () => {
  class Bill extends CycleReport {}
  const bill = new Bill({ total: 0, machines: [], events: [] });
  expect(bill[DISPLAY]()).toEqual({ "text/plain": "total  0" });
  expect(() => bill.chart()).toThrow(TypeError);
  present(Bill, {
    display: (value) => ({ "text/html": `<b>${value.total}</b>` }),
    chart: (_, options) => options,
  });
  expect(bill[DISPLAY]()).toEqual({ "text/html": "<b>0</b>" });
  expect(bill.chart({ log: true })).toEqual({ log: true });
});
