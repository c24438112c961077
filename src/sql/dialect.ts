import type { AggregateSpec, Dialect } from "../catalog/index.ts";
import type { ScalarType, StandardGrain } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";

/**
 * What differs between engines, one file each. Everything else of a statement is the same text everywhere, under the
 * rules that all of them share: expressions before grouping, plain names in GROUP BY, CASE instead of FILTER.
 */
export interface SqlDialect {
  readonly name: Dialect;
  /** In letters; longer names are shortened. */
  readonly maxNameLength: number;
  /** Type names as written in CAST. */
  readonly typeNames: Readonly<Record<Exclude<ScalarType, "interval" | "unknown">, string>>;
  /** NULL of a kind that stitches with any number. */
  readonly numberNull: string;
  castDivision(a: Sql, b: Sql): Sql;
  dateTrunc(grain: StandardGrain, timestamp: Sql): Sql;
  /** Monday = 1 for dow; an integer. */
  datePart(part: string, timestamp: Sql): Sql;
  /** Borders of the grain between two times. */
  dateDiff(grain: StandardGrain, from: Sql, to: Sql): Sql;
  interval(count: string, grain: StandardGrain): Sql;
  toZone(instant: Sql, zone: string): Sql;
  fromZone(local: Sql, zone: string): Sql;
  tryCast(value: Sql, type: string): Sql;
  endsWith(text: Sql, suffix: Sql): Sql;
  /** Half goes away from zero. */
  round(value: Sql, digits: Sql): Sql;
  sum(value: Sql, type: ScalarType): Sql;
  /** @throws Refusal UNSUPPORTED_IN_DIALECT when the engine lacks the kind. */
  percentile(value: Sql, spec: NonNullable<AggregateSpec["percentile"]>): Sql;
  /** The one value among NULLs. */
  onlyValue(value: Sql, type: ScalarType): Sql;
  /** How a CTE begins whose expressions are to be computed once a row, not once for each row it is joined to. */
  readonly asComputedOnce: Sql;
  /** Makes a text column sort by code points where the database may sort otherwise; null where it always does. */
  readonly sortable: ((text: Sql) => Sql) | null;
}
