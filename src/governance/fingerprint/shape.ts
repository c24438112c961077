import type { GroupByOption, Metric, MetricInput } from "../../catalog/index.ts";
import { groupBysOf, metricTimeOf, simpleMetricsBelow } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { coarser, typeOf } from "../../expression/index.ts";
import { typeOfAggregate } from "../../request/index.ts";
import { type Doc, shared } from "./doc.ts";
import { modelOf, timeOf } from "./element.ts";
import type { Reading } from "./reading.ts";
import { metricOf } from "./value.ts";

/** What the API offers of a metric. */
export interface Shape {
  readonly type: ScalarType;
  /** Those that `metric_time` may be asked by, sorted. */
  readonly grains: readonly string[];
  readonly doc: Doc;
}

export function shapeOf(reading: Reading, metric: Metric): Shape {
  const type = typeOfValues(reading, metric);
  const grains = metricTimeOf(reading.catalog, metric)?.grains.toSorted() ?? [];
  const doc: Doc = {
    arguments: ARGUMENTS.filter((argument) => argument !== "timeRange" || grains.length > 0),
    defaultGrain: grains.length > 0 ? (metric.defaultGrain ?? grainOfTimes(reading, metric)) : null,
    dimensions: dimensionsOf(reading, metric),
    exposure: metric.exposure,
    grains,
    lifecycle: metric.lifecycle,
    nullable: metric.type !== "simple" || metric.fillNullsWith === null,
    private: metric.isPrivate,
    type,
    version: String(metric.version),
  };
  return { type, grains, doc };
}

const ARGUMENTS = ["groupBy", "limit", "offset", "orderBy", "timeRange", "where"];

function dimensionsOf(reading: Reading, metric: Metric): readonly Doc[] {
  const options = optionsOf(reading, metric);
  let known = reading.dimensions.get(options);
  if (!known) reading.dimensions.set(options, (known = shared(options.map(optionDoc))));
  return known;
}

/** What every model below the metric can be grouped by, worked out once for all metrics over the same models. */
function optionsOf(reading: Reading, metric: Metric): readonly GroupByOption[] {
  const leaves = new Map(simpleMetricsBelow(reading.catalog, metric).map((leaf) => [leaf.model, leaf]));
  const key = [...leaves.keys()].sort().join(" ");
  let known = reading.groups.get(key);
  if (!known) {
    const [only, second] = leaves.values();
    known =
      only && !second
        ? groupBysOf(reading.catalog, only).filter(({ kind }) => kind !== "metric_time")
        : [...leaves.values()].map((leaf) => optionsOf(reading, leaf)).reduce(common);
    reading.groups.set(key, known);
  }
  return known;
}

function common(some: readonly GroupByOption[], others: readonly GroupByOption[]): readonly GroupByOption[] {
  const byName = new Map(others.map((option) => [option.name, option]));
  return some.flatMap((option) => {
    const other = byName.get(option.name);
    return other ? [{ ...option, grains: option.grains.filter((grain) => other.grains.includes(grain)) }] : [];
  });
}

function optionDoc({ name, kind, type, grains, values }: GroupByOption): Doc {
  return { grains: grains.toSorted(), kind, name, type, values: values ?? null };
}

function grainOfTimes(reading: Reading, metric: Metric): string {
  const times = simpleMetricsBelow(reading.catalog, metric).map((leaf) => timeOf(reading, leaf));
  return times.map((time) => (time?.kind === "time" ? time.grain : "day")).reduce(coarser, "day");
}

/** What the values are, on every engine. */
function typeOfValues(reading: Reading, metric: Metric): ScalarType {
  let known = reading.types.get(metric.name);
  if (!known) reading.types.set(metric.name, (known = computedType(reading, metric)));
  return known;
}

function computedType(reading: Reading, metric: Metric): ScalarType {
  const ofInput = (input: MetricInput | undefined): ScalarType =>
    input ? typeOfValues(reading, metricOf(reading, input.metric)) : "unknown";
  switch (metric.type) {
    case "simple":
      return typeOfAggregate(metric, modelOf(reading, metric.model));
    case "ratio":
      return "float";
    case "derived":
      return typeOf(metric.expr, (name) => ofInput(metric.inputs.find(({ alias }) => alias === name))).type;
    case "cumulative":
      return metric.periodAggregation === "average" ? "float" : ofInput(metric.input);
    case "conversion":
      return metric.calculation === "conversions" ? "int" : "float";
  }
}
