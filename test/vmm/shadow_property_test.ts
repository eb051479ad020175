import "../support/seed.ts";
import process from "node:process";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  A20_MASK,
  CR0,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR3,
  CR4,
  CR4_PSE,
  Fault,
  flushTlb,
  invalidatePage,
  physicalWrite32,
  STATE_BYTES,
  translate,
} from "../../src/cpu/mod.ts";
import { bareProcessor } from "../../src/experiments/bare_processor.ts";
import type { ShadowCounts, ShadowOptions } from "../../src/vmm/memory/shadow_pager.ts";
import {
  audit,
  frames,
  GUEST_BYTES,
  type Outcome,
  PAGE,
  type ShadowGuest,
  shadowGuest,
} from "./shadow_guest.ts";

/*
 * Random page tables and random accesses, writes to tables, and changes of address space. While no table has been changed since
 * the last flush, the oracle is our own processor, running natively over the same guest-physical memory: same address, same
 * error code, and the same memory afterwards, accessed and dirty bits included. After an unflushed change the TLB may be stale,
 * so any answer is legal that the tables have given at some time since the last flush of that page; a fault must be today's.
 */

const TABLES = [4, 5, 6, 7, 8, 9];
const DIRECTORIES = [4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 170, 300];
const DATA = [12, 13, 14, 15, 260, 271];
const NOWHERE = [170, 300, 0xfffff];
const SLOTS = [0, 1, 2, 512, 1022, 1023];
const INDICES = [0, 4, 5, 6, 7, 300, 1023];
/** Frames that can be reached by any of these (and their A20 images): all that is ever compared or copied. */
const REACHABLE = [...Array(16).keys(), 300 & ~256, ...Array(16).keys().map((n) => 256 + n)];

/** Where a write to a table goes: to the entry that maps a linear address, or anywhere in the tables. */
type Target = { linear: number; level: 0 | 1 } | { gpa: number };

/** What is written: an entry, or the present one with some bits cleared and others set. */
type Change = { value: number } | { clear: number; set: number };

type Step =
  | { do: "access"; linear: number; write: boolean; user: boolean; value: number }
  | {
    do: "store";
    target: Target;
    change: Change;
    times: number;
    invalidate: boolean;
    through: "monitor" | "interpreter";
  }
  | { do: "invlpg"; linear: number }
  | { do: "control"; cr3: number; paging: boolean; wp: boolean; pse: boolean; a20: boolean };

const linearAddress = fc.record({
  slot: fc.constantFrom(...SLOTS, 0, 1, 2, 512, 0, 1, 2, 512),
  index: fc.constantFrom(...INDICES),
  offset: fc.constantFrom(0, 4, 16, 0xffc, 0x7c0),
}).map(({ slot, index, offset }) => (slot << 22 | index << 12 | offset) | 0);

const flags = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      0x07,
      0x07,
      0x07,
      0x07,
      0x67,
      0x67,
      0x27,
      0x03,
      0x63,
      0x23,
      0x05,
      0x25,
      0x01,
      0x61,
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xfff }) },
);
const pointer = (frames: readonly number[]): fc.Arbitrary<number> =>
  fc.record({ frame: fc.constantFrom(...frames), flags }).map((e) => e.frame << 12 | (e.flags & ~0x80));
/** 4 MiB pages, some with a reserved bit. */
const large = fc.record({ base: fc.constantFrom(0, 0, 0, 0x2000, 0x400000), flags })
  .map((e) => e.base | e.flags | 0x80);
const odd = fc.constantFrom(0, 0, -1, 0x12345678);
const directoryEntry = fc.oneof(
  { weight: 10, arbitrary: pointer(TABLES) },
  { weight: 3, arbitrary: large },
  { weight: 1, arbitrary: pointer([...DATA, ...NOWHERE]) },
  { weight: 1, arbitrary: odd },
);
const tableEntry = fc.oneof(
  { weight: 6, arbitrary: pointer(DATA) },
  { weight: 3, arbitrary: pointer(TABLES) },
  { weight: 1, arbitrary: fc.oneof(odd, pointer(NOWHERE)) },
);
const entry = fc.oneof(directoryEntry, tableEntry);

interface Entry {
  frame: number;
  index: number;
  value: number;
}
const tables: fc.Arbitrary<Entry[]> = fc.tuple(...TABLES.map((frame, n) => {
  const indices = [...new Set([...SLOTS, ...INDICES])];
  const values = fc.array(n < 2 ? directoryEntry : n === 2 ? entry : tableEntry, {
    minLength: indices.length,
    maxLength: indices.length,
  });
  return values.map((values) => values.map((value, k): Entry => ({ frame, index: indices[k]!, value })));
})).map((lists) => lists.flat());

/** Steps that keep coming back to a few linear addresses. */
const steps: fc.Arbitrary<Step[]> = fc.array(linearAddress, { minLength: 3, maxLength: 7 }).chain((pool) => {
  const linear = fc.constantFrom(...pool);
  const target: fc.Arbitrary<Target> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ linear, level: fc.constantFrom(0 as const, 1 as const, 1 as const) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        gpa: fc.tuple(fc.constantFrom(...TABLES), fc.constantFrom(...SLOTS, ...INDICES))
          .map(([frame, index]) => frame * PAGE + index * 4),
      }),
    },
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 16,
      arbitrary: fc.record({
        do: fc.constant("access" as const),
        linear,
        write: fc.boolean(),
        user: fc.boolean(),
        value: entry,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("store" as const),
        target,
        change: fc.oneof(
          fc.record({ value: entry }),
          fc.record({
            clear: fc.constantFrom(0, 0x20, 0x40, 0x60, 0x20, 0x40, 0x80, 2, 4, 1),
            set: fc.constantFrom(0, 0, 0, 0x60, 0x80, 2, 4, 0x207),
          }),
        ),
        times: fc.constantFrom(1, 1, 1, 1, 1, 20),
        invalidate: fc.boolean(),
        through: fc.constantFrom("monitor" as const, "interpreter" as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("invlpg" as const), linear }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("control" as const),
        cr3: fc.constantFrom(...DIRECTORIES),
        paging: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
        wp: fc.boolean(),
        pse: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
        a20: fc.integer({ min: 0, max: 15 }).map((n) => n > 0),
      }),
    },
  );
  return fc.array(step, { minLength: 30, maxLength: 100, size: "max" });
});

/** The native machine. */
const native = bareProcessor({
  ramBytes: GUEST_BYTES,
  bus: {
    frame: (page) =>
      page < 160 || (page >= 256 && page < GUEST_BYTES / PAGE) ? STATE_BYTES + page * PAGE : -1,
  },
});

/** Memory as it was: the reachable frames. */
class Past {
  readonly #frames: Map<number, Int32Array>;

  constructor({ memory, cpu }: ShadowGuest, readonly number: number) {
    this.#frames = new Map(
      REACHABLE.map((
        gfn,
      ) => [gfn, new Int32Array(cpu.u8.slice(memory.frame(gfn), memory.frame(gfn) + PAGE).buffer)]),
    );
  }

  /** All ones where there is no RAM. */
  read(address: number): number {
    const frame = this.#frames.get(Math.floor(address / PAGE));
    return frame === undefined ? 2 ** 32 - 1 : frame[(address % PAGE) / 4]! >>> 0;
  }
}

/** A walk of tables of the past: no marks, no TLB. Written independently of the processor's. @param used gets the frames of the tables */
function look(
  past: { read(address: number): number },
  s: Int32Array,
  linear: number,
  write: boolean,
  user: boolean,
  used?: Set<number>,
): Outcome {
  const a20 = s[A20_MASK]! >>> 0;
  const clip = (address: number): number => (address & a20) >>> 0;
  const read = (address: number): number => {
    used?.add(Math.floor(address / PAGE));
    return past.read(address);
  };
  if (s[CR0]! >= 0) return { gpa: clip(linear) };
  const directory = read(clip((s[CR3]! & ~0xfff) + (linear >>> 22) * 4));
  const why = (write ? 2 : 0) + (user ? 4 : 0);
  if (directory % 2 === 0) return { fault: why };
  const big = (directory & 0x80) !== 0 && (s[CR4]! & CR4_PSE) !== 0;
  if (big && (directory & 0x3ff000) !== 0) return { fault: why + 9 };
  const page = big ? directory : read(clip(((directory & ~0xfff) >>> 0) + ((linear >>> 12) & 1023) * 4));
  if (page % 2 === 0) return { fault: why };
  const rights = big ? directory : directory & page;
  const readOnly = (rights & 2) === 0 && (user || (s[CR0]! & CR0_WP) !== 0);
  if ((user && (rights & 4) === 0) || (write && readOnly)) return { fault: why + 1 };
  const span = big ? 2 ** 22 : PAGE;
  return { gpa: clip(Math.floor(page / span) * span + ((linear >>> 0) % span)) };
}

/** Steps that were compared, by how. */
const compared = { exactly: 0, legally: 0, stale: 0 };

class Comparison {
  readonly guest: ShadowGuest;
  /** What memory was since the last flush, before each change of a table. */
  #past: Past[] = [];
  #number = 0;
  /** Frames that translations may have come from since the last flush. */
  readonly #used = new Set<number>();
  /** By linear page: the number of the first change after its last INVLPG. */
  readonly #invalidated = new Map<number, number>();

  constructor(options: ShadowOptions, content: readonly Entry[]) {
    this.guest = shadowGuest(options);
    for (const { frame, index, value } of content) this.guest.memory.poke32(frame * PAGE + index * 4, value);
    this.#synchronize();
  }

  /** The native machine gets the guest's memory, and nobody remembers anything. */
  #synchronize(): void {
    const { memory, cpu } = this.guest;
    for (const gfn of REACHABLE) {
      const from = memory.frame(gfn);
      native.u8.set(cpu.u8.subarray(from, from + PAGE), STATE_BYTES + gfn * PAGE);
    }
    native.flushTlb();
    this.#past = [];
    this.#used.clear();
    this.#invalidated.clear();
  }

  /** A table has been changed without a flush. */
  #remember(past: Past): void {
    this.#past.push(past);
    this.#number++;
  }

  run(step: Step): void {
    switch (step.do) {
      case "access":
        return this.#access(step);
      case "store":
        return this.#store(step);
      case "invlpg":
        return this.#invalidate(step.linear);
      default:
        return this.#control(step);
    }
  }

  #access(step: Step & { do: "access" }): void {
    const { linear, write, user, value } = step;
    const { memory, vcpu: { s } } = this.guest;
    const present = { read: (address: number) => memory.read32(address) >>> 0 };
    const now = look(present, s, linear, write, user, this.#used);
    const before = write ? new Past(this.guest, this.#number) : null;
    const outcome = this.guest.access(linear, write, user, value);
    if (this.#past.length === 0) this.#compareExactly(step, outcome);
    else this.#compareLegally(step, outcome, now);
    if (before !== null && "gpa" in outcome && this.#used.has(outcome.gpa >>> 12)) this.#remember(before);
  }

  #compareExactly({ linear, write, user, value }: Step & { do: "access" }, outcome: Outcome): void {
    compared.exactly++;
    let expected: Outcome;
    try {
      const gpa = translate(native, linear, write, user);
      if (write) physicalWrite32(native, gpa & ~3, value);
      expected = { gpa: gpa >>> 0 };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expected = { fault: error.errorCode };
    }
    expect(outcome).toEqual(expected);
    const { memory, cpu } = this.guest;
    for (const gfn of REACHABLE) {
      const start = STATE_BYTES + gfn * PAGE, ours = memory.frame(gfn);
      const expected = native.u8.subarray(start, start + PAGE);
      if (Buffer.compare(cpu.u8.subarray(ours, ours + PAGE), expected) !== 0) {
        expect([...memory.readBytes(gfn * PAGE, PAGE)]).toEqual([...expected]);
      }
    }
  }

  #compareLegally({ linear, write, user }: Step & { do: "access" }, outcome: Outcome, now: Outcome): void {
    compared.legally++;
    const s = this.guest.vcpu.s;
    if ("fault" in outcome) {
      expect(outcome).toEqual(now);
      return;
    }
    const since = this.#invalidated.get(linear >>> 12) ?? 0;
    const past = this.#past.filter(({ number }) => number >= since);
    expect([now, ...past.map((past) => look(past, s, linear, write, user))]).toContainEqual(outcome);
    if (past.length === 0) this.#expectMarks(linear, write, outcome.gpa);
    else if ("fault" in now || now.gpa !== outcome.gpa) compared.stale++;
  }

  /** A page that was used after its invalidation is marked as accessed, and as dirty if it was written to. */
  #expectMarks(linear: number, write: boolean, target: number): void {
    const { memory, vcpu: { s } } = this.guest;
    if (s[CR0]! >= 0) return;
    const a20 = s[A20_MASK]!;
    const directoryAddress = ((s[CR3]! & ~0xfff) + (linear >>> 22) * 4) & a20;
    const directory = memory.read32(directoryAddress);
    const large = (directory & 0x80) !== 0 && (s[CR4]! & CR4_PSE) !== 0;
    const address = large ? directoryAddress : ((directory & ~0xfff) + ((linear >>> 12) & 1023) * 4) & a20;
    // What was written may have been the entries themselves.
    if (write && ((target & ~3) === directoryAddress || (target & ~3) === address)) return;
    expect(directory & 0x20).toBe(0x20);
    expect(memory.read32(address) & (write ? 0x60 : 0x20)).toBe(write ? 0x60 : 0x20);
  }

  #address(target: Target): number {
    if ("gpa" in target) return target.gpa;
    const { memory, vcpu: { s } } = this.guest;
    const directory = (s[CR3]! & ~0xfff) + (target.linear >>> 22) * 4;
    if (target.level === 0) return directory;
    return (memory.read32(directory) & ~0xfff) + ((target.linear >>> 12) & 1023) * 4;
  }

  #store({ target, change, times, invalidate, through }: Step & { do: "store" }): void {
    const { memory, vcpu } = this.guest;
    const gpa = this.#address(target);
    if (!REACHABLE.includes(gpa >>> 12)) return;
    this.#remember(new Past(this.guest, this.#number));
    const value = "value" in change ? change.value : (memory.read32(gpa) & ~change.clear) | change.set;
    for (let n = 0; n < times; n++) {
      if (through === "monitor") memory.writeBytes(gpa, new Uint8Array(Int32Array.of(value).buffer));
      else physicalWrite32(vcpu, gpa, value);
    }
    if (invalidate) this.#flush();
  }

  #invalidate(linear: number): void {
    this.guest.pager.invalidatePage(linear);
    invalidatePage(native, linear);
    this.#invalidated.set(linear >>> 12, this.#number);
  }

  #control({ cr3, paging, wp, pse, a20 }: Step & { do: "control" }): void {
    for (const { s } of [this.guest.vcpu, native]) {
      s[CR0] = CR0_PE | (paging ? CR0_PG : 0) | (wp ? CR0_WP : 0);
      s[CR3] = cr3 * PAGE;
      s[CR4] = pse ? CR4_PSE : 0;
    }
    this.guest.vcpu.setA20(a20);
    native.setA20(a20);
    this.#flush();
  }

  #flush(): void {
    this.guest.pager.flush();
    flushTlb(native);
    this.#synchronize();
  }
}

const RUNS = Number(process.env["SHADOW_RUNS"] ?? 60);
const total: Partial<Record<keyof ShadowCounts, number>> = {};

const shapes: [string, ShadowOptions][] = [
  ["ring 1, 8 frames", { frames: 8, ring3Kernel: false, roots: 1 }],
  ["ring 1, 9 frames", { frames: 9, ring3Kernel: false }],
  ["ring 1, 64 frames", { frames: 64, ring3Kernel: false, roots: 3 }],
  ["ring 3, 8 frames", { frames: 8, ring3Kernel: true, roots: 1 }],
  ["ring 3, 64 frames", { frames: 64, ring3Kernel: true }],
];

test.each(shapes)(
  "a guest behind shadow tables (%s) sees what our processor shows it natively",
  (_, options) => {
    const free = frames.free;
    fc.assert(
      fc.property(tables, steps, (content, steps) => {
        const comparison = new Comparison(options, content);
        const { guest } = comparison;
        try {
          comparison.run({ do: "control", cr3: 4, paging: true, wp: true, pse: true, a20: true });
          for (const step of steps) {
            comparison.run(step);
            if (step.do !== "access") audit(guest);
          }
          audit(guest);
          for (const [name, count] of Object.entries(guest.pager.counts)) {
            const key = name as keyof ShadowCounts;
            total[key] = (total[key] ?? 0) + count;
          }
        } finally {
          guest.release();
        }
      }),
      { numRuns: RUNS },
    );
    expect(frames.free).toBe(free);
  },
);

test("the random guests have met everything that is counted, and stale translations too", () => {
  if (process.env["SHADOW_COUNTS"]) console.log(total, compared);
  expect(Object.entries({ ...total, ...compared }).filter(([, count]) => count === 0)).toEqual([]);
  expect(total).toHaveProperty("abandoned");
});
