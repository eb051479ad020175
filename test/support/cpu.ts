/**
 * A bare processor for tests: RAM from physical address 0 on, nothing on the buses, and no machine round it.
 */

import { type Cpu, type CpuEvent, PENTIUM_PRO } from "../../src/cpu/mod.ts";
import { setSegment } from "../../src/cpu/segmentation.ts";
import { CPL, CR0, CR0_PE, EFLAGS, EIP, FLAG_OP, LIMIT, STATE_BYTES } from "../../src/cpu/state.ts";
import { bareProcessor, type BareProcessorOptions } from "../../src/experiments/bare_processor.ts";

/** Rights of flat ring-0 segments: read/execute and read/write, 32 bits, byte limits already scaled. */
const CODE_32 = 0xc09b00, DATA_32 = 0xc09300;

/** A processor with RAM and with what was delivered to it. */
export interface BareCpu {
  readonly cpu: Cpu;
  /** Byte offset of physical address 0 in `cpu.u8`. */
  readonly ram: number;
  /** Exceptions and interrupts since the start, the latest last; delivered as usual after being noted. */
  readonly events: CpuEvent[];
  /** Puts bytes at a physical address. */
  load(address: number, bytes: ArrayLike<number>): void;
}

/** What {@linkcode makeCpu} may be told; RAM is 1 MiB by default. */
export type BareCpuOptions = Partial<BareProcessorOptions>;

/** Makes a processor after reset. */
export function makeCpu(options: BareCpuOptions = {}): BareCpu {
  const { ramBytes = 1 << 20 } = options;
  const events: CpuEvent[] = [];
  const cpu = bareProcessor({ model: PENTIUM_PRO, ...options, ramBytes });
  cpu.trap = {
    alwaysInterruptible: false,
    deliver(_cpu, event) {
      events.push(event);
      return false;
    },
  };
  const load = (address: number, bytes: ArrayLike<number>): void => cpu.u8.set(bytes, STATE_BYTES + address);
  return { cpu, ram: STATE_BYTES, events, load };
}

/** Flat 32-bit protected mode in ring 0 without descriptor tables or paging: execution goes on at `eip`. */
export function enterFlatMode({ cpu }: BareCpu, eip: number): void {
  const s = cpu.s;
  s[CR0] = s[CR0]! | CR0_PE;
  s[CPL] = 0;
  for (const register of [0, 2, 3, 4, 5]) setSegment(cpu, register, 0x10, 0, -1, DATA_32);
  setSegment(cpu, 1, 0x08, 0, -1, CODE_32);
  s[EIP] = eip;
  cpu.updateMode();
}

/** Real mode: execution goes on at `cs`:`ip`, all other segments are 0. */
export function enterRealMode({ cpu }: BareCpu, cs: number, ip: number): void {
  const s = cpu.s;
  s[CR0] = s[CR0]! & ~CR0_PE;
  s[CPL] = 0;
  for (let register = 0; register < 6; register++) {
    const selector = register === 1 ? cs : 0;
    setSegment(cpu, register, selector, selector << 4, s[LIMIT + register]!, 0x9300);
  }
  s[EIP] = ip;
  cpu.updateMode();
}

/** Sets all of EFLAGS. */
export function setFlags(cpu: Cpu, flags: number): void {
  cpu.s[EFLAGS] = flags | 2;
  cpu.s[FLAG_OP] = 0;
  cpu.updateAlignmentCheck();
}

/** Runs until the processor halts, shuts down, or `cycles` are over. */
export function runToHalt(cpu: Cpu, cycles = 1_000_000): ReturnType<Cpu["run"]> {
  return cpu.run(cpu.now() + cycles);
}
