import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { setSegment } from "../../src/cpu/segmentation.ts";
import { CPL, CR0, CR0_PE, EIP, STATE_BYTES } from "../../src/cpu/state.ts";
import { makeCases } from "../silicon/harness/cases.ts";
import { type BareCpu, makeCpu, setFlags } from "../support/cpu.ts";

/** Instructions of all kinds to put sequences together from. */
const POOL = makeCases().map(({ bytes }) => bytes);
const PAGES = 16;
/** Where the sequence lies; each in pages of its own, and again every 64 KiB, as all memory does here. */
const START = 0x8f80;
const LIMIT = 3_000;

/** Where a sequence starts from. */
interface Start {
  readonly code: readonly number[];
  readonly registers: readonly number[];
  readonly flags: number;
  readonly bits: 16 | 32;
  readonly user: boolean;
}

/** A processor whose whole address space is the same 64 KiB over and over, so that any address is one to work on. */
function makeMirrored(): BareCpu & { ended: boolean } {
  const bare = makeCpu({
    ramBytes: PAGES * 4096,
    bus: { frame: (page) => STATE_BYTES + (page % PAGES) * 4096 },
  });
  const mirrored = { ...bare, ended: false };
  bare.cpu.trap = {
    alwaysInterruptible: false,
    deliver(cpu, event) {
      bare.events.push(event);
      mirrored.ended = true;
      cpu.stop();
      return true;
    },
  };
  return mirrored;
}

function prepare(
  mirrored: BareCpu & { ended: boolean },
  { code, registers, flags, bits, user }: Start,
): void {
  const { cpu, ram, events } = mirrored;
  const { s, u8 } = cpu;
  for (let at = 0; at < PAGES * 4096; at++) u8[ram + at] = at * 7 + (at >> 8);
  mirrored.load(START, [...code, 0xf4]);
  cpu.reset();
  s[CR0] = CR0_PE;
  s[CPL] = user ? 3 : 0;
  const rights = (user ? 0x6000 : 0) | 0x809300 | (bits === 32 ? 0x400000 : 0);
  const limit = bits === 32 ? -1 : 0xffff;
  for (let register = 0; register < 6; register++) {
    setSegment(
      cpu,
      register,
      8 * register | (user ? 3 : 0),
      0,
      limit,
      register === 1 ? rights | 0x800 : rights,
    );
  }
  registers.forEach((value, n) => s[n] = value);
  s[EIP] = START;
  setFlags(cpu, flags & 0xcd5);
  cpu.updateMode();
  events.length = 0;
  mirrored.ended = false;
}

/** Everything that a program could find out. */
function snapshot({ cpu, ram, events }: BareCpu, began: { cycles: number; instructions: number }) {
  return {
    ...cpu.registers(),
    cycles: cpu.now() - began.cycles,
    instructions: cpu.instructions() - began.instructions,
    memory: Buffer.from(cpu.u8.slice(ram, ram + PAGES * 4096)).toString("latin1"),
    events: events.map(({ kind, vector, errorCode, returnEip }) => ({ kind, vector, errorCode, returnEip })),
  };
}

const starts: fc.Arbitrary<Start> = fc.record({
  code: fc.array(fc.nat({ max: POOL.length - 1 }).map((n) => POOL[n]!), { minLength: 1, maxLength: 40 })
    .map((list) => list.flat()),
  registers: fc.array(
    fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.constantFrom(0, 1, 3, -1, 0x7fff, 0x8f00)),
    { minLength: 8, maxLength: 8 },
  ),
  flags: fc.nat({ max: 0xfff }),
  bits: fc.constantFrom(16, 32),
  user: fc.boolean(),
});

describe("property: the engine's fast paths do what the routines of semantics/ do", () => {
  test("random sequences end in the same state, after the same cycles and instructions", () => {
    const fast = makeMirrored();
    const slow = makeMirrored();
    slow.cpu.code.generic = true;
    fc.assert(
      fc.property(starts, (start) => {
        const began = [fast, slow].map((bare) => {
          prepare(bare, start);
          return { cycles: bare.cpu.now(), instructions: bare.cpu.instructions() };
        });
        for (const [n, { cpu }] of [fast, slow].entries()) cpu.run(began[n]!.cycles + LIMIT);
        expect(snapshot(slow, began[1]!)).toEqual(snapshot(fast, began[0]!));
      }),
      { numRuns: Number(process.env.DIFFERENTIAL_RUNS ?? 300) },
    );
  });

  test("random sequences in slices of any length take the same cycles to the same state as in one go", () => {
    const whole = makeMirrored();
    const sliced = makeMirrored();
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 200 }), (start, slice) => {
        const began = [whole, sliced].map((bare) => {
          prepare(bare, start);
          return { cycles: bare.cpu.now(), instructions: bare.cpu.instructions() };
        });
        whole.cpu.run(began[0]!.cycles + LIMIT);
        for (let cycles = slice; cycles < LIMIT + slice && !sliced.ended; cycles += slice) {
          sliced.cpu.run(began[1]!.cycles + Math.min(cycles, LIMIT));
        }
        expect(snapshot(sliced, began[1]!)).toEqual(snapshot(whole, began[0]!));
      }),
      { numRuns: Number(process.env.DIFFERENTIAL_RUNS ?? 300) },
    );
  });
});
