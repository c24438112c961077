import type { Aggregation } from "../../expression/index.ts";
import { ref, refsOf } from "../../expression/index.ts";
import type { Aggregate, AggregateMeasure, Join, PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import { rewrite } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

/**
 * Adds rows up before they are joined to every day of a window that holds them.
 *
 *   aggregate by day: revenue              aggregate by day: sum(revenue)
 *     join row.day > day - 28 days   =>      join row.day > day - 28 days
 *       calendar                               calendar
 *       rows                                   aggregate by row.day: revenue
 *                                                rows
 *
 * Only for aggregates whose parts add up: distinct counts, averages and percentiles need the rows themselves.
 */
export const aggregateBeforeRangeJoin: Rule = {
  name: "aggregate-before-range-join",
  apply: (plan) => rewrite(plan, (node) => (node.kind === "aggregate" ? addUpFirst(node) : node)),
};

function addUpFirst(node: Aggregate): PlanNode {
  const filter = node.input.kind === "filter" ? node.input : null;
  const join = filter ? filter.input : node.input;
  if (join.kind !== "join" || join.on.length > 0 || !join.condition || join.right.kind === "aggregate") return node;
  // A name that both sides have means the left one's.
  const lefts = new Set(columnsOf(join.left).map((column) => column.name));
  const rights = new Set(columnsOf(join.right).flatMap(({ name }) => (lefts.has(name) ? [] : name)));
  const canAdd =
    node.measures.length > 0 &&
    node.measures.every(
      (measure) => RECOMBINED[measure.aggregation] && reads(measure).every((name) => rights.has(name)),
    );
  if (!canAdd) return node;
  const above = [...node.keys, ...refsOf(join.condition), ...(filter?.conditions.flatMap(refsOf) ?? [])];
  const partial: Aggregate = {
    kind: "aggregate",
    input: join.right,
    keys: [...rights].filter((name) => above.includes(name)),
    measures: node.measures,
  };
  const sums = node.measures.map((measure) => measure.name);
  const joined: Join = {
    ...join,
    right: partial,
    columns: [...join.columns.filter((name) => !rights.has(name) || partial.keys.includes(name)), ...sums],
  };
  return {
    ...node,
    input: filter ? { ...filter, input: joined } : joined,
    measures: node.measures.map((measure) => ({
      ...measure,
      aggregation: RECOMBINED[measure.aggregation] ?? measure.aggregation,
      arg: ref(measure.name),
      filter: null,
    })),
  };
}

/** How the parts of an aggregate become the whole. */
const RECOMBINED: Readonly<Partial<Record<Aggregation, Aggregation>>> = {
  sum: "sum",
  count: "sum",
  sum_boolean: "sum",
  min: "min",
  max: "max",
};

function reads({ arg, filter }: AggregateMeasure): readonly string[] {
  return [...refsOf(arg), ...(filter ? refsOf(filter) : [])];
}
