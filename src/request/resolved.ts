import type {
  Calendar,
  Catalog,
  ConversionMetric,
  CumulativeMetric,
  DerivedMetric,
  Element,
  JoinPath,
  Metric,
  Model,
  RatioMetric,
  SimpleMetric,
  Window,
} from "../catalog/index.ts";
import type { DatePart, Expr, ScalarType, StandardGrain } from "../expression/index.ts";

/** A group-by or filter name, taken apart but not yet looked up from any model. */
export interface Item {
  /** `metric_time`: each metric's own time. */
  readonly isMetricTime: boolean;
  readonly links: readonly string[];
  readonly element: string;
  /** Standard or custom; null when not said. */
  readonly grain: string | null;
  readonly part: DatePart | null;
}

/** How a time is cut: to a standard grain, to a period of a calendar, or to a part of the date. */
export type TimeCut =
  | { readonly kind: "grain"; readonly grain: StandardGrain }
  | { readonly kind: "custom"; readonly name: string; readonly calendar: Calendar }
  | { readonly kind: "part"; readonly part: DatePart };

/** A value of each row of one model, found: what to join and what to read. */
export interface Field {
  /** The column's name in the plan; equal names of one model mean equal values. */
  readonly key: string;
  readonly value:
    | { readonly kind: "element"; readonly path: JoinPath; readonly element: Element }
    /** The day (or other base grain) of a calendar, which \`metric_time\` is where no metric is asked for. */
    | { readonly kind: "calendar"; readonly calendar: Calendar }
    /** The metric's value for the row's entity, over all its data. */
    | { readonly kind: "metric"; readonly metric: ResolvedMetric; readonly entity: Field };
  readonly cut: TimeCut | null;
  readonly isMetricTime: boolean;
  /** After cutting. */
  readonly type: ScalarType;
}

/** A condition on the rows of one model. */
export type RowCondition = Expr<Field>;

/** A column to group by. Every metric has its own field for it. */
export interface GroupBy {
  readonly item: Item;
  /** Name in the plan, the same whatever the caller's alias. */
  readonly key: string;
  /** Name in the answer. */
  readonly output: string;
  readonly label: string;
  readonly type: ScalarType;
}

/** One aggregate of one model. */
export interface ResolvedSimple {
  readonly kind: "simple";
  readonly metric: SimpleMetric;
  readonly model: Model;
  /** One for each group-by of the query, in order. */
  readonly groupBy: readonly Field[];
  /** Conditions of the metric and of the inputs it is used through. */
  readonly ownConditions: readonly RowCondition[];
  /** Those of `ownConditions` that the caller wrote beside the metric. */
  readonly askedConditions: readonly RowCondition[];
  /** Conditions of the query's `where`. */
  readonly queryConditions: readonly RowCondition[];
  /** The metric's time at its declared grain; null when the model has none. */
  readonly time: Field | null;
  /** On `time`, in whole periods of the finest `metric_time` grain queried, else of the time's own. */
  readonly range: ResolvedRange | null;
  /** Extra fields that semi-additive measures need: the date and the groupings. */
  readonly nonAdditive: { readonly date: Field; readonly groupings: readonly Field[] } | null;
}

export interface ResolvedRatio {
  readonly kind: "ratio";
  readonly metric: RatioMetric;
  readonly numerator: ResolvedMetric;
  readonly denominator: ResolvedMetric;
}

export interface ResolvedInput {
  readonly alias: string;
  readonly of: ResolvedMetric;
  readonly offset: ResolvedOffset | null;
}

export type ResolvedOffset =
  | {
      readonly kind: "window";
      readonly window: Window;
      readonly calendar: Calendar;
      readonly wholePeriods: boolean;
      /** Of a comparison: running values from before the range are shown. Those of a definition's own offset are not. */
      readonly isComparison: boolean;
    }
  | { readonly kind: "to-grain"; readonly grain: StandardGrain; readonly calendar: Calendar };

export interface ResolvedDerived {
  readonly kind: "derived";
  readonly metric: DerivedMetric;
  readonly expr: Expr<string>;
  readonly inputs: readonly ResolvedInput[];
}

export interface ResolvedCumulative {
  readonly kind: "cumulative";
  readonly metric: CumulativeMetric;
  readonly input: ResolvedSimple;
  readonly calendar: Calendar | null;
}

export interface ResolvedConversion {
  readonly kind: "conversion";
  readonly metric: ConversionMetric;
  readonly base: ResolvedSimple;
  readonly conversion: ResolvedSimple;
  readonly entities: { readonly base: Field; readonly conversion: Field };
  readonly properties: readonly { readonly base: Field; readonly conversion: Field }[];
}

export type ResolvedMetric = ResolvedSimple | ResolvedRatio | ResolvedDerived | ResolvedCumulative | ResolvedConversion;

/** A metric column of the answer. */
export interface Output {
  readonly name: string;
  readonly metric: Metric;
  readonly of: ResolvedMetric;
}

/** Local times in the query's zone: start inclusive, end exclusive, whole periods; ISO without zone. */
export interface ResolvedRange {
  readonly start: string | null;
  readonly end: string | null;
}

export interface Order {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

interface Common {
  readonly catalog: Catalog;
  readonly timeZone: string;
  readonly groupBy: readonly GroupBy[];
  /** The answer is one number: how many rows there would be without `limit` and `offset`. */
  readonly countOnly: boolean;
}

/** A metric column of the answer: one that was computed, or made of those. */
export interface Shown {
  readonly name: string;
  readonly metric: Metric;
  readonly calc: ResolvedCalc;
  readonly type: ScalarType;
}

/** `of` and `previous` name outputs, `total` an output of the total set with the keys `within`. */
export type ResolvedCalc =
  | { readonly kind: "value"; readonly of: string }
  | { readonly kind: "delta" | "delta_ratio"; readonly of: string; readonly previous: string }
  | {
      readonly kind: "share_of_total";
      readonly of: string;
      readonly total: string;
      /** Keys of group-bys, hidden ones included. */
      readonly within: readonly string[];
    }
  | { readonly kind: "rank"; readonly of: string; readonly within: readonly string[] }
  /** Along the key `along`; rows of one time count together. */
  | { readonly kind: "running_total"; readonly of: string; readonly within: readonly string[]; readonly along: string };

/** Metrics over fewer groups than the query's. Their fields are those of `keys`, in order. */
export interface TotalSet {
  readonly keys: readonly string[];
  readonly outputs: readonly Output[];
}

export interface ResolvedTop {
  readonly n: number;
  /** Name of a shown column; null: in the order of the groups. */
  readonly by: string | null;
  /** Keys of group-bys. */
  readonly within: readonly string[];
  readonly part: "top" | "rest";
}

/** Periods between the first and the last group, or of the range, that have a row for each of the other groups. */
export interface ResolvedFill {
  /** Keys of the metric_time group-bys, hidden ones included, and their cuts. */
  readonly times: readonly { readonly key: string; readonly cut: TimeCut }[];
  readonly calendar: Calendar;
  readonly range: ResolvedRange | null;
}

/** Metrics by groups. */
export interface MetricsQuery extends Common {
  readonly kind: "metrics";
  /** Coarser group-bys that no column shows: those that are shown tell them. They follow `groupBy` in every leaf. */
  readonly hiddenGroups: readonly GroupBy[];
  /** Everything that is computed by the groups, shown or not. */
  readonly outputs: readonly Output[];
  readonly shown: readonly Shown[];
  readonly totals: readonly TotalSet[];
  /** Row counts that are not shown: groups where all of them are NULL are left out. Empty: no such rule. */
  readonly spine: readonly Output[];
  /** Over the names of shown columns; tested after everything but `top`. */
  readonly having: readonly Expr<string>[];
  readonly top: ResolvedTop | null;
  readonly fill: ResolvedFill | null;
  readonly parent: MetricsQuery | null;
  /** One value for each column of the complete order. */
  readonly after: readonly (string | number | boolean | null)[] | null;
  readonly orderBy: readonly Order[];
  readonly limit: number | null;
  readonly offset: number;
  /** The calendar that `join_to_timespine` metrics are laid along; null when none of the metrics needs one. */
  readonly calendar: Calendar | null;
}

/** No metrics: the values that occur, from the models that own them. */
export interface ValuesQuery extends Common {
  readonly kind: "values";
  readonly source: ValuesSource;
  readonly conditions: readonly RowCondition[];
  /** On `metric_time`, that is on the calendar. */
  readonly range: ResolvedRange | null;
  readonly isDistinct: boolean;
  readonly minMaxOnly: boolean;
  readonly orderBy: readonly Order[];
  readonly limit: number | null;
  readonly offset: number;
}

/** The rows that values are read from; fields in the order of the group-bys. */
export interface ValuesSource {
  /** null: only `metric_time` is asked for. */
  readonly base: Model | null;
  readonly fields: readonly Field[];
  /** Crossed with the base where `metric_time` is asked for. */
  readonly calendar: Calendar | null;
}

/** A question whose every name is found and every rule of the semantics checked. */
export type ResolvedQuery = MetricsQuery | ValuesQuery;
