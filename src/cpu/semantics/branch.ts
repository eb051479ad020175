/**
 * Near transfers of control: Jcc, JCXZ, LOOP, LOOPE, LOOPNE, JMP, CALL, RET.
 *
 * @module
 */

import type { Instruction } from "../../isa/mod.ts";
import type { Cpu, Handler } from "../cpu.ts";
import { Fault, GP } from "../fault.ts";
import { condition, zero } from "../flags.ts";
import { load, peek, push, readRegister, setStackPointer, writeRegister } from "../operands.ts";
import { ECX, ESP, LIMIT, NEXT_EIP } from "../state.ts";

const CS = 1;

/** The target of a near transfer: cut to 16 bits by a 16-bit operand size. @throws {Fault} #GP(0) beyond the limit of CS */
function checkedTarget(cpu: Cpu, instruction: Instruction, target: number): number {
  const eip = instruction.operandSize === 4 ? target | 0 : target & 0xffff;
  if (eip >>> 0 > cpu.s[LIMIT + CS]! >>> 0) throw new Fault(GP, 0);
  return eip;
}

/** Where the displacement leads that is the instruction's only operand. */
function relativeTarget(cpu: Cpu, instruction: Instruction): number {
  return checkedTarget(cpu, instruction, cpu.s[NEXT_EIP]! + instruction.operands[0]!.value);
}

/** The displacement or the absolute address that JMP and CALL name. */
function target(cpu: Cpu, instruction: Instruction): number {
  return instruction.operands[0]!.kind === "relative"
    ? relativeTarget(cpu, instruction)
    : checkedTarget(cpu, instruction, load(cpu, instruction, 0));
}

const jcc: Handler = (cpu, instruction) => {
  if (condition(cpu.s, instruction.form.condition)) cpu.s[NEXT_EIP] = relativeTarget(cpu, instruction);
};

/** JCXZ or JECXZ, by address size. */
const jcxz: Handler = (cpu, instruction) => {
  if (readRegister(cpu, ECX, instruction.addressSize) === 0) {
    cpu.s[NEXT_EIP] = relativeTarget(cpu, instruction);
  }
};

/** Counts CX or ECX (by address size) down and branches while it is not 0 and `also` holds. Changes no flag. */
function countDown(cpu: Cpu, instruction: Instruction, also: boolean): void {
  const count = (readRegister(cpu, ECX, instruction.addressSize) - 1) | 0;
  const left = instruction.addressSize === 4 ? count : count & 0xffff;
  if (left !== 0 && also) cpu.s[NEXT_EIP] = relativeTarget(cpu, instruction); // may fault: before ECX changes
  writeRegister(cpu, ECX, instruction.addressSize, count);
}

const loop: Handler = (cpu, instruction) => countDown(cpu, instruction, true);
const loope: Handler = (cpu, instruction) => countDown(cpu, instruction, zero(cpu.s));
const loopne: Handler = (cpu, instruction) => countDown(cpu, instruction, !zero(cpu.s));

const jmp: Handler = (cpu, instruction) => {
  cpu.s[NEXT_EIP] = target(cpu, instruction);
};

const call: Handler = (cpu, instruction) => {
  const eip = target(cpu, instruction);
  push(cpu, cpu.s[NEXT_EIP]!, instruction.operandSize);
  cpu.s[NEXT_EIP] = eip;
};

/** The operand, if there is one, is the number of bytes of parameters to drop. */
const ret: Handler = (cpu, instruction) => {
  const size = instruction.operandSize;
  const eip = checkedTarget(cpu, instruction, peek(cpu, 0, size));
  const parameters = instruction.operands.length > 0 ? load(cpu, instruction, 0) : 0;
  setStackPointer(cpu, cpu.s[ESP]! + size + parameters);
  cpu.s[NEXT_EIP] = eip;
};

/** What the near transfers do. */
export const branch = { jcc, jcxz, loop, loope, loopne, jmp, call, ret } satisfies Record<string, Handler>;
