import { setTimeout as delay } from "node:timers/promises";
import type { Statement } from "../../sql/index.ts";
import { executeWithin } from "../bounds.ts";
import type { PostgresOptions } from "../options.ts";
import { type ExecuteOptions, type Result, type Row, readAll, type Warehouse, WarehouseError } from "../warehouse.ts";
import type { ColumnReader } from "./cells.ts";
import { Connections } from "./connections.ts";
import { describe, dryRun, freshness, permissions } from "./inspect.ts";
import type { Run } from "./run.ts";
import { postgresSettings } from "./settings.ts";

/**
 * Opens a PostgreSQL database. Each statement runs in a read-only transaction of its own that is undone, in UTC.
 *
 * @param url `postgres://user:password@host:port/database`.
 * @throws WarehouseError "unavailable" when it cannot be reached or refuses us, Error when the URL is none.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Warehouse> {
  const settings = postgresSettings(url, options);
  const connections = new Connections(settings);
  const executeBounded = (statement: Statement, executeOptions: ExecuteOptions = {}) =>
    executeWithin((inner, bounded) => execute(connections, inner, bounded), statement, executeOptions);
  const asking =
    (executeOptions: ExecuteOptions = {}) =>
    async (statement: Statement) => {
      const result = await executeBounded(statement, executeOptions);
      return { columns: result.columns, rows: await readAll(result) };
    };
  const warehouse: Warehouse = {
    dialect: "postgres",
    name: settings.name,
    execute: executeBounded,
    dryRun: (statement, executeOptions) => dryRun(statement, asking(executeOptions)),
    describe: (tables, executeOptions) => describe(tables, asking(executeOptions)),
    permissions: (tables) => permissions(tables, asking()),
    freshness: ({ table, column }) => freshness(table, column, asking()),
    async ping() {
      await asking()({ text: "SELECT 1", values: [] });
    },
    close: () => connections.close(),
  };
  try {
    await warehouse.ping();
  } catch (cause) {
    await connections.close();
    throw cause;
  }
  return warehouse;
}

async function execute(connections: Connections, statement: Statement, options: ExecuteOptions): Promise<Result> {
  const run = await connections.run(statement, options);
  try {
    const columns = await run.columns();
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      batches: batchesOf(run, columns),
      run: {
        servedBy: connections.name,
        dataAsOf: null,
        bytesProcessed: null,
        bytesBilled: null,
        isFromEngineCache: null,
      },
    };
  } catch (cause) {
    await gone(run);
    throw cause;
  }
}

async function* batchesOf(run: Run, columns: readonly ColumnReader[]): AsyncGenerator<Row[]> {
  let isDrained = false;
  try {
    for (let rows = await run.take(); rows !== null; rows = await run.take()) {
      yield rows.map((row) => columns.map((column, index) => column.read(row[index] ?? null)));
    }
    isDrained = true;
  } finally {
    if (!isDrained) {
      run.stop(new WarehouseError("aborted", "The rest of the result was not wanted."));
      await gone(run);
    }
  }
}

/** Waits until the statement is gone from the server, but not for a server that does not answer. */
async function gone(run: Run): Promise<void> {
  await Promise.race([run.done, delay(PATIENCE_MS, undefined, { ref: false })]);
}

const PATIENCE_MS = 200;
