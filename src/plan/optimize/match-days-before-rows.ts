import { refsOf } from "../../expression/index.ts";
import type { Aggregate, Join, PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import { rewrite } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

/**
 * Finds which days a window holds before it fetches their rows: days are few, and rows then come by equality, which
 * every engine can hash.
 *
 *   join row.day > day - 28 days        join on row.day
 *     calendar                    =>      join row.day > day - 28 days
 *     rows                                  calendar
 *                                           distinct row.day of rows
 *                                         rows
 */
export const matchDaysBeforeRows: Rule = {
  name: "match-days-before-rows",
  apply: (plan) => rewrite(plan, (node) => (node.kind === "join" ? splitRange(node) : node)),
};

function splitRange(node: Join): PlanNode {
  if (node.type !== "inner" || node.on.length > 0 || !node.condition || node.right.kind === "aggregate") return node;
  const lefts = new Set(columnsOf(node.left).map((column) => column.name));
  const [day, another] = new Set(refsOf(node.condition).filter((name) => !lefts.has(name)));
  if (day === undefined || another !== undefined) return node;
  const days: Aggregate = { kind: "aggregate", input: node.right, keys: [day], measures: [] };
  const matched: Join = { ...node, right: days, columns: [...lefts, day] };
  return { ...node, left: matched, on: [{ left: day, right: day }], condition: null };
}
