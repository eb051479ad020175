import { describe, expect, test } from "vitest";
import {
  asm,
  bundleOf,
  Monitor,
  translationTable,
  type TranslationUnit,
  translationView,
} from "../../mod.ts";

const GUEST = asm`
  bits 32
  org 0x1000
      mov esp, 0x9000
      mov ecx, 3
  again:
      call guarded
      dec ecx
      jnz again
      hlt
  guarded:
      cli
      ret
`;

function translated(countExecutions: boolean): Monitor {
  const monitor = new Monitor({ memory: "16M", technique: "binary-translation" });
  monitor.createVirtualMachine({ memory: "1M", translation: { countExecutions } }).load(GUEST);
  monitor.runSync({ maxInstructions: 10_000 });
  return monitor;
}

const report = (countExecutions: boolean) => translated(countExecutions).virtualMachines[0]!.translations();
const unitAt = (units: readonly TranslationUnit[], label: string) =>
  units.find(({ eip }) => eip === GUEST.address(label))!;

describe("translations side by side", () => {
  const { units } = report(false);
  const guarded = unitAt(units, "guarded");

  test("each guest instruction stands beside what it became", () => {
    const text = translationView(guarded, { labels: GUEST.labels }).text();
    expect(text).toContain("(guarded)");
    expect(text).toMatch(/cli +emulated in the cache +ffd[0-9a-f]{5} +mov dword \[gs:/);
    expect(text).toMatch(/ret +looked up/);
    expect(text).not.toContain("executed");
  });

  test("the sentence counts guest bytes, translated bytes and kinds", () => {
    const { summary } = translationView(guarded);
    expect(summary).toMatch(/^1 unit, 2 bytes of guest code, \d+ bytes of translation; /);
    expect(summary).toContain("1 emulated in the cache, 1 looked up.");
  });

  test("a way out that is patched says which unit it leads to", () => {
    const first = units.find(({ eip }) => eip === 0x1000)!;
    expect(translationView(first).text()).toMatch(new RegExp(`jmp 0xffd[0-9a-f]+ +; unit ${guarded.id}`));
  });

  test("a counter is no part of the first instruction's translation, but counts", () => {
    const counted = unitAt(report(true).units, "guarded");
    const text = translationView(counted).text();
    expect(text).toContain("executed 3 times");
    const [cli] = counted.instructions;
    const lines = (unit: TranslationUnit) => translationView(unit).text().split("\n").length;
    expect(lines(counted)).toBe(lines(guarded));
    expect(cli!.translation.length).toBeGreaterThan(guarded.instructions[0]!.translation.length);
  });

  test("as HTML it has a head, and escapes what it shows", async () => {
    const { "text/html": html } = await bundleOf(translationView(units, { caption: "a < b" }));
    expect(html).toContain("Translation cache");
    expect(html).toContain("a &#60; b");
  });

  test("the totals are those of the cache", () => {
    const { data } = translationTable(report(false));
    expect(data.find(({ what }) => what === "Units translated")!.number).toBe(units.length);
  });
});
