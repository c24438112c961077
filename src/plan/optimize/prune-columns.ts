import { refsOf } from "../../expression/index.ts";
import type { PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import type { Rule } from "./rule.ts";

/**
 * Reads and passes on only what a later step uses.
 *
 *   aggregate by day: revenue             aggregate by day: revenue
 *     scan orders: day, amount, status =>   scan orders: day, amount
 *
 * Columns never decide how many rows there are, so dropping one changes no row.
 */
export const pruneColumns: Rule = {
  name: "prune-columns",
  apply: (plan) => prune(plan, new Set(columnsOf(plan).map((column) => column.name))),
};

function prune(node: PlanNode, used: ReadonlySet<string>): PlanNode {
  switch (node.kind) {
    case "scan": {
      const columns = node.columns.filter((column) => used.has(column.name));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case "join": {
      const columns = node.columns.filter((name) => used.has(name));
      const below = new Set([...columns, ...(node.condition ? refsOf(node.condition) : [])]);
      const left = prune(node.left, new Set([...below, ...node.on.map((pair) => pair.left)]));
      const right = prune(node.right, new Set([...below, ...node.on.map((pair) => pair.right)]));
      const isSame = left === node.left && right === node.right && columns.length === node.columns.length;
      return isSame ? node : { ...node, left, right, columns };
    }
    case "filter":
      return over(node, new Set([...used, ...node.conditions.flatMap(refsOf)]));
    case "project": {
      const columns = node.columns.filter((column) => used.has(column.name));
      const input = prune(node.input, new Set(columns.flatMap((column) => refsOf(column.expr))));
      return input === node.input && columns.length === node.columns.length ? node : { ...node, input, columns };
    }
    case "aggregate": {
      const measures = node.measures.filter((measure) => used.has(measure.name));
      const read = measures.flatMap((measure) => [
        ...refsOf(measure.arg),
        ...(measure.filter ? refsOf(measure.filter) : []),
      ]);
      const input = prune(node.input, new Set([...node.keys, ...read]));
      return input === node.input && measures.length === node.measures.length ? node : { ...node, input, measures };
    }
    case "combine": {
      const below = new Set([...node.keys, ...used]);
      const branches = node.branches.map((branch) => prune(branch, below));
      return branches.every((branch, i) => branch === node.branches[i]) ? node : { ...node, branches };
    }
    case "window": {
      if (!used.has(node.name)) return prune(node.input, used);
      const column = "column" in node.compute ? [node.compute.column] : [];
      return over(node, new Set([...used, ...column, ...node.partitionBy, ...node.orderBy.map((sort) => sort.column)]));
    }
    case "result":
      return over(node, new Set(node.columns.map((column) => column.from)));
    case "bundle": {
      const parts = node.parts.map((part) => over(part, new Set(part.columns.map((column) => column.from))));
      return parts.every((part, i) => part === node.parts[i]) ? node : { ...node, parts };
    }
  }
}

function over<T extends PlanNode & { readonly input: PlanNode }>(node: T, used: ReadonlySet<string>): T {
  const input = prune(node.input, used);
  return input === node.input ? node : { ...node, input };
}
