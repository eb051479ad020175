/**
 * Sign extension within the accumulator: CBW and CWDE, CWD and CDQ.
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { writeRegister } from "../operands.ts";
import { EAX, EDX } from "../state.ts";
import { signExtend } from "./arithmetic_flags.ts";

/** CBW: AL to AX. CWDE: AX to EAX. */
const cbw: Handler = (cpu, instruction) => {
  const size = instruction.operandSize;
  writeRegister(cpu, EAX, size, signExtend(cpu.s[EAX]!, size / 2));
};

/** CWD: AX to DX:AX. CDQ: EAX to EDX:EAX. */
const cwd: Handler = (cpu, instruction) => {
  const size = instruction.operandSize;
  writeRegister(cpu, EDX, size, signExtend(cpu.s[EAX]!, size) >> 31);
};

/** What the conversions do. */
export const convert = { cbw, cwd } satisfies Record<string, Handler>;
