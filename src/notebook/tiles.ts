/** Tiles: every member of a classification as a labelled tile under the heading of its class. */
import { checkOnce } from "./bars.ts";
import { type Category, Chart, type ChartOptions, checkRows, namesOf, type Row } from "./chart.ts";
import { textWidth } from "./font.ts";
import { count, listOf } from "./format.ts";
import { coloursFor, fontSize, ink, plotWidth, textOn } from "./style.ts";

/** Options of {@link tiles}. */
export interface TilesOptions extends ChartOptions {
  /** What each tile is: an instruction. */
  readonly member: Category;
  /** The class it belongs to; classes are drawn one below the other. */
  readonly group: Category;
  /** Colours of the classes by name. */
  readonly colours?: Readonly<Record<string, string>>;
  /** A column with a sentence about the member, for the tooltip. */
  readonly detail?: { readonly field: string; readonly title: string };
}

const [height, gap, heading] = [20, 3, 30];

/**
 * A classification that shows every member by name and every class by its size: some two hundred instructions in one view.
 *
 * @throws {ChartError} for no rows, a missing title, or a member given twice.
 * @example
 * ```ts
 * import { tiles } from "ringlab";
 * const chart = tiles([{ name: "HLT", class: "privileged" }, { name: "ADD", class: "innocuous" }], {
 *   title: "Two instructions",
 *   member: { field: "name", title: "Instruction" },
 *   group: { field: "class", title: "Class" },
 * });
 * if (!chart.summary.includes("1 privileged")) throw new Error(chart.summary);
 * ```
 */
export function tiles(rows: readonly Row[], options: TilesOptions): Chart {
  const kind = "tiles";
  const { member, group, detail } = options;
  const data = checkRows(kind, rows, { categories: [member, group], extra: detail ? [detail.field] : [] });
  checkOnce(kind, data, [member]);
  const groups = namesOf(data, group);
  const colours = coloursFor(groups, options.colours);
  const widest = Math.max(...data.map((row) => textWidth(String(row[member.field]), fontSize.mark)));
  const total = plotWidth + 120;
  const columns = Math.max(1, Math.floor(total / (Math.max(38, widest + 10) + gap)));
  const width = total / columns - gap;
  const values: Row[] = [];
  const headings: Row[] = [];
  let y = 0;
  for (const name of groups) {
    const own = data.filter((row) => String(row[group.field]) === name);
    headings.push({ _y: y + heading - 11, _text: `${name}: ${own.length}` });
    y += heading;
    own.forEach((row, i) => {
      const left = (i % columns) * (width + gap);
      const top = y + Math.floor(i / columns) * (height + gap);
      values.push({
        ...row,
        _x: left,
        _x2: left + width,
        _y: top,
        _y2: top + height,
        _cx: left + width / 2,
        _cy: top + height / 2,
        _fill: colours[name]!,
        _ink: textOn(colours[name]!),
      });
    });
    y += Math.ceil(own.length / columns) * (height + gap);
  }
  const at = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  const tooltip = [
    { field: member.field, title: member.title },
    { field: group.field, title: group.title },
    ...(detail ? [{ field: detail.field, title: detail.title }] : []),
  ];
  return new Chart({
    kind,
    options,
    data,
    summary: `${count(data.length, lower(member.title))}: ${
      listOf(
        groups.map((name) => `${data.filter((row) => String(row[group.field]) === name).length} ${name}`),
      )
    }.`,
    spec: {
      width: total,
      height: y,
      layer: [
        {
          data: { values },
          mark: { type: "rect" },
          encoding: {
            x: at("_x"),
            x2: { field: "_x2" },
            y: at("_y"),
            y2: { field: "_y2" },
            fill: { field: "_fill", type: "nominal", scale: null },
            tooltip,
          },
        },
        {
          data: { values },
          mark: { type: "text", fontSize: fontSize.mark },
          encoding: {
            x: at("_cx"),
            y: at("_cy"),
            text: { field: member.field },
            color: { field: "_ink", type: "nominal", scale: null },
            tooltip,
          },
        },
        {
          data: { values: headings },
          mark: { type: "text", align: "left", fontSize: 13, fontWeight: "bold", color: ink.text },
          encoding: { x: { value: 0 }, y: at("_y"), text: { field: "_text" } },
        },
      ],
    },
  });
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
