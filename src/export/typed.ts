import type { Cell, CellType, Row } from "../warehouse/index.ts";
import { groupsOf, type Table, type TableColumn, type WriteOptions } from "./table.ts";

/**
 * What a column is in a format whose columns have a type of fixed width. Everything is exact: a value that its column cannot hold
 * ends the file, and is never rounded.
 */
type ColumnType =
  | { readonly kind: "text" | "int64" | "float64" | "boolean" | "date" }
  /** Microseconds since 1970: of UTC, or of a clock of no zone. */
  | { readonly kind: "timestamp"; readonly isUtc: boolean }
  /** 38 digits, so many of them behind the point. */
  | { readonly kind: "decimal"; readonly scale: number };

export interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * Groups of rows, and what their columns are. A file says that before its first row, and engines do not tell how many digits
 * a number may have: the first group decides, and an answer of one group always fits. There is always a group, be it empty.
 */
export async function* typedGroups(
  table: Table,
  { numbers }: WriteOptions,
): AsyncGenerator<{ readonly columns: readonly TypedColumn[]; readonly rows: readonly Row[] }> {
  let columns: readonly TypedColumn[] | null = null;
  for await (const rows of groupsOf(table)) {
    columns ??= typedColumns(table.columns, rows, numbers === "text");
    yield { columns, rows };
  }
  if (columns === null) yield { columns: typedColumns(table.columns, [], numbers === "text"), rows: [] };
}

function typedColumns(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  areDigitsText: boolean,
): readonly TypedColumn[] {
  return columns.map(({ name, type }, i) => {
    if (areDigitsText && (type === "INT" || type === "DECIMAL")) return { name, type: { kind: "text" } };
    const cells = rows.map((row) => row[i] ?? null).filter((cell) => cell !== null);
    const fitting = candidates(type, cells).find((candidate) => cells.every((cell) => holds(candidate, cell)));
    return { name, type: fitting ?? { kind: "text" } };
  });
}

/** Best first. */
function candidates(type: CellType, cells: readonly Cell[]): readonly ColumnType[] {
  switch (type) {
    case "STRING":
      return [];
    case "INT":
      return [{ kind: "int64" }, { kind: "decimal", scale: 0 }];
    case "DECIMAL":
      return [{ kind: "decimal", scale: scaleOf(cells) }];
    case "FLOAT":
      return [{ kind: "float64" }];
    case "BOOLEAN":
      return [{ kind: "boolean" }];
    case "DATE":
      return [{ kind: "date" }];
    case "TIMESTAMP":
      return [{ kind: "timestamp", isUtc: String(cells[0] ?? "").endsWith("Z") }];
  }
}

/**
 * Nine digits behind the point, as BigQuery's NUMERIC: the same in every file, and room for later rows of an engine that leaves
 * zeros out. More where there are more, fewer where those before the point need the room.
 */
function scaleOf(cells: readonly Cell[]): number {
  let whole = 0;
  let fraction = 0;
  for (const cell of cells) {
    const [before = "", behind = ""] = String(cell).replace("-", "").split(".", 2);
    whole = Math.max(whole, before.length);
    fraction = Math.max(fraction, behind.length);
  }
  return Math.min(DIGITS, Math.max(fraction, Math.min(9, DIGITS - whole)));
}

const DIGITS = 38;
const BEYOND = 10n ** BigInt(DIGITS);

function holds(type: ColumnType, cell: Cell): boolean {
  switch (type.kind) {
    case "text":
      return true;
    case "int64":
      return int64Of(cell) !== null;
    case "decimal":
      return unscaledOf(cell, type.scale) !== null;
    case "float64":
      return typeof cell === "number";
    case "boolean":
      return typeof cell === "boolean";
    case "date":
      return daysOf(cell) !== null;
    case "timestamp":
      return microsOf(cell, type.isUtc) !== null;
  }
}

/** Null: not a whole number of 64 bits. */
export function int64Of(cell: Cell): bigint | null {
  if (typeof cell !== "string" || !/^-?\d+$/.test(cell)) return null;
  const value = BigInt(cell);
  return BigInt.asIntN(64, value) === value ? value : null;
}

/** The digits without their point; null: 38 of them with so many behind the point do not hold it. */
export function unscaledOf(cell: Cell, scale: number): bigint | null {
  const [, sign = "", whole = "", behind = ""] =
    (typeof cell === "string" && /^(-?)(\d+)(?:\.(\d+))?$/.exec(cell)) || [];
  if (whole === "") return null;
  const fraction = behind.length > scale ? behind.replace(/0+$/, "") : behind;
  if (fraction.length > scale) return null;
  const value = BigInt(whole + fraction.padEnd(scale, "0"));
  if (value >= BEYOND) return null;
  return sign === "-" ? -value : value;
}

/** Days since 1970. */
export function daysOf(cell: Cell): number | null {
  if (typeof cell !== "string" || !/^([+-]\d{2})?\d{4}-\d\d-\d\d$/.test(cell)) return null;
  const ms = Date.parse(cell);
  return Number.isNaN(ms) ? null : ms / DAY_MS;
}

const DAY_MS = 86_400_000;

/** Microseconds since 1970; null also for a part of one. */
export function microsOf(cell: Cell, isUtc: boolean): bigint | null {
  const [, seconds, fraction = "", zone] =
    (typeof cell === "string" && /^(.*?T\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z?)$/.exec(cell)) || [];
  if (seconds === undefined || (zone === "Z") !== isUtc) return null;
  const ms = Date.parse(`${seconds}Z`);
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000n + BigInt(fraction.padEnd(6, "0"));
}

/** A value after the first group does not fit in its column: the file cannot go on. Holds no value. */
class MisfitError extends Error {
  override readonly name = "MisfitError";

  constructor({ name, type }: TypedColumn) {
    super(
      `Column "${name}" began as ${type.kind}, and a later value does not fit in it. Ask with numbers=text, or as CSV.`,
    );
  }
}

/** @throws MisfitError where a later value does not fit. */
export function fitted<T>(value: T | null, column: TypedColumn): T {
  if (value === null) throw new MisfitError(column);
  return value;
}
