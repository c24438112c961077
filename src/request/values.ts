import type { Calendar, Catalog, Model } from "../catalog/index.ts";
import { describePath, findElement, isElementSeen, nameOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { compareGrains, isStandardGrain, refsOf } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import { chooseCalendar } from "./calendars.ts";
import { calendarWith, fieldOf, isDayOrCoarser } from "./field.ts";
import type { WrittenCondition } from "./filters.ts";
import { parseConditions } from "./filters.ts";
import { columnName, itemNamed, parseItem } from "./item.ts";
import { bindNames, metricField } from "./metric.ts";
import { didYouMean, labelOf, ordersOf, refuseDuplicates } from "./outputs.ts";
import { widen } from "./range.ts";
import type { QueryRequest } from "./request.ts";
import type { Field, GroupBy, Item, ResolvedRange, TimeCut, ValuesQuery } from "./resolved.ts";

/** A question without metrics: the values that occur, from the models that own them. */
export function resolveValues(catalog: Catalog, request: QueryRequest, timeZone: string): ValuesQuery {
  const references = request.groupBy ?? [];
  if (references.length === 0) {
    throw new Refusal("EMPTY_QUERY", "Ask for at least one metric, or for something to group by.");
  }
  refuseMetricsOnly(request);
  const minMaxOnly = request.minMaxOnly ?? false;
  if (minMaxOnly) checkMinMax(request);
  const items = references.map((reference, i) => parseItem(catalog, reference, ["groupBy", String(i)]));
  const written = parseConditions(request.where ?? [], ["where"]);
  const mentioned = written.flatMap(({ expr, path }) =>
    refsOf(expr).flatMap((name) => (name.kind === "name" ? { item: itemNamed(catalog, name.text), path } : [])),
  );
  const all = [...items.map((item, i) => ({ item, path: ["groupBy", String(i), "name"] })), ...mentioned];
  const times = all.flatMap(({ item }) => (item.isMetricTime ? item : []));
  const calendar = times.length > 0 ? calendarFor(catalog, times) : null;
  const owned = all.filter(({ item }) => !item.isMetricTime);
  const base = owned.length > 0 ? baseOf(catalog, owned) : null;
  const find = (item: Item, path: readonly string[]) => valueField(catalog, base, calendar, item, path);
  const asked = items.map((item, i) => ({ item, field: find(item, ["groupBy", String(i), "name"]) }));
  const fields = asked.map(({ field }) => field);
  const groupBy = asked.map(({ item, field }, i): GroupBy => {
    return { item, key: field.key, output: references[i]?.as ?? field.key, label: labelOf(field), type: field.type };
  });
  refuseDuplicates(groupBy, []);
  return {
    kind: "values",
    catalog,
    timeZone,
    groupBy,
    source: { base, fields, calendar },
    conditions: written.map((condition) => bindCondition(catalog, timeZone, base, condition, find)),
    range: rangeOf(request, fields, calendar),
    isDistinct: request.distinct ?? true,
    minMaxOnly,
    countOnly: request.countOnly ?? false,
    orderBy: ordersOf(catalog, request.orderBy ?? [], groupBy, []),
    limit: request.limit ?? null,
    offset: request.offset ?? 0,
  };
}

/** What only values of metrics can be asked for. */
function refuseMetricsOnly(request: QueryRequest): void {
  for (const field of ["having", "top", "parent", "after"] as const) {
    const asked = request[field];
    if (asked === undefined || asked === null || (Array.isArray(asked) && asked.length === 0)) continue;
    throw new Refusal("INVALID_REQUEST", `${field} works on values of metrics; ask for at least one.`, {
      path: [field],
    });
  }
  const filled = (request.groupBy ?? []).findIndex(({ fill }) => fill);
  if (filled < 0) return;
  throw new Refusal("INVALID_REQUEST", "Periods are filled where metrics have values; ask for at least one metric.", {
    path: ["groupBy", String(filled), "fill"],
  });
}

function checkMinMax(request: QueryRequest): void {
  if (request.groupBy?.length !== 1) {
    throw new Refusal("INVALID_MIN_MAX", "minMaxOnly takes exactly one group-by.", { path: ["groupBy"] });
  }
  if (
    (request.orderBy?.length ?? 0) > 0 ||
    (request.limit ?? null) !== null ||
    (request.offset ?? 0) > 0 ||
    request.distinct === false
  ) {
    throw new Refusal("INVALID_MIN_MAX", "minMaxOnly gives one row; leave out orderBy, limit, offset and distinct.", {
      path: ["minMaxOnly"],
    });
  }
}

function bindCondition(
  catalog: Catalog,
  timeZone: string,
  base: Model | null,
  condition: WrittenCondition,
  find: (item: Item, path: readonly string[]) => Field,
) {
  return bindNames(condition, (name) => {
    if (name.kind === "name") return find(itemNamed(catalog, name.text), condition.path);
    if (base) return metricField({ catalog, timeZone }, base, null, name, condition);
    throw new Refusal(
      "UNGROUPED_METRIC_FILTER",
      "A metric in a filter is counted per entity, and metric_time alone has none.",
      { path: condition.path },
    );
  });
}

function valueField(
  catalog: Catalog,
  base: Model | null,
  calendar: Calendar | null,
  item: Item,
  path: readonly string[],
): Field {
  if (!item.isMetricTime) {
    if (!base) throw new Error("A question for dimensions passed without a model that owns them.");
    return fieldOf(catalog, base, null, item, { asker: "the query", path });
  }
  if (!calendar) throw new Error("A question for metric_time passed without a calendar.");
  const cut = calendarCut(catalog, item);
  const grain = cut.kind === "grain" ? cut.grain : cut.kind === "custom" ? cut.name : null;
  const isDate = cut.kind === "custom" || (cut.kind === "grain" && isDayOrCoarser(cut.grain));
  return {
    key: columnName(item, grain),
    value: { kind: "calendar", calendar },
    cut,
    isMetricTime: true,
    type: cut.kind === "part" ? "int" : isDate ? "date" : "timestamp",
  };
}

function calendarFor(catalog: Catalog, items: readonly Item[]): Calendar {
  return chooseCalendar(
    catalog,
    items.map((item) => calendarCut(catalog, item)),
    "metric_time",
  );
}

/** Without metrics, `metric_time` is the calendar's day unless a grain is asked for. */
function calendarCut(catalog: Catalog, item: Item): TimeCut {
  if (item.part) return { kind: "part", part: item.part };
  const grain = item.grain ?? "day";
  if (isStandardGrain(grain)) return { kind: "grain", grain };
  const calendar = calendarWith(catalog, grain);
  if (!calendar) throw new Refusal("NO_CALENDAR", `No calendar declares the grain "${grain}".`);
  return { kind: "custom", name: grain, calendar };
}

/**
 * The model whose rows the values are read from: the one that reaches every item with the fewest joins, so that a
 * single dimension comes from its owner. Two that are equally near would give different values: refused.
 */
function baseOf(catalog: Catalog, asked: readonly Asked[]): Model {
  const items = asked.map(({ item }) => item);
  const candidates = [...catalog.models.values()].flatMap((model) => {
    const found = items.map((item) => findElement(catalog, model, item.links, item.element));
    const paths = found.flatMap((lookup) => (lookup.kind === "found" ? lookup.at : []));
    const isOwn = paths.every(
      ({ path, element }) => path.steps.length > 0 || element.kind === "dimension" || element.entity.type !== "foreign",
    );
    const joins = paths.reduce((sum, { path }) => sum + path.steps.length, 0) + (isOwn ? 0 : 0.5);
    return paths.length === items.length ? [{ model, paths, joins }] : [];
  });
  const least = Math.min(...candidates.map(({ joins }) => joins));
  const [best, second] = candidates.filter(({ joins }) => joins === least);
  if (best && !second) return best.model;
  if (best && second) {
    const ways = candidates
      .filter(({ joins }) => joins === least)
      .map(({ paths }) => paths.map(({ path }) => describePath(path)).join(" and "));
    throw new Refusal(
      "AMBIGUOUS_PATH",
      `The values can be read from several models: ${ways.join("; ")}. Add a group-by that only one of them has, or ask for a metric.`,
      {
        path: ["groupBy"],
      },
    );
  }
  throw unreachable(catalog, asked);
}

/** An item and its place in the request. */
interface Asked {
  readonly item: Item;
  readonly path: readonly string[];
}

function unreachable(catalog: Catalog, asked: readonly Asked[]): Refusal {
  const models = [...catalog.models.values()];
  const isSeenIn = (model: Model) => (name: string) => isElementSeen(catalog, model, name);
  for (const { item, path } of asked) {
    const lookups = models.map((model) => findElement(catalog, model, item.links, item.element));
    const ambiguous = lookups.find((lookup) => lookup.kind === "ambiguous");
    const name = [...item.links, item.element].join("__");
    if (lookups.every((lookup) => lookup.kind !== "found") && ambiguous?.kind === "ambiguous") {
      const suggestions = ambiguous.candidates.map(nameOf).filter((candidate) => candidate !== name);
      return new Refusal(
        "AMBIGUOUS_PATH",
        `"${name}" can be reached in more than one way: ${ambiguous.candidates.map((way) => describePath(way.path)).join("; ")}.`,
        { suggestions, path },
      );
    }
    if (lookups.every((lookup) => lookup.kind === "none" || lookup.kind === "fan-out")) {
      const known = models.flatMap((model) => [
        ...[...model.dimensions.keys()]
          .filter(isSeenIn(model))
          .map((dimension) => (model.primaryEntity ? `${model.primaryEntity}__${dimension}` : dimension)),
        ...[...model.entities.keys()].filter(isSeenIn(model)),
      ]);
      const sameElement = known.filter((candidate) => candidate.endsWith(`__${item.element}`));
      const suggestions = [...new Set([...sameElement, ...nearest(name, [...known, "metric_time"])])].slice(0, 3);
      return new Refusal("UNKNOWN_GROUP_BY", `There is no "${name}" to group by.${didYouMean(suggestions)}`, {
        suggestions,
        path,
      });
    }
  }
  const names = asked.map(({ item }) => [...item.links, item.element].join("__"));
  return new Refusal(
    "NO_PATH",
    `No single model reaches all of ${names.join(", ")}; ask for them in separate queries, or with a metric that has them all.`,
    { path: ["groupBy"] },
  );
}

function rangeOf(request: QueryRequest, fields: readonly Field[], calendar: Calendar | null): ResolvedRange | null {
  if (!request.timeRange?.start && !request.timeRange?.end) return null;
  if (!calendar) {
    throw new Refusal("INVALID_RANGE", "A time range limits metric_time; without metrics, group by metric_time too.", {
      path: ["timeRange"],
    });
  }
  const grains = fields.flatMap((field) => (field.isMetricTime && field.cut?.kind === "grain" ? field.cut.grain : []));
  return widen(request.timeRange, grains.sort(compareGrains)[0] ?? calendar.grain);
}
