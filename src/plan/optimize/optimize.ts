import { sameData } from "../../std/index.ts";
import type { PlanNode, Scan } from "../node.ts";
import { columnsOf, inputsOf } from "../node.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

export interface OptimizeStep {
  readonly rule: string;
  readonly plan: PlanNode;
}

/**
 * A cheaper plan with the same rows.
 *
 * @param onStep Told of every rule that changed the plan.
 * @throws Error naming the rule that changed the output columns, lost a guard or a minimum, or reads what was not read
 *   before, such as a value without its mask: our mistake, never the caller's.
 */
export function optimize(
  plan: PlanNode,
  onStep?: (step: OptimizeStep) => void,
  rules: readonly Rule[] = RULES,
): PlanNode {
  const columns = columnsOf(plan);
  const guards = guardsOf(plan);
  return rules.reduce((before, rule) => {
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

type Guarded = Pick<Scan, "source" | "guard" | "minimumGroup" | "columns">;

function guardsOf(node: PlanNode): readonly Guarded[] {
  return node.kind === "scan" ? [node] : inputsOf(node).flatMap(guardsOf);
}

/** Every source is still read, and read under a guard and a minimum that it was read under before, and so each value. */
function isGuardedLike(after: readonly Guarded[], before: readonly Guarded[]): boolean {
  const alike = (scan: Guarded, others: readonly Guarded[]) => others.filter((other) => isAlike(scan, other));
  const isKnown = (scan: Guarded): boolean => {
    const values = alike(scan, before).flatMap(({ columns }) => columns);
    return scan.columns.every(({ expr }) => values.some((value) => value.expr === expr || sameData(value.expr, expr)));
  };
  return (
    after.every((scan) => alike(scan, before).length > 0 && isKnown(scan)) &&
    before.every((scan) => alike(scan, after).length > 0)
  );
}

function isAlike(a: Guarded, b: Guarded): boolean {
  const isSameSource = a.source === b.source || sameData(a.source, b.source);
  return isSameSource && a.minimumGroup === b.minimumGroup && sameData(a.guard, b.guard);
}
