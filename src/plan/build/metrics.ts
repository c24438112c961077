import type { Expr } from "../../expression/index.ts";
import { call, literal, mapRefs, ref } from "../../expression/index.ts";
import type { Access } from "../../policy/index.ts";
import type { GroupBy, MetricsQuery, Output } from "../../request/index.ts";
import { typeOfMetric } from "../../request/index.ts";
import { createNames } from "../names.ts";
import type { Column, PlanNode, Result } from "../node.ts";
import { literalsAfter } from "./after.ts";
import { withComparisons } from "./comparisons.ts";
import type { PlanContext } from "./context.ts";
import { countOf } from "./count.ts";
import { withEveryPeriod } from "./fill.ts";
import { behindRows, groupsOfRest, type Membership, ofGroups, refuseUnplaced, rowsBehindRest } from "./membership.ts";
import { completeOrder } from "./order.ts";
import { filtered } from "./rows.ts";
import { withoutSmallGroups } from "./small-groups.ts";
import { asTheyAre } from "./steps.ts";
import { stitch } from "./stitch.ts";
import { greatest } from "./top.ts";
import { hiddenInRest, refuseHiddenParts } from "./totals-of-small-groups.ts";

export type Shared = Pick<PlanContext, "catalog" | "timeZone" | "hashKey">;

/**
 * Metrics by groups, step by step:
 *
 *   result: order, page
 *     the greatest groups
 *       groups behind the parent's rows
 *         conditions on columns
 *           columns made of values: shares, ranks, differences
 *             periods without rows
 *               values side by side
 *
 * Of the rest, the values are those of the rows that no greatest group has.
 *
 * @param accessTo What was decided about each metric of the question, of its totals and of its parent.
 */
export function buildMetrics(shared: Shared, query: MetricsQuery, accessTo: (output: Output) => Access): Result {
  refuseHiddenParts(query, accessTo);
  const parent = query.parent && buildMetrics(shared, query.parent, accessTo);
  const isRest = query.top?.part === "rest";
  const behindParent = query.parent && parent ? rowsBehindRest(shared, query, query.parent, parent, accessTo) : [];
  const memberships = [...behindParent, ...(isRest ? [notAmongTheGreatest(shared, query, accessTo)] : [])];
  const groups = isRest ? groupsOfRest(query) : [...query.groupBy, ...query.hiddenGroups];
  const keys = columnsFor(groups);
  const names = createNames(keys.map((key) => key.name));
  const context = { ...shared, names: createNames(keys.map((key) => key.name)), memberships };

  const hidden = hiddenInRest(query, accessTo);
  const outputs = query.outputs.filter((output) => !hidden.has(output));
  const columns = [...outputs, ...query.spine].map((output) => {
    refuseUnplaced(context, output, memberships);
    return {
      output,
      name: names.of(output.name, output.name),
      of: isRest ? ofGroups(output.of, groups) : output.of,
      access: accessTo(output),
    };
  });
  const stitched = withoutSmallGroups(stitch(context, { keys, columns, calendar: query.calendar }));
  const spine = columns.slice(outputs.length);
  // A rest without rows is no row either.
  const present = spine.length > 0 || !isRest ? spine : columns;
  const hasRows = keys.length > 0 || isRest ? anyOf(present.map(({ name }) => call("is_not_null", ref(name)))) : null;
  const existing = filtered(stitched, hasRows ? [hasRows] : []);
  const filled =
    query.fill && !isRest
      ? withEveryPeriod(context, { rows: stitched, hasRows, fill: query.fill }, groups, columns)
      : existing;
  const missing = [...hidden].map((output) => withoutValue(names.of(output.name, output.name), output));
  const complete: PlanNode =
    missing.length === 0 ? filled : { kind: "project", input: filled, columns: [...asTheyAre(filled), ...missing] };

  const { node: compared, columnOf } = withComparisons(complete, {
    query,
    names,
    keys,
    columnOf: new Map([...query.outputs, ...query.spine].map(({ name }) => [name, names.of(name, name)])),
    totalOf: ({ keys: totalKeys, outputs }) => {
      const own = columnsFor(groups.filter(({ key }) => totalKeys.includes(key)));
      return withoutSmallGroups(
        stitch(
          // What a rest is a share of holds the greatest groups too, and nothing that lies outside the row above.
          { ...shared, names: createNames(totalKeys), memberships: behindParent },
          {
            keys: own,
            columns: outputs.map((output) => ({ name: output.name, of: output.of, access: accessTo(output) })),
            calendar: query.calendar,
          },
        ),
      );
    },
  });
  const having = isRest
    ? []
    : query.having.map((condition) => mapRefs(condition, (name) => ref(columnOf.get(name) ?? name)));
  const tested = filtered(compared, having);
  // The rest of groups within the rows above keeps to those by its rows already, and so does what lies in a rest.
  const isAmongRows = !isRest && query.parent?.top?.part !== "rest";
  const behind = query.parent && parent && isAmongRows ? behindRows(tested, query.parent, parent) : tested;
  const chosen = query.top && !isRest ? greatest(behind, query, query.top, columnOf, names) : behind;
  if (query.countOnly) return countOf(chosen);

  const shownGroups = isRest ? groups : query.groupBy;
  const orderBy = completeOrder(query.orderBy, shownGroups);
  return {
    kind: "result",
    input: chosen,
    columns: [
      ...shownGroups.map(({ key, output }) => ({ from: key, name: output })),
      ...query.shown.map(({ name }) => ({ from: columnOf.get(name) ?? name, name })),
    ],
    orderBy,
    ...(query.after && { after: literalsAfter(query.after, orderBy, [...shownGroups, ...query.shown]) }),
    limit: query.limit,
    offset: query.offset,
  };
}

/** Rows of no group that is among the greatest. */
function notAmongTheGreatest(shared: Shared, query: MetricsQuery, accessTo: (output: Output) => Access): Membership {
  const top = query.top && { ...query.top, part: "top" as const };
  const all = { top, countOnly: false, after: null, limit: null, offset: 0 };
  return {
    groups: buildMetrics(shared, { ...query, ...all }, accessTo),
    on: query.groupBy,
    isKept: false,
    sources: [query],
  };
}

function columnsFor(groups: readonly GroupBy[]): readonly Column<string>[] {
  return [...new Map(groups.map(({ key, type }) => [key, { name: key, expr: ref(key), type }] as const)).values()];
}

function withoutValue(name: string, { of }: Output): Column<string> {
  const type = typeOfMetric(of);
  const nothing = literal("unknown", null);
  const isCast = type !== "unknown" && type !== "interval";
  return { name, expr: isCast ? { kind: "cast", to: type, arg: nothing, isTry: false } : nothing, type };
}

function anyOf(conditions: readonly Expr<string>[]): Expr<string> | null {
  const [first, ...rest] = conditions;
  if (!first) return null;
  return rest.length === 0 ? first : call("or", ...conditions);
}
