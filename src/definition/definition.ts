import type { RefusalCode, SourceFile, Span } from "../diagnostics/index.ts";
import type { SemanticType } from "./schema/model.ts";

/**
 * Definitions as authors wrote them, shorthand spelled out, nothing looked up yet. Expressions are still text.
 * `path` names the place in the YAML document a value came from: `["measures", "amount", "expr"]`; a `Located` text
 * also knows where its own characters are, so that an error inside an expression points at the right letters.
 */
export interface Located<T = string> {
  readonly value: T;
  readonly span: Span;
  /** Span of part of a text value, by offsets in `value`; falls back to the whole span where folding moved characters. */
  readonly within: (start: number, end: number) => Span;
}

export interface Definitions {
  readonly project: ProjectDefinition | null;
  readonly models: readonly ModelDefinition[];
  /** Names are as written: several versions share one. */
  readonly metrics: readonly MetricDefinition[];
  readonly aliases: readonly AliasDefinition[];
  readonly savedQueries: readonly SavedQueryDefinition[];
  readonly calendars: readonly CalendarDefinition[];
  readonly policies: readonly PolicyDefinition[];
  readonly files: readonly SourceFile[];
}

interface Named {
  readonly name: Located;
  readonly label: string | null;
  readonly description: string | null;
}

export interface OwnerDefinition {
  readonly business: string;
  readonly technical: string;
}

export interface ProjectDefinition {
  readonly name: Located;
  readonly timeZone: Located | null;
  readonly claims: readonly ClaimDefinition[];
  readonly cache: CacheDefinition | null;
}

export interface ClaimDefinition {
  readonly name: Located;
  readonly type: "string" | "int" | "number" | "boolean";
  readonly isList: boolean;
  readonly maxLength: number | null;
  readonly maxItems: number | null;
}

/** Who may see what of a model. */
export interface PolicyDefinition {
  /** Of the model. */
  readonly name: Located;
  readonly isPublic: boolean;
  readonly mandatory: readonly Located[];
  readonly minimumGroupSize: number | null;
  readonly roles: readonly RolePolicyDefinition[];
  readonly tests: readonly PolicyTestDefinition[];
}

/** What somebody with these roles and claims must be answered. */
export interface PolicyTestDefinition {
  readonly name: Located;
  readonly roles: readonly Located[];
  readonly claims: readonly { readonly name: Located; readonly value: ClaimScalar | readonly ClaimScalar[] }[];
  readonly given: MetricTestDefinition["given"];
  /** A request as the contract writes it. */
  readonly ask: Readonly<Record<string, unknown>>;
  /** `deny`: with this code; null: with any. */
  readonly expect:
    | { readonly kind: "allow" }
    | { readonly kind: "deny"; readonly code: RefusalCode | null }
    | { readonly kind: "rows"; readonly rows: readonly TestRowDefinition[] };
}

type ClaimScalar = string | number | boolean;

export interface RolePolicyDefinition {
  readonly role: Located;
  /** null: all. */
  readonly rows: Located | null;
  readonly fields: { readonly kind: "all" } | { readonly kind: "only" | "except"; readonly names: readonly Located[] };
  readonly masks: readonly { readonly dimension: Located; readonly mask: MaskDefinition }[];
  readonly requiredFilters: readonly Located[];
  readonly explain: boolean;
}

export type MaskDefinition =
  | { readonly kind: "null" | "hash" | "last_four" | "month" }
  | { readonly kind: "constant"; readonly value: string };

/** `table: shop.orders`, `sql: select …`, or `sql_file: orders.sql` (already read; `sql.span` is then the key's value). */
export type SourceDefinition =
  | { readonly kind: "table"; readonly table: Located }
  | { readonly kind: "sql"; readonly sql: Located; readonly file: string };

/** `expr` in the expression language, or the author's SQL per dialect with the columns it reads. */
export type ValueDefinition =
  | { readonly kind: "expr"; readonly expr: Located }
  | {
      readonly kind: "opaque";
      readonly sql: Readonly<Partial<Record<"duckdb" | "postgres" | "bigquery", Located>>>;
      readonly columns: readonly Located[];
      readonly dataType: string | null;
    };

export interface ModelDefinition extends Named {
  readonly owner: OwnerDefinition | null;
  readonly source: SourceDefinition;
  readonly primaryKey: readonly Located[];
  readonly primaryEntity: Located | null;
  readonly time: Located | null;
  readonly freshness: FreshnessDefinition | null;
  readonly cache: CacheDefinition | null;
  /** null: the author declared no columns. */
  readonly columns: readonly ColumnDefinition[] | null;
  readonly entities: readonly EntityDefinition[];
  readonly dimensions: readonly DimensionDefinition[];
  readonly measures: readonly MeasureDefinition[];
}

/** The limits are a count and a unit, such as `24 hours`. */
export interface FreshnessDefinition {
  readonly column: Located | null;
  readonly warnAfter: Located | null;
  readonly errorAfter: Located | null;
}

/** For how long answers are kept. */
export interface CacheDefinition {
  readonly ttlMs: number | null;
  readonly staleMs: number;
  readonly refresh: "time" | "probe" | "event";
  readonly isDeterministic: boolean;
  readonly span: Span;
}

export interface ColumnDefinition {
  readonly name: Located;
  readonly type: Located;
  readonly description: string | null;
}

export interface EntityDefinition extends Named {
  readonly type: "primary" | "unique" | "foreign" | "natural";
  /** What it identifies when the name is a role (`buyer` of `customer`); null: the name itself. */
  readonly entity: Located | null;
  /** Expressions, one a key part; empty: the model's primary key (primary only) or the column of the same name. */
  readonly key: readonly Located[];
}

export interface DimensionDefinition extends Named {
  readonly kind: "categorical" | "time";
  /** null: the column of the same name. */
  readonly value: ValueDefinition | null;
  /** Time only. */
  readonly grain: Located | null;
  readonly validity: "start" | "end" | null;
  readonly values: readonly string[] | null;
  /** Categorical only. */
  readonly semanticType: Located<SemanticType> | null;
  readonly isPartition: boolean;
  readonly dataType: Located | null;
}

/** Either `shorthand` (`sum(amount)`, `count(*)`, `percentile(amount, 0.95)`) or `aggregation` with `value`. */
export interface AggregateDefinition {
  readonly shorthand: Located | null;
  readonly aggregation: Located | null;
  /** null with an aggregation: the column named like the measure. */
  readonly value: ValueDefinition | null;
  readonly percentile: Located<number> | null;
  readonly percentileKind: "continuous" | "discrete" | null;
  readonly approximate: boolean;
  readonly time: Located | null;
  readonly nonAdditive: NonAdditiveDefinition | null;
}

export interface NonAdditiveDefinition {
  readonly dimension: Located;
  readonly choice: "min" | "max";
  readonly groupings: readonly Located[];
}

export interface MeasureDefinition extends Named, AggregateDefinition {}

export interface MetricInputDefinition {
  readonly metric: Located;
  readonly alias: Located | null;
  readonly filters: readonly Located[];
  /** `<count> <grain>`, such as `1 month`. */
  readonly offsetWindow: Located | null;
  readonly offsetToGrain: Located | null;
  readonly offsetWholePeriods: boolean;
  readonly span: Span;
}

interface MetricBase extends Named {
  readonly version: number;
  /** Which version the bare name means; null: it is not said here. */
  readonly defaultVersion: Located<number> | null;
  readonly owner: OwnerDefinition | null;
  readonly unit: string | null;
  readonly format: string | null;
  readonly tier: string | null;
  readonly tags: readonly string[];
  readonly lifecycle: string | null;
  readonly exposure: string | null;
  readonly certification: string | null;
  readonly replacedBy: Located | null;
  readonly sunset: string | null;
  readonly isPrivate: boolean;
  readonly grain: Located | null;
  readonly filters: readonly Located[];
  readonly cache: CacheDefinition | null;
  readonly tests: readonly MetricTestDefinition[];
}

/** A former name of a metric, which stays until its sunset. */
export interface AliasDefinition extends Named {
  readonly aliasOf: Located;
  readonly version: number;
  readonly defaultVersion: Located<number> | null;
  readonly sunset: string;
}

/** What a metric must answer over the rows that its author gives. */
export interface MetricTestDefinition {
  readonly name: Located;
  /** By model or calendar. */
  readonly given: readonly { readonly of: Located; readonly rows: readonly TestRowDefinition[] }[];
  /** A request as the contract writes it, less the metric. */
  readonly ask: Readonly<Record<string, unknown>>;
  readonly expect: readonly TestRowDefinition[];
  /** Cases that it says it shows. */
  readonly covers: readonly ("nulls" | "refund" | "boundary" | "empty")[];
}

/** The columns that the author named, in that order. Numbers too long to be exact are texts. */
export type TestRowDefinition = readonly {
  readonly column: Located;
  readonly value: Located<string | number | boolean | null>;
}[];

export interface SimpleMetricDefinition extends MetricBase {
  readonly type: "simple";
  readonly model: Located;
  /** Name of a measure of the model, or the aggregate written inline. */
  readonly measure:
    | { readonly kind: "named"; readonly name: Located }
    | { readonly kind: "inline"; readonly aggregate: AggregateDefinition };
  readonly time: Located | null;
  readonly nonAdditive: NonAdditiveDefinition | null;
  readonly fillNullsWith: number | null;
  readonly joinToTimespine: boolean;
}

export interface RatioMetricDefinition extends MetricBase {
  readonly type: "ratio";
  readonly numerator: MetricInputDefinition;
  readonly denominator: MetricInputDefinition;
}

export interface DerivedMetricDefinition extends MetricBase {
  readonly type: "derived";
  readonly expr: Located;
  /** null: every name in `expr` is a metric. */
  readonly inputs: readonly MetricInputDefinition[] | null;
}

export interface CumulativeMetricDefinition extends MetricBase {
  readonly type: "cumulative";
  readonly input: MetricInputDefinition;
  readonly window: Located | null;
  readonly grainToDate: Located | null;
  readonly periodAggregation: "first" | "last" | "average";
}

export interface ConversionMetricDefinition extends MetricBase {
  readonly type: "conversion";
  readonly base: MetricInputDefinition;
  readonly conversion: MetricInputDefinition;
  readonly entity: Located;
  readonly window: Located | null;
  readonly calculation: "conversion_rate" | "conversions";
  readonly constantProperties: readonly { readonly base: Located; readonly conversion: Located }[];
  readonly countBaseOnce: boolean;
}

export type MetricDefinition =
  | SimpleMetricDefinition
  | RatioMetricDefinition
  | DerivedMetricDefinition
  | CumulativeMetricDefinition
  | ConversionMetricDefinition;

export interface SavedQueryDefinition extends Named {
  readonly metrics: readonly Located[];
  readonly groupBy: readonly {
    readonly name: Located;
    readonly grain: Located | null;
    readonly datePart: Located | null;
    readonly as: Located | null;
  }[];
  readonly filters: readonly Located[];
  readonly orderBy: readonly { readonly name: Located; readonly direction: "asc" | "desc" }[];
  readonly limit: number | null;
  readonly tags: readonly string[];
}

export interface CalendarDefinition extends Named {
  readonly source: SourceDefinition;
  readonly column: Located;
  readonly grain: Located;
  readonly customGrains: readonly { readonly name: Located; readonly column: Located; readonly label: string | null }[];
}
