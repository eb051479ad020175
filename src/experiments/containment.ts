/**
 * Resource control, Popek and Goldberg's second property, as a measurement: a hostile guest beside a well-behaved one on the same
 * monitor. Whatever it tries, the other computes what it computes alone, and the monitor's own memory stays as it is.
 *
 * @module
 */

import {
  HOSTILE_BYTES,
  type HostileGuest,
  hostileParavirtualProgram,
  hostileProgram,
  SECRET,
  VICTIM_BYTES,
  victimProgram,
} from "../guests/mod.ts";
import type { Program } from "../isa/mod.ts";
import { PAGE_BYTES } from "../machine/mod.ts";
import { type FrameOwner, Monitor, type TechniqueName, type VirtualMachine } from "../vmm/mod.ts";

/** How to hold a hostile guest. */
export interface ContainOptions {
  /** Default `binary-translation`, and `paravirtual` for guests that attack by hypercall. */
  readonly technique?: TechniqueName;
  /** Makes the physical processor virtualizable. Default: only for trap-and-emulate. */
  readonly virtualizable?: boolean;
  /** Cycles of the physical machine after which a guest that still runs has been contained for long enough. Default 40 million. */
  readonly maxCycles?: number;
}

/** What became of it. */
export interface Containment {
  readonly guest: string;
  readonly technique: TechniqueName;
  /** Nothing in {@linkcode Containment.breaches}. */
  readonly contained: boolean;
  /** What should not have happened, as sentences; empty when all is well. */
  readonly breaches: readonly string[];
  /** How the hostile guest ended. */
  readonly status: string;
  /** The monitor's reason, where it ended the guest. */
  readonly reason?: string;
  /** What the hostile guest printed, at most the first 200 characters. */
  readonly console: string;
  /** Frames of the monitor's that were compared before and after. */
  readonly framesCompared: number;
  /** Cycles of the physical machine. */
  readonly cycles: number;
}

const HOST_MEMORY = "16M";
const CYCLES = 40_000_000;
/** Seconds; short, so that the two are interleaved often. */
const SLICE = 1e-4;
const CONSOLE_SHOWN = 200;

/** A victim's end. */
interface VictimEnd {
  readonly status: string;
  readonly exitCode: number | undefined;
  readonly console: string;
  readonly memory: Uint8Array;
}

const alone = new Map<string, VictimEnd>();

function endOf(vm: VirtualMachine): VictimEnd {
  return {
    status: vm.status,
    exitCode: vm.exitCode,
    console: vm.console,
    memory: vm.read(0, VICTIM_BYTES),
  };
}

/** What the victim does when it has the monitor to itself. */
function victimAlone(technique: TechniqueName, virtualizable: boolean, program: Program): VictimEnd {
  const key = `${technique} ${virtualizable}`;
  const known = alone.get(key);
  if (known !== undefined) return known;
  const monitor = new Monitor({ memory: HOST_MEMORY, technique, virtualizable, slice: SLICE });
  const vm = monitor.createVirtualMachine({ memory: VICTIM_BYTES }).load(program);
  monitor.runSync({ maxCycles: 10 * CYCLES });
  const end = endOf(vm);
  alone.set(key, end);
  return end;
}

/** How two ends differ, in words. */
function harm(who: string, end: VictimEnd, expected: VictimEnd): string[] {
  const breaches: string[] = [];
  if (end.status !== expected.status) {
    breaches.push(`${who} is ${end.status}, alone it was ${expected.status}`);
  }
  if (end.exitCode !== expected.exitCode) breaches.push(`${who} ended with code ${end.exitCode}`);
  if (end.console !== expected.console) breaches.push(`${who} printed ${JSON.stringify(end.console)}`);
  const at = end.memory.findIndex((byte, n) => byte !== expected.memory[n]);
  if (at >= 0) breaches.push(`${who} has other memory at ${at.toString(16)}h`);
  return breaches;
}

/**
 * Runs a hostile guest beside a victim, looks for damage, and then has a third virtual machine show that the machine still
 * works.
 *
 * Nothing that the guest does makes this throw: what the monitor throws is a breach.
 *
 * @example
 * ```ts
 * import { contain, guests } from "ringlab";
 *
 * const guest = guests.HOSTILE_GUESTS.find(({ name }) => name === "CLI and loop")!;
 * const { contained, status } = contain(guest);
 * if (!contained || status !== "running") throw new Error("it got out");
 * ```
 */
export function contain(guest: HostileGuest, options: ContainOptions = {}): Containment {
  const knowing = guest.group === "hypercalls";
  const { technique = knowing ? "paravirtual" : "binary-translation", maxCycles = CYCLES } = options;
  const { virtualizable = technique === "trap-and-emulate" } = options;
  const program = victimProgram();
  // The victim knows of no hypercalls; techniques can be mixed on one machine.
  const victims = technique === "paravirtual" ? "binary-translation" : technique;
  const expected = victimAlone(victims, virtualizable, program);
  const monitor = new Monitor({ memory: HOST_MEMORY, technique: victims, virtualizable, slice: SLICE });
  const victim = monitor.createVirtualMachine({ name: "victim", memory: VICTIM_BYTES }).load(program);
  const hostile = monitor.createVirtualMachine({ name: "hostile", memory: HOSTILE_BYTES, technique })
    .load(knowing ? hostileParavirtualProgram(guest) : hostileProgram(guest));
  const before = new Fingerprints(monitor);
  const breaches: string[] = [];
  let status: string = hostile.status;
  try {
    monitor.runSync({ maxCycles });
    status = hostile.status;
    breaches.push(...harm("the victim", endOf(victim), expected));
    breaches.push(...before.changes(monitor));
    if (holdsSecret(hostile)) breaches.push("the hostile guest holds the victim's secret");
    if (!(guest.ends as readonly string[]).includes(status)) {
      breaches.push(`the hostile guest is ${status}; that is not one of ${guest.ends.join(", ")}`);
    }
    if (status === "killed" && hostile.reason === undefined) breaches.push("it was killed without a reason");
    // A third machine, while the hostile one is still there.
    const third = monitor.createVirtualMachine({ name: "third", memory: VICTIM_BYTES }).load(program);
    monitor.runSync({ maxCycles });
    breaches.push(...harm("a machine made afterwards", endOf(third), expected));
    for (const vm of [hostile, third, victim]) monitor.destroyVirtualMachine(vm);
    breaches.push(...before.leaks(monitor));
  } catch (error) {
    breaches.push(
      `the monitor failed: ${
        error instanceof Error ? error.stack?.split("\n").slice(0, 4).join(" ") : error
      }`,
    );
  }
  return {
    guest: guest.name,
    technique,
    contained: breaches.length === 0,
    breaches,
    status,
    ...(hostile.reason === undefined ? {} : { reason: hostile.reason }),
    console: hostile.console.slice(0, CONSOLE_SHOWN),
    framesCompared: before.count,
    cycles: monitor.machine.cycles.total,
  };
}

/** Whether the secret's two words follow each other anywhere in a guest's memory or output. */
function holdsSecret(vm: VirtualMachine): boolean {
  const words = new DataView(vm.read(0, vm.memory.ramBytes).buffer);
  for (let at = 0; at + 4 <= words.byteLength; at += 4) {
    const word = words.getUint32(at, true);
    if (word === SECRET[0] || word === SECRET[1]) return true;
  }
  return false;
}

/** What lies in frames that no guest may change: the monitor's own, and those that nobody has. */
class Fingerprints {
  readonly #frames = new Map<number, number>();
  readonly #free: number;

  constructor(monitor: Monitor) {
    const { frames } = monitor;
    this.#free = frames.free + monitor.virtualMachines.reduce(
      (sum, { number }) => sum + frames.ownedBy(number).length,
      0,
    );
    for (let frame = 0; frame < frames.frames; frame++) {
      if (isConstant(frames.owner(frame))) this.#frames.set(frame, this.#hash(monitor, frame));
    }
    for (const vm of monitor.virtualMachines) {
      for (const frame of constantFrames(vm)) this.#frames.set(frame, this.#hash(monitor, frame));
    }
  }

  /** Frames compared. */
  get count(): number {
    return this.#frames.size;
  }

  #hash(monitor: Monitor, frame: number): number {
    const { u8 } = monitor.machine.cpu;
    const offset = monitor.frames.hostOffset(frame);
    let hash = 0x811c9dc5; // FNV-1a
    for (let at = offset; at < offset + PAGE_BYTES; at++) hash = Math.imul(hash ^ u8[at]!, 0x01000193);
    return hash;
  }

  /** Frames that are still the monitor's, or still nobody's, and no longer hold the same. */
  changes(monitor: Monitor): string[] {
    const areas = new Set(monitor.virtualMachines.flatMap(constantFrames));
    const changed: string[] = [];
    for (const [frame, hash] of this.#frames) {
      const owner = monitor.frames.owner(frame);
      if ((isConstant(owner) || areas.has(frame)) && this.#hash(monitor, frame) !== hash) {
        const whose = typeof owner === "string" ? owner : `vm ${owner.vm} ${owner.use}`;
        changed.push(`page frame ${frame} (${whose}) has changed`);
      }
    }
    return changed;
  }

  /** Whether all frames have come back once all virtual machines are gone. */
  leaks(monitor: Monitor): string[] {
    const { free } = monitor.frames;
    return free === this.#free ? [] : [`${this.#free - free} page frames have not come back`];
  }
}

/** The stubs, and the interrupt table unless direct entries are opened in it. */
function constantFrames(vm: VirtualMachine): number[] {
  return vm.area.constantFrames(vm.technique.name !== "paravirtual");
}

/** The monitor's own frames, and free ones. */
function isConstant(owner: FrameOwner): boolean {
  return typeof owner === "string" ? owner === "free" || owner === "monitor" : owner.vm === 0;
}
