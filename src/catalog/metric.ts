import type { Span } from "../diagnostics/index.ts";
import type { Expr, FilterName, StandardGrain } from "../expression/index.ts";
import type { CacheRule } from "./cache.ts";
import type { CertificationStatus } from "./certification.ts";
import type { AggregateSpec, NonAdditive, Owner } from "./model.ts";

export type Lifecycle = "draft" | "active" | "deprecated" | "retired";
export type Exposure = "private" | "internal" | "public";
export type MetricFormat = "number" | "integer" | "currency" | "percent" | "ratio" | "duration";
/** What every metric says about itself, whatever its type. */
export interface MetricInfo {
  /** Its key in a catalog: what its author calls it for the default version, `revenue_v1` for others. */
  readonly name: string;
  /** What its author calls it; its versions share that. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly version: number;
  /** The metric that it is a former name of; null: it is none. */
  readonly aliasOf: string | null;
  readonly owner: Owner | null;
  /** What one is counted in: `USD`, `orders`, `%`, `days`; null for a bare number. */
  readonly unit: string | null;
  readonly format: MetricFormat;
  readonly tier: "gold" | "silver" | "bronze" | null;
  readonly tags: readonly string[];
  readonly lifecycle: Lifecycle;
  readonly exposure: Exposure;
  /** What the author claims. The truth is computed from signed events. */
  readonly certificationClaim: CertificationStatus;
  readonly replacedBy: string | null;
  readonly sunset: string | null;
  /** An input for others, not to be queried. */
  readonly isPrivate: boolean;
  /** Grain of `metric_time` when none is asked for: a standard or a custom one; null: of the time column, at least day. */
  readonly defaultGrain: string | null;
  /** ANDed; names are looked up from the model of each simple metric below. */
  readonly filters: readonly Filter[];
  /** Instead of its model's. null: as what it is computed from. */
  readonly cache: CacheRule | null;
  readonly span: Span | null;
}

/** A parsed condition of the filter language and where it was written. */
export interface Filter {
  readonly expr: Expr<FilterName>;
  readonly text: string;
  readonly span: Span | null;
}

/** Standard or custom grain by name, `count` of them. Custom grains only in offsets. */
export interface Window {
  readonly count: number;
  readonly grain: string;
}

/** A metric as an input of another. */
export interface MetricInput {
  readonly metric: string;
  readonly alias: string;
  readonly filters: readonly Filter[];
  readonly offsetWindow: Window | null;
  readonly offsetToGrain: StandardGrain | null;
  /** Ours: a month offset asked by quarter moves whole quarters by that month instead of summing daily lags. */
  readonly offsetWholePeriods: boolean;
  readonly span: Span | null;
}

export interface SimpleMetric extends MetricInfo {
  readonly type: "simple";
  readonly model: string;
  /** Name of the measure it was written with; null when written inline. */
  readonly measure: string | null;
  readonly aggregate: AggregateSpec;
  /** Name of the time dimension that `metric_time` stands for; null: the model has none. */
  readonly timeDimension: string | null;
  readonly nonAdditive: NonAdditive | null;
  readonly fillNullsWith: number | null;
  readonly joinToTimespine: boolean;
}

export interface RatioMetric extends MetricInfo {
  readonly type: "ratio";
  readonly numerator: MetricInput;
  readonly denominator: MetricInput;
}

export interface DerivedMetric extends MetricInfo {
  readonly type: "derived";
  /** Over the inputs' aliases. */
  readonly expr: Expr<string>;
  readonly inputs: readonly MetricInput[];
}

export interface CumulativeMetric extends MetricInfo {
  readonly type: "cumulative";
  readonly input: MetricInput;
  readonly window: Window | null;
  readonly grainToDate: StandardGrain | null;
  readonly periodAggregation: "first" | "last" | "average";
}

export interface ConversionMetric extends MetricInfo {
  readonly type: "conversion";
  readonly base: MetricInput;
  readonly conversion: MetricInput;
  /** Name of the entity both models have. */
  readonly entity: string;
  readonly window: Window | null;
  readonly calculation: "conversion_rate" | "conversions";
  readonly constantProperties: readonly { readonly base: string; readonly conversion: string }[];
  /** Ours: count each base event at most once. */
  readonly countBaseOnce: boolean;
}

export type Metric = SimpleMetric | RatioMetric | DerivedMetric | CumulativeMetric | ConversionMetric;

export function inputsOf(metric: Metric): readonly MetricInput[] {
  switch (metric.type) {
    case "simple":
      return [];
    case "ratio":
      return [metric.numerator, metric.denominator];
    case "derived":
      return metric.inputs;
    case "cumulative":
      return [metric.input];
    case "conversion":
      return [metric.base, metric.conversion];
  }
}
