/**
 * Steps about segment registers, descriptors, far transfers and descriptor tables.
 *
 * @module
 */

import { AT, SEL } from "../layout.ts";
import { h, kernelAddress, register, testAddress } from "../operands.ts";
import type { Random } from "../random.ts";
import type { Family, StepWriter } from "../step.ts";

const GOOD_DATA: readonly number[] = [
  SEL.data0,
  SEL.data3,
  SEL.readOnly0,
  SEL.readOnly3,
  SEL.small0,
  SEL.expandDown,
  SEL.expandDown16,
  SEL.small3,
  SEL.data1Only,
  SEL.data16,
  SEL.wrapping,
  SEL.offset,
  SEL.code0,
  SEL.conforming,
  4,
  0x0f,
  0x14,
];
const BAD_DATA: readonly number[] = [
  0,
  3,
  SEL.absent,
  SEL.executeOnly,
  SEL.tssMain,
  SEL.gate0,
  SEL.badType,
  SEL.ldt1,
  0x24,
  0x44,
  0x200,
  0xfffc,
];

/** Any selector. */
export function selector(r: Random, good = 0.7): number {
  return r.chance(good) ? r.pick(GOOD_DATA) : r.chance(0.9) ? r.pick(BAD_DATA) : r.below(0x150);
}

/** Offsets near the limits of the odd segments. */
function edge(r: Random): number {
  const limit = r.pick([0x7ff, 0xfff, 0x1ff, 0xffff, 0x7fff]);
  return limit - r.below(8) + r.below(5);
}

function accessThrough(w: StepWriter, r: Random, name: string): void {
  const at = r.pick([edge(r), edge(r), edge(r), AT.data + edge(r), 0x10000 + AT.data + edge(r), 0xffffffff]);
  // A write through a flat segment must not land among the kernel's tables.
  if (r.chance(0.75) || at < 0x10000) w.put(`mov ${r.word("eax al ax")}, [${name}:${h(at)}]`);
  else w.put(`mov [${name}:${h(at)}], ${r.word("ebx bl bx")}`);
}

const load: Family = (w, r) => {
  const name = r.word("ds es fs gs");
  w.put(`mov eax, ${selector(r)}`, `mov ${name}, eax`);
  for (let n = 1 + r.below(2); n > 0; n--) accessThrough(w, r, name);
  w.put(`mov ecx, ${name}`);
  w.usualSegments();
};

const small: Family = (w, r) => {
  // A write inside a small segment.
  const name = r.word("es fs gs"), at = r.below(0x810);
  w.put(`mov eax, ${r.pick([SEL.small0, SEL.small3, 0x0f])}`, `mov ${name}, eax`);
  w.put(`${r.word("add xor mov")} [${name}:${at}], ${register(r, 4)}`, `mov edx, [${name}:${at}]`);
  w.usualSegments();
};

const pushPop: Family = (w, r) => {
  const name = r.word("ds es fs gs");
  switch (r.below(4)) {
    case 0:
      w.put(`push ${r.word("cs ds es ss fs gs")}`, `pop ${register(r, 4)}`);
      break;
    case 1:
      w.put(`push dword ${selector(r)}`, `pop ${name}`, `mov edx, ${name}`);
      break;
    case 2:
      w.put(
        `mov ${register(r, 4)}, ${r.word("cs ds es ss fs gs")}`,
        `mov ${register(r, 2)}, ${r.word("cs ss")}`,
      );
      w.put(`mov [${h(AT.data + r.below(0x1000))}], ${r.word("cs ds es ss fs gs")}`);
      break;
    default:
      w.put(`mov dword [${h(AT.data + 16)}], ${h(r.value())}`);
      w.put(`mov word [${h(AT.data + 20)}], ${selector(r)}`);
      w.put(`l${r.word("ds es fs gs")} ebx, [${h(AT.data + 16)}]`);
  }
  w.usualSegments();
};

const stackSegment: Family = (w, r) => {
  const value = r.chance(0.6)
    ? r.pick([SEL.data0, SEL.small0, SEL.expandDown, SEL.offset, 4])
    : selector(r, 0.5);
  w.put("cli", `mov eax, ${value}`, "mov ss, eax", `mov esp, ${h(0x800 + r.below(2) * 0x400)}`);
  w.put("push ebx", "pop ecx", "mov edx, ss", "mov ebp, esp", "mov ecx, [ebp + 4]");
  w.put(`mov eax, ${SEL.data0}`, "mov ss, eax", `mov esp, ${AT.kernelStack}`);
};

/** LAR, LSL, VERR, VERW, ARPL: what a program can find out about descriptors. */
const query: Family = (w, r) => {
  w.put(`mov ecx, ${selector(r, 0.5)}`);
  for (let n = 1 + r.below(3); n > 0; n--) {
    const a = register(r, 4), b = r.word("eax edx ebx");
    w.put(
      r.pick([
        `lar ${b}, ecx`,
        `lsl ${b}, ecx`,
        "verr cx",
        "verw cx",
        `arpl cx, ${r.word("dx ax bx")}`,
        `sldt ${a}`,
        `str ${a}`,
        `smsw ${a}`,
        `sgdt [${h(AT.data + r.below(0x1000))}]`,
        `sidt [${h(AT.data + r.below(0x1000))}]`,
        `sldt word [${h(kernelAddress(r))}]`,
        `str word [${h(kernelAddress(r))}]`,
        `smsw word [${h(kernelAddress(r))}]`,
      ]),
    );
    w.put(`set${r.word("z nz")} ${r.word("al bl dl")}`);
  }
};

const tables: Family = (w, r) => {
  const copy = (from: number, to: number, dwords: number) => [
    "cld",
    `mov esi, ${from}`,
    `mov edi, ${to}`,
    `mov ecx, ${dwords}`,
    "rep movsd",
  ];
  const pointer = h(AT.data + 0x80);
  switch (r.below(7)) {
    case 0: // the GDT moves to its copy, and back
    case 1:
      w.put("cli", ...copy(AT.gdt, AT.otherGdt, 0x4c), `mov word [${pointer}], 0x12f`);
      w.put(`mov dword [${pointer} + 2], ${h(AT.otherGdt + r.pick([0, 0xc0000000]))}`, `lgdt [${pointer}]`);
      w.put(`mov eax, ${selector(r)}`, "mov fs, eax", "sgdt [" + h(AT.data + 0x90) + "]");
      w.put(`lar edx, [${h(AT.data + 0x40)}]`);
      if (r.chance(0.7)) w.put(...copy(AT.otherGdt, AT.gdt, 0x4c), "lgdt [gdt_pointer]");
      break;
    case 2:
      w.put("cli", ...copy(AT.idt, AT.otherIdt, 0x120), `mov word [${pointer}], 0x47f`);
      w.put(`mov dword [${pointer} + 2], ${AT.otherIdt}`, `lidt [${pointer}]`, "int 0x32");
      w.put("sidt [" + h(AT.data + 0x98) + "]");
      if (r.chance(0.7)) w.put("lidt [idt_pointer]");
      break;
    case 3: { // an IDT that ends early
      w.put("cli", `mov word [${pointer}], ${h(0x80 * 8 - 1)}`, `mov dword [${pointer} + 2], ${AT.idt}`);
      w.put(`lidt [${pointer}]`, "int 0x80", "lidt [idt_pointer]");
      break;
    }
    case 4:
      w.put(`mov eax, ${r.pick([SEL.ldt1, SEL.ldt2, 0, SEL.tss2, SEL.badType, 4, SEL.ldt2])}`, "lldt ax");
      w.put(`mov eax, ${r.pick([4, 0x0f, 0x14, 0x24])}`, "mov es, eax", "mov ebx, [es:0x100]", "sldt ecx");
      if (r.chance(0.7)) w.put(`mov eax, ${SEL.ldt1}`, "lldt ax");
      break;
    case 5: // a descriptor changes while it is in use, and is loaded again
      w.put(`mov eax, ${SEL.small0}`, "mov es, eax");
      w.put(`mov word [${AT.gdt + SEL.small0}], ${h(r.pick([0xfff, 0x1fff, 0x3ff, 0x7ff]))}`);
      w.put(`sgdt [${pointer}]`, "mov ecx, [es:0x3fc]", "mov es, eax", "mov edx, [es:0x3fe]");
      break;
    default: // rights of a descriptor change
      w.put(`mov byte [${AT.gdt + SEL.small3 + 5}], ${h(r.pick([0xf2, 0xf0, 0x72, 0x92, 0xf3, 0xfa]))}`);
      w.put(`mov eax, ${SEL.small3}`, "lar ebx, eax", "mov gs, eax", "mov ecx, [gs:0x40]");
  }
  w.usualSegments();
};

const far: Family = (w, r) => {
  const a = w.label(), b = w.label();
  const code = r.pick([SEL.code0, SEL.codeAlias, SEL.conforming, SEL.code0, SEL.code0]);
  const back = [`jmp ${SEL.code0}:${b}`, `${b}: mov edx, cs`];
  switch (r.below(8)) {
    case 0:
      w.put(`jmp ${code}:${a}`, `${a}: mov ecx, cs`, ...back);
      break;
    case 1:
      w.put(`call ${code}:${a}`, ...back, `jmp E${w.id}`, `${a}:`, "mov ebx, [esp + 4]", "retf");
      break;
    case 2:
      w.put(
        `call ${r.pick([SEL.gate0, SEL.gateConforming & ~3, SEL.gateAbsent & ~3, SEL.gate0])}:0`,
        "inc edx",
      );
      break;
    case 3:
      w.put(`push dword ${code}`, `push dword ${a}`, "retf", `${a}: mov ecx, cs`, ...back);
      break;
    case 4: { // pointers in memory
      const at = h(AT.data + r.below(0x100) * 8);
      w.put(`mov dword [${at}], ${a}`, `mov word [${at} + 4], ${code}`, `${r.word("call jmp")} far [${at}]`);
      w.put(`${a}: mov ecx, cs`, `mov esp, ${AT.kernelStack}`, ...back);
      break;
    }
    case 5:
      w.put(
        `${r.word("jmp call")} ${h(selector(r, 0.2))}:${a}`,
        `${a}:`,
        `mov esp, ${AT.kernelStack}`,
        ...back,
      );
      break;
    case 6:
      w.put(
        `push dword ${h(selector(r, 0.1))}`,
        `push dword ${a}`,
        `retf ${r.below(3) * 4}`,
        `${a}:`,
        ...back,
      );
      break;
    default: // 16-bit code
      w.put(`mov dword [${AT.prelude + 0x3f00}], 0xcb66c0ff`); // inc eax (16 bits), o32 retf
      w.put("cli", `call ${SEL.code16}:0x3f00`, "mov ebx, eax");
  }
};

/** LTR in all its ways. */
const taskRegister: Family = (w, r) => {
  const value = r.pick([SEL.tss2, SEL.tss3, SEL.tssMain, 0, SEL.ldt1, 4, 0x400]);
  w.put("cli", `mov eax, ${value}`, "ltr ax", "str ebx", "call main_task", "str ecx");
};

/** Addresses that wrap round, and those at the top. */
const wrap: Family = (w, r) => {
  const name = r.word("es fs gs");
  w.put(`mov eax, ${r.pick([SEL.wrapping, SEL.offset, SEL.data0])}`, `mov ${name}, eax`);
  w.put(
    `mov ebx, ${h(r.pick([0x60000, 0x5fffe, 0xffffffff, 0xfffffffd, 0xfff00000, 0xffbffffe, 0xffc00000]))}`,
  );
  w.put(`mov ${r.word("ecx cl cx")}, [${name}:ebx]`);
  if (r.chance(0.5)) w.put(`mov ebx, ${h(testAddress(r))}`, `mov edx, [${name}:ebx]`);
  w.usualSegments();
};

/** Families of this file by name, with their weights. */
export const SEGMENTS: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  "segment-load": [7, load],
  "segment-small": [3, small],
  "segment-push": [4, pushPop],
  "stack-segment": [2, stackSegment],
  query: [5, query],
  tables: [4, tables],
  far: [5, far],
  "task-register": [1, taskRegister],
  wrap: [2, wrap],
};
