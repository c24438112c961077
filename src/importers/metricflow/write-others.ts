import type { YamlMap } from "../../definition/index.ts";
import type { OurDocument } from "./document.ts";
import { allowedName, type Names } from "./names.ts";
import type { Calendar, SavedQuery } from "./project.ts";
import { writeFilters } from "./write-metric.ts";
import { about } from "./write-model.ts";

/** @param taken Names of other calendars; this one's is added. */
export function writeCalendar(calendar: Calendar, names: Names, taken: Set<string>): OurDocument {
  const name = allowedName(calendar.name, "calendar", taken);
  taken.add(name);
  const custom = calendar.customGrains.map((grain) => [names.grain(grain.name), grain.column] as const);
  const data: YamlMap = {
    calendar: name,
    table: calendar.table,
    column: calendar.column,
    grain: calendar.grain,
    custom_grains: custom.length > 0 ? Object.fromEntries(custom) : undefined,
  };
  return { path: `calendars/${name}.yaml`, data, origin: calendar.origin, parts: new Map() };
}

export function writeSavedQuery(query: SavedQuery, names: Names): OurDocument {
  const name = names.savedQuery(query.name);
  const metrics = new Set(query.metrics);
  const written = (text: string) => (metrics.has(text) ? names.metric(text) : names.item(text));
  const orderBy = query.orderBy.map(({ name: by, direction }) =>
    direction === "asc" ? written(by) : { name: written(by), direction },
  );
  const data: YamlMap = {
    saved_query: name,
    ...about({ label: query.label, description: query.description, owner: null }),
    metrics: query.metrics.length > 0 ? query.metrics.map(names.metric) : undefined,
    group_by: query.groupBy.length > 0 ? query.groupBy.map(names.item) : undefined,
    filter: writeFilters(query.filters, names),
    order_by: orderBy.length > 0 ? orderBy : undefined,
    limit: query.limit ?? undefined,
    tags: query.tags.length > 0 ? query.tags : undefined,
  };
  return { path: `saved_queries/${name}.yaml`, data, origin: query.origin, parts: new Map() };
}
