import type { Expr, Literal, ScalarType } from "../expression/index.ts";
import { call, literal, ref } from "../expression/index.ts";
import type { Result, Sort } from "../plan/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import type { Columns } from "./expression.ts";
import { renderExpr } from "./expression.ts";

/** NULLs last ascending, first descending, on every engine, unless the plan says otherwise. */
export function directionOf({ direction, nulls }: Sort): Sql {
  if (direction === "asc") return sql`asc nulls last`;
  return nulls === "last" ? sql`desc nulls last` : sql`desc nulls first`;
}

/** A column as it is ordered by: text by code points on every engine. */
export function sortKey(dialect: SqlDialect, value: Sql, type: ScalarType): Sql {
  return type === "string" && dialect.sortable ? dialect.sortable(value) : value;
}

/** Whether a row comes after the one with these values: on the first column of the order by which they differ. */
export function comesAfter(
  dialect: SqlDialect,
  orderBy: Result["orderBy"],
  after: readonly Literal[],
  columns: Columns<string>,
): Sql {
  const ways = orderBy.flatMap((sort, i): readonly Expr<string>[] => {
    const later = laterThan(sort, after[i]);
    if (!later) return [];
    const same = orderBy.slice(0, i).map(({ column }, j) => equalTo(column, after[j]));
    return [same.length === 0 ? later : call("and", ...same, later)];
  });
  const [first, ...others] = ways;
  const any = first && (others.length === 0 ? first : call("or", ...ways));
  return sql`(${renderExpr(dialect, any ?? literal("boolean", false), columns)})`;
}

/** null: nothing comes later. */
function laterThan({ column, direction }: Sort, value: Literal | undefined): Expr<string> | null {
  const isNull = value === undefined || value.value === null;
  if (direction === "asc")
    return isNull ? null : call("or", call(">", ref(column), value), call("is_null", ref(column)));
  return isNull ? call("is_not_null", ref(column)) : call("<", ref(column), value);
}

function equalTo(column: string, value: Literal | undefined): Expr<string> {
  return value === undefined || value.value === null ? call("is_null", ref(column)) : call("=", ref(column), value);
}
