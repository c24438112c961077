import { Refusal } from "../../diagnostics/index.ts";
import { type Access, hidesSmallGroups } from "../../policy/index.ts";
import type { MetricsQuery, Output } from "../../request/index.ts";

/**
 * Refuses comparisons that the rest of the groups has none of, and values over several groups where small groups are
 * left out: the value of what is left out would be what the total, or the rest, has more than the groups that are shown.
 */
export function refuseHiddenParts(query: MetricsQuery, accessTo: (output: Output) => Access): void {
  const isRest = query.top?.part === "rest";
  if (isRest) refuseOfRest(query);
  const isOfRest = isRest || query.parent?.top?.part === "rest";
  const overSeveral = [...query.totals.flatMap(({ outputs }) => outputs), ...(isOfRest ? query.outputs : [])];
  const hidden = overSeveral.find((output) => hidesSmallGroups(accessTo(output)));
  if (!hidden) return;
  throw new Refusal(
    "GROUP_TOO_SMALL",
    `Metric "${hidden.metric.name}" is shown to you for groups only, and ${isOfRest ? "the rest of them" : "a share of their total"} would tell of those that are left out.`,
    { path: isOfRest ? ["top"] : ["metrics"] },
  );
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
