/** What a caller asked for, and the same resolved against the catalog. Imports std, diagnostics, expression, catalog. */
export type * from "./request.ts";
