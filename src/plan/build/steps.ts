import { ref } from "../../expression/index.ts";
import type { Column, PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";

/** Each combination of the keys once. */
export function distinct(input: PlanNode, keys: readonly string[]): PlanNode {
  return { kind: "aggregate", input, keys, measures: [] };
}

/** The columns of a step, for one above it that passes them on. */
export function asTheyAre(node: PlanNode): readonly Column<string>[] {
  return columnsOf(node).map(({ name, type }) => ({ name, expr: ref(name), type }));
}
