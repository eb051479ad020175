import { afterEach, describe, expect, test } from "vitest";
import { CR0, CR0_PE, CR0_PG, CR0_WP, CR2, CR3, CR4, CR4_PSE } from "../../src/cpu/mod.ts";
import { eventNumber } from "../../src/cycles/mod.ts";
import { MonitorError } from "../../src/vmm/errors.ts";
import { SHADOW_FRAMES_LEAST, type ShadowOptions } from "../../src/vmm/memory/shadow_pager.ts";
import { audit, frames, PAGE, type ShadowGuest, shadowGuest } from "./shadow_guest.ts";

/** Entry bits. */
const P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80;
const KERNEL = false, USER = true, READ = false, WRITE = true;
const DIRECTORY = 4 * PAGE, TABLE = 5 * PAGE;

const guests: ShadowGuest[] = [];
afterEach(() => guests.splice(0).forEach((guest) => guest.release()));

/** A guest with a directory in frame 4 whose first slot is the page table in frame 5; page n of it is frame n, for n = 12..15. */
function paged(options: Partial<ShadowOptions> = {}, memory?: string): ShadowGuest {
  const guest = shadowGuest({ frames: 32, ring3Kernel: false, ...options }, memory);
  guests.push(guest);
  const { memory: m } = guest;
  m.poke32(DIRECTORY, TABLE | P | W | U);
  for (let n = 12; n < 16; n++) m.poke32(TABLE + 4 * n, n * PAGE | P | W | U);
  control(guest, { cr3: DIRECTORY });
  return guest;
}

function control(
  { vcpu, pager }: ShadowGuest,
  { cr3 = DIRECTORY, wp = true, pse = true, paging = true },
): void {
  vcpu.s[CR0] = CR0_PE | (paging ? CR0_PG : 0) | (wp ? CR0_WP : 0);
  vcpu.s[CR3] = cr3;
  vcpu.s[CR4] = pse ? CR4_PSE : 0;
  pager.flush();
}

describe("filling", () => {
  test("a hidden fault makes the entry, marks the guest's as accessed, and is not repeated", () => {
    const guest = paged();
    expect(guest.access(0xc123, READ, USER)).toEqual({ gpa: 0xc123 });
    expect(guest.kinds).toEqual(["filled"]);
    expect(guest.memory.read32(DIRECTORY)).toBe(TABLE | P | W | U | A);
    expect(guest.memory.read32(TABLE + 48)).toBe(0xc000 | P | W | U | A);
    guest.access(0xc456, READ, KERNEL);
    expect(guest.kinds).toEqual([]);
    expect(guest.pager.counts).toMatchObject({ hiddenFaults: 1, trueFaults: 0, fills: 1, links: 1 });
  });

  test("the first write takes one more fault, which marks the page as dirty", () => {
    const guest = paged();
    guest.access(0xc000, READ, KERNEL);
    guest.access(0xc000, WRITE, KERNEL, 99);
    expect(guest.kinds).toEqual(["filled"]);
    expect(guest.memory.read32(TABLE + 48)).toBe(0xc000 | P | W | U | A | D);
    expect(guest.memory.read32(0xc000)).toBe(99);
    guest.access(0xc004, WRITE, USER, 1);
    expect(guest.kinds).toEqual([]);
  });

  test("true faults carry the guest's error code and address, and leave no marks", () => {
    const guest = paged();
    guest.memory.poke32(TABLE + 48, 0xc000 | P);
    expect(guest.access(0x7fff, READ, KERNEL)).toEqual({ fault: 0 });
    expect(guest.access(0x5000_0000, WRITE, USER)).toEqual({ fault: 6 });
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 5 });
    expect(guest.access(0xc010, WRITE, KERNEL)).toEqual({ fault: 3 });
    expect(guest.vcpu.s[CR2]).toBe(0xc010);
    expect(guest.memory.read32(TABLE + 48)).toBe(0xc000 | P);
    expect(guest.pager.counts).toMatchObject({ hiddenFaults: 0, trueFaults: 4 });
  });

  test("everything is charged and counted in the ledger", () => {
    const guest = paged();
    const events = ["shadow-fill", "shadow-invalidation", "trace-hit"] as const;
    const counted = () => events.map((name) => guest.cpu.ledger.counted(eventNumber(name)));
    const before = counted();
    guest.access(0xc000, WRITE, KERNEL);
    guest.access(0x6000, READ, KERNEL);
    guest.memory.poke32(TABLE + 20, TABLE | P | W);
    guest.access(0x5030, WRITE, KERNEL, 0); // drops page 12
    const { fills, links, invalidations, traceHits } = guest.pager.counts;
    expect([fills, links, invalidations, traceHits]).toEqual([1, 1, 1, 1]);
    expect(counted().map((count, n) => count - before[n]!)).toEqual([2, 1, 1]);
    expect(Object.fromEntries(guest.charged)).toEqual({
      "monitor-memory-access": 6,
      "shadow-fill": 2,
      "shadow-invalidate": 1,
    });
  });
});

describe("paging off", () => {
  test("memory is mapped as it is, on demand", () => {
    const guest = paged();
    control(guest, { paging: false });
    expect(guest.access(0xe004, WRITE, KERNEL, 5)).toEqual({ gpa: 0xe004 });
    expect(guest.kinds).toEqual(["filled"]);
    expect(guest.memory.read32(0xe004)).toBe(5);
    expect(guest.access(0x104000, READ, USER)).toEqual({ gpa: 0x104000 });
    expect(guest.pager.size).toBe(2);
  });

  test("where there is no RAM, and in the monitor's area, the access is interpreted", () => {
    const guest = paged();
    control(guest, { paging: false });
    for (const linear of [0xa0000, 0xfffff, 0x111000, 0x8000_0000, 0xffc0_0000, 0xffff_fff0]) {
      expect(guest.access(linear, READ, KERNEL)).toEqual({ gpa: linear });
      expect(guest.kinds).toEqual(["device"]);
    }
    expect(guest.pager.counts.fills).toBe(0);
  });
});

describe("4 MiB pages", () => {
  test("are mapped piece by piece and share one dirty bit", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 4 * 3, P | W | U | PS);
    const linear = 3 << 22;
    expect(guest.access(linear | 0xd000, READ, USER)).toEqual({ gpa: 0xd000 });
    expect(guest.memory.read32(DIRECTORY + 12)).toBe(P | W | U | PS | A);
    guest.access(linear | 0xd000, WRITE, USER);
    expect(guest.kinds).toEqual(["filled"]);
    expect(guest.memory.read32(DIRECTORY + 12)).toBe(P | W | U | PS | A | D);
    guest.access(linear | 0xe000, READ, USER);
    guest.access(linear | 0xe000, WRITE, USER);
    expect(guest.kinds).toEqual([]);
  });

  test("that become page tables are not what they were", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 4, P | W | U | PS);
    expect(guest.access(1 << 22 | 0xc000, READ, USER)).toEqual({ gpa: 0xc000 });
    guest.memory.write(DIRECTORY + 4, 4, P | W | U | A);
    guest.pager.invalidatePage(1 << 22 | 0xc000);
    expect(guest.access(1 << 22 | 0xc000, READ, USER)).toEqual({ fault: 4 });
  });

  test("with reserved bits raise a fault that says so", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 12, 0x2000 | P | W | U | PS);
    expect(guest.access(3 << 22, WRITE, USER)).toEqual({ fault: 0xf });
    control(guest, { pse: false }); // now it is a page table, in frame 2
    expect(guest.access(3 << 22, WRITE, USER)).toEqual({ fault: 6 });
  });
});

describe.each([false, true])("CR0.WP clear (kernel in ring 3: %s)", (ring3Kernel) => {
  test("the kernel writes where the user may only read, and the user still may not", () => {
    const guest = paged({ ring3Kernel });
    guest.memory.poke32(TABLE + 48, 0xc000 | P | U);
    control(guest, { wp: false });
    for (let turn = 1; turn < 4; turn++) {
      expect(guest.access(0xc000, READ, USER)).toEqual({ gpa: 0xc000 });
      expect(guest.access(0xc000, WRITE, USER)).toEqual({ fault: 7 });
      expect(guest.access(0xc000, WRITE, KERNEL, turn)).toEqual({ gpa: 0xc000 });
      expect(guest.memory.read32(0xc000)).toBe(turn);
    }
    control(guest, { wp: true });
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ fault: 3 });
  });

  test("in read-only directories and 4 MiB pages, too", () => {
    const guest = paged({ ring3Kernel });
    guest.memory.poke32(DIRECTORY, TABLE | P | U);
    guest.memory.poke32(DIRECTORY + 4, P | U | PS);
    control(guest, { wp: false });
    for (const linear of [0xc000, 1 << 22 | 0xc000]) {
      expect(guest.access(linear, READ, USER)).toEqual({ gpa: 0xc000 });
      expect(guest.access(linear, WRITE, KERNEL, linear)).toEqual({ gpa: 0xc000 });
      expect(guest.access(linear, READ, USER)).toEqual({ gpa: 0xc000 });
      expect(guest.access(linear, WRITE, USER)).toEqual({ fault: 7 });
      expect(guest.memory.read32(0xc000)).toBe(linear);
    }
  });
});

describe("a kernel in ring 3", () => {
  test("has tables of its own: what is the supervisor's stays out of the user's", () => {
    const guest = paged({ ring3Kernel: true });
    expect(guest.pager.split).toBe(true);
    guest.memory.poke32(TABLE + 48, 0xc000 | P | W);
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ gpa: 0xc000 });
    const kernel = guest.pager.root();
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 5 });
    expect(guest.pager.root()).not.toBe(kernel);
    expect(guest.access(0x7000, WRITE, KERNEL)).toEqual({ fault: 2 });
    expect(guest.pager.root()).toBe(kernel);
  });
});

describe("a kernel in ring 3 with a single root", () => {
  test("does not leave its translations to the user, though the two roots lie in the same frame", () => {
    const guest = paged({ ring3Kernel: true, roots: 1 });
    guest.memory.poke32(TABLE + 48, 0xc000 | P | W);
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ gpa: 0xc000 });
    const root = guest.pager.root();
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 5 });
    expect(guest.pager.root()).toBe(root);
  });
});

describe("traces", () => {
  test("a table that has a shadow loses its writable mappings, and a write to it is seen at once", () => {
    const guest = paged();
    guest.memory.poke32(TABLE + 20, TABLE | P | W); // the table maps itself at 5000h
    guest.memory.poke32(DIRECTORY + 4, P | W | PS);
    const other = 1 << 22 | 0x5000; // and so does a 4 MiB page
    guest.access(other, WRITE, KERNEL, 0);
    expect(guest.kinds).toEqual(["filled"]);
    guest.access(0xc000, READ, KERNEL);
    expect(guest.pager.counts.protections).toBe(1);
    audit(guest);
    guest.access(other | 0x28, WRITE, KERNEL, 0xd000 | P | W);
    expect(guest.kinds).toEqual(["trace"]);
    expect(guest.access(0xa000, READ, KERNEL)).toEqual({ gpa: 0xd000 });
    guest.access(0x5028, WRITE, KERNEL, 0xe000 | P | W);
    expect(guest.kinds).toEqual(["trace"]);
    guest.pager.invalidatePage(0xa000);
    expect(guest.access(0xa000, READ, KERNEL)).toEqual({ gpa: 0xe000 });
  });

  test("an entry stays when only what software may use has changed, and goes when a mark is taken away", () => {
    const guest = paged();
    guest.access(0xc000, WRITE, KERNEL);
    const entry = guest.memory.read32(TABLE + 48);
    guest.memory.write(TABLE + 48, 4, entry | 0xe00);
    expect(guest.pager.counts).toMatchObject({ tracedWrites: 1, invalidations: 0 });
    guest.memory.write(TABLE + 48, 1, entry & 0xff & ~D);
    expect(guest.pager.counts).toMatchObject({ tracedWrites: 2, invalidations: 1 });
    guest.pager.invalidatePage(0xc000);
    guest.access(0xc000, WRITE, KERNEL);
    expect(guest.memory.read32(TABLE + 48) & D).toBe(D);
  });

  test("the processor may remember a page until INVLPG or CR3, and not longer", () => {
    const guest = paged();
    guest.access(0xc000, WRITE, KERNEL);
    guest.access(0xd000, WRITE, KERNEL);
    guest.memory.write(TABLE + 48, 4, 0);
    guest.memory.write(TABLE + 52, 4, 0);
    guest.pager.invalidatePage(0xc000);
    expect(guest.access(0xc000, READ, KERNEL)).toEqual({ fault: 0 });
    control(guest, {});
    expect(guest.access(0xd000, READ, KERNEL)).toEqual({ fault: 0 });
  });

  test("one page table in several slots and directories has one shadow", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 4, TABLE | P); // read-only, supervisor
    guest.memory.poke32(6 * PAGE + 8, TABLE | P | W | U);
    guest.access(0xc000, WRITE, USER);
    expect(guest.access(1 << 22 | 0xc000, WRITE, KERNEL)).toEqual({ fault: 3 });
    expect(guest.access(1 << 22 | 0xc000, READ, USER)).toEqual({ fault: 5 });
    expect(guest.access(1 << 22 | 0xc000, READ, KERNEL)).toEqual({ gpa: 0xc000 });
    control(guest, { cr3: 6 * PAGE });
    expect(guest.access(2 << 22 | 0xc000, WRITE, USER)).toEqual({ gpa: 0xc000 });
    expect(guest.pager.counts).toMatchObject({ fills: 1, links: 3 });
    expect(guest.pager.size).toBe(3);
    guest.memory.write(TABLE + 48, 4, 0);
    control(guest, {});
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 4 });
    expect(guest.access(1 << 22 | 0xc000, READ, KERNEL)).toEqual({ fault: 0 });
  });

  test("a directory that maps itself can be read and written through itself", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 4 * 1022, DIRECTORY | P | W);
    const tables = 0xff80_0000, directory = tables + 1022 * PAGE;
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ gpa: 0xc000 });
    expect(guest.access(tables + 48, READ, KERNEL)).toEqual({ gpa: TABLE + 48 });
    expect(guest.access(directory, READ, KERNEL)).toEqual({ gpa: DIRECTORY });
    guest.access(directory + 8, WRITE, KERNEL, TABLE | P | W);
    expect(guest.kinds).toEqual(["trace"]);
    expect(guest.access(2 << 22 | 0xc000, READ, KERNEL)).toEqual({ gpa: 0xc000 });
    guest.access(tables + 48, WRITE, KERNEL, 0xd000 | P | W);
    expect(guest.kinds).toEqual(["trace"]);
    guest.pager.invalidatePage(0xc000);
    expect(guest.access(0xc000, READ, KERNEL)).toEqual({ gpa: 0xd000 });
    expect(guest.memory.read32(DIRECTORY + 4 * 1022) & A).toBe(A);
  });
});

describe("guest tables that are tables no more", () => {
  test("one that is nowhere linked is ordinary memory after a few writes", () => {
    const guest = paged();
    guest.access(0xc000, READ, KERNEL);
    guest.memory.write(DIRECTORY, 4, 0);
    for (let n = 0; n < 3; n++) guest.memory.write(TABLE + 4 * n, 4, n);
    expect(guest.memory.traces.traced(5)).toBe(true);
    guest.memory.write(TABLE, 4, 77);
    expect(guest.memory.traces.traced(5)).toBe(false);
    expect(guest.pager.counts.abandoned).toBe(1);
  });

  test("a page table in use stays traced through any number of entries written, but not through data", () => {
    const guest = paged();
    guest.access(0xc000, READ, KERNEL);
    for (let n = 16; n < 200; n++) guest.memory.write(TABLE + 4 * n, 4, 0xd000 | P);
    expect(guest.memory.traces.traced(5)).toBe(true);
    for (let n = 16; n < 24; n++) guest.memory.write(TABLE + 4 * n, 4, 0x656c_6c65);
    expect(guest.memory.traces.traced(5)).toBe(false);
    expect(guest.access(0xc000, READ, KERNEL)).toEqual({ gpa: 0xc000 });
    expect(guest.access(24 * PAGE, READ, KERNEL)).toEqual({ gpa: 0xd000 });
  });

  test("a directory that is not in use is ordinary memory after some writes", () => {
    const guest = paged();
    guest.access(0xc000, READ, KERNEL);
    control(guest, { cr3: 6 * PAGE });
    guest.access(0xc000, READ, KERNEL);
    for (let n = 0; n < 16; n++) guest.memory.write(DIRECTORY + 4 * n, 4, 0);
    expect(guest.memory.traces.traced(4)).toBe(false);
    expect(guest.memory.traces.traced(6)).toBe(true);
  });
});

describe("tables beyond RAM", () => {
  test("read as all ones, and lead nowhere", () => {
    const guest = paged();
    control(guest, { cr3: 0xa0000 });
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 0xd }); // a 4 MiB page with reserved bits
    control(guest, { cr3: 0xa0000, pse: false });
    expect(guest.access(0xc000, READ, USER)).toEqual({ gpa: 0xffff_f000 });
    expect(guest.kinds).toEqual(["device"]);
    control(guest, { cr3: 0x7fff_f000 });
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ fault: 0xb });
    control(guest, {});
    guest.memory.poke32(DIRECTORY, 0xb0000 | P | W | U);
    expect(guest.access(0xc000, WRITE, KERNEL)).toEqual({ gpa: 0xffff_f000 });
    expect(guest.kinds).toEqual(["device"]);
    expect(guest.pager.counts.fills).toBe(0);
  });
});

test("a directory in a device's memory is asked at every access, and nothing of it is kept", () => {
  const guest = paged();
  guest.devices.set(0xa0000, TABLE | P | W | U);
  control(guest, { cr3: 0xa0000 });
  expect(guest.access(0xc000, WRITE, USER, 8)).toEqual({ gpa: 0xc000 });
  expect(guest.kinds).toEqual(["device"]);
  expect(guest.memory.read32(0xc000)).toBe(8);
  guest.devices.set(0xa0000, 0);
  guest.pager.invalidatePage(0xc000);
  expect(guest.access(0xc000, WRITE, USER)).toEqual({ fault: 6 });
  expect(guest.pager.counts.links).toBe(0);
});

describe("roots", () => {
  test("are kept for the address spaces used last", () => {
    const guest = paged({ roots: 2 });
    const spaces = [4, 6, 7].map((frame) => frame * PAGE);
    const use = (n: number) => {
      control(guest, { cr3: spaces[n] });
      return guest.pager.root();
    };
    const first = use(0);
    use(1);
    expect(use(0)).toBe(first);
    expect(guest.pager.counts).toMatchObject({ rootMisses: 2, rootHits: 1, evictions: 0 });
    use(2);
    expect(use(0)).toBe(first);
    use(1);
    expect(guest.pager.counts).toMatchObject({ rootMisses: 4, rootHits: 2, evictions: 2 });
  });

  test("all end in the monitor's page table, whatever the guest's directory says", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY + 4 * 1023, TABLE | P | W | U);
    expect(guest.access(0xffc0_c000, READ, KERNEL)).toEqual({ gpa: 0xc000 });
    expect(guest.kinds).toEqual(["device"]);
    const entries = [{}, { paging: false }, { cr3: 0xa0000 }].map((options) => {
      control(guest, options);
      return guest.cpu.view.getInt32(frames.hostOffset(guest.pager.root() >>> 12) + 4092, true);
    });
    expect(new Set(entries).size).toBe(1);
    expect(frames.owner(entries[0]! >>> 12)).toEqual({ vm: 1, use: "monitor-area" });
    expect(entries[0]! & (P | W | U)).toBe(P | W);
    guest.memory.write(DIRECTORY + 4 * 1023, 4, 0);
    expect(guest.cpu.view.getInt32(frames.hostOffset(guest.pager.root() >>> 12) + 4092, true)).toBe(
      entries[0],
    );
  });
});

describe("few frames", () => {
  /** A directory whose first 40 slots all have page tables of their own (frames 20 to 59). */
  function large(options: Partial<ShadowOptions>): ShadowGuest {
    const guest = paged(options);
    for (let n = 0; n < 40; n++) {
      guest.memory.poke32(DIRECTORY + 4 * n, (20 + n) * PAGE | P | W | U);
      for (const index of [0, 1023]) guest.memory.poke32((20 + n) * PAGE + 4 * index, 0xc000 | P | W | U);
    }
    return guest;
  }

  test("a large guest goes round in them, and what is given up is not traced any more", () => {
    const guest = large({ frames: SHADOW_FRAMES_LEAST });
    for (let n = 0; n < 120; n++) {
      expect(guest.access((n % 40) << 22, WRITE, USER, n)).toEqual({ gpa: 0xc000 });
    }
    expect(guest.pager.size).toBe(SHADOW_FRAMES_LEAST);
    expect(guest.memory.traces.size).toBe(SHADOW_FRAMES_LEAST);
    expect(guest.pager.counts.evictions).toBe(1 + 120 - SHADOW_FRAMES_LEAST);
    expect(frames.ownedBy(1, "shadow").length).toBe(SHADOW_FRAMES_LEAST);
    audit(guest);
  });

  test("an instruction that touches six page tables gets through, time and again", () => {
    const guest = large({ frames: SHADOW_FRAMES_LEAST });
    for (let round = 0; round < 40; round++) {
      const slots = [0, 7, 13, 22, 31, 36].map((slot) => ((slot + round * 3) % 40) << 22);
      let faults = 0;
      for (let done = false; !done;) {
        done = true;
        for (const linear of slots) {
          guest.access(linear, WRITE, USER);
          if (guest.kinds.length === 0) continue;
          done = false; // the instruction begins again
          break;
        }
        if (!done) expect(++faults).toBeLessThan(40);
      }
    }
  });

  test("tables the processor walks through are kept longer than those it doesn't", () => {
    const guest = large({ frames: 16 });
    let missed = 0;
    for (let n = 0; n < 200; n++) {
      guest.access((1 + n % 39) << 22, READ, USER);
      expect(guest.kinds).toEqual(["filled"]);
      guest.pager.invalidatePage(0); // so that it walks again
      guest.access(0, READ, USER);
      missed += guest.kinds.length;
    }
    expect(missed).toBeLessThan(5);
  });

  test("a table stays traced while one of its two shadows is left", () => {
    const guest = large({ frames: SHADOW_FRAMES_LEAST, ring3Kernel: true });
    guest.access(0, READ, KERNEL); // a root and a table for the kernel, and then for the user
    for (let n = 0; n < 7; n++) guest.access(n << 22, READ, USER);
    expect(guest.pager.counts.evictions).toBe(2); // the kernel's
    expect(guest.memory.traces.traced(20)).toBe(true);
    guest.memory.write(20 * PAGE, 4, 0);
    guest.pager.invalidatePage(0);
    expect(guest.access(0, READ, USER)).toEqual({ fault: 4 });
  });

  test("the machine's last frames are not asked for", () => {
    const guest = large({ frames: 64 });
    const taken: number[] = [];
    while (frames.free > 2) taken.push(frames.allocate("monitor"));
    for (let n = 0; n < 40; n++) expect(guest.access(n << 22, READ, USER)).toEqual({ gpa: 0xc000 });
    expect(guest.pager.size).toBe(SHADOW_FRAMES_LEAST + 2);
    taken.forEach((frame) => frames.release(frame));
  });
});

describe("from outside", () => {
  test("forget() takes a frame away from everybody, be it a page or a table", () => {
    const guest = paged();
    guest.access(0xc000, WRITE, KERNEL);
    const host = guest.memory.hostFrame(12);
    guest.pager.forget(12);
    guest.access(0xc000, WRITE, KERNEL);
    expect(guest.kinds).toEqual(["filled"]);
    expect(guest.memory.hostFrame(12)).toBe(host);
    guest.pager.forget(5);
    expect(guest.memory.traces.traced(5)).toBe(false);
    guest.pager.forget(4);
    expect(guest.access(0xc000, READ, KERNEL)).toEqual({ gpa: 0xc000 });
    expect(guest.pager.counts.rootMisses).toBe(2);
  });

  test("reset() starts from the guest's tables as they are", () => {
    const guest = paged();
    guest.access(0xc000, WRITE, KERNEL);
    guest.memory.poke32(TABLE + 48, 0xd000 | P);
    guest.pager.reset();
    expect(guest.memory.traces.size).toBe(0);
    expect(guest.access(0xc000, READ, KERNEL)).toEqual({ gpa: 0xd000 });
  });

  test("A20 closed folds the addresses of tables and pages alike", () => {
    const guest = paged();
    guest.memory.poke32(DIRECTORY, (TABLE | 1 << 20) | P | W | U);
    guest.memory.poke32(TABLE + 48, 0x10c000 | P | W | U);
    guest.vcpu.setA20(false);
    expect(guest.access(0xc000, WRITE, USER, 3)).toEqual({ gpa: 0xc000 });
    guest.vcpu.setA20(true);
    expect(guest.access(0xc000, READ, USER)).toEqual({ fault: 4 });
  });

  test("too few frames or roots are refused", () => {
    expect(() => paged({ frames: SHADOW_FRAMES_LEAST - 1 })).toThrow(MonitorError);
    expect(() => paged({ roots: 0 })).toThrow(/0 shadow roots/);
  });
});
