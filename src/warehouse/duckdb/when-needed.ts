/** DuckDB is a large library of its own: a server over another warehouse starts sooner, and holds less, without it. */
import type { Loader } from "../loader.ts";
import type { DuckDbOptions } from "../options.ts";
import type { Warehouse } from "../warehouse.ts";

/** As `openDuckDb` of `open.ts`. */
export async function openDuckDb(path: string, options: DuckDbOptions = {}): Promise<Warehouse> {
  const duckdb = await import("./open.ts");
  return duckdb.openDuckDb(path, options);
}

/** As `createDuckDb` of `load.ts`. */
export async function createDuckDb(path: string): Promise<Loader> {
  const duckdb = await import("./load.ts");
  return duckdb.createDuckDb(path);
}
