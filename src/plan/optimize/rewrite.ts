import type { PlanNode } from "../node.ts";
import { inputsOf, withInputs } from "../node.ts";

/** Applies `change` to every step, inputs first. */
export function rewrite(node: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  return change(
    withInputs(
      node,
      inputsOf(node).map((input) => rewrite(input, change)),
    ),
  );
}
