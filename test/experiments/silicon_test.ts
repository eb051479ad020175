import { describe, expect, test } from "vitest";
import {
  BenchError,
  fillPages,
  type RecordedCase,
  recordedSilicon,
  replaySilicon,
  SiliconReplay,
  WATCHED_MODES,
  watchProgram,
} from "../../src/experiments/mod.ts";

const { header, cases } = recordedSilicon();
/** Every thirtieth case: all of them are replayed in test/silicon. */
const some = cases.filter((_, n) => n % 30 === 0);
const recording = { header: { ...header, cases: some.length }, cases: some };

describe("the replay of recorded silicon", () => {
  test("counts every case once, by family and by mnemonic", async () => {
    const comparison = await replaySilicon({ recording });
    for (const rows of [comparison.byFamily(), comparison.byMnemonic()]) {
      expect(rows.reduce((sum, row) => sum + row.vectors, 0)).toBe(some.length);
      for (const row of rows) {
        expect(row.identical + row.undefinedFlags + row.otherGeneration + row.different).toBe(row.vectors);
      }
      expect(rows.map((row) => row.vectors)).toEqual(rows.map((row) => row.vectors).sort((a, b) => b - a));
    }
    expect(String(comparison)).toContain(header.processor);
  });

  test("tells its progress up to the last case", async () => {
    const told: number[] = [];
    await replaySilicon({ recording, onProgress: ({ done }) => told.push(done) });
    expect(told.at(-1)).toBe(some.length);
  });

  test("ends when its signal aborts", async () => {
    const controller = new AbortController();
    const replay = replaySilicon({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(replay).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  });

  test("notices a register, a flag, a byte or an exception that is not as recorded", async () => {
    const original = some.find(({ after }) => after.vector === 3 && Object.keys(after.memory).length > 0)!;
    const { after } = original;
    const [at, bytes] = Object.entries(after.memory)[0]!;
    const wrong = (bytes.startsWith("00") ? "01" : "00") + bytes.slice(2);
    const forgeries: RecordedCase[] = [
      { ...original, after: { ...after, registers: { ...after.registers, 1: 0x12345678 } } },
      { ...original, after: { ...after, flags: after.flags ^ 1 } },
      { ...original, after: { ...after, memory: { ...after.memory, [at]: wrong } } },
      { ...original, after: { ...after, vector: 13 } },
    ];
    const comparison = await replaySilicon({
      recording: { header, cases: [original, ...forgeries] },
    });
    expect(comparison.cases.map(({ verdict }) => verdict)).toEqual(
      ["identical", "different", "different", "different", "different"],
    );
  });

  test("tells what the processor did in the recorder's terms", () => {
    const replay = new SiliconReplay();
    const found = some.find(({ after }) => after.vector === 3)!;
    const { effect, mismatches } = replay.run(found);
    expect(mismatches).toEqual([]);
    expect(effect).toMatchObject({ vector: 3, registers: found.after.registers });
  });

  test("says so when an instruction does not come to an end", () => {
    const endless = { ...some[0]!, bytes: "ebfe" }; // JMP to itself
    expect(new SiliconReplay().run(endless)).toEqual({ effect: undefined, mismatches: ["it did not end"] });
  });

  test("fills memory as the recorder does: different words, the same for the same seed", () => {
    const one = new DataView(new ArrayBuffer(4096)), other = new DataView(new ArrayBuffer(4096));
    fillPages(one, 7);
    fillPages(other, 7);
    expect(new Uint8Array(one.buffer)).toEqual(new Uint8Array(other.buffer));
    const words = new Set(Array.from({ length: 1024 }, (_, n) => one.getInt32(4 * n)));
    expect(words.size).toBe(1024);
  });
});

describe("a watched program", () => {
  const program = `
        mov ecx, 10
again:  add [0x3000], ecx
        push ecx
        pop edx
        dec ecx
        jnz again`;

  test("has the same result and the same accesses in every mode", () => {
    const runs = WATCHED_MODES.map((mode) => watchProgram(program, { mode }));
    for (const run of runs) {
      expect(run.registers.gpr).toEqual(runs[0]!.registers.gpr);
      expect(run.instructions).toBe(1 + 5 * 10);
      // ADD reads and writes, PUSH writes, POP reads.
      expect([run.dataReads, run.dataWrites]).toEqual([20, 20]);
    }
  });

  test("reads page tables only with paging, and only for the first access to a page", () => {
    const walks = WATCHED_MODES.map((mode) => {
      const { tlbMisses, walkReads } = watchProgram(program, { mode });
      return { tlbMisses, walkReads };
    });
    const none = { tlbMisses: 0, walkReads: 0 };
    // Code, data, stack; the data page a second time is no miss, since its first access was the read of an update.
    expect(walks.slice(0, 2)).toEqual([none, none]);
    expect(walks[2]).toEqual(walks[3]);
    expect(walks[2]!.walkReads).toBe(2 * walks[2]!.tlbMisses);
    expect(walks[2]!.tlbMisses).toBeGreaterThanOrEqual(3);
    expect(walks[2]!.tlbMisses).toBeLessThanOrEqual(4);
  });

  test("reads as many code bytes as its instructions have", () => {
    expect(watchProgram("nop\nmov eax, 5\nnop").codeBytes).toBe(7);
  });

  test("walks again after CR3 was loaded", () => {
    const reload = "mov ecx, 50\nmov eax, cr3\nagain: mov cr3, eax\nmov bl, [0x2000]\ndec ecx\njnz again";
    const { walkReads } = watchProgram(reload, { mode: "paging, ring 0" });
    expect(walkReads).toBeGreaterThanOrEqual(50 * 4);
  });

  test("finishes repeated string instructions on slow memory too", () => {
    const { dataWrites, instructions } = watchProgram("mov edi, 0x2000\nmov ecx, 3000\nrep stosb");
    expect([dataWrites, instructions]).toEqual([3000, 3]);
  });

  test.each(
    [
      ["faults", "mov eax, [0xffffffff]", "paging, ring 0", /#PF at/],
      ["is not allowed to", "mov eax, cr3", "paging, ring 3", /#GP at/],
      ["halts", "hlt\nnop", "flat, no paging", /HLT/],
      ["runs for ever", "again: jmp again", "flat, no paging", /within 1000 instructions/],
      ["is empty", "", "flat, no paging", /no program/],
      ["is too long", "times 5000 nop", "flat, no paging", /5000 bytes/],
    ] as const,
  )("that %s is reported", (_what, text, mode, message) => {
    const watch = () => watchProgram(text, { mode, maxInstructions: 1000 });
    expect(watch).toThrow(BenchError);
    expect(watch).toThrow(message);
  });
});
