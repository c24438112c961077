import type { DuckDBPreparedStatement, DuckDBResult } from "@duckdb/node-api";
import type { BoundValue, Statement } from "../../sql/index.ts";
import type { Cell, ExecuteOptions, Result, Row } from "../warehouse.ts";
import { type ColumnReader, columnReader } from "./cells.ts";
import type { Connections, Lease } from "./connections.ts";
import { warehouseError } from "./errors.ts";

/** Runs one statement on a connection of its own. */
export async function run(
  connections: Connections,
  statement: Statement,
  { signal }: ExecuteOptions,
): Promise<Pick<Result, "columns" | "batches">> {
  const lease = await connections.lease(signal);
  try {
    const result = await start(lease, statement);
    const columns = result.columnNames().map((name, index) => columnReader(name, result.columnType(index)));
    return { columns: columns.map(({ name, type }) => ({ name, type })), batches: batchesOf(lease, result, columns) };
  } catch (cause) {
    await lease.end("discard");
    throw warehouseError(cause);
  }
}

/** Prepared, not queried: a text of several statements is refused, and values never become text. */
function start(lease: Lease, { text, values }: Statement): Promise<DuckDBResult> {
  return lease.run(async (connection) => {
    const prepared = await connection.prepare(text);
    try {
      values.forEach((value, index) => {
        bind(prepared, index + 1, value);
      });
      return await prepared.stream();
    } finally {
      prepared.destroySync();
    }
  });
}

function bind(prepared: DuckDBPreparedStatement, position: number, value: BoundValue): void {
  if (value === null) prepared.bindNull(position);
  else if (typeof value === "string") prepared.bindVarchar(position, value);
  else if (typeof value === "boolean") prepared.bindBoolean(position, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(position, BigInt(value));
  else prepared.bindDouble(position, value);
}

async function* batchesOf(lease: Lease, result: DuckDBResult, columns: readonly ColumnReader[]): AsyncGenerator<Row[]> {
  let isDrained = false;
  try {
    for (;;) {
      const chunk = await lease.run(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) break;
      const rows = Array.from({ length: chunk.rowCount }, () => new Array<Cell>(columns.length));
      columns.forEach((column, index) => {
        const vector = chunk.getColumnVector(index);
        rows.forEach((row, rowIndex) => {
          row[index] = column.read(vector.getItem(rowIndex));
        });
      });
      yield rows;
    }
    isDrained = true;
  } catch (cause) {
    throw warehouseError(cause);
  } finally {
    await lease.end(isDrained ? "keep" : "discard");
  }
}
