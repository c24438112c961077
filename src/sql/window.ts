import type { Window } from "../plan/index.ts";
import { columnsOf } from "../plan/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import type { Columns } from "./expression.ts";
import { directionOf, sortKey } from "./ordering.ts";

/** The value that a window adds to each row. */
export function renderWindow(dialect: SqlDialect, node: Window, columns: Columns<string>): Sql {
  const { compute, partitionBy, orderBy } = node;
  const what = sql`${sql.raw(compute.fn)}(${"column" in compute ? columns.sql(compute.column) : sql``})`;
  const partition = partitionBy.length > 0 ? sql`partition by ${sql.join(partitionBy.map(columns.sql))}` : sql``;
  const types = new Map(columnsOf(node.input).map(({ name, type }) => [name, type]));
  const keys = orderBy.map((sort) => {
    const key = sortKey(dialect, columns.sql(sort.column), types.get(sort.column) ?? "unknown");
    return sql`${key} ${directionOf(sort)}`;
  });
  const order = keys.length > 0 ? sql`${partitionBy.length > 0 ? sql` ` : sql``}order by ${sql.join(keys)}` : sql``;
  const window = sql`${what} over (${partition}${order})`;
  return compute.fn === "row_number" ? dialect.rowNumber(window) : window;
}
