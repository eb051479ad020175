/**
 * Where everything lies in a random kernel's memory, and the tables that it starts with: two page directories, their page
 * tables, GDT, LDTs, IDT and task state segments, as bytes.
 *
 * @module
 */

/** First byte of the image, which holds the tables too. Its first page is full of FFh, which is no instruction. */
export const IMAGE = 0;
/** RAM that a random kernel needs, in bytes. */
export const RAM_BYTES = 2 << 20;

/** Physical addresses, identity mapped below 640 KiB. */
export const AT = {
  directoryA: 0x1000,
  directoryB: 0x2000,
  lowTable: 0x3000,
  testTableA: 0x4000,
  testTableB: 0x5000,
  gdt: 0x8000,
  /** Room for a copy of the GDT. */
  otherGdt: 0x8400,
  ldt1: 0x8800,
  ldt2: 0x8900,
  idt: 0x9000,
  /** Room for a copy of the IDT. */
  otherIdt: 0x9800,
  tssMain: 0xa000,
  tss2: 0xa200,
  tss3: 0xa400,
  tssDoubleFault: 0xa600,
  /** Top of the stack of the double-fault task. */
  doubleFaultStack: 0xb400,
  /** Top of the stacks of rings 1 and 2 and of task 2. */
  ring1Stack: 0xb800,
  ring2Stack: 0xbc00,
  task2Stack: 0xc000,
  /** Where inner rings' stacks begin (ESP0 of every task). */
  innerStack: 0xc800,
  /** Where the kernel's own stack begins. */
  kernelStack: 0xd000,
  sysenterStack: 0xd800,
  userStack: 0xf000,
  prelude: 0x10000,
  body: 0x14000,
  /** Frames behind the test pages: 16 of them. */
  frames: 0x40000,
  /** What ordinary instructions work on, 64 KiB. */
  data: 0x50000,
  /** Ring buffer of 2,048 events of 32 bytes. */
  log: 0x60000,
  variables: 0x70000,
  /** A page of code for virtual-8086 mode. */
  v86: 0x80000,
} as const;

/** End of the room for the kernel's code. */
export const CODE_END = AT.frames;
/** Linear address of the test pages (directory entry 1). */
export const TEST = 0x400000;
/** 4 MiB pages onto physical 0: for ring 0 only, and for all. */
export const LARGE0 = 0x800000, LARGE3 = 0xc00000;
/** The low memory once more. */
export const HIGH = 0xc0000000;
/** The current directory as its own page table. */
export const RECURSIVE = 0xff800000;
/** The test pages of address space B at the very top of the linear space. */
export const TOP = 0xffc00000;

/** Test pages by what they are at first. */
export const TEST_PAGES = {
  kernel: [0, 1, 2, 3],
  user: [4, 5, 6, 7],
  readOnlyKernel: [8],
  readOnlyUser: [9],
  /** Not present; made present by the fault handler. */
  demand: [10, 11],
  /** Never present at first. */
  absent: [12],
  /** The frame of page 4 again. */
  alias: 13,
  /** The page table itself. */
  table: 14,
  /** No RAM behind it. */
  nowhere: 15,
} as const;
/** How many entries of the test page tables are used. */
export const TEST_COUNT = 32;

/** Selectors of the GDT. */
export const SEL = {
  code0: 0x08,
  data0: 0x10,
  code3: 0x1b,
  data3: 0x23,
  tssMain: 0x28,
  tss2: 0x30,
  tss3: 0x38,
  tssDoubleFault: 0x40,
  ldt1: 0x48,
  ldt2: 0x50,
  codeAlias: 0x58,
  conforming: 0x60,
  readOnly0: 0x68,
  readOnly3: 0x73,
  small0: 0x78,
  expandDown: 0x80,
  expandDown16: 0x88,
  small3: 0x93,
  absent: 0x98,
  executeOnly: 0xa0,
  data1Only: 0xa9,
  code1: 0xb1,
  data1: 0xb9,
  code2: 0xc2,
  data2: 0xca,
  gate0: 0xd0,
  gate3: 0xdb,
  gateConforming: 0xe3,
  gateAbsent: 0xeb,
  taskGate: 0xf3,
  code16: 0xf8,
  data16: 0x100,
  wrapping: 0x108,
  offset: 0x110,
  badType: 0x118,
  codeAbsent: 0x120,
} as const;

/** GDT limit. */
export const GDT_LIMIT = 0x12f;
/** IDT limit: vectors 0 to 8Fh. */
export const IDT_LIMIT = 0x90 * 8 - 1;

const PRESENT = 1, WRITABLE = 2, USER = 4, LARGE = 0x80;

/** A segment descriptor. */
function segment(base: number, limit: number, rights: number): readonly [number, number] {
  return [
    (limit & 0xffff | base << 16) >>> 0,
    (base >>> 16 & 0xff | rights << 8 & 0xf0ff00 | limit & 0xf0000 | base & 0xff000000) >>> 0,
  ];
}

/** A gate descriptor. */
function gate(selector: number, offset: number, rights: number, parameters = 0): readonly [number, number] {
  return [
    (selector << 16 | offset & 0xffff) >>> 0,
    (offset & 0xffff0000 | rights << 8 | parameters) >>> 0,
  ];
}

/** Addresses in the prelude that the tables name. */
export interface EntryPoints {
  /** Stub of a vector. */
  vector(number: number): number;
  readonly gate0: number;
  readonly gate3: number;
  readonly task2: number;
  readonly task3: number;
  readonly doubleFault: number;
}

/** What differs between kernels in the tables. */
export interface TableOptions {
  /** Map the low memory by one 4 MiB page. */
  readonly largeLow: boolean;
  /** The user code of the kernel, page aligned. */
  readonly userStart: number;
  readonly userEnd: number;
  /** Give the page tables' frames to test pages of another order in address space B. */
  readonly shuffle: number;
}

/** Writes all tables into an image that begins at {@linkcode IMAGE}. */
export function writeTables(image: Uint8Array, entries: EntryPoints, options: TableOptions): void {
  const view = new DataView(image.buffer, image.byteOffset);
  const put = (address: number, value: number) => view.setUint32(address - IMAGE, value >>> 0, true);
  const pair = (address: number, [low, high]: readonly [number, number]) => {
    put(address, low);
    put(address + 4, high);
  };
  writePages(put, options);
  const gdt = (selector: number, words: readonly [number, number]) =>
    pair(AT.gdt + (selector & 0xfff8), words);
  const FLAT = 0xfffff;
  gdt(SEL.code0, segment(0, FLAT, 0xc09b));
  gdt(SEL.data0, segment(0, FLAT, 0xc093));
  gdt(SEL.code3, segment(0, FLAT, 0xc0fb));
  gdt(SEL.data3, segment(0, FLAT, 0xc0f3));
  gdt(SEL.tssMain, segment(AT.tssMain, 0x88, 0x0089));
  gdt(SEL.tss2, segment(AT.tss2, 0x67, 0x0089));
  gdt(SEL.tss3, segment(AT.tss3, 0x67, 0x00e9));
  gdt(SEL.tssDoubleFault, segment(AT.tssDoubleFault, 0x67, 0x0089));
  gdt(SEL.ldt1, segment(AT.ldt1, 0x3f, 0x0082));
  gdt(SEL.ldt2, segment(AT.ldt2, 0x27, 0x0082));
  gdt(SEL.codeAlias, segment(0, FLAT, 0xc09a));
  gdt(SEL.conforming, segment(0, FLAT, 0xc09e));
  gdt(SEL.readOnly0, segment(0, FLAT, 0xc090));
  gdt(SEL.readOnly3, segment(0, FLAT, 0xc0f0));
  gdt(SEL.small0, segment(AT.data, 0xfff, 0x4092));
  gdt(SEL.expandDown, segment(AT.data, 0x7ff, 0x4096));
  gdt(SEL.expandDown16, segment(AT.data, 0x7ff, 0x0096));
  gdt(SEL.small3, segment(AT.frames + 0x4000, 0x7ff, 0x40f2));
  gdt(SEL.absent, segment(0, FLAT, 0xc012));
  gdt(SEL.executeOnly, segment(0, FLAT, 0xc098));
  gdt(SEL.data1Only, segment(0, FLAT, 0xc0b2));
  gdt(SEL.code1, segment(0, FLAT, 0xc0bb));
  gdt(SEL.data1, segment(0, FLAT, 0xc0b3));
  gdt(SEL.code2, segment(0, FLAT, 0xc0db));
  gdt(SEL.data2, segment(0, FLAT, 0xc0d3));
  gdt(SEL.gate0, gate(SEL.code0, entries.gate0, 0x8c));
  gdt(SEL.gate3, gate(SEL.code0, entries.gate3, 0xec, 2));
  gdt(SEL.gateConforming, gate(SEL.conforming, entries.gate0, 0xec));
  gdt(SEL.gateAbsent, gate(SEL.code0, entries.gate0, 0x6c));
  gdt(SEL.taskGate, gate(SEL.tss2, 0, 0xe5));
  gdt(SEL.code16, segment(AT.prelude, 0xffff, 0x009a));
  gdt(SEL.data16, segment(AT.data, 0xffff, 0x0092));
  gdt(SEL.wrapping, segment(0xffff0000, FLAT, 0xc092));
  gdt(SEL.offset, segment(AT.data, FLAT, 0xc092));
  gdt(SEL.badType, segment(0, FLAT, 0xc088));
  gdt(SEL.codeAbsent, segment(0, FLAT, 0xc01a));
  // LDT selectors 04h, 0Ch, ...: data of both rings, code, a gate and something bad.
  pair(AT.ldt1, segment(AT.data, 0xfffff, 0xc092));
  pair(AT.ldt1 + 8, segment(AT.frames + 0x5000, 0xfff, 0x40f2));
  pair(AT.ldt1 + 16, segment(0, FLAT, 0xc09a));
  pair(AT.ldt1 + 24, gate(SEL.code0, entries.gate3, 0xec, 2));
  pair(AT.ldt1 + 32, segment(0, FLAT, 0xc012));
  pair(AT.ldt2, segment(AT.data + 0x1000, 0x7fff, 0x4092));
  pair(AT.ldt2 + 8, segment(0, FLAT, 0xc0fa));
  pair(AT.ldt2 + 16, segment(0, FLAT, 0xc0f2));
  for (let vector = 0; vector < 0x90; vector++) {
    pair(AT.idt + vector * 8, interruptGate(vector, entries));
  }
  writeTasks(put, entries);
}

function interruptGate(vector: number, entries: EntryPoints): readonly [number, number] {
  const offset = entries.vector(vector);
  const { code0, conforming, data0, code3, tss3, tssDoubleFault } = SEL;
  switch (vector) {
    case 3:
    case 4:
    case 5:
      return gate(code0, offset, 0xee);
    case 8:
      return gate(tssDoubleFault, 0, 0x85);
    case 0x31:
      return gate(code0, offset, 0x8f);
    case 0x32:
      return gate(code0, offset, 0xee);
    case 0x33:
      return gate(code0, offset, 0xef);
    case 0x34:
      return gate(code0, offset, 0x6e);
    case 0x35:
      return gate(tss3, 0, 0xe5);
    case 0x36:
      return gate(0, offset, 0xee);
    case 0x37:
      return gate(conforming, offset, 0xee);
    case 0x38:
      return gate(data0, offset, 0xee);
    case 0x39:
      return gate(code3, offset, 0xee);
    case 0x3a:
      return gate(SEL.codeAbsent, offset, 0xee);
    case 0x80:
      return gate(code0, offset, 0xee);
    default:
      return vector < 0x40 ? gate(code0, offset, 0x8e) : [0, 0];
  }
}

function writePages(put: (address: number, value: number) => void, options: TableOptions): void {
  const all = PRESENT | WRITABLE | USER;
  const userPages = new Set<number>([AT.userStack - 0x1000, AT.v86]);
  for (let page = options.userStart; page < options.userEnd; page += 0x1000) userPages.add(page);
  for (let page = 0x1000; page < 0xa0000; page += 0x1000) {
    put(AT.lowTable + (page >>> 10), page | PRESENT | WRITABLE | (userPages.has(page) ? USER : 0));
  }
  // The prelude's only user code lies in the page before the body.
  put(AT.lowTable + (AT.body - 0x1000 >>> 10), AT.body - 0x1000 | all);
  for (const [table, shuffle] of [[AT.testTableA, 0], [AT.testTableB, options.shuffle]] as const) {
    for (let page = 0; page < TEST_COUNT; page++) {
      put(table + page * 4, testEntry(page, table, shuffle));
    }
  }
  for (
    const [directory, test] of [[AT.directoryA, AT.testTableA], [AT.directoryB, AT.testTableB]] as const
  ) {
    put(directory, options.largeLow ? LARGE | all : AT.lowTable | all);
    put(directory + (TEST >>> 20), test | all);
    put(directory + (LARGE0 >>> 20), LARGE | PRESENT | WRITABLE);
    put(directory + (LARGE3 >>> 20), LARGE | all);
    put(directory + (HIGH >>> 20), AT.lowTable | PRESENT | WRITABLE);
    put(directory + (RECURSIVE >>> 20), directory | PRESENT | WRITABLE);
    put(directory + (TOP >>> 20), AT.testTableB | all);
  }
}

function testEntry(page: number, table: number, shuffle: number): number {
  const { kernel, user, readOnlyKernel, readOnlyUser, demand, alias, table: self, nowhere } = TEST_PAGES;
  const among = (list: readonly number[]) => list.includes(page);
  const frame = AT.frames + ((page ^ shuffle) & 15) * 0x1000;
  if (among(kernel)) return frame | PRESENT | WRITABLE;
  if (among(user)) return frame | PRESENT | WRITABLE | USER;
  if (among(readOnlyKernel)) return frame | PRESENT;
  if (among(readOnlyUser)) return frame | PRESENT | USER;
  if (among(demand)) return frame | WRITABLE | USER;
  if (page === alias) return AT.frames + ((4 ^ shuffle) & 15) * 0x1000 | PRESENT | WRITABLE;
  if (page === self) return table | PRESENT | WRITABLE;
  if (page === nowhere) return 0xb0000 | PRESENT | WRITABLE | USER;
  if (page >= 16 && page < 24) return frame | PRESENT | WRITABLE | USER;
  return 0;
}

function writeTasks(put: (address: number, value: number) => void, entries: EntryPoints): void {
  const task = (at: number, state: Record<number, number>) => {
    const common = {
      4: AT.innerStack,
      8: SEL.data0,
      12: AT.ring1Stack,
      16: SEL.data1,
      20: AT.ring2Stack,
      24: SEL.data2,
      28: AT.directoryA,
      36: 2,
      72: SEL.data0,
      76: SEL.code0,
      80: SEL.data0,
      84: SEL.data0,
      96: SEL.ldt1,
      100: 0x680000,
    };
    for (const [offset, value] of Object.entries({ ...common, ...state })) put(at + Number(offset), value);
  };
  task(AT.tssMain, {});
  // The I/O permission bitmap of the main task opens port 80h.
  for (let byte = 0; byte < 0x20; byte += 4) put(AT.tssMain + 0x68 + byte, 0xffffffff);
  put(AT.tssMain + 0x68 + 0x10, 0xfffffffe);
  put(AT.tssMain + 0x88, 0xff);
  task(AT.tss2, { 28: AT.directoryB, 32: entries.task2, 56: AT.task2Stack, 96: SEL.ldt2 });
  task(AT.tss3, {
    32: entries.task3,
    36: 0x202,
    56: AT.userStack - 0x800,
    72: SEL.data3,
    76: SEL.code3,
    80: SEL.data3,
    84: SEL.data3,
    96: 0,
  });
  task(AT.tssDoubleFault, { 32: entries.doubleFault, 56: AT.doubleFaultStack, 96: 0 });
}
