import type { Catalog, Metric, SavedQuery } from "../catalog/index.ts";
import { definitionsOf, simpleMetricsBelow } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { coarser, isStandardGrain } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import { chooseCalendar } from "./calendars.ts";
import { checkCondition, parseConditions, splitLevels } from "./filters.ts";
import { baseName, columnName, parseItem } from "./item.ts";
import { ownTimeOf, resolveMetric } from "./metric.ts";
import { typeOfMetric } from "./metric-type.ts";
import { didYouMean, labelOf, ordersOf, refuseDuplicates } from "./outputs.ts";
import { queryableMetric } from "./queryable.ts";
import type { GroupByReference, MetricReference, QueryRequest } from "./request.ts";
import type {
  Field,
  GroupBy,
  Item,
  MetricsQuery,
  Output,
  ResolvedMetric,
  ResolvedQuery,
  ResolvedSimple,
} from "./resolved.ts";
import { rowCountsOf } from "./rows-of.ts";
import { resolveValues } from "./values.ts";
import { isRealZone } from "./zone.ts";

/**
 * Looks every name of a request up and checks every rule of the semantics.
 *
 * @throws Refusal with the code, the place in the request and what to write instead.
 */
export function resolveRequest(catalog: Catalog, request: QueryRequest): ResolvedQuery {
  const asked = request.savedQuery ? narrow(savedQueryOf(catalog, request.savedQuery), request) : request;
  const metrics = (asked.metrics ?? []).map((metric) => (typeof metric === "string" ? { name: metric } : metric));
  const timeZone = asked.timeZone ?? catalog.timeZone;
  if (!isRealZone(timeZone)) {
    throw new Refusal(
      "INVALID_REQUEST",
      `"${timeZone.slice(0, 60)}" is not a time zone; write an IANA name such as Europe/Berlin.`,
      { path: ["timeZone"] },
    );
  }
  checkLimits(asked);
  if (metrics.length === 0 && !asked.rowsOf) return resolveValues(catalog, asked, timeZone);
  return resolveMetrics(catalog, asked, metrics, timeZone);
}

function resolveMetrics(
  catalog: Catalog,
  request: QueryRequest,
  references: readonly MetricReference[],
  timeZone: string,
): MetricsQuery {
  if (request.minMaxOnly)
    throw new Refusal("INVALID_MIN_MAX", "minMaxOnly asks for the ends of one group-by; leave the metrics out.", {
      path: ["minMaxOnly"],
    });
  if (request.distinct === false)
    throw new Refusal(
      "INVALID_REQUEST",
      "distinct: false lists rows as they are, which only makes sense without metrics.",
      { path: ["distinct"] },
    );

  const metrics = references.map((reference, i) => queryableMetric(catalog, reference.name, ["metrics", String(i)]));
  const rowCounts = request.rowsOf ? rowCountsOf(catalog, request.rowsOf) : [];
  // Asked for a model's groups, the groups alone decide how time is cut.
  const timed: readonly Metric[] = rowCounts.length > 0 ? rowCounts : metrics;
  const defaultGrain = timed
    .map((metric) => defaultGrainOf(definitionsOf(catalog), metric))
    .reduce((a, b) => coarserOf(a, b));
  const items = (request.groupBy ?? []).map((reference, i) =>
    withDefaultGrain(parseItem(catalog, reference, ["groupBy", String(i)]), defaultGrain),
  );
  const names = references.map((reference) => reference.as ?? reference.name.toLowerCase());
  const { rows, having } = splitLevels(parseConditions(request.where ?? [], ["where"]), new Set(names));

  const question = { catalog, timeZone, groupBy: items, queryConditions: rows, range: request.timeRange ?? null };
  const outputs = metrics.map((metric, i): Output => {
    const ownConditions = parseConditions(references[i]?.where ?? [], ["metrics", String(i), "where"]);
    return {
      name: names[i] ?? metric.name,
      metric,
      of: resolveMetric({ ...question, metric, asked: metric.name, ownConditions }),
    };
  });
  const spine = rowCounts.map((metric): Output => {
    return {
      name: metric.name,
      metric,
      of: resolveMetric({ ...question, metric, asked: metric.name, ownConditions: [] }),
    };
  });

  const groupBy = namedGroupBys(request.groupBy ?? [], items, [...outputs, ...spine]);
  refuseDuplicates(groupBy, names);
  for (const { expr, text, path } of having) {
    checkCondition(expr, (name) => typeOfMetric(outputs.find((output) => output.name === name)?.of), text, path);
  }
  return {
    kind: "metrics",
    catalog,
    timeZone,
    outputs,
    shown: outputs.map(({ name, metric, of }) => ({
      name,
      metric,
      calc: { kind: "value", of: name },
      type: typeOfMetric(of),
    })),
    totals: [],
    hiddenGroups: [],
    top: null,
    fill: null,
    parent: null,
    countOnly: false,
    after: null,
    spine,
    groupBy,
    having: having.map(({ expr }) => expr),
    orderBy: ordersOf(catalog, request.orderBy ?? [], groupBy, names),
    limit: request.limit ?? null,
    offset: request.offset ?? 0,
    calendar: calendarFor(catalog, outputs),
  };
}

function savedQueryOf(catalog: Catalog, name: string): SavedQuery {
  const saved = catalog.savedQueries.get(name);
  if (saved) return saved;
  const suggestions = nearest(name, catalog.savedQueries.keys());
  throw new Refusal("UNKNOWN_SAVED_QUERY", `There is no saved query "${name}".${didYouMean(suggestions)}`, {
    suggestions,
    path: ["savedQuery"],
  });
}

/** The other fields narrow a saved query: lists replace its own, conditions are added. */
function narrow(saved: SavedQuery, request: QueryRequest): QueryRequest {
  const { savedQuery: _, ...rest } = request;
  return {
    ...rest,
    metrics: request.metrics ?? saved.metrics,
    groupBy: request.groupBy ?? saved.groupBy,
    where: [...saved.filters.map((filter) => filter.text), ...(request.where ?? [])],
    orderBy: request.orderBy ?? saved.orderBy,
    limit: request.limit ?? saved.limit,
  };
}

/** Its own, else the coarsest of the time columns below it, but at least day. Its inputs' own defaults are theirs alone. */
function defaultGrainOf(catalog: Catalog, metric: Metric): string {
  if (metric.defaultGrain) return metric.defaultGrain;
  const grains = simpleMetricsBelow(catalog, metric).map((leaf) => ownTimeOf(catalog, leaf)?.grain ?? "day");
  return grains.reduce(coarser, "day");
}

function coarserOf(a: string, b: string): string {
  if (isStandardGrain(a) && isStandardGrain(b)) return coarser(a, b);
  if (a === b || b === "day") return a;
  if (a === "day") return b;
  throw new Refusal(
    "INVALID_REQUEST",
    `The metrics' default grains ${a} and ${b} cannot be compared; ask for metric_time with a grain.`,
    { path: ["groupBy"] },
  );
}

function withDefaultGrain(item: Item, grain: string): Item {
  return item.isMetricTime && !item.grain && !item.part ? { ...item, grain } : item;
}

function namedGroupBys(
  references: readonly GroupByReference[],
  items: readonly Item[],
  outputs: readonly Output[],
): readonly GroupBy[] {
  const leaves = outputs.flatMap((output) => leavesOf(output.of));
  return items.map((item, i) => {
    const field = leaves[0]?.groupBy[i];
    refuseSeveralPaths(item, i, leaves);
    const key = field?.key ?? columnName(item, item.grain);
    return {
      item,
      key,
      output: references[i]?.as ?? key,
      label: field ? labelOf(field) : item.element,
      type: field?.type ?? "unknown",
    };
  });
}

/** A name that leaves joins out must mean the same path for every metric, or their groups could not be stitched. */
function refuseSeveralPaths(item: Item, place: number, leaves: readonly ResolvedSimple[]): void {
  const keys = [...new Set(leaves.flatMap((leaf) => leaf.groupBy[place]?.key ?? []))];
  if (keys.length < 2) return;
  throw new Refusal(
    "AMBIGUOUS_PATH",
    `The metrics reach "${baseName(item)}" by different paths: ${keys.join(", ")}. Ask for them apart, or by a name that all of them have.`,
    { suggestions: keys, path: ["groupBy", String(place), "name"] },
  );
}

/** The simple metrics that a resolved metric rests on, in the order they are written. */
export function leavesOf(metric: ResolvedMetric): readonly ResolvedSimple[] {
  switch (metric.kind) {
    case "simple":
      return [metric];
    case "ratio":
      return [...leavesOf(metric.numerator), ...leavesOf(metric.denominator)];
    case "derived":
      return metric.inputs.flatMap((input) => leavesOf(input.of));
    case "cumulative":
      return [metric.input];
    case "conversion":
      return [metric.base, metric.conversion];
  }
}

function checkLimits(request: QueryRequest): void {
  for (const field of ["limit", "offset"] as const) {
    const value = request[field];
    if (value === undefined || value === null || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new Refusal("INVALID_LIMIT", `${field} must be a whole number from 0, not ${value}.`, { path: [field] });
  }
}

/** Metrics joined to the calendar need one that fits every way the query cuts their time. */
function calendarFor(catalog: Catalog, outputs: readonly Output[]): MetricsQuery["calendar"] {
  const groups = outputs.flatMap((output) => spinedGroups(output.of));
  const cuts = groups.filter((field) => field.isMetricTime).flatMap((field) => field.cut ?? []);
  return cuts.length === 0 ? null : chooseCalendar(catalog, cuts, "A metric with join_to_timespine");
}

/** The group-bys of metrics that are joined to the calendar; a conversion's are its base event's. */
function spinedGroups(of: ResolvedMetric): readonly Field[] {
  switch (of.kind) {
    case "simple":
      return of.metric.joinToTimespine ? of.groupBy : [];
    case "conversion":
      return of.base.metric.joinToTimespine || of.conversion.metric.joinToTimespine ? of.base.groupBy : [];
    case "cumulative":
      return spinedGroups(of.input);
    case "ratio":
      return [...spinedGroups(of.numerator), ...spinedGroups(of.denominator)];
    case "derived":
      return of.inputs.flatMap((input) => spinedGroups(input.of));
  }
}
