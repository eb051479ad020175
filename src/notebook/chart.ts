/** A chart as a value: the data behind it, a Vega-Lite specification, a sentence, and the pictures made from them. */
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { renderPng, renderSvg } from "./render.ts";
import { config } from "./style.ts";

/** One row of the table behind a chart: plain values only. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** A channel whose values are names: bars, lanes, rows and columns of a heat map. */
export interface Category {
  /** The column of the rows that holds the name. */
  readonly field: string;
  /** What the names are, as the axis title says it: "Instruction", "Technique". */
  readonly title: string;
  /** The order in which names are drawn; without it, the order of their first appearance. */
  readonly order?: readonly string[];
}

/** A channel whose values are numbers. */
export interface Quantity {
  /** The column of the rows that holds the number. */
  readonly field: string;
  /** What is measured: "Cost of one system call". */
  readonly title: string;
  /** The unit of the numbers: "cycles", "bytes", "instructions". A pure ratio says "ratio". */
  readonly unit: string;
}

/** What every chart is told. */
export interface ChartOptions {
  /** The headline, drawn above the chart. */
  readonly title: string;
  /** A second line: conditions of the measurement, the source of reference values. */
  readonly subtitle?: string;
}

/** Facts of a {@link ChartError}: where in the rows or options the fault is. */
export interface ChartErrorFacts {
  /** The kind of chart. */
  readonly kind: string;
  /** The option or field at fault. */
  readonly field?: string;
  /** The index of the row at fault. */
  readonly row?: number;
}

/** Raised when a chart could not be drawn honestly: no rows, a missing unit, a value that is no number. */
export class ChartError extends Error {
  override name = "ChartError";
  /** The kind of chart: "stacked bars", "heat map". */
  readonly kind: string;
  /** The option or field at fault, if one is. */
  readonly field: string | undefined;
  /** The index of the row at fault, if one is. */
  readonly row: number | undefined;
  constructor(message: string, facts: ChartErrorFacts) {
    super(message);
    this.kind = facts.kind;
    this.field = facts.field;
    this.row = facts.row;
  }
}

/** What a chart kind hands to {@link Chart}. */
export interface ChartParts {
  readonly kind: string;
  readonly options: ChartOptions;
  /** The rows behind the chart, reduced to the fields it shows. */
  readonly data: readonly Row[];
  /** One or two sentences: what the chart shows, with its largest value. */
  readonly summary: string;
  /** The Vega-Lite specification without schema, title, description and config. */
  readonly spec: Record<string, unknown>;
}

/**
 * A chart. Shown in a notebook it is an interactive Vega-Lite chart where the viewer can draw one, an SVG or PNG picture
 * elsewhere, and a sentence for whoever listens.
 */
export class Chart implements Displayable {
  /** The kind of chart: "stacked bars", "heat map", "timeline". */
  readonly kind: string;
  /** The headline. */
  readonly title: string;
  /** The rows behind the chart: compare these in tests, not pixels. */
  readonly data: readonly Row[];
  /** What the chart shows, in a sentence or two. */
  readonly summary: string;
  /** The Vega-Lite 5 specification, data included. */
  readonly spec: Readonly<Record<string, unknown>>;
  #svg: Promise<string> | undefined;
  #png: Promise<Uint8Array> | undefined;

  /** @throws {ChartError} if the title is missing or there are no rows. */
  constructor(parts: ChartParts) {
    const { kind, options } = parts;
    if (!options.title?.trim()) {
      throw new ChartError(`${kind}: a chart needs a title that says what it shows`, {
        kind,
        field: "title",
      });
    }
    if (parts.data.length === 0) {
      throw new ChartError(`${kind} "${options.title}": there are no rows to draw`, { kind });
    }
    this.kind = kind;
    this.title = options.title;
    this.data = parts.data;
    this.summary = parts.summary;
    const { config: own, ...rest } = parts.spec as { config?: Record<string, unknown> };
    this.spec = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      title: options.subtitle ? { text: options.title, subtitle: options.subtitle } : { text: options.title },
      description: `${options.title}. ${parts.summary}`,
      usermeta: {
        embedOptions: {
          renderer: "svg",
          actions: { export: true, source: false, editor: false, compiled: false },
        },
      },
      ...rest,
      config: { ...config, ...own },
    };
  }

  /** The chart as an SVG document with a title and a description. */
  svg(): Promise<string> {
    return this.#svg ??= renderSvg(this.spec, this.title, this.summary);
  }

  /** The chart as a PNG picture, twice the size of the SVG. */
  png(): Promise<Uint8Array> {
    return this.#png ??= this.svg().then(renderPng);
  }

  /** The Vega-Lite specification, both pictures and the sentence. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    return {
      "application/vnd.vegalite.v5+json": this.spec,
      "image/svg+xml": await this.svg(),
      "image/png": toBase64(await this.png()),
      "text/plain": `${this.title}. ${this.summary}`,
    };
  }
}

/** The axis title of a quantity: "Time (cycles)". */
export function axisTitle(quantity: Quantity): string {
  return `${quantity.title} (${quantity.unit})`;
}

/** The names of a category in drawing order: the given order first, then names it does not list, as they appear. */
export function namesOf(rows: readonly Row[], category: Category): string[] {
  const present = new Set(rows.map((row) => String(row[category.field])));
  const ordered = (category.order ?? []).filter((name) => present.has(name));
  return [...new Set([...ordered, ...present])];
}

/**
 * Checks the rows of a chart against its channels and returns them reduced to the channels' fields.
 *
 * @throws {ChartError} if there are no rows, a channel lacks its title or unit, or a row lacks a usable value.
 */
export function checkRows(
  kind: string,
  rows: readonly Row[],
  channels: { categories?: readonly Category[]; quantities?: readonly Quantity[]; extra?: readonly string[] },
): Row[] {
  if (rows.length === 0) throw new ChartError(`${kind}: there are no rows to draw`, { kind });
  const categories = channels.categories ?? [];
  const quantities = channels.quantities ?? [];
  for (const channel of [...categories, ...quantities]) {
    if (!channel.title?.trim()) {
      throw new ChartError(`${kind}: the axis for "${channel.field}" needs a title`, {
        kind,
        field: channel.field,
      });
    }
  }
  for (const { field, title, unit } of quantities) {
    if (!unit?.trim()) {
      throw new ChartError(
        `${kind}: the axis "${title}" needs a unit, such as "cycles" or "bytes" (a pure ratio says "ratio")`,
        { kind, field },
      );
    }
  }
  return rows.map((row, at) => {
    const clean: Record<string, string | number | boolean | null> = {};
    for (const { field } of categories) {
      const value = row[field];
      if (value === undefined || value === null || value === "") {
        throw new ChartError(`${kind}: row ${at} has no "${field}"; it has ${fieldsOf(row)}`, {
          kind,
          field,
          row: at,
        });
      }
      clean[field] = value;
    }
    for (const { field } of quantities) {
      const value = row[field];
      if (typeof value !== "number" || !Number.isFinite(value)) {
        const found = value === undefined ? `nothing; it has ${fieldsOf(row)}` : JSON.stringify(value);
        throw new ChartError(`${kind}: row ${at} needs a finite number in "${field}", but holds ${found}`, {
          kind,
          field,
          row: at,
        });
      }
      clean[field] = value;
    }
    for (const field of channels.extra ?? []) if (row[field] !== undefined) clean[field] = row[field]!;
    return clean;
  });
}

function fieldsOf(row: Row): string {
  return Object.keys(row).map((name) => `"${name}"`).join(", ") || "no fields";
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}
