import { sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import { castAs, quotedBy, standard } from "./standard.ts";

/** @see https://duckdb.org/docs/stable/sql/functions/overview */
export const duckdb: SqlDialect = {
  ...standard,
  name: "duckdb",
  spelling: quotedBy(Infinity),
  typeNames: {
    string: "varchar",
    int: "bigint",
    decimal: "decimal(38, 9)",
    float: "double",
    boolean: "boolean",
    date: "date",
    timestamp: "timestamp",
    timestamptz: "timestamptz",
  },
  numberNull: "smallint",
  divide: (a, b) => sql`cast(${a} as double) / nullif(cast(${b} as double), 0)`,
  datePart: (part, timestamp) => sql`extract(${sql.raw(PART_NAMES[part] ?? part)} from ${timestamp})`,
  dateDiff: (grain, from, to) =>
    // Of weeks DuckDB counts those that have passed, not the Mondays between.
    grain === "week"
      ? sql`(date_diff('day', date_trunc('week', ${from}), date_trunc('week', ${to})) // 7)`
      : sql`date_diff(${sql.lit(grain)}, ${from}, ${to})`,
  interval: (count, grain) => sql`interval ${sql.raw(`${count.startsWith("-") ? `(${count})` : count} ${grain}`)}`,
  toZone: (instant, zone) => sql`(${instant} at time zone ${sql.lit(zone)})`,
  fromZone: (local, zone) => sql`(${local} at time zone ${sql.lit(zone)})`,
  cast: (value, to, isTry) =>
    isTry ? sql`try_cast(${value.sql} as ${sql.raw(duckdb.typeNames[to])})` : castAs(duckdb, value.sql, to),
  hash: (text) => sql`sha256(${text})`,
  endsWith: (text, suffix) => sql`ends_with(${text}, ${suffix})`,
  matches: (text, pattern) => sql`regexp_matches(${text}, ${pattern})`,
  round: (value, digits) => sql`round(${value.sql}, ${digits ?? sql`0`})`,
  sum: (value) => sql`sum(${value})`,
  percentile: (value, { fraction, kind, approximate }) => {
    if (approximate) return sql`approx_quantile(${value}, ${sql.raw(fraction)})`;
    if (kind === "discrete") return sql`percentile_disc(${sql.raw(fraction)}) within group (order by ${value})`;
    return sql`percentile_cont(${sql.raw(fraction)}) within group (order by cast(${value} as double))`;
  },
  onlyValue: (value) => sql`max(${value})`,
  // Where only the first row is kept, DuckDB 1.5 takes the first that is not NULL in the column it reads, unless the
  // number is more than a bare one.
  rowNumber: (window) => sql`coalesce(${window}, 0)`,
  asComputedOnce: sql`as`,
  sortable: null,
};

const PART_NAMES: Readonly<Record<string, string>> = { dow: "isodow" };
