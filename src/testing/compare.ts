import type { TestRow } from "../catalog/index.ts";
import type { Cell, Row } from "../warehouse/index.ts";

/** Expected and actual rows that have no counterpart, and those that agree; one cell a column of `columns`. */
export interface Difference {
  readonly columns: readonly string[];
  readonly same: readonly Row[];
  readonly missing: readonly Row[];
  readonly unexpected: readonly Row[];
  /** Columns that are expected but not in the answer. */
  readonly unknownColumns: readonly string[];
  /** The rows are the same but not in the order that was asked for. */
  readonly isOrderWrong: boolean;
}

/** Null where the rows are those expected. Each row has one counterpart at most; the order counts where it was asked for. */
export function compareRows(
  columns: readonly string[],
  expect: readonly TestRow[],
  rows: readonly Row[],
  isOrdered: boolean,
): Difference | null {
  const unknownColumns = [...new Set(expect.flatMap((row) => [...row.keys()]))].filter(
    (name) => !columns.includes(name),
  );
  const expected = expect.map((row): Row => columns.map((name) => row.get(name) ?? null));
  const unexpected = [...rows];
  const same: Row[] = [];
  const missing: Row[] = [];
  for (const row of expected) {
    const at = unexpected.findIndex((candidate) => sameRow(row, candidate));
    if (at < 0) missing.push(row);
    else same.push(...unexpected.splice(at, 1));
  }
  const isOrderWrong =
    isOrdered && missing.length + unexpected.length === 0 && !rows.every((row, n) => sameRow(expected[n] ?? [], row));
  if (missing.length + unexpected.length + unknownColumns.length === 0 && !isOrderWrong) return null;
  return { columns, same, missing, unexpected, unknownColumns, isOrderWrong };
}

function sameRow(expected: Row, got: Row): boolean {
  return got.every((cell, n) => sameCell(expected[n] ?? null, cell));
}

/** Numbers by value, whether written as digits or as text: 12, "12" and "12.00" are the same; floats to 9 digits. */
function sameCell(expected: Cell, got: Cell): boolean {
  if (expected === null || got === null) return expected === got;
  const [a, b] = [String(expected), String(got)];
  if (typeof expected === "number" || typeof got === "number") {
    const [x, y] = [Number(a), Number(b)];
    return b !== "" && Math.abs(x - y) <= (typeof got === "number" ? 1e-9 * Math.max(Math.abs(x), Math.abs(y)) : 0);
  }
  return a === b || (plainDigits(a) !== null && plainDigits(a) === plainDigits(b));
}

/** Digits without zeros that mean nothing; null where the text is no number. */
function plainDigits(text: string): string | null {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return null;
  const digits = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return digits === "-0" ? "0" : digits;
}
