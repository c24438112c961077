import type { ConversionMetric, Filter, Metric, MetricInput, SimpleMetric, Window } from "../../catalog/index.ts";
import { simpleMetricsBelow } from "../../catalog/index.ts";
import type { FilterName } from "../../expression/index.ts";
import { type Doc, digestOf, setOfDocs, sortedDocs } from "./doc.ts";
import { entityDoc, isMetricName, itemDoc, modelOf, ownDoc, timeOf } from "./element.ts";
import { columnDoc, conditionDocs, expressionDoc, valueDoc } from "./expression.ts";
import { type Reading, relationDoc } from "./reading.ts";

/**
 * Everything that decides on a metric's numbers, defaults included. Inputs stand in it as the hashes of their own values,
 * models and dimensions as what they are made of: what they are called takes no part.
 */
export function valueOf(reading: Reading, metric: Metric): { readonly doc: Doc; readonly hash: string } {
  let known = reading.values.get(metric.name);
  if (!known) {
    const doc = docOf(reading, metric);
    reading.values.set(metric.name, (known = { doc, hash: digestOf(doc) }));
  }
  return known;
}

function docOf(reading: Reading, metric: Metric): Doc {
  if (metric.type === "simple") return simpleDoc(reading, metric);
  const input = (of: MetricInput): Doc => inputDoc(reading, of);
  const shared = { filters: conditionsBelow(reading, metric.filters, metric), type: metric.type, unit: metric.unit };
  switch (metric.type) {
    case "ratio":
      return { ...shared, denominator: input(metric.denominator), numerator: input(metric.numerator) };
    case "derived": {
      const bound = new Map(metric.inputs.map((of) => [of.alias, input(of)]));
      const hashes = new Map([...bound].map(([alias, doc]) => [alias, digestOf(doc)]));
      return {
        ...shared,
        expression: expressionDoc(metric.expr, (alias) => ({ input: hashes.get(alias) ?? alias })),
        inputs: Object.fromEntries([...bound].map(([alias, doc]) => [hashes.get(alias) ?? alias, doc])),
      };
    }
    case "cumulative":
      return {
        ...shared,
        grainToDate: metric.grainToDate,
        input: input(metric.input),
        periodAggregation: metric.periodAggregation,
        window: windowDoc(metric.window),
      };
    case "conversion":
      return {
        ...shared,
        ...conversionDoc(reading, metric),
        base: input(metric.base),
        conversion: input(metric.conversion),
      };
  }
}

function simpleDoc(reading: Reading, metric: SimpleMetric): Doc {
  const { catalog, calendars } = reading;
  const model = modelOf(reading, metric.model);
  const time = timeOf(reading, metric);
  const { aggregation, value, percentile } = metric.aggregate;
  return {
    aggregate: { aggregation, percentile: percentile && { ...percentile }, value: valueDoc(model, value) },
    calendars: time ? calendars : [],
    filters: conditionsOn(reading, metric.filters, metric),
    nonAdditive: metric.nonAdditive && {
      choice: metric.nonAdditive.choice,
      dimension: ownDoc(model, metric.nonAdditive.dimension),
      groupings: sortedDocs(metric.nonAdditive.groupings.map((name) => ownDoc(model, name))),
    },
    nulls: {
      fill: metric.fillNullsWith === null ? null : String(metric.fillNullsWith),
      periodsWithoutRows: metric.joinToTimespine,
    },
    relation: relationDoc(reading, model),
    time: time && {
      grain: time.kind === "time" ? time.grain : null,
      type: time.type,
      value: valueDoc(model, time.value),
    },
    timeZone: catalog.timeZone,
    type: metric.type,
    unit: metric.unit,
    weekStart: "monday",
  };
}

function inputDoc(reading: Reading, { metric: name, ...input }: MetricInput): Doc {
  const metric = metricOf(reading, name);
  return {
    filters: conditionsBelow(reading, input.filters, metric),
    offsetToGrain: input.offsetToGrain,
    offsetWholePeriods: input.offsetWholePeriods,
    offsetWindow: windowDoc(input.offsetWindow),
    value: valueOf(reading, metric).hash,
  };
}

function conversionDoc(reading: Reading, metric: ConversionMetric): { readonly [key: string]: Doc } {
  const modelsOf = (side: MetricInput) =>
    simpleMetricsBelow(reading.catalog, metricOf(reading, side.metric)).map((leaf) => modelOf(reading, leaf.model));
  const bases = modelsOf(metric.base);
  const conversions = modelsOf(metric.conversion);
  const inBase = (name: string): Doc => setOfDocs(bases.map((model) => ownDoc(model, name)));
  const inConversion = (name: string): Doc => setOfDocs(conversions.map((model) => ownDoc(model, name)));
  return {
    calculation: metric.calculation,
    constantProperties: sortedDocs(
      metric.constantProperties.map((property) => ({
        base: inBase(property.base),
        conversion: inConversion(property.conversion),
      })),
    ),
    countBaseOnce: metric.countBaseOnce,
    entity: { base: inBase(metric.entity), conversion: inConversion(metric.entity) },
    // Of two base events at one moment the key says which one converts.
    tieBreak: bases.flatMap((model) => model.primaryKey.map((column) => columnDoc(model, column))),
    window: windowDoc(metric.window),
  };
}

/** Conditions on the rows of one simple metric. */
function conditionsOn(reading: Reading, filters: readonly Filter[], leaf: SimpleMetric): readonly Doc[] {
  return conditionDocs(
    filters.map(({ expr }) => expr),
    (name) => nameDoc(reading, leaf, name),
  );
}

/** The same on whatever rows the metric counts in the end, each named by its value. */
function conditionsBelow(reading: Reading, filters: readonly Filter[], metric: Metric): readonly Doc[] {
  if (filters.length === 0) return [];
  return setOfDocs(
    simpleMetricsBelow(reading.catalog, metric).map((leaf) => ({
      of: valueOf(reading, leaf).hash,
      where: conditionsOn(reading, filters, leaf),
    })),
  );
}

function nameDoc(reading: Reading, leaf: SimpleMetric, name: FilterName): Doc {
  if (!isMetricName(name)) return itemDoc(reading, leaf, name.text);
  const metric = metricOf(reading, name.metric);
  const leaves = simpleMetricsBelow(reading.catalog, metric);
  return {
    by: name.entities.map((entity) => entityDoc(reading, leaf, entity)),
    metric: valueOf(reading, metric).hash,
    per: name.entities.map((entity) => setOfDocs(leaves.map((inner) => entityDoc(reading, inner, entity)))),
  };
}

function windowDoc(window: Window | null): Doc {
  return window && { count: String(window.count), grain: window.grain };
}

export function metricOf({ catalog }: Pick<Reading, "catalog">, name: string): Metric {
  const metric = catalog.metrics.get(name);
  if (!metric) throw new Error(`The catalog has no metric "${name}".`);
  return metric;
}
