import type { CustomGrains, SavedQuery } from "../catalog/index.ts";
import { splitName } from "../catalog/index.ts";
import type { SavedQueryDefinition } from "../definition/index.ts";
import { buildFilters } from "./filter.ts";
import { humanise } from "./humanise.ts";
import type { Report } from "./parsed.ts";

export function buildSavedQuery(
  definition: SavedQueryDefinition,
  customGrains: CustomGrains,
  report: Report,
): SavedQuery {
  return {
    name: definition.name.value,
    label: definition.label ?? humanise(definition.name.value),
    description: definition.description ?? "",
    metrics: definition.metrics.map((metric) => metric.value),
    groupBy: definition.groupBy.map((item) => buildGroupBy(item, customGrains)),
    filters: buildFilters(definition.filters, { own: null, customGrains }, report),
    orderBy: definition.orderBy.map(({ name, direction }) => ({ name: name.value, direction })),
    limit: definition.limit,
    tags: definition.tags,
    span: definition.name.span,
  };
}

type GroupBy = SavedQuery["groupBy"][number];

/** `metric_time__month` is `metric_time` by month; what is said beside the name wins, and a check compares the two. */
function buildGroupBy(item: SavedQueryDefinition["groupBy"][number], customGrains: CustomGrains): GroupBy {
  const { links, element, ...written } = splitName(item.name.value, customGrains);
  const grain = item.grain?.value ?? written.grain;
  const datePart = item.datePart?.value ?? written.datePart;
  return {
    name: [...links, element].join("__"),
    ...(grain !== null && { grain }),
    ...(datePart !== null && { datePart }),
    ...(item.as !== null && { as: item.as.value }),
  };
}
