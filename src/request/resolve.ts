import type { Catalog, Metric, SavedQuery } from "../catalog/index.ts";
import { definitionsOf, simpleMetricsBelow } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { coarser, compareGrains, isStandardGrain } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import { chooseCalendar } from "./calendars.ts";
import { type Asked, compare } from "./comparison.ts";
import { calendarWith } from "./field.ts";
import { fillOf } from "./fill.ts";
import { checkCondition, type LevelledConditions, parseConditions, splitLevels } from "./filters.ts";
import { baseName, columnName, parseItem } from "./item.ts";
import { leavesOf } from "./leaves.ts";
import { ownTimeOf, resolveMetric } from "./metric.ts";
import { asColumns, didYouMean, labelOf, ordersOf, refuseDuplicates } from "./outputs.ts";
import { checkCertified, referencedMetric } from "./queryable.ts";
import { wholePeriods } from "./range.ts";
import { absoluteRange } from "./relative-range.ts";
import type { GroupByReference, MetricReference, QueryRequest, TimeRange } from "./request.ts";
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
import { isRestByTime, topOf, withinGroups } from "./top.ts";
import { resolveValues } from "./values.ts";
import { withinItem } from "./within.ts";
import { isRealZone } from "./zone.ts";

/**
 * Looks every name of a request up and checks every rule of the semantics.
 *
 * @param now What relative time ranges are counted from.
 * @throws Refusal with the code, the place in the request and what to write instead.
 */
export function resolveRequest(catalog: Catalog, request: QueryRequest, now: Date = new Date()): ResolvedQuery {
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
  if (metrics.length === 0 && !asked.rowsOf) return resolveValues(catalog, withRange(asked, timeZone, now), timeZone);
  return resolveMetrics(catalog, asked, metrics, timeZone, now);
}

function resolveMetrics(
  catalog: Catalog,
  request: QueryRequest,
  references: readonly MetricReference[],
  timeZone: string,
  now: Date,
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

  const metrics = references.map((reference, i) => {
    const path = ["metrics", String(i)];
    const metric = referencedMetric(catalog, reference, path);
    if (request.requireCertified) checkCertified(catalog, metric, path);
    return metric;
  });
  const rowCounts = request.rowsOf ? rowCountsOf(catalog, request.rowsOf) : [];
  // Asked for a model's groups, the groups alone decide how time is cut.
  const timed: readonly Metric[] = rowCounts.length > 0 ? rowCounts : metrics;
  const defaultGrain = timed
    .map((metric) => defaultGrainOf(definitionsOf(catalog), metric))
    .reduce((a, b) => coarserOf(a, b));
  const items = (request.groupBy ?? []).map((reference, i) =>
    withDefaultGrain(parseItem(catalog, reference, ["groupBy", String(i)]), defaultGrain),
  );
  const names = references.map((reference, i) => reference.as ?? metrics[i]?.name ?? reference.name.toLowerCase());
  const { rows, having } = conditionsOf(request, new Set(names));

  const all = [...items];
  const asked = metrics.map((metric, i): Asked => {
    const reference = references[i] ?? { name: metric.name };
    const path = ["metrics", String(i)];
    const within = reference.within?.map((group, j) => {
      const item = withinItem(catalog, group, all, [...path, "within", String(j)]);
      if (!all.includes(item)) all.push(item);
      return item;
    });
    return { reference, metric, name: names[i] ?? metric.name, within: within ?? null, path };
  });
  const range = request.timeRange ? absoluteRange(request.timeRange, timeZone, now) : null;
  const widening = request.timeRange?.wholeFor?.map((reference) =>
    withDefaultGrain(parseItem(catalog, reference, ["timeRange"]), defaultGrain),
  );
  const parent = request.parent ? parentOf(catalog, request.parent, timeZone, now) : null;
  const question = {
    catalog,
    timeZone,
    groupBy: all,
    queryConditions: rows,
    range: range && wholeFor(catalog, range, widening ?? items, widening !== undefined),
    isOfOtherPeriods: parent !== null && isRestByTime(parent),
  };
  const { outputs, totals, shown } = compare(question, asked);
  const spine = rowCounts.map((metric): Output => {
    return {
      name: metric.name,
      metric,
      of: resolveMetric({ ...question, metric, asked: metric.name, ownConditions: [] }),
    };
  });

  const groups = namedGroupBys(request.groupBy ?? [], all, [...outputs, ...spine]);
  const groupBy = groups.slice(0, items.length);
  refuseDuplicates(groupBy, names);
  for (const { expr, text, path } of having) {
    checkCondition(expr, (name) => shown.find((column) => column.name === name)?.type ?? "unknown", text, path);
  }
  const inRows = request.top?.part === "rest" ? withinGroups(groupBy, request.top) : groupBy;
  return {
    kind: "metrics",
    catalog,
    timeZone,
    outputs,
    shown,
    totals,
    spine,
    groupBy,
    hiddenGroups: groups.slice(items.length),
    having: having.map(({ expr }) => expr),
    top: request.top ? topOf(request.top, groupBy, names) : null,
    fill: fillOf(catalog, request, groups, [...outputs, ...spine]),
    parent,
    countOnly: request.countOnly ?? false,
    orderBy: ordersOf(catalog, asColumns(request.orderBy ?? [], references, names), inRows, names),
    limit: request.limit ?? null,
    offset: request.offset ?? 0,
    after: request.after ?? null,
    calendar: calendarFor(catalog, [...outputs, ...totals.flatMap((total) => total.outputs)]),
  };
}

/**
 * One range for the rows and for everything that is told of them: in whole periods of the finest metric_time.
 *
 * @param isSettled The groups are not the question's own: its own widen nothing.
 */
function wholeFor(catalog: Catalog, range: TimeRange, groups: readonly Item[], isSettled: boolean): TimeRange {
  const grains = groups.flatMap(({ isMetricTime, grain }) => {
    if (!isMetricTime || grain === null) return [];
    return isStandardGrain(grain) ? grain : (calendarWith(catalog, grain)?.grain ?? []);
  });
  const [finest] = grains.sort(compareGrains);
  if (finest) return wholePeriods(range, finest);
  return isSettled ? { ...range, isWhole: true } : range;
}

/** Conditions by their level; `having` may only test columns. */
function conditionsOf(request: QueryRequest, names: ReadonlySet<string>): LevelledConditions {
  const { rows, having } = splitLevels(parseConditions(request.where ?? [], ["where"]), names);
  const tested = splitLevels(parseConditions(request.having ?? [], ["having"]), names);
  const [stray] = tested.rows;
  if (stray) {
    throw new Refusal(
      "INVALID_FILTER",
      `Condition "${stray.text.slice(0, 200)}" tests no metric of the answer; conditions on dimensions belong to where.`,
      { suggestions: [...names], path: stray.path },
    );
  }
  return { rows, having: [...having, ...tested.having] };
}

function parentOf(catalog: Catalog, request: QueryRequest, timeZone: string, now: Date): MetricsQuery {
  const parent = resolveRequest(catalog, { timeZone, ...request }, now);
  if (parent.kind === "metrics") return parent;
  throw new Error("The rows of an answer without metrics have nothing behind them.");
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

function withRange(request: QueryRequest, timeZone: string, now: Date): QueryRequest {
  return request.timeRange ? { ...request, timeRange: absoluteRange(request.timeRange, timeZone, now) } : request;
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
