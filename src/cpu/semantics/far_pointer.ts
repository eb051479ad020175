/**
 * Far pointers: operands that name a segment and an offset.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu } from "../cpu.ts";
import { effectiveAddress, readMemory } from "../operands.ts";

/** A selector and an offset. */
export interface FarPointer {
  readonly selector: number;
  /** Cut to the operand size. */
  readonly offset: number;
}

/** Reads operand `n`, a far pointer in the instruction or in memory. @throws {Fault} */
export function readFarPointer(cpu: Cpu, instruction: Instruction, n: number): FarPointer {
  const operand = instruction.operands[n]!;
  if (operand.kind === "far") {
    return {
      selector: operand.selector,
      offset: instruction.operandSize === 4 ? operand.value : operand.value & 0xffff,
    };
  }
  const size = instruction.operandSize;
  const address = effectiveAddress(cpu, instruction, operand);
  const offset = readMemory(cpu, operand.segment, address, size);
  const behind = instruction.addressSize === 4 ? (address + size) | 0 : (address + size) & 0xffff;
  return { offset, selector: readMemory(cpu, operand.segment, behind, 2) };
}
