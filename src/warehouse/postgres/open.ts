import type { Statement } from "../../sql/index.ts";
import { executeWithin } from "../bounds.ts";
import type { PostgresOptions } from "../options.ts";
import { type ExecuteOptions, type Result, type Row, readAll, type Warehouse, WarehouseError } from "../warehouse.ts";
import type { ColumnReader } from "./cells.ts";
import { Hosts } from "./hosts.ts";
import { describe, dryRun, freshness, permissions } from "./inspect.ts";
import type { Run } from "./run.ts";
import { postgresSettings } from "./settings.ts";

/**
 * Opens a PostgreSQL database. Each statement runs in a read-only transaction of its own that is undone, in UTC.
 *
 * @param url `postgres://user:password@host:port/database`, or several hosts of one database, joined by commas.
 * @throws WarehouseError "unavailable" when it cannot be reached or refuses us, or when the hosts are not of one
 *   database; Error when the URL is none.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Warehouse> {
  const settings = postgresSettings(url, options);
  const hosts = new Hosts(settings);
  const executeBounded = (statement: Statement, executeOptions: ExecuteOptions = {}) =>
    executeWithin((inner, bounded) => execute(hosts, inner, bounded), statement, executeOptions);
  const asking =
    (executeOptions: ExecuteOptions = {}) =>
    async (statement: Statement) => {
      const result = await executeBounded(statement, executeOptions);
      return { columns: result.columns, rows: await readAll(result) };
    };
  const warehouse: Warehouse = {
    dialect: "postgres",
    name: settings.name,
    // Beside replicas the primary is only asked when they are not well.
    concurrency: settings.limits.maxConnections * Math.max(1, settings.hosts.length - 1),
    cancelRetries: () => hosts.cancelRetries,
    execute: executeBounded,
    dryRun: (statement, executeOptions) => dryRun(statement, asking(executeOptions)),
    describe: (tables, executeOptions) => describe(tables, asking(executeOptions)),
    permissions: (tables) => permissions(tables, asking()),
    freshness: ({ table, column }, executeOptions) => freshness(table, column, asking(executeOptions)),
    ping: () => hosts.ping(),
    close: () => hosts.close(),
  };
  try {
    await hosts.open();
  } catch (cause) {
    await hosts.close();
    throw cause;
  }
  return warehouse;
}

async function execute(hosts: Hosts, statement: Statement, options: ExecuteOptions): Promise<Result> {
  const { run, servedBy, dataAsOf } = await hosts.run(statement, options);
  const columns = await run.columns();
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    batches: batchesOf(run, columns),
    run: {
      servedBy,
      dataAsOf: dataAsOf?.toISOString() ?? null,
      bytesProcessed: null,
      bytesBilled: null,
      isFromEngineCache: null,
    },
  };
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
      await run.leave(new WarehouseError("aborted", "The rest of the result was not wanted."));
    }
  }
}
