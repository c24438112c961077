import type { AggregateSpec, Dialect } from "../catalog/index.ts";
import type { Expr, ScalarType, StandardGrain } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";

/** A type that a column may have. */
export type ColumnType = Exclude<ScalarType, "interval" | "unknown">;

/** A part of an expression: its SQL, ready to stand beside operators, and what it is where an engine's words depend on it. */
export interface Operand {
  readonly sql: Sql;
  readonly expr: Expr<unknown>;
  /** What the SQL gives: `date_trunc` is a plain timestamp whatever it is asked of. */
  readonly type: () => ScalarType;
}

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" | "is not distinct from";

/** How names and placeholders are written. */
export interface Spelling {
  /** Names that are no plain words, or reserved ones. */
  quote(name: string): string;
  /** Counted from 1. */
  placeholder(position: number): string;
  /** The name itself where the engine takes it; else another, told from its like by `count`. */
  fit(name: string, count: number): string;
}

export interface FencedRows {
  /** With its alias. */
  readonly table: Sql;
  readonly alias: Sql;
  /** Those that are read; none where rows are only counted. */
  readonly columns: readonly Sql[];
}

/**
 * What differs between engines, one file each. Everything else of a statement is the same text everywhere, under the
 * rules that all of them share: expressions before grouping, plain names in GROUP BY, CASE instead of FILTER.
 */
export interface SqlDialect {
  readonly name: Dialect;
  readonly spelling: Spelling;
  /** Type names as written in CAST. */
  readonly typeNames: Readonly<Record<ColumnType, string>>;
  /** NULL of a kind that stitches with any number. */
  readonly numberNull: string;
  /** A number with a point, or one too long for 64 bits, exact as written. */
  decimal(digits: string): Sql;
  /** @throws Refusal UNSUPPORTED_IN_DIALECT when the engine cannot try. */
  cast(value: Operand, to: ColumnType, isTry: boolean): Sql;
  compare(operator: Comparison, left: Operand, right: Operand): Sql;
  /** Values that are to be told apart or chosen from, in a kind that all of them have. */
  alike(values: readonly Operand[]): readonly Sql[];
  /** Backslash escapes. */
  like(text: Sql, pattern: Sql): Sql;
  ilike(text: Sql, pattern: Sql): Sql;
  /** Numbers, or a time and an interval, or two times. */
  add(operator: "+" | "-", left: Operand, right: Operand): Sql;
  divide(a: Sql, b: Sql): Sql;
  /** NULL where b is 0. */
  modulo(a: Operand, b: Sql): Sql;
  /** NULLs are passed over. */
  extreme(which: "greatest" | "least", values: readonly Sql[]): Sql;
  /** NULLs are empty text. */
  concat(texts: readonly Sql[]): Sql;
  /** SHA-256 of the text in UTF-8, as hex digits. */
  hash(text: Sql): Sql;
  /** Spaces only. */
  trim(text: Sql): Sql;
  endsWith(text: Sql, suffix: Sql): Sql;
  /** Whether a part of the text matches; the pattern is one that `portablePattern` wrote. */
  matches(text: Sql, pattern: Sql): Sql;
  /** Half goes away from zero; of a whole number a whole number. */
  round(value: Operand, digits: Sql | null): Sql;
  dateTrunc(grain: StandardGrain, timestamp: Sql): Sql;
  /** Monday = 1 for dow; an integer. */
  datePart(part: string, timestamp: Sql): Sql;
  /** Borders of the grain between two times. */
  dateDiff(grain: StandardGrain, from: Sql, to: Sql): Sql;
  interval(count: string, grain: StandardGrain): Sql;
  toZone(instant: Sql, zone: string): Sql;
  fromZone(local: Sql, zone: string): Sql;
  sum(value: Sql, type: ScalarType): Sql;
  /** @throws Refusal UNSUPPORTED_IN_DIALECT when the engine lacks the kind. */
  percentile(value: Sql, spec: NonNullable<AggregateSpec["percentile"]>): Sql;
  /** The one value among NULLs. */
  onlyValue(value: Sql, type: ScalarType): Sql;
  /** The window function `row_number() over (…)`. */
  rowNumber(window: Sql): Sql;
  /** What follows ORDER BY; the line breaks before it included. Nothing where there is nothing to cut. */
  page(limit: number | null, offset: number): Sql;
  /**
   * The rows of a table that meet a policy's condition, behind a fence that no condition of a caller is evaluated before:
   * else the error it raises on a hidden row would tell of it. `above` are the conditions to be tested on what is left.
   */
  fenced(rows: FencedRows, guard: Sql): { readonly from: Sql; above(conditions: readonly Sql[]): readonly Sql[] };
  /** How a CTE begins whose expressions are to be computed once a row, not once for each row it is joined to. */
  readonly asComputedOnce: Sql;
  /** Parts of a table are skipped only where a bare column is compared with a constant. */
  readonly prunesByBareColumns: boolean;
  /** LEFT JOIN is refused without an equality of both sides. */
  readonly leftJoinNeedsEquality: boolean;
  /** Makes a text column sort by code points where the database may sort otherwise; null where it always does. */
  readonly sortable: ((text: Sql) => Sql) | null;
}
