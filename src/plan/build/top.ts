import { call, int, ref } from "../../expression/index.ts";
import type { MetricsQuery, ResolvedTop } from "../../request/index.ts";
import type { Names } from "../names.ts";
import type { PlanNode, Sort } from "../node.ts";
import { filtered } from "./rows.ts";

/** The first groups of each combination of `within`: the greatest value first, NULL last, equal ones as groups are ordered. */
export function greatest(
  input: PlanNode,
  { groupBy }: MetricsQuery,
  { n, by, within }: ResolvedTop,
  columnOf: ReadonlyMap<string, string>,
  names: Names,
): PlanNode {
  const value: readonly Sort[] =
    by === null ? [] : [{ column: columnOf.get(by) ?? by, direction: "desc", nulls: "last" }];
  const keys = [...new Set(groupBy.map(({ key }) => key))].filter((key) => !within.includes(key));
  const place = names.of("place among the greatest", "place");
  const placed: PlanNode = {
    kind: "window",
    input,
    name: place,
    compute: { fn: "row_number" },
    partitionBy: within,
    orderBy: [...value, ...keys.map((column): Sort => ({ column, direction: "asc" }))],
  };
  return filtered(placed, [call("<=", ref(place), int(n))]);
}
