import type { Calendar, Window } from "../../catalog/index.ts";
import type { Expr, StandardGrain } from "../../expression/index.ts";
import { allOf, call, compareGrains, isStandardGrain, ref, refsOf, text } from "../../expression/index.ts";
import type { Field, ResolvedCumulative, ResolvedOffset, ResolvedRange } from "../../request/index.ts";
import { isDayOrCoarser, mentionsMetricTime, typeOfMetric } from "../../request/index.ts";
import { shift, toColumns } from "../lower.ts";
import type { Column, PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import { calendarColumn, calendarRows } from "./calendar.ts";
import type { PlanContext } from "./context.ts";
import { conditionsOf, place, placementOf } from "./offset.ts";
import { filtered, joinOf } from "./rows.ts";
import { atOneDate, buildSimple, matchingRows, measureOf } from "./simple.ts";

/**
 * A running value along the calendar: each day is joined to the rows of its window, aggregated, and, where the query's
 * grain is coarser, the daily values of a period become one.
 *
 *   aggregate by day, <keys>: value
 *     join on row.day <= day and row.day > day - window
 *       calendar
 *       rows
 */
export function buildCumulative(
  context: PlanContext,
  of: ResolvedCumulative,
  name: string,
  offsets: readonly ResolvedOffset[],
): PlanNode {
  const { input, calendar } = of;
  if (!calendar) {
    // No time in the groups: everything up to the range's end.
    const range = input.range && { start: null, end: input.range.end };
    return buildSimple(context, { ...input, range }, name, { calendar: null, offsets: [] });
  }
  if (offsets.length > 0) return offsetCumulative(context, of, calendar, name, offsets);
  const times = input.groupBy.filter((field) => field.isMetricTime);
  const { inside, mixed } = conditionsOf(input);
  const timeOnly = input.queryConditions.filter(
    (condition) => mentionsMetricTime(condition) && !mixed.includes(condition),
  );
  const timeFields = [...times, ...input.queryConditions.flatMap(refsOf).filter((field) => field.isMetricTime)];
  const step = stepOf(of, calendar);
  const day = context.names.of(`${step} of ${calendar.name}`, `calendar_${step}`);
  const calendarDays = calendarRows(context, calendar, timeFields, input.range, timeOnly, [
    { name: day, ...calendarColumn({ kind: "grain", grain: step }, calendar) },
  ]);
  const days: PlanNode =
    step === calendar.grain
      ? calendarDays
      : {
          kind: "aggregate",
          input: calendarDays,
          keys: columnsOf(calendarDays).map((column) => column.name),
          measures: [],
        };
  const rows = datedRows(context, of, step, name, inside, mixed.flatMap(refsOf));
  const joined = joinOf(
    input.metric.joinToTimespine ? "left" : "inner",
    days,
    rows.node,
    [],
    inWindow(of, rows.at, day),
  );
  const conditions = mixed.map((condition) => toColumns(condition, (field) => field.key));
  const keys = [...new Set(input.groupBy.map((field) => field.key))];
  const isEmptyDay = input.metric.joinToTimespine ? call("is_null", ref<string>(rows.at)) : null;
  const isDaily = times.some((field) => field.cut?.kind === "grain" && field.cut.grain === step);
  const daily: PlanNode = {
    kind: "aggregate",
    input: atOneDate(context, input, filtered(joined, conditions), [day], isEmptyDay),
    keys: isDaily ? keys : [day, ...keys],
    // A day that only the calendar has counts nothing, not one row.
    measures: [
      input.metric.joinToTimespine ? { ...rows.measure, filter: call("is_not_null", ref(rows.at)) } : rows.measure,
    ],
  };
  return isDaily ? daily : onePerPeriod(context, of, daily, day, keys, name);
}

/** The grain values run at: days, finer where the query asks, the time's own where that is coarser. */
function stepOf({ input }: ResolvedCumulative, calendar: Calendar): StandardGrain {
  const own = input.time?.cut?.kind === "grain" ? input.time.cut.grain : "day";
  const daily = compareGrains(own, "day") > 0 ? own : "day";
  const asked = input.groupBy.flatMap((field) =>
    field.isMetricTime && field.cut?.kind === "grain" ? field.cut.grain : [],
  );
  const [finest] = [...asked, daily].sort(compareGrains);
  return finest && compareGrains(finest, calendar.grain) >= 0 ? finest : calendar.grain;
}

function datedRows(
  context: PlanContext,
  of: ResolvedCumulative,
  step: StandardGrain,
  name: string,
  inside: Parameters<typeof matchingRows>[3],
  more: readonly Field[],
) {
  const { input } = of;
  if (!input.time) throw new Error(`Metric "${of.metric.name}" accumulates along a time that its input does not have.`);
  const at: Field = {
    ...input.time,
    key: context.names.of(`event ${step} of ${input.metric.name}`, `${input.metric.name}_${step}`),
    cut: { kind: "grain", grain: step },
    type: isDayOrCoarser(step) ? "date" : "timestamp",
  };
  const measure = measureOf(context, input, name);
  const others = input.groupBy.filter((field) => !field.isMetricTime);
  const extra = [...more.filter((field) => !field.isMetricTime), at];
  const { node } = matchingRows(
    context,
    { ...input, groupBy: others, range: reach(of) },
    measure.columns,
    inside,
    extra,
  );
  return { node, at: at.key, measure: measure.of };
}

/** The rows that any day of the range can see: back by the longest that the window or the period can be. */
function reach({ metric, input: { range } }: ResolvedCumulative): ResolvedRange | null {
  if (!range) return null;
  const grain = metric.window?.grain ?? metric.grainToDate;
  if (!grain) return { start: null, end: range.end };
  return { start: farBefore(range.start, { count: metric.window?.count ?? 1, grain }), end: range.end };
}

/**
 * From where running values are shown later. Imported definitions rely on it that one from before the range is not
 * carried into it by their own offsets; what a period is compared with lies before the range as often as in it.
 */
function shownFrom({ start }: ResolvedRange, offsets: readonly ResolvedOffset[]): string | null {
  if (!offsets.some((offset) => offset.kind === "window" && offset.isComparison)) return start;
  return offsets.reduce<string | null>((from, offset) => {
    return farBefore(from, offset.kind === "window" ? offset.window : { count: 1, grain: offset.grain });
  }, start);
}

/** At least so long before; null where that cannot be told in days. */
function farBefore(start: string | null, { count, grain }: Window): string | null {
  if (start === null || !isStandardGrain(grain)) return null;
  const days = count * (LONGEST_DAYS[grain] ?? 1);
  const far = new Date(Date.parse(`${start.slice(0, 10)}T00:00:00Z`) - days * 86_400_000);
  return far.getUTCFullYear() > 0 ? far.toISOString().slice(0, 10) : null;
}

const LONGEST_DAYS: Readonly<Partial<Record<StandardGrain, number>>> = { week: 7, month: 31, quarter: 92, year: 366 };

/** Which rows a day sees. The start of a window is open, the start of a period to date is not. */
function inWindow({ metric }: ResolvedCumulative, at: string, day: string): Expr<string> | null {
  const until = call("<=", ref<string>(at), ref(day));
  if (metric.window) {
    const { count, grain } = metric.window;
    if (!isStandardGrain(grain)) throw new Error(`Window of "${metric.name}" has the custom grain ${grain}.`);
    return allOf([until, call(">", ref<string>(at), shift(ref(day), -count, grain))]);
  }
  if (metric.grainToDate) {
    return allOf([until, call(">=", ref<string>(at), call("date_trunc", text(metric.grainToDate), ref<string>(day)))]);
  }
  return until;
}

/** One of a period's daily values, or their average: over the days that have a row. */
function onePerPeriod(
  context: PlanContext,
  { metric, input }: ResolvedCumulative,
  daily: PlanNode,
  day: string,
  keys: readonly string[],
  name: string,
): PlanNode {
  if (metric.periodAggregation === "average") {
    return {
      kind: "aggregate",
      input: daily,
      keys,
      measures: [{ name, aggregation: "average", arg: ref(name), percentile: null, filter: null, type: "float" }],
    };
  }
  const rank = context.names.of(`rank of ${name} ${metric.periodAggregation}`, "rank_in_period");
  const ranked: PlanNode = {
    kind: "window",
    input: daily,
    name: rank,
    compute: { fn: "row_number" },
    partitionBy: keys,
    orderBy: [{ column: day, direction: metric.periodAggregation === "first" ? "asc" : "desc" }],
  };
  const chosen = filtered(ranked, [call("=", ref(rank), { kind: "literal", type: "int", value: "1" })]);
  const columns: readonly Column<string>[] = [
    ...keys.map(
      (key) =>
        ({
          name: key,
          expr: ref(key),
          type: columnsOf(daily).find((column) => column.name === key)?.type ?? "unknown",
        }) as const,
    ),
    { name, expr: ref(name), type: typeOfMetric(input) },
  ];
  return { kind: "project", input: chosen, columns };
}

/** The finished values, shown at the offset's output dates: conditions on time see those dates. */
function offsetCumulative(
  context: PlanContext,
  of: ResolvedCumulative,
  calendar: Calendar,
  name: string,
  offsets: readonly ResolvedOffset[],
): PlanNode {
  const { input } = of;
  const placement = placementOf(context, input, offsets);
  const { mixed } = conditionsOf(input);
  const level = placement.level;
  if (!input.time) throw new Error(`Metric "${of.metric.name}" accumulates along a time that its input does not have.`);
  const key = context.names.of(`source of ${name}`, `${name}_at`);
  const at: Field = { ...input.time, key, cut: level, isMetricTime: true, type: "date" };
  const extra = mixed.flatMap(refsOf).filter((field) => !field.isMetricTime);
  const others = [
    ...new Map(
      [...input.groupBy.filter((field) => !field.isMetricTime), ...extra].map((field) => [field.key, field]),
    ).values(),
  ];
  const inner: ResolvedCumulative = {
    ...of,
    calendar,
    input: {
      ...input,
      groupBy: [at, ...others],
      range: input.range && { start: shownFrom(input.range, offsets), end: null },
      queryConditions: input.queryConditions.filter((condition) => !mentionsMetricTime(condition)),
    },
  };
  const placed = place(context, buildCumulative(context, inner, name, []), key, placement, mixed);
  const keys = [...new Set(input.groupBy.map((field) => field.key))];
  const isFinished = input.groupBy.some((field) => field.isMetricTime && sameCut(field, at));
  if (isFinished) {
    const columns = columnsOf(placed).filter((column) => keys.includes(column.name) || column.name === name);
    return {
      kind: "project",
      input: placed,
      columns: columns.map((column) => ({ ...column, expr: ref(column.name) })),
    };
  }
  const output = placement.node.kind === "scan" ? key : (columnsOf(placement.node)[0]?.name ?? key);
  return onePerPeriod(context, of, placed, output, keys, name);
}

function sameCut(a: Field, b: Field): boolean {
  if (a.cut?.kind === "grain" && b.cut?.kind === "grain") return a.cut.grain === b.cut.grain;
  return a.cut?.kind === "custom" && b.cut?.kind === "custom" && a.cut.name === b.cut.name;
}
