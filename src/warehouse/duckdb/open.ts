import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Statement } from "../../sql/index.ts";
import { executeWithin } from "../bounds.ts";
import type { DuckDbOptions } from "../options.ts";
import { type ExecuteOptions, readAll, type StatementRun, type Warehouse, WarehouseError } from "../warehouse.ts";
import { attach, DATABASE } from "./attach.ts";
import { Connections } from "./connections.ts";
import { describing, descriptions, instant, latest } from "./describe.ts";
import { run } from "./run.ts";
import { makeSpill } from "./spill.ts";

/**
 * Opens a DuckDB file, or `:memory:`. Statements cannot reach any other file, the network or an extension, and cannot
 * change the settings that say so. Sessions are in UTC.
 *
 * @throws WarehouseError "unavailable" when the file is missing or no DuckDB database, Error when an option is none.
 */
export async function openDuckDb(path: string, options: DuckDbOptions = {}): Promise<Warehouse> {
  const isInMemory = path === ":memory:";
  const isReadOnly = !isInMemory && options.access !== "read-write";
  const settings = [...resources(options), ...SETTINGS];
  if (isReadOnly && !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new WarehouseError("unavailable", `There is no DuckDB file "${path}".`);
  }
  const opening = isInMemory ? [] : [attach(path, isReadOnly ? "read-only" : "read-write")];
  const spill = makeSpill();
  const instance = await openLocked(path, [...opening, spill.setting, ...settings]).catch((failure: unknown) => {
    spill.remove();
    throw failure;
  });
  const concurrency = Math.max(4, availableParallelism());
  const connections = new Connections(instance, concurrency, isInMemory ? null : DATABASE);

  const facts: StatementRun = { ...UNCOUNTED, servedBy: path };
  const execute = (statement: Statement, executeOptions?: ExecuteOptions) =>
    executeWithin(
      async (text, bounded) => ({ ...(await run(connections, text, bounded)), run: facts }),
      statement,
      executeOptions,
    );
  const rowsOf = async (statement: Statement, executeOptions?: ExecuteOptions) =>
    readAll(await execute(statement, executeOptions));

  return {
    dialect: "duckdb",
    name: `duckdb:${path}`,
    concurrency,
    execute,
    async dryRun({ text, values }, dryRunOptions) {
      // A prepared statement hides its columns until its values are there; one without rows tells them.
      const empty = await execute({ text: `SELECT * FROM (\n${text}\n) LIMIT 0`, values }, dryRunOptions);
      await readAll(empty);
      return { columns: empty.columns, bytesProcessed: null, rows: null };
    },
    async describe(tables, describeOptions) {
      if (tables.length === 0) return [];
      return descriptions(tables, await rowsOf(describing(tables), describeOptions));
    },
    async permissions(tables) {
      const text = "SELECT readonly FROM duckdb_databases() WHERE database_name = current_database()";
      const [row] = await rowsOf({ text, values: [] });
      return tables.map(() => ({ user: "local", canRead: true, canWrite: row?.[0] === false }));
    },
    async freshness({ table, column }, freshnessOptions) {
      if (column === null) return null; // the file remembers when it changed, but not which of its tables
      const result = await execute(latest(table, column), freshnessOptions);
      const [row] = await readAll(result);
      return instant(row?.[0] ?? null, result.columns[0]?.type ?? "", column);
    },
    async ping() {
      // Behind statements of minutes it would tell of them, not of the engine.
      if (!connections.areAllBusy) await rowsOf({ text: "SELECT 1", values: [] });
    },
    async close() {
      await connections.close();
      spill.remove();
    },
  };
}

async function openLocked(path: string, statements: readonly string[]): Promise<DuckDBInstance> {
  try {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    await connection.run(statements.join("; "));
    connection.closeSync();
    return instance;
  } catch (cause) {
    throw new WarehouseError("unavailable", `"${path}" cannot be opened as a DuckDB database.`, { cause });
  }
}

function resources({ threads, memoryLimit }: DuckDbOptions): readonly string[] {
  const statements: string[] = [];
  if (threads !== undefined) {
    if (!Number.isSafeInteger(threads) || threads < 1) {
      throw new Error(`DuckDB's "threads" is a whole number from 1 on, not ${threads}.`);
    }
    statements.push(`SET GLOBAL threads = ${threads}`);
  }
  if (memoryLimit !== undefined) {
    if (!/^\d+(\.\d+)? ?[KMGT]i?B$/.test(memoryLimit)) {
      throw new Error(`DuckDB's "memoryLimit" is a size such as "2GB", not "${memoryLimit}".`);
    }
    statements.push(`SET GLOBAL memory_limit = '${memoryLimit}'`);
  }
  return statements;
}

/** GLOBAL: for the connections to come. The lock comes last, because it locks itself too. */
const SETTINGS = [
  "SET GLOBAL TimeZone = 'UTC'",
  // DuckDB 1.5 loses columns of joins that statistics prove empty: "Failed to bind column reference".
  "SET GLOBAL disabled_optimizers = 'compressed_materialization'",
  "SET GLOBAL enable_external_access = false",
  "SET GLOBAL lock_configuration = true",
];

/** DuckDB counts no bytes and keeps no results. */
const UNCOUNTED = { dataAsOf: null, bytesProcessed: null, bytesBilled: null, isFromEngineCache: false };
