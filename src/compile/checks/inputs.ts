import type { Catalog, Model, SimpleMetric } from "../../catalog/index.ts";
import type {
  ConversionMetricDefinition,
  Located,
  MetricDefinition,
  MetricInputDefinition,
} from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";
import { inputDefinitionsOf } from "./references.ts";

/** Cumulative and conversion metrics are built on simple ones that fit; whole periods are moved only by an offset. */
export function* checkInputs({ catalog, metrics }: Draft): Iterable<Diagnostic> {
  for (const { definition } of metrics) {
    if (definition.type === "cumulative") yield* simple(definition, definition.input, catalog);
    if (definition.type === "conversion") yield* conversion(definition, catalog);
    for (const input of inputDefinitionsOf(definition)) yield* wholePeriods(definition, input);
  }
}

function* wholePeriods({ name }: MetricDefinition, input: MetricInputDefinition): Iterable<Diagnostic> {
  if (!input.offsetWholePeriods || input.offsetWindow) return;
  yield report("metric/no-offset-to-move", { metric: name.value, input: input.metric.value }, input.metric.span);
}

function* simple(
  { name, type }: MetricDefinition,
  { metric: input }: MetricInputDefinition,
  catalog: Catalog,
): Iterable<Diagnostic> {
  const found = catalog.metrics.get(input.value);
  if (!found || found.type === "simple") return;
  const names = { metric: name.value, type, input: input.value, inputType: found.type };
  yield report(
    "metric/input-not-simple",
    names,
    input.span,
    found.span ? [{ message: "Defined here.", span: found.span }] : [],
  );
}

function* conversion(definition: ConversionMetricDefinition, catalog: Catalog): Iterable<Diagnostic> {
  for (const side of ["base", "conversion"] as const) {
    const input = definition[side];
    yield* simple(definition, input, catalog);
    const metric = catalog.metrics.get(input.metric.value);
    const model = metric?.type === "simple" ? catalog.models.get(metric.model) : undefined;
    if (metric?.type !== "simple" || !model) continue;
    yield* countsRows(definition, input.metric, metric);
    yield* entity(definition, metric, model);
    for (const property of definition.constantProperties) yield* constantProperty(definition, property[side], model);
  }
}

function* countsRows({ name }: MetricDefinition, input: Located, metric: SimpleMetric): Iterable<Diagnostic> {
  const { aggregation, value } = metric.aggregate;
  const isSumOfOne =
    aggregation === "sum" && value.kind === "expr" && value.expr.kind === "literal" && value.expr.value === "1";
  if (isSumOfOne || aggregation === "count" || aggregation === "count_distinct") return;
  yield report("metric/conversion-not-a-count", { metric: name.value, input: metric.name, aggregation }, input.span);
}

function* entity(definition: ConversionMetricDefinition, input: SimpleMetric, model: Model): Iterable<Diagnostic> {
  const { value: name, span } = definition.entity;
  if (model.entities.has(name)) return;
  const names = { metric: definition.name.value, entity: name, input: input.name, model: model.name };
  yield report("metric/conversion-entity", { ...names, known: model.entities.keys() }, span);
}

function* constantProperty({ name }: MetricDefinition, property: Located, model: Model): Iterable<Diagnostic> {
  if (model.dimensions.has(property.value) || model.entities.has(property.value)) return;
  const known = [...model.dimensions.keys(), ...model.entities.keys()];
  const names = { metric: name.value, property: property.value, model: model.name };
  yield report("metric/unknown-property", { ...names, known }, property.span);
}
