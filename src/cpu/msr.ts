/**
 * Model-specific registers (SDM volume 4). There are few, and touching any other is #GP(0), as on silicon.
 *
 * @module
 */

import type { Cpu } from "./cpu.ts";
import { Fault, GP } from "./fault.ts";
import { APIC_BASE, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP, TSC_OFFSET_F64 } from "./state.ts";

/** A 64-bit value as two signed words. */
export interface Wide {
  readonly low: number;
  readonly high: number;
}

interface Register {
  readonly name: string;
  read(cpu: Cpu): Wide;
  /** @throws {Fault} #GP(0) for a value the register cannot hold */
  write(cpu: Cpu, low: number, high: number): void;
}

const TWO_32 = 2 ** 32;

/** The time stamp counter: cycles, plus what software has set it to. */
export function timeStamp(cpu: Cpu): Wide {
  const value = cpu.now() + cpu.f64[TSC_OFFSET_F64]!;
  return { low: value % TWO_32 | 0, high: Math.floor(value / TWO_32) | 0 };
}

/** A register kept in one word; its upper half is ignored on writes and zero on reads. */
function word(name: string, at: number): Register {
  return {
    name,
    read: (cpu) => ({ low: cpu.s[at]!, high: 0 }),
    write(cpu, low) {
      cpu.s[at] = low;
    },
  };
}

/** A register that always reads as the same value. */
function constant(name: string, writable: boolean, value = 0): Register {
  return {
    name,
    read: () => ({ low: value, high: 0 }),
    write() {
      if (!writable) throw new Fault(GP, 0);
    },
  };
}

/** All registers by address, under the names of the SDM. */
const REGISTERS: Readonly<Record<number, Register>> = {
  0x10: {
    name: "IA32_TIME_STAMP_COUNTER",
    read: timeStamp,
    // On the P6 family a write sets the low half and clears the high one (SDM volume 3B, 17.17).
    write(cpu, low) {
      cpu.f64[TSC_OFFSET_F64] = (low >>> 0) - cpu.now();
    },
  },
  0x17: constant("IA32_PLATFORM_ID", false),
  0x1b: {
    name: "IA32_APIC_BASE",
    read: (cpu) => ({ low: cpu.s[APIC_BASE]!, high: 0 }),
    // There is no APIC to enable; the base may be moved, as firmware does.
    write(cpu, low, high) {
      if (high !== 0 || (low & 0xeff) !== 0) throw new Fault(GP, 0);
      cpu.s[APIC_BASE] = low | 0x100; // the only processor is the bootstrap processor
    },
  },
  0x2a: constant("EBL_CR_POWERON", true),
  0x8b: constant("IA32_BIOS_SIGN_ID", true), // no microcode update is loaded
  0x174: word("IA32_SYSENTER_CS", SYSENTER_CS),
  0x175: word("IA32_SYSENTER_ESP", SYSENTER_ESP),
  0x176: word("IA32_SYSENTER_EIP", SYSENTER_EIP),
};

/** The registers there are: address and name. */
export const MSR_NAMES: readonly (readonly [address: number, name: string])[] = Object.entries(REGISTERS).map(
  ([address, { name }]) => [Number(address), name] as const,
);

/** Reads a model-specific register; undefined when there is none at that address. */
export function readMsr(cpu: Cpu, address: number): Wide | undefined {
  return REGISTERS[address >>> 0]?.read(cpu);
}

/** Writes a model-specific register. @returns false when there is none @throws {Fault} #GP(0) for a bad value */
export function writeMsr(cpu: Cpu, address: number, low: number, high: number): boolean {
  const register = REGISTERS[address >>> 0];
  if (register === undefined) return false;
  register.write(cpu, low, high);
  return true;
}
