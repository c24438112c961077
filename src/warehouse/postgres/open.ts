import { setTimeout as delay } from "node:timers/promises";
import type { Statement } from "../../sql/index.ts";
import type { PostgresOptions } from "../options.ts";
import { type ExecuteOptions, type Result, type Row, type Warehouse, WarehouseError } from "../warehouse.ts";
import type { ColumnReader } from "./cells.ts";
import { Connections } from "./connections.ts";
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
  const warehouse: Warehouse = {
    dialect: "postgres",
    name: settings.name,
    execute: (statement, executeOptions) => execute(connections, statement, executeOptions),
    async ping() {
      const result = await warehouse.execute({ text: "SELECT 1", values: [] });
      for await (const _ of result.batches);
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

async function execute(connections: Connections, statement: Statement, options: ExecuteOptions = {}): Promise<Result> {
  const run = await connections.run(statement, options.signal);
  try {
    const columns = await run.columns();
    return { columns: columns.map(({ name, type }) => ({ name, type })), batches: batchesOf(run, columns) };
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
