import {
  AsyncByteQueue,
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import type { Cell, Row } from "../warehouse/index.ts";
import type { Table, WriteOptions } from "./table.ts";
import { daysOf, fitted, int64Of, microsOf, type TypedColumn, typedGroups, unscaledOf } from "./typed.ts";

/** Apache Arrow's IPC stream: the schema, then a record batch for each group of rows. */
export async function* writeArrow(table: Table, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const written = new Written();
  const stream = new RecordBatchStreamWriter();
  for await (const { columns, rows } of typedGroups(table, options)) {
    const batch = batchOf(columns, rows);
    if (written.isNew) stream.reset(written, batch.schema);
    if (rows.length > 0) stream.write(batch);
    yield written.take();
  }
  stream.finish();
  yield written.take();
}

/** Where the writer puts its bytes. Its own queue cannot be emptied without waiting for more. */
class Written extends AsyncByteQueue {
  isNew = true;
  #chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.isNew = false;
    // A copy: the writer may hand over its own buffers.
    this.#chunks.push(Uint8Array.from(chunk));
  }

  take(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    return Buffer.concat(chunks);
  }
}

function batchOf(columns: readonly TypedColumn[], rows: readonly Row[]): RecordBatch {
  const children = columns.map((column, i) =>
    dataOf(
      column,
      rows.map((row) => row[i] ?? null),
    ),
  );
  const fields = columns.map(({ name }, i) => new Field(name, children[i]?.type ?? new Utf8(), true));
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  return new RecordBatch(new Schema(fields), data);
}

function dataOf(column: TypedColumn, cells: readonly Cell[]): Data {
  const { type } = column;
  const { length } = cells;
  const validity = validityOf(cells);
  switch (type.kind) {
    case "text":
      return makeData({ type: new Utf8(), length, ...validity, ...textOf(cells) });
    case "int64":
      return makeData({ type: new Int64(), length, ...validity, data: filled(int64s(cells), column, cells, int64Of) });
    case "float64": {
      const read = (cell: Cell) => (typeof cell === "number" ? cell : null);
      return makeData({
        type: new Float64(),
        length,
        ...validity,
        data: filled(new Float64Array(length), column, cells, read),
      });
    }
    case "boolean":
      return makeData({ type: new Bool(), length, ...validity, data: bits(cells, (cell) => cell === true) });
    case "date":
      return makeData({
        type: new DateDay(),
        length,
        ...validity,
        data: filled(new Int32Array(length), column, cells, daysOf),
      });
    case "timestamp": {
      const read = (cell: Cell) => microsOf(cell, type.isUtc);
      return makeData({
        type: new TimestampMicrosecond(type.isUtc ? "UTC" : null),
        length,
        ...validity,
        data: filled(int64s(cells), column, cells, read),
      });
    }
    case "decimal":
      return makeData({ type: new Decimal(type.scale, 38, 128), length, ...validity, data: wide(column, cells, type) });
  }
}

function int64s({ length }: readonly Cell[]): BigInt64Array {
  return new BigInt64Array(length);
}

/** NULL stays 0 below its bit of validity. */
function filled<T extends number | bigint, A extends { [index: number]: T }>(
  values: A,
  column: TypedColumn,
  cells: readonly Cell[],
  read: (cell: Cell) => T | null,
): A {
  for (const [i, cell] of cells.entries()) if (cell !== null) values[i] = fitted(read(cell), column);
  return values;
}

/** 128 bits each, in four words, the lowest first. */
function wide(column: TypedColumn, cells: readonly Cell[], { scale }: { readonly scale: number }): Uint32Array {
  const halves = new BigInt64Array(cells.length * 2);
  for (const [i, cell] of cells.entries()) {
    if (cell === null) continue;
    const value = fitted(unscaledOf(cell, scale), column);
    halves[2 * i] = BigInt.asIntN(64, value);
    halves[2 * i + 1] = value >> 64n;
  }
  return new Uint32Array(halves.buffer);
}

function textOf(cells: readonly Cell[]): { readonly valueOffsets: Int32Array; readonly data: Uint8Array } {
  const texts = cells.map((cell) => (cell === null ? "" : String(cell)));
  const valueOffsets = new Int32Array(texts.length + 1);
  let length = 0;
  for (const [i, text] of texts.entries()) {
    length += Buffer.byteLength(text);
    valueOffsets[i + 1] = length;
  }
  const data = Buffer.alloc(length);
  for (const [i, text] of texts.entries()) data.write(text, valueOffsets[i] ?? 0);
  return { valueOffsets, data };
}

function validityOf(cells: readonly Cell[]): { readonly nullCount: number; readonly nullBitmap: Uint8Array } {
  return {
    nullCount: cells.filter((cell) => cell === null).length,
    nullBitmap: bits(cells, (cell) => cell !== null),
  };
}

function bits(cells: readonly Cell[], isSet: (cell: Cell) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(cells.length / 8));
  for (const [i, cell] of cells.entries()) if (isSet(cell)) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  return bytes;
}
