import type { Aggregation, StandardGrain } from "../../expression/index.ts";

/** Where something was written, and what it is in words: `metric "revenue"`. */
export interface Origin {
  readonly file: string;
  readonly line: number | null;
  readonly object: string;
}

/** Both dbt specs in one form: names in lower case, defaults filled in, what cannot be read left out. */
export interface Project<In = MetricInput> {
  readonly models: readonly SemanticModel[];
  readonly metrics: readonly Metric<In>[];
  readonly savedQueries: readonly SavedQuery[];
  readonly calendars: readonly Calendar[];
}

/** Before normalisation cumulative and conversion metrics may still be computed from measures. */
export type RawProject = Project<MetricInput | MeasureInput>;

export interface Named {
  readonly name: string;
  readonly label: string | null;
  readonly description: string | null;
  readonly origin: Origin;
}

/** What models and metrics say about themselves. */
export interface Governed extends Named {
  readonly group: string | null;
  readonly owner: string | { readonly business: string; readonly technical: string } | null;
  readonly tags: readonly string[];
}

export interface SemanticModel extends Governed {
  readonly table: string;
  readonly time: string | null;
  readonly primaryEntity: string | null;
  readonly entities: readonly Entity[];
  readonly dimensions: readonly Dimension[];
  readonly measures: readonly Measure[];
}

export interface Entity extends Named {
  readonly type: "primary" | "unique" | "foreign" | "natural";
  readonly expr: string;
}

export interface Dimension extends Named {
  readonly expr: string;
  /** null: categorical. */
  readonly grain: StandardGrain | null;
  readonly validity: "start" | "end" | null;
  readonly isPartition: boolean;
}

export interface Aggregate {
  readonly aggregation: Aggregation;
  readonly expr: string;
  /** Of a percentile, between 0 and 1. */
  readonly percentile: number | null;
  readonly isDiscrete: boolean;
  readonly isApproximate: boolean;
  readonly time: string | null;
  readonly nonAdditive: NonAdditive | null;
}

export interface NonAdditive {
  readonly dimension: string;
  readonly choice: "min" | "max";
  readonly groupings: readonly string[];
}

export interface Measure extends Named {
  readonly aggregate: Aggregate;
  /** A metric of the same name is wanted; the label that it gets. */
  readonly creates: { readonly label: string | null } | null;
}

export interface Condition {
  readonly text: string;
  readonly origin: Origin;
}

/** `7 days`: the grain may be a calendar's own, and in the plural. */
export interface Window {
  readonly count: number;
  readonly grain: string;
}

export interface MetricInput {
  readonly kind: "metric";
  readonly metric: string;
  readonly alias: string | null;
  readonly filters: readonly Condition[];
  readonly offsetWindow: Window | null;
  readonly offsetToGrain: string | null;
  readonly origin: Origin;
}

export interface MeasureInput {
  readonly kind: "measure";
  readonly measure: string;
  readonly filters: readonly Condition[];
  readonly fillNullsWith: number | null;
  readonly joinToTimespine: boolean;
  readonly origin: Origin;
}

interface MetricBase extends Governed {
  readonly isPrivate: boolean;
  readonly grain: string | null;
  readonly filters: readonly Condition[];
}

export interface SimpleMetric extends MetricBase {
  readonly type: "simple";
  readonly of:
    | { readonly kind: "measure"; readonly measure: string }
    | { readonly kind: "own"; readonly model: string; readonly aggregate: Aggregate };
  readonly fillNullsWith: number | null;
  readonly joinToTimespine: boolean;
}

export interface RatioMetric extends MetricBase {
  readonly type: "ratio";
  readonly numerator: MetricInput;
  readonly denominator: MetricInput;
}

export interface DerivedMetric extends MetricBase {
  readonly type: "derived";
  readonly expr: string;
  readonly inputs: readonly MetricInput[];
}

export interface CumulativeMetric<In> extends MetricBase {
  readonly type: "cumulative";
  readonly input: In;
  readonly window: Window | null;
  readonly grainToDate: string | null;
  readonly periodAggregation: "first" | "last" | "average";
}

export interface ConversionMetric<In> extends MetricBase {
  readonly type: "conversion";
  readonly base: In;
  readonly conversion: In;
  readonly entity: string;
  readonly window: Window | null;
  readonly calculation: "conversion_rate" | "conversions";
  readonly constantProperties: readonly { readonly base: string; readonly conversion: string }[];
}

export type Metric<In = MetricInput> =
  | SimpleMetric
  | RatioMetric
  | DerivedMetric
  | CumulativeMetric<In>
  | ConversionMetric<In>;

export type RawMetric = Metric<MetricInput | MeasureInput>;

export interface SavedQuery extends Named {
  readonly metrics: readonly string[];
  readonly groupBy: readonly string[];
  readonly filters: readonly Condition[];
  readonly orderBy: readonly { readonly name: string; readonly direction: "asc" | "desc" }[];
  readonly limit: number | null;
  readonly tags: readonly string[];
}

export interface Calendar {
  readonly name: string;
  readonly table: string;
  readonly column: string;
  readonly grain: StandardGrain;
  readonly customGrains: readonly { readonly name: string; readonly column: string }[];
  readonly origin: Origin;
}
