import { Refusal } from "../diagnostics/index.ts";
import type { StandardGrain } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { Operand, SqlDialect } from "./dialect.ts";
import { castAs, quotedBy, standard } from "./standard.ts";

/** @see https://www.postgresql.org/docs/18/functions-datetime.html */
export const postgres: SqlDialect = {
  ...standard,
  name: "postgres",
  spelling: quotedBy(63),
  typeNames: {
    string: "text",
    int: "bigint",
    decimal: "numeric",
    float: "double precision",
    boolean: "boolean",
    date: "date",
    timestamp: "timestamp",
    timestamptz: "timestamptz",
  },
  numberNull: "smallint",
  divide: (a, b) => sql`cast(${a} as double precision) / nullif(cast(${b} as double precision), 0)`,
  datePart: (part, timestamp) => {
    const extracted = sql`extract(${sql.raw(part === "dow" ? "isodow" : part)} from ${timestamp})`;
    // Seconds come with their fraction, which the cast would round.
    return sql`cast(${part === "second" ? sql`floor(${extracted})` : extracted} as integer)`;
  },
  dateDiff,
  modulo(a, b) {
    if (a.type() !== "float") return standard.modulo(a, b);
    throw new Refusal("UNSUPPORTED_IN_DIALECT", 'PostgreSQL has no "%" of doubles; cast both sides to decimal.');
  },
  interval: (count, grain) =>
    grain === "quarter"
      ? sql`interval ${sql.lit(`${Number(count) * 3} month`)}`
      : sql`interval ${sql.lit(`${count} ${grain}`)}`,
  toZone: (instant, zone) => sql`(${instant} at time zone ${sql.lit(zone)})`,
  fromZone: (local, zone) => sql`(${local} at time zone ${sql.lit(zone)})`,
  cast: (value, to, isTry) => {
    if (!isTry) return castAs(postgres, to === "int" || to === "boolean" ? throughInteger(value, to) : value.sql, to);
    throw new Refusal(
      "UNSUPPORTED_IN_DIALECT",
      "PostgreSQL has no try_cast; use cast, or a CASE that tests the value first.",
    );
  },
  hash: (text) => sql`encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`,
  endsWith: (text, suffix) => sql`right(${text}, length(${suffix})) = ${suffix}`,
  matches: (text, pattern) => sql`${text} ~ ${pattern}`,
  // Half goes away from zero, as elsewhere, for NUMERIC only; coalesce makes it a double again where it was one.
  round: (value, digits) => sql`coalesce(round(cast(${value.sql} as numeric), ${digits ?? sql`0`}), ${value.sql})`,
  // Of BIGINTs the sum is a NUMERIC.
  sum: (value, type) => (type === "int" ? sql`cast(sum(${value}) as bigint)` : sql`sum(${value})`),
  percentile: (value, { fraction, kind, approximate }) => {
    if (approximate) {
      throw new Refusal(
        "UNSUPPORTED_IN_DIALECT",
        "PostgreSQL has no approximate percentile; declare the measure as exact (approximate: false).",
      );
    }
    if (kind === "discrete") return sql`percentile_disc(${sql.raw(fraction)}) within group (order by ${value})`;
    return sql`percentile_cont(${sql.raw(fraction)}) within group (order by cast(${value} as double precision))`;
  },
  onlyValue: (value, type) => (type === "boolean" ? sql`bool_or(${value})` : sql`max(${value})`),
  asComputedOnce: sql`as materialized`, // otherwise it is folded into its reader
  sortable: (text) => sql`${text} collate "C"`,
};

/** Truths are cast to and from the shorter integer only; a longer number is first told from 0. */
function throughInteger({ sql: value, type }: Operand, to: "int" | "boolean"): Sql {
  if (to === "int") return type() === "boolean" ? sql`cast(${value} as integer)` : value;
  return type() === "int" ? sql`cast(${value} as numeric) <> 0` : value;
}

/** PostgreSQL has no date_diff: the borders are counted by hand. */
function dateDiff(grain: StandardGrain, from: Sql, to: Sql): Sql {
  const years = sql`(extract(year from ${to}) - extract(year from ${from}))`;
  const seconds = (unit: Sql) => sql`extract(epoch from date_trunc(${unit}, ${to}) - date_trunc(${unit}, ${from}))`;
  const whole = (count: Sql) => sql`cast(${count} as bigint)`;
  switch (grain) {
    case "year":
      return whole(years);
    case "quarter":
      return whole(sql`${years} * 4 + extract(quarter from ${to}) - extract(quarter from ${from})`);
    case "month":
      return whole(sql`${years} * 12 + extract(month from ${to}) - extract(month from ${from})`);
    case "week":
      return whole(sql`${seconds(sql`'week'`)} / 604800`);
    case "day":
      return whole(sql`${seconds(sql`'day'`)} / 86400`);
    case "hour":
      return whole(sql`${seconds(sql`'hour'`)} / 3600`);
    case "minute":
      return whole(sql`${seconds(sql`'minute'`)} / 60`);
    case "second":
      return whole(seconds(sql`'second'`));
    case "millisecond":
    case "microsecond":
    case "nanosecond":
      throw new Refusal("UNSUPPORTED_IN_DIALECT", `PostgreSQL counts no borders of ${grain}.`);
  }
}
