/**
 * Software interrupts and exceptions: INT n, INT3, INTO, INT1, BOUND, UD2 and invalid encodings.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { raiseFromInstruction } from "../exceptions.ts";
import { BP, BR, DB, Fault, GP, OF_VECTOR, UD } from "../fault.ts";
import { overflow } from "../flags.ts";
import { effectiveAddress, load, readMemory } from "../operands.ts";
import type { EventKind } from "../ports.ts";
import { ioPrivilegeLevel, virtual8086 } from "../privilege.ts";
import { NEXT_EIP } from "../state.ts";
import { signExtend } from "./arithmetic_flags.ts";

function raiseSoftware(cpu: Cpu, instruction: Instruction, kind: EventKind, vector: number): void {
  const returnEip = cpu.s[NEXT_EIP]!;
  raiseFromInstruction(cpu, {
    kind,
    vector,
    errorCode: -1,
    returnEip,
    instructionLength: instruction.length,
  });
}

const int: Handler = (cpu, instruction) => {
  if (virtual8086(cpu) && ioPrivilegeLevel(cpu) < 3) throw new Fault(GP, 0);
  raiseSoftware(cpu, instruction, "software", instruction.operands[0]!.value & 0xff);
};

/** Unlike INT 3 in two bytes, INT3 is not subject to IOPL in virtual-8086 mode. */
const int3: Handler = (cpu, instruction) => raiseSoftware(cpu, instruction, "software-exception", BP);

const into: Handler = (cpu, instruction) => {
  if (overflow(cpu.s)) raiseSoftware(cpu, instruction, "software-exception", OF_VECTOR);
};

/** The gate's DPL does not matter. */
const int1: Handler = (cpu, instruction) =>
  raiseSoftware(cpu, instruction, "privileged-software-exception", DB);

const bound: Handler = (cpu, instruction) => {
  const size = instruction.operandSize;
  const { segment } = instruction.operands[1]!;
  const index = signExtend(load(cpu, instruction, 0), size);
  const address = effectiveAddress(cpu, instruction, instruction.operands[1]!);
  const behind = instruction.addressSize === 4 ? (address + size) | 0 : (address + size) & 0xffff;
  const lower = signExtend(readMemory(cpu, segment, address, size), size);
  const upper = signExtend(readMemory(cpu, segment, behind, size), size);
  if (index < lower || index > upper) throw new Fault(BR);
};

const ud: Handler = (_cpu, instruction) => {
  throw instruction.tooLong ? new Fault(GP, 0) : new Fault(UD);
};

/** Routines of the family "interrupt". */
export const interrupt = { int, int3, into, int1, bound, ud } satisfies Record<string, Handler>;
