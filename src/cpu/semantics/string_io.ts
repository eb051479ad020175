/**
 * INS and OUTS: strings between ports and memory.
 *
 * @module
 */

import { DS, ES } from "../../isa/mod.ts";
import type { Handler } from "../cpu.ts";
import { probeMemory, readMemory, writeMemory } from "../operands.ts";
import { EDI, EDX, ESI } from "../state.ts";
import { checkPortAccess } from "../tss.ts";
import { readPort, writePort } from "./input_output.ts";
import { advanceIndex, type Element, elementSize, readIndex, repeatString } from "./string_loop.ts";

/** The destination is probed first: a device must not lose a byte to a page fault. */
const inputElement: Element = (cpu, instruction) => {
  const size = elementSize(instruction);
  const port = cpu.s[EDX]! & 0xffff;
  checkPortAccess(cpu, port, size);
  const offset = readIndex(cpu, instruction, EDI);
  probeMemory(cpu, ES, offset, size);
  writeMemory(cpu, ES, offset, size, readPort(cpu, port, size));
  advanceIndex(cpu, instruction, EDI);
};

const outputElement: Element = (cpu, instruction) => {
  const size = elementSize(instruction);
  const port = cpu.s[EDX]! & 0xffff;
  checkPortAccess(cpu, port, size);
  const segment = instruction.segment >= 0 ? instruction.segment : DS;
  const value = readMemory(cpu, segment, readIndex(cpu, instruction, ESI), size);
  writePort(cpu, port, size, value);
  advanceIndex(cpu, instruction, ESI);
};

const ins: Handler = (cpu, instruction) => repeatString(cpu, instruction, inputElement);
const outs: Handler = (cpu, instruction) => repeatString(cpu, instruction, outputElement);

/** Routines of the family "string-io". */
export const stringIo = { ins, outs } satisfies Record<string, Handler>;
