import { Refusal } from "../diagnostics/index.ts";
import type { Expr, ScalarType, StandardGrain } from "../expression/index.ts";
import { isStandardGrain, timeLiteral } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { ColumnType, Comparison, Operand } from "./dialect.ts";

/** Times of GoogleSQL: what may stand together, and how they are moved, cut and counted. */

const WORDS: Readonly<Record<"date" | "timestamp" | "timestamptz", string>> = {
  date: "date",
  timestamp: "datetime",
  timestamptz: "timestamp",
};
type TimeType = keyof typeof WORDS;

export function dateTrunc(grain: StandardGrain, timestamp: Sql): Sql {
  return sql`datetime_trunc(${timestamp}, ${sql.raw(partOf(grain))})`;
}

export function datePart(part: string, timestamp: Sql): Sql {
  // Sunday is 1 there.
  if (part === "dow") return sql`(mod(extract(dayofweek from ${timestamp}) + 5, 7) + 1)`;
  return sql`extract(${sql.raw(part === "doy" ? "dayofyear" : part)} from ${timestamp})`;
}

/** The starts of both periods are told apart, so that borders are counted whatever a part of a period would count. */
export function dateDiff(grain: StandardGrain, from: Sql, to: Sql): Sql {
  const start = (time: Sql) => dateTrunc(grain, time);
  if (grain === "week") return sql`div(datetime_diff(${start(to)}, ${start(from)}, day), 7)`;
  return sql`datetime_diff(${start(to)}, ${start(from)}, ${sql.raw(partOf(grain))})`;
}

export function interval(count: string, grain: StandardGrain): Sql {
  if (grain === "quarter") return sql`interval ${sql.raw(String(Number(count) * 3))} month`;
  return sql`interval ${sql.raw(count)} ${sql.raw(grain === "week" ? "week" : partOf(grain))}`;
}

/** Weeks start on Monday. */
function partOf(grain: StandardGrain): string {
  if (grain === "nanosecond") {
    throw new Refusal("UNSUPPORTED_IN_DIALECT", "BigQuery keeps microseconds; it knows no nanosecond.");
  }
  return grain === "week" ? "isoweek" : grain;
}

/** Casts between times, and of times to text as other engines spell them; null: CAST does it. */
export function castTime(value: Operand, to: ColumnType): Sql | null {
  const from = value.type();
  if (to === "string") {
    if (from === "timestamp") return sql`format_datetime('%F %H:%M:%E*S', ${value.sql})`;
    if (from === "timestamptz") return sql`format_timestamp('%F %H:%M:%E*S+00', ${value.sql}, 'UTC')`;
    return null;
  }
  return isTime(from) && isTime(to) ? inKind(value, from, to) : null;
}

/** Instants are told apart from local times by the zone that is meant: UTC. */
function inKind({ sql: value }: Pick<Operand, "sql">, from: TimeType, to: TimeType): Sql {
  if (from === to) return value;
  if (from === "timestamptz") return sql`${sql.raw(WORDS[to])}(${value}, 'UTC')`;
  if (to === "timestamptz") return sql`timestamp(${value}, 'UTC')`;
  return sql`${sql.raw(WORDS[to])}(${value})`;
}

/** The widest kind of time among the values, for all of them. */
export function alikeTimes(values: readonly Operand[]): readonly Sql[] {
  const types = values.map((value) => value.type());
  const widest = WIDTHS.findLast((type) => types.includes(type));
  if (!widest) return values.map((value) => value.sql);
  return values.map((value, i) => {
    const type = types[i] ?? "unknown";
    return constantIn(value.expr, widest) ?? (isTime(type) ? inKind(value, type, widest) : value.sql);
  });
}

const WIDTHS: readonly TimeType[] = ["date", "timestamp", "timestamptz"];

/**
 * A date that is compared with a moment stays bare, so that partitions are pruned: no day begins after the start of the
 * moment's own day and before the moment.
 */
export function compareTimes(operator: Comparison, left: Operand, right: Operand): Sql {
  const moment = left.type() === "date" ? momentOf(right.expr) : null;
  if (moment) {
    const isMidnight = /T00:00:00Z?$/.test(moment);
    const bare = isMidnight ? operator : AMONG_DAYS[operator];
    if (bare) return sql`${left.sql} ${sql.raw(bare)} ${castTo("date", moment.slice(0, "2026-01-31".length))}`;
  }
  const [a, b] = alikeTimes([left, right]);
  return sql`${a} ${sql.raw(operator)} ${b}`;
}

/** How a day compares with the day of a moment that is not its start. */
const AMONG_DAYS: Readonly<Partial<Record<Comparison, Comparison>>> = { "<": "<=", "<=": "<=", ">": ">", ">=": ">" };

function momentOf(expr: Expr<unknown>): string | null {
  if (expr.kind !== "literal" || typeof expr.value !== "string") return null;
  return expr.type === "timestamp" || expr.type === "timestamptz" ? expr.value : null;
}

/** A constant time, or a text that is meant as one, written as that kind. */
function constantIn(expr: Expr<unknown>, type: TimeType): Sql | null {
  if (expr.kind !== "literal" || typeof expr.value !== "string") return null;
  if (expr.type !== "string" && !isTime(expr.type)) return null;
  const own = timeLiteral(type, expr.value);
  const read = own ?? (type === "timestamptz" ? timeLiteral("timestamp", expr.value) : null);
  if (typeof read?.value !== "string") return null;
  return castTo(type, own ? read.value : `${read.value}Z`);
}

function castTo(type: TimeType, value: string): Sql {
  return sql`cast(${value} as ${sql.raw(WORDS[type])})`;
}

/** Numbers are added; a time and an interval are, with months counted in UTC for instants. */
export function addTimes(operator: "+" | "-", left: Operand, right: Operand): Sql {
  const moved = intervalOf(right.expr) ? { time: left, by: right } : intervalOf(left.expr) && { time: right, by: left };
  const by = moved && intervalOf(moved.by.expr);
  const type = moved ? moved.time.type() : "unknown";
  if (!moved || !by || !isTime(type)) return sql`${left.sql} ${sql.raw(operator)} ${right.sql}`;
  const word = operator === "+" ? "add" : "sub";
  const isExact = !["week", "month", "quarter", "year"].includes(by.grain);
  if (type === "timestamptz" && isExact) return sql`timestamp_${sql.raw(word)}(${moved.time.sql}, ${moved.by.sql})`;
  const local = inKind(moved.time, type, "timestamp");
  const shifted = sql`datetime_${sql.raw(word)}(${local}, ${moved.by.sql})`;
  return type === "timestamptz" ? inKind({ sql: shifted }, "timestamp", "timestamptz") : shifted;
}

function intervalOf(expr: Expr<unknown>): { readonly grain: StandardGrain } | null {
  if (expr.kind !== "call" || expr.fn !== "make_interval") return null;
  const [, grain] = expr.args;
  const word = grain?.kind === "literal" && typeof grain.value === "string" ? grain.value : "";
  return isStandardGrain(word) ? { grain: word } : null;
}

function isTime(type: ScalarType): type is TimeType {
  return type === "date" || type === "timestamp" || type === "timestamptz";
}
