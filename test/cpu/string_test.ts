import { describe, expect, test } from "vitest";
import { setSegment } from "../../src/cpu/segmentation.ts";
import { EAX, ECX, EDI, EIP, ESI, ESP, TF } from "../../src/cpu/state.ts";
import { profileByName } from "../../src/cycles/mod.ts";
import { asm, ES } from "../../src/isa/mod.ts";
import {
  type BareCpu,
  type BareCpuOptions,
  enterFlatMode,
  makeCpu,
  runToHalt,
  setFlags,
} from "../support/cpu.ts";

/** A processor in flat ring 0 about to execute `source`, assembled at 0x1000, with its stack below 0x80000. */
function flat(source: string, options: BareCpuOptions = {}): BareCpu {
  const bare = makeCpu(options);
  bare.load(0x1000, asm(`bits 32\norg 0x1000\n${source}`).bytes);
  enterFlatMode(bare, 0x1000);
  bare.cpu.s[ESP] = 0x80000;
  return bare;
}

/** RAM of the bare processor as text. */
function text({ cpu, ram }: BareCpu, address: number, length: number): string {
  return String.fromCharCode(...cpu.u8.subarray(ram + address, ram + address + length));
}

const COPY = "mov esi, 0x20000\nmov edi, 0x30040\nmov ecx, 1000\ncld\nrep movsb\nhlt";
/** EIP of the REP MOVSB in COPY. */
const REP = 0x1010;

describe("REP can be interrupted between two elements", () => {
  test("a run that ends within REP MOVS leaves consistent registers, and goes on", () => {
    const bare = flat(COPY, { profile: profileByName("pentium3-coppermine") });
    const { s } = bare.cpu;
    const bytes = Uint8Array.from({ length: 1000 }, (_, n) => n * 7);
    bare.load(0x20000, bytes);
    const began = bare.cpu.now();
    let pauses = 0;
    while (bare.cpu.run(bare.cpu.now() + 30) === "limit") {
      if (s[EIP] !== REP) continue;
      pauses++;
      const done = s[ESI]! - 0x20000;
      expect([s[EDI]! - 0x30040, s[ECX]]).toEqual([done, 1000 - done]);
    }
    expect(pauses).toBeGreaterThan(2);
    expect(bare.cpu.u8.slice(bare.ram + 0x30040, bare.ram + 0x30040 + 1000)).toEqual(bytes);
    // And costs and counts what it would have in one go.
    const whole = flat(COPY, { profile: profileByName("pentium3-coppermine") });
    const start = whole.cpu.now();
    runToHalt(whole.cpu);
    expect(bare.cpu.now() - began).toBe(whole.cpu.now() - start);
    expect(bare.cpu.instructions()).toBe(whole.cpu.instructions());
  });

  test("an interrupt that arrives in the middle returns to the REP, and the rest is done after it", () => {
    const bare = flat(`mov edi, 0x30000
mov ecx, 3
mov edx, 0x55
cld
sti
rep insb
hlt`);
    let reads = 0;
    const { cpu } = bare;
    const events = bare.events;
    Object.assign(cpu.bus, {
      portRead: () => {
        if (++reads === 2) cpu.setInterruptLine(true);
        return 0x40 + reads;
      },
      acknowledgeInterrupt: () => {
        cpu.setInterruptLine(false);
        return 0x20;
      },
    });
    cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => (events.push(event), true),
    };
    runToHalt(cpu);
    expect(events).toMatchObject([{ kind: "interrupt", vector: 0x20, returnEip: 0x1011 }]);
    expect(cpu.s[ECX]).toBe(0);
    expect(text(bare, 0x30000, 3)).toBe("ABC");
  });

  test("with TF set there is a trap after every element", () => {
    const bare = flat(`rep stosb
nop`);
    const { cpu } = bare;
    cpu.s[ECX] = 3;
    cpu.s[EDI] = 0x30000;
    cpu.s[EAX] = 0x58;
    setFlags(cpu, TF);
    const seen: number[][] = [];
    cpu.trap = {
      alwaysInterruptible: false,
      deliver(_cpu, event) {
        seen.push([event.vector, event.returnEip, cpu.s[ECX]!]);
        if (cpu.s[ECX] === 0) setFlags(cpu, 0);
        return true;
      },
    };
    while (seen.length < 3) cpu.step();
    expect(seen).toEqual([[1, 0x1000, 2], [1, 0x1000, 1], [1, 0x1002, 0]]);
    expect(text(bare, 0x30000, 4)).toBe("XXX\0");
  });
});

describe("blocks of elements are indistinguishable from elements", () => {
  test.each([1, 2, 3, 4, 5, 8, 63])(
    "a MOVS onto itself, %i bytes further, repeats what lies between",
    (distance) => {
      const bare = flat(`mov esi, 0x20ff0
mov edi, ${0x20ff0 + distance}
mov ecx, 50
cld
rep movsd
hlt`);
      const expected = Uint8Array.from({ length: 300 }, (_, n) => n);
      bare.load(0x20ff0, expected);
      for (let at = 0; at < 200; at += 4) {
        expected.set(expected.slice(at, at + 4), at + distance);
      }
      runToHalt(bare.cpu);
      expect(bare.cpu.u8.slice(bare.ram + 0x20ff0, bare.ram + 0x20ff0 + 300)).toEqual(expected);
    },
  );

  test("a fault in the middle leaves the registers at the element that faults", () => {
    const bare = flat(COPY);
    const { cpu } = bare;
    let fault = -1;
    cpu.trap = {
      alwaysInterruptible: false,
      deliver: (_cpu, event) => {
        fault = event.vector;
        cpu.stop();
        return true;
      },
    };
    setSegment(cpu, ES, 0x10, 0, 0x3013f, 0xc09300);
    runToHalt(cpu);
    expect([fault, cpu.s[EIP], cpu.s[ECX], cpu.s[EDI], cpu.s[ESI]]).toEqual([
      13,
      REP,
      1000 - 0x100,
      0x30140,
      0x20100,
    ]);
  });

  test("a STOS over the code behind it: the new code executes", () => {
    const bare = flat(`mov edi, target
mov ecx, 2
mov al, 0x40 ; inc eax
cld
rep stosb
target: db 0xcc, 0xcc
hlt`);
    runToHalt(bare.cpu);
    expect(bare.events).toEqual([]);
    expect(bare.cpu.s[EAX]! & 0xff).toBe(0x42);
  });

  test("a device is given element after element, upward and downward", () => {
    const writes: number[][] = [];
    const bare = flat("cld\nrep stosw\nstd\nmov ecx, 2\nrep stosd\nhlt", {
      bus: { physicalWrite: (address, size, value) => writes.push([address, size, value]) },
    });
    const { s } = bare.cpu;
    s[EAX] = 0x11223344;
    s[EDI] = 0x200000;
    s[ECX] = 3;
    runToHalt(bare.cpu);
    expect(writes).toEqual([
      [0x200000, 2, 0x3344],
      [0x200002, 2, 0x3344],
      [0x200004, 2, 0x3344],
      [0x200006, 4, 0x11223344],
      [0x200002, 4, 0x11223344],
    ]);
  });
});
