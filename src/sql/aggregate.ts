import type { AggregateMeasure } from "../plan/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import type { Columns } from "./expression.ts";
import { renderExpr } from "./expression.ts";
import { castAs } from "./standard.ts";

/**
 * One aggregate. Where no row is counted the value is NULL, for counts too; only a distinct count that stands alone,
 * without groups, is 0.
 */
export function renderAggregate(
  dialect: SqlDialect,
  measure: AggregateMeasure,
  isGrouped: boolean,
  columns: Columns<string>,
): Sql {
  const arg = renderExpr(dialect, measure.arg, columns);
  const filter = measure.filter && renderExpr(dialect, measure.filter, columns);
  const counted = filter ? sql`case when ${filter} then ${arg} end` : arg;
  const isAnyRow = filter ? sql`count(case when ${filter} then 1 end)` : sql`count(*)`;
  /** A group exists because a row is in it, so only a filter or the lack of groups can leave nothing to count. */
  const orNull = (count: Sql): Sql => (filter || !isGrouped ? sql`case when ${isAnyRow} > 0 then ${count} end` : count);
  switch (measure.aggregation) {
    case "sum":
      return dialect.sum(counted, measure.type);
    case "min":
    case "max": {
      const isText = measure.type === "string" && dialect.sortable;
      return sql`${sql.raw(measure.aggregation)}(${isText ? isText(counted) : counted})`;
    }
    case "average":
      return sql`avg(${castAs(dialect, counted, "float")})`;
    case "count": {
      const isEveryRow = measure.arg.kind === "literal" && measure.arg.value !== null;
      if (isEveryRow) return filter || !isGrouped ? sql`nullif(${isAnyRow}, 0)` : isAnyRow;
      return orNull(sql`count(${counted})`);
    }
    case "count_distinct":
      return filter && isGrouped ? orNull(sql`count(distinct ${counted})`) : sql`count(distinct ${counted})`;
    case "sum_boolean": {
      const ones = sql`case when ${arg} then 1 else 0 end`;
      return sql`sum(${filter ? sql`case when ${filter} then ${ones} end` : ones})`;
    }
    case "percentile":
    case "median":
      return dialect.percentile(
        counted,
        measure.percentile ?? { fraction: "0.5", kind: "continuous", approximate: false },
      );
  }
}
