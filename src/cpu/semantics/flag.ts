/**
 * Single flags that anybody may change: CLC, STC, CMC, CLD, STD, LAHF, SAHF.
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { carry, materializeFlags } from "../flags.ts";
import { readRegister, writeRegister } from "../operands.ts";
import { AF, CF, DF, EFLAGS, PF, SF, ZF } from "../state.ts";
import { changeFlags } from "./arithmetic_flags.ts";

const AH = 4;
/** What LAHF and SAHF move: OF lies outside the byte. */
const LOW_FLAGS = SF | ZF | AF | PF | CF;

const clc: Handler = (cpu) => changeFlags(cpu.s, CF, 0);

const stc: Handler = (cpu) => changeFlags(cpu.s, CF, CF);

const cmc: Handler = (cpu) => changeFlags(cpu.s, CF, carry(cpu.s) ^ CF);

const cld: Handler = (cpu) => {
  cpu.s[EFLAGS] = cpu.s[EFLAGS]! & ~DF;
};

const std: Handler = (cpu) => {
  cpu.s[EFLAGS] = cpu.s[EFLAGS]! | DF;
};

const lahf: Handler = (cpu) => {
  writeRegister(cpu, AH, 1, (materializeFlags(cpu.s) & LOW_FLAGS) | 2);
};

const sahf: Handler = (cpu) => {
  changeFlags(cpu.s, LOW_FLAGS, readRegister(cpu, AH, 1) & LOW_FLAGS);
};

/** What the flag operations do. */
export const flag = { clc, stc, cmc, cld, std, lahf, sahf } satisfies Record<string, Handler>;
