import type {
  AggregateSpec,
  ConversionMetric,
  CumulativeMetric,
  DerivedMetric,
  Filter,
  Metric,
  MetricInput,
  Model,
  RatioMetric,
  SimpleMetric,
  Window,
} from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import type { Aggregation, StandardGrain } from "../expression/index.ts";
import { allOf, conjuncts, print, printFilterName, printName } from "../expression/index.ts";
import { assertNever } from "../std/index.ts";
import { exprMutants } from "./expr-mutants.ts";

/** A metric with one thing changed that its author could have got wrong. */
export interface Mutant {
  readonly metric: Metric;
  /** What was changed: `filter status = 'paid' dropped`. */
  readonly change: string;
  /** Where that is written, or the metric's name. */
  readonly span: Span | null;
  /** Only a question for the metric itself can show the difference; inside of another metric it may have no effect. */
  readonly isOwnOnly: boolean;
}

/** Every mutant of a metric but those that plainly mean the same. */
export function mutantsOf(metric: Metric, models: ReadonlyMap<string, Model>): readonly Mutant[] {
  return [
    ...changed(metric, filterChanges(metric.filters, "filter"), (filters) => ({ ...metric, filters })),
    ...typeMutants(metric, models),
  ];
}

function typeMutants(metric: Metric, models: ReadonlyMap<string, Model>): readonly Mutant[] {
  switch (metric.type) {
    case "simple":
      return simpleMutants(metric, models.get(metric.model));
    case "ratio":
      return ratioMutants(metric);
    case "derived":
      return derivedMutants(metric);
    case "cumulative":
      return cumulativeMutants(metric);
    case "conversion":
      return conversionMutants(metric);
    default:
      return assertNever(metric);
  }
}

/** Another value for a part of a metric, and what that does in words. */
interface Change<T> {
  readonly to: T;
  readonly change: string;
  readonly span?: Span | null;
  readonly isOwnOnly?: boolean;
}

function changed<T>(metric: Metric, changes: readonly Change<T>[], apply: (to: T) => Metric): readonly Mutant[] {
  return changes.map(({ to, change, span, isOwnOnly }) => ({
    metric: apply(to),
    change,
    span: span ?? metric.span,
    isOwnOnly: isOwnOnly ?? false,
  }));
}

/** Each term of a condition dropped, and each bound and operator in it moved. A term that stands twice is left alone. */
function filterChanges(filters: readonly Filter[], word: string): readonly Change<readonly Filter[]>[] {
  const text = (expr: Filter["expr"]) => print(expr, printFilterName);
  const terms = filters.flatMap(({ expr }) => conjuncts(expr).map(text));
  const replaced = (n: number, expr: Filter["expr"] | null) =>
    filters.flatMap((filter, i) => (i !== n ? [filter] : expr ? [{ ...filter, expr }] : []));
  return filters.flatMap(({ expr, text: written, span }, n) => {
    const parts = conjuncts(expr);
    const drops = parts
      .filter((part) => terms.filter((term) => term === text(part)).length === 1)
      .map((part) => ({
        to: replaced(n, allOf(parts.filter((other) => other !== part))),
        change: `${word} ${parts.length === 1 ? written : text(part)} dropped`,
        span,
      }));
    const moves = exprMutants(expr).map((other) => ({
      to: replaced(n, other),
      change: `${word} ${written} made ${text(other)}`,
      span,
    }));
    return [...drops, ...moves];
  });
}

function simpleMutants(metric: SimpleMetric, model: Model | undefined): readonly Mutant[] {
  const { aggregate, nonAdditive } = metric;
  return [
    ...changed(metric, aggregateChanges(aggregate, model), (to) => ({ ...metric, aggregate: to })),
    ...changed(metric, nonAdditiveChanges(nonAdditive), (to) => ({ ...metric, nonAdditive: to })),
    ...changed(metric, fillChanges(metric), (to) => ({ ...metric, fillNullsWith: to })),
    ...changed(metric, metric.joinToTimespine ? [{ to: false, change: "join_to_timespine dropped" }] : [], (to) => ({
      ...metric,
      joinToTimespine: to,
    })),
  ];
}

/** What an author might have written instead. */
const OTHER_AGGREGATIONS: Readonly<Record<Aggregation, readonly Aggregation[]>> = {
  sum: ["average", "max", "count"],
  min: ["max"],
  max: ["min", "sum"],
  average: ["sum", "max"],
  count: ["count_distinct"],
  sum_boolean: ["count"],
  count_distinct: ["count"],
  percentile: ["max"],
  median: ["average"],
};

function aggregateChanges(aggregate: AggregateSpec, model: Model | undefined): readonly Change<AggregateSpec>[] {
  const { aggregation, value } = aggregate;
  const expr = value.kind === "expr" ? value.expr : null;
  // count(*) counts a constant; of the key, every value is distinct.
  const isConstant = expr?.kind === "literal";
  const isKey = expr?.kind === "ref" && model?.primaryKey.length === 1 && model.primaryKey[0] === expr.ref;
  const others = isConstant ? (["max"] as const) : OTHER_AGGREGATIONS[aggregation];
  const swaps = others
    .filter((other) => !(isKey && (other === "count_distinct" || other === "count")))
    .map((other) => ({
      to: { ...aggregate, aggregation: other, percentile: null },
      change: `${aggregation} made ${other}`,
    }));
  const text = (of: NonNullable<typeof expr>) => print(of, printName);
  const moves = (expr ? exprMutants(expr) : []).map((other) => ({
    to: { ...aggregate, value: { kind: "expr" as const, expr: other } },
    change: `${expr ? text(expr) : ""} made ${text(other)}`,
  }));
  return [...swaps, ...moves];
}

function nonAdditiveChanges(nonAdditive: SimpleMetric["nonAdditive"]): readonly Change<SimpleMetric["nonAdditive"]>[] {
  if (!nonAdditive) return [];
  const { choice, groupings } = nonAdditive;
  const other = choice === "min" ? "max" : "min";
  return [
    { to: null, change: "non_additive dropped" },
    { to: { ...nonAdditive, choice: other }, change: `non_additive choice ${choice} made ${other}` },
    ...groupings.map((name) => ({
      to: { ...nonAdditive, groupings: groupings.filter((grouping) => grouping !== name) },
      change: `non_additive grouping ${name} dropped`,
    })),
  ];
}

/** A distinct count of nothing is 0 already. */
function fillChanges({ fillNullsWith, aggregate }: SimpleMetric): readonly Change<number | null>[] {
  if (fillNullsWith === null) {
    if (aggregate.aggregation === "count_distinct") return [];
    return [{ to: 0, change: "fill_nulls_with 0 added", isOwnOnly: true }];
  }
  return [
    { to: null, change: `fill_nulls_with ${fillNullsWith} dropped` },
    { to: fillNullsWith + 1, change: `fill_nulls_with ${fillNullsWith} made ${fillNullsWith + 1}` },
  ];
}

function ratioMutants(metric: RatioMetric): readonly Mutant[] {
  const { numerator, denominator } = metric;
  return [
    {
      metric: { ...metric, numerator: denominator, denominator: numerator },
      change: "numerator and denominator swapped",
      span: metric.span,
      isOwnOnly: false,
    },
    ...changed(metric, inputChanges(numerator), (to) => ({ ...metric, numerator: to })),
    ...changed(metric, inputChanges(denominator), (to) => ({ ...metric, denominator: to })),
  ];
}

function derivedMutants(metric: DerivedMetric): readonly Mutant[] {
  const exprs = exprMutants(metric.expr).map((to) => ({
    to,
    change: `${print(metric.expr, printName)} made ${print(to, printName)}`,
  }));
  const used = metric.inputs.flatMap((input, n) =>
    changed(metric, inputChanges(input), (to) => ({
      ...metric,
      inputs: metric.inputs.map((other, i) => (i === n ? to : other)),
    })),
  );
  return [...changed(metric, exprs, (expr) => ({ ...metric, expr })), ...used];
}

/** Its filters and its shift in time. */
function inputChanges(input: MetricInput): readonly Change<MetricInput>[] {
  const { offsetWindow, offsetToGrain, span } = input;
  const moved = (to: Partial<MetricInput>, change: string) => ({
    to: { ...input, ...to },
    change: `input ${input.alias}: ${change}`,
    span,
  });
  return [
    ...filterChanges(input.filters, `input ${input.alias}: filter`).map((one) => ({
      ...one,
      to: { ...input, filters: one.to },
    })),
    ...(offsetWindow
      ? [
          moved(
            { offsetWindow: { ...offsetWindow, count: offsetWindow.count + 1 } },
            `offset_window ${longer(offsetWindow)}`,
          ),
          moved({ offsetWindow: null, offsetWholePeriods: false }, "offset_window dropped"),
        ]
      : []),
    ...(offsetToGrain ? [moved({ offsetToGrain: null }, "offset_to_grain dropped")] : []),
  ];
}

function cumulativeMutants(metric: CumulativeMetric): readonly Mutant[] {
  const { window, grainToDate, periodAggregation } = metric;
  const reach: readonly Change<Partial<CumulativeMetric>>[] = window
    ? windowChanges(window).map((one) => ({ ...one, to: { window: one.to } }))
    : grainToDate
      ? neighboursOf(grainToDate).map((grain) => ({
          to: { grainToDate: grain },
          change: `grain_to_date ${grainToDate} made ${grain}`,
        }))
      : [{ to: { grainToDate: "year" }, change: "grain_to_date year added" }];
  const other = periodAggregation === "last" ? "first" : "last";
  const period = { to: { periodAggregation: other } as const, change: `period_agg ${periodAggregation} made ${other}` };
  return [
    ...changed(metric, [...reach, period], (to) => ({ ...metric, ...to })),
    ...changed(metric, inputChanges(metric.input), (input) => ({ ...metric, input })),
  ];
}

const REACHES: readonly StandardGrain[] = ["day", "week", "month", "quarter", "year"];

function neighboursOf(grain: StandardGrain): readonly StandardGrain[] {
  const at = REACHES.indexOf(grain);
  return at < 0 ? ["day"] : [...REACHES.slice(Math.max(0, at - 1), at), ...REACHES.slice(at + 1, at + 2)];
}

function windowChanges(window: Window): readonly Change<Window>[] {
  const { count, grain } = window;
  return [
    { to: { count: count + 1, grain }, change: `window ${longer(window)}` },
    ...(count > 1
      ? [{ to: { count: count - 1, grain }, change: `window ${count} ${grain} made ${count - 1} ${grain}` }]
      : []),
  ];
}

function longer({ count, grain }: Window): string {
  return `${count} ${grain} made ${count + 1} ${grain}`;
}

function conversionMutants(metric: ConversionMetric): readonly Mutant[] {
  const { base, conversion, window, calculation, constantProperties } = metric;
  const other = calculation === "conversions" ? "conversion_rate" : "conversions";
  const changes: readonly Change<Partial<ConversionMetric>>[] = [
    { to: { base: conversion, conversion: base }, change: "base and conversion swapped" },
    ...(window ? windowChanges(window).map((one) => ({ ...one, to: { window: one.to } })) : []),
    { to: { calculation: other }, change: `calculation ${calculation} made ${other}` },
    { to: { countBaseOnce: !metric.countBaseOnce }, change: `count_base_once made ${!metric.countBaseOnce}` },
    ...constantProperties.map((property) => ({
      to: { constantProperties: constantProperties.filter((one) => one !== property) },
      change: `constant property ${property.base} dropped`,
    })),
  ];
  return [
    ...changed(metric, changes, (to) => ({ ...metric, ...to })),
    ...changed(metric, inputChanges(base), (to) => ({ ...metric, base: to })),
    ...changed(metric, inputChanges(conversion), (to) => ({ ...metric, conversion: to })),
  ];
}
