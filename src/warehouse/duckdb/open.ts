import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBPreparedStatement,
  type DuckDBResult,
} from "@duckdb/node-api";
import type { BoundValue, Statement } from "../../sql/index.ts";
import type { DuckDbOptions } from "../options.ts";
import { type Cell, type ExecuteOptions, type Result, type Row, type Warehouse, WarehouseError } from "../warehouse.ts";
import { attach, DATABASE } from "./attach.ts";
import { type ColumnReader, columnReader } from "./cells.ts";
import { Connections, type Lease } from "./connections.ts";

/**
 * Opens a DuckDB file, or `:memory:`. Statements cannot reach any other file, the network or an extension, and cannot
 * change the settings that say so. Sessions are in UTC.
 *
 * @throws WarehouseError "unavailable" when the file is missing or no DuckDB database.
 */
export async function openDuckDb(path: string, options: DuckDbOptions = {}): Promise<Warehouse> {
  const isReadOnly = path !== ":memory:" && options.access !== "read-write";
  if (isReadOnly && !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new WarehouseError("unavailable", `There is no DuckDB file "${path}".`);
  }
  const instance = await openLocked(path, isReadOnly);
  const connections = new Connections(
    instance,
    Math.max(4, availableParallelism()),
    path === ":memory:" ? null : DATABASE,
  );
  const warehouse: Warehouse = {
    dialect: "duckdb",
    name: `duckdb:${path}`,
    execute: (statement, executeOptions) => execute(connections, statement, executeOptions),
    async ping() {
      const result = await warehouse.execute({ text: "SELECT 1", values: [] });
      for await (const _ of result.batches);
    },
    close: () => connections.close(),
  };
  return warehouse;
}

async function openLocked(path: string, isReadOnly: boolean): Promise<DuckDBInstance> {
  try {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    if (path !== ":memory:") {
      await connection.run(attach(path, isReadOnly ? "read-only" : "read-write"));
    }
    await connection.run(SETTINGS.join("; "));
    connection.closeSync();
    return instance;
  } catch (cause) {
    throw new WarehouseError("unavailable", `"${path}" cannot be opened as a DuckDB database.`, { cause });
  }
}

/** GLOBAL: for the connections to come. The lock comes last, because it locks itself too. */
const SETTINGS = [
  "SET GLOBAL TimeZone = 'UTC'",
  // DuckDB 1.5 loses columns of joins that statistics prove empty: "Failed to bind column reference".
  "SET GLOBAL disabled_optimizers = 'compressed_materialization'",
  "SET GLOBAL enable_external_access = false",
  "SET GLOBAL lock_configuration = true",
];

async function execute(connections: Connections, statement: Statement, options: ExecuteOptions = {}): Promise<Result> {
  const lease = await connections.lease(options.signal);
  try {
    const result = await lease.run((connection) => start(connection, statement));
    const columns = result.columnNames().map((name, index) => columnReader(name, result.columnType(index)));
    return { columns: columns.map(({ name, type }) => ({ name, type })), batches: batchesOf(lease, result, columns) };
  } catch (cause) {
    await lease.end("discard");
    throw warehouseError(cause);
  }
}

/** Prepared, not queried: a text of several statements is refused, and values never become text. */
async function start(connection: DuckDBConnection, statement: Statement): Promise<DuckDBResult> {
  const prepared = await connection.prepare(statement.text);
  try {
    statement.values.forEach((value, index) => {
      bind(prepared, index + 1, value);
    });
    return await prepared.stream();
  } finally {
    prepared.destroySync();
  }
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

/** DuckDB's errors start with their kind; the rest may quote data and stays in `cause`. */
function warehouseError(thrown: unknown): WarehouseError {
  if (thrown instanceof WarehouseError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = text.includes(STACK) ? new Error(text.slice(0, text.indexOf(STACK))) : thrown;
  if (text.startsWith("Out of Range Error")) {
    return new WarehouseError("out-of-range", "A value became larger than its type can hold.", { cause });
  }
  if (text.startsWith("Conversion Error")) {
    return new WarehouseError("not-convertible", "A value cannot be converted to the type that it is cast to.", {
      cause,
    });
  }
  if (text.startsWith("IO Error") || text.startsWith("Out of Memory Error")) {
    return new WarehouseError("unavailable", "The warehouse could not run the statement.", { cause });
  }
  return new WarehouseError("statement", "The warehouse refused the statement.", { cause });
}

/** Behind its own failures DuckDB writes where in its code they happened. */
const STACK = "\n\nStack Trace:";
