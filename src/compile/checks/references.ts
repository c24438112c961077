import type { Catalog } from "../../catalog/index.ts";
import type {
  Located,
  MetricDefinition,
  MetricInputDefinition,
  SimpleMetricDefinition,
} from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import { assertNever } from "../../std/index.ts";
import type { Draft } from "../draft.ts";

/** Models, measures and metrics that a metric names exist. */
export function* checkReferences({ catalog, metrics }: Draft): Iterable<Diagnostic> {
  for (const { definition } of metrics) {
    const owner = `Metric "${definition.name.value}"`;
    if (definition.type === "simple") yield* modelAndMeasure(definition, catalog);
    for (const input of inputDefinitionsOf(definition)) yield* metric(owner, input.metric, catalog);
    if (definition.replacedBy) yield* metric(owner, definition.replacedBy, catalog);
  }
}

/** The inputs as written; those that only the expression of a derived metric names are not among them. */
export function inputDefinitionsOf(definition: MetricDefinition): readonly MetricInputDefinition[] {
  switch (definition.type) {
    case "simple":
      return [];
    case "ratio":
      return [definition.numerator, definition.denominator];
    case "derived":
      return definition.inputs ?? [];
    case "cumulative":
      return [definition.input];
    case "conversion":
      return [definition.base, definition.conversion];
    default:
      return assertNever(definition);
  }
}

function* modelAndMeasure({ name, model, measure }: SimpleMetricDefinition, catalog: Catalog): Iterable<Diagnostic> {
  const found = catalog.models.get(model.value);
  if (!found) {
    const names = { metric: name.value, model: model.value, known: catalog.models.keys() };
    yield report("metric/unknown-model", names, model.span);
  } else if (measure.kind === "named" && !found.measures.has(measure.name.value)) {
    yield report(
      "metric/unknown-measure",
      { metric: name.value, measure: measure.name.value, model: found.name, known: found.measures.keys() },
      measure.name.span,
      found.span ? [{ message: `Model "${found.name}" is defined here.`, span: found.span }] : [],
    );
  }
}

function* metric(owner: string, name: Located, catalog: Catalog): Iterable<Diagnostic> {
  if (catalog.metrics.has(name.value)) return;
  yield report("metric/unknown-metric", { owner, metric: name.value, known: catalog.metrics.keys() }, name.span);
}
