import { refsOf } from "../expression/index.ts";
import type { PlanNode } from "../plan/index.ts";
import { columnsOf, inputsOf } from "../plan/index.ts";

/** What a step holds, as a name for its rows. */
export function nameOf(node: PlanNode): string {
  switch (node.kind) {
    case "scan":
      return `${node.name}_rows`;
    case "join":
      return `${rowsName(node)}_joined`;
    case "filter":
      return `${rowsName(node)}_filtered`;
    case "aggregate": {
      const [first, second] = node.measures;
      if (!first) return `${rowsName(node)}_distinct`;
      return second ? `${rowsName(node)}_totals` : `${first.name}_totals`;
    }
    case "project":
      return "computed";
    case "combine":
      return "combined";
    case "window":
      return `${rowsName(node)}_windowed`;
    case "result":
      return `${rowsName(node)}_answer`;
    case "bundle":
      return "bundled";
  }
}

/** The model whose rows a step is about. */
function rowsName(node: PlanNode): string {
  switch (node.kind) {
    case "scan":
      return node.name;
    case "join":
      return rowsName(node.left);
    case "combine":
      return node.branches[0] ? rowsName(node.branches[0]) : "combined";
    case "bundle":
      return "bundled";
    default:
      return rowsName(node.input);
  }
}

/** On BigQuery a name that is both a column and what stands in FROM means the whole row. */
export function reserveColumns(node: PlanNode, taken: Set<string>): void {
  for (const { name } of columnsOf(node)) taken.add(name.toLowerCase());
  for (const input of inputsOf(node)) reserveColumns(input, taken);
}

/** A CTE must not hide a table that another step reads: any word of an author's SQL may be one. */
export function reserveTables(node: PlanNode, taken: Set<string>): void {
  if (node.kind === "scan") {
    const opaque = node.columns
      .flatMap(({ expr }) => refsOf(expr))
      .flatMap((source) => (source.kind === "opaque" ? Object.values(source.sql) : []));
    const table = node.source.kind === "table" ? (node.source.path.at(-1) ?? "") : node.source.text;
    for (const word of [table, ...opaque].join(" ").match(/\w+/g) ?? []) taken.add(word.toLowerCase());
    return;
  }
  for (const input of inputsOf(node)) reserveTables(input, taken);
}
