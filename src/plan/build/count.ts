import { call, int, ref } from "../../expression/index.ts";
import type { PlanNode, Result } from "../node.ts";

/** How many rows a step has, as an answer of one row: 0 where it has none. */
export function countOf(input: PlanNode): Result {
  const count = {
    name: "count",
    aggregation: "count",
    arg: int(1),
    percentile: null,
    filter: null,
    type: "int",
  } as const;
  const counted: PlanNode = { kind: "aggregate", input, keys: [], measures: [count] };
  const orZero = { name: "count", expr: call<string>("coalesce", ref("count"), int(0)), type: "int" } as const;
  return {
    kind: "result",
    input: { kind: "project", input: counted, columns: [orZero] },
    columns: [{ from: "count", name: "count" }],
    orderBy: [],
    limit: null,
    offset: 0,
  };
}
