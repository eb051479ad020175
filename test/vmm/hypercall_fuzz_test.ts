import fc from "fast-check";
import { expect, test } from "vitest";
import { asm, Monitor } from "../../mod.ts";

/** Makes the calls of a table at 2000h, four words each, until a number of -1; then says that it came through. */
const CALLER = asm`
  bits 32
  org 0x1000
      mov esi, 0x20000
  again:
      mov eax, [esi]
      cmp eax, -1
      je done
      mov ebx, [esi + 4]
      mov ecx, [esi + 8]
      mov edx, [esi + 12]
      add esi, 16
      int 0x82
      jmp again
  done:
      mov byte [0x1f000], 1
      mov eax, 18
      int 0x82
`;
const VICTIM = asm`
  bits 32
      mov eax, 18
      mov ebx, 7
      int 0x82
`;

const address = fc.oneof(
  fc.nat(0x100000),
  fc.nat(0x10).map((n) => 0x30000 + n * 4096),
  fc.nat(0x3f).map((n) => 0x20000 + n * 16),
  fc.integer({ min: 0xffbff000, max: 0xffffffff }),
  fc.nat(0x7fffffff),
);
const argument = fc.oneof(
  address,
  fc.integer({ min: -2, max: 300 }),
  fc.integer({ min: 0, max: 0xffff }),
  fc.nat(0xff).map((n) => (n << 12) | 7),
);
const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), argument, argument, argument), {
  maxLength: 40,
});
/** Tables and directories that the calls may point to. */
const words = fc.array(
  fc.oneof(
    fc.nat(0xff).map((n) => (n << 12) | 7),
    argument,
    fc.constantFrom(0xffff, 0x00cfbb00, 0x00cfb300, 0),
  ),
  { minLength: 64, maxLength: 64 },
);

test("no hypercall, whatever its arguments, does harm to the monitor or to another virtual machine", () => {
  let refusedNothing = 0, ended = 0;
  fc.assert(
    fc.property(calls, words, (table, data) => {
      const monitor = new Monitor({ memory: "8M", technique: "paravirtual" });
      const victim = monitor.createVirtualMachine({ memory: "256K" }).load(VICTIM);
      const vm = monitor.createVirtualMachine({ memory: "1M" }).load(CALLER);
      const bytes = new Uint8Array((table.length * 4 + 1) * 4);
      const view = new DataView(bytes.buffer);
      table.flat().forEach((word, n) => view.setInt32(n * 4, word | 0, true));
      view.setInt32(table.length * 16, -1, true);
      vm.write(0x20000, bytes);
      const pages = new Uint8Array(data.length * 4);
      data.forEach((word, n) => new DataView(pages.buffer).setInt32(n * 4, word | 0, true));
      for (let page = 0; page < 4; page++) vm.write(0x30000 + page * 4096, pages);
      victim.write(0x8000, new Uint8Array([1, 2, 3, 4]));
      const before = victim.read(0x8000, 4);
      monitor.runSync({ maxCycles: 40_000_000, maxInstructions: 200_000 });
      expect(victim.status).toBe("exited");
      expect(victim.exitCode).toBe(15);
      expect(victim.read(0x8000, 4)).toEqual(before);
      expect(["running", "halted", "exited", "shutdown", "killed"]).toContain(vm.status);
      if (vm.read(0x1f000, 1)[0] === 1) refusedNothing++;
      if (vm.status === "shutdown") ended++;
      // The guest's frames are all it can have mapped: the monitor's own are still the monitor's.
      for (const frame of monitor.frames.ownedBy(0)) {
        expect(monitor.frames.owner(frame)).toMatchObject({ vm: 0 });
      }
    }),
    { numRuns: 60 },
  );
  expect(refusedNothing).toBeGreaterThan(0);
  expect(ended + refusedNothing).toBeGreaterThan(10);
}, 120_000);
