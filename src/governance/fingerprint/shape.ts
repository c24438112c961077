import type { GroupByOption, Metric, MetricInput } from "../../catalog/index.ts";
import { groupBysOf, simpleMetricsBelow } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { coarser, typeOf } from "../../expression/index.ts";
import { typeOfAggregate } from "../../request/index.ts";
import type { Doc } from "./doc.ts";
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
  const { grains, dimensions } = groupsOf(reading, metric);
  const doc: Doc = {
    arguments: grains.length > 0 ? [...ARGUMENTS, "timeRange"] : ARGUMENTS,
    defaultGrain: grains.length > 0 ? (metric.defaultGrain ?? grainOfTimes(reading, metric)) : null,
    dimensions,
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

const ARGUMENTS = ["groupBy", "limit", "offset", "orderBy", "where"];

interface Groups {
  readonly grains: readonly string[];
  readonly dimensions: readonly Doc[];
}

/** Metrics that count rows of the same models by the same times can be grouped alike. */
function groupsOf(reading: Reading, metric: Metric): Groups {
  const leaves = simpleMetricsBelow(reading.catalog, metric);
  const key = [...new Set(leaves.map(({ model, timeDimension }) => `${model} ${timeDimension}`))].sort().join("\n");
  let known = reading.groups.get(key);
  if (!known) {
    const options = groupBysOf(reading.catalog, metric);
    const time = options.find(({ kind }) => kind === "metric_time");
    known = {
      grains: time ? time.grains.toSorted() : [],
      dimensions: options.filter((option) => option !== time).map(optionDoc),
    };
    reading.groups.set(key, known);
  }
  return known;
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
