import { Refusal } from "../diagnostics/index.ts";
import type { StandardGrain } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { ColumnType, Comparison, FencedRows, Operand, Spelling, SqlDialect } from "./dialect.ts";

/** What DuckDB and PostgreSQL say alike. */
export const standard = {
  decimal: (digits: string) => sql.raw(digits),
  compare: (operator: Comparison, left: Operand, right: Operand) => sql`${left.sql} ${sql.raw(operator)} ${right.sql}`,
  alike: (values: readonly Operand[]) => values.map((value) => value.sql),
  // The escape character is named, because engines differ in whether there is one by default.
  like: (text: Sql, pattern: Sql) => sql`${text} like ${pattern} escape '\\'`,
  ilike: (text: Sql, pattern: Sql) => sql`${text} ilike ${pattern} escape '\\'`,
  add: (operator: "+" | "-", left: Operand, right: Operand) => sql`${left.sql} ${sql.raw(operator)} ${right.sql}`,
  modulo: (a: Operand, b: Sql) => sql`${a.sql} % nullif(${b}, 0)`,
  extreme: (which: "greatest" | "least", values: readonly Sql[]) => sql`${sql.raw(which)}(${sql.join(values)})`,
  concat: (texts: readonly Sql[]) => sql`concat(${sql.join(texts)})`,
  // The planner does not move conditions below an OFFSET, not even one of nothing.
  fenced: ({ table, alias, columns }: FencedRows, guard: Sql) => ({
    from: sql`(\n    select ${columns.length > 0 ? sql.join(columns) : sql`1`}\n    from ${table}\n    where ${guard}\n    offset 0\n  ) as ${alias}`,
    above: (conditions: readonly Sql[]) => conditions,
  }),
  rowNumber: (window: Sql) => window,
  trim: (text: Sql) => sql`trim(${text})`,
  page: (limit: number | null, offset: number) =>
    sql`${limit === null ? sql`` : sql`\nlimit ${sql.raw(String(limit))}`}${offset === 0 ? sql`` : sql`\noffset ${sql.raw(String(offset))}`}`,
  dateTrunc: (grain: StandardGrain, timestamp: Sql) => {
    if (grain !== "nanosecond") return sql`date_trunc(${sql.lit(grain)}, ${timestamp})`;
    throw new Refusal("UNSUPPORTED_IN_DIALECT", "Times are kept to the microsecond; none can be cut to a nanosecond.");
  },
  prunesByBareColumns: false,
  leftJoinNeedsEquality: false,
} satisfies Partial<SqlDialect>;

export function castAs(dialect: Pick<SqlDialect, "typeNames">, value: Sql, to: ColumnType): Sql {
  return sql`cast(${value} as ${sql.raw(dialect.typeNames[to])})`;
}

/** Double quotes; names over `maxLength` letters are cut and numbered. */
export function quotedBy(maxLength: number): Spelling {
  return {
    quote: (name) => `"${name.replaceAll('"', '""')}"`,
    placeholder: (position) => `$${position}`,
    // Engines cut names without a word, and two could become one. No name of ours holds the sign `~`.
    fit(name, count) {
      if (name.length <= maxLength) return name;
      const ending = `~${count}`;
      return name.slice(0, maxLength - ending.length) + ending;
    },
  };
}
