import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm } from "../../src/isa/asm/mod.ts";
import { Machine, Snapshot, SnapshotError } from "./machine_setup.ts";
import { COUNT_TICKS, PAGED_KERNEL } from "./guest_programs.ts";

const PROGRAMS = {
  "real mode with a timer": asm(COUNT_TICKS),
  "paging, faults and a timer": asm(PAGED_KERNEL),
};

/** What must be the same: everything a guest can see or a report shows; how often code was decoded is the host's affair. */
function state(machine: Machine): unknown {
  const { state } = machine.snapshot();
  const { memory } = machine.board;
  const ram = machine.read(0, memory.ramBytes);
  const { events, ...cycles } = machine.cycles.toJSON() as { events: Record<string, number> };
  const { "block-decoded": _, "code-invalidation": __, ...counted } = events;
  return { ...state, registers: machine.registers, ram: hash(ram), cycles, counted };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** To the guest's end, which may come in one of the pieces. */
function runInPieces(machine: Machine, pieces: { maxCycles?: number; maxInstructions?: number }[]): void {
  for (const piece of [...pieces, {}]) {
    if (machine.runSync(piece).status !== "limit") return;
  }
}

const load = (program: typeof PROGRAMS[keyof typeof PROGRAMS]) => new Machine({ memory: "4M" }).load(program);

describe.each(Object.entries(PROGRAMS))("%s", (_, program) => {
  const reference = load(program);
  const whole = reference.runSync();
  const end = state(reference);
  const { instructions } = whole;
  const { total } = whole.cycles;

  test("twice the same", () => {
    const machine = load(program);
    machine.runSync();
    expect(state(machine)).toEqual(end);
  });

  test("cut into slices by cycles, it takes the same course", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: Math.ceil(total / 4) }), { maxLength: 12 }), (cuts) => {
        const machine = load(program);
        runInPieces(machine, cuts.map((maxCycles) => ({ maxCycles })));
        expect(state(machine)).toEqual(end);
      }),
      { numRuns: 10 },
    );
  });

  test("cut by instructions and single steps, it takes the same course", () => {
    const cut = fc.oneof(
      fc.integer({ min: 1, max: Math.ceil(instructions / 4) }),
      fc.integer({ min: 1, max: 50 }),
    );
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), (cuts) => {
        const machine = load(program);
        runInPieces(machine, cuts.map((maxInstructions) => ({ maxInstructions })));
        expect(state(machine)).toEqual(end);
      }),
      { numRuns: 10 },
    );
  });

  test("a snapshot, through bytes into another machine, goes on as the first would have", () => {
    fc.assert(
      fc.property(fc.nat(instructions - 1), (at) => {
        const machine = load(program);
        machine.runSync({ maxInstructions: at });
        const before = state(machine);
        const saved = machine.snapshot().toBytes();
        const other = new Machine({ memory: "4M" });
        other.restore(Snapshot.fromBytes(saved));
        expect(state(other)).toEqual(before);
        other.runSync();
        expect(state(other)).toEqual(end);
      }),
      { numRuns: 6 },
    );
  });

  test("stepping back gives the states that stepping forward had", () => {
    fc.assert(
      fc.property(fc.nat(instructions - 10), (at) => {
        const machine = load(program);
        machine.runSync({ maxInstructions: at });
        const states = [state(machine)];
        while (states.length < 6 && machine.step().instructions === 1) states.push(state(machine));
        for (let n = states.length - 2; n >= 0; n--) {
          machine.stepBack();
          expect(state(machine)).toEqual(states[n]);
        }
        machine.runSync();
        expect(state(machine)).toEqual(end);
      }),
      { numRuns: 6 },
    );
  });
});

describe("snapshots and history", () => {
  const program = PROGRAMS["real mode with a timer"];

  test("going far back and forth", () => {
    const machine = load(program);
    machine.runSync({ maxInstructions: 1000 });
    const early = state(machine);
    machine.runSync({ maxInstructions: 50_000 });
    machine.stepBack(50_000);
    expect(state(machine)).toEqual(early);
    machine.stepBack(999);
    expect(machine.registers.instructions).toBe(1);
    expect(() => machine.stepBack(2)).toThrow(/history begins 1 instructions ago/);
  });

  test("what came from outside is not lost on the way back", () => {
    const machine = load(program);
    machine.step(5);
    machine.setRegister("ebx", 0x1234);
    machine.write(0x8000, Uint8Array.of(9));
    machine.step(10);
    machine.stepBack(8);
    expect([machine.registers.gpr.ebx, machine.read(0x8000, 1)[0]]).toEqual([0x1234, 9]);
    machine.stepBack(4);
    expect([machine.registers.gpr.ebx, machine.read(0x8000, 1)[0]]).toEqual([0, 0]);
  });

  test("a run that the host tore off in the middle of an instruction is mended from the history", () => {
    const machine = load(program);
    machine.step(1000);
    const before = state(machine);
    // A device access that throws stands for the host's ending JavaScript: nothing above it may clean up.
    const { board } = machine;
    const advance = board.advance;
    board.advance = () => {
      board.cpu.s.fill(0x55, 0, 16);
      board.memory.write(0x500, Uint8Array.of(1, 2, 3));
      throw new Error("terminated");
    };
    expect(() => machine.runSync()).toThrow("terminated");
    board.advance = advance;
    expect(state(machine)).toEqual(before);
    expect(machine.runSync().status).toBe("exited");
  });

  test("a machine without history says so", () => {
    const machine = new Machine({ memory: "1M", history: false }).load(program);
    machine.step(3);
    expect(() => machine.stepBack()).toThrow(/history: false/);
  });

  test("a snapshot of another machine is refused, and nothing changes", () => {
    const snapshot = load(program).snapshot();
    for (
      const options of [{ memory: "1M" }, { memory: "4M", profile: "skylake" }, {
        memory: "4M",
        serial: false as const,
      }]
    ) {
      const machine = new Machine(options).load(program);
      machine.step(3);
      const before = state(machine);
      expect(() => machine.restore(snapshot)).toThrow(SnapshotError);
      expect(state(machine)).toEqual(before);
    }
  });

  test("damaged snapshot files are refused", () => {
    const bytes = load(program).snapshot().toBytes();
    for (
      const broken of [
        bytes.subarray(0, 5),
        bytes.subarray(0, 100),
        bytes.subarray(0, bytes.length - 1),
        new Uint8Array(64),
      ]
    ) {
      expect(() => Snapshot.fromBytes(broken)).toThrow(SnapshotError);
    }
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(255), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        const machine = new Machine({ memory: "4M" });
        try {
          machine.restore(Snapshot.fromBytes(changed));
        } catch (error) {
          expect(error).toBeInstanceOf(SnapshotError);
          return;
        }
        machine.runSync({ maxInstructions: 10 });
      }),
      { numRuns: 100 },
    );
  });
});
