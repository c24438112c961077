import { modelsBelow, probedModels } from "../../catalog/index.ts";
import type { CacheDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** Every answer that is kept has an end, and a change that is looked for can be seen. */
export function* checkCache({ project, models, metrics, catalog }: Draft): Iterable<Diagnostic> {
  if (project?.cache) yield* ends(project.cache, "The project");
  for (const { definition, metric } of metrics) {
    if (!definition.cache) continue;
    yield* ends(definition.cache, `Metric "${definition.name.value}"`);
    if (definition.cache.refresh !== "probe") continue;
    const model = modelsBelow(catalog, metric).find((name) => catalog.models.get(name)?.source.kind === "sql");
    if (model !== undefined) {
      yield report("metric/cache-without-table", { metric: metric.name, model }, definition.cache.span);
    }
  }
  for (const { name, source, freshness, cache, span } of probedModels(catalog)) {
    if (source.kind !== "table" || freshness?.column) continue;
    yield report("model/cache-without-column", { model: name }, cache?.span ?? span);
  }
  for (const { definition, model } of models) {
    const { cache } = definition;
    if (!cache) continue;
    yield* ends(cache, `Model "${model.name}"`);
    if (cache.refresh === "probe" && model.source.kind === "sql") {
      yield report("model/cache-without-table", { model: model.name }, cache.span);
    }
  }
}

function* ends({ ttlMs, staleMs, refresh, span }: CacheDefinition, owner: string): Iterable<Diagnostic> {
  if (ttlMs === null && refresh === "time") yield report("model/cache-without-end", { owner }, span);
  if (ttlMs === 0 && staleMs > 0) yield report("model/cache-stale-of-nothing", { owner }, span);
}
