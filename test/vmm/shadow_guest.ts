/**
 * A guest without instructions: a virtual processor's state, guest memory and a shadow pager on a real machine, and single
 * accesses made the way the processor makes them, hidden faults and interpretation included.
 */

import {
  CPL,
  type Cpu,
  CR0,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR2,
  CR3,
  Fault,
  flushTlb,
  physicalWrite32,
  translate,
} from "../../src/cpu/mod.ts";
import { bareProcessor } from "../../src/experiments/bare_processor.ts";
import { Machine } from "../../src/machine/mod.ts";
import { FrameAllocator } from "../../src/vmm/allocator/frames.ts";
import { GuestMemory } from "../../src/vmm/memory/guest_memory.ts";
import { type PageFaultKind, type ShadowOptions, ShadowPager } from "../../src/vmm/memory/shadow_pager.ts";

/** RAM of the guest: below the hole, and 16 frames above 1 MiB. */
export const GUEST_BYTES = (1 << 20) + (1 << 16);
export const PAGE = 4096;

/** What became of an access: the guest-physical address, or the error code of a true page fault. */
export type Outcome = { gpa: number } | { fault: number };

export interface ShadowGuest {
  readonly memory: GuestMemory;
  /** The physical processor. */
  readonly cpu: Cpu;
  readonly vcpu: Cpu;
  readonly pager: ShadowPager;
  readonly charged: Map<string, number>;
  /** What devices answer, by guest-physical address. */
  readonly devices: Map<number, number>;
  /** Kinds of the faults that the last access took. */
  readonly kinds: PageFaultKind[];
  /** Loads CR3 if the pager wants another root. */
  enter(): void;
  /** Makes an access; when it writes, `value` goes to the aligned word there. */
  access(linear: number, write: boolean, user: boolean, value?: number): Outcome;
  /** Guest frame of a host-physical address, -1 when it is not the guest's. */
  gpaOf(hostPhysical: number): number;
  /** Gives all frames back. */
  release(): void;
}

const machine = new Machine({ memory: "4M", profile: "pentium4-672" });
/** The frames of the machine that all these guests share. */
export const frames = new FrameAllocator(machine);

/** A guest with paging off. Call its `release` when done. */
export function shadowGuest(options: ShadowOptions, memory: string | number = GUEST_BYTES): ShadowGuest {
  const cpu = machine.board.cpu;
  cpu.s[CR3] = 0;
  const guest = new GuestMemory({ size: memory, vm: 1, frames, cpu });
  const devices = new Map<number, number>();
  const vcpu = bareProcessor({
    ramBytes: PAGE,
    bus: {
      frame: () => -1,
      writable: () => false,
      physicalRead: (address) => devices.get(address) ?? guest.read32(address) >>> 0,
      physicalWrite: (address, size, value) => guest.write(address, size, value),
    },
  });
  const charged = new Map<string, number>();
  const monitorTable = frames.allocate({ vm: 1, use: "monitor-area" }) * PAGE;
  const pager = new ShadowPager({
    cpu,
    vcpu,
    memory: guest,
    frames,
    vm: 1,
    monitorTable,
    charge: (event, times = 1) => void charged.set(event, (charged.get(event) ?? 0) + times),
  }, options);
  vcpu.s[CR0] = CR0_PE;
  cpu.s[CR0] = CR0_PE | CR0_PG | CR0_WP;
  const kinds: PageFaultKind[] = [];
  const gfns = new Map<number, number>();
  for (let gfn = 0; gfn < guest.pages; gfn++) {
    if (guest.hostFrame(gfn) >= 0) gfns.set(guest.hostFrame(gfn), gfn);
  }
  const gpaOf = (host: number): number => {
    const gfn = gfns.get(host >>> 12);
    return gfn === undefined ? -1 : gfn * PAGE + (host & 0xfff);
  };
  const enter = (): void => {
    const root = pager.root();
    if (cpu.s[CR3] === root) return;
    cpu.s[CR3] = root;
    flushTlb(cpu);
  };
  const interpret = (linear: number, write: boolean, user: boolean, value: number): Outcome => {
    try {
      const gpa = translate(vcpu, linear, write, user);
      if (write) physicalWrite32(vcpu, gpa & ~3, value);
      return { gpa: gpa >>> 0 };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { fault: error.errorCode };
    }
  };
  const access = (linear: number, write: boolean, user: boolean, value = 0): Outcome => {
    kinds.length = 0;
    vcpu.s[CPL] = user ? 3 : 0;
    for (;;) {
      enter();
      try {
        const host = translate(cpu, linear, write, user || options.ring3Kernel);
        const gpa = gpaOf(host);
        if (gpa < 0) throw new Error(`${linear.toString(16)} reaches ${host.toString(16)}, not the guest's`);
        if (write) {
          if (guest.traces.traced(gpa >>> 12)) {
            throw new Error(`${gpa.toString(16)} is written past its trace`);
          }
          cpu.view.setInt32(guest.frame(gpa >>> 12) + (gpa & 0xffc), value, true);
        }
        return { gpa };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const kind = pager.fault(cpu.s[CR2]!, error.errorCode);
        kinds.push(kind);
        if (kinds.length > 8) throw new Error(`faults without end: ${kinds.join()}`);
        if (kind === "guest") {
          if (vcpu.s[CR2] !== (linear | 0)) throw new Error("CR2 is not the guest's");
          return { fault: pager.guestErrorCode };
        }
        if (kind !== "filled") return interpret(linear, write, user, value);
      }
    }
  };
  const release = (): void => {
    pager.release();
    guest.release();
    frames.release(monitorTable / PAGE);
  };
  return { memory: guest, cpu, vcpu, pager, charged, devices, kinds, enter, access, gpaOf, release };
}

/** Checks what must hold of all shadow tables at any time: they map the guest's own RAM only, and nothing traced writable. */
export function audit({ cpu, memory, pager, gpaOf, enter }: ShadowGuest): void {
  enter();
  const word = (frame: number, index: number): number =>
    cpu.view.getInt32(frames.hostOffset(frame) + 4 * index, true);
  const shadows = new Set(frames.ownedBy(1, "shadow"));
  if (pager.size > shadows.size) throw new Error("more tables than frames");
  const root = cpu.s[CR3]! >>> 12;
  if (!shadows.has(root)) throw new Error("the root is no shadow table");
  for (let index = 0; index < 1023; index++) {
    const directoryEntry = word(root, index);
    if (directoryEntry === 0) continue;
    const table = directoryEntry >>> 12;
    if (!shadows.has(table)) throw new Error(`directory entry ${index} points outside`);
    for (let n = 0; n < 1024; n++) {
      const entry = word(table, n);
      if (entry === 0) continue;
      const gpa = gpaOf(entry & ~0xfff);
      if (gpa < 0) throw new Error(`entry ${index}.${n} maps a frame that is not the guest's`);
      if ((entry & 2) !== 0 && memory.traces.traced(gpa >>> 12)) {
        throw new Error(`entry ${index}.${n} lets the guest write to a traced frame`);
      }
    }
  }
}
