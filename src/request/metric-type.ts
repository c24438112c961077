import type { Model, SimpleMetric } from "../catalog/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { typeOf } from "../expression/index.ts";
import type { ResolvedMetric } from "./resolved.ts";

/** What the values of a metric are, on every engine. */
export function typeOfMetric(of: ResolvedMetric | undefined): ScalarType {
  switch (of?.kind) {
    case undefined:
      return "unknown";
    case "simple":
      return typeOfAggregate(of.metric, of.model);
    case "ratio":
      return "float";
    case "derived":
      return typeOf(of.expr, (alias) => typeOfMetric(of.inputs.find((input) => input.alias === alias)?.of)).type;
    case "cumulative":
      return of.metric.periodAggregation === "average" ? "float" : typeOfMetric(of.input);
    case "conversion":
      return of.metric.calculation === "conversions" ? "int" : "float";
  }
}

/** What an aggregate over a model's rows gives. */
export function typeOfAggregate({ aggregate }: SimpleMetric, model: Model): ScalarType {
  switch (aggregate.aggregation) {
    case "count":
    case "count_distinct":
    case "sum_boolean":
      return "int";
    case "average":
    case "median":
      return "float";
    case "percentile":
      return aggregate.percentile?.kind === "discrete" ? typeOfValue(aggregate.value, model) : "float";
    case "sum":
    case "min":
    case "max":
      return typeOfValue(aggregate.value, model);
  }
}

function typeOfValue(value: SimpleMetric["aggregate"]["value"], model: Model): ScalarType {
  if (value.kind === "opaque") return value.type;
  return typeOf(value.expr, (column) => model.columns?.get(column)?.type ?? "unknown").type;
}
