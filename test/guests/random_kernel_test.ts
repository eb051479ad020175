import { describe, expect, test } from "vitest";
import {
  assembleRandomKernel,
  planRandomKernel,
  RANDOM_FAMILIES,
  RANDOM_KERNEL_BYTES,
  randomKernel,
  shrinkRandomKernel,
} from "../../src/guests/random/mod.ts";
import { Machine } from "../../src/machine/mod.ts";

const LOG = 0x60000, LOG_BYTES = 0x10000;

const machine = new Machine({ memory: RANDOM_KERNEL_BYTES, history: false });

/** Runs a random kernel to its end; also gives the vectors of the events it logged. */
function run(seed: number, options = {}) {
  const { program } = randomKernel(seed, options);
  const result = machine.load(program).runSync({ maxInstructions: 1_000_000 });
  const log = new DataView(machine.read(LOG, LOG_BYTES).buffer);
  const vectors: number[] = [];
  for (let at = 0; at < LOG_BYTES; at += 32) {
    if (log.getUint32(at + 16, true) !== 0) vectors.push(log.getUint32(at, true));
  }
  return { result, vectors };
}

describe("random kernels", () => {
  test("are the same for the same seed, and others for others", () => {
    const bytes = (seed: number) => randomKernel(seed, { steps: 20 }).program.hex();
    expect(bytes(5)).toBe(bytes(5));
    expect(bytes(5)).not.toBe(bytes(6));
  });

  test("end on the bare machine, nearly all with a checksum, and meet nearly every exception on the way", () => {
    const ends = new Map<string, number>(), met = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const { result, vectors } = run(seed, { steps: 30 });
      ends.set(result.status, (ends.get(result.status) ?? 0) + 1);
      if (result.status === "exited") expect(result.console).toMatch(/[0-9A-F]{8}\n$/);
      for (const vector of vectors) met.add(vector);
    }
    expect([...ends.keys()].filter((status) => status !== "exited" && status !== "shutdown")).toEqual([]);
    expect(ends.get("exited")).toBeGreaterThan(34);
    const expected = [0, 1, 3, 4, 5, 6, 10, 11, 13, 14, 0x30, 0x32, 0x33, 0x80];
    expect(expected.filter((vector) => !met.has(vector))).toEqual([]);
  });

  test.each(RANDOM_FAMILIES)("of the family %s alone end too", (family) => {
    const { result } = run(7, { only: [family], steps: 25, rounds: 1 });
    expect(["exited", "shutdown"]).toContain(result.status);
  });

  test("say which families there are", () => {
    expect(() => planRandomKernel(1, { only: ["alu", "warp"] })).toThrow(/no family "warp"/);
    expect(() => planRandomKernel(1, { only: ["alu"], without: ["alu"] })).toThrow(/left/);
  });
});

describe("shrinking", () => {
  test("keeps the one step that matters", () => {
    const plan = planRandomKernel(11, { only: ["alu", "flow", "user"], steps: 24, rounds: 3 });
    const culprit = {
      family: "test",
      id: 99,
      kernel: ["nop", "mov byte [0x5F123], 0x77", "inc eax"],
      user: [],
    };
    const steps = [...plan.steps.slice(0, 10), culprit, ...plan.steps.slice(10)];
    const small = shrinkRandomKernel({ ...plan, steps }, (candidate) => {
      machine.load(assembleRandomKernel(candidate)).runSync({ maxInstructions: 300_000 });
      return machine.read(0x5f123, 1)[0] === 0x77;
    });
    expect(small.rounds).toBe(1);
    expect(small.steps.map(({ kernel }) => kernel)).toEqual([["mov byte [0x5F123], 0x77"]]);
  });
});
