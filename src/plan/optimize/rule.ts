import type { PlanNode } from "../node.ts";

/** Makes a plan cheaper without changing its rows. A rule that changes nothing returns the node it was given. */
export interface Rule {
  readonly name: string;
  apply(plan: PlanNode): PlanNode;
}
