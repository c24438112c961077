import { sameData } from "../../std/index.ts";
import type { PlanNode, Scan } from "../node.ts";
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
  const columns = columnsOf(plan);
  const guards = guardsOf(plan);
  return RULES.reduce((before, rule) => {
    const after = rule.apply(before);
    if (after === before) return before;
    if (!sameData(columnsOf(after), columns))
      throw new Error(`Optimiser rule "${rule.name}" changed the plan's columns.`);
    if (!isGuardedLike(guardsOf(after), guards))
      throw new Error(`Optimiser rule "${rule.name}" changed the plan's row guards.`);
    onStep?.({ rule: rule.name, plan: after });
    return after;
  }, plan);
}

type Guarded = Pick<Scan, "source" | "guard">;

function guardsOf(node: PlanNode): readonly Guarded[] {
  return node.kind === "scan" ? [node] : inputsOf(node).flatMap(guardsOf);
}

/** Every source is still read, and read under a guard that it was read under before. */
function isGuardedLike(after: readonly Guarded[], before: readonly Guarded[]): boolean {
  const isAmong = (scan: Guarded, others: readonly Guarded[]): boolean =>
    others.some(
      (other) =>
        (other.source === scan.source || sameData(other.source, scan.source)) && sameData(other.guard, scan.guard),
    );
  return after.every((scan) => isAmong(scan, before)) && before.every((scan) => isAmong(scan, after));
}
