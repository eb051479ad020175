/** Descriptor tables: what each eight-byte entry of a GDT, LDT or IDT means (Intel SDM volume 3, sections 3.4.5, 3.5, 5.11). */
import { hex } from "./format.ts";
import { attributeText } from "./registers.ts";
import { Table, TableError } from "./table.ts";

/** A descriptor in fields. */
export interface Descriptor {
  /** Index in its table. */
  readonly index: number;
  /** The selector that names it, with RPL 0; for an IDT entry its vector. */
  readonly selector: number;
  /** "null", "code", "data", or the system type: "TSS, 32-bit, busy", "interrupt gate, 32-bit" ... */
  readonly kind: string;
  /** Base address of a segment; for a gate the offset of its entry point. */
  readonly base: number;
  /** The last valid offset in bytes, granularity applied; 0 for gates. */
  readonly limit: number;
  /** The type field, 4 bits. */
  readonly type: number;
  /** Whether the S bit says code or data (true) or system (false). */
  readonly codeOrData: boolean;
  readonly dpl: number;
  readonly present: boolean;
  /** The D/B bit: 32-bit. */
  readonly big: boolean;
  /** The G bit: the limit counts pages of 4 KiB. */
  readonly granular: boolean;
  /** The selector that a gate leads to. */
  readonly target?: number;
}

/** System types by number (Intel SDM volume 3, table 3-2). */
const systemTypes: readonly string[] = [
  "reserved",
  "TSS, 16-bit, available",
  "LDT",
  "TSS, 16-bit, busy",
  "call gate, 16-bit",
  "task gate",
  "interrupt gate, 16-bit",
  "trap gate, 16-bit",
  "reserved",
  "TSS, 32-bit, available",
  "reserved",
  "TSS, 32-bit, busy",
  "call gate, 32-bit",
  "reserved",
  "interrupt gate, 32-bit",
  "trap gate, 32-bit",
];

/** Options of {@link descriptorTable}. */
export interface DescriptorTableOptions {
  /** Which table the bytes are. */
  readonly table: "GDT" | "LDT" | "IDT";
  /** Linear address of the table, for the caption. */
  readonly base?: number;
  /** Leave out entries that are null or, in an IDT, not present. */
  readonly onlyUsed?: boolean;
  /** Names of entries by selector (GDT, LDT) or vector (IDT). */
  readonly names?: Readonly<Record<number, string>>;
}

/** Reads one descriptor from eight bytes. */
export function parseDescriptor(
  bytes: Uint8Array,
  index = 0,
  table: "GDT" | "LDT" | "IDT" = "GDT",
): Descriptor {
  if (bytes.length < 8) {
    throw new TableError(`a descriptor has 8 bytes, but entry ${index} has ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
  const type = high >>> 8 & 0xf;
  const codeOrData = (high & 0x1000) !== 0;
  const gate = !codeOrData && [4, 5, 6, 7, 12, 14, 15].includes(type);
  const granular = !gate && (high & 0x800000) !== 0;
  const raw = (low & 0xffff) | (high & 0xf0000);
  const empty = low === 0 && high === 0;
  const segmentKind = type & 8 ? "code" : "data";
  const shared = {
    index,
    selector: table === "IDT" ? index : index * 8 | (table === "LDT" ? 4 : 0),
    type,
    codeOrData,
    dpl: high >>> 13 & 3,
    present: (high & 0x8000) !== 0,
    big: !gate && (high & 0x400000) !== 0,
    granular,
  };
  if (gate) {
    const wide = type >= 12;
    const offset = type === 5 ? 0 : ((low & 0xffff) | (wide ? high & 0xffff0000 : 0)) >>> 0;
    return { ...shared, kind: systemTypes[type]!, base: offset, limit: 0, target: low >>> 16 };
  }
  const base = ((low >>> 16) | (high & 0xff) << 16 | (high & 0xff000000)) >>> 0;
  const limit = (granular ? raw << 12 | 0xfff : raw) >>> 0;
  return { ...shared, kind: empty ? "null" : codeOrData ? segmentKind : systemTypes[type]!, base, limit };
}

/**
 * A view of a descriptor table.
 *
 * @param bytes the raw table; bytes after the last whole entry are ignored.
 * @throws {TableError} if there is not even one whole entry.
 * @example
 * ```ts
 * import { descriptorTable } from "ringlab";
 * const flat = [0xff, 0xff, 0, 0, 0, 0x9a, 0xcf, 0];
 * const gdt = descriptorTable(Uint8Array.of(...new Array(8).fill(0), ...flat), { table: "GDT" });
 * if (gdt.data[1]?.limit !== 0xffffffff) throw new Error("wrong limit");
 * ```
 */
export function descriptorTable(bytes: Uint8Array, options: DescriptorTableOptions): Table<Descriptor> {
  const { table, base, onlyUsed = false, names = {} } = options;
  const entries = Math.floor(bytes.length / 8);
  if (entries === 0) throw new TableError(`${table}: ${bytes.length} bytes hold no entry of 8 bytes`);
  const all = Array.from(
    { length: entries },
    (_, i) => parseDescriptor(bytes.subarray(i * 8, i * 8 + 8), i, table),
  );
  const shown = onlyUsed
    ? all.filter((entry) => entry.kind !== "null" && (table !== "IDT" || entry.present))
    : all;
  const where = base === undefined ? "" : ` at linear address ${hex(base)}`;
  return new Table(shown, {
    caption: `${table}${where}: ${entries} entries, ${all.filter((entry) => entry.present).length} present.`,
    columns: [
      { key: "index", title: table === "IDT" ? "Vector" : "Index", align: "right" },
      ...(table === "IDT"
        ? []
        : [{ key: "selector" as const, title: "Selector", format: (selector: number) => hex(selector, 4) }]),
      { key: "kind", title: "Kind", format: (_, entry) => describe(entry) },
      { key: "base", title: "Base or entry point", format: (_, entry) => place(entry) },
      {
        key: "limit",
        title: "Limit",
        format: (_, entry) => entry.target !== undefined || entry.kind === "null" ? "" : hex(entry.limit),
      },
      { key: "dpl", title: "DPL", format: (dpl, entry) => entry.kind === "null" ? "" : String(dpl) },
      {
        key: "present",
        title: "P",
        format: (present, entry) => entry.kind === "null" ? "" : present ? "1" : "0",
      },
      { key: "big", title: "D/B", format: (big, entry) => entry.codeOrData ? (big ? "1" : "0") : "" },
      {
        key: "granular",
        title: "G",
        format: (granular, entry) =>
          entry.target !== undefined || entry.kind === "null" ? "" : granular ? "1" : "0",
      },
    ],
    notes: "Name",
    highlight: (entry) => names[entry.selector],
  });
}

function describe(entry: Descriptor): string {
  if (!entry.codeOrData || entry.kind === "null") return entry.kind;
  return attributeText((entry.type | 0x90) << 8 | (entry.big ? 0x400000 : 0)).replace(/, DPL 0/, "");
}

function place(entry: Descriptor): string {
  if (entry.kind === "null") return "";
  if (entry.target === undefined) return hex(entry.base);
  return entry.type === 5 ? `TSS ${hex(entry.target, 4)}` : `${hex(entry.target, 4)}:${hex(entry.base)}`;
}
