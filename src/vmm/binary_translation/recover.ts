/**
 * Precise state: from any address in the translation cache back to the guest's registers and EIP.
 *
 * @module
 */

import {
  AF,
  ARITHMETIC_FLAGS,
  CF,
  type Cpu,
  EFLAGS,
  FLAG_OP,
  materializeFlags,
  OF,
  PF,
  SF,
  ZF,
} from "../../cpu/mod.ts";
import { AREA_DATA } from "../area.ts";
import { type CacheMemory, markAt } from "./cache.ts";
import { LOOKED_UP, type Unit } from "./unit.ts";
import { SAVED_FLAGS, SAVED_IF, SPILL, TARGET, VIRTUAL_IF } from "./window.ts";

/** Where the guest is. */
export interface Recovered {
  readonly eip: number;
  /** It is the instruction after STI. */
  readonly shadow: boolean;
}

/**
 * Puts the processor's general registers and flags, and the virtual interrupt flag, where they are between two guest
 * instructions, when execution stands before the byte at `at` of a unit's code.
 *
 * @returns the guest's EIP, and whether interrupts have to wait for the instruction there
 */
export function recover(cpu: Cpu, memory: CacheMemory, unit: Unit, at: number): Recovered {
  const { eip, recipe, shadow } = markAt(unit, at);
  const s = cpu.s;
  const slot = (offset: number): number => memory.read32(AREA_DATA + offset);
  if (recipe !== null) {
    for (let register = 0; register < 8; register++) {
      if ((recipe.spilled >> register & 1) !== 0) s[register] = slot(SPILL + 4 * register);
    }
    if (recipe.flags === true) {
      const saved = slot(SAVED_FLAGS);
      const low = (saved >> 8) & (SF | ZF | AF | PF | CF);
      s[EFLAGS] = (materializeFlags(s) & ~ARITHMETIC_FLAGS) | low | ((saved & 1) !== 0 ? OF : 0);
      s[FLAG_OP] = 0;
    }
    if (recipe.interruptFlag === true) memory.write32(AREA_DATA + VIRTUAL_IF, slot(SAVED_IF));
  }
  return { eip: eip === LOOKED_UP ? slot(TARGET) : eip, shadow };
}
