import { expect } from "vitest";
import {
  type ExecuteOptions,
  type GateSettings,
  type GuardedWarehouse,
  guarded,
  openDuckDb,
  openPostgres,
  type PostgresOptions,
  readAll,
  type Warehouse,
} from "../../../src/warehouse/index.ts";
import { emptyPostgres } from "../../support/postgres.ts";
import { type Proxy, startProxy } from "../../support/proxy.ts";

export const MANY_ROWS = "SELECT * FROM range(1000000)";

export async function rowsOf(warehouse: Warehouse, text: string, options: ExecuteOptions = {}) {
  return readAll(await warehouse.execute({ text, values: [] }, options));
}

export function failureOf(rows: Promise<unknown>): Promise<unknown> {
  return rows.then(
    () => null,
    (cause: unknown) => cause,
  );
}

export function asked(principal: string, more: ExecuteOptions = {}): ExecuteOptions {
  return { ...more, origin: { requestId: "1", metrics: [], principal, consumer: "test" } };
}

export async function withDuckDb(
  settings: GateSettings,
  use: (warehouse: GuardedWarehouse) => Promise<void>,
): Promise<void> {
  const warehouse = guarded(await openDuckDb(":memory:"), settings);
  try {
    await use(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** With a database of its own, looked at from outside by `watcher`. */
export async function withPostgres(
  options: PostgresOptions,
  settings: GateSettings,
  use: (warehouse: GuardedWarehouse, proxy: Proxy, activeIn: (text: string) => Promise<number>) => Promise<void>,
): Promise<void> {
  const url = await emptyPostgres();
  const watcher = await openPostgres(url);
  /** How many statements with this text the server works on. */
  const activeIn = async (text: string): Promise<number> => {
    const count = `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%${text}%'`;
    const [row] = await rowsOf(watcher, `${count} AND pid <> pg_backend_pid()`);
    return Number(row?.[0]);
  };
  const proxy = await startProxy(url);
  const warehouse = guarded(await openPostgres(proxy.url, options), settings);
  try {
    await use(warehouse, proxy, activeIn);
  } finally {
    proxy.set("pass");
    await warehouse.close();
    await proxy.close();
    await watcher.close();
  }
}

export const quiet = { running: 0, waiting: 0 };
export const busy = { name: "WarehouseError", kind: "busy", retryAfterMs: expect.any(Number) };
