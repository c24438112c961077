import type { Calendar } from "../../catalog/index.ts";
import type { Expr } from "../../expression/index.ts";
import { call, literal, ref, refsOf } from "../../expression/index.ts";
import type { Field, ResolvedOffset, ResolvedSimple, RowCondition } from "../../request/index.ts";
import { mentionsMetricTime, typeOfMetric } from "../../request/index.ts";
import { inRange, toColumns } from "../lower.ts";
import type { AggregateMeasure, Column, Physical, PlanNode } from "../node.ts";
import { calendarRows } from "./calendar.ts";
import type { PlanContext } from "./context.ts";
import { amongGroups, memberFields } from "./membership.ts";
import { conditionsOf, place, placementOf } from "./offset.ts";
import type { Rows } from "./rows.ts";
import { filtered, joinOf, readRows, valueColumn } from "./rows.ts";

export interface Laying {
  /** Where the metric is joined to the time spine: a row for every period of it. */
  readonly calendar: Calendar | null;
  /** Of the metrics this one is an input of, the outermost first. */
  readonly offsets: readonly ResolvedOffset[];
}

/**
 * One aggregate of one model by the query's groups:
 *
 *   aggregate by <keys>: <name>
 *     filter <own and query conditions, range>
 *       rows of the model, joined to what groups and conditions name
 *
 * With an offset, conditions on time and the range choose the output periods instead, and rows join the periods that
 * show them.
 */
export function buildSimple(
  context: PlanContext,
  leaf: ResolvedSimple,
  name: string,
  { calendar, offsets }: Laying,
): PlanNode {
  const measure = measureOf(context, leaf, name);
  const rows = offsets.length > 0 ? offsetRows(context, leaf, measure, offsets) : countedRows(context, leaf, measure);
  const keys = [...new Set(leaf.groupBy.map((field) => field.key))];
  const aggregate: PlanNode = { kind: "aggregate", input: rows, keys, measures: [measure.of] };
  const hasTime = leaf.groupBy.some((field) => field.isMetricTime);
  return calendar && leaf.metric.joinToTimespine && hasTime
    ? alongCalendar(context, leaf, aggregate, name, calendar)
    : aggregate;
}

function countedRows(context: PlanContext, leaf: ResolvedSimple, measure: Measured): PlanNode {
  const { node, columnOf } = matchingRows(context, leaf, measure.columns, [
    ...leaf.ownConditions,
    ...leaf.queryConditions,
  ]);
  const buckets = leaf.groupBy.filter((field) => field.isMetricTime).map(columnOf);
  return leaf.nonAdditive ? atOneDate(context, leaf, node, buckets) : node;
}

/** Rows at the output periods that show them. */
function offsetRows(
  context: PlanContext,
  leaf: ResolvedSimple,
  measure: Measured,
  offsets: readonly ResolvedOffset[],
): PlanNode {
  const placement = placementOf(context, leaf, offsets);
  const { inside, mixed } = conditionsOf(leaf);
  if (!leaf.time) throw new Error(`Metric "${leaf.metric.name}" is offset along a time that it does not have.`);
  const at: Field = {
    ...leaf.time,
    key: context.names.of(`source of ${leaf.metric.name}`, `${leaf.metric.name}_at`),
    cut: placement.level,
    type: "date",
  };
  const others = leaf.groupBy.filter((field) => !field.isMetricTime);
  const extra = mixed.flatMap(refsOf).filter((field) => !field.isMetricTime);
  const { node } = matchingRows(context, { ...leaf, groupBy: others, range: null }, measure.columns, inside, [
    ...extra,
    at,
  ]);
  // Days of several sources may make one output period, which then has the last date of them all.
  const placed = place(context, node, at.key, placement, mixed);
  const buckets = leaf.groupBy.filter((field) => field.isMetricTime).map(({ key }) => key);
  return atOneDate(context, leaf, placed, [...new Set(buckets)]);
}

/** The model's rows that the metric counts. */
export function matchingRows(
  context: PlanContext,
  leaf: ResolvedSimple,
  values: readonly Column<Physical>[],
  conditions: readonly RowCondition[],
  more: readonly Field[] = [],
): Rows {
  const range = leaf.range && leaf.time ? rangeColumn(context, leaf, leaf.time) : null;
  const fields = [
    ...leaf.groupBy,
    ...conditions.flatMap(refsOf),
    ...nonAdditiveFields(leaf),
    ...memberFields(context, leaf),
    ...more,
  ];
  const rows = readRows(context, {
    model: leaf.model,
    fields,
    values: range ? [...values, range.column] : values,
    time: leaf.time,
    join: "left",
  });
  const tests = conditions.map((condition) => toColumns(condition, rows.columnOf));
  const among = amongGroups(context, leaf, rows.node);
  const all = [...tests, ...(range?.conditions ?? []), ...among.conditions];
  return { node: filtered(among.node, all), columnOf: rows.columnOf };
}

/** The bare time as a column, and the range over it. */
function rangeColumn(context: PlanContext, leaf: ResolvedSimple, time: Field) {
  if (!leaf.range || time.value.kind !== "element" || time.value.element.kind !== "dimension") return null;
  const { dimension } = time.value.element;
  const column = valueColumn(context, leaf.model, dimension.value, dimension.name, dimension.type);
  return { column, conditions: inRange<string>(ref(column.name), dimension.type, leaf.range, context.timeZone) };
}

export interface Measured {
  readonly columns: readonly Column<Physical>[];
  readonly of: AggregateMeasure;
}

/** The aggregate under a name, and the columns it reads. */
export function measureOf(context: PlanContext, leaf: ResolvedSimple, name: string): Measured {
  const { aggregate, name: metric } = leaf.metric;
  const { aggregation, value, percentile } = aggregate;
  const of = (arg: Expr<string>): AggregateMeasure => ({
    name,
    aggregation,
    arg,
    percentile,
    filter: null,
    type: typeOfMetric(leaf),
  });
  if (value.kind === "expr" && value.expr.kind === "literal")
    return { columns: [], of: of(literal(value.expr.type, value.expr.value)) };
  const column = valueColumn(context, leaf.model, value, metric, "unknown");
  return { columns: [column], of: of(ref(column.name)) };
}

function nonAdditiveFields(leaf: ResolvedSimple): readonly Field[] {
  return leaf.nonAdditive ? [leaf.nonAdditive.date, ...leaf.nonAdditive.groupings] : [];
}

/** Keeps the rows at the first or last date, found once per queried time bucket and per grouping; `also` keeps others. */
export function atOneDate(
  context: PlanContext,
  leaf: ResolvedSimple,
  input: PlanNode,
  buckets: readonly string[],
  also: Expr<string> | null = null,
): PlanNode {
  if (!leaf.nonAdditive || !leaf.metric.nonAdditive) return input;
  const { choice } = leaf.metric.nonAdditive;
  const date = leaf.nonAdditive.date.key;
  const groupings = leaf.nonAdditive.groupings.map((field) => field.key);
  const name = context.names.of(
    `${choice} ${date} ${groupings.join()} ${leaf.metric.name}`,
    choice === "max" ? "last_date" : "first_date",
  );
  const marked: PlanNode = {
    kind: "window",
    input,
    name,
    compute: { fn: choice, column: date },
    partitionBy: [...new Set([...buckets, ...groupings])],
    orderBy: [],
  };
  const isAtDate: Expr<string> = call("=", ref(date), ref(name));
  return filtered(marked, [also ? call("or", isAtDate, also) : isAtDate]);
}

/** Lays the finished aggregate along the calendar. Conditions on what is grouped by are tested again on padded rows. */
export function alongCalendar(
  context: PlanContext,
  leaf: ResolvedSimple,
  aggregate: PlanNode,
  name: string,
  calendar: Calendar,
): PlanNode {
  const times = leaf.groupBy.filter((field) => field.isMetricTime);
  const timeKeys = [...new Set(times.map((field) => field.key))];
  const timeOnly = leaf.queryConditions.filter(
    (condition) => mentionsMetricTime(condition) && refsOf(condition).every((field) => field.isMetricTime),
  );
  const periods: PlanNode = {
    kind: "aggregate",
    input: calendarRows(context, calendar, [...times, ...timeOnly.flatMap(refsOf)], leaf.range, timeOnly),
    keys: timeKeys,
    measures: [],
  };
  const joined = joinOf(
    "left",
    periods,
    aggregate,
    timeKeys.map((key) => ({ left: key, right: key })),
    null,
  );
  const grouped = new Set(leaf.groupBy.map((field) => field.key));
  const again = leaf.queryConditions.filter((condition) => refsOf(condition).every((field) => grouped.has(field.key)));
  const padded = filtered(
    { ...joined, columns: [...new Set(leaf.groupBy.map((field) => field.key)), name] },
    again.map((condition) => toColumns(condition, (field) => field.key)),
  );
  return padded;
}
