import { sameData } from "../../std/index.ts";
import type { PlanNode } from "../node.ts";
import { inputsOf, withInputs } from "../node.ts";

/** Applies `change` to every step, inputs first. A step that stands in several places is changed once and stays one. */
export function rewrite(plan: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  const done = new Map<PlanNode, PlanNode>();
  return visit(plan);

  function visit(node: PlanNode): PlanNode {
    const before = done.get(node);
    if (before) return before;
    const after = change(withInputs(node, inputsOf(node).map(visit)));
    done.set(node, after);
    return after;
  }
}

/** The same plan, in which steps that are equal are one and the same. */
export function withEqualStepsOnce(plan: PlanNode): PlanNode {
  const numbers = new Map<PlanNode, number>();
  const alike = new Map<string, PlanNode[]>();
  return rewrite(plan, (node) => {
    const key = [node.kind, ...inputsOf(node).map((input) => numbers.get(input))].join();
    const others = alike.get(key) ?? [];
    const known = others.find((other) => sameData(other, node));
    if (known) return known;
    alike.set(key, [...others, node]);
    numbers.set(node, numbers.size);
    return node;
  });
}
