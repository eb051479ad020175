import { describe, expect, test } from "vitest";
import { contain } from "../../src/experiments/containment.ts";
import {
  HOSTILE_BYTES,
  HOSTILE_GUESTS,
  HOSTILE_PARAVIRTUAL_GUESTS,
  SECRET,
  VICTIM_BYTES,
  victimProgram,
} from "../../src/guests/hostile/mod.ts";
import { asm } from "../../src/isa/mod.ts";
import { Monitor } from "../../src/vmm/mod.ts";

/** Every so many hostile guests are held here; `npm run conformance containment` holds all, by every technique. */
const STRIDE = 10, PARAVIRTUAL_STRIDE = 4;
/** Short runs: whoever loops for ever has shown it by then. */
const CYCLES = 16_000_000;

describe("hostile guests", () => {
  const some = HOSTILE_GUESTS.filter((_, n) => n % STRIDE === 0);
  for (const [n, guest] of some.entries()) {
    const technique = n % 2 === 0 ? "trap-and-emulate" : "binary-translation";
    test(`${guest.name} (${guest.tries}) is contained by ${technique}`, () => {
      const result = contain(guest, { technique, maxCycles: CYCLES });
      expect(result.breaches).toEqual([]);
      expect(result.framesCompared).toBeGreaterThan(100);
    });
  }
});

describe("hostile paravirtual guests", () => {
  const some = HOSTILE_PARAVIRTUAL_GUESTS.filter((_, n) => n % PARAVIRTUAL_STRIDE === 0);
  test.each(some.map((guest) => [guest.name, guest] as const))("%s is contained", (_, guest) => {
    expect(contain(guest, { maxCycles: CYCLES }).breaches).toEqual([]);
  });

  test("an unmodified guest does not get beyond its first privileged instruction", () => {
    const { contained, status } = contain({ ...HOSTILE_GUESTS[0]!, ends: ["shutdown"] }, {
      technique: "paravirtual",
      maxCycles: CYCLES,
    });
    expect([contained, status]).toEqual([true, "shutdown"]);
  });
});

describe("the harness", () => {
  const memory = HOSTILE_BYTES;

  test("notices a guest that ends otherwise than it may", () => {
    const guest = HOSTILE_GUESTS.find(({ name }) => name === "CLI and HLT")!;
    const { contained, breaches } = contain({ ...guest, ends: ["exited"] }, { maxCycles: CYCLES });
    expect(contained).toBe(false);
    expect(breaches).toEqual(["the hostile guest is halted; that is not one of exited"]);
  });

  test("notices a guest that has the secret", () => {
    const guest = HOSTILE_GUESTS[0]!;
    const source = `mov dword [LOOT], ${SECRET[1]}\n ret`;
    const { breaches } = contain({ ...guest, source }, { maxCycles: CYCLES });
    expect(breaches).toEqual(["the hostile guest holds the victim's secret"]);
  });

  test("has a victim that keeps its secret in memory and not in its program", () => {
    const program = victimProgram();
    const monitor = new Monitor({ memory: "8M", technique: "trap-and-emulate", virtualizable: true });
    const vm = monitor.createVirtualMachine({ memory: VICTIM_BYTES }).load(program);
    monitor.runSync({ maxCycles: 100_000_000 });
    expect(vm.exitCode).toBe(1);
    const word = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer).getUint32(at, true);
    expect(word(vm.read(0x60000, 8), 0)).toBe(SECRET[0]);
    expect(word(vm.read(0x60000, 8), 4)).toBe(SECRET[1]);
    for (let at = 0; at + 4 <= program.bytes.length; at++) {
      expect(SECRET).not.toContain(word(program.bytes.slice(at, at + 4), 0));
    }
  });

  test("a guest that was alone on the processor shares it with one that comes later", () => {
    const monitor = new Monitor({ memory: "16M", technique: "trap-and-emulate", virtualizable: true });
    const loop = asm`
      bits 32
          jmp $
    `;
    const guest = asm`
      bits 32
          mov al, 3
          out 0xF4, al
    `;
    const first = monitor.createVirtualMachine({ memory }).load(loop);
    monitor.runSync({ maxCycles: 100_000 });
    const second = monitor.createVirtualMachine({ memory }).load(guest);
    monitor.runSync({ maxCycles: 20_000_000 });
    expect([first.status, second.status, second.exitCode]).toEqual(["running", "exited", 7]);
  });
});
