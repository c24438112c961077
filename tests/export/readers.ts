import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type RecordBatch, tableFromIPC } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { Format } from "../../src/export/index.ts";
import { columnReader } from "../../src/warehouse/duckdb/cells.ts";
import type { Cell, CellType, Row } from "../../src/warehouse/index.ts";

export interface Column {
  readonly name: string;
  readonly type: CellType;
}

/** The rows of a file in the contract's spelling, by every program that reads it. Decimals lose the zeros at their end. */
export async function readBack(
  name: Format["name"],
  bytes: Uint8Array,
  columns: readonly Column[],
): Promise<Readonly<Record<string, readonly Row[]>>> {
  switch (name) {
    case "json":
      return { JSON: plain(JSON.parse(textOf(bytes)).rows, columns) };
    case "ndjson":
      return { JSON: plain(linesOf(bytes, columns), columns) };
    case "csv":
      return { ours: plain(csvRows(bytes, columns), columns), DuckDB: plain(await duckDbCsv(bytes, columns), columns) };
    case "arrow":
      return { "apache-arrow": plain(arrowRows(bytes), columns) };
    case "parquet":
      return { DuckDB: plain(await duckDbParquet(bytes), columns), hyparquet: await hyparquetRows(bytes, columns) };
  }
}

/** What a reader of Parquet that makes floats of decimals can be held to. */
export function roughly(rows: readonly Row[], columns: readonly Column[]): readonly Row[] {
  return rows.map((row) => row.map((cell, i) => (columns[i]?.type === "DECIMAL" ? rounded(cell) : cell)));
}

function rounded(cell: Cell): Cell {
  return cell === null ? null : Number(Number(cell).toPrecision(12));
}

/** Values, not spellings: an engine may write 1.50 where another writes 1.5. */
export function plain(rows: readonly Row[], columns: readonly Column[]): readonly Row[] {
  return rows.map((row) =>
    row.map((cell, i) => {
      if (columns[i]?.type !== "DECIMAL" || cell === null) return cell;
      const text = String(cell);
      return text.includes(".") ? text.replace(/\.?0+$/, "").replace(/^-0$/, "0") : text;
    }),
  );
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function linesOf(bytes: Uint8Array, columns: readonly Column[]): readonly Row[] {
  const lines = textOf(bytes).split("\n");
  if (lines.pop() !== "") throw new Error("The last line has no end");
  return lines.map((line) => {
    const object = JSON.parse(line);
    return columns.map(({ name }) => object[name]);
  });
}

/** A reader of RFC 4180 as small as the format: a quoted field, or one without quotes, and what ends it. */
export function csvFields(text: string): readonly (readonly (string | null)[])[] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = fields.exec(text); match; match = fields.exec(text)) {
    const [, quoted, bare = "", end] = match;
    row.push(quoted === undefined ? bare || null : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
    if (fields.lastIndex === text.length) return rows;
  }
  throw new Error("This is no CSV");
}

function csvRows(bytes: Uint8Array, columns: readonly Column[]): readonly Row[] {
  const [head, ...rows] = csvFields(textOf(bytes));
  if (head?.join() !== columns.map(({ name }) => name).join()) throw new Error(`The head is ${String(head)}`);
  return rows.map((row) => row.map((text, i) => typedText(text, columns[i]?.type)));
}

/** What a reader that knows the types makes of text. */
function typedText(text: string | null, type: CellType | undefined): Cell {
  if (text === null) return null;
  if (type === "FLOAT") return Number(text);
  return type === "BOOLEAN" ? text === "true" : text;
}

async function duckDbCsv(bytes: Uint8Array, columns: readonly Column[]): Promise<readonly Row[]> {
  const options = "header = true, all_varchar = true, allow_quoted_nulls = false, delim = ',', quote = '\"'";
  const rows = await duckDbRows(
    bytes,
    "csv",
    (file) => `read_csv('${file}', ${options}, escape = '"', new_line = '\\r\\n')`,
  );
  return rows.map((row) => row.map((cell, i) => typedText(cell === null ? null : String(cell), columns[i]?.type)));
}

function duckDbParquet(bytes: Uint8Array): Promise<readonly Row[]> {
  return duckDbRows(bytes, "parquet", (file) => `read_parquet('${file}')`);
}

let duckDb: Promise<DuckDBInstance> | undefined;

async function duckDbRows(
  bytes: Uint8Array,
  extension: string,
  from: (file: string) => string,
): Promise<readonly Row[]> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "assay-export-")), `answer.${extension}`);
  writeFileSync(file, bytes);
  duckDb ??= DuckDBInstance.create(":memory:");
  const connection = await (await duckDb).connect();
  try {
    const result = await connection.runAndReadAll(`select * from ${from(file)}`);
    const readers = result.columnNames().map((name, i) => columnReader(name, result.columnType(i)));
    // A whole number of more than 64 bits is a decimal there.
    return result.getRows().map((row) => row.map((value, i) => readers[i]?.read(value) ?? null));
  } finally {
    connection.closeSync();
  }
}

async function hyparquetRows(bytes: Uint8Array, columns: readonly Column[]): Promise<readonly Row[]> {
  const file = new Uint8Array(bytes).buffer;
  const objects = await parquetReadObjects({
    file,
    // Dates would lose what is finer than a millisecond.
    parsers: {
      timestampFromMicroseconds: String,
      dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
    },
  });
  const times = new Map(
    parquetMetadata(file).schema.map(({ name, logical_type: type }) => [
      name,
      type?.type === "TIMESTAMP" ? type.isAdjustedToUTC : null,
    ]),
  );
  return objects.map((object) =>
    columns.map(({ name, type }) => {
      const [value, isUtc] = [object[name], times.get(name) ?? null];
      if (value === null || value === undefined) return null;
      if (isUtc !== null) return timeText(BigInt(value), isUtc);
      if (type === "DECIMAL") return rounded(value);
      return type === "INT" ? String(value) : value;
    }),
  );
}

/** Straight from the buffers: the library's own getters make floats of times. */
function arrowRows(bytes: Uint8Array): readonly Row[] {
  return tableFromIPC(bytes).batches.flatMap((batch) =>
    Array.from({ length: batch.numRows }, (_, row) =>
      batch.schema.fields.map((_, column) => arrowCell(batch, column, row)),
    ),
  );
}

function arrowCell(batch: RecordBatch, column: number, row: number): Cell {
  const vector = batch.getChildAt(column);
  const type = String(batch.schema.fields[column]?.type);
  const value = vector?.get(row);
  if (value === null || value === undefined) return null;
  if (type === "Date32<DAY>") return new Date(Number(value)).toISOString().slice(0, 10);
  if (type.startsWith("Timestamp")) {
    const micros: unknown = vector?.data[0]?.values[row];
    return timeText(BigInt(String(micros)), type.includes("UTC"));
  }
  const scale = /^Decimal\[38e\+?(\d+)\]$/.exec(type)?.[1];
  if (scale !== undefined) return pointed(String(value), Number(scale));
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

function timeText(micros: bigint, isUtc: boolean): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1_000n)).toISOString().slice(0, -5);
  const digits = String(fraction).padStart(6, "0").replace(/0+$/, "");
  return `${seconds}${digits && `.${digits}`}${isUtc ? "Z" : ""}`;
}

function pointed(digits: string, scale: number): string {
  if (scale === 0) return digits;
  const sign = digits.startsWith("-") ? "-" : "";
  const padded = digits.replace("-", "").padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
