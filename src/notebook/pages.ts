/** Page tables: what each entry maps, and with which rights (Intel SDM volume 3, section 4.3). */
import { formatBytes, hex } from "./format.ts";
import { Table, TableError } from "./table.ts";

/** One entry of a page directory or page table, with the address range it is for. */
export interface PageEntry {
  /** First linear address the entry is for. */
  readonly linear: number;
  /** The raw entry. */
  readonly entry: number;
  /** "directory" entries point to page tables unless they map 4 MiB. */
  readonly level: "directory" | "table";
}

/** A decoded {@link PageEntry}, or a run of entries that map neighbouring pages with equal rights. */
export interface PageRange {
  readonly linear: number;
  /** Length of the range in bytes. */
  readonly bytes: number;
  readonly level: "directory" | "table";
  /** Physical address of the first page or of the page table; 0 if not present. */
  readonly physical: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** PS: the entry maps a page of 4 MiB. */
  readonly large: boolean;
  readonly global: boolean;
  /** How many entries the range stands for. */
  readonly entries: number;
}

/** Options of {@link pageTable}. */
export interface PageTableOptions {
  /** What the entries are. */
  readonly caption?: string;
  /** Show each entry on its own line instead of joining neighbours. */
  readonly separate?: boolean;
  /** Leave out entries that are not present. */
  readonly onlyPresent?: boolean;
  /** A reason why a range stands out, or nothing. */
  readonly highlight?: (range: PageRange) => string | undefined;
}

/** Decodes one entry. */
export function parsePageEntry({ linear, entry, level }: PageEntry): PageRange {
  const bit = (n: number) => (entry >>> n & 1) === 1;
  const large = level === "directory" && bit(7);
  const present = bit(0);
  const size = level === "directory" ? 0x400000 : 0x1000;
  const physical = !present ? 0 : (large ? entry & 0xffc00000 : entry & 0xfffff000) >>> 0;
  const mapped = level === "table" || large;
  return {
    linear: linear >>> 0,
    bytes: size,
    level,
    physical,
    present,
    writable: bit(1),
    user: bit(2),
    accessed: bit(5),
    dirty: mapped && bit(6),
    large,
    global: mapped && bit(8),
    entries: 1,
  };
}

/**
 * A view of page-table entries. Neighbouring entries that map neighbouring pages with equal bits become one line.
 *
 * @throws {TableError} if there are no entries.
 * @example
 * ```ts
 * import { pageTable } from "ringlab";
 * const view = pageTable([
 *   { linear: 0x0000, entry: 0x00001007, level: "table" },
 *   { linear: 0x1000, entry: 0x00002007, level: "table" },
 * ]);
 * if (view.data[0]?.entries !== 2) throw new Error("neighbours were not joined");
 * ```
 */
export function pageTable(entries: readonly PageEntry[], options: PageTableOptions = {}): Table<PageRange> {
  if (entries.length === 0) throw new TableError("a page-table view needs at least one entry");
  const all = entries.map(parsePageEntry);
  const present = all.filter((range) => range.present);
  const shown = options.separate ? all : join(all);
  const yes = (on: boolean, range: PageRange) => range.present ? (on ? "1" : "0") : "";
  const mapped = present.filter((range) => range.level === "table" || range.large);
  const total = mapped.reduce((sum, range) => sum + range.bytes, 0);
  const title = options.caption ? `${options.caption}: ` : "";
  return new Table(options.onlyPresent ? shown.filter((range) => range.present) : shown, {
    caption: `${title}${entries.length} page-table entries, ${present.length} present, ${
      formatBytes(total)
    } mapped.`,
    columns: [
      {
        key: "linear",
        title: "Linear",
        format: (linear, range) => `${hex(linear)}-${hex(linear + range.bytes - 1)}`,
      },
      { key: "bytes", title: "Size", align: "right", format: (bytes) => formatBytes(bytes) },
      {
        key: "physical",
        title: "Physical",
        format: (physical, range) =>
          !range.present
            ? "not present"
            : range.level === "directory" && !range.large
            ? `table at ${hex(physical)}`
            : hex(physical),
      },
      { key: "writable", title: "R/W", format: yes },
      { key: "user", title: "U/S", format: yes },
      { key: "accessed", title: "A", format: yes },
      { key: "dirty", title: "D", format: yes },
      { key: "large", title: "PS", format: yes },
      { key: "global", title: "G", format: yes },
    ],
    ...(options.highlight ? { highlight: options.highlight } : {}),
  });
}

function join(ranges: readonly PageRange[]): PageRange[] {
  const joined: PageRange[] = [];
  for (const range of ranges) {
    const last = joined[joined.length - 1];
    if (last && continues(last, range)) {
      joined[joined.length - 1] = { ...last, bytes: last.bytes + range.bytes, entries: last.entries + 1 };
    } else joined.push(range);
  }
  return joined;
}

function continues(a: PageRange, b: PageRange): boolean {
  if (a.level !== b.level || a.present !== b.present || a.linear + a.bytes !== b.linear) return false;
  if (!a.present) return true;
  if (a.level === "directory" && !a.large) return false;
  const bits = ["writable", "user", "accessed", "dirty", "large", "global"] as const;
  return a.physical + a.bytes === b.physical && bits.every((bit) => a[bit] === b[bit]);
}
