/** Plan to statement in a named dialect; one file a dialect. Owns kysely. Imports diagnostics, expression, catalog, plan. */

export type { BoundValue, Statement } from "./statement.ts";
export { toSql } from "./to-sql.ts";
