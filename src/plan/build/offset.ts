import type { Calendar } from "../../catalog/index.ts";
import { Refusal } from "../../diagnostics/index.ts";
import type { DatePart, Expr, StandardGrain } from "../../expression/index.ts";
import { call, coarser, compareGrains, int, isStandardGrain, ref, refsOf, text } from "../../expression/index.ts";
import type { Field, ResolvedOffset, ResolvedSimple, RowCondition, TimeCut } from "../../request/index.ts";
import { isDayOrCoarser, mentionsMetricTime } from "../../request/index.ts";
import { shift, toColumns, toDate } from "../lower.ts";
import type { PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import { calendarColumn, calendarRows } from "./calendar.ts";
import { nameFor, type PlanContext } from "./context.ts";
import { filtered, joinOf } from "./rows.ts";

/**
 * Where the values of an offset metric are shown: rows of a source period are joined to every output period that takes
 * them.
 *
 *   output period (metric_time__month) | source period
 *   2024-02-01                         | 2024-01-01      offset_window 1 month
 *   2024-03-01                         | 2024-02-01
 */
export interface Placement {
  /** The keys of the query's times, the fields that conditions on time read, and `source`. */
  readonly node: PlanNode;
  readonly source: string;
  /** How a row's own time is cut to meet `source`. */
  readonly level: TimeCut;
  /** Moves whole periods: rows go forward by these, instead of outputs back. */
  readonly forward: readonly { readonly count: number; readonly grain: StandardGrain }[];
}

/** @param offsets The outermost first: its output's source is where the next one starts. */
export function placementOf(context: PlanContext, leaf: ResolvedSimple, offsets: readonly ResolvedOffset[]): Placement {
  const times = uniqueFields(leaf.groupBy.filter((field) => field.isMetricTime));
  const [first] = offsets;
  if (!first) throw new Error("A placement needs an offset.");
  const { calendar } = first;
  const onTime = leaf.queryConditions.filter(mentionsMetricTime);
  const timeOnly = onTime.filter((condition) => refsOf(condition).every((field) => field.isMetricTime));
  const timesOf = (conditions: readonly RowCondition[]): readonly Field[] =>
    conditions.flatMap(refsOf).filter((field) => field.isMetricTime);
  // Rows meet these conditions after they are placed: at periods as fine as those that they test.
  const kept = uniqueFields([...times, ...timesOf(onTime.filter((condition) => !timeOnly.includes(condition)))]);
  const level = levelOf(context, kept, offsets, calendar, leaf);
  const output = context.names.of(`output of ${offsets.length} ${levelName(level)}`, `output_${levelName(level)}`);
  const periods: PlanNode = {
    kind: "aggregate",
    input: calendarRows(context, calendar, uniqueFields([...kept, ...timesOf(timeOnly)]), leaf.range, timeOnly, [
      { name: output, ...calendarColumn(level, calendar) },
    ]),
    // A period stands once, however many of its days are tested.
    keys: [output, ...kept.map((field) => field.key)],
    measures: [],
  };
  const forward = offsets.flatMap((offset) =>
    offset.kind === "window" && offset.wholePeriods && !isExact(times, offset) ? [whole(offset)] : [],
  );
  if (forward.length > 0 && offsets.length > 1) {
    throw new Refusal(
      "NOT_SUPPORTED",
      `${nameFor(context, leaf.metric)} is offset twice, and by whole periods once; use one of the two.`,
    );
  }
  const back = forward.length > 0 ? [] : offsets;
  const outputs =
    first.kind === "to-grain" && !isExact(times, first) ? firstOfBuckets(periods, output, times) : periods;
  return { ...stepsBack(context, outputs, output, back, level), level, forward };
}

/** The conditions that stay on source rows, and those that see the output's time beside the row's other fields. */
export function conditionsOf(leaf: ResolvedSimple): {
  readonly inside: readonly RowCondition[];
  readonly mixed: readonly RowCondition[];
} {
  const onTime = leaf.queryConditions.filter(mentionsMetricTime);
  return {
    inside: [...leaf.ownConditions, ...leaf.queryConditions.filter((condition) => !mentionsMetricTime(condition))],
    mixed: onTime.filter((condition) => refsOf(condition).some((field) => !field.isMetricTime)),
  };
}

/** Joins source rows to the periods that show them. `at` is the rows' time, cut to the placement's level. */
export function place(
  context: PlanContext,
  rows: PlanNode,
  at: string,
  placement: Placement,
  mixed: readonly RowCondition[],
): PlanNode {
  const moved = placement.forward.reduce<Expr<string>>(
    (time, { count, grain }) => cutTo(placement.level, shift(time, count, grain)),
    ref(at),
  );
  const own = columnsOf(rows);
  const placedAt = context.names.of(`placed ${at}`, `${at}_placed`);
  const ready: PlanNode =
    placement.forward.length === 0
      ? rows
      : {
          kind: "project",
          input: rows,
          columns: [
            ...own.map(({ name, type }) => ({ name, expr: ref(name), type })),
            { name: placedAt, expr: moved, type: "date" },
          ],
        };
  // Periods stand left: where rows carry their own time under a name of the query's, the output's is meant.
  const joined = joinOf(
    "inner",
    placement.node,
    ready,
    [{ left: placement.source, right: placement.forward.length === 0 ? at : placedAt }],
    null,
  );
  return filtered(
    joined,
    mixed.map((condition) => toColumns(condition, (field) => field.key)),
  );
}

/** Buckets as fine as the query's, where every offset is a whole number of them; else days. */
function levelOf(
  context: PlanContext,
  times: readonly Field[],
  offsets: readonly ResolvedOffset[],
  calendar: Calendar,
  leaf: ResolvedSimple,
): TimeCut {
  const cuts = times.flatMap((field) => field.cut ?? []);
  const [onlyOffset] = offsets;
  const custom = cuts.find((cut) => cut.kind === "custom");
  const isPeriodOfCustom = cuts.every(
    (cut) => cut === custom || (cut.kind === "custom" && custom?.kind === "custom" && cut.name === custom.name),
  );
  if (
    custom?.kind === "custom" &&
    isPeriodOfCustom &&
    offsets.length === 1 &&
    onlyOffset?.kind === "window" &&
    onlyOffset.window.grain === custom.name
  )
    return custom;
  const own = leaf.time?.cut?.kind === "grain" ? leaf.time.cut.grain : "day";
  const base: TimeCut = { kind: "grain", grain: compareGrains(own, calendar.grain) > 0 ? own : calendar.grain };
  const finest = finestGrain(cuts);
  if (finest !== null && !custom && offsets.every((offset) => keepsBuckets(offset, finest)))
    return { kind: "grain", grain: finest };
  const daily = coarser("day", own);
  if (compareGrains(calendar.grain, daily) > 0) {
    throw new Refusal(
      "NO_CALENDAR",
      `${nameFor(context, leaf.metric)} has its offset placed by ${daily}, which calendar "${calendar.name}" does not have.`,
      { path: ["groupBy"] },
    );
  }
  return base;
}

/** One day stands for a bucket: its first. */
function firstOfBuckets(periods: PlanNode, output: string, times: readonly Field[]): PlanNode {
  const starts = times.map((field) => call<string>("=", ref(output), ref(field.key)));
  const [only] = starts;
  return filtered(periods, only && starts.length === 1 ? [only] : [call("or", ...starts)]);
}

function isExact(times: readonly Field[], offset: ResolvedOffset): boolean {
  const finest = finestGrain(times.flatMap((field) => field.cut ?? []));
  return finest !== null && keepsBuckets(offset, finest);
}

/** null too where days of one bucket are told apart by another cut: the whole bucket's value would stand beside each. */
function finestGrain(cuts: readonly TimeCut[]): StandardGrain | null {
  const finest = cuts.flatMap((cut) => (cut.kind === "grain" ? cut.grain : [])).sort(compareGrains)[0] ?? null;
  const told = cuts.flatMap((cut) => (cut.kind === "grain" ? cut.grain : cut.kind === "part" ? cut.part : []));
  return finest !== null && told.every((cut) => isWithin(finest, cut)) ? finest : null;
}

/** Whether a bucket lies in one period of the other, or all its days have the same part. */
function isWithin(bucket: StandardGrain, cut: StandardGrain | DatePart): boolean {
  if (cut === bucket || compareGrains(bucket, "day") <= 0) return true;
  return bucket !== "week" && isStandardGrain(cut) && compareGrains(bucket, cut) <= 0;
}

/** Whether moving by the offset takes a bucket of the grain to another bucket of it. */
function keepsBuckets(offset: ResolvedOffset, finest: StandardGrain): boolean {
  const grain = offset.kind === "window" ? offset.window.grain : offset.grain;
  if (!isStandardGrain(grain)) return finest === offset.calendar.grain;
  const isWeekInMonth = finest === "week" && grain !== "week";
  return compareGrains(finest, grain) <= 0 && !isWeekInMonth;
}

function stepsBack(
  context: PlanContext,
  periods: PlanNode,
  output: string,
  offsets: readonly ResolvedOffset[],
  level: TimeCut,
): { readonly node: PlanNode; readonly source: string } {
  return offsets.reduce(
    ({ node, source }, offset, i) => {
      const next = context.names.of(`source ${i} of ${output}`, `source_${levelName(level)}`);
      if (offset.kind === "window" && !isStandardGrain(offset.window.grain)) {
        const before =
          level.kind === "custom"
            ? previousPeriods(context, offset, source, next)
            : previousPositions(context, offset, source, next);
        return { node: joinOf("inner", node, before, [{ left: source, right: source }], null), source: next };
      }
      const columns = columnsOf(node).map(({ name, type }) => ({ name, expr: ref(name), type }));
      const moved = {
        name: next,
        expr: moveBack(ref(source), offset, level),
        type: columns.find((column) => column.name === source)?.type ?? "unknown",
      };
      return { node: { kind: "project", input: node, columns: [...columns, moved] } satisfies PlanNode, source: next };
    },
    { node: periods, source: output },
  );
}

function moveBack(output: Expr<string>, offset: ResolvedOffset, level: TimeCut): Expr<string> {
  if (offset.kind === "to-grain") return cutTo(level, call("date_trunc", text(offset.grain), output));
  const { count, grain } = whole(offset);
  return cutTo(level, shift(output, -count, grain));
}

/** Buckets of days and longer are dates. */
function cutTo(level: TimeCut, time: Expr<string>): Expr<string> {
  return level.kind === "custom" || (level.kind === "grain" && isDayOrCoarser(level.grain)) ? toDate(time) : time;
}

function whole(offset: ResolvedOffset & { readonly kind: "window" }): {
  readonly count: number;
  readonly grain: StandardGrain;
} {
  const { count, grain } = offset.window;
  if (!isStandardGrain(grain)) throw new Error(`Grain "${grain}" is no standard grain.`);
  return { count, grain };
}

/** Each period of a custom grain beside the one so many before it. */
function previousPeriods(
  context: PlanContext,
  offset: ResolvedOffset & { readonly kind: "window" },
  output: string,
  source: string,
): PlanNode {
  const number = context.names.of(`number ${output}`, "period_number");
  const numbered = (name: string): PlanNode => numberedPeriods(offset, name, number);
  return joinOf(
    "inner",
    numbered(output),
    later(numbered(source), number, offset.window.count),
    [{ left: number, right: number }],
    null,
  );
}

/** Each day beside the one at the same position of the period so many before; none where that period is shorter. */
function previousPositions(
  context: PlanContext,
  offset: ResolvedOffset & { readonly kind: "window" },
  output: string,
  source: string,
): PlanNode {
  const number = context.names.of(`number ${output}`, "period_number");
  const position = context.names.of(`position ${output}`, "position_in_period");
  const period = context.names.of(`period ${output}`, "period_start");
  const placed = (name: string): PlanNode => {
    const days: PlanNode = {
      kind: "window",
      input: periodsOf(offset, period, name),
      name: position,
      compute: { fn: "row_number" },
      partitionBy: [period],
      orderBy: [{ column: name, direction: "asc" }],
    };
    return joinOf("inner", days, numberedPeriods(offset, period, number), [{ left: period, right: period }], null);
  };
  const pairs = [number, position].map((name) => ({ left: name, right: name }));
  return joinOf("inner", placed(output), later(placed(source), number, offset.window.count), pairs, null);
}

function periodsOf(offset: ResolvedOffset & { readonly kind: "window" }, period: string, day: string | null): PlanNode {
  const { calendar, window } = offset;
  const cut: TimeCut = { kind: "custom", name: window.grain, calendar };
  const days =
    day === null ? [] : [{ name: day, ...calendarColumn({ kind: "grain", grain: calendar.grain }, calendar) }];
  return {
    kind: "scan",
    name: calendar.name,
    source: calendar.source,
    guard: null,
    minimumGroup: null,
    where: [],
    columns: [{ name: period, ...calendarColumn(cut, calendar) }, ...days],
  };
}

function numberedPeriods(
  offset: ResolvedOffset & { readonly kind: "window" },
  period: string,
  number: string,
): PlanNode {
  const input: PlanNode = { kind: "aggregate", input: periodsOf(offset, period, null), keys: [period], measures: [] };
  return {
    kind: "window",
    input,
    name: number,
    compute: { fn: "row_number" },
    partitionBy: [],
    orderBy: [{ column: period, direction: "asc" }],
  };
}

/** The same rows, numbered as if they came so many periods later. */
function later(node: PlanNode, number: string, count: number): PlanNode {
  const columns = columnsOf(node).map(({ name, type }) => ({
    name,
    type,
    expr: name === number ? call<string>("+", ref(name), int(count)) : ref(name),
  }));
  return { kind: "project", input: node, columns };
}

function levelName(level: TimeCut): string {
  return level.kind === "grain" ? level.grain : level.kind === "custom" ? level.name : level.part;
}

function uniqueFields(fields: readonly Field[]): readonly Field[] {
  return [...new Map(fields.map((field) => [field.key, field])).values()];
}
