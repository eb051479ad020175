import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { I8254 } from "../../src/machine/devices/i8254.ts";
import { Counter8254 } from "../../src/machine/devices/i8254_counter.ts";
import { bench } from "./bench_setup.ts";

const CYCLES_PER_TICK = 100;

function timer() {
  const board = bench();
  const edges: [tick: number, level: boolean][] = [];
  let level = true;
  const pit = new I8254(board.bus, board.clock, (next) => {
    if (next !== level) edges.push([board.clock.now() / CYCLES_PER_TICK, next]);
    level = next;
  });
  return {
    ...board,
    pit,
    edges,
    ticks: (count: number) => board.pass(count * CYCLES_PER_TICK),
    setLevel: (now: boolean) => void (level = now),
  };
}

/** Waveforms of the data sheet's figures: OUT after each clock pulse, starting with the one after the count was written. */
function waveform(mode: number, count: number, pulses: number, { bcd = false, gateAt = -1 } = {}): string {
  const counter = new Counter8254();
  counter.reset(0);
  if (gateAt >= 0) counter.setGate(false);
  counter.program(0x10 | mode << 1 | (bcd ? 1 : 0));
  counter.write(count);
  let wave = "";
  for (let tick = 1; tick <= pulses; tick++) {
    if (tick - 1 === gateAt) counter.setGate(true);
    counter.advanceTo(tick);
    wave += counter.out ? "1" : "0";
  }
  return wave;
}

describe("8254 waveforms of the data sheet", () => {
  test("mode 0, count 4: high after N + 1 pulses, and stays", () =>
    expect(waveform(0, 4, 9)).toBe("000011111"));
  test("mode 1, count 3: one shot of N pulses after the trigger", () => {
    expect(waveform(1, 3, 9, { gateAt: 2 })).toBe("110001111");
    expect(waveform(1, 3, 9)).toBe("111111111");
  });
  test("mode 2, count 3: low for one pulse in N", () => expect(waveform(2, 3, 10)).toBe("1101101101"));
  test("mode 3, count 4: square", () => expect(waveform(3, 4, 12)).toBe("110011001100"));
  test("mode 3, count 5: high for 3, low for 2", () => expect(waveform(3, 5, 12)).toBe("111001110011"));
  test("mode 4, count 3: strobe after N + 1, once", () => expect(waveform(4, 3, 9)).toBe("111011111"));
  test("mode 5, count 3: strobe N + 1 after the trigger", () => {
    expect(waveform(5, 3, 9, { gateAt: 2 })).toBe("111110111");
  });
  test("modes 6 and 7 are 2 and 3", () => {
    expect([waveform(6, 3, 9), waveform(7, 4, 9)]).toEqual([waveform(2, 3, 9), waveform(3, 4, 9)]);
  });
  test("BCD counts in decimal", () =>
    expect(waveform(2, 0x10, 20, { bcd: true })).toBe("11111111101111111110"));
});

/** The data sheet's definitions pulse by pulse, written down naively: the oracle for the counter that leaps. */
class NaiveCounter {
  mode = 0;
  out = false;
  gate = true;
  CR = 0;
  CE = 0;
  loading = false;
  counting = false;
  done = false;
  written = false;
  high = true;

  program(mode: number) {
    Object.assign(this, {
      mode,
      out: mode !== 0,
      loading: false,
      counting: false,
      done: false,
      written: false,
    });
  }
  write(count: number) {
    this.CR = count === 0 ? 65536 : count;
    if (this.mode === 0) this.out = false;
    if (this.mode === 0 || this.mode === 4) this.loading = true;
    if ((this.mode === 2 || this.mode === 3) && !this.counting) this.loading = true;
    this.written = true;
  }
  setGate(level: boolean) {
    if (level && !this.gate && this.written && [1, 2, 3, 5].includes(this.mode)) this.loading = true;
    if (!level && (this.mode === 2 || this.mode === 3)) this.out = true;
    this.gate = level;
  }
  pulse() {
    const { mode } = this;
    if (this.loading) {
      this.loading = false;
      this.counting = true;
      this.done = false;
      this.load();
      if (mode !== 0) this.out = mode !== 1;
      return;
    }
    if (!this.counting) return;
    if (mode === 4 && !this.out) this.out = true;
    if (mode === 5 && !this.out) this.out = true;
    if (!this.gate && mode !== 1 && mode !== 5) return;
    if (mode === 3) {
      if (this.CE === 0 || (this.CE === 2 && !(this.odd && this.out))) {
        this.load();
        this.out = !this.out;
      } else this.CE -= 2;
      return;
    }
    if (mode === 2) {
      if (this.CE === 1) this.load();
      else this.CE--;
      this.out = this.CE !== 1;
      return;
    }
    this.CE = this.CE === 0 ? 65535 : this.CE - 1;
    if (this.CE === 0 && !this.done) {
      this.done = true;
      this.out = mode < 2;
    }
  }
  odd = false;
  load() {
    this.odd = this.CR % 2 === 1;
    this.CE = this.mode === 3 ? this.CR - this.CR % 2 : this.CR;
  }
}

test("any sequence of programming, counts, gates and time gives what the definitions give pulse by pulse", () => {
  const count = fc.oneof(fc.integer({ min: 2, max: 20 }), fc.constantFrom(0, 100, 999));
  const action = fc.oneof(
    { weight: 1, arbitrary: fc.record({ program: fc.nat(5), count }) },
    { weight: 1, arbitrary: fc.record({ count }) },
    { weight: 2, arbitrary: fc.record({ gate: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ ticks: fc.oneof(fc.nat(5), fc.nat(300)) }) },
  );
  fc.assert(
    fc.property(fc.nat(5), count, fc.array(action, { maxLength: 25 }), (mode, first, actions) => {
      const leaping = new Counter8254();
      const naive = new NaiveCounter();
      let tick = 0;
      leaping.reset(0);
      const program = (mode: number, count: number) => {
        leaping.program(0x30 | mode << 1);
        naive.program(mode);
        write(count);
      };
      const write = (count: number) => {
        leaping.write(count & 0xff);
        leaping.write(count >> 8);
        naive.write(count);
      };
      program(mode, first);
      for (const action of actions) {
        if ("program" in action) program(action.program, action.count);
        else if ("count" in action) write(action.count);
        else if ("gate" in action) {
          leaping.setGate(action.gate);
          naive.setGate(action.gate);
        } else {
          for (let n = 0; n < action.ticks; n++) {
            const announced = leaping.nextChange();
            const before = naive.out;
            naive.pulse();
            if (naive.out !== before) expect(announced).toBeLessThanOrEqual(tick + n + 1);
          }
          tick += action.ticks;
          leaping.advanceTo(tick);
          expect(leaping.out).toBe(naive.out);
          if (naive.counting) {
            leaping.latchCount();
            expect(leaping.read() | leaping.read() << 8).toBe(naive.CE % 65536);
          }
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe("8254 on the bus", () => {
  test("mode 2 gives IRQ 0 a rising edge every N ticks, for as long as you like", () => {
    const p = timer();
    p.out(0x43, 0x34);
    p.out(0x40, 1000 & 0xff);
    p.out(0x40, 1000 >> 8);
    p.ticks(10_500);
    const rises = p.edges.filter(([, level]) => level).map(([tick]) => tick);
    expect(rises.slice(0, 3)).toEqual([1001, 2001, 3001]);
    expect(rises).toHaveLength(10);
    p.ticks(50_000_000);
    expect(p.edges.at(-1)![0] % 1000).toBeLessThanOrEqual(1);
  });

  test("latched count and status, and the read-back command", () => {
    const p = timer();
    p.out(0x43, 0x34);
    p.out(0x40, 0xe8);
    p.out(0x40, 0x03);
    p.ticks(11);
    p.out(0x43, 0x00); // latch
    p.ticks(50);
    expect(p.in(0x40) | p.in(0x40) << 8).toBe(990);
    expect(p.in(0x40) | p.in(0x40) << 8).toBe(940);
    p.out(0x43, 0xc2); // read back status and count of counter 0
    expect(p.in(0x40)).toBe(0x80 | 0x34);
    expect(p.in(0x40) | p.in(0x40) << 8).toBe(940);
    p.out(0x43, 0xb6);
    p.out(0x42, 1);
    p.out(0x43, 0xe8); // status of counter 2: count not complete, null count
    expect(p.in(0x42) & 0x40).toBe(0x40);
  });

  test("byte accesses: low only and high only", () => {
    const p = timer();
    p.out(0x43, 0x54);
    p.out(0x41, 18);
    p.ticks(1);
    expect(p.in(0x41)).toBe(18);
    p.out(0x43, 0x60);
    p.out(0x41, 2);
    p.ticks(1);
    expect(p.in(0x41)).toBe(2);
  });

  test("port 61h: gate and output of counter 2, refresh toggles", () => {
    const p = timer();
    p.out(0x43, 0xb0); // mode 0
    p.out(0x42, 10);
    p.out(0x42, 0);
    p.ticks(30);
    expect(p.in(0x61) & 0x23).toBe(0); // gate closed: no counting
    p.out(0x61, 1);
    p.ticks(9);
    expect(p.in(0x61) & 0x21).toBe(1);
    p.ticks(2);
    expect(p.in(0x61) & 0x21).toBe(0x21);
    const seen = new Set<number>();
    for (let i = 0; i < 4; i++) {
      seen.add(p.in(0x61) & 0x10);
      p.ticks(18);
    }
    expect(seen).toEqual(new Set([0, 0x10]));
  });

  test("an unprogrammed timer schedules nothing", () => {
    const p = timer();
    expect(p.clock.next()).toBe(Infinity);
  });

  test("save and restore in mid-count", () => {
    const p = timer(), other = timer();
    p.out(0x43, 0x36);
    p.out(0x40, 0x11);
    p.out(0x40, 0x01);
    p.ticks(77);
    other.ticks(77);
    other.pit.restore(JSON.parse(JSON.stringify(p.pit.save())));
    other.clock.restore(p.clock.save());
    other.setLevel(p.edges.at(-1)?.[1] ?? true); // the wire belongs to the 8259A's state
    p.edges.length = other.edges.length = 0;
    p.ticks(1000);
    other.ticks(1000);
    expect(other.edges).toEqual(p.edges);
    expect(p.edges.length).toBeGreaterThan(3);
  });
});
