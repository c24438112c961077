import { Refusal } from "../../diagnostics/index.ts";
import type { Expr } from "../../expression/index.ts";
import { call, int, ref } from "../../expression/index.ts";
import type { Access } from "../../policy/index.ts";
import type { Field, GroupBy, MetricsQuery, Output, ResolvedMetric, ResolvedSimple } from "../../request/index.ts";
import { leavesOf } from "../../request/index.ts";
import type { Column, PlanNode, Result } from "../node.ts";
import { columnsOf } from "../node.ts";
import type { PlanContext } from "./context.ts";
import type { Shared } from "./metrics.ts";
import { buildMetrics } from "./metrics.ts";

/** Groups that the rows a metric counts must be of, or must not be of. */
export interface Membership {
  /** One row a group. */
  readonly groups: Result;
  readonly on: readonly GroupBy[];
  readonly isKept: boolean;
  /** Questions that know how each model's rows tell their group. */
  readonly sources: readonly MetricsQuery[];
}

/** The rows of a model with those of other groups left out; `conditions` are to be tested on them. */
export function amongGroups(
  context: PlanContext,
  leaf: ResolvedSimple,
  rows: PlanNode,
): { readonly node: PlanNode; readonly conditions: readonly Expr<string>[] } {
  const conditions: Expr<string>[] = [];
  const node = context.memberships.reduce((left, membership, i) => {
    const { groups, on, isKept } = membership;
    const nameOf = ({ key }: GroupBy): string => context.names.of(`member ${i} ${key}`, `${key}_of_group`);
    const marker = context.names.of(`member ${i}`, "is_of_group");
    const keys = on.map((group): Column<string> => {
      return { name: nameOf(group), expr: ref(group.output), type: group.type };
    });
    const mark: Column<string> = { name: marker, expr: int(1), type: "int" };
    if (!isKept) conditions.push(call("is_null", ref(marker)));
    const joined: PlanNode = {
      kind: "join",
      type: isKept ? "inner" : "left",
      left,
      right: { kind: "project", input: groups, columns: [...keys, mark] },
      on: on.map((group) => ({ left: fieldOf(membership, leaf, group).key, right: nameOf(group) })),
      nullsMatch: true,
      condition: null,
      columns: [...columnsOf(left).map(({ name }) => name), ...(isKept ? [] : [marker])],
    };
    return joined;
  }, rows);
  return { node, conditions };
}

/** The fields that tell a row's group. */
export function memberFields(context: PlanContext, leaf: ResolvedSimple): readonly Field[] {
  return context.memberships.flatMap((membership) => membership.on.map((group) => fieldOf(membership, leaf, group)));
}

function fieldOf({ sources }: Membership, leaf: ResolvedSimple, { key, output }: GroupBy): Field {
  const leaves = [
    leaf,
    ...sources.flatMap(({ outputs, spine }) => [...outputs, ...spine]).flatMap(({ of }) => leavesOf(of)),
  ];
  for (const other of leaves) {
    const field = other.groupBy.find((candidate) => candidate.key === key);
    if (!field || other.model !== leaf.model) continue;
    if (!field.isMetricTime || other.metric.timeDimension === leaf.metric.timeDimension) return field;
  }
  throw new Refusal(
    "NOT_SUPPORTED",
    `Rows of the rest are told by "${output}", which is not known of every metric asked for; ask for the same metrics there.`,
  );
}

/**
 * What tells the rows behind the parent's answer where groups cannot: behind its rest are those of none of its greatest
 * groups, as far as they are behind the answer that the parent is itself a part of.
 */
export function rowsBehindRest(
  shared: Shared,
  query: MetricsQuery,
  parent: MetricsQuery,
  answer: Result,
  accessTo: (output: Output) => Access,
): readonly Membership[] {
  const sources = [query, parent];
  const around = parent.parent;
  const further = around
    ? rowsBehindRest(shared, parent, around, buildMetrics(shared, around, accessTo), accessTo)
    : [];
  const outer = further.map((membership) => ({ ...membership, sources: [query, ...membership.sources] }));
  if (parent.top?.part !== "rest") {
    const isRest = query.top?.part === "rest";
    return [...(isRest ? [{ groups: answer, on: parent.groupBy, isKept: true, sources }] : []), ...outer];
  }
  const top = { ...parent.top, part: "top" as const };
  const all = { top, countOnly: false, after: null, limit: null, offset: 0 };
  const groups = buildMetrics(shared, { ...parent, ...all }, accessTo);
  return [{ groups, on: parent.groupBy, isKept: false, sources }, ...outer];
}

/** The groups whose first keys are those of a row of the parent's answer. */
export function behindRows(input: PlanNode, parent: MetricsQuery, answer: Result): PlanNode {
  const taken = new Set(columnsOf(input).map(({ name }) => name));
  const nameOf = (key: string): string => {
    let name = `${key}_of_parent`;
    for (let i = 2; taken.has(name); i++) name = `${key}_of_parent_${i}`;
    return name;
  };
  const groups = [...new Map(parent.groupBy.map((group) => [group.key, group])).values()];
  const keys = groups.map(({ key, output, type }): Column<string> => ({ name: nameOf(key), expr: ref(output), type }));
  return {
    kind: "join",
    type: groups.length === 0 ? "cross" : "inner",
    left: input,
    right: { kind: "project", input: answer, columns: keys },
    on: groups.map(({ key }) => ({ left: key, right: nameOf(key) })),
    ...(groups.length > 0 && { nullsMatch: true }),
    condition: null,
    columns: [...taken],
  };
}

/** The groups that the rest is shown by. */
export function groupsOfRest({ groupBy, top }: MetricsQuery): readonly GroupBy[] {
  return groupBy.filter(({ key }) => top?.within.includes(key));
}

/** The metric by fewer groups. */
export function ofGroups(of: ResolvedMetric, groups: readonly GroupBy[]): ResolvedMetric {
  const reduced = (leaf: ResolvedSimple): ResolvedSimple => ({
    ...leaf,
    groupBy: leaf.groupBy.filter((field) => groups.some(({ key }) => key === field.key)),
  });
  switch (of.kind) {
    case "simple":
      return reduced(of);
    case "ratio":
      return { ...of, numerator: ofGroups(of.numerator, groups), denominator: ofGroups(of.denominator, groups) };
    case "derived":
      return { ...of, inputs: of.inputs.map((input) => ({ ...input, of: ofGroups(input.of, groups) })) };
    case "cumulative":
      return { ...of, input: reduced(of.input) };
    case "conversion":
      return { ...of, base: reduced(of.base), conversion: reduced(of.conversion) };
  }
}

/**
 * Rows are told apart by their own group, so a metric that counts rows of other periods, or pairs of rows, cannot be
 * given for the rest of groups by time.
 */
export function refuseUnplaced(
  query: Pick<PlanContext, "catalog">,
  output: Output,
  memberships: readonly Membership[],
): void {
  if (memberships.length === 0 || !isPlaced(output.of, memberships)) return;
  throw new Refusal(
    "NOT_SUPPORTED",
    `Metric "${output.metric.name}" counts rows of other times than it is shown at, so it has no value for the rest of the groups; leave it out, or ask for the greatest groups alone.`,
    { path: ["metrics"] },
  );
}

function isPlaced(of: ResolvedMetric, memberships: readonly Membership[]): boolean {
  const isByTime = (leaf: ResolvedSimple): boolean =>
    memberships.some((membership) => membership.on.some((group) => fieldOf(membership, leaf, group).isMetricTime));
  switch (of.kind) {
    case "simple":
      return false;
    case "ratio":
      return isPlaced(of.numerator, memberships) || isPlaced(of.denominator, memberships);
    case "derived":
      return of.inputs.some((input) =>
        input.offset ? leavesOf(input.of).some(isByTime) : isPlaced(input.of, memberships),
      );
    case "cumulative":
      return isByTime(of.input);
    case "conversion":
      return true;
  }
}
