import { refsOf } from "../../expression/index.ts";
import type { Aggregate, AggregateMeasure, PlanNode } from "../node.ts";
import { columnsOf, inputsOf, withInputs } from "../node.ts";
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
  apply(plan) {
    const used = usedColumns(plan);
    const pruned = new Map<PlanNode, PlanNode>();
    return prune(plan);

    /** What stands in several places keeps what any of them uses, and stays one step. */
    function prune(node: PlanNode): PlanNode {
      const before = pruned.get(node);
      if (before) return before;
      const after = narrowed(withInputs(node, inputsOf(node).map(prune)), used.get(node) ?? NOTHING);
      pruned.set(node, after);
      return after;
    }
  },
};

const NOTHING: ReadonlySet<string> = new Set();

/** By step: the columns that any later step uses. */
function usedColumns(plan: PlanNode): ReadonlyMap<PlanNode, ReadonlySet<string>> {
  const used = new Map<PlanNode, Set<string>>();
  visit(plan, new Set(columnsOf(plan).map((column) => column.name)));
  return used;

  function visit(node: PlanNode, names: ReadonlySet<string>): void {
    const known = used.get(node);
    if (known && [...names].every((name) => known.has(name))) return;
    const all = new Set([...(known ?? []), ...names]);
    used.set(node, all);
    inputsOf(node).forEach((input, i) => visit(input, readFrom(node, i, all)));
  }
}

/** The columns of an input that a step reads to give those that are used of it. */
function readFrom(node: PlanNode, input: number, used: ReadonlySet<string>): ReadonlySet<string> {
  switch (node.kind) {
    case "scan":
      return NOTHING;
    case "join": {
      const passed = node.columns.filter((name) => used.has(name));
      const tested = node.condition ? refsOf(node.condition) : [];
      return new Set([...passed, ...tested, ...node.on.map((pair) => (input === 0 ? pair.left : pair.right))]);
    }
    case "filter":
      return new Set([...used, ...node.conditions.flatMap(refsOf)]);
    case "project":
      return new Set(node.columns.flatMap(({ name, expr }) => (used.has(name) ? refsOf(expr) : [])));
    case "aggregate": {
      const read = measuresUsed(node, used).flatMap(({ arg, filter }) => [
        ...refsOf(arg),
        ...(filter ? refsOf(filter) : []),
      ]);
      return new Set([...node.keys, ...read]);
    }
    case "combine":
      return new Set([...node.keys, ...used]);
    case "window": {
      if (!used.has(node.name)) return used;
      const column = "column" in node.compute ? [node.compute.column] : [];
      return new Set([...used, ...column, ...node.partitionBy, ...node.orderBy.map((sort) => sort.column)]);
    }
    case "result":
      return new Set(node.columns.map((column) => column.from));
    case "bundle":
      return new Set(node.parts[input]?.columns.map((column) => column.name));
  }
}

/** Without keys there is one row because something is aggregated: one measure stays. */
function measuresUsed({ keys, measures }: Aggregate, used: ReadonlySet<string>): readonly AggregateMeasure[] {
  const kept = measures.filter((measure) => used.has(measure.name));
  return kept.length === 0 && keys.length === 0 ? measures.slice(0, 1) : kept;
}

/** The step without the columns that nobody uses; a window that only adds such a one is left out. */
function narrowed(node: PlanNode, used: ReadonlySet<string>): PlanNode {
  switch (node.kind) {
    case "scan": {
      const columns = node.columns.filter((column) => used.has(column.name));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case "project": {
      const columns = node.columns.filter((column) => used.has(column.name));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case "join": {
      const columns = node.columns.filter((name) => used.has(name));
      return columns.length === node.columns.length ? node : { ...node, columns };
    }
    case "aggregate": {
      const measures = measuresUsed(node, used);
      return measures.length === node.measures.length ? node : { ...node, measures };
    }
    case "window":
      return used.has(node.name) ? node : node.input;
    case "filter":
    case "combine":
    case "result":
    case "bundle":
      return node;
  }
}
