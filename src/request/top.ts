import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import type { Top } from "./request.ts";
import type { GroupBy, MetricsQuery, ResolvedTop } from "./resolved.ts";

/** The groups that the rows of the rest have. */
export function withinGroups(groupBy: readonly GroupBy[], { within = [] }: Top): readonly GroupBy[] {
  return groupBy.filter(({ output }) => within.includes(output));
}

/** @throws Refusal INVALID_LIMIT, ORDER_NOT_QUERIED, or INVALID_REQUEST for what is not grouped by. */
export function topOf(top: Top, groupBy: readonly GroupBy[], columns: readonly string[]): ResolvedTop {
  const { n, by = null, within = [], part = "top" } = top;
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new Refusal("INVALID_LIMIT", `top.n must be a whole number from 0, not ${n}.`, { path: ["top", "n"] });
  }
  if (by !== null && !columns.includes(by)) {
    throw new Refusal("ORDER_NOT_QUERIED", `The greatest by "${by}" are asked for, which is no metric of the answer.`, {
      suggestions: nearest(by, columns),
      path: ["top", "by"],
    });
  }
  const keys = within.map((name, i) => {
    const group = groupBy.find(({ output }) => output === name);
    if (group) return group.key;
    const known = groupBy.map(({ output }) => output);
    throw new Refusal("INVALID_REQUEST", `top.within names "${name}", which is not grouped by.`, {
      suggestions: nearest(name, known),
      path: ["top", "within", String(i)],
    });
  });
  return { n, by, within: keys, part };
}

/** Whether its rows, or those around them, are of no period of a top. */
export function isRestByTime({ top, groupBy, parent }: MetricsQuery): boolean {
  const isByTime = top?.part === "rest" && groupBy.some(({ item }) => item.isMetricTime);
  return isByTime || (parent !== null && isRestByTime(parent));
}
