/**
 * A processor with RAM from physical address 0 on and nothing else round it.
 *
 * @module
 */

import {
  type BusPort,
  Cpu,
  type CpuOptions,
  EFLAGS,
  FLAG_OP,
  LEDGER_OFFSET,
  modelFor,
  STATE_BYTES,
} from "../cpu/mod.ts";
import { type CostProfile, Ledger, profileByName } from "../cycles/mod.ts";

const PAGE = 4096;

/** What a bare processor is made of. */
export interface BareProcessorOptions extends Pick<CpuOptions, "virtualizable" | "model"> {
  /** A multiple of 4096. */
  readonly ramBytes: number;
  /** Cost profile or its name. Default `pentium4-672`. */
  readonly profile?: string | CostProfile;
  /** Replaces parts of the bus. */
  readonly bus?: Partial<BusPort>;
}

/** A processor after reset, with zero RAM that begins {@linkcode STATE_BYTES} into its memory. */
export function bareProcessor(options: BareProcessorOptions): Cpu {
  const { ramBytes, profile: named = "pentium4-672", bus, virtualizable = false } = options;
  const profile = typeof named === "string" ? profileByName(named) : named;
  const pages = Math.ceil((STATE_BYTES + ramBytes) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return new Cpu({
    memory,
    profile,
    virtualizable,
    model: options.model ?? modelFor(profile.name),
    ledger: new Ledger(memory.buffer, LEDGER_OFFSET),
    bus: {
      frame: (page) => page < ramBytes / PAGE ? STATE_BYTES + page * PAGE : -1,
      writable: () => true,
      physicalRead: (_address, size) => size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff,
      physicalWrite: () => {},
      portRead: (_port, size) => size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff,
      portWrite: () => {},
      acknowledgeInterrupt: () => 0xff,
      ...bus,
    },
  });
}

/** Sets all of EFLAGS. */
export function setAllFlags(cpu: Cpu, flags: number): void {
  cpu.s[EFLAGS] = flags | 2;
  cpu.s[FLAG_OP] = 0;
  cpu.updateAlignmentCheck();
}
