import type { Expr } from "../../expression/index.ts";
import { conjuncts, mapRefs, refsOf } from "../../expression/index.ts";
import type { Filter, Physical, PlanNode, Scan } from "../node.ts";
import { columnsOf } from "../node.ts";
import { rewrite } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

/**
 * Tests rows as early as they can be: below joins that keep all rows of the left side, and inside the scan, where the
 * warehouse can use indexes and partitions.
 *
 *   filter status = 'paid'            join customers
 *     join customers           =>       scan orders where status = 'paid'
 *       scan orders                     scan customers
 *       scan customers
 *
 * A condition on the optional side of a LEFT join stays above it: below, it would turn misses into NULLs. A condition
 * that reads the author's own SQL stays above the scan.
 */
export const pushFiltersDown: Rule = {
  name: "push-filters-down",
  apply: (plan) => rewrite(plan, (node) => (node.kind === "filter" ? push(node) : node)),
};

function push(filter: Filter): PlanNode {
  const conditions = filter.conditions.flatMap(conjuncts);
  const rest: Expr<string>[] = [];
  let input = filter.input;
  for (const condition of conditions) {
    const below = into(input, condition);
    if (below) input = below;
    else rest.push(condition);
  }
  if (rest.length === 0) return input;
  return input === filter.input && rest.length === filter.conditions.length
    ? filter
    : { ...filter, input, conditions: rest };
}

/** The node with the condition tested inside it; null when it cannot be. */
function into(node: PlanNode, condition: Expr<string>): PlanNode | null {
  switch (node.kind) {
    case "scan":
      return intoScan(node, condition);
    case "join": {
      const keepsLeft = node.type !== "full";
      const left = keepsLeft && readsOnly(condition, node.left) ? into(node.left, condition) : null;
      if (left) return { ...node, left };
      const keepsRight = node.type === "inner" || node.type === "cross";
      const isOfRight = keepsRight && readsOnly(condition, node.right) && readsNone(condition, node.left);
      const right = isOfRight ? into(node.right, condition) : null;
      return right && { ...node, right };
    }
    case "filter": {
      const input = into(node.input, condition);
      return input ? { ...node, input } : null;
    }
    default:
      return null;
  }
}

function intoScan(scan: Scan, condition: Expr<string>): Scan | null {
  const columns = new Map(scan.columns.map((column) => [column.name, column.expr]));
  if (refsOf(condition).some((name) => refsOf(columns.get(name) ?? EMPTY).some((source) => source.kind === "opaque")))
    return null;
  const inside = mapRefs<string, Physical>(condition, (name) => {
    const expr = columns.get(name);
    if (!expr) throw new Error(`A condition reads "${name}", which scan ${scan.name} does not have.`);
    return expr;
  });
  return { ...scan, where: [...scan.where, inside] };
}

const EMPTY: Expr<Physical> = { kind: "literal", type: "unknown", value: null };

function readsOnly(condition: Expr<string>, node: PlanNode): boolean {
  const names = new Set(columnsOf(node).map((column) => column.name));
  return refsOf(condition).every((name) => names.has(name));
}

/** A name that both sides of a join have means the left one's. */
function readsNone(condition: Expr<string>, node: PlanNode): boolean {
  const names = new Set(columnsOf(node).map((column) => column.name));
  return !refsOf(condition).some((name) => names.has(name));
}
