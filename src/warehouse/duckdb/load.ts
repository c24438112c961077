import {
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { assertNever } from "../../std/index.ts";
import type { Loader, LoadType } from "../loader.ts";
import { attach, DATABASE } from "./attach.ts";
import { makeSpill } from "./spill.ts";

/** Nothing is locked: for our own statements only. @param path Of a file that does not exist yet, in a folder that does. */
export async function createDuckDb(path: string): Promise<Loader> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const spill = makeSpill();
  await connection.run(`${spill.setting}; ${attach(path, "read-write")}; USE ${DATABASE}`);
  return {
    dialect: "duckdb",
    async run(sql) {
      await connection.run(sql);
    },
    async append(table) {
      const [schema, name = ""] = table.name.split(".");
      const appender = await connection.createAppender(name, schema ?? null, DATABASE);
      const types = table.columns.map((_, index) => appender.columnType(index));
      const toValue = table.columns.map((column) => valueOf(column.type));
      for (const rows of batches(table.rows)) {
        const chunk = DuckDBDataChunk.create(types, rows.length);
        toValue.forEach((convert, column) => {
          const values = rows.map((row) => {
            const cell = row[column];
            return cell === null || cell === undefined ? null : convert(cell);
          });
          chunk.setColumnValues(column, values);
        });
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    },
    async close() {
      await connection.run("CHECKPOINT");
      connection.closeSync();
      instance.closeSync();
      spill.remove();
    },
  };
}

function* batches<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < CHUNK_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What one chunk of DuckDB holds. */
const CHUNK_ROWS = 2048;

function valueOf(type: LoadType): (cell: string | number) => DuckDBValue {
  switch (type) {
    case "VARCHAR":
    case "INTEGER":
      return (cell) => cell;
    case "BIGINT":
      return BigInt;
    case "DECIMAL(18,2)":
      return (cell) => new DuckDBDecimalValue(BigInt(cell), 18, 2);
    case "DECIMAL(18,6)":
      return (cell) => new DuckDBDecimalValue(BigInt(cell), 18, 6);
    case "DATE":
      return (cell) => new DuckDBDateValue(Number(cell));
    case "TIMESTAMP WITH TIME ZONE":
      return (cell) => new DuckDBTimestampTZValue(BigInt(cell) * 1000n);
    default:
      return assertNever(type);
  }
}
