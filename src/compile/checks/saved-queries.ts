import type { Catalog, Model } from "../../catalog/index.ts";
import { isGrain, splitName } from "../../catalog/index.ts";
import type { SavedQueryDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import { isDatePart } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { checkCut, findItem } from "../lookup.ts";
import { knownGrains } from "../window.ts";
import { conditions, modelsBelow } from "./filters.ts";

/** A saved query asks for metrics that may be asked for, by things their rows have. */
export function* checkSavedQueries(draft: Draft): Iterable<Diagnostic> {
  for (const { definition, savedQuery } of draft.savedQueries) {
    yield* metrics(definition, draft.catalog);
    const bases = basesOf(savedQuery.metrics, draft.catalog);
    for (const item of definition.groupBy) yield* groupBy(draft, item, bases);
    yield* conditions(draft, definition.filters, savedQuery.filters, bases, savedQuery.metrics);
  }
}

/** Without metrics, the values of any model may be asked for. */
function basesOf(metricNames: readonly string[], catalog: Catalog): readonly Model[] {
  if (metricNames.length === 0) return [...catalog.models.values()];
  const found = metricNames.flatMap((name) => catalog.metrics.get(name) ?? []);
  return [...new Set(found.flatMap((metric) => modelsBelow(catalog, metric)))];
}

function* metrics(definition: SavedQueryDefinition, catalog: Catalog): Iterable<Diagnostic> {
  for (const { value: name, span } of definition.metrics) {
    const names = { savedQuery: definition.name.value, metric: name };
    const metric = catalog.metrics.get(name);
    if (!metric) yield report("saved-query/unknown-metric", { ...names, known: catalog.metrics.keys() }, span);
    else if (metric.isPrivate) yield report("saved-query/private-metric", names, span);
  }
}

function* groupBy(
  draft: Draft,
  { name, grain, datePart }: SavedQueryDefinition["groupBy"][number],
  bases: readonly Model[],
): Iterable<Diagnostic> {
  const written = splitName(name.value, draft.customGrains);
  if (grain && !isGrain(grain.value, draft.customGrains)) {
    yield report("metric/unknown-grain", { grain: grain.value, known: knownGrains(draft.customGrains) }, grain.span);
  }
  const cuts = new Set([written.grain, written.datePart, grain?.value, datePart?.value].filter((cut) => cut != null));
  if (cuts.size > 1)
    yield report("saved-query/two-cuts", { name: name.value, cuts: [...cuts] }, (grain ?? datePart ?? name).span);
  const item = findItem(draft, bases, written, name.span);
  if (item.kind === "wrong") yield item.diagnostic;
  const part = datePart && isDatePart(datePart.value) ? datePart.value : written.datePart;
  yield* checkCut(
    { ...written, grain: grain?.value ?? written.grain, datePart: part },
    item,
    (grain ?? datePart ?? name).span,
  );
}
