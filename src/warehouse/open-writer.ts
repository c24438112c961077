import type { WarehouseOptions } from "./options.ts";
import type { Writer } from "./writer.ts";

/**
 * Opens what is behind a URL for writing: a DuckDB file that is there, a PostgreSQL database, or a project of BigQuery.
 *
 * @throws WarehouseError when it cannot be reached or refuses us, Error when the URL is of no known kind.
 */
export async function openWriter(url: string, options: WarehouseOptions = {}): Promise<Writer> {
  const path = /^duckdb:(.+)$/s.exec(url)?.[1];
  if (path !== undefined) return (await import("./duckdb/write.ts")).openDuckDbWriter(path);
  if (/^postgres(ql)?:/.test(url))
    return (await import("./postgres/write.ts")).openPostgresWriter(url, options.postgres);
  if (url.startsWith("bigquery:"))
    return (await import("./bigquery/write.ts")).openBigQueryWriter(url, options.bigquery);
  throw new Error("Rows are written to duckdb:PATH, postgres://… or bigquery://PROJECT/DATASET.");
}
