import { canonicalJson } from "../../std/index.ts";
import type { PlanNode } from "../node.ts";
import { columnsOf, inputsOf } from "../node.ts";
import { RULES } from "./rules.ts";

export interface OptimizeStep {
  readonly rule: string;
  readonly plan: PlanNode;
}

/**
 * A cheaper plan with the same rows.
 *
 * @param onStep Told of every rule that changed the plan.
 * @throws Error naming the rule that changed the output columns or lost a guard: our mistake, never the caller's.
 */
export function optimize(plan: PlanNode, onStep?: (step: OptimizeStep) => void): PlanNode {
  const promise = promiseOf(plan);
  return RULES.reduce((before, rule) => {
    const after = rule.apply(before);
    if (after === before) return before;
    if (promiseOf(after) !== promise)
      throw new Error(`Optimiser rule "${rule.name}" changed the plan's columns or row guards.`);
    onStep?.({ rule: rule.name, plan: after });
    return after;
  }, plan);
}

/** What no rule may change: the output columns, and which sources are read under which guards. */
function promiseOf(plan: PlanNode): string {
  return canonicalJson({ columns: columnsOf(plan), guards: [...new Set(guardsOf(plan))].sort() });
}

function guardsOf(node: PlanNode): readonly string[] {
  const own = node.kind === "scan" ? [canonicalJson({ source: node.source, guard: node.guard })] : [];
  return [...own, ...inputsOf(node).flatMap(guardsOf)];
}
