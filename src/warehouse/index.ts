/** Runs statements somewhere and yields typed rows; one folder an engine. Imports std, diagnostics, catalog. See ARCHITECTURE.md. */
export type * from "./warehouse.ts";
export { readAll, WarehouseError } from "./warehouse.ts";
