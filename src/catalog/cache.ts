import type { Span } from "../diagnostics/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Catalog } from "./catalog.ts";
import { inputsOf, type Metric } from "./metric.ts";
import type { Model } from "./model.ts";

/** For how long answers may be given again. */
export interface CacheRule {
  /** null: as long as nothing tells of a change. */
  readonly ttlMs: number | null;
  /** Beyond that, while a new answer is asked for. */
  readonly staleMs: number;
  /** What ends an answer before its time: nothing, a look at the source, or word that it was refreshed. */
  readonly refresh: "time" | "probe" | "event";
  /** The author's own SQL gives the same for the same rows. */
  readonly isDeterministic: boolean;
  readonly span: Span | null;
}

/**
 * Models whose changes are looked for: by their own rule or the project's, or by that of a metric above them. Of several of
 * one source those that name a column to look at, where one does.
 */
export function probedModels(catalog: Catalog): readonly Model[] {
  const models = [...catalog.models.values()];
  const dated = new Set(models.filter(isColumned).map(({ source }) => canonicalJson(source)));
  const named = [...catalog.metrics.values()]
    .filter(({ cache }) => cache?.refresh === "probe")
    .flatMap((metric) => modelsBelow(catalog, metric));
  return models
    .filter(({ name, cache }) => named.includes(name) || (cache ?? catalog.cache)?.refresh === "probe")
    .filter((model) => isColumned(model) || !dated.has(canonicalJson(model.source)));
}

function isColumned({ freshness }: Model): boolean {
  return freshness !== null && freshness.column !== null;
}

/** Names of the models that a metric is computed from. Ends on circles of metrics too, which a draft may have. */
export function modelsBelow(catalog: Catalog, metric: Metric): readonly string[] {
  const below = new Set([metric]);
  for (const current of below) {
    for (const input of inputsOf(current)) {
      const found = catalog.metrics.get(input.metric);
      if (found) below.add(found);
    }
  }
  return [...new Set([...below].flatMap((one) => (one.type === "simple" ? [one.model] : [])))];
}
