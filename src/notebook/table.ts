/** Tables: rows of plain values with titles, units and numbers that line up. */
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { formatNumber } from "./format.ts";
import { cell, columns as alignColumns, css, grid, tint } from "./html.ts";

/** A value a table can show. */
export type Cell = string | number | bigint | boolean | null | undefined;

/** The fields of a row that have a name. */
export type Key<R> = Extract<keyof R, string>;

/** One column of a {@link table}: its `format` gets the type of its own field. */
export type Column<R> = { [K in Key<R>]: ColumnOf<R, K> }[Key<R>];

/** A column that shows the field `K` of rows `R`. */
export interface ColumnOf<R, K extends Key<R>> {
  /** The field of the rows it shows. */
  readonly key: K;
  /** Its heading; without one, the field's name. */
  readonly title?: string;
  /** The unit of its numbers, written into the heading. */
  readonly unit?: string;
  /** Digits after the point; by default none for integers and about three significant ones else. */
  readonly digits?: number;
  /** By default numbers stand right, text left. */
  readonly align?: "left" | "right" | "center";
  /** Writes a value in its own way. */
  readonly format?: (value: R[K], row: R) => string;
}

/** Options of {@link table}. */
export interface TableOptions<R> {
  /** A sentence above the table that says what it shows. */
  readonly caption: string;
  /** The columns, in order; without them, all fields of the first row. */
  readonly columns?: readonly (Column<R> | Key<R>)[];
  /** The reason why a row stands out, or nothing. The reason is written beside the row. */
  readonly highlight?: (row: R, index: number) => string | undefined;
  /** The heading of the column with the reasons. */
  readonly notes?: string;
}

/** Raised for a table that cannot be read: no caption, no columns, a column that no row has. */
export class TableError extends Error {
  override name = "TableError";
  /** The column at fault, if one is. */
  readonly column: string | undefined;
  constructor(message: string, column?: string) {
    super(message);
    this.column = column;
  }
}

/** Characters from which on the text of a cell is taken for a sentence. */
const LONGEST_LINE = 56;

/** A table of rows, shown as HTML where possible and as aligned text elsewhere. */
export class Table<R extends object = Record<string, Cell>> implements Displayable {
  /** The rows as they were given. */
  readonly data: readonly R[];
  readonly #options: TableOptions<R>;
  readonly #columns: readonly AnyColumn<R>[];

  constructor(rows: readonly R[], options: TableOptions<R>) {
    if (!options.caption?.trim()) throw new TableError("a table needs a caption that says what it shows");
    const first = rows[0];
    const keys = first === undefined ? [] : Object.keys(first) as Key<R>[];
    const columns = (options.columns ?? keys).map((column) =>
      typeof column === "object" ? column : { key: column }
    );
    if (columns.length === 0) {
      throw new TableError(`table "${options.caption}": there are no columns to show`);
    }
    for (const { key } of columns) {
      if (rows.length > 0 && !rows.some((row) => key in row)) {
        throw new TableError(
          `table "${options.caption}": no row has "${key}"; the first has ${keys.join(", ")}`,
          key,
        );
      }
    }
    this.data = rows;
    this.#options = options;
    this.#columns = columns;
  }

  /** The table as aligned text under its caption. */
  text(): string {
    const { caption } = this.#options;
    const columns = this.#columns;
    const notes = this.#notes();
    const noted = notes.some((note) => note !== "");
    const head = [...columns.map(heading), ...(noted ? [this.#options.notes ?? "Note"] : [])];
    const body = this.data.map((row, i) => [
      ...columns.map((column) => write(column, row)),
      ...(noted ? [notes[i] === "" ? "" : `<- ${notes[i]}`] : []),
    ]);
    const lines = alignColumns([head, ...body], columns.map((column) => this.#align(column))).split("\n");
    const rule = "-".repeat(Math.max(...lines.map((line) => line.length)));
    return [caption, lines[0], rule, ...lines.slice(1)].join("\n");
  }

  /** The table as HTML with inline styles, fit for light and dark pages, with scopes for screen readers. */
  html(): string {
    const columns = this.#columns;
    const notes = this.#notes();
    const noted = notes.some((note) => note !== "");
    const head = [
      ...columns.map((column) => cell(heading(column), { head: "col", align: this.#align(column) })),
      ...(noted ? [cell(this.#options.notes ?? "Note", { head: "col" })] : []),
    ];
    const body = this.data.map((row, at) => {
      const style = notes[at] === "" ? "" : `background:${tint.orange}`;
      return [
        ...columns.map((column, i) => {
          const text = write(column, row);
          // Names and numbers stay on one line, sentences may be broken.
          const wrap = text.length > LONGEST_LINE ? "white-space:normal;min-width:20em;" : "";
          return cell(text, {
            ...(i === 0 ? { head: "row" as const } : {}),
            align: this.#align(column),
            style: `font-variant-numeric:tabular-nums;${wrap}${style}`,
          });
        }),
        ...(noted ? [cell(notes[at]!, { style })] : []),
      ];
    });
    return grid(this.#options.caption, head, body, css.sans).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #notes(): string[] {
    return this.data.map((row, i) => this.#options.highlight?.(row, i) ?? "");
  }

  #align(column: AnyColumn<R>): "left" | "right" | "center" {
    if (column.align) return column.align;
    if (column.format) return "left";
    const numeric = (row: R) =>
      ["number", "bigint"].includes(typeof row[column.key]) || row[column.key] == null;
    return this.data.length > 0 && this.data.every(numeric) ? "right" : "left";
  }
}

/**
 * A table that shows itself.
 *
 * @throws {TableError} for a missing caption or a column that no row has.
 * @example
 * ```ts
 * import { table } from "ringlab";
 * const costs = table([{ row: "syscall", cycles: 2308 }], {
 *   caption: "Published costs.",
 *   columns: ["row", { key: "cycles", title: "Software VMM", unit: "cycles" }],
 * });
 * if (!costs.text().includes("2,308")) throw new Error(costs.text());
 * ```
 */
export function table<R extends object>(rows: readonly R[], options: TableOptions<R>): Table<R> {
  return new Table(rows, options);
}

/** A column whose field is not known to the type checker. */
type AnyColumn<R> = ColumnOf<R, Key<R>>;

function heading<R>({ key, title, unit }: AnyColumn<R>): string {
  return unit ? `${title ?? key} (${unit})` : title ?? key;
}

function write<R extends object>(column: AnyColumn<R>, row: R): string {
  const value = row[column.key];
  if (column.format) return column.format(value, row);
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value, column.digits);
  if (typeof value === "bigint") return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}
