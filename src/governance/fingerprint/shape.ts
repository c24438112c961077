import type { Metric, MetricInput, Model } from "../../catalog/index.ts";
import { grainsFrom, metricTimeOf, nameOf, reachableFrom, simpleMetricsBelow } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { coarser, typeOf } from "../../expression/index.ts";
import { typeOfAggregate } from "../../request/index.ts";
import { compareText } from "../../std/index.ts";
import { type Doc, digestOf, shared } from "./doc.ts";
import { locatedDoc, modelOf, timeOf } from "./element.ts";
import type { Reading } from "./reading.ts";
import { metricOf } from "./value.ts";

/** What the API offers of a metric. */
export interface Shape {
  readonly type: ScalarType;
  /** Those that `metric_time` may be asked by, sorted. */
  readonly grains: readonly string[];
  readonly options: readonly Option[];
  /** What breaks whoever asks for it when it is not the same: type, nullability, arguments, version … */
  readonly fixed: { readonly [key: string]: Doc };
  readonly doc: Doc;
}

/** Something that the metric can be grouped by, under the name that a query uses. */
export interface Option {
  readonly name: string;
  readonly kind: "dimension" | "entity";
  readonly type: ScalarType;
  readonly grains: readonly string[];
  readonly values: readonly string[] | null;
  /** Digests of what it is, joins included, for each model that it is reached from. */
  readonly of: readonly string[];
}

export interface Groups {
  readonly options: readonly Option[];
  readonly docs: readonly Doc[];
}

/** Joins away, as the catalogue of the API lists them. */
export const LISTED_HOPS = 3;

export function shapeOf(reading: Reading, metric: Metric): Shape {
  const type = typeOfValues(reading, metric);
  const models = [...new Set(simpleMetricsBelow(reading.catalog, metric).map(({ model }) => model))].sort();
  const grains = metricTimeOf(reading.catalog, metric)?.grains.toSorted() ?? [];
  const { options, docs } = groupsOf(reading, models);
  const fixed = {
    arguments: ARGUMENTS.filter((argument) => argument !== "timeRange" || grains.length > 0),
    defaultGrain: grains.length > 0 ? (metric.defaultGrain ?? grainOfTimes(reading, metric)) : null,
    // One model's metrics have a field of the API of their own, which is called like it.
    field: models.length === 1 ? (models[0] ?? null) : null,
    nullable: metric.type !== "simple" || metric.fillNullsWith === null,
    private: metric.isPrivate,
    type,
    version: String(metric.version),
  };
  const doc: Doc = { ...fixed, dimensions: docs, exposure: metric.exposure, grains, lifecycle: metric.lifecycle };
  return { type, grains, options, fixed, doc };
}

const ARGUMENTS = ["groupBy", "limit", "offset", "orderBy", "timeRange", "where"];

/** What every model below the metric can be grouped by, worked out once for all metrics over the same models. */
function groupsOf(reading: Reading, models: readonly string[]): Groups {
  const key = models.join(" ");
  let known = reading.groups.get(key);
  if (!known) {
    const [first = "", ...others] = models;
    const options =
      others.length === 0
        ? ownOptions(reading, modelOf(reading, first))
        : [first, ...others].map((model) => groupsOf(reading, [model]).options).reduce(common);
    known = { options, docs: shared(options.map(optionDoc)) };
    reading.groups.set(key, known);
  }
  return known;
}

function ownOptions(reading: Reading, model: Model): readonly Option[] {
  return reachableFrom(reading.catalog, model, LISTED_HOPS)
    .map((at): Option => {
      const { element } = at;
      const dimension = element.kind === "dimension" ? element.dimension : null;
      return {
        name: nameOf(at),
        kind: element.kind,
        type: dimension?.type ?? "unknown",
        grains: dimension?.kind === "time" ? grainsFrom(reading.catalog, dimension.grain) : [],
        values: dimension?.kind === "categorical" ? dimension.values : null,
        of: [digestOf(locatedDoc(reading, at))],
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}

function common(some: readonly Option[], others: readonly Option[]): readonly Option[] {
  const byName = new Map(others.map((option) => [option.name, option]));
  return some.flatMap((option) => {
    const other = byName.get(option.name);
    if (!other) return [];
    const grains = option.grains.filter((grain) => other.grains.includes(grain));
    return [{ ...option, grains, of: [...new Set([...option.of, ...other.of])].sort() }];
  });
}

function optionDoc({ grains, of, ...option }: Option): Doc {
  return { ...option, grains: grains.toSorted(), of };
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
