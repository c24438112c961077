import type { Dialect, Source } from "../catalog/index.ts";
import type { Expr, ScalarType } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { compileStatement, id, sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import { type Columns, renderExpr } from "./expression.ts";
import type { Statement } from "./statement.ts";
import { dialectOf } from "./to-sql.ts";

/** Rows of a model, and the parts of a key that each of them holds. */
export interface KeyedRows {
  readonly rows: RowsOf;
  readonly key: readonly Expr<string>[];
}

/** Where rows are; `name` stands for them where the source has no name of its own. */
export interface Place {
  readonly name: string;
  readonly source: Source;
  readonly bound?: Bound | null;
}

/** A column of times or whole numbers that every statement has to bound, where the table demands it. */
export interface Bound {
  readonly column: string;
  readonly isTime: boolean;
}

export interface RowsOf extends Place {
  typeOf(column: string): ScalarType;
}

/**
 * Which keys are looked at: those whose digest starts with so many zeros, which is every 16th, 256th, … key with all of
 * its rows, wherever they are. 0: all keys. The same keys each time.
 */
export interface SampleOfKeys {
  readonly zeros: number;
}

/** Every row as it is: for an engine to say which columns there are. */
export function probeColumns(dialect: Dialect, rows: Place): Statement {
  return compile(dialect, () => sql`select * from ${from(rows)}`);
}

/** These columns of every row: to be checked, not run. */
export function probeReading(dialect: Dialect, rows: Place, columns: readonly string[]): Statement {
  const items = columns.map((column) => id(aliasOf(rows), column));
  return compile(dialect, () => sql`select ${items.length > 0 ? sql.join(items) : sql`1 as one`} from ${from(rows)}`);
}

/** One number: `row_count`. */
export function probeSize(dialect: Dialect, rows: Place): Statement {
  return compile(dialect, () => sql`select count(*) as row_count from ${from(rows)}`);
}

/** The latest value of a column: `latest`. */
export function probeLatest(dialect: Dialect, rows: Place, column: string): Statement {
  return compile(dialect, () => sql`select max(${id(aliasOf(rows), column)}) as latest from ${from(rows)}`);
}

/**
 * Whether a key tells rows apart, in one row: `row_count`; `null_rows`, with NULL in a part of it; `repeated_keys`, held
 * by several rows, and `repeated_rows`, held by those.
 */
export function probeUniqueness(dialect: Dialect, keyed: KeyedRows, sample: SampleOfKeys): Statement {
  return compile(dialect, (known) => {
    const sum = (value: Sql) => wholeSum(known, value);
    const isNull = anyNull(keyed);
    return sql`select
  ${sum(sql`n`)} as row_count,
  ${sum(sql`case when ${isNull} then n else 0 end`)} as null_rows,
  ${sum(sql`case when n > 1 and not (${isNull}) then 1 else 0 end`)} as repeated_keys,
  ${sum(sql`case when n > 1 and not (${isNull}) then n else 0 end`)} as repeated_rows
from (
${groups(known, keyed, sql`(${isNull}) or ${inSample(known, keyed, sample)}`)}
) as key_groups`;
  });
}

/**
 * Whether keys find a partner, in one row: `row_count`, of rows with a key; `orphan_rows`, those whose key no row of
 * `partner` has; `orphan_keys`, the keys that these hold.
 */
export function probePartners(dialect: Dialect, keyed: KeyedRows, partner: KeyedRows, sample: SampleOfKeys): Statement {
  return compile(dialect, (known) => {
    const sum = (value: Sql) => wholeSum(known, value);
    const names = partsOf(keyed);
    const on = names.map((name) => sql`${id("key_groups", name)} = ${id("partners", name)}`);
    const isOrphan = sql`${id("partners", "key_1")} is null`;
    return sql`select
  ${sum(sql`n`)} as row_count,
  ${sum(sql`case when ${isOrphan} then n else 0 end`)} as orphan_rows,
  ${sum(sql`case when ${isOrphan} then 1 else 0 end`)} as orphan_keys
from (
${groups(known, keyed, sql`not (${anyNull(keyed)}) and ${inSample(known, keyed, sample)}`)}
) as key_groups
left join (
  select distinct ${sql.join(names.map((name) => id(name)))}
  from (
    select ${items(known, partner)}
    from ${from(partner.rows)}
  ) as keyed_rows
  where not (${anyNull(partner)})
) as partners on ${sql.join(on, sql` and `)}`;
  });
}

/**
 * Whether the rows of a key follow each other in time, in one row: `row_count`; `inverted_rows`, which end before they
 * start; `overlapping_rows`, which still hold when the next row of their key starts.
 */
export function probeHistory(
  dialect: Dialect,
  keyed: KeyedRows,
  validity: { readonly start: Expr<string>; readonly end: Expr<string> },
  sample: SampleOfKeys,
): Statement {
  return compile(dialect, (known) => {
    const sum = (value: Sql) => wholeSum(known, value);
    const column = columnsIn(keyed.rows);
    const names = sql.join(partsOf(keyed).map((name) => id(name)));
    const start = renderExpr(known, validity.start, column);
    const end = renderExpr(known, validity.end, column);
    return sql`select
  count(*) as row_count,
  ${sum(sql`case when valid_to < valid_from then 1 else 0 end`)} as inverted_rows,
  ${sum(sql`case when next_from is not null and (valid_to is null or valid_to > next_from) then 1 else 0 end`)} as overlapping_rows
from (
  select valid_from, valid_to, lead(valid_from) over (partition by ${names} order by valid_from) as next_from
  from (
    select ${items(known, keyed)}, ${start} as valid_from, ${end} as valid_to
    from ${from(keyed.rows)}
  ) as keyed_rows
  where not (${anyNull(keyed)}) and ${inSample(known, keyed, sample)}
) as periods`;
  });
}

function compile(name: Dialect, write: (dialect: SqlDialect) => Sql): Statement {
  const dialect = dialectOf(name);
  return compileStatement(write(dialect), dialect.spelling);
}

/** One row a key: its parts, and how many rows hold it. */
function groups(dialect: SqlDialect, keyed: KeyedRows, where: Sql): Sql {
  const names = sql.join(partsOf(keyed).map((name) => id(name)));
  return sql`  select ${names}, count(*) as n
  from (
    select ${items(dialect, keyed)}
    from ${from(keyed.rows)}
  ) as keyed_rows
  where ${where}
  group by ${names}`;
}

function items(dialect: SqlDialect, { rows, key }: KeyedRows): Sql {
  const column = columnsIn(rows);
  return sql.join(key.map((part, i) => sql`${renderExpr(dialect, part, column)} as ${id(`key_${i + 1}`)}`));
}

function partsOf({ key }: KeyedRows): readonly string[] {
  return key.map((_, i) => `key_${i + 1}`);
}

function anyNull(keyed: KeyedRows): Sql {
  return sql.join(
    partsOf(keyed).map((name) => sql`${id(name)} is null`),
    sql` or `,
  );
}

function inSample(dialect: SqlDialect, keyed: KeyedRows, { zeros }: SampleOfKeys): Sql {
  if (zeros === 0) return sql`true`;
  const parts = partsOf(keyed).map((name) => sql`cast(${id(name)} as ${sql.raw(dialect.typeNames.string)})`);
  const text = parts.length === 1 ? (parts[0] ?? sql`''`) : sql`concat(${sql.join(parts, sql`, '|', `)})`;
  return sql`left(${dialect.hash(text)}, ${sql.raw(String(zeros))}) = ${sql.lit("0".repeat(zeros))}`;
}

function wholeSum(dialect: SqlDialect, value: Sql): Sql {
  return sql`coalesce(cast(sum(${value}) as ${sql.raw(dialect.typeNames.int)}), 0)`;
}

/** Ends its SELECT. */
function from(rows: Place): Sql {
  const table = rows.source.kind === "table" ? id(...rows.source.path) : sql`(\n${sql.raw(rows.source.text)}\n)`;
  const alias = id(aliasOf(rows));
  if (!rows.bound) return sql`${table} as ${alias}`;
  // True of every value: BigQuery's times begin with year 1.
  const lowest = rows.bound.isTime ? sql.lit("0001-01-01") : sql.raw("-9223372036854775807");
  return sql`${table} as ${alias} where ${id(aliasOf(rows), rows.bound.column)} >= ${lowest}`;
}

function columnsIn(rows: RowsOf): Columns<string> {
  return { sql: (name) => id(aliasOf(rows), name), type: (name) => rows.typeOf(name) };
}

function aliasOf({ name, source }: Place): string {
  return source.kind === "table" ? (source.path.at(-1) ?? name) : name;
}
