import { openBigQuery } from "./bigquery/open.ts";
import { openDuckDb } from "./duckdb/when-needed.ts";
import type { WarehouseOptions } from "./options.ts";
import { openPostgres } from "./postgres/open.ts";
import type { Warehouse } from "./warehouse.ts";

/**
 * Opens the warehouse behind a URL: `duckdb:PATH`, read-only, `duckdb::memory:`, empty,
 * `postgres://user@host:port/database`, or `bigquery://PROJECT/DATASET?location=…`.
 *
 * @throws WarehouseError "unavailable" when it cannot be reached, Error when the URL is of no known kind.
 */
export async function openWarehouse(url: string, options: WarehouseOptions = {}): Promise<Warehouse> {
  const path = /^duckdb:(.+)$/s.exec(url)?.[1];
  if (path !== undefined) return openDuckDb(path, options.duckdb);
  if (/^postgres(ql)?:/.test(url)) return openPostgres(url, options.postgres);
  if (url.startsWith("bigquery:")) return openBigQuery(url, options.bigquery);
  // Only the scheme is repeated: the rest may hold a password.
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0];
  const problem =
    scheme === undefined ? "A warehouse URL starts with a scheme" : `No warehouse is known by "${scheme}"`;
  throw new Error(`${problem}. Supported: duckdb:PATH, duckdb::memory:, postgres://… and bigquery://PROJECT/DATASET.`);
}
