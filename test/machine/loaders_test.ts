import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MachineError } from "../../src/machine/errors.ts";
import type { Image } from "../../src/machine/loaders/image.ts";
import { ImageError } from "../../src/machine/loaders/image_error.ts";
import { imageKind, type Loadable, prepareImage } from "../../src/machine/loaders/load.ts";
import { PhysicalMemory } from "../../src/machine/physical_memory.ts";

const memory = new PhysicalMemory({ ram: "4M", stateBytes: 0 });
const prepare = (loadable: Loadable) => prepareImage(loadable, memory);

interface Segment {
  type?: number;
  offset?: number;
  vaddr?: number;
  paddr: number;
  filesz?: number;
  memsz?: number;
  data?: number[];
}

/** An ELF file with the given segments' contents one after the other behind the program headers. */
function elf(
  segments: Segment[],
  { entry = 0x100000, header = {} as Record<number, number[]> } = {},
): Uint8Array {
  const start = 52 + 32 * segments.length;
  const data = segments.flatMap(({ data = [] }) => data);
  const bytes = new Uint8Array(start + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  for (const [at, value] of [[16, 2], [18, 3], [40, 52], [42, 32], [44, segments.length]] as const) {
    view.setUint16(at, value, true);
  }
  for (const [at, value] of [[20, 1], [24, entry], [28, 52]] as const) view.setUint32(at, value, true);
  let offset = start;
  segments.forEach((segment, n) => {
    const { type = 1, paddr, data = [] } = segment;
    const fields = [
      type,
      segment.offset ?? offset,
      segment.vaddr ?? paddr,
      paddr,
      segment.filesz ?? data.length,
      segment.memsz ?? data.length,
      7,
      4,
    ];
    fields.forEach((value, at) => view.setUint32(52 + 32 * n + 4 * at, value, true));
    offset += data.length;
  });
  bytes.set(data, start);
  for (const [at, values] of Object.entries(header)) bytes.set(values, Number(at));
  return bytes;
}

function multiboot(fields: number[], { at = 0, length = 512 } = {}): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  const [flags = 0, ...rest] = fields;
  [0x1badb002, flags, -(0x1badb002 + flags) >>> 0, ...rest].forEach((value, n) =>
    view.setUint32(at + 4 * n, value, true)
  );
  return bytes;
}

const word = (image: Image, address: number) => {
  const piece = image.pieces.find((piece) =>
    piece.address <= address && address + 4 <= piece.address + piece.size
  )!;
  return new DataView(piece.bytes.buffer, piece.bytes.byteOffset).getUint32(address - piece.address, true);
};

function text(image: Image, address: number): string {
  const piece = image.pieces.find((piece) =>
    piece.address <= address && address < piece.address + piece.size
  )!;
  const rest = piece.bytes.subarray(address - piece.address);
  return new TextDecoder().decode(rest.subarray(0, rest.indexOf(0)));
}

describe("flat", () => {
  test("16-bit code starts in real mode at 7C00h, 32-bit in flat protected mode with a GDT clear of the program", () => {
    const real = prepare({ kind: "flat", bytes: Uint8Array.of(0xf4) });
    expect(real.start).toEqual({ mode: "real", cs: 0, ip: 0x7c00, sp: 0x7c00 });
    const flat = prepare({ kind: "flat", bits: 32, origin: 0, bytes: new Uint8Array(100) });
    expect(flat.start).toMatchObject({ mode: "protected", eip: 0 });
    const [program, tables] = flat.pieces as [Image["pieces"][0], Image["pieces"][0]];
    expect([program.address, program.size]).toEqual([0, 100]);
    expect(tables.address).toBeGreaterThan(0x9e000);
    expect(word(flat, tables.address + 12) >>> 8 & 0xff).toBe(0x9b);
  });

  test("the tables keep out of the way wherever the program lies", () => {
    fc.assert(fc.property(fc.nat(0x9f000), fc.integer({ min: 1, max: 0x9f000 }), (origin, size) => {
      const length = Math.min(size, 0xa0000 - origin);
      let image: Image;
      try {
        image = prepare({ kind: "flat", bits: 32, origin, bytes: new Uint8Array(length) });
      } catch (error) {
        expect((error as Error).message).toMatch(/leaves no/);
        expect(length).toBeGreaterThan(0x9f000 / 2 - 4096);
        return;
      }
      const tables = image.pieces[1]!;
      expect(tables.address + tables.size <= origin || tables.address - 1024 >= origin + length).toBe(true);
    }));
  });

  test("far 16-bit origins get a code segment; beyond 1 MiB there is none", () => {
    expect(prepare({ bytes: Uint8Array.of(0xf4), origin: 0x12345, bits: 16, symbols: new Map() }).start)
      .toMatchObject({ cs: 0x1000, ip: 0x2345 });
    expect(() => prepare({ kind: "flat", origin: 0x100000, bytes: Uint8Array.of(1) })).toThrow(/first MiB/);
  });

  test("an entry is an address or a symbol inside the program", () => {
    const program = {
      bytes: new Uint8Array(16),
      origin: 0x8000,
      bits: 16 as const,
      symbols: new Map([["start", 0x8004]]),
    };
    expect(prepare({ ...program, entry: "start" }).start).toMatchObject({ ip: 0x8004 });
    expect(() => prepare({ ...program, entry: "begin" })).toThrow(/no symbol "begin".*start/);
    expect(() => prepare({ ...program, entry: 0x8010 })).toThrow(ImageError);
  });

  test.each([
    [{ kind: "flat", bytes: new Uint8Array() }, /empty/],
    [
      { kind: "flat", bytes: new Uint8Array(0x1000), origin: 0x9f001 },
      /not all RAM \(00000000h to 0009FFFFh and 00100000h/,
    ],
    [{ kind: "flat", bytes: new Uint8Array(2), origin: 0x3fffff, bits: 32 }, /not all RAM/],
    [{ kind: "flat", bytes: new Uint8Array(2), origin: -5 }, /not all RAM/],
    [{ kind: "flat", bytes: new Uint8Array(2), origin: NaN }, /not all RAM/],
  ] as [Loadable, RegExp][])(
    "refuses %#",
    (loadable, message) => expect(() => prepare(loadable)).toThrow(message),
  );

  test.each([null, {}, "text", { kind: "disk", bytes: new Uint8Array(1) }])("%o is no image", (thing) => {
    expect(() => prepare(thing as unknown as Loadable)).toThrow(MachineError);
  });
});

describe("ELF", () => {
  const code = [0xf4, 0x90];
  test("segments go to their physical addresses, the entry is translated, the rest is zero", () => {
    const image = prepare(
      elf([{ paddr: 0x100000, vaddr: 0xc0100000, data: code, memsz: 100 }], { entry: 0xc0100001 }),
    );
    expect(image.kind).toBe("elf");
    expect(image.pieces[0]).toMatchObject({ address: 0x100000, size: 100 });
    expect([...image.pieces[0]!.bytes]).toEqual(code);
    expect(image.start).toMatchObject({ mode: "protected", eip: 0x100001 });
  });

  const segment = { paddr: 0x100000, data: code };
  test.each([
    ["truncated header", elf([segment]).subarray(0, 30), /ELF header of 52 bytes/],
    ["64 bit", elf([segment], { header: { 4: [2] } }), /32-bit ELF file is needed/],
    ["big endian", elf([segment], { header: { 5: [2] } }), /little-endian/],
    ["shared object", elf([segment], { header: { 16: [3, 0] } }), /linked to fixed addresses/],
    ["other machine", elf([segment], { header: { 18: [62, 0] } }), /80386/],
    ["no program headers", elf([]), /no program headers/],
    ["odd header size", elf([segment], { header: { 42: [56, 0] } }), /e_phentsize/],
    [
      "header table outside",
      elf([segment], { header: { 28: [0, 0xff, 0xff, 0xff] } }),
      /table of 32 bytes ends/,
    ],
    ["many headers", elf([segment], { header: { 44: [0xff, 0xff] } }), /table of 2097120 bytes ends/],
    ["nothing to load", elf([{ ...segment, type: 4 }]), /no segment is loadable/],
    [
      "contents outside the file",
      elf([{ ...segment, filesz: 0x1000, memsz: 0x1000 }]),
      /segment 0 of 4096 bytes ends/,
    ],
    ["offset that overflows", elf([{ ...segment, offset: 0xffffffff }]), /ends at offset 4294967297/],
    ["more in the file than in memory", elf([{ ...segment, memsz: 1 }]), /2 bytes in the file but only 1/],
    ["huge in memory", elf([{ ...segment, memsz: 0xffffffff }]), /4294967295 bytes at 00100000h/],
    ["past RAM", elf([{ ...segment, paddr: 0xfffffff0 }]), /not all RAM/],
    ["in the hole", elf([{ ...segment, paddr: 0xb8000 }]), /not all RAM/],
    ["overlap", elf([segment, { ...segment, paddr: 0x100001 }]), /segment 1 at 00100001h overlaps segment 0/],
    ["entry outside", elf([segment], { entry: 0x200000 }), /entry 00200000h lies in no segment/],
  ])("refuses: %s", (_, bytes, message) => {
    expect(() => prepare({ kind: "elf", bytes, file: "bad.elf" })).toThrow(message);
    try {
      prepare({ kind: "elf", bytes, file: "bad.elf" });
    } catch (error) {
      expect(error).toBeInstanceOf(ImageError);
      expect(error).toMatchObject({ kind: "elf", file: "bad.elf" });
    }
  });
});

describe("Multiboot", () => {
  const kernel = multiboot([0x10003, 0x100000, 0x100000, 0x100200, 0x100400, 0x100020]);
  test("addresses in the header: load, bss, entry and the machine state", () => {
    const image = prepare(kernel);
    expect(image.kind).toBe("multiboot");
    expect(image.pieces[0]).toMatchObject({ address: 0x100000, size: 0x400 });
    expect(image.start).toMatchObject({ mode: "protected", eip: 0x100020, eax: 0x2badb002 });
  });

  test("the information structure: memory, map, command line, modules on pages of their own", () => {
    const modules = [{ bytes: Uint8Array.of(1, 2, 3), commandLine: "one" }, { bytes: new Uint8Array(5000) }];
    const image = prepare({ bytes: kernel, commandLine: "root=/dev/ram", modules });
    const info = (image.start as { ebx: number }).ebx;
    expect(word(image, info)).toBe(0x24d);
    expect([word(image, info + 4), word(image, info + 8)]).toEqual([640, 3072]);
    expect(text(image, word(image, info + 16))).toBe("root=/dev/ram");
    expect(text(image, word(image, info + 64))).toBe("Ringlab");
    expect(word(image, info + 20)).toBe(2);
    const list = word(image, info + 24);
    expect([word(image, list), word(image, list + 4)]).toEqual([0x101000, 0x101003]);
    expect(text(image, word(image, list + 8))).toBe("one");
    expect([word(image, list + 16), word(image, list + 20)]).toEqual([0x102000, 0x102000 + 5000]);
    const map = word(image, info + 48), length = word(image, info + 44);
    const entries = Array.from(
      { length: length / 24 },
      (_, n) => [4, 12, 20].map((at) => word(image, map + 24 * n + at)),
    );
    expect(entries).toEqual([[0, 0xa0000, 1], [0x100000, 0x300000, 1]]);
  });

  test("an ELF kernel, its header anywhere in the first 8 KiB", () => {
    const header = [...multiboot([3], { length: 12 })];
    const data = [...new Array<number>(8000).fill(0x90), ...header];
    const image = prepare(elf([{ paddr: 0x100000, data }]));
    expect(image).toMatchObject({ kind: "multiboot", start: { eip: 0x100000, eax: 0x2badb002 } });
    expect(imageKind(elf([{ paddr: 0x100000, data: [...new Array<number>(8192).fill(0), ...header] }]))).toBe(
      "elf",
    );
  });

  test.each([
    ["no header", new Uint8Array(100), /no Multiboot header/],
    ["video", multiboot([4]), /video mode/],
    ["unknown requirement", multiboot([0x80]), /do not exist/],
    ["neither ELF nor addresses", multiboot([0]), /neither ELF/],
    ["load behind header", multiboot([0x10000, 0x100000, 0x100004, 0, 0, 0x100004]), /does not lie before/],
    ["load before the file", multiboot([0x10000, 0x100200, 0x100000, 0, 0, 0x100004]), /does not lie before/],
    ["end before start", multiboot([0x10000, 0x100000, 0x100000, 0xfffff, 0, 0x100000]), /load_end_addr/],
    [
      "more than the file",
      multiboot([0x10000, 0x100000, 0x100000, 0x100201, 0, 0x100000]),
      /ends at offset 513/,
    ],
    ["bss before data", multiboot([0x10000, 0x100000, 0x100000, 0, 0x100100, 0x100000]), /bss_end_addr/],
    ["bss past RAM", multiboot([0x10000, 0x100000, 0x100000, 0, 0xffffffff, 0x100000]), /not all RAM/],
    ["entry outside", multiboot([0x10000, 0x100000, 0x100000, 0, 0, 0x100200]), /entry_addr/],
    ["cut off", multiboot([0x10000, 0x100000], { length: 20 }), /32 bytes ends/],
  ])("refuses: %s", (_, bytes, message) => {
    expect(() => prepare({ kind: "multiboot", bytes })).toThrow(message);
    expect(() => prepare({ kind: "multiboot", bytes })).toThrow(ImageError);
  });

  test("refuses modules that do not fit", () => {
    expect(() => prepare({ bytes: kernel, modules: [{ bytes: new Uint8Array(4 << 20) }] })).toThrow(
      /module 0 wants/,
    );
  });
});

test("ROM: any multiple of 4 KiB that fits, else a clear error", () => {
  expect(prepare({ kind: "rom", bytes: new Uint8Array(65536) })).toMatchObject({ start: { mode: "reset" } });
  expect(() => prepare({ kind: "rom", bytes: new Uint8Array(65535) })).toThrow(ImageError);
  expect(() => prepare({ kind: "rom", bytes: new Uint8Array(512 * 1024) })).toThrow(/constructor/);
});

test("fuzz: whatever is done to an image, it loads within RAM or is refused with an ImageError", () => {
  const seeds = [
    elf([{ paddr: 0x100000, data: [1, 2, 3, 4], memsz: 5000 }, { paddr: 0x1000, data: [5] }]),
    multiboot([0x10003, 0x100000, 0x100000, 0x100200, 0x100400, 0x100020]),
    elf([{ paddr: 0x100000, data: [...multiboot([3], { length: 16 })] }]),
  ];
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff));
  const change = fc.record({ at: fc.nat(200), values: fc.array(value, { minLength: 1, maxLength: 4 }) });
  const kinds = fc.constantFrom("elf", "multiboot", undefined);
  let loaded = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 4 }),
      fc.nat(600),
      kinds,
      (seed, changes, cut, kind) => {
        const bytes = seed.slice(0, cut < 100 ? cut : undefined);
        for (const { at, values } of changes) {
          values.forEach((value, n) => at + n < bytes.length && (bytes[at + n] = value));
        }
        try {
          const image = prepare({ bytes, ...(kind === undefined ? {} : { kind }) });
          for (const { address, size, bytes } of image.pieces) {
            expect(memory.isRam(address, size) && bytes.length <= size).toBe(true);
          }
          loaded++;
        } catch (error) {
          if (!(error instanceof ImageError)) throw error;
        }
      },
    ),
    { numRuns: 5000 },
  );
  expect(loaded).toBeGreaterThan(500);
});
