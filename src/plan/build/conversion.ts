import { Refusal } from "../../diagnostics/index.ts";
import type { Expr } from "../../expression/index.ts";
import { allOf, call, int, isStandardGrain, ref } from "../../expression/index.ts";
import type { Field, ResolvedConversion, ResolvedOffset, ResolvedSimple } from "../../request/index.ts";
import { shift, toPhysical } from "../lower.ts";
import type { Column, Physical, PlanNode, Sort } from "../node.ts";
import { columnsOf } from "../node.ts";
import { nameFor, type PlanContext } from "./context.ts";
import { filtered, joinOf } from "./rows.ts";
import { matchingRows, measureOf } from "./simple.ts";

/**
 * Conversions by the groups of their base events: each conversion belongs to the latest base event of its entity that
 * came before it, within the window.
 *
 *   aggregate by <keys of the base event>: conversions
 *     filter it is the latest
 *       join on entity, base <= conversion, base > conversion - window
 *         conversion events
 *         base events
 */
export function buildConversions(
  context: PlanContext,
  of: ResolvedConversion,
  name: string,
  offsets: readonly ResolvedOffset[],
): PlanNode {
  if (offsets.length > 0) {
    throw new Refusal("NOT_SUPPORTED", `${nameFor(context, of.metric)} is a conversion and cannot be offset yet.`);
  }
  const measure = measureOf(context, of.conversion, name);
  const base = side(context, of, "base", []);
  const conversion = side(context, of, "conversion", measure.columns);
  const events = onlyColumns(conversion.node, [
    ...conversion.keys,
    conversion.time,
    ...measure.columns.map((column) => column.name),
  ]);
  const numbered: PlanNode = {
    kind: "window",
    input: events,
    name: conversion.id,
    compute: { fn: "row_number" },
    partitionBy: [],
    orderBy: [],
  };
  const identified: PlanNode = {
    kind: "window",
    input: base.node,
    name: base.id,
    compute: { fn: "row_number" },
    partitionBy: [],
    orderBy: [],
  };
  const pairs = joinOf(
    "inner",
    numbered,
    of.metric.countBaseOnce ? identified : base.node,
    conversion.keys.map((key, i) => ({ left: key, right: base.keys[i] ?? key })),
    inWindow(of, base.time, conversion.time),
  );
  const latestFirst: readonly Sort[] = [
    { column: base.time, direction: "desc" },
    ...base.tieBreak.map((column): Sort => ({ column, direction: "desc" })),
  ];
  const attributed = firstOf(context, pairs, `${name}_base_rank`, [conversion.id], latestFirst);
  const counted = of.metric.countBaseOnce
    ? firstOf(context, attributed, `${name}_rank_in_base`, [base.id], [{ column: conversion.time, direction: "asc" }])
    : attributed;
  const keys = [...new Set(of.base.groupBy.map((field) => field.key))];
  return { kind: "aggregate", input: counted, keys, measures: [measure.of] };
}

interface EventSide {
  readonly node: PlanNode;
  readonly keys: readonly string[];
  readonly time: string;
  readonly tieBreak: readonly string[];
  readonly id: string;
}

/** Events of one side with their entity, properties and time, under names that the other side does not use. */
function side(
  context: PlanContext,
  of: ResolvedConversion,
  which: "base" | "conversion",
  values: readonly Column<Physical>[],
): EventSide {
  const leaf: ResolvedSimple = of[which];
  const scope = `${of.metric.name} ${which}`;
  const own = (field: Field, wanted: string): Field => ({
    ...field,
    key: context.names.of(`${scope} ${field.key} ${wanted}`, wanted),
  });
  if (!leaf.time)
    throw new Refusal("NO_PATH", `${nameFor(context, leaf.metric)} has no time, which a conversion needs.`);
  const time = own(leaf.time, `${which}_time`);
  const entity = own(of.entities[which], `${which}_${of.metric.entity}`);
  const properties = of.properties.map((property, i) => own(property[which], `${which}_property_${i + 1}`));
  const tieBreak =
    which === "base"
      ? leaf.model.primaryKey.map(
          (column): Column<Physical> => ({
            name: context.names.of(`${scope} key ${column}`, `base_${column}`),
            expr: toPhysical({ kind: "expr", expr: ref(column) }),
            type: "unknown",
          }),
        )
      : [];
  const rows = matchingRows(
    context,
    leaf,
    [...values, ...tieBreak],
    [...leaf.ownConditions, ...leaf.queryConditions],
    [time, entity, ...properties],
  );
  return {
    node: rows.node,
    keys: [entity.key, ...properties.map((property) => property.key)],
    time: time.key,
    tieBreak: tieBreak.map((column) => column.name),
    id: context.names.of(`${scope} id`, `${which}_id`),
  };
}

/** base ≤ conversion, and later than one window before it: exactly one window later is out. */
function inWindow({ metric }: ResolvedConversion, base: string, conversion: string): Expr<string> | null {
  const before = call("<=", ref<string>(base), ref(conversion));
  if (!metric.window) return before;
  const { count, grain } = metric.window;
  if (!isStandardGrain(grain)) throw new Error(`Window of "${metric.name}" has the custom grain ${grain}.`);
  return allOf([before, call(">", ref<string>(base), shift(ref(conversion), -count, grain))]);
}

/** Names of the conversion side that groups or conditions of the base side may have too are left behind. */
function onlyColumns(input: PlanNode, names: readonly string[]): PlanNode {
  const columns = columnsOf(input).filter((column) => names.includes(column.name));
  return { kind: "project", input, columns: columns.map((column) => ({ ...column, expr: ref(column.name) })) };
}

function firstOf(
  context: PlanContext,
  input: PlanNode,
  rank: string,
  partitionBy: readonly string[],
  orderBy: readonly Sort[],
): PlanNode {
  const name = context.names.of(rank, rank);
  const ranked: PlanNode = { kind: "window", input, name, compute: { fn: "row_number" }, partitionBy, orderBy };
  return filtered(ranked, [call("=", ref(name), int(1))]);
}
