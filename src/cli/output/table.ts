import type { Answer, AnswerColumn } from "../../engine/index.ts";
import type { Cell } from "../../warehouse/index.ts";
import { displayWidth, visible } from "./display.ts";
import { type MetricStyle, numberColumn } from "./numbers.ts";

/** What the table must know of a metric to write its numbers. */
export type MetricStyles = ReadonlyMap<string, MetricStyle>;

/**
 * For people: labels with units, numbers rounded and aligned right, periods by their usual names, NULL as `–`.
 * Programs take JSON or CSV, where nothing is rounded.
 */
export function toTable({ columns, rows }: Pick<Answer, "columns" | "rows">, metrics: MetricStyles): string {
  const texts = columns.map((column, i) =>
    columnTexts(
      column,
      rows.map((row) => row[i] ?? null),
      metrics,
    ),
  );
  const widths = texts.map((cells) => Math.max(...cells.map(displayWidth)));
  const lines = [0, ...rows.map((_, i) => i + 1)].map((line) =>
    columns
      .map((column, i) => pad(texts[i]?.[line] ?? "", widths[i] ?? 0, isNumber(column)))
      .join(GAP)
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join(GAP));
  return `${lines.join("\n")}\n`;
}

const GAP = "   ";
const NOTHING = "–";

/** The header and the cells below it. */
function columnTexts(column: AnswerColumn, cells: readonly Cell[], metrics: MetricStyles): readonly string[] {
  const style = column.metric === null ? null : (metrics.get(column.metric) ?? null);
  const write = style && isNumber(column) ? numberColumn(style, cells) : (cell: Cell) => plain(column, cell);
  return [header(column, style), ...cells.map((cell) => (cell === null ? NOTHING : write(cell)))];
}

/** `Revenue (USD)`; just `Orders` where orders are counted. */
function header({ label }: AnswerColumn, style: MetricStyle | null): string {
  const unit = style === null || style.format === "percent" ? null : style.unit;
  const isSaid = unit === null || label.toLowerCase().includes(unit.toLowerCase());
  return visible(isSaid ? label : `${label} (${unit})`);
}

/** Numbers that are no metric are names (a year, a customer's number): as they are. */
function plain({ name, type }: AnswerColumn, cell: Cell): string {
  const text = String(cell);
  if (type === "DATE") return period(name, text);
  if (type === "TIMESTAMP") return clock(text);
  return visible(text);
}

/** 2026-03-01 as the month, quarter or year that it starts. */
function period(column: string, date: string): string {
  const name = column.replace(/__(min|max)$/, "");
  const [year = "", month = ""] = date.split("-");
  if (name.endsWith("__month")) return `${year}-${month}`;
  if (name.endsWith("__quarter")) return `${year} Q${Math.ceil(Number(month) / 3)}`;
  return name.endsWith("__year") ? year : date;
}

function clock(timestamp: string): string {
  return timestamp
    .replace("T", " ")
    .replace(/:00(?=Z?$)/, "")
    .replace("Z", " UTC");
}

function isNumber({ type }: AnswerColumn): boolean {
  return type === "INT" || type === "DECIMAL" || type === "FLOAT";
}

function pad(text: string, width: number, isRight: boolean): string {
  const space = " ".repeat(width - displayWidth(text));
  return isRight ? space + text : text + space;
}
