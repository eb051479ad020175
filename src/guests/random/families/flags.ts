/**
 * Steps about EFLAGS, interrupts by instruction, and IRET in ring 0.
 *
 * @module
 */

import { AT, SEL, TEST } from "../layout.ts";
import { computing, h, kernelAddress, register } from "../operands.ts";
import { VARIABLES } from "../prelude.ts";
import type { Random } from "../random.ts";
import type { Family, StepWriter } from "../step.ts";

/** A flag image without TF and NT: IF, IOPL, AC, ID and the arithmetic flags at random. VM is for the brave. */
export function flagImage(r: Random): number {
  const bits = [0x200, 0x1000, 0x2000, 0x40000, 0x200000, 0x10000, 1, 4, 0x10, 0x40, 0x80, 0x800, 0x400];
  return bits.reduce((image, bit) => r.chance(0.4) ? image | bit : image, 2);
}

function storeFlags(w: StepWriter, r: Random): void {
  w.put("pushfd", `pop ${register(r, 4)}`);
}

const flags: Family = (w, r) => {
  switch (r.below(9)) {
    case 0:
      w.put(r.word("cli sti"));
      storeFlags(w, r);
      break;
    case 1:
    case 2:
      w.put(`push dword ${h(flagImage(r))}`, "popfd");
      storeFlags(w, r);
      w.put("cld");
      break;
    case 3:
      w.put(`push word ${h(flagImage(r) & 0xffff)}`, "popfw", "pushfw", `pop ${register(r, 2)}`, "cld");
      break;
    case 4: // what a kernel does round a critical section
      w.put("pushfd", "cli", ...computing(r, kernelAddress), "popfd");
      break;
    case 5:
      w.put("sti", ...computing(r, kernelAddress), "cli");
      storeFlags(w, r);
      break;
    case 6: // is there a CPUID? can IOPL be set?
      w.put(
        "pushfd",
        "pop eax",
        "mov ecx, eax",
        "xor eax, 0x243000",
        "push eax",
        "popfd",
        "pushfd",
        "pop eax",
      );
      w.put("xor eax, ecx", "push ecx", "popfd");
      break;
    case 7:
      w.put(
        `mov dword [${VARIABLES.resumeFlags}], ${h(r.pick([2, 0x202, 0x1002, 0x3202, 0x40202, 0x200002]))}`,
      );
      w.put("sti", "pushfd", "cli", "pushfd", "pop eax", "pop ebx");
      break;
    default: // STI and what follows it
      w.put("sti", r.word("nop cli sti"), "pushfd", "pop edx");
  }
};

/** NT, and TF for a few instructions. */
const trapFlag: Family = (w, r) => {
  w.put("pushfd", "or dword [esp], 0x100", "popfd");
  for (let n = r.below(4); n > 0; n--) w.put(...computing(r, kernelAddress));
  if (r.chance(0.4)) w.put(r.word("pushfd cli sti"), "nop");
  w.put("pushfd", "pop ebx", "and ebx, ~0x100", "push ebx", "popfd", `mov esp, ${AT.kernelStack}`);
};

const interrupts: Family = (w, r) => {
  switch (r.below(9)) {
    case 0:
      w.put(`int ${h(r.pick([0x30, 0x31, 0x32, 0x33]))}`);
      break;
    case 1:
      w.put("int3", "mov edx, ebx");
      break;
    case 2:
      w.put(`mov al, ${h(r.pick([0x7f, 0x10]))}`, "add al, 1", "into");
      break;
    case 3:
      w.put(`mov eax, ${r.below(40)}`, "bound eax, [cs:bounds]");
      break;
    case 4:
      w.put(`int ${h(r.pick([0x34, 0x36, 0x38, 0x39, 0x3a, 0x37, 0x8f, 0x90, 0xff, 0x81]))}`);
      break;
    case 5:
      w.put(`mov eax, ${1 + r.below(4)}`, `mov ebx, ${h(r.value())}`, "int 0x80", "add edx, eax");
      break;
    case 6:
      w.put(`int ${h(r.pick([0, 1, 6, 13, 14, 8, 0x0b]))}`);
      break;
    case 7:
      w.put(r.word("ud2 icebp"));
      break;
    default:
      w.put("xor ecx, ecx", r.word("div idiv") + " ecx");
  }
};

const iret: Family = (w, r) => {
  const a = w.label();
  const cs = r.chance(0.8)
    ? r.pick([SEL.code0, SEL.code0, SEL.codeAlias, SEL.conforming])
    : r.pick([0, SEL.data0, SEL.code0 | 1, SEL.codeAbsent, SEL.ldt1, 0x14, 0xfff8]);
  switch (r.below(4)) {
    case 0:
    case 1:
      w.put(`push dword ${h(flagImage(r))}`, `push dword ${cs}`, `push dword ${a}`, "iretd", `${a}:`);
      w.put("pushfd", "pop eax", "mov ebx, cs", `jmp ${SEL.code0}:C${w.id}`, `C${w.id}:`, "cld");
      break;
    case 2: // 16 bits: EIP is cut to its low half, where nothing is mapped
      w.put("pushfw", `push word ${SEL.code0}`, `push word ${a} & 0xFFF`, "iretw", `${a}:`);
      break;
    default: // NT: a return to a task that is none
      w.put(`push dword ${h(0x4002)}`, "popfd", "pushfd", "pop eax", "iretd");
  }
};

/** Things that a handler's own stack does not survive: answered by the double-fault task. */
const doubleFault: Family = (w, r) => {
  const bad = r.pick([TEST + 0x8020, TEST + 0xc100, 0x10, 0xfffffff8, TEST + 0x19004]);
  w.put("cli", `mov esp, ${h(bad)}`, r.word("ud2 int3 pushad popad pushfd") + "\npush eax");
};

/** Families of this file by name, with their weights. */
export const FLAGS: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  flags: [9, flags],
  "trap-flag": [1, trapFlag],
  interrupts: [5, interrupts],
  iret: [4, iret],
  "double-fault": [1, doubleFault],
};
