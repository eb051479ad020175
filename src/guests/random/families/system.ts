/**
 * Steps about control registers, debug registers, MSRs, paging structures, ports and HLT.
 *
 * @module
 */

import { AT, HIGH, LARGE0, LARGE3, RECURSIVE, SEL, TEST, TEST_PAGES, TOP } from "../layout.ts";
import { computing, h, kernelAddress, register, testAddress } from "../operands.ts";
import type { Random } from "../random.ts";
import type { Family, StepWriter } from "../step.ts";

const DIRECTORIES = [AT.directoryA, AT.directoryB];

const CR4_VALUES = [0x10, 0x14, 0x18, 0x1c, 0x90, 0x80000010, 0x4010, 0x30, 0x11];

const control: Family = (w, r) => {
  const a = register(r, 4);
  switch (r.below(12)) {
    case 0:
      w.put(`mov ${a}, cr${r.pick([0, 2, 3, 4])}`);
      break;
    case 1: // write protection
      w.put("mov eax, cr0", "xor eax, 0x10000", "mov cr0, eax", ...computing(r, testAddress));
      break;
    case 2: // alignment checking
      w.put("mov eax, cr0", "xor eax, 0x40000", "mov cr0, eax");
      break;
    case 3: // TS: the next x87 instruction faults
      w.put("mov eax, cr0", "or eax, 8", "mov cr0, eax", r.word("fninit wait clts"), "smsw ebx", "clts");
      break;
    case 4:
      w.put(`mov eax, ${r.pick([1, 3, 5, 9, 0xb, 0x0f])}`, "lmsw ax", "smsw ecx", "clts");
      w.put("mov eax, cr0", "and eax, ~0xE", "mov cr0, eax");
      break;
    case 5: // what CR0 and CR4 do not take
      w.put(`mov eax, ${h(r.pick([0x80000000, 0x20000001, 0x80000, 0]))}`);
      w.put(
        "mov ecx, cr0",
        "or eax, ecx",
        r.chance(0.5) ? "and eax, ~1" : "and eax, ~0x40000000",
        "mov cr0, eax",
      );
      w.put("mov cr0, ecx");
      break;
    case 6:
      w.put("mov ecx, cr4", `mov eax, ${h(r.pick([...CR4_VALUES, w.largeLow ? 0x10 : 0]))}`);
      w.put("mov cr4, eax", "mov ebx, cr4", `mov edx, [${h(LARGE0 + AT.data)}]`, "mov cr4, ecx");
      break;
    case 7:
    case 8:
      w.put(`mov eax, ${r.pick(DIRECTORIES)}`, "mov cr3, eax", `mov ${a}, [${h(testAddress(r))}]`);
      break;
    case 9:
      w.put("mov eax, cr3", `or eax, ${r.pick([0, 8, 16, 0x18, 7])}`, "mov cr3, eax", "mov ebx, cr3");
      w.put("and eax, ~0xFFF", "mov cr3, eax");
      break;
    case 10:
      w.put(`mov eax, ${h(r.value())}`, "mov cr2, eax", "mov ecx, cr2");
      break;
    default:
      w.put(`mov eax, cr${r.pick([1, 5, 6, 7])}`);
  }
};

const debugRegisters: Family = (w, r) => {
  switch (r.below(4)) {
    case 0:
      w.put(`mov eax, ${h(r.value())}`, `mov dr${r.below(4)}, eax`, `mov edx, dr${r.below(4)}`);
      break;
    case 1:
      w.put("mov eax, dr6", "mov ebx, dr7", "mov eax, dr4", "mov edx, dr5");
      break;
    case 2: { // a breakpoint on code
      const a = w.label();
      w.put(`mov eax, ${a}`, "mov dr0, eax", "mov eax, 3", "mov dr7, eax");
      w.put(...computing(r, kernelAddress), `${a}: add edx, ebx`, "xor eax, eax", "mov dr7, eax");
      break;
    }
    default: // and on data
      w.put(
        `mov eax, ${AT.data + 0x100}`,
        "mov dr1, eax",
        `mov eax, ${h(r.pick([0xd0000c, 0xf0000c, 0x10000c]))}`,
      );
      w.put("mov dr7, eax", `mov [${AT.data + 0x100}], ecx`, `mov ebx, [${AT.data + 0x102}]`);
      w.put("xor eax, eax", "mov dr7, eax");
  }
};

const processor: Family = (w, r) => {
  switch (r.below(7)) {
    case 0:
      w.put(`mov eax, ${h(r.pick([0, 1, 2, 3, 0x80000000, 0x80000002, 0x80000004]))}`, "cpuid");
      break;
    case 1:
      w.put("rdtsc", "xor eax, eax", "xor edx, edx");
      break;
    case 2:
      w.put(r.word("wbinvd invd rdpmc"));
      break;
    case 3:
      w.put(`mov ecx, ${h(r.pick([0x174, 0x175, 0x176, 0x1b, 0x17]))}`, "rdmsr", "add ebx, eax");
      break;
    case 4:
      w.put(
        `mov ecx, ${h(r.pick([0x12345, 0, 0x177, 0xc0000080, 0x1b]))}`,
        "mov edx, -1",
        r.word("rdmsr wrmsr"),
      );
      break;
    case 5: // another kernel stack for SYSENTER
      w.put(
        "mov ecx, 0x175",
        `mov eax, ${AT.sysenterStack - r.below(16) * 16}`,
        "xor edx, edx",
        "wrmsr",
        "rdmsr",
      );
      break;
    default: // the system-call code segment, briefly wrong
      w.put("mov ecx, 0x174", `mov eax, ${r.pick([0, 3, SEL.code0])}`, "xor edx, edx", "wrmsr");
      w.put(
        `mov edx, E${w.id}`,
        `mov ecx, ${AT.userStack}`,
        r.word(w.ticking ? "sysenter nop" : "sysexit sysenter nop"),
      );
  }
  if (w.kernel.includes("mov ecx, 0x174")) {
    w.put("mov ecx, 0x174", `mov eax, ${SEL.code0}`, "xor edx, edx", "wrmsr");
  }
};

/** A page table entry at random. The page keeps away from whatever matters. */
function entry(r: Random): number {
  let flags = 0;
  for (
    const [bit, probability] of [[1, 0.8], [2, 0.6], [4, 0.6], [0x20, 0.3], [0x40, 0.3], [8, 0.1], [16, 0.1]]
  ) {
    if (r.chance(probability!)) flags |= bit!;
  }
  return AT.frames + r.below(16) * 0x1000 | flags | r.below(8) << 9;
}

/** Where an entry of the test page tables can be written: linear addresses. */
function entryAddress(r: Random, table: number, page: number, recursive: boolean): number {
  const at = table + page * 4;
  if (recursive) return RECURSIVE + (TEST >>> 10) + page * 4;
  return at + r.pick([0, 0, 0, HIGH, LARGE0]);
}

function invalidate(w: StepWriter, page: number): void {
  w.put(`invlpg [${h(TEST + page * 0x1000)}]`, `invlpg [${h(TOP + page * 0x1000)}]`);
}

const pageTable: Family = (w, r) => {
  const page = r.chance(0.8) ? r.below(13) : 16 + r.below(16);
  const table = r.pick([AT.testTableA, AT.testTableB]);
  const at = entryAddress(r, table, page, r.chance(0.25));
  switch (r.below(6)) {
    case 0:
    case 1:
      w.put(`mov dword [${h(at)}], ${h(entry(r))}`);
      break;
    case 2:
      w.put(`and dword [${h(at)}], ${h(~r.pick([1, 2, 4, 0x20, 0x40, 0x60, 7]))}`);
      break;
    case 3:
      w.put(`or dword [${h(at)}], ${r.pick([1, 2, 4, 7, 0x20, 0x40])}`);
      break;
    case 4:
      w.put(`mov eax, ${h(entry(r))}`, `xchg eax, [${h(at)}]`);
      break;
    default: // through the page table's own page
      w.put(`mov byte [${h(TEST + TEST_PAGES.table * 0x1000 + page * 4)}], ${h(entry(r) & 0xff)}`);
  }
  invalidate(w, page);
  for (let n = r.below(3); n > 0; n--) {
    w.put(...computing(r, (r) => TEST + page * 0x1000 + r.below(0xf80)));
  }
  if (r.chance(0.5)) w.put(`mov edx, [${h(table + page * 4)}]`);
};

/** Entries by string instruction: many at once, as FORK does. */
const pageTableString: Family = (w, r) => {
  const table = r.pick([AT.testTableA, AT.testTableB]);
  const first = 16 + r.below(10), count = 1 + r.below(6);
  w.put(
    "cld",
    `mov eax, ${h(entry(r))}`,
    `mov edi, ${h(table + first * 4)}`,
    `mov ecx, ${count}`,
    "rep stosd",
  );
  w.put(
    "mov eax, cr3",
    "mov cr3, eax",
    `mov ebx, [${h(TEST + first * 0x1000 + r.below(0x800) * 4 % 0x1000)}]`,
  );
};

const directory: Family = (w, r) => {
  const at = r.pick(DIRECTORIES);
  const linear = r.pick([TEST, LARGE0, LARGE3, TEST]);
  const slot = h(at + (linear >>> 20));
  switch (r.below(4)) {
    case 0:
      w.put(`xor dword [${slot}], ${r.pick([2, 4, 6])}`);
      break;
    case 1: // away, and back
      w.put(`and dword [${slot}], ~1`, "mov eax, cr3", "mov cr3, eax", `mov edx, [${h(linear + AT.data)}]`);
      w.put(`mov edx, [${h(linear + 0x4000)}]`);
      break;
    case 2:
      if (linear === TEST) {
        w.put(`mov dword [${slot}], ${h(r.pick([AT.testTableA, AT.testTableB]) | r.pick([7, 3, 5]))}`);
      } else w.put(`mov dword [${slot}], ${h(0x80 | r.pick([7, 3, 1, 5, 0x27, 0x67]))}`);
      break;
    default:
      w.put(`and dword [${slot}], ~0x60`);
  }
  w.put(
    "mov eax, cr3",
    "mov cr3, eax",
    ...computing(r, () => linear === TEST ? testAddress(r) : linear + AT.data),
  );
};

const refill: Family = (w, r) => {
  const { absent, demand } = TEST_PAGES;
  const page = r.pick([...demand, ...absent]), table = r.pick([AT.testTableA, AT.testTableB]);
  w.put(`and dword [${table + page * 4}], ~1`);
  invalidate(w, page);
  w.put(...computing(r, (r) => TEST + page * 0x1000 + r.below(0xf00)));
};

/** Paging off for a few instructions. */
const pagingOff: Family = (w, r) => {
  w.put("cli", "mov eax, cr0", "and eax, 0x7FFFFFFF", "mov cr0, eax", "jmp short $ + 2");
  w.put(...computing(r, (r) => AT.data + r.below(0xf000)));
  if (r.chance(0.3)) w.put("int 0x30");
  w.put("mov eax, cr0", "or eax, 0x80000000", "mov cr0, eax", "jmp short $ + 2");
};

const ports: Family = (w, r) => {
  switch (r.below(9)) {
    case 0:
      w.put(`mov eax, ${h(r.value())}`, "out 0x80, al");
      break;
    case 1:
      w.put("in al, 0x80", "mov ebx, eax");
      break;
    case 2: // the masks of the interrupt controllers, with everything off
      w.put(
        "cli",
        `mov al, ${r.below(256)}`,
        `out ${r.word("0x21 0xA1")}, al`,
        "in al, 0x21",
        "mov ah, al",
        "in al, 0xA1",
      );
      w.put(
        "mov ebx, eax",
        `mov al, ${w.ticking ? 0xfe : 0xff}`,
        "out 0x21, al",
        "mov al, 0xFF",
        "out 0xA1, al",
      );
      break;
    case 3:
      w.put("mov edx, 0x3FF", `mov al, ${r.below(256)}`, "out dx, al", "in al, dx");
      break;
    case 4:
      w.put(`mov al, ${0x20 + r.below(0x5f)}`, "mov edx, 0x3F8", "out dx, al");
      break;
    case 5:
      w.put("mov edx, 0x3FD", "in al, dx", "and al, 0x60");
      break;
    case 6:
      w.put(`mov edx, ${h(r.pick([0x300, 0x1234, 0xffff, 0x3f9]))}`, `in ${r.word("al ax eax")}, dx`);
      break;
    case 7:
      w.put(
        "cld",
        "mov edx, 0x3F8",
        `mov esi, ${r.chance(0.8) ? "far_text" : h(testAddress(r))}`,
        "mov ecx, 5",
      );
      w.put("rep outsb");
      break;
    default:
      w.put("cld", "mov edx, 0x3FF", `mov edi, ${h(kernelAddress(r))}`, "mov ecx, 3", "rep insb");
  }
};

/** Waits for one tick of the timer. */
const halt: Family = (w, r) => {
  if (w.ticking) {
    w.put("sti", "hlt", r.word("cli nop"));
    return;
  }
  w.put(
    "cli",
    "mov al, 0x30",
    "out 0x43, al",
    `mov al, ${r.below(256)}`,
    "out 0x40, al",
    "mov al, 0",
    "out 0x40, al",
  );
  w.put("mov al, 0xFE", "out 0x21, al", "sti", "hlt", "cli");
};

/** Families of this file by name, with their weights. */
export const SYSTEM: Readonly<Record<string, readonly [weight: number, family: Family]>> = {
  control: [9, control],
  "debug-registers": [2, debugRegisters],
  processor: [4, processor],
  "page-table": [9, pageTable],
  "page-table-string": [1, pageTableString],
  directory: [3, directory],
  refill: [3, refill],
  "paging-off": [1, pagingOff],
  ports: [5, ports],
  halt: [1, halt],
};
