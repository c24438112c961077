import type { Catalog, Model, SimpleMetric } from "../catalog/index.ts";
import { isElementSeen } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { int } from "../expression/index.ts";

/**
 * Counts of all rows of a model, one for each time that its metrics are counted at. Whatever metric of the model has a
 * value in a group, one of these has rows there: so together they say which groups the model has.
 */
export function rowCountsOf(catalog: Catalog, name: string): readonly SimpleMetric[] {
  const model = catalog.models.get(name);
  if (!model) throw new Refusal("INVALID_REQUEST", `There is no model "${name}".`, { path: ["rowsOf"] });
  const times = [...catalog.metrics.values()]
    .filter((metric) => metric.type === "simple" && metric.model === name)
    .map((metric) => (metric.type === "simple" ? metric.timeDimension : null));
  // By a time that is not seen nobody can group.
  const all = times.length > 0 ? times : [model.defaultTime];
  const seen = all.filter((time) => time === null || isElementSeen(catalog, model, time));
  return [...new Set(seen.length > 0 ? seen : [null])].map((time) => rowCount(model, time));
}

function rowCount(model: Model, timeDimension: string | null): SimpleMetric {
  return {
    type: "simple",
    name: timeDimension ? `${model.name}_rows_by_${timeDimension}` : `${model.name}_rows`,
    id: timeDimension ? `${model.name}_rows_by_${timeDimension}` : `${model.name}_rows`,
    label: "Rows",
    description: "",
    version: 1,
    aliasOf: null,
    owner: null,
    unit: null,
    format: "integer",
    tier: null,
    tags: [],
    lifecycle: "active",
    exposure: "private",
    certificationClaim: "none",
    replacedBy: null,
    sunset: null,
    isPrivate: true,
    defaultGrain: null,
    filters: [],
    cache: null,
    span: null,
    model: model.name,
    measure: null,
    aggregate: { aggregation: "count", value: { kind: "expr", expr: int(1) }, percentile: null },
    timeDimension,
    nonAdditive: null,
    fillNullsWith: null,
    joinToTimespine: false,
  };
}
