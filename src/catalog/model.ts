import type { SemanticType } from "../definition/index.ts";
import type { Span } from "../diagnostics/index.ts";
import type { Aggregation, Expr, ScalarType, StandardGrain } from "../expression/index.ts";
import type { CacheRule } from "./cache.ts";

export type { SemanticType };

/** Who answers for a definition: names of teams. */
export interface Owner {
  readonly business: string;
  readonly technical: string;
}

/** Where a model's rows come from. `sql` is the author's own SELECT, used as a subquery as it stands. */
export type Source =
  | { readonly kind: "table"; readonly path: readonly string[] }
  | { readonly kind: "sql"; readonly text: string; readonly file: string };

export type Dialect = "duckdb" | "postgres" | "bigquery";

/**
 * How a value comes out of a row: an expression over the model's columns, or, where the language lacks a thing,
 * the author's SQL per dialect. Opaque SQL is never allowed in filters or policies.
 */
export type ColumnExpression =
  | { readonly kind: "expr"; readonly expr: Expr<string> }
  | {
      readonly kind: "opaque";
      readonly sql: Readonly<Partial<Record<Dialect, string>>>;
      readonly columns: readonly string[];
      readonly type: ScalarType;
    };

export interface Column {
  readonly name: string;
  readonly type: ScalarType;
  readonly description: string | null;
  readonly span: Span | null;
}

export type EntityType = "primary" | "unique" | "foreign" | "natural";

/**
 * A key. `name` is how queries call it here (the role: buyer); `entity` is what it identifies (customer), and
 * models join where that is equal. A composite key has several parts, compared one by one.
 */
export interface Entity {
  readonly name: string;
  readonly entity: string;
  readonly type: EntityType;
  readonly key: readonly Expr<string>[];
  readonly label: string;
  readonly description: string | null;
  readonly span: Span | null;
}

interface DimensionBase {
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  readonly value: ColumnExpression;
  readonly type: ScalarType;
  /** Present on both sides under one name: one more equality in the join. */
  readonly isPartition: boolean;
  readonly span: Span | null;
}

export interface CategoricalDimension extends DimensionBase {
  readonly kind: "categorical";
  /** The values that may occur, in the author's order; null when not declared. */
  readonly values: readonly string[] | null;
  /** What its texts name, as the author says; prose, for whoever shows them. */
  readonly semanticType: SemanticType | null;
}

export interface TimeDimension extends DimensionBase {
  readonly kind: "time";
  /** The finest grain that may be asked for. */
  readonly grain: StandardGrain;
  /** Start (inclusive) or end (exclusive, NULL = open) of the row's validity, for SCD type 2. */
  readonly validity: "start" | "end" | null;
}

export type Dimension = CategoricalDimension | TimeDimension;

/** Which aggregate of which expression. `percentile` is set for percentile and median (0.5) only. */
export interface AggregateSpec {
  readonly aggregation: Aggregation;
  readonly value: ColumnExpression;
  readonly percentile: {
    readonly fraction: string;
    readonly kind: "continuous" | "discrete";
    readonly approximate: boolean;
  } | null;
}

/** Keep only the rows at the first or last date, found once per `groupings`. */
export interface NonAdditive {
  readonly dimension: string;
  readonly choice: "min" | "max";
  readonly groupings: readonly string[];
}

export interface Measure extends AggregateSpec {
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  /** Name of a time dimension of the model; null: the model's default. */
  readonly timeDimension: string | null;
  readonly nonAdditive: NonAdditive | null;
  readonly span: Span | null;
}

/** How current a model's rows are promised to be. */
export interface Freshness {
  /** Its latest value says how current the rows are; null: what the warehouse itself remembers. */
  readonly column: string | null;
  /** Older rows are worth a warning, and an error; null: not promised. */
  readonly warnAfterMs: number | null;
  readonly errorAfterMs: number | null;
  readonly span: Span | null;
}

export interface Model {
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  readonly owner: Owner | null;
  readonly source: Source;
  /** By name; null when the author declared none: then names and types are checked by the warehouse only. */
  readonly columns: ReadonlyMap<string, Column> | null;
  /** Columns that identify a row; empty when unknown. */
  readonly primaryKey: readonly string[];
  /** The author wrote `primary_key`: one row a key is promised, and joins through this model may be shared. */
  readonly isKeyPromised: boolean;
  /** First part of the names of this model's own dimensions: `order` in `order__status`. */
  readonly primaryEntity: string | null;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly dimensions: ReadonlyMap<string, Dimension>;
  readonly measures: ReadonlyMap<string, Measure>;
  readonly defaultTime: string | null;
  readonly freshness: Freshness | null;
  /** null: as the project says. */
  readonly cache: CacheRule | null;
  readonly span: Span | null;
}

/** A table with one row a period of `grain`, covering the time the business reports on. */
export interface Calendar {
  readonly name: string;
  readonly source: Source;
  readonly column: string;
  readonly grain: StandardGrain;
  /** Columns that hold the start of a custom period (fiscal quarter, sprint), by grain name. */
  readonly customGrains: ReadonlyMap<
    string,
    { readonly name: string; readonly column: string; readonly label: string }
  >;
  readonly span: Span | null;
}
