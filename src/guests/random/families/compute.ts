/**
 * Steps of instructions that a monitor may run as they are: arithmetic, memory, strings, control flow, code that changes itself.
 *
 * @module
 */

import { AT, SEL, TEST } from "../layout.ts";
import {
  computing,
  condition,
  h,
  kernelAddress,
  memory,
  register,
  stringAddress,
  stringInstruction,
} from "../operands.ts";
import type { Random } from "../random.ts";
import type { Family, StepWriter } from "../step.ts";

function someComputing(w: StepWriter, r: Random, most: number): void {
  for (let n = 1 + r.below(most); n > 0; n--) w.put(...computing(r, kernelAddress));
}

const alu: Family = (w, r) => someComputing(w, r, 8);

const string: Family = (w, r) => {
  w.put(...stringInstruction(r, stringAddress));
};

/** Loops, calls, returns, jumps through registers, memory and tables. */
const flow: Family = (w, r) => {
  const a = w.label(), b = w.label(), c = w.label();
  switch (r.below(9)) {
    case 0: // a loop
      w.put(`mov ecx, ${1 + r.below(40)}`, `${a}:`, "push ecx");
      someComputing(w, r, 3);
      w.put("pop ecx", `${r.word("loop loope loopne")} ${a}`);
      break;
    case 1: // forward jump on a condition
      w.put(...computing(r, kernelAddress), `j${condition(r)} ${a}`);
      someComputing(w, r, 3);
      w.put(`${a}:`);
      break;
    case 2: // call and return, with arguments
      w.put(`push dword ${r.below(1000)}`, `call ${a}`, `jmp ${b}`, `${a}:`, "add eax, [esp + 4]");
      someComputing(w, r, 2);
      w.put("ret 4", `${b}:`);
      break;
    case 3: { // call through a register or memory
      const target = r.word("ebx edi ebp");
      w.put(`mov ${target}, ${a}`);
      if (r.chance(0.5)) w.put(`call ${target}`);
      else w.put(`mov [${h(AT.data + 0x40)}], ${target}`, `call [${h(AT.data + 0x40)}]`);
      w.put(`jmp ${b}`, `${a}:`, "rol edx, 3", "xor edx, esi", "ret", `${b}:`);
      break;
    }
    case 4: { // a table of jumps
      const cases = [w.label(), w.label(), w.label(), w.label()];
      w.put("mov ebx, edx", "and ebx, 3", `jmp [cs:${a} + ebx * 4]`, `${a}: dd ${cases.join(", ")}`);
      for (const label of cases) w.put(`${label}:`, ...computing(r, kernelAddress));
      break;
    }
    case 5: // return to an address that was pushed
      w.put(`push dword ${a}`, "ret", `${b}: dec esi`, `${a}:`, "jecxz " + c, "inc edi", `${c}:`);
      break;
    case 6: // a recursion
      w.put(`mov ecx, ${2 + r.below(6)}`, `call ${a}`, `jmp ${b}`, `${a}:`, "push ecx", "dec ecx", `jz ${c}`);
      w.put(`call ${a}`, `${c}:`, "pop ecx", "add edx, ecx", "ret", `${b}:`);
      break;
    case 7: // stack frames
      w.put(`enter ${r.below(16) * 4}, ${r.below(3)}`, "mov [ebp - 4], edx", "push dword [ebp - 4]");
      w.put("pop eax", "leave", r.chance(0.5) ? "pushad" : "pusha", r.chance(0.5) ? "popad" : "popa");
      break;
    default: // a jump somewhere without code
      w.put(
        `mov eax, ${h(r.pick([TEST + 0xf000, TEST + 0xff00 + r.below(0xf0), 0x10, 0xfffffff0]))}`,
        "jmp eax",
      );
  }
};

/** Code that changes itself, close by and in a page of its own. */
const selfModifying: Family = (w, r) => {
  const a = w.label(), b = w.label();
  const target = r.word("eax ebx ecx edx");
  switch (r.below(5)) {
    case 0: // an immediate of an instruction that comes soon
      w.put(`mov dword [${a} + 1], ${h(r.value())}`, ...r.chance(0.5) ? [`jmp ${a}`] : []);
      w.put(`${a}: mov eax, 0x12345678`);
      break;
    case 1: // an immediate that grows in a loop
      w.put("mov ecx, 5", `${a}: add ${target === "ecx" ? "edx" : target}, 0x01010101`);
      w.put(`rol dword [${a} + 2], 1`, "dec ecx", `jnz ${a}`);
      break;
    case 2: // an opcode: ADD, OR, AND, SUB, XOR turn into one another
      w.put(`mov eax, ${h(r.u32())}`, "and eax, 0x28", "or eax, 1", `mov [${a}], al`, `jmp ${a}`);
      w.put(`${a}: add edx, ebx`);
      break;
    case 3: { // code copied to a data page and called there
      const to = r.pick([AT.data + 0xf000, TEST + 0x4000, AT.data + 0xeff0]);
      w.put("cld", `mov esi, ${a}`, `mov edi, ${h(to + r.below(16) * 4)}`, "mov ebx, edi");
      w.put(`mov ecx, ${b} - ${a}`, "rep movsb", "call ebx", `jmp ${b}`, `${a}:`);
      w.put(`add edx, ${h(r.value())}`, "rol edx, 7", "ret", `${b}:`);
      break;
    }
    default: // through another mapping
      w.put(`mov dword [${a} + 1 + 0xC0000000], ${h(r.value())}`, `jmp ${a}`, `${a}: mov ebx, 0x12345678`);
  }
};

/** Far pointers and stacks in memory. */
const stack: Family = (w, r) => {
  const { setup, operand } = memory(r, kernelAddress(r));
  switch (r.below(4)) {
    case 0:
      w.put(...setup, `push dword ${operand}`, `pop ${register(r, 4)}`);
      break;
    case 1:
      w.put(`push word ${r.below(65536)}`, `pop ${register(r, 2)}`, `push dword ${h(r.value())}`);
      w.put(`pop dword [${h(kernelAddress(r))}]`);
      break;
    case 2: // another stack for a while
      w.put(
        "cli",
        "mov ebp, esp",
        `mov esp, ${h(AT.data + 0x1000 + r.below(0xd00) * 4)}`,
        "pushad",
        "push edx",
      );
      w.put("pop eax", "popad", `mov esp, ${AT.kernelStack}`);
      break;
    default:
      w.put(`${r.word("lds les lfs lgs")} edx, [cs:far_pointer]`);
      w.put(`mov eax, ${SEL.data0}`, "mov ds, eax", "mov es, eax");
  }
};

/** Families of this file by name, with their weights. */
export const COMPUTE: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  alu: [14, alu],
  string: [4, string],
  flow: [9, flow],
  "self-modifying": [4, selfModifying],
  stack: [3, stack],
};
