import type { Catalog, Filter, Metric, Model } from "../../catalog/index.ts";
import { inputsOf, splitName } from "../../catalog/index.ts";
import type { Located, MetricDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { FilterName, ScalarType, TextRange } from "../../expression/index.ts";
import { refNodesOf, typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { groundOf } from "../draft.ts";
import { checkCut, findItem, typeOfItem } from "../lookup.ts";
import { placeIn, problemIn } from "../parsed.ts";
import { inputDefinitionsOf } from "./references.ts";

/** Every condition of a metric or an input is a condition, on things that the rows below have. */
export function* checkFilters(draft: Draft): Iterable<Diagnostic> {
  for (const { definition, metric } of draft.metrics) {
    yield* conditions(draft, definition.filters, metric.filters, modelsBelow(draft.catalog, metric));
    for (const [texts, filters, input] of inputFilters(definition, metric)) {
      const below = draft.catalog.metrics.get(input);
      yield* conditions(draft, texts, filters, below ? modelsBelow(draft.catalog, below) : []);
    }
  }
}

/** `names`: words that mean something besides the items of the models, such as the metrics of a saved query. */
export function* conditions(
  draft: Draft,
  texts: readonly Located[],
  filters: readonly Filter[],
  bases: readonly Model[],
  names: readonly string[] = [],
): Iterable<Diagnostic> {
  for (const [i, text] of texts.entries()) {
    const filter = filters[i];
    if (!filter) continue;
    const types = new Map<FilterName, ScalarType>();
    for (const { ref: name, at } of refNodesOf(filter.expr)) {
      if (name.kind === "metric") yield* metricValue(draft.catalog, name, text, at);
      else if (!names.includes(name.text)) types.set(name, yield* itemName(draft, name.text, text, at, bases));
    }
    const { type, problems } = typeOf(filter.expr, (name) => types.get(name) ?? "unknown");
    for (const problem of problems) yield problemIn(text, problem);
    if (problems.length === 0 && type !== "boolean" && type !== "unknown") {
      yield report("filter/not-a-condition", { type }, text.span);
    }
  }
}

export function modelsBelow(catalog: Catalog, metric: Metric): readonly Model[] {
  const names = new Set(groundOf(catalog, metric).map((simple) => simple.model));
  return [...names].flatMap((name) => catalog.models.get(name) ?? []);
}

type InputFilters = readonly [texts: readonly Located[], filters: readonly Filter[], metric: string];

/** The filters of each input as written and as built; the inputs of a derived metric keep their order. */
function inputFilters(definition: MetricDefinition, metric: Metric): readonly InputFilters[] {
  const built = inputsOf(metric);
  return inputDefinitionsOf(definition).map((input, i) => [input.filters, built[i]?.filters ?? [], input.metric.value]);
}

function* itemName(
  draft: Draft,
  text: string,
  condition: Located,
  at: TextRange | undefined,
  bases: readonly Model[],
): Generator<Diagnostic, ScalarType> {
  const name = splitName(text, draft.customGrains);
  const span = placeIn(condition, at);
  const item = findItem(draft, bases, name, span);
  if (item.kind === "wrong") yield item.diagnostic;
  if (item.kind === "element" && item.element.kind === "dimension" && item.element.dimension.value.kind === "opaque") {
    yield report("filter/opaque-dimension", { name: text }, span);
  }
  yield* checkCut(name, item, span);
  return typeOfItem(name, item);
}

function* metricValue(
  catalog: Catalog,
  { metric, entities }: FilterName & { readonly kind: "metric" },
  condition: Located,
  at: TextRange | undefined,
): Iterable<Diagnostic> {
  const span = placeIn(condition, at);
  if (!catalog.metrics.has(metric)) {
    yield report("filter/unknown-metric", { metric, known: catalog.metrics.keys() }, span);
  }
  if (entities.length !== 1) yield report("filter/metric-by-one-entity", { metric, count: entities.length }, span);
}
