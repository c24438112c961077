/** Runs statements somewhere and yields typed rows; one folder an engine. Imports std, diagnostics, catalog. See ARCHITECTURE.md. */

export type { BoundValue, Statement } from "../sql/index.ts";
export { bytesOf, refuseBeyond } from "./bounds.ts";
export { createDuckDb, openDuckDb } from "./duckdb/when-needed.ts";
export type { GateHooks, GateSettings, GateStats, GuardedWarehouse } from "./gate/guarded.ts";
export { guarded } from "./gate/guarded.ts";
export type * from "./loader.ts";
export { openWarehouse } from "./open.ts";
export { openLoader } from "./open-loader.ts";
export { openWriter } from "./open-writer.ts";
export type * from "./options.ts";
export { openPostgresLoader } from "./postgres/load.ts";
export { openPostgres } from "./postgres/open.ts";
export type * from "./warehouse.ts";
export { readAll, WarehouseError } from "./warehouse.ts";
export type * from "./writer.ts";
