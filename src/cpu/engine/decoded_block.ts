/**
 * What the engine has made of the code at the present EIP, for people to look at.
 *
 * @module
 */

import type { Cpu } from "../cpu.ts";
import * as MICRO_OPERATION_NUMBERS from "./micro_operation.ts";
import { R_BLOCK_COUNT, R_BLOCK_CYCLES, R_EIP, R_NEXT_EIP, R_OP, RECORD } from "./record.ts";

/** One micro-operation of a block. */
export interface DecodedMicroOperation {
  /** As `engine/micro_operation.ts` calls it: `LOAD32`, `ADD32_RR`, `GENERIC`. */
  readonly name: string;
  /** EIP of the instruction that it belongs to; of the first one when two became one micro-operation. */
  readonly eip: number;
  /** EIP behind its instruction; behind the last one when two became one micro-operation. */
  readonly nextEip: number;
}

/** A straight line of instructions as the engine executes it. */
export interface DecodedBlock {
  readonly eip: number;
  readonly instructions: number;
  /** What entering it charges. */
  readonly cycles: number;
  /** In order, without the one that leads on to the next block. */
  readonly microOperations: readonly DecodedMicroOperation[];
}

const names = new Map<number, string>();
for (const [name, number] of Object.entries(MICRO_OPERATION_NUMBERS)) {
  if (name !== "MICRO_OPERATIONS") names.set(number, name);
}

/**
 * The block that begins at the present EIP, decoded now if it was not. What the decoding costs in page walks, executing it
 * would have cost.
 *
 * @throws {Fault} when the code cannot be fetched
 */
export function decodedBlock(cpu: Cpu): DecodedBlock {
  const header = cpu.code.find();
  const { records } = cpu.code;
  const microOperations: DecodedMicroOperation[] = [];
  for (let r = header + RECORD; records[r + R_OP] !== MICRO_OPERATION_NUMBERS.END; r += RECORD) {
    microOperations.push({
      name: names.get(records[r + R_OP]!)!,
      eip: records[r + R_EIP]! >>> 0,
      nextEip: records[r + R_NEXT_EIP]! >>> 0,
    });
  }
  return {
    eip: records[header + R_EIP]! >>> 0,
    instructions: records[header + R_BLOCK_COUNT]!,
    cycles: records[header + R_BLOCK_CYCLES]!,
    microOperations,
  };
}
