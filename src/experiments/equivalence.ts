/**
 * Equivalence, Popek and Goldberg's first property, as a measurement: a guest on the bare machine and the same guest under a
 * monitor must end alike, print alike and leave the same memory, timing aside.
 *
 * @module
 */

import type { RegistersSnapshot } from "../cpu/mod.ts";
import type { CostProfile, World } from "../cycles/mod.ts";
import { type Loadable, Machine, parseSize } from "../machine/mod.ts";
import { Monitor, type TechniqueName, type VirtualMachineOptions } from "../vmm/mod.ts";

/** Bytes of guest-physical memory: the first, and the first behind. */
export interface MemoryRange {
  readonly from: number;
  readonly to: number;
}

/** How to compare. */
export interface CompareOptions {
  /** Default `binary-translation`. */
  readonly technique?: TechniqueName;
  /**
   * Makes the physical processor under the monitor virtualizable. Default: only for trap-and-emulate. The guest's own is plain
   * IA-32 all the same, and that is what the bare machine is.
   */
  readonly virtualizable?: boolean;
  /** Cost profile, or its name. */
  readonly profile?: string | CostProfile;
  /** The guest's RAM. Default 4 MiB. */
  readonly memory?: string | number;
  /** RAM of the physical machine under the monitor. Default: twice the guest's, and 8 MiB more. */
  readonly hostMemory?: string | number;
  /** Further options of the virtual machine. */
  readonly virtualMachine?: Omit<VirtualMachineOptions, "memory" | "technique">;
  /** Memory that may differ: where time leaves traces. */
  readonly ignore?: readonly MemoryRange[];
  /** Limit of the native run. Default 10 million. */
  readonly maxInstructions?: number;
  /** The native run, where it is known already. */
  readonly native?: GuestEnd;
  /** A machine to load the guest into, so that many comparisons need not build one each. */
  readonly machine?: Machine;
  /** A monitor to make the virtual machine on, for the same reason; the virtual machine is destroyed afterwards. */
  readonly monitor?: Monitor;
}

/** What is left of a guest at its end. */
export interface GuestEnd {
  /** `exited`, `halted`, `shutdown`, `killed` or `limit`. */
  readonly status: string;
  readonly exitCode?: number;
  readonly console: string;
  readonly registers: RegistersSnapshot;
  /** Guest-physical memory. */
  readonly memory: Uint8Array;
  /** Instructions of the guest. */
  readonly instructions: number;
  readonly cycles: number;
}

/** One thing that is not the same. */
export interface EquivalenceDifference {
  /** `status`, `exit code`, `console`, a register, or the address of the first byte of a run of memory. */
  readonly what: string;
  readonly native: string;
  readonly monitor: string;
}

/** What {@linkcode compareWithNative} found. */
export interface Equivalence {
  readonly technique: TechniqueName;
  readonly equal: boolean;
  /** The first differences, at most sixteen. */
  readonly differences: readonly EquivalenceDifference[];
  /** Of the guest's instructions, those that the hardware executed: 0 to 1. */
  readonly shareExecutedDirectly: number;
  /** Instructions of the guest under the monitor. */
  readonly instructions: number;
  readonly cyclesByWorld: Readonly<Record<World, number>>;
  readonly native: GuestEnd;
  readonly monitored: GuestEnd;
}

const DIFFERENCES_SHOWN = 16;
/** A monitor may take this many times as many cycles and instructions as the bare machine, and then some. */
const SLOWEST = 2000, SLACK = 200_000_000;

/**
 * Runs a guest on the bare machine.
 *
 * @throws {ImageError}, {@linkcode MachineError} or {@linkcode ProfileError} as the machine does
 */
export function nativeEnd(guest: Loadable, options: CompareOptions = {}): GuestEnd {
  const { memory = "4M", profile = "pentium4-672", maxInstructions = 10_000_000 } = options;
  const machine = options.machine ?? new Machine({ memory, profile, history: false });
  const run = machine.load(guest).runSync({ maxInstructions });
  const { status, exitCode, console, registers, instructions } = run;
  return {
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    console,
    registers,
    memory: machine.read(0, machine.board.memory.ramBytes),
    instructions,
    cycles: run.cycles.total,
  };
}

/**
 * Runs a guest on the bare machine and under a monitor, and says what differs.
 *
 * @throws {ImageError}, {@linkcode MachineError}, {@linkcode MonitorError} or {@linkcode ProfileError} as machine and monitor do
 *
 * @example
 * ```ts
 * import { asm, compareWithNative } from "ringlab";
 *
 * const guest = asm`
 *   bits 32
 *       cli
 *       pushfd
 *       pop eax
 *       mov [0x5000], eax
 *       mov al, 0
 *       out 0xF4, al
 * `;
 * const { equal } = compareWithNative(guest, { technique: "binary-translation" });
 * if (!equal) throw new Error("the monitor can be told from the machine");
 * ```
 */
export function compareWithNative(guest: Loadable, options: CompareOptions = {}): Equivalence {
  const { technique = "binary-translation", profile = "pentium4-672", memory = "4M", ignore = [] } = options;
  const { virtualizable = technique === "trap-and-emulate" } = options;
  const native = options.native ?? nativeEnd(guest, options);
  const hostMemory = options.hostMemory ?? 2 * parseSize(memory) + (8 << 20);
  const monitor = options.monitor ?? new Monitor({ memory: hostMemory, profile, virtualizable, technique });
  const vm = monitor.createVirtualMachine({ ...options.virtualMachine, memory, technique }).load(guest);
  const run = monitor.runSync({
    maxCycles: native.cycles * SLOWEST + SLACK,
    maxInstructions: native.instructions * SLOWEST + SLACK,
  });
  const { direct, interpreted } = vm.counts;
  const monitored: GuestEnd = {
    status: run.status === "finished" ? vm.status : run.status,
    ...(vm.exitCode === undefined ? {} : { exitCode: vm.exitCode }),
    console: vm.console,
    registers: vm.registers,
    memory: vm.read(0, native.memory.length),
    instructions: direct + interpreted,
    cycles: run.cycles.total,
  };
  if (options.monitor !== undefined) monitor.destroyVirtualMachine(vm);
  const differences = differencesBetween(native, monitored, ignore);
  return {
    technique,
    equal: differences.length === 0,
    differences,
    shareExecutedDirectly: direct / Math.max(1, direct + interpreted),
    instructions: direct + interpreted,
    cyclesByWorld: run.cycles.worlds,
    native,
    monitored,
  };
}

/** What differs between two ends of one guest, at most sixteen things. */
export function differencesBetween(
  native: GuestEnd,
  monitored: GuestEnd,
  ignore: readonly MemoryRange[] = [],
): EquivalenceDifference[] {
  const found: EquivalenceDifference[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown) => {
    if (ours !== theirs) found.push({ what, native: String(ours), monitor: String(theirs) });
  };
  compare("status", native.status, monitored.status);
  compare("exit code", native.exitCode, monitored.exitCode);
  compare("console", native.console, monitored.console);
  if (native.status === "exited" && monitored.status === "exited") {
    const word = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
    for (const name of ["eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp"] as const) {
      compare(name, word(native.registers.gpr[name]), word(monitored.registers.gpr[name]));
    }
    compare("eip", word(native.registers.eip), word(monitored.registers.eip));
    compare("eflags", word(native.registers.eflags), word(monitored.registers.eflags));
    compare("cpl", native.registers.cpl, monitored.registers.cpl);
  }
  compareMemory(native.memory, monitored.memory, ignore, found);
  return found.slice(0, DIFFERENCES_SHOWN);
}

function compareMemory(
  native: Uint8Array,
  monitored: Uint8Array,
  ignore: readonly MemoryRange[],
  found: EquivalenceDifference[],
): void {
  const a = new Uint32Array(native.buffer, native.byteOffset, native.length >>> 2);
  const b = new Uint32Array(monitored.buffer, monitored.byteOffset, monitored.length >>> 2);
  const ignored = (address: number) => ignore.some(({ from, to }) => address >= from && address < to);
  for (let word = 0; word < a.length && found.length < DIFFERENCES_SHOWN; word++) {
    if (a[word] === b[word]) continue;
    // A run of differing bytes is one difference.
    let address = word * 4;
    while (native[address] === monitored[address] || ignored(address)) {
      if (++address >= word * 4 + 4) break;
    }
    if (address >= word * 4 + 4) continue;
    let end = address + 1;
    while (end < address + 16 && native[end] !== monitored[end]) end++;
    const bytes = (memory: Uint8Array) => Array.from(memory.subarray(address, end), hexByte).join(" ");
    found.push({ what: `${address.toString(16)}h`, native: bytes(native), monitor: bytes(monitored) });
    word = Math.max(word, (end - 1) >>> 2);
  }
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
