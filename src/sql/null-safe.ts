import type { ScalarType } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import { castAs } from "./standard.ts";

/**
 * Whether two columns are equal, NULL being a value. As two equalities, which every engine can hash: IS NOT DISTINCT
 * FROM it compares row by row. Of a column of unknown type nothing is known that could stand in for NULL.
 */
export function equalOrBothNull(dialect: SqlDialect, left: Sql, right: Sql, type: ScalarType): Sql {
  const fallback = fallbackOf(dialect, type);
  const alike = sql`(${left} is null) = (${right} is null)`;
  if (!fallback) return sql`${alike} and (${left} = ${right} or ${left} is null)`;
  // What is declared as text may be kept as something else.
  const plain = (value: Sql): Sql => (type === "string" ? castAs(dialect, value, "string") : value);
  return sql`coalesce(${plain(left)}, ${fallback}) = coalesce(${plain(right)}, ${fallback}) and ${alike}`;
}

function fallbackOf(dialect: SqlDialect, type: ScalarType): Sql | null {
  switch (type) {
    case "string":
      return sql`''`;
    case "int":
    case "decimal":
    case "float":
      return sql`0`;
    case "boolean":
      return sql`false`;
    case "date":
    case "timestamp":
    case "timestamptz":
      return castAs(dialect, sql`'2000-01-01'`, type);
    case "interval":
    case "unknown":
      return null;
  }
}
