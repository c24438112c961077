import { openBigQueryLoader } from "./bigquery/load.ts";
import type { Loader } from "./loader.ts";
import type { WarehouseOptions } from "./options.ts";
import { openPostgresLoader } from "./postgres/load.ts";

/**
 * Opens what is behind a URL for writing: a PostgreSQL database, or a project of BigQuery. Files of DuckDB are made by
 * `createDuckDb`.
 *
 * @throws Error when the URL is of no such kind, or the engine refuses us.
 */
export async function openLoader(url: string, options: WarehouseOptions = {}): Promise<Loader> {
  if (/^postgres(ql)?:/.test(url)) return openPostgresLoader(url, options.postgres);
  if (url.startsWith("bigquery:")) return openBigQueryLoader(url, options.bigquery);
  throw new Error("Tables are loaded into postgres://… or bigquery://….");
}
