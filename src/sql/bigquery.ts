import { Refusal } from "../diagnostics/index.ts";
import {
  addTimes,
  alikeTimes,
  castTime,
  compareTimes,
  dateDiff,
  datePart,
  dateTrunc,
  interval,
} from "./bigquery-time.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { Operand, Spelling, SqlDialect } from "./dialect.ts";
import { castAs, standard } from "./standard.ts";

/**
 * GoogleSQL. `timestamp` of ours is its DATETIME, `timestamptz` its TIMESTAMP; between the two it casts nothing by
 * itself, and where it would, by the project's zone: so the zone is always named.
 *
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all
 */
export const bigquery: SqlDialect = {
  name: "bigquery",
  spelling: spelling(),
  typeNames: {
    string: "string",
    int: "int64",
    decimal: "numeric",
    float: "float64",
    boolean: "bool",
    date: "date",
    timestamp: "datetime",
    timestamptz: "timestamp",
  },
  numberNull: "int64",
  decimal,
  cast(value, to, isTry) {
    const special = castTime(value, to) ?? castToInt(value, to);
    if (special) return special;
    return isTry ? sql`safe_cast(${value.sql} as ${sql.raw(bigquery.typeNames[to])})` : castAs(bigquery, value.sql, to);
  },
  compare: compareTimes,
  alike: alikeTimes,
  // There is no ESCAPE clause; a backslash escapes by itself.
  like: (text, pattern) => sql`${text} like ${pattern}`,
  ilike: (text, pattern) => sql`lower(${text}) like lower(${pattern})`,
  add: addTimes,
  divide: (a, b) => sql`cast(${a} as float64) / nullif(cast(${b} as float64), 0)`,
  modulo(a, b) {
    if (a.type() === "float") {
      throw new Refusal("UNSUPPORTED_IN_DIALECT", 'BigQuery has no "%" of doubles; cast both sides to decimal.');
    }
    return sql`mod(${a.sql}, nullif(${b}, 0))`;
  },
  // A NULL among the values would win: each value steps aside for the next one.
  extreme: (which, values) =>
    sql`${sql.raw(which)}(${sql.join(values.map((_, i) => sql`coalesce(${sql.join([...values.slice(i), ...values.slice(0, i)])})`))})`,
  concat: (texts) => sql`concat(${sql.join(texts.map((text) => sql`coalesce(${text}, '')`))})`,
  // Without a second argument tabs and line breaks would go too.
  trim: (text) => sql`trim(${text}, ' ')`,
  hash: (text) => sql`to_hex(sha256(${text}))`,
  // There is no fence that the optimiser keeps to; a CASE tests one condition before the other.
  fenced: ({ table }, guard) => ({
    from: table,
    above: (conditions) => [
      sql`(${guard})`,
      ...conditions.map((condition) => sql`case when ${guard} then ${condition} end`),
    ],
  }),
  endsWith: (text, suffix) => sql`ends_with(${text}, ${suffix})`,
  matches: (text, pattern) => sql`regexp_contains(${text}, ${pattern})`,
  round: (value, digits) => {
    const rounded = (x: Sql) => (digits ? sql`round(${x}, ${digits})` : sql`round(${x})`);
    // A whole number would become a double.
    return value.type() === "int"
      ? sql`cast(${rounded(castAs(bigquery, value.sql, "decimal"))} as int64)`
      : rounded(value.sql);
  },
  dateTrunc,
  datePart,
  dateDiff,
  interval,
  toZone: (instant, zone) => sql`datetime(${instant}, ${sql.lit(zone)})`,
  fromZone: (local, zone) => sql`timestamp(${local}, ${sql.lit(zone)})`,
  sum: (value) => sql`sum(${value})`,
  percentile(value, { fraction, kind, approximate }) {
    if (!approximate) {
      throw new Refusal(
        "UNSUPPORTED_IN_DIALECT",
        "BigQuery has no exact percentile or median of a group; declare the measure as approximate (approximate: true).",
      );
    }
    const { count, of } = quantile(fraction);
    const cell = kind === "continuous" ? castAs(bigquery, value, "float") : value;
    return sql`approx_quantiles(${cell}, ${sql.raw(String(of))})[offset(${sql.raw(String(count))})]`;
  },
  onlyValue: (value, type) => (type === "boolean" ? sql`logical_or(${value})` : sql`max(${value})`),
  rowNumber: standard.rowNumber,
  // OFFSET may stand after LIMIT only.
  page: (limit, offset) => standard.page(limit === null && offset > 0 ? EVERY_ROW : limit, offset),
  asComputedOnce: sql`as`,
  prunesByBareColumns: true,
  leftJoinNeedsEquality: true,
  sortable: null,
};

const EVERY_ROW = 1_000_000_000_000;

/** In backticks, with backslashes as in text. Columns of an answer may not be named by every sign, nor at any length. */
function spelling(): Spelling {
  const escape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return {
    quote: (name) => `\`${name.replaceAll(/[\\`]/g, "\\$&").replaceAll(/\p{Cc}/gu, escape)}\``,
    placeholder: (position) => `@p${position}`,
    fit(name, count) {
      if (name.length <= MAX_NAME_LENGTH && !/[!"$()*,./;?@[\\\]^`{}~\p{Cc}]/u.test(name)) return name;
      const ending = `_assay_${count}`;
      const plain = name.replaceAll(/[^\p{L}\p{N}_]/gu, "_");
      return plain.slice(0, MAX_NAME_LENGTH - ending.length) + ending;
    },
  };
}

/** @see https://cloud.google.com/bigquery/docs/schemas#column_names */
const MAX_NAME_LENGTH = 300;

/** A bare `1.5` would be a double. NUMERIC holds 29 digits before the point and 9 after, BIGNUMERIC 38 and 38. */
function decimal(digits: string): Sql {
  const [, whole = "", fraction = ""] = /^-?(\d+)(?:\.(\d+))?$/.exec(digits) ?? [];
  if (whole.length <= 29 && fraction.length <= 9) return sql`numeric ${sql.lit(digits)}`;
  if (whole !== "" && whole.length <= 38 && fraction.length <= 38) return sql`bignumeric ${sql.lit(digits)}`;
  throw new Refusal("UNSUPPORTED_IN_DIALECT", `BigQuery has no exact number of as many digits as ${digits}.`);
}

/** Of doubles half goes to the even neighbour, as elsewhere; BigQuery would take it away from zero. */
function castToInt(value: Operand, to: string): Sql | null {
  if (to !== "int" || value.type() !== "float") return null;
  const half = sql`abs(${value.sql} - trunc(${value.sql})) = 0.5`;
  return sql`cast(case when ${half} then 2 * round((${value.sql}) / 2) else ${value.sql} end as int64)`;
}

/** `0.95` is the 19th of 20 parts. */
function quantile(fraction: string): { readonly count: number; readonly of: number } {
  const decimals = /\.(\d+)$/.exec(fraction)?.[1]?.length ?? 0;
  const of = 10 ** decimals;
  const count = Math.round(Number(fraction) * of);
  const shared = greatestDivisor(count, of);
  return { count: count / shared, of: of / shared };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
