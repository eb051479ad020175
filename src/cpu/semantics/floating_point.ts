/**
 * What is left of the x87 and the vector units on a processor without them.
 *
 * CPUID announces neither, and system software is to set CR0.EM then: every x87 instruction raises #NM, for an emulator
 * to take over (SDM volume 3A, 2.5 and 9.2). With EM and TS clear nobody answers for the coprocessor, and its
 * instructions do nothing, as on an 80386 or an 80486SX: software that looks for an x87 with FNINIT and FNSTSW
 * finds its own value unchanged. MMX and SSE instructions raise #UD, as wherever CPUID does not announce them.
 *
 * @module
 */

import type { Handler } from "../cpu.ts";
import { Fault, NM, UD } from "../fault.ts";
import { CR0, CR0_EM, CR0_MP, CR0_TS } from "../state.ts";

const x87: Handler = (cpu) => {
  if ((cpu.s[CR0]! & (CR0_EM | CR0_TS)) !== 0) throw new Fault(NM);
};

/** WAIT asks for #NM after a task switch only when MP and TS are both set; EM does not matter (SDM volume 2, WAIT). */
const fwait: Handler = (cpu) => {
  if ((cpu.s[CR0]! & CR0_MP) !== 0 && (cpu.s[CR0]! & CR0_TS) !== 0) throw new Fault(NM);
};

const vector: Handler = () => {
  throw new Fault(UD);
};

/** What the floating-point and vector operations do. */
export const floatingPoint = { x87, fwait, vector } satisfies Record<string, Handler>;
