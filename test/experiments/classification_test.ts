import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  benchFor,
  type Classification,
  classify,
  compareWithRobinIrvine,
  factDisagreements,
  Laboratory,
  ROBIN_IRVINE_2000,
  USUAL,
  VARIATIONS,
} from "../../src/experiments/mod.ts";
import { allForms, exampleBytes, type Form } from "../../src/isa/mod.ts";
import { guestState } from "../../src/experiments/guest_state.ts";
import { visibleDifferences } from "../../src/experiments/effect.ts";

let ia32: Classification;
// A few seconds of work; more on a machine that has other things to do.
const PATIENCE = 180_000;
beforeAll(async () => {
  ia32 = await classify();
}, PATIENCE);

/** Forms of the instructions that were found sensitive, for experiments with other premises. */
function sensitiveForms(): Form[] {
  const operations = new Set(
    ia32.instructions.filter(({ sensitive }) => sensitive).map(({ operation }) => operation),
  );
  return allForms().filter(({ operation }) => operations.has(operation));
}

describe("IA-32 by experiment", () => {
  test("every form of the opcode map is in one class", () => {
    expect(ia32.instructions.reduce((sum, { forms }) => sum + forms, 0)).toBe(allForms().length);
    const counted = ia32.counts(ia32.instructions).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(ia32.instructions.length);
  });

  test("finds all of Robin and Irvine's instructions by itself", () => {
    const { confirmed, missing } = compareWithRobinIrvine(ia32);
    expect(missing).toEqual([]);
    expect(confirmed).toEqual(ROBIN_IRVINE_2000);
  });

  test("and ten they do not list, each with a reason", () => {
    const { extra } = compareWithRobinIrvine(ia32);
    expect(extra.map(({ name }) => name).sort()).toEqual(
      ["INT1", "INT3", "INTO", "IRET", "LDS", "LES", "LFS", "LGS", "LSS", "SYSENTER"],
    );
    const why = (wanted: string): string => extra.find(({ name }) => name === wanted)!.why;
    expect(why("LDS")).toMatch(/^most like POP Sreg and MOV Sreg, r: changes data segments$/);
    expect(why("INTO")).toMatch(/^most like INT: changes ring, system flags, CS, data segments$/);
    expect(why("SYSENTER")).toMatch(/^came with the Pentium II; most like INT/);
  });

  test("ordinary instructions are innocuous, invalid ones trap everywhere", () => {
    for (
      const name of [
        "ADD",
        "MOV",
        "JMP",
        "CALL",
        "MOVS",
        "CPUID",
        "LAHF",
        "STD",
        "ARPL",
        "LEA",
        "WAIT",
        "DIV",
      ]
    ) {
      expect(ia32.of(name).class, name).toBe("innocuous");
    }
    for (const name of ["UD2", "VMXON", "RSM", "EMMS"]) {
      expect(ia32.of(name).class, name).toBe("traps everywhere");
    }
  });

  test("every privileged and every sensitive instruction has a witness that can be executed again", () => {
    for (const each of ia32.instructions) {
      if (!each.sensitive && !each.privileged) continue;
      expect(each.witnesses.length, each.name).toBeGreaterThan(0);
      for (const { sentence } of each.witnesses) expect(sentence).toMatch(/ring [0-3]/);
    }
    const [witness] = ia32.of("POPF").witnesses;
    expect(witness!.sentence).toBe("popf in ring 0: IF 1 becomes 0, without a trap.");
    expect(ia32.of("PUSHF").shows).toEqual(["interrupt flag"]);
    expect(ia32.of("SGDT").shows).toEqual(["tables"]);
    expect(ia32.of("STR").shows).toEqual(["task"]);
    expect(ia32.of("SMSW").shows).toEqual(["machine status"]);
  });

  test("neither theorem applies; POPF is sensitive in the kernel only", () => {
    expect(ia32.theorem1().holds).toBe(false);
    expect(ia32.theorem1().counterexamples).toContain("POPF");
    expect(ia32.theorem3().holds).toBe(false);
    expect(ia32.theorem3().counterexamples).not.toContain("POPF");
  });

  /** Where the experiment and the facts of the opcode map disagree, and why. */
  const REASONS: Record<string, string> = {
    "INVD control sensitive": "the model has no caches to lose",
    "WBINVD control sensitive": "the model has no caches to write back",
    "RDPMC behaviour sensitive": "the model's counters stand still",
    "INS behaviour sensitive":
      "what a device answers is a resource too; the facts call I/O control sensitive alone",
    "IN behaviour sensitive": "as INS",
    "SYSENTER behaviour sensitive": "in ring 0 the new ESP and EIP show the MSRs",
    ...Object.fromEntries(
      ["POP Sreg", "MOV Sreg, r", "LES", "LDS", "LSS", "LFS", "LGS"].map((name) => [
        `${name} control sensitive`,
        "the segment registers are IA-32's relocation registers; the facts speak of the descriptor check only",
      ]),
    ),
  };

  test("agrees with the facts of the opcode map, but for reasons", () => {
    const found = factDisagreements(ia32).map(({ name, property }) => `${name} ${property}`);
    expect(found.sort()).toEqual(Object.keys(REASONS).sort());
  });
});

describe("other premises and processors", () => {
  test("the virtualizable processor meets Theorems 1 and 3", async () => {
    const found = await classify({ virtualizable: true });
    expect(found.violations).toEqual([]);
    expect(found.theorem1()).toMatchObject({ holds: true, counterexamples: [] });
    expect(found.theorem3().holds).toBe(true);
    const innocuous = (each: Classification): string[] =>
      each.instructions.filter((one) => one.class === "innocuous").map(({ name }) => name);
    expect(innocuous(found)).toEqual(innocuous(ia32));
  }, PATIENCE);

  const without = (found: Classification): string[] =>
    ia32.violations.filter((name) => !found.violations.includes(name));
  const added = (found: Classification): string[] =>
    found.violations.filter((name) => !ia32.violations.includes(name));

  test("UMIP takes five from the list", async () => {
    const found = await classify({ forms: sensitiveForms(), umip: true, premise: { umip: true } });
    expect(without(found).sort()).toEqual(["SGDT", "SIDT", "SLDT", "SMSW", "STR"]);
    expect(compareWithRobinIrvine(found).missing.map(({ name }) => name).sort()).toEqual(
      without(found).sort(),
    );
  });

  test("IOPL 3 adds six", async () => {
    const found = await classify({ forms: sensitiveForms(), premise: { iopl: 3 } });
    expect(added(found).sort()).toEqual(["CLI", "IN", "INS", "OUT", "OUTS", "STI"]);
  });

  test("closed gates make INT n and INT3 privileged, but not INTO and INT1", async () => {
    const found = await classify({ forms: sensitiveForms(), premise: { gatesOpen: false } });
    expect(without(found)).toEqual(["INT3", "INT"]);
  });

  test("without CR4.TSD, RDTSC shows the monitor's time", async () => {
    const found = await classify({ forms: sensitiveForms(), premise: { timeStampDisable: false } });
    expect(added(found)).toEqual(["RDTSC"]);
    expect(found.of("rdtsc").shows).toEqual(["time"]);
  });

  test("a signal ends it, progress tells how far it is", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const run = classify({
      signal: stop.signal,
      onProgress({ done, total }) {
        seen.push(done);
        expect(total).toBe(allForms().length);
        if (seen.length === 3) stop.abort(new Error("enough"));
      },
    });
    await expect(run).rejects.toThrow("enough");
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("a name that is none is told what there is", () => {
    expect(() => ia32.of("mov cr")).toThrow(/did you mean MOV, MOV r, Sreg/);
  });
});

describe("law", () => {
  test("what was found innocuous does the same in every ring and with every resource, in random states too", () => {
    const laboratory = new Laboratory(benchFor(), USUAL);
    const innocuous = new Set(
      ia32.core.filter((each) => each.class === "innocuous").map(({ operation }) => operation),
    );
    const forms = allForms().filter(({ operation }) => innocuous.has(operation));
    const small = fc.integer({ min: 0, max: 0xff });
    const word = fc.oneof(small, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    const state = fc.record({ eax: word, ecx: small, edx: word, flags: fc.integer({ min: 0, max: 0xcd5 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        state,
        fc.constantFrom(1, 2, 3),
        fc.constantFrom(...VARIATIONS),
        (form, { flags, ...registers }, ring, { name, change }) => {
          // TF would stop the processor a second time, in a handler.
          const guest = guestState({ registers: { ...registers, ebx: 0x880 }, flags: flags & ~0x100 });
          const trial = { bytes: exampleBytes(form, 32), sample: { name: "random", guest, encoding: {} } };
          const inner = laboratory.run(laboratory.setting(0), trial);
          const outer = laboratory.run(laboratory.setting(ring as 1 | 2 | 3), trial);
          const changed = laboratory.run(laboratory.setting(0, name, change), trial);
          expect(outer.ending).toMatchObject({ how: inner.ending.how, vector: inner.ending.vector });
          if (inner.ending.how === "trap") return;
          expect(visibleDifferences(inner, outer)).toEqual([]);
          if (changed.ending.how !== "trap") expect(visibleDifferences(inner, changed)).toEqual([]);
        },
      ),
      { numRuns: 2000, seed: 20261122 },
    );
  });
});
