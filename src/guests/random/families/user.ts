/**
 * Steps that leave ring 0: for ring 3, for rings 1 and 2, for other tasks, for virtual-8086 mode and real mode.
 *
 * @module
 */

import { AT, HIGH, LARGE0, SEL, TEST, TOP } from "../layout.ts";
import {
  computing,
  condition,
  h,
  memory,
  register,
  stringInstruction,
  userAddress,
  userStringAddress,
} from "../operands.ts";
import type { Random } from "../random.ts";
import type { Family, StepWriter } from "../step.ts";
import { flagImage } from "./flags.ts";
import { selector } from "./segments.ts";

/** Instructions that ring 3 must not execute, or that tell it what it should not know. */
const FORBIDDEN: readonly string[] = [
  "cli",
  "sti",
  "hlt",
  "clts",
  "lmsw ax",
  "lgdt [eax]",
  "lidt [0x404000]",
  "lldt ax",
  "ltr ax",
  "mov cr0, eax",
  "mov cr3, eax",
  "mov cr4, ebx",
  "mov eax, cr0",
  "mov eax, cr3",
  "mov eax, cr2",
  "mov dr0, eax",
  "mov eax, dr7",
  "invlpg [0x404000]",
  "invd",
  "wbinvd",
  "rdmsr",
  "wrmsr",
  "sysexit",
  "in al, 0x21",
  "out 0x21, al",
  "in eax, dx",
  "outsb",
  "rdpmc",
];

/** A selector to load in ring 3. IRET makes 0 of null selectors with an RPL, so that the next timer interrupt would show. */
function userSelector(w: StepWriter, r: Random): number {
  const value = selector(r, 0.6);
  return w.ticking && value < 4 ? 0 : value;
}

/** Lines of code for ring 3. */
export function userCode(w: StepWriter, r: Random): string[] {
  const a = w.label();
  switch (r.below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return computing(r, userAddress);
    case 5:
      return stringInstruction(r, userStringAddress);
    case 6:
      return [r.pick(FORBIDDEN)];
    case 7:
      return [`push dword ${h(flagImage(r))}`, "popfd", "pushfd", `pop ${register(r, 4)}`, "cld"];
    case 8:
      return [`mov ${register(r, 4)}, ${r.word("cs ds es ss fs gs")}`];
    case 9:
      return [
        `mov ecx, ${userSelector(w, r)}`,
        `mov ${r.word("ds es fs gs")}, ecx`,
        `set${condition(r)} dl`,
      ];
    case 10:
    case 11:
      return [`mov eax, ${1 + r.below(4)}`, `mov ebx, ${h(r.value())}`, "int 0x80", "add edx, eax"];
    case 12:
      return [`int ${h(r.pick([0x30, 0x32, 0x33, 0x34, 0x37, 3, 4, 14, 0x21]))}`];
    case 13:
      return ["mov eax, 5", `mov edx, ${a}`, "mov ecx, esp", "sysenter", `${a}:`, "add ebx, eax"];
    case 14:
      return [
        `push dword ${h(r.value())}`,
        `push dword ${h(r.value())}`,
        `call ${h(SEL.gate3)}:0`,
        "add ecx, eax",
      ];
    case 15:
      return [
        `call ${
          h(r.pick([SEL.gate0, SEL.gateConforming, SEL.gateAbsent, SEL.code0, SEL.conforming, 0x1c]))
        }:0`,
      ];
    case 16:
      return ["in al, 0x80", "out 0x80, al"];
    case 17: // user code that changes itself
      return [`mov dword [${a} + 1], ${h(r.value())}`, `${a}: mov ebx, 0x12345678`];
    case 18: {
      // CLI is the first instruction at the prelude, so that rings 1 and 2 do not get far there; nor do they where there is no
      // RAM. Data as code might write page tables, and TLBs would show.
      const target = r.pick([AT.prelude, HIGH + AT.prelude, TEST + 0xf000, LARGE0, TOP + 0xf000, 0x10]);
      return [`mov edx, ${h(target)}`, r.word("call jmp") + " edx"];
    }
    case 19:
      return [
        `push dword ${h(flagImage(r))}`,
        `push dword ${r.pick([SEL.code3, SEL.code3, SEL.code0, SEL.code1])}`,
        `push dword ${a}`,
        "iretd",
        `${a}: pushfd`,
        "pop esi",
      ];
    case 20:
      return [
        `push dword ${r.pick([SEL.code3, SEL.code3, SEL.code0])}`,
        `push dword ${a}`,
        "retf",
        `${a}: mov edi, cs`,
      ];
    case 21:
      return [`mov ecx, ${1 + r.below(10)}`, `${a}: add edx, ecx`, "rol edx, 3", `loop ${a}`];
    case 22: {
      const { setup, operand } = memory(r, userAddress(r));
      return [...setup, `push dword ${operand}`, `pop ${register(r, 4)}`, `call ${a}`, `${a}: pop edx`];
    }
    default:
      return r.chance(0.5) ? ["rdtsc", "xor eax, eax", "xor edx, edx"] : ["cpuid", `bound eax, [cs:bounds]`];
  }
}

function putUserCode(w: StepWriter, r: Random, most: number): void {
  w.putUser(`U${w.id}:`);
  for (let n = 1 + r.below(most); n > 0; n--) w.putUser(...userCode(w, r));
  w.putUser("xor eax, eax", "int 0x80");
}

const user: Family = (w, r) => {
  const { code3, data3 } = SEL;
  w.put("cli", `mov eax, ${data3}`, "mov ds, eax", "mov es, eax");
  w.put(`push dword ${data3}`, `push dword ${AT.userStack}`, `push dword ${h(flagImage(r))}`);
  w.put(`push dword ${code3}`, `push dword U${w.id}`, "iretd");
  putUserCode(w, r, 9);
};

/**
 * What tells ring 3 the state of the machine without a trap: descriptor tables, the task register, the machine status word,
 * access rights and limits. A monitor that runs user code directly on plain IA-32 cannot hide these.
 */
const userSensitive: Family = (w, r) => {
  const { code3, data3 } = SEL;
  w.put(
    `mov eax, ${data3}`,
    "mov ds, eax",
    "mov es, eax",
    `push dword ${data3}`,
    `push dword ${AT.userStack}`,
  );
  w.put(`push dword ${h(flagImage(r))}`, `push dword ${code3}`, `push dword U${w.id}`, "iretd");
  w.putUser(`U${w.id}:`);
  for (let n = 1 + r.below(5); n > 0; n--) {
    w.putUser(...r.pick([
      [`${r.word("sgdt sidt")} [${h(TEST + 0x4000 + r.below(0xf00))}]`],
      [`${r.word("smsw sldt str")} ${register(r, 4)}`],
      [`mov ecx, ${userSelector(w, r)}`, `${r.word("lar lsl")} ${register(r, 4)}, ecx`, "setz dl"],
      [`mov ecx, ${userSelector(w, r)}`, `${r.word("verr verw")} cx`, "setz dl"],
      computing(r, userAddress),
    ]));
  }
  w.putUser("xor eax, eax", "int 0x80");
};

/** The same by a far return, and by SYSEXIT. */
const userOtherwise: Family = (w, r) => {
  const { code3, data3 } = SEL;
  w.put(`mov eax, ${data3}`, "mov ds, eax", "mov es, eax");
  if (r.chance(0.5)) {
    w.put(
      `push dword ${data3}`,
      `push dword ${AT.userStack}`,
      `push dword ${code3}`,
      `push dword U${w.id}`,
      "retf",
    );
  } else {
    // SYSEXIT leaves FS and GS as they are, and the IRET of the next timer interrupt takes ring 0's segments away.
    if (w.ticking) w.put("mov fs, eax", "mov gs, eax");
    w.put(`mov edx, U${w.id}`, `mov ecx, ${AT.userStack - r.below(8) * 4}`, "sysexit");
  }
  putUserCode(w, r, 6);
};

/** User code that computes for a while, then asks for something. */
const userLoop: Family = (w, r) => {
  const { code3, data3 } = SEL, a = w.label();
  w.put(`mov eax, ${data3}`, "mov ds, eax", "mov es, eax");
  w.put(`push dword ${data3}`, `push dword ${AT.userStack}`, `push dword ${h(r.pick([2, 0x202]))}`);
  w.put(`push dword ${code3}`, `push dword U${w.id}`, "iretd");
  w.putUser(`U${w.id}:`, `mov ecx, ${10 + r.below(60)}`, `${a}:`, "push ecx");
  for (let n = r.below(3); n > 0; n--) w.putUser(...computing(r, (r) => TEST + 0x4000 + r.below(0x3f00)));
  w.putUser(
    "pop ecx",
    "dec ecx",
    `jnz ${a}`,
    "mov eax, 1",
    "mov ebx, edx",
    "int 0x80",
    "xor eax, eax",
    "int 0x80",
  );
};

/** Rings 1 and 2. */
const middle: Family = (w, r) => {
  const [code, data, stack] = r.pick(
    [
      [SEL.code1, SEL.data1, AT.ring1Stack - 0x200],
      [SEL.code2, SEL.data2, AT.ring2Stack - 0x200],
    ] as const,
  );
  w.put("cli", `mov eax, ${data}`, "mov ds, eax", "mov es, eax", `push dword ${data}`, `push dword ${stack}`);
  w.put(
    `push dword ${h(r.pick([2, 0x1002, 0x2002, 0x3002]))}`,
    `push dword ${code}`,
    `push dword U${w.id}`,
    "iretd",
  );
  w.putUser(`U${w.id}:`);
  for (let n = 1 + r.below(4); n > 0; n--) {
    w.putUser(
      ...r.chance(0.5) ? userCode(w, r) : [r.pick(["cli", "sti", "pushfd\npop eax", "mov edx, cs", "hlt"])],
    );
  }
  w.putUser("xor eax, eax", "int 0x80");
};

const task: Family = (w, r) => {
  w.put("cli");
  switch (r.below(6)) {
    case 0:
      w.put(`call ${SEL.tss2}:0`);
      break;
    case 1:
      w.put(`jmp ${SEL.tss2}:0`);
      break;
    case 2:
      w.put("int 0x35");
      break;
    case 3:
      w.put(`${r.word("jmp call")} ${h(SEL.taskGate)}:0`);
      break;
    case 4:
      w.put(`${r.word("jmp call")} ${SEL.tss3}:0`);
      break;
    default: // a task that cannot be
      w.put(`${r.word("jmp call")} ${r.pick([SEL.tssMain, SEL.tss2 | 4, SEL.ldt1, SEL.tss2 | 3])}:0`);
  }
  w.put("str ebx", "mov ecx, cr3", "pushfd", "pop edx");
};

const virtual8086: Family = (w, r) => {
  const begin = w.label(), end = w.label();
  w.put("cli", "cld", `mov esi, ${begin}`, `mov edi, ${AT.v86}`, `mov ecx, ${end} - ${begin}`, "rep movsb");
  for (let n = 0; n < 4; n++) w.put(`push dword ${r.pick([0x8000, 0x8010, 0x4040])}`);
  w.put("push dword 0x8000", `push dword ${0xff0 - r.below(8)}`);
  w.put(`push dword ${h(0x20002 | r.pick([0, 0x200, 0x3000, 0x3200, 0x40000]))}`, "push dword 0x8000");
  w.put("push dword 0", "iretd", `${begin}:`, "bits 16");
  for (let n = 1 + r.below(5); n > 0; n--) {
    w.put(...r.pick([
      [`mov ax, ${h(r.u32() & 0xffff)}`, "mov [0x800], ax"],
      ["add eax, ebx", "rol ecx, 5"],
      [`mov ax, ${h(r.pick([0x8000, 0x8001, 0x9000, 0x0000]))}`, "mov es, ax", "mov bx, [es:0x100]"],
      ["pushf", "pop dx"],
      ["push cs", "pop ds"],
      ["smsw ax", "inc bp"],
      [r.word("cli sti hlt into int3 clts")],
      ["mov cx, 4", "mov di, 0x900", "cld", "rep stosw"],
      ["mov ecx, [0xfffe]"],
      [r.pick(["in al, 0x80", "out 0x80, al", "in al, 0x21"])],
      [r.pick(["int 0x32", "int 0x80", "int 0x30", "lar ax, bx", "lds si, [0x10]"])],
    ]));
  }
  w.put("int 0x80", "bits 32", `${end}:`);
};

const realMode: Family = (w, r) => {
  w.put("cli", `mov eax, ${h(r.value())}`, "call real_trip", "mov ebx, eax");
  if (r.chance(0.3)) w.put("smsw ecx");
};

/** Families of this file by name, with their weights. */
export const USER: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  user: [12, user],
  "user-otherwise": [3, userOtherwise],
  "user-loop": [4, userLoop],
  "user-sensitive": [2, userSensitive],
  "middle-rings": [1, middle],
  task: [2, task],
  "virtual-8086": [1, virtual8086],
  "real-mode": [0.5, realMode],
};
