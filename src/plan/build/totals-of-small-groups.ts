import { Refusal } from "../../diagnostics/index.ts";
import { type Access, hidesSmallGroups } from "../../policy/index.ts";
import type { MetricsQuery, Output } from "../../request/index.ts";

/**
 * Refuses comparisons that the rest of the groups has none of, and values over several groups where small groups are
 * left out: the value of what is left out would be what the total, or the rest, has more than the groups that are shown.
 * Values of the rest beside a model's own rows are not refused but missing (see `hiddenInRest`).
 */
export function refuseHiddenParts(query: MetricsQuery, accessTo: (output: Output) => Access): void {
  if (query.top?.part === "rest") refuseOfRest(query);
  const isOfRest = isBehindRest(query);
  const hides = (output: Output): boolean => hidesSmallGroups(accessTo(output));
  const hiddenTotal = query.totals.flatMap(({ outputs }) => outputs).find(hides);
  const hidden = hiddenTotal ?? (isOfRest && query.spine.length === 0 ? query.outputs.find(hides) : undefined);
  if (!hidden) return;
  throw new Refusal(
    "GROUP_TOO_SMALL",
    `Metric "${hidden.metric.name}" is shown to you for groups only, and ${hiddenTotal ? "a share of their total" : "the rest of them"} would tell of those that are left out.`,
    { path: hiddenTotal ? ["metrics"] : ["top"] },
  );
}

/**
 * What is missing in the rest: the rows that a model has are there whatever is asked of them, so a metric that must not
 * be told of the rest has no value instead of refusing them.
 */
export function hiddenInRest(query: MetricsQuery, accessTo: (output: Output) => Access): ReadonlySet<Output> {
  const isMissing = query.spine.length > 0 && isBehindRest(query);
  return new Set(isMissing ? query.outputs.filter((output) => hidesSmallGroups(accessTo(output))) : []);
}

/** Whether its values are of the rest of some groups, or of a part of it. */
function isBehindRest({ top, parent }: MetricsQuery): boolean {
  return top?.part === "rest" || (parent !== null && isBehindRest(parent));
}

function refuseOfRest({ shown, top }: MetricsQuery): void {
  for (const { metric, calc } of shown) {
    const isUnknown =
      calc.kind === "rank" ||
      calc.kind === "running_total" ||
      (calc.kind === "share_of_total" && !calc.within.every((key) => top?.within.includes(key)));
    if (!isUnknown) continue;
    throw new Refusal(
      "NOT_SUPPORTED",
      `The ${calc.kind} of metric "${metric.name}" ranges over groups, which the rest of them is none of; leave it out, or ask for the greatest groups alone.`,
      { path: ["metrics"] },
    );
  }
}
