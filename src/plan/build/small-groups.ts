import type { Expr } from "../../expression/index.ts";
import { call, int, literal, ref } from "../../expression/index.ts";
import type { Aggregate, Column, PlanNode } from "../node.ts";
import { columnsOf, inputsOf } from "../node.ts";

/**
 * Leaves out groups of fewer rows than the policies of the sources below ask for; where there are no groups, the values
 * become NULL. The aggregates that decide are those next to the answer: what they group is what somebody sees.
 */
export function withoutSmallGroups(node: PlanNode): PlanNode {
  switch (node.kind) {
    case "scan":
      return node;
    case "join":
      return { ...node, left: withoutSmallGroups(node.left), right: withoutSmallGroups(node.right) };
    case "combine":
      return { ...node, branches: node.branches.map(withoutSmallGroups) };
    case "filter":
    case "project":
    case "window":
    case "result":
      return { ...node, input: withoutSmallGroups(node.input) };
    case "aggregate": {
      const least = leastGroup(node);
      return least === null ? node : onlyLarge(node, least);
    }
  }
}

function leastGroup(node: PlanNode): number | null {
  if (node.kind === "scan") return node.minimumGroup;
  const all = inputsOf(node).flatMap((input) => leastGroup(input) ?? []);
  return all.length > 0 ? Math.max(...all) : null;
}

const ROWS = "rows_in_group";

function onlyLarge(node: Aggregate, least: number): PlanNode {
  const count = {
    name: ROWS,
    aggregation: "count",
    arg: int(1),
    percentile: null,
    filter: null,
    type: "int",
  } as const;
  const counted: Aggregate = { ...node, measures: [...node.measures, count] };
  const isLarge: Expr<string> = call(">=", ref(ROWS), int(least));
  const columns = columnsOf(node);
  if (node.keys.length > 0) {
    const kept: PlanNode = { kind: "filter", input: counted, conditions: [isLarge] };
    return {
      kind: "project",
      input: kept,
      columns: columns.map(({ name, type }) => ({ name, expr: ref(name), type })),
    };
  }
  const shown = columns.map(({ name, type }): Column<string> => {
    const branches = [{ when: isLarge, value: ref(name) }];
    return { name, expr: { kind: "case", branches, otherwise: literal("unknown", null) }, type };
  });
  return { kind: "project", input: counted, columns: shown };
}
